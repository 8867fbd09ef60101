/*
 * What a search is worth: schedules a second, through everything that `vrrl explore` does with them,
 * by memory model and strategy; and how many schedules each strategy needs for the first failure of
 * the selftest's planted bugs, against plain random search: the median of 100 seeds.
 *
 *     bench_explore [SEEDS]
 *
 * Times are the processor's, so that others on the machine do not count.
 */
#include "vrrl/vrrl.h"

#include "vrrl/run/program_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    SEEDS = 100,
    SEEDS_MAX = 1000,
    MOST = 2000,
    STEPS_MOST = 20000,
    RATE_SCHEDULES = 20000,
    HARD = 8,
    SHOWN = 20
};

static const vrrl_strategy strategies[] = {VRRL_STRATEGY_RANDOM, VRRL_STRATEGY_PCT,
                                           VRRL_STRATEGY_STARVE, VRRL_STRATEGY_PREEMPT};
enum { STRATEGIES = sizeof strategies / sizeof *strategies };

static double processor_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void fail(const vrrl_error *err)
{
    fprintf(stderr, "bench_explore: %s\n", err->text);
    exit(1);
}

/* ---- Schedules a second ---------------------------------------------------------------------- */

/* Two workers, eight slots that copy two words and add to one, as in bench_schedules. */
static const char program_text[] =
    "words x[9] of 2\nword sum\nobserve sum\nepoch\nrepeat 8 as k\n"
    "pack MEMCPY x[k], x[k + 1], 2 then ATOMIC_ADD 1, sum\nend\nend\n";

static double rate(const vrrl_program *program, vrrl_strategy strategy, uint32_t model)
{
    const vrrl_explore_options options = {.size = sizeof options,
                                          .strategy = strategy,
                                          .schedules = RATE_SCHEDULES,
                                          .cells.models = 1u << model,
                                          .cells.workers_first = 2,
                                          .cells.workers_last = 2,
                                          .setup.seed = 1};
    vrrl_explore_result *result;
    vrrl_error err = {0};
    double began = processor_seconds();
    if (vrrl_explore(program, &options, &result, &err) != VRRL_OK)
        fail(&err);
    double seconds = processor_seconds() - began;
    vrrl_explore_result_free(result);
    return RATE_SCHEDULES / seconds;
}

static void print_rates(void)
{
    vrrl_program *program;
    vrrl_error err = {0};
    if (vrrl_program_parse(program_text, strlen(program_text), "bench.mk", &program, &err))
        fail(&err);
    printf("schedules/s, 2 workers, 8 slots of 10 operations, judged and counted, one process\n");
    printf("  %-8s %10s %10s %10s\n", "", "sc", "tso", "view");
    for (uint32_t i = 0; i < STRATEGIES; i++) {
        printf("  %-8s", vrrl_strategy_name(strategies[i]));
        for (uint32_t model = VRRL_MEMORY_SC; model <= VRRL_MEMORY_VIEW; model++)
            printf(" %10.0f", rate(program, strategies[i], model));
        printf("\n");
    }
    vrrl_program_free(program);
}

/* ---- Schedules to the first failure ---------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

/* Schedules up to the first failure; MOST + 1 where there was none in as many. */
static uint64_t first_failure(const vrrl_program *program, const vrrl_selftest_case *planted,
                              vrrl_strategy strategy, uint64_t seed)
{
    const vrrl_explore_options options = {.size = sizeof options,
                                          .strategy = strategy,
                                          .setup.grain = VRRL_GRAIN_OPERATION,
                                          .schedules = MOST,
                                          .cells.models = 1u << planted->weakest,
                                          .mutation = planted->mutation,
                                          .setup.seed = seed,
                                          .setup.step_limit = STEPS_MOST,
                                          .stop_first = true};
    vrrl_explore_result *result;
    vrrl_error err = {0};
    if (vrrl_explore(program, &options, &result, &err) != VRRL_OK)
        fail(&err);
    uint64_t after = result->defect_count ? result->defects[0].found_after : MOST + 1;
    vrrl_explore_result_free(result);
    return after;
}

