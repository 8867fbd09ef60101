/* Which words of a program's machine are observed. */
#ifndef VRRL_RUN_OBSERVED_H
#define VRRL_RUN_OBSERVED_H

#include "host/state.h"
#include "vrrl/run/program.h"

/* A state over the control and observable words and the program's regions (those that are ignored
 * left out; all of user memory where the program names no region). */
vrrl_code observed_state_of(const vrrl_program *program, struct observed_state *state,
                            vrrl_error *err);

#endif
