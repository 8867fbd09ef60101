/*
 * Small random kernels, of two or three blocks of one or two warps, in which all schedules of the machine as it is
 * are tried, one by one. Against them stand schedules that are drawn for runs in which who spins goes on
 * (`no_park`), and for runs in which each weak access is a choice (`all_visible`). What is implied, and held:
 *
 *   no_park      A spin that goes on reads again what it has read. Whatever is found, each race with its word and both
 *                instructions, each deadlock with all who wait, each outcome of a run without a finding, is found with
 *                parking, too. Such a run is a deadlock when all who can go would only spin, which is judged by what parks,
 *                too: an error in that judgement is on both sides, and is seen by the states of the examples below.
 *   all_visible  The first race ends a run. What the step of one does behind the weak access of a race can race with
 *                somebody else first, so that another pair is told: if there is a race in some schedule, there is one
 *                in some schedule of the other, of whatever pair. A deadlock, or an outcome, is of a run without a
 *                race, in which weak accesses can be moved together: each is found with the reduction, too.
 *   both         Schedules with the reduction are among those without: a kind that it finds is found without it,
 *                within the schedules that are drawn.
 *
 * The states behind the steps of the examples are the same on each machine, whatever has compiled the library.
 */
#include "random_kernel.h"

#include "kernel/kernel_file.h"
#include "kernel/machine.h"
#include "kernel/run.h"
#include "schedule/strategy.h"

#include <inttypes.h>
#include <xxhash.h>

enum {
    KERNELS = 200,
    WHOLE_AT_LEAST = 150, /* kernels of which all schedules are tried */
    SUCH_AT_LEAST = 25,   /* with races, with deadlocks, with several outcomes */
    SCHEDULES_MAX = 4000, /* that are tried of one */
    DRAWN = 150,          /* and drawn, of each strategy */
    SET_MAX = 4096,
    HASHED = 5 /* schedules of an example */
};

/* ---- What is found ---------------------------------------------------------------------------- */

struct set {
    uint64_t items[SET_MAX];
    uint32_t count;
};

static bool has(const struct set *set, uint64_t item)
{
    for (uint32_t i = 0; i < set->count; i++)
        if (set->items[i] == item)
            return true;
    return false;
}

static void add(struct set *set, uint64_t item)
{
    if (has(set, item))
        return;
    assert_true(set->count < SET_MAX);
    set->items[set->count++] = item;
}

static bool is_within(const struct set *set, const struct set *other)
{
    for (uint32_t i = 0; i < set->count; i++)
        if (!has(other, set->items[i]))
            return false;
    return true;
}

/* Of many runs of a kernel. */
struct found {
    struct set outcomes, races, deadlocks;
    uint32_t others; /* findings of another kind */
};

static uint64_t hash_where(const struct kernel_where *w, uint64_t hash)
{
    const uint64_t parts[] = {w->buffer, w->space, w->block, w->byte};
    return XXH3_64bits_withSeed(parts, sizeof parts, hash);
}

/* Two instructions and a word, whichever was first. */
static uint64_t hash_race(const struct kernel_finding *f)
{
    uint32_t a = f->sides[0].instruction, b = f->sides[1].instruction;
    const uint32_t pair[] = {a < b ? a : b, a < b ? b : a};
    return hash_where(&f->where, XXH3_64bits(pair, sizeof pair));
}

/* All who wait, where, and for what. */
static uint64_t hash_deadlock(const struct kernel_finding *f)
{
    uint64_t hash = 0;
    for (uint32_t i = 0; i < f->wait_count; i++) {
        const struct kernel_wait *w = &f->waits[i];
        const uint32_t parts[] = {w->kind, w->side.block, w->side.warp, w->side.instruction,
                                  w->seen};
        hash = hash_where(&w->where, XXH3_64bits_withSeed(parts, sizeof parts, hash));
    }
    return hash;
}

