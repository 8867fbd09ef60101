/* Slots of one epoch: which of them differ, which of those count, and which was the first. */
#ifndef VRRL_DIFF_SLOTS_H
#define VRRL_DIFF_SLOTS_H

#include "diff/diff.h"

/* The divergent slot: the first, in an order that respects happens-before, of those whose status or
 * result differs and is not excused; VRRL_NO_INDEX: none. Counts slots into `result`. */
vrrl_code diff_slots(const vrrl_program *program, const struct observation *a,
                     const struct observation *b, uint32_t *slot, vrrl_diff_result *result,
                     vrrl_error *err);

#endif
