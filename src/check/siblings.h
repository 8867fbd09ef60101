/* Tasks of the same operation that access the same buffer in the same way, as `task` does. */
#ifndef VRRL_CHECK_SIBLINGS_H
#define VRRL_CHECK_SIBLINGS_H

#include "vrrl/run/graph.h"

struct siblings {
    uint32_t *tasks; /* ascending */
    uint32_t count;
    uint32_t buffer;
    bool write;
};

/* Finds the siblings of `task`, itself among them; the caller frees them. */
vrrl_code siblings_find(const vrrl_graph *graph, uint32_t task, uint32_t buffer, bool write,
                        struct siblings *siblings, vrrl_error *err);
void siblings_free(struct siblings *siblings);
/* Returns how many siblings but `but` wait for the counter. *threshold is the commonest threshold of their waits,
 * *with_threshold how many have it. */
uint32_t siblings_waiting(const vrrl_graph *graph, const struct siblings *siblings, uint32_t but,
                          uint32_t counter, uint32_t *threshold, uint32_t *with_threshold);
/* Returns the task's first wait for a counter, or NULL. */
const vrrl_graph_wait *wait_on(const vrrl_graph *graph, uint32_t task, uint32_t counter);

#endif
