/* vrrl replay --schedule: one schedule of a program, by its string. */
#ifndef VRRL_CLI_REPLAY_SCHEDULE_H
#define VRRL_CLI_REPLAY_SCHEDULE_H

#include "program_input.h"
#include "vrrl/analysis/schedule.h"

/* `string`: the schedule string itself, "-" for standard input, "@FILE" for a file that holds it. */
vrrl_code replay_schedule(const struct program_input *input, const char *string, int *exit_code,
                          vrrl_error *err);

/* Prints what the run of a schedule string showed. */
vrrl_code report_schedule(const vrrl_program *program, const vrrl_schedule_result *result,
                          int *exit_code, vrrl_error *err);

/* replay --as-recorded: the run of the recorded order, its report, and the string that repeats it. */
vrrl_code replay_as_recorded(const vrrl_recording *recording, const char *path, int *exit_code,
                             vrrl_error *err);

/* Of "-", standard input, or "@FILE": what it holds, without the space around it, which the caller frees; else NULL. */
vrrl_code replay_schedule_text(const char *string, char **text, vrrl_error *err);

#endif
