/* What a command says to a program: one JSON object a line, in the same envelope for all: docs/json.md. */
#ifndef VRRL_CLI_ANSWER_H
#define VRRL_CLI_ANSWER_H

#include "cli.h"
#include "vrrl/analysis/answer.h"
#include "vrrl/analysis/finding.h"

#include <argp.h>
#include <jansson.h>

/* --json, --quiet, --color; argp's input is not looked at. */
extern const struct argp answer_argp;
/* After the options, before anything is printed: without --json nothing is with --quiet, and verdicts have colour
 * where there may be some. */
vrrl_code answer_open(vrrl_error *err);
/* True where --json was given. */
bool answer_is_json(void);
/* Who answers; with `json` as if --json was given. cli_parse says it. */
void answer_by(const char *command, bool json);
/* What the answers that follow are about: one path, or several; borrowed. */
void answer_about(const char *input);
void answer_about_all(const char *const *inputs, size_t count);

/* What the answer at hand found; the list, or NULL, is taken over. */
void answer_findings(vrrl_findings *findings);
/* Begins an answer. With --json the stream is for one JSON object, the answer's result; else it is stdout. */
FILE *answer_begin(void);
/* Ends it: prints the envelope. Returns the exit code of the verdict, or that of a signal that ended the work. */
int answer_end(vrrl_answer_verdict verdict);
/* Both at once of an object, which is taken over; NULL: memory lacks. */
int answer_object(json_t *result, vrrl_answer_verdict verdict);
/* A result that is printed piece by piece, to file descriptor 1: this prints all that stands before it. Then
 * answer_end, or an error, says the rest. */
void answer_stream(void);
/* An error of an input that ends with `exit_code`: returns what the options make of that, with --json as an
 * answer. `error` is printed elsewhere. */
int answer_error(const vrrl_error *error, int exit_code);
/* The same of a command line, whose exit code is what it is. */
void answer_usage(const vrrl_error *error);
/* From now on a signal ends the command, with the exit code of what is known of this input, or of the worst one
 * before it, else that of signals. It prints `line`; with --json an answer, whose verdict is what is known, or
 * "interrupted". Takes `result` and the findings, which may be NULL, over. */
void answer_if_interrupted(vrrl_answer_verdict known, int worst, const char *line, json_t *result,
                           vrrl_findings *findings);

#endif
