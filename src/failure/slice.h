/*
 * Slices of an epoch: which slots may matter for what went wrong at a few of them. Guesses for
 * a shrinker to try before it halves, so that a pair among thousands is found at once.
 */
#ifndef VRRL_FAILURE_SLICE_H
#define VRRL_FAILURE_SLICE_H

#include "vrrl/run/program.h"

enum slice_kind {
    SLICE_PAIR,    /* these alone; where one is all that is known, all that conflict with it */
    SLICE_SIGNALS, /* and those that signal what they wait for */
    SLICE_CONE,    /* and all that those need, and so on: signals and what is read */
    SLICE_KINDS,
};

/* Sets keep[] for each slot of `program` (by index in slots[]): those of the epoch's batch that the
 * slice has. `seeds` are positions, one at least. */
vrrl_code slice_of(const vrrl_program *program, uint32_t epoch, const uint32_t *seeds,
                   uint32_t seed_count, enum slice_kind kind, bool *keep, vrrl_error *err);
/* All positions of the epoch's batch, those first that are near to what went wrong: the seeds, what
 * these conflict with or need, what that does, and so on; then the others as they stand. `order` has room for
 * a batch. */
vrrl_code slice_order(const vrrl_program *program, uint32_t epoch, const uint32_t *seeds,
                      uint32_t seed_count, uint32_t *order, vrrl_error *err);

#endif
