/*
 * How the time and the memory of a run grow with the program: four times the slots, or words, must not cost
 * eight times as much. Where it were quadratic it would be sixteen times. Processor time; and what the heap holds
 * after a run.
 */
#include "growth_test.h"
#include "run_target_test.h"

#include "explore/exhaustive_program.h"
#include "schedule/strategy.h"

#include <malloc.h>

enum { RUNS = 4 };

static vrrl_program *sized(const char *format, uint32_t size)
{
    char text[512];
    snprintf(text, sizeof text, format, size, size, size, size);
    return program_of(text);
}

typedef struct growth {
    const char *format; /* of a program; its size, up to four times */
    uint32_t size;
    vrrl_memory_model model;
    vrrl_strategy strategy;
    vrrl_defect_kind end; /* of each run */
} growth;

static void run_some(struct run_target *s, vrrl_strategy kind, vrrl_defect_kind end)
{
    struct strategy *by = strategy_create();
    for (uint32_t i = 0; i < RUNS; i++) {
        const struct strategy_setup setup = {.kind = kind,
                                             .seed = i,
                                             .depth = 3,
                                             .choices = 10000,
                                             .claims = run_target_claims_of(s)};
        strategy_start(by, &setup);
        struct chooser with = strategy_chooser(by);
        assert_int_equal(run_with(s, &with).kind, end);
    }
    strategy_destroy(by);
}

/* A few runs of a new run target. */
static uint64_t cost(const void *context, uint32_t size)
{
    const growth *g = context;
    vrrl_program *program = sized(g->format, size);
    uint64_t start = processor_ns();
    struct run_target *s = run_target_of(program, g->model, 4);
    run_some(s, g->strategy, g->end);
    run_target_destroy(s);
    uint64_t took = processor_ns() - start;
    vrrl_program_free(program);
    return took;
}

static void check_growth(const growth *g)
{
    char what[640];
    snprintf(what, sizeof what, "strategy %d, model %d:\n%s", (int)g->strategy, (int)g->model,
             g->format);
    assert_grows_linearly(cost, g, g->size, what);
}

/* ---- Slots ----------------------------------------------------------------------------------- */

static const char independent[] = "words m[%u]\nobserve m ignore\nepoch\n"
                                  "repeat %u as i\nSTORE_U32 i, m[i]\nend\nend\n";

/* Of a pool: all wait for one that may come late; and half of them, for one that never comes. */
static const char released[] =
    "words m[%u]\nword g\nobserve m ignore\nepoch\nSIGNAL g, 1\n"
    "repeat %u as i\npack WAIT_GE g, 1 then STORE_U32 i, m[i]\nend\nend\n";
static const char stuck[] = "words m[%u]\nword g\nobserve m ignore\nepoch\nrepeat %u / 2 as i\n"
                            "STORE_U32 i, m[i]\npack WAIT_GE g, 1 then STORE_U32 i, m[i]\n"
                            "end\nend\n";

/* Each waits for the one before it: by one counter, or by a word of its own. */
static const char counted[] =
    "words m[%u]\nword f\nobserve m ignore\nepoch\nrepeat %u as i\n"
    "pack WAIT_GE f, i then STORE_U32 i, m[i] then SIGNAL f, 1\nend\nend\n";
static const char chained[] =
    "words m[%u]\nwords f[%u + 1]\ninit f[0] = 1\nobserve m ignore\nepoch\nrepeat %u as i\n"
    "pack WAIT_GE f[i], 1 then STORE_U32 i, m[i] then SIGNAL f[i + 1], 1\nend\nend\n";

