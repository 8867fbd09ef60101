/* Ctrl-C and SIGTERM, for commands that can end early with what they have found. */
#ifndef VRRL_CLI_INTERRUPT_H
#define VRRL_CLI_INTERRUPT_H

#include <stdbool.h>
#include <stdio.h>

/* From now on the first of the two sets the flag that is returned; one that comes a second later kills
 * as ever. A signal that was ignored when the command began stays ignored. */
const bool *interrupt_flag(void);
/* For a command that cannot end early: the first of the two ends the process with this line on `stream`, and
 * with the exit code; 0 stands for 128 and the signal. Called again it changes both; what was printed so far
 * is flushed. */
void interrupt_last_line(FILE *stream, int exit_code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* From now on the two kill as ever: the report is being printed. */
void interrupt_kills(void);

/* The command's exit code: a failure that was found stays one, and what was interrupted without one
 * exits as shells have it, with 128 and the signal: 130 or 143; what is not known, 125, is no failure. */
int interrupt_exit(int exit_code);

#endif
