/* What tasks like this one do: the odd one out is most often the wrong one. */
#include "check/siblings.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>

static bool same_op(const vrrl_graph *graph, uint32_t a, uint32_t b)
{
    vrrl_graph_text x = graph->tasks[a].op, y = graph->tasks[b].op;
    return x == y || strcmp(vrrl_graph_text_at(graph, x), vrrl_graph_text_at(graph, y)) == 0;
}

static bool touches(const vrrl_graph *graph, uint32_t task, uint32_t buffer, bool write)
{
    const vrrl_graph_task *t = &graph->tasks[task];
    for (uint32_t i = 0; i < t->access_count; i++) {
        const vrrl_graph_access *access = &graph->accesses[t->first_access + i];
        if (graph->ranges[access->range].buffer == buffer &&
            (access->kind != VRRL_ACCESS_READ) == write)
            return true;
    }
    return false;
}

vrrl_code siblings_find(const vrrl_graph *graph, uint32_t task, uint32_t buffer, bool write,
                        struct siblings *siblings, vrrl_error *err)
{
    *siblings = (struct siblings){.buffer = buffer, .write = write};
    siblings->tasks = malloc((graph->task_count + (size_t)1) * sizeof *siblings->tasks);
    if (!siblings->tasks)
        return error_no_memory(err, graph->task_count * sizeof *siblings->tasks);
    for (uint32_t t = 0; t < graph->task_count; t++)
        if (same_op(graph, t, task) && touches(graph, t, buffer, write))
            siblings->tasks[siblings->count++] = t;
    return VRRL_OK;
}

void siblings_free(struct siblings *siblings)
{
    free(siblings->tasks);
    *siblings = (struct siblings){0};
}

const vrrl_graph_wait *wait_on(const vrrl_graph *graph, uint32_t task, uint32_t counter)
{
    const vrrl_graph_task *t = &graph->tasks[task];
    for (uint32_t i = 0; i < t->wait_count; i++)
        if (graph->waits[t->first_wait + i].counter == counter)
            return &graph->waits[t->first_wait + i];
    return NULL;
}

uint32_t siblings_waiting(const vrrl_graph *graph, const struct siblings *siblings, uint32_t but,
                          uint32_t counter, uint32_t *threshold, uint32_t *with_threshold)
{
    /* The commonest threshold by majority vote, and then how common it is. */
    uint32_t waiting = 0, votes = 0;
    *threshold = *with_threshold = 0;
    for (uint32_t i = 0; i < siblings->count; i++) {
        const vrrl_graph_wait *wait = wait_on(graph, siblings->tasks[i], counter);
        if (!wait || siblings->tasks[i] == but)
            continue;
        waiting++;
        if (votes == 0)
            *threshold = wait->threshold;
        votes += wait->threshold == *threshold ? 1 : -1u;
    }
    for (uint32_t i = 0; i < siblings->count; i++) {
        const vrrl_graph_wait *wait = wait_on(graph, siblings->tasks[i], counter);
        if (wait && siblings->tasks[i] != but && wait->threshold == *threshold)
            (*with_threshold)++;
    }
    return waiting;
}