static void keep(struct found *found, const struct kernel_result *run)
{
    switch (run->finding.kind) {
    case KERNEL_FINDS_NONE:
        add(&found->outcomes, run->outcome);
        break;
    case KERNEL_FINDS_RACE:
        add(&found->races, hash_race(&run->finding));
        break;
    case KERNEL_FINDS_DEADLOCK:
        add(&found->deadlocks, hash_deadlock(&run->finding));
        break;
    default:
        found->others++;
    }
}

/* ---- Schedules ------------------------------------------------------------------------------- */

/* True: all schedules were tried. */
static bool try_all(struct machine *machine, struct found *found)
{
    struct walk walk = {.given = 0};
    const struct chooser by = {.context = &walk, .choose = walk_choose};
    const struct kernel_options options = {.step_limit = 2000};
    for (uint32_t i = 0; i < SCHEDULES_MAX; i++) {
        struct kernel_result run;
        vrrl_error err = {0};
        assert_int_equal(kernel_run(machine, &by, &options, &run, &err), VRRL_OK);
        keep(found, &run);
        if (walk.is_too_long)
            return false;
        if (!walk_on(&walk))
            return true;
    }
    return false;
}

static void try_drawn(struct machine *machine, bool no_park, bool all_visible, struct found *found)
{
    static const vrrl_strategy kinds[] = {VRRL_STRATEGY_RANDOM, VRRL_STRATEGY_PCT,
                                          VRRL_STRATEGY_PREEMPT};
    struct strategy *strategy = strategy_create();
    assert_non_null(strategy);
    for (uint64_t i = 0; i < DRAWN * (sizeof kinds / sizeof *kinds); i++) {
        const struct kernel_schedule schedule = {
            .kind = KERNEL_SCHEDULE_DRAWN,
            .drawn = {.kind = kinds[i % 3], .seed = i, .depth = 3, .bound = 2, .choices = 12},
            .no_park = no_park,
            .all_visible = all_visible};
        struct kernel_result run;
        vrrl_error err = {0};
        assert_int_equal(kernel_run_schedule(machine, &schedule, strategy, NULL,
                                             (struct kernel_options){.step_limit = 2000}, &run,
                                             &err),
                         VRRL_OK);
        keep(found, &run);
    }
    strategy_destroy(strategy);
}

/* ---- Tests ------------------------------------------------------------------------------------ */

struct kernel_counts {
    uint32_t whole, races, deadlocks, outcomes; /* kernels: that have such, or several outcomes */
};

static void compare(uint64_t seed, const char *ptx, const struct found *of, const char *without,
                    const struct found *other, bool whole, bool same_races)
{
    if (of->others || other->others)
        fail_msg("seed %" PRIu64 ", %s: a finding of another kind\n%s", seed, without, ptx);
    if ((of->races.count && !other->races.count) ||
        (of->deadlocks.count && !other->deadlocks.count))
        fail_msg("seed %" PRIu64 ", %s: a kind is lost: races %u, %u; deadlocks %u, %u\n%s", seed,
                 without, of->races.count, other->races.count, of->deadlocks.count,
                 other->deadlocks.count, ptx);
    if (!whole)
        return;
    if (!is_within(&other->outcomes, &of->outcomes) ||
        !is_within(&other->deadlocks, &of->deadlocks) ||
        (same_races ? !is_within(&other->races, &of->races)
                    : other->races.count && !of->races.count))
        fail_msg("seed %" PRIu64 ", %s, finds more: outcomes %u, %u; races %u, %u; deadlocks %u, "
                 "%u\n%s",
                 seed, without, of->outcomes.count, other->outcomes.count, of->races.count,
                 other->races.count, of->deadlocks.count, other->deadlocks.count, ptx);
}