static void test_slots(void **state)
{
    (void)state;
    static const growth all[] = {
        {released, 1000, VRRL_MEMORY_SC, VRRL_STRATEGY_RANDOM, VRRL_DEFECT_NONE},
        {released, 1000, VRRL_MEMORY_SC, VRRL_STRATEGY_PCT, VRRL_DEFECT_NONE},
        {stuck, 2000, VRRL_MEMORY_SC, VRRL_STRATEGY_RANDOM, VRRL_DEFECT_DEADLOCK},
        {stuck, 2000, VRRL_MEMORY_SC, VRRL_STRATEGY_PCT, VRRL_DEFECT_DEADLOCK},
        {counted, 1000, VRRL_MEMORY_SC, VRRL_STRATEGY_RANDOM, VRRL_DEFECT_NONE},
        {counted, 1000, VRRL_MEMORY_SC, VRRL_STRATEGY_PCT, VRRL_DEFECT_NONE},
        {counted, 1000, VRRL_MEMORY_VIEW, VRRL_STRATEGY_RANDOM, VRRL_DEFECT_NONE},
        {chained, 4000, VRRL_MEMORY_SC, VRRL_STRATEGY_RANDOM, VRRL_DEFECT_NONE},
        {independent, 3000, VRRL_MEMORY_SC, VRRL_STRATEGY_RANDOM, VRRL_DEFECT_NONE},
        {independent, 3000, VRRL_MEMORY_SC, VRRL_STRATEGY_PCT, VRRL_DEFECT_NONE},
        {independent, 3000, VRRL_MEMORY_TSO, VRRL_STRATEGY_RANDOM, VRRL_DEFECT_NONE},
        {independent, 3000, VRRL_MEMORY_TSO, VRRL_STRATEGY_PCT, VRRL_DEFECT_NONE},
    };
    for (uint32_t i = 0; i < sizeof all / sizeof *all; i++)
        check_growth(&all[i]);
}

/* The last is the first that can go, and each lets the one before it go. */
static const char backwards[] = "words m[%u]\nword f\nobserve m ignore\nepoch\nrepeat %u as i\n"
                                "pack WAIT_GE f, %u - 1 - i then SIGNAL f, 1\nend\nend\n";

/* A run target runs the reference, and nothing else, as it is made. */
static uint64_t reference_cost(const void *format, uint32_t size)
{
    vrrl_program *program = sized(format, size);
    uint64_t start = processor_ns();
    struct run_target *s = run_target_of(program, VRRL_MEMORY_SC, 1);
    uint64_t took = processor_ns() - start;
    assert_int_equal(run_target_reference(s)->kind, VRRL_DEFECT_NONE);
    run_target_destroy(s);
    vrrl_program_free(program);
    return took;
}

/* Small epochs behind one that fills a large ring, and in a large memory: as many as there are slots, or words. */
static const char behind_many[] =
    "words m[%u]\nepoch\nrepeat %u as i\nSTORE_U32 i, m[i]\nend\nend\n"
    "epoch times %u / 2\nATOMIC_ADD 1, m[3]\nend\n";
static const char in_much[] = "words m[500 * %u]\nepoch times %u\nATOMIC_ADD 1, m[3]\nend\n";

static void test_reference(void **state)
{
    (void)state;
    assert_grows_linearly(reference_cost, backwards, 4000, backwards);
    assert_grows_linearly(reference_cost, behind_many, 8000, behind_many);
    assert_grows_linearly(reference_cost, in_much, 4000, in_much);
}

/* ---- Epochs ---------------------------------------------------------------------------------- */

/* What was made for each, to run it, is there in the next run. */
static const char epochs[] = "word x\nepoch times %u\nATOMIC_ADD 1, x\nend\n";

static void test_epochs(void **state)
{
    (void)state;
    for (vrrl_memory_model model = VRRL_MEMORY_SC; model < VRRL_MEMORY_MODELS; model++)
        check_growth(&(growth){
            .format = epochs, .size = 1000, .model = model, .strategy = VRRL_STRATEGY_RANDOM});
}

/* ---- Memory ---------------------------------------------------------------------------------- */

static size_t heap_bytes(void)
{
    struct mallinfo2 now = mallinfo2();
    return now.uordblks + now.hblkhd;
}

