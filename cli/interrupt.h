/* Ctrl-C and SIGTERM, for commands that can end early with what they have found. */
#ifndef VRRL_CLI_INTERRUPT_H
#define VRRL_CLI_INTERRUPT_H

#include <stdbool.h>

/* From now on the first of the two sets the flag that is returned; one that comes a second later kills
 * as ever. A signal that was ignored when the command began stays ignored. */
const bool *interrupt_flag(void);
/* For a command that cannot end early: the first of the two ends the process with a line, which is printed, and
 * with the exit code; 0 stands for 128 and the signal. The first line is for SIGINT, the second for SIGTERM; both
 * are taken over. Called again it changes all; what was printed so far is flushed. */
void interrupt_last_lines(int exit_code, char *lines[2]);
/* From now on the two kill as ever: the report is being printed. */
void interrupt_kills(void);

/* The command's exit code: a failure that was found stays one, and what was interrupted without one
 * exits as shells have it, with 128 and the signal: 130 or 143; what is not known, 125, is no failure. */
int interrupt_exit(int exit_code);

#endif
