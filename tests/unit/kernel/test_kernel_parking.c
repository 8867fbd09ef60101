/*
 * Who is parked waits, and whoever waits is parked: held against runs in which each turn of a spin is run, and nobody
 * is found to spin (`no_judge`), on small random kernels in which words become zero again, of which all schedules
 * are tried with parking.
 *
 *   stuck        Where a run ends as a deadlock, all who were parked go on, turn by turn, without judgement: nobody may
 *                get on, and no byte of global or shared memory may change. A spin that writes what is there may race in
 *                such a turn, with what came behind the last that was run; then another schedule has to race.
 *   no judgement A run that is drawn without judgement ends as one with parking does: the same memory, or stuck with
 *                the same memory and the same warps left, where it is cut after many steps. No deadlock may be missing.
 */
#include "random_kernel.h"

#include "kernel/group.h"
#include "kernel/machine.h"
#include "kernel/run.h"
#include "kernel/spin.h"
#include "kernel/step.h"
#include "schedule/strategy.h"

#include <inttypes.h>
#include <xxhash.h>

enum {
    KERNELS = 200,
    WHOLE_AT_LEAST = 120, /* kernels of which all schedules are tried */
    STUCK_AT_LEAST = 60,  /* kernels in which somebody is stuck, in one schedule at least */
    SCHEDULES_MAX = 2500, /* that are tried of one */
    DRAWN = 50,           /* without judgement */
    STEPS_MAX = 2000,     /* of a run without judgement: an end needs far fewer */
    TURNS = 400,          /* that all who are stuck go on for */
    ENDS_MAX = 4096,
    ENDED_BY_A_RACE = 0
};

/* How runs of a kernel end. */
struct ends {
    uint64_t items[ENDS_MAX];
    uint32_t count, stuck;
};

static bool has(const struct ends *ends, uint64_t end)
{
    for (uint32_t i = 0; i < ends->count; i++)
        if (ends->items[i] == end)
            return true;
    return false;
}

static uint64_t memory_of(const struct machine *m)
{
    const struct kernel *k = m->kernel;
    return XXH3_64bits(m->bytes, k->local_at);
}

/* What is left of a run: memory, and who has not ended. */
static uint64_t end_of(const struct machine *m, const struct kernel_result *run)
{
    if (run->finding.kind == KERNEL_FINDS_RACE)
        return ENDED_BY_A_RACE;
    return XXH3_64bits_withSeed(m->live_lanes, machine_together(m)->warps * sizeof(uint32_t),
                                memory_of(m));
}

static void keep_end(struct ends *ends, uint64_t end)
{
    if (has(ends, end))
        return;
    assert_true(ends->count < ENDS_MAX);
    ends->items[ends->count++] = end;
}

/* Who is parked is not, and is not judged again. */
static void release_all(struct machine *m)
{
    m->stops = false;
    m->options.no_judge = true;
    for (uint32_t i = 0; i < machine_together(m)->warps * WARP_LANES; i++)
        if (m->groups[i].lanes && (m->groups[i].state == GROUP_PARKED || m->groups[i].idles))
            spin_wake(m, i);
}

/* All who are stuck go on, in turns. True: something came of it; *races: that was a race. */
static bool gets_on(struct machine *m, bool *races)
{
    uint32_t live[64], warps = machine_together(m)->warps;
    uint64_t before = memory_of(m), random = before;
    assert_true(warps <= 64);
    memcpy(live, m->live_lanes, warps * sizeof *live);
    release_all(m);
    for (uint32_t turn = 0; turn < TURNS; turn++) {
        uint32_t group = random_below(&random, warps * WARP_LANES);
        if (!m->groups[group].lanes || m->groups[group].state != GROUP_READY)
            group = turn % warps * WARP_LANES;
        if (!m->groups[group].lanes || m->groups[group].state != GROUP_READY)
            continue;
        step_group(m, group);
        if (m->stops && m->finding.kind == KERNEL_FINDS_RACE) {
            *races = true;
            return false;
        }
        if (m->stops || memory_of(m) != before ||
            memcmp(live, m->live_lanes, warps * sizeof *live) != 0)
            return true;
    }
    return false;
}

