/* A failure to work on: given by a schedule string, or found by exploring. */
#ifndef VRRL_FAILURE_FAILURE_H
#define VRRL_FAILURE_FAILURE_H

#include "failure/failure_oracle.h"
#include "vrrl/analysis/explore.h"

/* Sets h->options and h->signature, and *caught, which the caller frees. `whole` has no edits yet.
 * VRRL_NOT_FOUND: nothing fails, or not under this schedule. */
vrrl_code failure_find(struct failure_oracle *h, const struct edited *whole,
                       const vrrl_failure_source *source, struct oracle_result *caught,
                       vrrl_error *err);
/* So many schedules of this program as one question about it is worth, at most `most`. */
uint32_t failure_schedules(const vrrl_program *program, uint32_t most);
/* The same where it is worth so many runs of slots. */
uint32_t failure_schedules_for(const vrrl_program *program, uint32_t slot_runs, uint32_t most);
/* The schedule string of a run of `decisions`, which the caller frees. NULL: it would be longer than one may
 * be, VRRL_SCHEDULE_TEXT_MAX. */
vrrl_code failure_text(const vrrl_program *program, const struct run_target_options *options,
                       const struct decisions *of, char **text, vrrl_error *err);

#endif
