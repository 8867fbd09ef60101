/* Parts of buffers that are read and never written, or written and never read. */
#ifndef VRRL_GRAPH_GRAPH_HOLES_H
#define VRRL_GRAPH_GRAPH_HOLES_H

#include "graph/graph_lint.h"

/* Fills in the holes. Of `lint` NULL only *total, how many there are. */
vrrl_code graph_holes_find(const vrrl_graph *graph, vrrl_graph_lint *lint, uint32_t *total,
                           vrrl_error *err);
/* Parts of buffers that nobody reads, and of outputs that nobody writes. */
vrrl_code graph_unread_find(const vrrl_graph *graph, vrrl_graph_lint *lint, vrrl_error *err);

#endif
