/* Ctrl-C and SIGTERM, for commands that can end early with what they have found. */
#ifndef VRRL_CLI_INTERRUPT_H
#define VRRL_CLI_INTERRUPT_H

#include <stdbool.h>

/* From now on the first of the two sets the flag that is returned; one that comes a second later kills
 * as ever. A signal that was ignored when the command began stays ignored. */
const bool *interrupt_flag(void);
/* The command's exit code: a failure that was found stays one, and what was interrupted without one
 * exits as shells have it, with 128 and the signal: 130 or 143. */
int interrupt_exit(int exit_code);

#endif
