/* SPDX-License-Identifier: MIT */
/*
 * Verdicts: one table of words and exit codes for what all commands say.
 *
 * Vocabulary
 *   verdict  one word for a whole result: "safe", "race", "diverged". `vrrl --json` has it, and docs/json.md
 *            tells which command says which.
 *
 * Pure functions.
 */
#ifndef VRRL_API_ANALYSIS_ANSWER_H
#define VRRL_API_ANALYSIS_ANSWER_H

#include "vrrl/analysis/check.h"
#include "vrrl/analysis/explore.h"
#include "vrrl/run/diff.h"
#include "vrrl/run/recording.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One row a verdict: its code, its word, the same as reports for people begin with it, the exit code of a command
 * that says it. Append only. */
#define VRRL_ANSWER_TABLE(X)                                                                       \
    X(SAFE, "safe", "SAFE", 0)                                                                     \
    X(SAME, "same", "SAME", 0)                                                                     \
    X(NO_FAILURE, "no-failure", "NO FAILURE", 0)                                                   \
    X(VALID, "valid", "VALID", 0)                                                                  \
    X(DONE, "done", "DONE", 0)                                                                     \
    X(RACE, "race", "RACE", 1)                                                                     \
    X(UNWRITTEN, "unwritten", "UNWRITTEN", 1)                                                      \
    X(ORDER_DEPENDS, "order-depends", "ORDER DEPENDS", 1)                                          \
    X(FAILS, "fails", "FAILS", 1)                                                                  \
    X(DIVERGED, "diverged", "DIVERGED", 1)                                                         \
    X(DAMAGED, "damaged", "DAMAGED", 1)                                                            \
    X(DEADLOCK, "deadlock", "DEADLOCK", 3)                                                         \
    X(LIVELOCK, "livelock", "LIVELOCK", 3)                                                         \
    X(HANG, "hang", "HANG", 3)                                                                     \
    X(SHUTDOWN, "shutdown", "SHUTDOWN", 3)                                                         \
    X(NOT_KNOWN, "not-known", "NOT KNOWN", 125)                                                    \
    X(ERROR, "error", "ERROR", 2)                                                                  \
    X(UNFIT, "unfit", "UNFIT", 1)

typedef enum vrrl_answer_verdict {
#define X(code, word, title, exit) VRRL_ANSWER_##code,
    VRRL_ANSWER_TABLE(X)
#undef X
        VRRL_ANSWER_VERDICTS, /* how many there are */
} vrrl_answer_verdict;

/* "race"; "?" for a number that is none. */
VRRL_API const char *vrrl_answer_word(vrrl_answer_verdict verdict);
/* "RACE", "NOT KNOWN"; "?" for a number that is none. */
VRRL_API const char *vrrl_answer_title(vrrl_answer_verdict verdict);
/* 0 nothing is wrong; 1, 3 (stuck), 125 (not known) or 2 (an error) otherwise. */
VRRL_API int vrrl_answer_exit(vrrl_answer_verdict verdict);

/* The verdicts of results. */
VRRL_API vrrl_answer_verdict vrrl_answer_of_run(vrrl_verdict verdict);
VRRL_API vrrl_answer_verdict vrrl_answer_of_record(const vrrl_record_summary *summary);
VRRL_API vrrl_answer_verdict vrrl_answer_of_check(vrrl_check_verdict verdict);
VRRL_API vrrl_answer_verdict vrrl_answer_of_outcome(vrrl_outcome outcome, vrrl_verdict stuck);
VRRL_API vrrl_answer_verdict vrrl_answer_of_diff(const vrrl_diff_result *result);
VRRL_API vrrl_answer_verdict vrrl_answer_of_defect(vrrl_defect_kind kind);
/* Of a schedule that is compared with the reference: SAME, or DIVERGED from it. */
VRRL_API vrrl_answer_verdict vrrl_answer_of_schedule(vrrl_defect_kind kind);
/* Of VRRL_NOT_FOUND of vrrl_explain or vrrl_shrink: UNWRITTEN where the graph, whose `lint` that is or NULL, reads
 * what nobody writes; else NOT_KNOWN where not all cells were run; else NO_FAILURE. */
VRRL_API vrrl_answer_verdict vrrl_answer_of_nothing(const vrrl_error *nothing,
                                                    const vrrl_graph_lint *lint);
/* Of several defects the first that gets stuck, else the first. */
VRRL_API vrrl_answer_verdict vrrl_answer_of_explore(const vrrl_explore_result *result);

#ifdef __cplusplus
}
#endif
#endif
