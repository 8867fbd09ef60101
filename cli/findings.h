/* What continuous integration asks of a command: which findings count, and files about them: docs/ci.md. */
#ifndef VRRL_CLI_FINDINGS_H
#define VRRL_CLI_FINDINGS_H

#include "cli.h"
#include "vrrl/analysis/finding.h"

#include <argp.h>

/* --baseline, --write-baseline, --fail-on, --junit, --sarif, --bisect, --verbose; argp's input is not looked at. */
extern const struct argp findings_argp;
/* The same without a line in the help. */
extern const struct argp findings_hidden_argp;

/* The words of --fail-on by their index, and NULL. */
const char *findings_word_at(uint32_t index);

/* Holds findings of an input against the baseline, and returns the exit code that the options make of a
 * verdict's: 0 where none of them counts. NULL: there are none. */
int findings_judge(const char *input, const char *verdict, int exit_code, vrrl_findings *findings);
/* The same of an input that is done. Takes the list, or NULL, over: it is good until findings_finish. */
int findings_take(const char *input, const char *verdict, int exit_code, vrrl_findings *findings);
/* An input of which there is no result. Returns the exit code. */
int findings_take_error(const char *input, const char *verdict, int exit_code, const char *text);
/* The list that was taken last; NULL: none. */
const vrrl_findings *findings_last(void);
/* Prints its ids: all of them with --verbose, else those that are known. */
void findings_print(void);
/* After the options: reads the baseline, and sees that what is to be written can be. */
vrrl_code findings_begin(vrrl_error *err);
/* After the last input: writes the files that were asked for, and says what in the baseline has expired or
 * occurs no more. Returns the exit code of the command. */
int findings_finish(const char *command, int exit_code);

#endif
