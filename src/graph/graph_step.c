/* A graph as it is in a later step. */
#include "vrrl/run/graph.h"

#include "base/error.h"

#include <stdlib.h>

static vrrl_code wraps(const vrrl_graph *graph, uint32_t counter, vrrl_error *err)
{
    char name[200];
    vrrl_graph_counter_name(graph, counter, name, sizeof name);
    return error_set(err, VRRL_TOO_LARGE, "Fix: look at fewer steps.",
                     "%s: %s would pass 2^32 - 1 by then", vrrl_graph_text_at(graph, graph->name),
                     name);
}

/* What a step adds to each counter that grows. */
static uint64_t *sum_signals(const vrrl_graph *graph)
{
    uint64_t *sums = calloc(graph->counter_count + (size_t)1, sizeof *sums);
    for (uint32_t t = 0; sums && t < graph->task_count; t++) {
        const vrrl_graph_task *task = &graph->tasks[t];
        for (uint32_t i = 0; i < task->signal_count; i++) {
            const vrrl_graph_signal *signal = &graph->signals[task->first_signal + i];
            if (graph->counters[signal->counter].grows)
                sums[signal->counter] += signal->amount;
        }
    }
    return sums;
}

/* Where a wait rises by what its counter does, nothing has changed for it; nor where it was over before the step. */
static bool changes(const vrrl_graph *graph, const vrrl_graph_wait *wait, const uint64_t *sums)
{
    const vrrl_graph_counter *counter = &graph->counters[wait->counter];
    bool over =
        !wait->equal && wait->threshold <= counter->init && wait->growth <= sums[wait->counter];
    return wait->growth != sums[wait->counter] && !over;
}

vrrl_code vrrl_graph_steps_alike(const vrrl_graph *graph, bool *alike, vrrl_error *err)
{
    uint64_t *sums = sum_signals(graph);
    if (!sums)
        return error_no_memory(err, 8ull * graph->counter_count);
    *alike = true;
    for (uint32_t t = 0; *alike && t < graph->task_count; t++) {
        const vrrl_graph_task *task = &graph->tasks[t];
        for (uint32_t i = 0; *alike && i < task->wait_count; i++)
            *alike = !changes(graph, &graph->waits[task->first_wait + i], sums);
    }
    free(sums);
    return VRRL_OK;
}

static vrrl_code raise_waits(vrrl_graph *graph, vrrl_error *err)
{
    for (uint32_t t = 0; t < graph->task_count; t++) {
        const vrrl_graph_task *task = &graph->tasks[t];
        for (uint32_t i = 0; i < task->wait_count; i++) {
            vrrl_graph_wait *wait = &graph->waits[task->first_wait + i];
            if (wait->growth > UINT32_MAX - wait->threshold)
                return wraps(graph, wait->counter, err);
            wait->threshold += wait->growth;
        }
    }
    return VRRL_OK;
}

vrrl_code vrrl_graph_next_step(vrrl_graph *graph, vrrl_error *err)
{
    uint64_t *sums = sum_signals(graph);
    vrrl_code code = sums ? raise_waits(graph, err)
                          : (vrrl_code)error_no_memory(err, 8ull * graph->counter_count);
    for (uint32_t c = 0; code == VRRL_OK && c < graph->counter_count; c++) {
        if (graph->counters[c].init + 2 * sums[c] > UINT32_MAX)
            code = wraps(graph, c, err);
        else
            graph->counters[c].init += (uint32_t)sums[c];
    }
    free(sums);
    return code;
}