/* What a run target takes that has run some schedules. */
static size_t memory_of(const char *format, uint32_t size, vrrl_strategy kind)
{
    vrrl_program *program = sized(format, size);
    size_t before = heap_bytes();
    struct run_target *s = run_target_of(program, VRRL_MEMORY_VIEW, 4);
    run_some(s, kind, VRRL_DEFECT_NONE);
    size_t after = heap_bytes();
    run_target_destroy(s);
    vrrl_program_free(program);
    return after - before;
}

static void test_memory(void **state)
{
    (void)state;
    static const char *const all[] = {
        independent,
        counted,
        chained,
        "workers serial 8\nwords m[%u]\nwords f[8]\nobserve m ignore\nepoch\nrepeat 8 as q\nqueue "
        "q\n"
        "repeat %u / 8 as i\n"
        "pack STORE_U32 i, m[q * (%u / 8) + i] then SIGNAL f[q], 1\nend\nend\nend\nend\n",
    };
    for (uint32_t i = 0; i < 2 * sizeof all / sizeof *all; i++) {
        vrrl_strategy kind = i % 2 ? VRRL_STRATEGY_PCT : VRRL_STRATEGY_RANDOM;
        size_t small = memory_of(all[i / 2], 1000, kind);
        size_t large = memory_of(all[i / 2], GROWTH_TIMES * 1000, kind);
        if (GROWTH_MEASURES && large >= GROWTH_MOST * small)
            fail_msg("%u and %u take %zu and %zu KiB, strategy %d:\n%s", 1000, GROWTH_TIMES * 1000,
                     small >> 10, large >> 10, (int)kind, all[i / 2]);
    }
}

struct most_held {
    size_t before, bytes;
};

static void note_held(void *context, const vrrl_explore_progress *progress)
{
    struct most_held *m = context;
    size_t now = heap_bytes() - m->before;
    (void)progress;
    m->bytes = now > m->bytes ? now : m->bytes;
}

/* What a campaign in these cells holds at its end, and how many schedules differed. */
static size_t held_by(const vrrl_program *program, const vrrl_cells *cells, uint32_t milliseconds,
                      uint64_t *distinct)
{
    struct most_held held = {.before = heap_bytes()};
    const vrrl_explore_options options = {.size = sizeof options,
                                          .cells = *cells,
                                          .schedules = 24,
                                          .milliseconds = milliseconds,
                                          .setup.seed = 1,
                                          .progress = note_held,
                                          .progress_context = &held};
    vrrl_explore_result *r;
    vrrl_error err = {0};
    assert_int_equal(vrrl_explore(program, &options, &r, &err), VRRL_OK);
    assert_int_equal(r->total.schedules, 24);
    assert_int_equal(r->defect_count, 0);
    *distinct = r->total.distinct;
    vrrl_explore_result_free(r);
    return held.bytes;
}

/* Of a large program a run target is kept for one of twelve cells at a time, but where time is limited. */
static void test_campaign_memory(void **state)
{
    (void)state;
    const vrrl_cells one = {1 << VRRL_MEMORY_VIEW, 4, 4}, all = {0, 0, 0};
    vrrl_program *program = sized(independent, 6000);
    uint64_t distinct[3];
    size_t of_one = held_by(program, &one, 0, &distinct[0]);
    size_t of_all = held_by(program, &all, 0, &distinct[1]);
    held_by(program, &all, 600000, &distinct[2]);
    assert_int_equal(distinct[1], distinct[2]);
    if (GROWTH_MEASURES && of_all >= 2 * of_one)
        fail_msg("a cell takes %zu KiB, all take %zu KiB", of_one >> 10, of_all >> 10);
    vrrl_program_free(program);
}

