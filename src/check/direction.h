/*
 * Which of two tasks was meant to come first. Ids tell nothing of it; what does, in this order:
 *
 *   1. one of them waits for a counter that the other signals, and not the other way round;
 *   2. one of them reads in a graph's buffer what only the other one writes;
 *   3. the order in which the file has them, if all tasks could run in it: no wait for every signal of its
 *      counter comes before one of them.
 *
 * Where none of these tells, it is not known.
 */
#ifndef VRRL_CHECK_DIRECTION_H
#define VRRL_CHECK_DIRECTION_H

#include "vrrl/analysis/check.h"

struct directions {
    const vrrl_graph *graph;
    uint32_t *writers; /* by segment: the one task that writes it, or MANY_WRITE, NONE */
    bool runs;         /* the file's order is one in which all can run */
};

vrrl_code directions_create(const vrrl_graph *graph, struct directions *d, vrrl_error *err);
void directions_free(struct directions *d);
/* Turns the pair, so that the first one was meant to come first; where that is not known, is first in the
 * file. Returns whether it is known. */
bool directions_turn(const struct directions *d, vrrl_check_pair *pair);
/* Pairs by the places in the file, their first task before their second. */
int directions_compare(const vrrl_graph *graph, const vrrl_check_pair *a, const vrrl_check_pair *b);

#endif
