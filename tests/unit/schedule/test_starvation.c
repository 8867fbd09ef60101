/*
 * Starved workers: how long one is held back and how often, that it does not run meanwhile, and a bug
 * that shows only where one is.
 */
#include "schedule/strategy_state.h"

#include "program_text.h"

/* ---- The intervals --------------------------------------------------------------------------- */

enum { LANES = 6, CHOICES = 1000, LENGTHS = 11 }; /* 1, 2, 4 … 1024: more than a run's choices */

typedef struct intervals {
    uint64_t held[LENGTHS], between[LENGTHS], lanes[LANES];
    uint64_t count;
} intervals;

static uint32_t exponent_of(uint64_t length)
{
    uint32_t e = (uint32_t)__builtin_ctzll(length);
    assert_true(length == 1ull << e && e < LENGTHS);
    return e;
}

/* Lanes that can always go. Those of even numbers run a slot, which makes them worth holding. */
static void choose_once(struct chooser *c, uint32_t *lane)
{
    struct chooser_lane lanes[LANES];
    uint32_t at = 0, option = 0;
    for (uint32_t i = 0; i < LANES; i++)
        lanes[i] =
            (struct chooser_lane){.lane = i, .slot = i % 2 ? VRRL_NO_INDEX : i, .options = 1};
    c->choose(c->context, lanes, LANES, &at, &option);
    *lane = at;
}

static void note_interval(intervals *all, const struct strategy *s)
{
    all->held[exponent_of(s->until - s->number)]++;
    all->between[exponent_of(s->from - s->until)]++;
    all->lanes[s->held]++;
    all->count++;
}

static void run_long(struct strategy *s, uint64_t seed, intervals *all)
{
    const struct strategy_setup setup = {
        .kind = VRRL_STRATEGY_STARVE, .seed = seed, .choices = CHOICES};
    strategy_start(s, &setup);
    struct chooser c = strategy_chooser(s);
    c.begin(c.context, 0, LANES, LANES);
    for (uint64_t from = s->from; s->number < 20000;) {
        uint32_t lane;
        choose_once(&c, &lane);
        if (s->from != from)
            note_interval(all, s);
        from = s->from;
        assert_true(s->number >= s->until || lane != s->held);
    }
}

/* Six standard deviations of a binomial distribution. */
static void check_share(uint64_t found, uint64_t of, double share)
{
    double expected = (double)of * share, variance = expected * (1 - share);
    double off = (double)found - expected;
    assert_true(off * off <= 36 * variance);
}

/* Each power of two is as likely, for the time that one is held back and for the time between; who is
 * held is any of those that run a slot. In its time it never goes. */
static void test_lengths(void **state)
{
    (void)state;
    intervals all = {.count = 0};
    struct strategy *s = strategy_create();
    for (uint64_t seed = 0; seed < 200; seed++)
        run_long(s, seed, &all);
    strategy_destroy(s);
    assert_true(all.count > 10000);
    for (uint32_t e = 0; e < LENGTHS; e++) {
        check_share(all.held[e], all.count, 1.0 / LENGTHS);
        check_share(all.between[e], all.count, 1.0 / LENGTHS);
    }
    for (uint32_t lane = 0; lane < LANES; lane++)
        check_share(all.lanes[lane], all.count, lane % 2 ? 0 : 2.0 / LANES);
}

/* ---- On programs ----------------------------------------------------------------------------- */

struct watched {
    struct strategy *by;
    struct chooser chooser;
    uint64_t held, longest; /* choices at which one was held back */
    uint64_t length;
    uint32_t lane;
};

static void begin(void *context, uint32_t epoch, uint32_t slots, uint32_t lanes)
{
    struct watched *w = context;
    w->chooser.begin(w->chooser.context, epoch, slots, lanes);
}

/* The one that is held goes only where nobody else can. */
static void choose(void *context, const struct chooser_lane *lanes, uint32_t count, uint32_t *at,
                   uint32_t *option)
{
    struct watched *w = context;
    const struct strategy *s = w->by;
    w->chooser.choose(w->chooser.context, lanes, count, at, option);
    bool starved = s->number < s->until, could = false;
    for (uint32_t i = 0; i < count; i++)
        could |= starved && lanes[i].lane == s->held;
    assert_true(!could || count == 1 || lanes[*at].lane != s->held);
    w->length = could && count > 1 ? (s->held == w->lane ? w->length + 1 : 1) : 0;
    w->lane = s->held;
    w->held += w->length > 0;
    w->longest = w->length > w->longest ? w->length : w->longest;
}

