/* One epoch: slots first, then memory, then the debug log, then how it ended. */
#ifndef VRRL_DIFF_EPOCH_H
#define VRRL_DIFF_EPOCH_H

#include "diff/diff.h"

/* Compares epoch by epoch into `result`, which begins as zeros. Returns VRRL_OK whatever it finds;
 * after a divergence (result->difference) there is nothing more to compare. */
vrrl_code diff_epoch(const vrrl_program *program, const struct observation *a,
                     const struct observation *b, vrrl_diff_result *result, vrrl_error *err);

/* Sets the outcome, once the last epoch was compared. */
void diff_finish(vrrl_diff_result *result);

#endif