static uint64_t median(const vrrl_program *program, const vrrl_selftest_case *planted,
                       vrrl_strategy strategy, uint32_t seeds)
{
    static uint64_t after[SEEDS_MAX];
    for (uint32_t seed = 0; seed < seeds; seed++)
        after[seed] = first_failure(program, planted, strategy, seed + 1);
    qsort(after, seeds, sizeof *after, by_value);
    return after[seeds / 2];
}

struct row {
    const char *name;
    uint64_t medians[STRATEGIES];
};

static int by_random(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    return by_value(&y->medians[0], &x->medians[0]);
}

static void print_row(const struct row *row)
{
    printf("  %-28s", row->name);
    for (uint32_t i = 0; i < STRATEGIES; i++) {
        if (row->medians[i] > MOST)
            printf("   > %d", MOST);
        else
            printf(" %8llu", (unsigned long long)row->medians[i]);
    }
    printf("\n");
}

static void print_ratios(const struct row *rows, uint32_t count, uint64_t least)
{
    uint32_t counted = 0;
    double logs[STRATEGIES] = {0};
    for (uint32_t r = 0; r < count; r++) {
        if (rows[r].medians[0] < least)
            continue;
        counted++;
        for (uint32_t i = 0; i < STRATEGIES; i++)
            logs[i] += log((double)rows[r].medians[i] / (double)rows[r].medians[0]);
    }
    printf("  %3u bugs, geometric mean against random:", counted);
    for (uint32_t i = 1; i < STRATEGIES && counted; i++)
        printf("  %s %.2f", vrrl_strategy_name(strategies[i]), exp(logs[i] / counted));
    printf("\n");
}

static uint32_t find_medians(const vrrl_selftest *suite, uint32_t seeds, struct row *rows)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < vrrl_selftest_count(suite); i++) {
        const vrrl_selftest_case *planted = vrrl_selftest_at(suite, i);
        vrrl_program *program;
        vrrl_error err = {0};
        if (!planted->planted)
            continue;
        if (vrrl_selftest_program(suite, i, &program, &err) != VRRL_OK)
            fail(&err);
        rows[count].name = planted->name;
        for (uint32_t k = 0; k < STRATEGIES; k++)
            rows[count].medians[k] = median(program, planted, strategies[k], seeds);
        count++;
        vrrl_program_free(program);
    }
    return count;
}

static void print_first_failures(uint32_t seeds)
{
    vrrl_selftest *suite;
    vrrl_error err = {0};
    if (vrrl_selftest_create(&suite, &err) != VRRL_OK)
        fail(&err);
    struct row *rows = calloc(vrrl_selftest_count(suite), sizeof *rows);
    if (!rows)
        exit(1);
    uint32_t count = find_medians(suite, seeds, rows);
    qsort(rows, count, sizeof *rows, by_random);
    printf("\nschedules to the first failure, median of %u seeds: the hardest of %u planted bugs\n",
           seeds, count);
    printf("  %-28s %8s %8s %8s %8s\n", "", "random", "pct", "starve", "preempt");
    for (uint32_t r = 0; r < count && r < SHOWN; r++)
        print_row(&rows[r]);
    print_ratios(rows, count, 1);
    print_ratios(rows, count, HARD);
    free(rows);
    vrrl_selftest_free(suite);
}

int main(int argc, char **argv)
{
    long seeds = argc > 1 ? strtol(argv[1], NULL, 10) : SEEDS;
    if (seeds < 1 || seeds > SEEDS_MAX) {
        fprintf(stderr, "bench_explore: 1 to %d seeds\n", SEEDS_MAX);
        return 2;
    }
    print_rates();
    print_first_failures((uint32_t)seeds);
    return 0;
}