static void test_held_on_machines(void **state)
{
    (void)state;
    static const char *const machines[] = {"", "workers serial 4", "workers pipelined 2 depth 2"};
    for (uint32_t m = 0; m < 3; m++) {
        char text[512];
        snprintf(text, sizeof text,
                 "%s\nword x\nwords y[8]\nepoch\nrepeat 8 as i\n"
                 "pack ATOMIC_ADD 1, x then MEMCPY x, y[i], 1%s\nend\nend\n",
                 machines[m],
                 m == 0   ? ""
                 : m == 1 ? " on i % 4"
                          : " on i % 2");
        vrrl_program *p = program_of(text);
        for (int model = VRRL_MEMORY_SC; model <= VRRL_MEMORY_VIEW; model++) {
            const struct run_target_options options = {.setup.grain = VRRL_GRAIN_OPERATION,
                                                       .setup.model = (vrrl_memory_model)model,
                                                       .setup.workers = m == 0 ? 4 : 0};
            struct run_target *on;
            vrrl_error err = {0};
            vrrl_run_outcome outcome;
            struct watched w = {.by = strategy_create(), .lane = VRRL_NO_INDEX};
            assert_int_equal(run_target_create(p, &options, &on, &err), VRRL_OK);
            for (uint64_t seed = 0; seed < 300; seed++) {
                const struct strategy_setup setup = {
                    .kind = VRRL_STRATEGY_STARVE, .seed = seed, .choices = 120};
                const struct chooser with = {.context = &w, .begin = begin, .choose = choose};
                strategy_start(w.by, &setup);
                w.chooser = strategy_chooser(w.by);
                assert_int_equal(run_target_run(on, &with, &outcome, &err), VRRL_OK);
            }
            assert_true(w.held > 1000 && w.longest > 40);
            run_target_destroy(on);
            strategy_destroy(w.by);
        }
        vrrl_program_free(p);
    }
}

/* ---- What only that finds -------------------------------------------------------------------- */

/* A watchdog declares dead whose beats stay the same while the clock of another worker goes on: who is
 * held back long enough, while two others take turns, is declared dead and lives. */
static const char watchdog[] =
    "slot_words 128\nworkers serial 3\nword beat\nword before\nword found\nword clock\n"
    "words tick[2]\nwords pad[6]\nwords aside[6]\nword dead\ninit dead = 5000\n"
    "observe beat ignore\nepoch\n"
    "pack on 0\nrepeat 16\nATOMIC_ADD 1, beat\nend\nATOMIC_ADD 1000, beat\nend\n"
    "pack on 1\nWAIT_GE beat, 1\nrepeat 8\nSTORE_U32 1, clock\nSTORE_U32 2, clock\nend\nend\n"
    "pack on 2\nWAIT_GE beat, 1\nMEMCPY beat, before, 1\nMEMCPY clock, tick[0], 1\n"
    "MEMCPY pad, aside, 6\nMEMCPY clock, tick[1], 1\nIF_EQ tick[0], 1\nIF_EQ tick[1], 2\n"
    "TRY_SWAP beat, before, dead, found\nend\n"
    "expect beat any of 1016, 5000\nend\n";

static void test_bug_of_starvation(void **state)
{
    (void)state;
    vrrl_program *p = program_of(watchdog);
    for (int kind = VRRL_STRATEGY_RANDOM; kind < VRRL_STRATEGY_EXHAUSTIVE; kind++) {
        const vrrl_explore_options o = {.size = sizeof o,
                                        .strategy = (vrrl_strategy)kind,
                                        .schedules = 4000,
                                        .setup.in_flight = 3,
                                        .cells.models = 1 << VRRL_MEMORY_SC,
                                        .setup.seed = 1};
        vrrl_explore_result *r;
        vrrl_error err = {0};
        assert_int_equal(vrrl_explore(p, &o, &r, &err), VRRL_OK);
        print_message("%s: %u of 4000\n", vrrl_strategy_name(o.strategy),
                      (uint32_t)r->total.failures);
        assert_true(kind == VRRL_STRATEGY_STARVE ? r->total.failures > 40 : r->total.failures < 8);
        vrrl_explore_result_free(r);
    }
    vrrl_program_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_held_on_machines),
        cmocka_unit_test(test_bug_of_starvation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
