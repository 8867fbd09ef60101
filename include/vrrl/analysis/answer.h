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

/* One row a verdict: its code, its word, the exit code of a command that says it. Append only. */
#define VRRL_ANSWER_TABLE(X)                                                                       \
    X(SAFE, "safe", 0)                                                                             \
    X(SAME, "same", 0)                                                                             \
    X(NO_FAILURE, "no-failure", 0)                                                                 \
    X(VALID, "valid", 0)                                                                           \
    X(DONE, "done", 0)                                                                             \
    X(RACE, "race", 1)                                                                             \
    X(UNWRITTEN, "unwritten", 1)                                                                   \
    X(ORDER_DEPENDS, "order-depends", 1)                                                           \
    X(FAILS, "fails", 1)                                                                           \
    X(DIVERGED, "diverged", 1)                                                                     \
    X(DAMAGED, "damaged", 1)                                                                       \
    X(DEADLOCK, "deadlock", 3)                                                                     \
    X(LIVELOCK, "livelock", 3)                                                                     \
    X(HANG, "hang", 3)                                                                             \
    X(SHUTDOWN, "shutdown", 3)                                                                     \
    X(NOT_KNOWN, "not-known", 125)                                                                 \
    X(ERROR, "error", 2)

typedef enum vrrl_answer_verdict {
#define X(code, word, exit) VRRL_ANSWER_##code,
    VRRL_ANSWER_TABLE(X)
#undef X
        VRRL_ANSWER_VERDICTS, /* how many there are */
} vrrl_answer_verdict;

/* "race"; "?" for a number that is none. */
VRRL_API const char *vrrl_answer_word(vrrl_answer_verdict verdict);
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
/* Of several defects the first that gets stuck, else the first. */
VRRL_API vrrl_answer_verdict vrrl_answer_of_explore(const vrrl_explore_result *result);

#ifdef __cplusplus
}
#endif
#endif
