/* What a command says to a program: one JSON object a line, in the same envelope for all: docs/json.md. */
#ifndef VRRL_CLI_ANSWER_H
#define VRRL_CLI_ANSWER_H

#include "cli.h"
#include "vrrl/analysis/explore.h"
#include "vrrl/analysis/finding.h"
#include "vrrl/analysis/verdict.h"

#include <argp.h>
#include <jansson.h>

/* One row a verdict: its code, its word, the exit code. All verdicts of all commands are here. */
#define ANSWER_VERDICT_TABLE(X)                                                                    \
    X(SAFE, "safe", CLI_OK)                                                                        \
    X(SAME, "same", CLI_OK)                                                                        \
    X(NO_FAILURE, "no-failure", CLI_OK)                                                            \
    X(VALID, "valid", CLI_OK)                                                                      \
    X(DONE, "done", CLI_OK)                                                                        \
    X(RACE, "race", CLI_DIFFERENT)                                                                 \
    X(UNWRITTEN, "unwritten", CLI_DIFFERENT)                                                       \
    X(ORDER_DEPENDS, "order-depends", CLI_DIFFERENT)                                               \
    X(FAILS, "fails", CLI_DIFFERENT)                                                               \
    X(DIVERGED, "diverged", CLI_DIFFERENT)                                                         \
    X(DAMAGED, "damaged", CLI_DIFFERENT)                                                           \
    X(DEADLOCK, "deadlock", CLI_STUCK)                                                             \
    X(LIVELOCK, "livelock", CLI_STUCK)                                                             \
    X(HANG, "hang", CLI_STUCK)                                                                     \
    X(SHUTDOWN, "shutdown", CLI_STUCK)                                                             \
    X(NOT_KNOWN, "not-known", CLI_CANNOT)                                                          \
    X(ERROR, "error", CLI_USAGE)

enum answer_verdict {
#define X(code, word, exit) ANSWER_##code,
    ANSWER_VERDICT_TABLE(X)
#undef X
        ANSWER_VERDICTS, /* how many there are */
};

/* --json; argp's input is not looked at. */
extern const struct argp answer_argp;
/* True where --json was given. */
bool answer_is_json(void);
/* Who answers; with `json` as if --json was given. cli_parse says it. */
void answer_by(const char *command, bool json);
/* What the answers that follow are about: one path, or several; borrowed. */
void answer_about(const char *input);
void answer_about_all(const char *const *inputs, size_t count);

/* What the answer at hand found; the list is taken over. */
void answer_findings(vrrl_findings *findings);
/* Begins an answer. With --json the stream is for one JSON object, the answer's result; else it is stdout. */
FILE *answer_begin(void);
/* Ends it: prints the envelope. Returns the exit code of the verdict, or that of a signal that ended the work. */
int answer_end(enum answer_verdict verdict);
/* The exit code of the verdict. */
int answer_exit(enum answer_verdict verdict);
/* Both at once of an object, which is taken over; NULL: memory lacks. */
int answer_object(json_t *result, enum answer_verdict verdict);
/* A result that is printed piece by piece, to file descriptor 1: this prints all that stands before it. Then
 * answer_end, or an error, says the rest. */
void answer_stream(void);
/* An error of an input that ends with `exit_code`: returns what the options make of that, with --json as an
 * answer. `error` is printed elsewhere. */
int answer_error(const vrrl_error *error, int exit_code);
/* The same of a command line, whose exit code is what it is. */
void answer_usage(const vrrl_error *error);

/* The verdicts of results. */
enum answer_verdict answer_of_run(vrrl_verdict verdict);
enum answer_verdict answer_of_check(vrrl_check_verdict verdict);
enum answer_verdict answer_of_outcome(vrrl_outcome outcome, vrrl_verdict stuck);
enum answer_verdict answer_of_diff(const vrrl_diff_result *result);
enum answer_verdict answer_of_defect(vrrl_defect_kind kind);
enum answer_verdict answer_of_explore(const vrrl_explore_result *result);

#endif
