/* Roots of an epoch that show only once the others have what they lack: what has ended by then has left
 * memory so that a condition does not hold any more, or a flag is down. A graph does not tell of that; the
 * memory in which a run got stuck does. */
#ifndef VRRL_CHECK_LATER_ROOTS_H
#define VRRL_CHECK_LATER_ROOTS_H

#include "vrrl/analysis/check.h"

/* Adds them to the roots of an epoch that a run, which left `memory`, did not get through. Where slots are stuck
 * in it that end in other runs, nothing is added. */
vrrl_code later_roots_add(const vrrl_program *program, const vrrl_epoch_result *run,
                          const uint32_t *memory, vrrl_epoch_check *item, vrrl_error *err);

/* Takes them over from an earlier check of the epoch, of which as many slots are stuck. */
void later_roots_keep(const vrrl_check_result *before, vrrl_check_result *result);

#endif