static void with_parking(struct machine *m, uint64_t seed, const char *ptx, struct ends *ends,
                         bool *whole)
{
    struct walk walk = {.given = 0};
    const struct chooser by = {.context = &walk, .choose = walk_choose};
    const struct kernel_options options = {.step_limit = STEPS_MAX};
    bool races = false;
    *whole = false;
    for (uint32_t i = 0; i < SCHEDULES_MAX && !*whole && !walk.is_too_long; i++) {
        struct kernel_result run;
        vrrl_error err = {0};
        assert_int_equal(kernel_run(m, &by, &options, &run, &err), VRRL_OK);
        if (run.finding.kind != KERNEL_FINDS_NONE && run.finding.kind != KERNEL_FINDS_RACE &&
            run.finding.kind != KERNEL_FINDS_DEADLOCK)
            fail_msg("seed %" PRIu64 ": %s\n%s", seed, run.finding.text, ptx);
        keep_end(ends, end_of(m, &run));
        if (run.finding.kind == KERNEL_FINDS_DEADLOCK) {
            ends->stuck++;
            if (gets_on(m, &races))
                fail_msg("seed %" PRIu64 ": a deadlock that is none\n%s", seed, ptx);
        }
        *whole = !walk_on(&walk);
    }
    *whole = *whole && !walk.is_too_long;
    if (races && *whole && !has(ends, ENDED_BY_A_RACE))
        fail_msg("seed %" PRIu64 ": a race of who is parked alone\n%s", seed, ptx);
}

static void without_judgement(struct machine *m, uint64_t seed, const char *ptx,
                              const struct ends *ends)
{
    struct strategy *strategy = strategy_create();
    assert_non_null(strategy);
    for (uint64_t i = 0; i < DRAWN; i++) {
        const struct kernel_schedule schedule = {
            .kind = KERNEL_SCHEDULE_DRAWN,
            .drawn = {.kind = VRRL_STRATEGY_RANDOM, .seed = i, .choices = 12}};
        struct kernel_result run;
        vrrl_error err = {0};
        assert_int_equal(
            kernel_run_schedule(m, &schedule, strategy, NULL,
                                (struct kernel_options){.step_limit = STEPS_MAX, .no_judge = true},
                                &run, &err),
            VRRL_OK);
        if (!has(ends, end_of(m, &run)))
            fail_msg("seed %" PRIu64 ": schedule %" PRIu64 " without judgement ends as none with "
                     "parking does: %s%s\n%s",
                     seed, i, run.finding.kind == KERNEL_FINDS_NONE ? "all ended" : "",
                     run.finding.text, ptx);
    }
    strategy_destroy(strategy);
}

static void who_is_parked_waits(void **state)
{
    (void)state;
    struct ends *ends = malloc(sizeof *ends);
    uint32_t all_tried = 0, with_stuck = 0;
    assert_non_null(ends);
    for (uint64_t seed = 1; seed <= KERNELS; seed++) {
        struct kernel_texts t;
        struct machine *machine;
        vrrl_error err = {0};
        char *ptx;
        bool whole;
        open_drawn(&t, seed, true, &ptx);
        assert_int_equal(machine_create(t.kernel, &machine, &err), VRRL_OK);
        ends->count = ends->stuck = 0;
        with_parking(machine, seed, ptx, ends, &whole);
        if (whole)
            without_judgement(machine, seed, ptx, ends);
        all_tried += whole;
        with_stuck += ends->stuck > 0;
        machine_destroy(machine);
        kernel_texts_close(&t);
        free(ptx);
    }
    free(ends);
    if (all_tried < WHOLE_AT_LEAST || with_stuck < STUCK_AT_LEAST)
        fail_msg("too few kernels: %u of which all is tried, %u with a deadlock", all_tried,
                 with_stuck);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_parked_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