/* Of many slots that get stuck at once runs are short, and states are not: they are not searched for as many. */
static void test_states_of_large_programs(void **state)
{
    (void)state;
    static const char heads[] =
        "workers serial 8\nword f\nepoch\nrepeat %u as i\n"
        "pack WAIT_GE f, i + 2 then ATOMIC_ADD 0xFFFFFFFF, f on i %% 8\nend\nend\n";
    const uint32_t slots = 20000;
    vrrl_program *program = sized(heads, slots);
    const vrrl_explore_options options = {.size = sizeof options, .schedules = 24, .setup.seed = 1};
    vrrl_explore_result *r;
    vrrl_error err = {0};
    assert_int_equal(vrrl_explore(program, &options, &r, &err), VRRL_OK);
    assert_int_equal(r->defect_count, 1);
    assert_true(r->states * slots <= 16000000);
    vrrl_explore_result_free(r);
    vrrl_program_free(program);
}

/* ---- Words ----------------------------------------------------------------------------------- */

/* One slot, or two, of so many words. */
static const char *const one_slot[] = {
    "words a[%u]\nwords b[%u]\nobserve a ignore\nobserve b ignore\nepoch\nMEMCPY a, b, %u\nend\n",
    "words a[%u + 1]\nobserve a ignore\nepoch\nMEMCPY a, a + 1, %u\nend\n",
    "words a[%u]\nwords b[%u]\nobserve a ignore\nepoch\nAXPY 1.5, a, b, %u\nend\n",
    "words a[%u]\nwords b[%u]\nword s\nobserve a ignore\nepoch\nDOT a, b, s, %u\nend\n",
    "words a[%u]\nwords b[50]\nwords c[%u / 50]\nobserve a ignore\nepoch\n"
    "MATVEC a, b, c, %u / 50, 50, 50, 1\nend\n",
    "words a[%u]\nwords b[%u / 50]\nwords c[50]\nobserve a ignore\nepoch\n"
    "MATVEC a, b, c, 50, %u / 50, %u / 50, 0\nend\n",
    "words a[%u]\nwords b[%u]\nobserve a ignore\nepoch\nRMSNORM a, b, b, %u, 0.5\nend\n",
    "words a[%u]\nobserve a ignore\nepoch\nSOFTMAX a, a, %u\nend\n",
    "words a[%u]\nwords b[%u]\nobserve a ignore\nepoch\n"
    "pack MEMCPY a, b, %u then SOFTMAX a, b, 1000 then MEMCPY b, a, 1000\nend\n",
    "words a[%u]\nobserve a ignore\nepoch\nMEMCPY a, a, %u / 2\nSOFTMAX a, a, %u / 2\nend\n",
    "words a[%u]\nring 20000\nobserve a ignore\nepoch\nBATCH_FENCE 2, %u, 0\nend\n",
};

static void test_words(void **state)
{
    (void)state;
    static const vrrl_memory_model models[] = {VRRL_MEMORY_SC, VRRL_MEMORY_TSO, VRRL_MEMORY_VIEW};
    for (uint32_t i = 0; i < 3 * sizeof one_slot / sizeof *one_slot; i++) {
        const growth g = {.format = one_slot[i / 3],
                          .size = 4000,
                          .model = models[i % 3],
                          .strategy = i % 2 ? VRRL_STRATEGY_PCT : VRRL_STRATEGY_RANDOM};
        check_growth(&g);
    }
}

/* ---- Claims ---------------------------------------------------------------------------------- */

typedef struct claims_check {
    const struct run_target *of;
    uint64_t random, choices;
    uint32_t *slots, slot_count;
} claims_check;

/* Of the slots that are listed those that were put back, and no others. */
static void check_again(const claims_check *c, const struct chooser_claims *claims, uint32_t count)
{
    uint32_t batch, listed = 0, *again = calloc(c->slot_count, sizeof *again);
    const struct sched_slot *slots = run_target_slots(c->of, &batch);
    const uint32_t put_back = claims->again(claims->context, again);
    for (uint32_t i = 0; i < count; i++) {
        if (slots[c->slots[i]].status == VRRL_STATUS_PUBLISHED)
            continue;
        assert_true(listed < put_back);
        assert_int_equal(again[listed++], c->slots[i]);
    }
    assert_true(count == 0 || listed == put_back);
    free(again);
}

