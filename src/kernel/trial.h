/* Runs of a kernel, one after the other, each held against the sequential one. */
#ifndef VRRL_KERNEL_TRIAL_H
#define VRRL_KERNEL_TRIAL_H

#include "kernel/kernel.h"
#include "kernel/schedule_text.h"

struct kernel_trial;
struct kernel_trace;

/* Runs the sequential one. Whether spins go on, and which accesses are choices, is as `options` say for it, and as a
 * schedule says for each run. */
vrrl_code kernel_trial_create(const struct kernel *kernel, const struct kernel_options *options,
                              struct kernel_trial **trial, vrrl_error *err);
void kernel_trial_destroy(struct kernel_trial *trial);

const struct kernel_result *kernel_trial_sequential(const struct kernel_trial *trial);
/* Runs another. A run that ends well with other values than the sequential one has a VALUE as its finding. */
vrrl_code kernel_trial_run(struct kernel_trial *trial, const struct kernel_schedule *schedule,
                           struct kernel_result *result, vrrl_error *err);
/* From the next run on, what there is to choose from is added to *points; NULL: no more. */
void kernel_trial_note_points(struct kernel_trial *trial, struct kernel_points *points);
/* Keeps what the next runs do, each behind the one before; NULL: no longer. */
void kernel_trial_trace(struct kernel_trial *trial, struct kernel_trace *trace);
/* Of the run before: what deviates from the sequential one. Valid until the next run. */
const struct decisions *kernel_trial_deviations(const struct kernel_trial *trial);

#endif
