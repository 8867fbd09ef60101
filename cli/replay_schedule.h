/* vrrl replay --schedule: one schedule of a program, by its string. */
#ifndef VRRL_CLI_REPLAY_SCHEDULE_H
#define VRRL_CLI_REPLAY_SCHEDULE_H

#include "program_input.h"

/* `string`: the schedule string itself, "-" for standard input, "@FILE" for a file that holds it. */
vrrl_code replay_schedule(const struct program_input *input, const char *string, bool json,
                          int *exit_code, vrrl_error *err);

#endif
