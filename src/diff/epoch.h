/* One epoch: slots first, then memory, then the debug log, then how it ended. */
#ifndef VRRL_DIFF_EPOCH_H
#define VRRL_DIFF_EPOCH_H

#include "diff/diff.h"

/* Compares epoch by epoch into `result`, which begins as zeros. Returns VRRL_OK whatever it finds;
 * after a divergence (result->difference) there is nothing more to compare. */
vrrl_code diff_epoch(const vrrl_program *program, const struct observation *a,
                     const struct observation *b, vrrl_diff_result *result, vrrl_error *err);
/* The same, without looking for slots that changed places. */
vrrl_code diff_epoch_alone(const vrrl_program *program, const struct observation *a,
                           const struct observation *b, vrrl_diff_result *result, vrrl_error *err);

/* An empty one, to be given to vrrl_diff_result_free. */
vrrl_diff_result *diff_result_create(vrrl_error *err);
/* Empties one that its owner keeps: frees what it holds. */
void diff_result_clear(vrrl_diff_result *result);

/* Sets the outcome, once the last epoch was compared. */
void diff_finish(vrrl_diff_result *result);

#endif
