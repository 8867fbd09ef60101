/* An order of tasks by what they do, whom they wait for and who waits for them, not by their numbers: the same whatever
 * number a task or an event has. */
#ifndef VRRL_GRAPH_MIRAGE_RANK_H
#define VRRL_GRAPH_MIRAGE_RANK_H

#include "graph/mirage.h"

/* (*ranked)[i] is the i-th task; from MIRAGE_FIRST_TASK on all are there. The caller frees it. */
vrrl_code mirage_rank(struct mirage *m, const uint32_t *launched_by, uint32_t **ranked);

#endif
