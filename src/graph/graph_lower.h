/* Lowering with an assignment that is there, as an edit of one. */
#ifndef VRRL_GRAPH_GRAPH_LOWER_H
#define VRRL_GRAPH_GRAPH_LOWER_H

#include "vrrl/run/graph.h"

/* As vrrl_graph_lower; `steps` 0 is 1. */
vrrl_code graph_lower_assigned(const vrrl_graph *graph, const vrrl_assignment *assignment,
                               uint32_t steps, vrrl_program **program, vrrl_error *err);

/* The position in the batch of a task of `tasks`: its slot's. `tasks`: it has none. */
uint32_t lowered_position(const vrrl_assignment *assignment, uint32_t tasks, uint32_t task);

#endif
