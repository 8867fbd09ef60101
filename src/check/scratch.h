/*
 * Words of regions that are declared scratch: whoever reads one must find what a slot, or a prologue, has
 * written there in this run. What a program file says of memory at the start is no such value.
 */
#ifndef VRRL_CHECK_SCRATCH_H
#define VRRL_CHECK_SCRATCH_H

#include "program/epoch_touches.h"
#include "vrrl/analysis/check.h"

struct scratch {
    uint8_t *marks; /* by arena word; NULL: no region is scratch */
};

vrrl_code scratch_create(const vrrl_program *program, struct scratch *scratch, vrrl_error *err);
void scratch_free(struct scratch *scratch);
/* The next epoch of the run: adds the reads of words that nothing has written, in an earlier epoch or in
 * this one, whatever the order of its slots. A read that may not come, or whose place is not known, is
 * none; a write that may not come is one. */
vrrl_code scratch_epoch(struct scratch *scratch, const vrrl_program *program, uint32_t epoch,
                        const struct epoch_touches *touches, vrrl_program_check *check,
                        vrrl_error *err);

#endif
