/*
 * Slices of an epoch: which slots may matter for what went wrong at one or two of them. Guesses for
 * a shrinker to try before it halves, so that a pair among thousands is found at once.
 */
#ifndef VRRL_FAILURE_SLICE_H
#define VRRL_FAILURE_SLICE_H

#include "vrrl/program.h"

enum slice_kind {
    SLICE_PAIR,    /* the two alone; where one is not known, all that conflict with the other */
    SLICE_SIGNALS, /* and those that signal what they wait for */
    SLICE_CONE,    /* and all that those need, and so on: signals and what is read */
    SLICE_KINDS,
};

/* Sets keep[] for each slot of `program` (by index in slots[]): those of the epoch's batch that the
 * slice has. `slot` and `other` are positions; VRRL_NO_INDEX: not known. */
vrrl_code slice_of(const vrrl_program *program, uint32_t epoch, uint32_t slot, uint32_t other,
                   enum slice_kind kind, bool *keep, vrrl_error *err);

/* Whether `slot` waits, by itself or over others, for what `other` brings about: both are positions. That
 * says nothing of whether it waits for enough of it. */
vrrl_code slice_awaits(const vrrl_program *program, uint32_t epoch, uint32_t slot, uint32_t other,
                       bool *awaits, vrrl_error *err);

#endif