/* Each slot of the batch is claimed by the option at which it is listed, or by none. */
static void check_claims(claims_check *c, uint32_t lane)
{
    const struct chooser_claims claims = run_target_claims_of(c->of);
    uint32_t count = claims.list(claims.context, lane, c->slots), next = 0, batch;
    const struct sched_slot *slots = run_target_slots(c->of, &batch);
    assert_int_equal(claims.list(claims.context, lane, NULL), count);
    for (uint32_t i = 0; count > 0 && i < c->slot_count; i++) {
        uint32_t option = claims.option(claims.context, lane, i);
        if (next < count && c->slots[next] == i)
            assert_int_equal(option, next++);
        else
            assert_int_equal(option, vrrl_status_is_terminal(slots[i].status) ? CLAIM_NEVER
                                                                              : CLAIM_NOT_NOW);
    }
    assert_int_equal(next, count);
    check_again(c, &claims, count);
}

static void choose_and_check(void *context, const struct chooser_lane *lanes, uint32_t count,
                             uint32_t *at, uint32_t *option)
{
    claims_check *c = context;
    choose_at_random(&c->random, lanes, count, at, option);
    if (lanes[*at].slot == VRRL_NO_INDEX && c->choices++ % 16 == 0)
        check_claims(c, lanes[*at].lane);
}

static void test_claims_have_options(void **state)
{
    (void)state;
    static const char *const programs[] = {
        independent,
        "words m[%u]\nword g\nobserve m ignore\nepoch\nrepeat %u as i\n"
        "pack WAIT_GE g, (i %% 3) * 20 then STORE_U32 i, m[i] then SIGNAL g, 1\nend\nend\n",
    };
    for (uint32_t i = 0; i < 2; i++) {
        vrrl_program *program = sized(programs[i], i == 0 ? 5000 : 300);
        claims_check c = {.of = run_target_of(program, VRRL_MEMORY_SC, 3),
                          .slots = calloc(5000, sizeof *c.slots),
                          .slot_count = program->slot_count};
        const struct chooser with = {.context = &c, .choose = choose_and_check};
        run_with((struct run_target *)c.of, &with);
        assert_true(c.choices > 100);
        run_target_destroy((struct run_target *)c.of);
        free(c.slots);
        vrrl_program_free(program);
    }
}

/* ---- Searches -------------------------------------------------------------------------------- */

/* All schedules of so many epochs; returns what that took. Each epoch has an end that fails, one that is as the
 * reference's, and begins where that is. */
static uint64_t search_cost(const void *context, uint32_t size)
{
    (void)context;
    vrrl_program *program = sized("word data\nword seen in observable\nepoch times %u\n"
                                  "prologue\nSTORE_U32 0, data\nend\n"
                                  "STORE_U32 42, data\nLOAD_U32 data, seen\nend\n",
                                  size);
    const uint64_t start = processor_ns();
    struct run_target *s = run_target_of(program, VRRL_MEMORY_SC, 1);
    const struct exhaust_request request = {.state_limit = 1u << 20};
    struct exhaust_result result;
    vrrl_error err = {0};
    assert_int_equal(exhaust(s, program, &request, &result, &err), VRRL_OK);
    assert_true(result.complete);
    assert_int_equal(result.defect_count, size);
    assert_int_equal(result.ends, 2 * size);
    exhaust_result_free(&result);
    run_target_destroy(s);
    const uint64_t took = processor_ns() - start;
    vrrl_program_free(program);
    return took;
}

static void test_search_of_epochs(void **state)
{
    (void)state;
    assert_grows_linearly(search_cost, NULL, 600, "all schedules of as many epochs");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slots),
        cmocka_unit_test(test_reference),
        cmocka_unit_test(test_epochs),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_claims_have_options),
        cmocka_unit_test(test_campaign_memory),
        cmocka_unit_test(test_states_of_large_programs),
        cmocka_unit_test(test_search_of_epochs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