static void one_kernel(uint64_t seed, struct kernel_counts *counts)
{
    struct kernel_texts t;
    struct machine *machine;
    vrrl_error err = {0};
    char *ptx;
    struct found *found = calloc(3, sizeof *found);
    assert_non_null(found);
    open_drawn(&t, seed, false, &ptx);
    assert_int_equal(machine_create(t.kernel, &machine, &err), VRRL_OK);
    bool whole = try_all(machine, &found[0]);
    if (!whole)
        try_drawn(machine, false, false, &found[0]);
    try_drawn(machine, true, false, &found[1]);
    try_drawn(machine, false, true, &found[2]);
    compare(seed, ptx, &found[0], "no_park", &found[1], whole, true);
    compare(seed, ptx, &found[0], "all_visible", &found[2], whole, false);
    counts->whole += whole;
    counts->races += found[0].races.count > 0;
    counts->deadlocks += found[0].deadlocks.count > 0;
    counts->outcomes += found[0].outcomes.count > 1;
    machine_destroy(machine);
    kernel_texts_close(&t);
    free(found);
    free(ptx);
}

static void reductions_change_no_finding(void **state)
{
    (void)state;
    struct kernel_counts counts = {0};
    for (uint64_t seed = 1; seed <= KERNELS; seed++)
        one_kernel(seed, &counts);
    if (counts.whole < WHOLE_AT_LEAST || counts.races < SUCH_AT_LEAST ||
        counts.deadlocks < SUCH_AT_LEAST || counts.outcomes < SUCH_AT_LEAST)
        fail_msg("too few kernels: %u of which all is tried, %u with races, %u with deadlocks, %u "
                 "with several outcomes",
                 counts.whole, counts.races, counts.deadlocks, counts.outcomes);
}

#define EXAMPLES VRRL_TEST_DATA "/../../examples/kernels"

static const struct {
    const char *name;
    uint64_t states;
} examples[] = {
    {"grid_barrier", 0xfec5e62c5ccc4e51},  {"host_ring", 0xd918637b8db92f35},
    {"scheduler", 0xddd0b9b5cde08221},     {"split_k", 0x599613ab259ab45d},
    {"static_queues", 0x368e7dd5b954d636},
};

static uint64_t states_of(struct machine *machine)
{
    uint64_t states = 0;
    struct strategy *strategy = strategy_create();
    assert_non_null(strategy);
    for (uint64_t i = 0; i < HASHED; i++) {
        const struct kernel_schedule schedule = {
            .kind = i ? KERNEL_SCHEDULE_DRAWN : KERNEL_SCHEDULE_CHOICES,
            .drawn = {.kind = VRRL_STRATEGY_RANDOM, .seed = i, .choices = 1}};
        struct kernel_result run;
        vrrl_error err = {0};
        assert_int_equal(kernel_run_schedule(machine, &schedule, strategy, NULL,
                                             (struct kernel_options){.hashes = true}, &run, &err),
                         VRRL_OK);
        assert_int_equal(run.finding.kind, KERNEL_FINDS_NONE);
        states = XXH3_64bits_withSeed(&run.states, sizeof run.states, states);
    }
    strategy_destroy(strategy);
    return states;
}

/* The states behind all steps of the examples, one schedule after the other. */
static void states_are_the_same_everywhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        char ptx[512], launch[512];
        struct kernel_input input;
        struct machine *machine;
        vrrl_error err = {0};
        snprintf(ptx, sizeof ptx, EXAMPLES "/%s.ptx", examples[i].name);
        snprintf(launch, sizeof launch, EXAMPLES "/%s.launch", examples[i].name);
        if (kernel_input_open(ptx, launch, &input, &err) != VRRL_OK)
            fail_msg("%s\n%s", err.text, err.fix);
        assert_int_equal(machine_create(input.kernel, &machine, &err), VRRL_OK);
        uint64_t states = states_of(machine);
        if (states != examples[i].states)
            fail_msg("%s: 0x%016" PRIx64 ", not 0x%016" PRIx64, examples[i].name, states,
                     examples[i].states);
        machine_destroy(machine);
        kernel_input_close(&input);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reductions_change_no_finding),
        cmocka_unit_test(states_are_the_same_everywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
