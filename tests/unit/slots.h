/* Task graphs on the slot engine, for tests. */
#ifndef VRRL_TEST_SLOTS_H
#define VRRL_TEST_SLOTS_H

#include "base/random.h"
#include "search/slot_engine.h"
#include "vrrl/vrrl.h"

#include "test.h"

static inline vrrl_graph *load_graph(const char *name)
{
    char path[512];
    vrrl_graph *graph = NULL;
    vrrl_error error = {0};
    snprintf(path, sizeof path, VRRL_TEST_DATA "/programs/%s", name);
    if (access(path, R_OK) != 0)
        strcat(path, ".zst");
    if (vrrl_graph_load(path, &graph, &error) != VRRL_OK)
        fail_msg("%s", error.text);
    return graph;
}

static inline vrrl_program *lower_graph(const vrrl_graph *graph, const vrrl_lower_options *options)
{
    vrrl_program *program = NULL;
    vrrl_error error = {0};
    if (vrrl_graph_lower(graph, options, &program, &error) != VRRL_OK)
        fail_msg("%s", error.text);
    return program;
}

static inline slot_engine *engine_of(const vrrl_program *program)
{
    const slot_engine_options options = {0};
    slot_engine *engine = NULL;
    vrrl_error error = {0};
    if (slot_engine_create(program, &options, &engine, &error) != VRRL_OK)
        fail_msg("%s", error.text);
    return engine;
}

/* Any of them; `context` is a seed. */
static inline void choose_at_random(void *context, const chooser_lane *lanes, uint32_t count,
                                    uint32_t *at, uint32_t *option)
{
    (void)lanes;
    (void)option;
    assert_true(count > 1 && *at == 0);
    *at = random_below(context, count);
}

/* The slot at `context` goes when no other can. */
static inline void choose_last(void *context, const chooser_lane *lanes, uint32_t count,
                               uint32_t *at, uint32_t *option)
{
    (void)option;
    assert_true(count > 1);
    *at = lanes[0].lane == *(const uint32_t *)context;
}

static inline vrrl_verdict run_next(slot_engine *engine, const chooser *by)
{
    vrrl_verdict verdict;
    vrrl_error error = {0};
    if (slot_engine_run_epoch(engine, by, &verdict, &error) != VRRL_OK)
        fail_msg("%s", error.text);
    return verdict;
}

#endif
