/* From Mirage's tasks and events to a task graph: a task a task, a counter an event. */
#ifndef VRRL_GRAPH_MIRAGE_BUILD_H
#define VRRL_GRAPH_MIRAGE_BUILD_H

#include "graph/mirage.h"

/* Fills m->graph, and finishes it. `ranked`: tasks in the order of their ids. */
vrrl_code mirage_build(struct mirage *m, const uint32_t *launched_by, const uint32_t *ranked);

#endif
