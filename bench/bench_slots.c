/*
 * Whole schedules a second, one slot a step, on one core: a task graph under a chooser that picks at
 * random, and under one that leaves each slot in turn to the last. Usage: bench_slots [GRAPH].
 */
#include "base/clock.h"
#include "base/random.h"
#include "search/slot_engine.h"

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

static void choose_random(void *context, const chooser_lane *lanes, uint32_t count, uint32_t *at,
                          uint32_t *option)
{
    (void)lanes;
    (void)option;
    *at = random_below(context, count);
}

/* The first that is not the one left to the last. */
static void choose_but(void *context, const chooser_lane *lanes, uint32_t count, uint32_t *at,
                       uint32_t *option)
{
    (void)count;
    (void)option;
    *at = lanes[0].lane == *(const uint64_t *)context;
}

typedef void choose_function(void *context, const chooser_lane *lanes, uint32_t count, uint32_t *at,
                             uint32_t *option);

static void bench(slot_engine *engine, const char *name, choose_function *choose, uint32_t slots)
{
    uint64_t start = clock_steady_ns(), elapsed = 0, runs = 0, turns = 0, context = 1;
    const chooser by = {.context = &context, .choose = choose};
    vrrl_error error;
    while (elapsed < RUN_NS) {
        vrrl_verdict verdict;
        if (choose == choose_but)
            context = runs % slots;
        slot_engine_reset(engine);
        must(slot_engine_run_epoch(engine, &by, &verdict, &error), &error);
        turns += slot_engine_turns(engine);
        runs++;
        elapsed = clock_steady_ns() - start;
    }
    printf("%-8s %8.0f schedules/s  %6.0f slots each  %6.1f ns/slot\n", name,
           (double)runs * 1e9 / (double)elapsed, (double)turns / (double)runs,
           (double)elapsed / (double)turns);
}

int main(int argc, char **argv)
{
    vrrl_error error;
    vrrl_graph *graph = NULL;
    vrrl_program *program = NULL;
    slot_engine *engine = NULL;
    const slot_engine_options options = {0};
    const char *path = argc > 1 ? argv[1] : VRRL_BENCH_DATA "/programs/llama-3.2-1b.json.zst";
    must(vrrl_graph_load(path, &graph, &error), &error);
    must(vrrl_graph_lower(graph, &(vrrl_lower_options){0}, &program, &error), &error);
    must(slot_engine_create(program, &options, &engine, &error), &error);
    bench(engine, "random", choose_random, program->slot_count);
    bench(engine, "starve", choose_but, program->slot_count);
    slot_engine_destroy(engine);
    vrrl_program_free(program);
    vrrl_graph_free(graph);
    return 0;
}
