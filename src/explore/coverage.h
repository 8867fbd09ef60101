/*
 * Coverage: of the slots that conflict, in which orders have they run.
 *
 * Two slots of a batch conflict where both touch a word and one of them writes it (updates commute
 * with each other, and so do signals). A run shows an order of the two when the one ended before
 * the other was claimed for the last time. Some orders no run can show: the program rules them out.
 */
#ifndef VRRL_EXPLORE_COVERAGE_H
#define VRRL_EXPLORE_COVERAGE_H

#include "vrrl/run/program.h"

enum { COVERAGE_PAIRS_MAX = 16384 }; /* of more, as many are drawn */

struct coverage;

vrrl_code coverage_create(const vrrl_program *program, struct coverage **made, vrrl_error *err);
void coverage_destroy(struct coverage *c);
uint32_t coverage_pairs(const struct coverage *c);

/* Looks at a run of an epoch: when each slot was claimed and ended, by position; 0: never. Calls
 * `found` for each order that is new to `c`, by number: below twice coverage_pairs. */
void coverage_look(struct coverage *c, uint32_t epoch, const uint64_t *claimed_at,
                   const uint64_t *ended_at, void (*found)(void *context, uint32_t order),
                   void *context);

/* The slots of a pair, for tests: batch and positions. */
void coverage_pair(const struct coverage *c, uint32_t pair, uint32_t *batch, uint32_t *a,
                   uint32_t *b);

#endif
