/*
 * Whole schedules a second, one slot a step, of one core: a task graph under a chooser that picks at
 * random, and under one that leaves each slot in turn to the last; judged, as a search does it.
 * Usage: bench_slots [GRAPH].
 */
#include "base/clock.h"
#include "base/random.h"
#include "schedule/run_target.h"

#include "vrrl/vrrl.h"

#include <stdio.h>
#include <stdlib.h>

#define RUN_NS 2000000000u

static void must(vrrl_code code, const vrrl_error *error)
{
    if (code == VRRL_OK)
        return;
    fprintf(stderr, "bench_slots: %s\n", error->text);
    exit(2);
}

static void choose_random(void *context, const struct chooser_lane *lanes, uint32_t count,
                          uint32_t *at, uint32_t *option)
{
    (void)lanes;
    (void)option;
    *at = random_below(context, count);
}

/* The first that is not the one left to the last. */
static void choose_but(void *context, const struct chooser_lane *lanes, uint32_t count,
                       uint32_t *at, uint32_t *option)
{
    (void)count;
    (void)option;
    *at = lanes[0].lane == *(const uint64_t *)context;
}

typedef void choose_function(void *context, const struct chooser_lane *lanes, uint32_t count,
                             uint32_t *at, uint32_t *option);

static void bench(const char *name, const vrrl_program *program, choose_function *choose)
{
    uint64_t start, elapsed = 0, runs = 0, steps = 0, failures = 0, context = 1;
    const struct run_target_options options = {.setup.grain = VRRL_GRAIN_SLOT};
    const struct chooser by = {.context = &context, .choose = choose};
    struct run_target *s;
    vrrl_error error;
    must(run_target_create(program, &options, &s, &error), &error);
    for (start = clock_read_ns(CLOCK_PROCESS_CPUTIME_ID); elapsed < RUN_NS;
         elapsed = clock_read_ns(CLOCK_PROCESS_CPUTIME_ID) - start) {
        vrrl_run_outcome outcome;
        if (choose == choose_but)
            context = runs % program->slot_count;
        must(run_target_run(s, &by, &outcome, &error), &error);
        steps += outcome.steps;
        failures += outcome.kind != VRRL_DEFECT_NONE;
        runs++;
    }
    printf("%-8s %8.0f schedules/s  %6.0f slots each  %6.1f ns/slot  %llu failures\n", name,
           (double)runs * 1e9 / (double)elapsed, (double)steps / (double)runs,
           (double)elapsed / (double)steps, (unsigned long long)failures);
    run_target_destroy(s);
}

int main(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : VRRL_BENCH_DATA "/programs/llama-3.2-1b.json.zst";
    vrrl_error error;
    vrrl_graph *graph = NULL;
    vrrl_program *program = NULL;
    must(vrrl_graph_load(path, &graph, &error), &error);
    must(vrrl_graph_lower(graph, &(vrrl_lower_options){.size = sizeof(vrrl_lower_options)},
                          &program, &error),
         &error);
    bench("random", program, choose_random);
    bench("last", program, choose_but);
    vrrl_program_free(program);
    vrrl_graph_free(graph);
    return 0;
}
