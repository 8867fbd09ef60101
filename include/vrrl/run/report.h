/* SPDX-License-Identifier: MIT */
/*
 * Reports of runs: a diff, the replay of a bare log and why an epoch is stuck, as text for people and
 * JSON for programs. Pure functions of results.
 */
#ifndef VRRL_API_RUN_REPORT_H
#define VRRL_API_RUN_REPORT_H

#include "vrrl/run/bare_log.h"
#include "vrrl/run/diff.h"

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How a side of a diff is called. Texts are borrowed. */
typedef struct vrrl_report_side {
    const char *role;   /* "recording", "replay", "A", "B" */
    const char *name;   /* a path, or a backend's name */
    const char *detail; /* "threads, 2 workers, random claims, seed 7" */
    const char *verb;   /* "recorded", "replayed" */
} vrrl_report_side;

/* "threads, 2 workers, random claims, seed 7": how a run on a backend is made. */
VRRL_API void vrrl_report_run_words(const char *backend, uint32_t workers, vrrl_claim_order claim,
                                    uint64_t seed, char *out, size_t size);
/* The same of a recording; "scheduled, 2 workers, schedule v1:…", "…, unfinished" */
VRRL_API void vrrl_report_recording_words(const vrrl_recording_info *info, char *out, size_t size);

/* What a replay of a program is called, by the name of its backend: "re-executed, symbolic". */
VRRL_API void vrrl_report_replay_words(const vrrl_program *program, const char *backend, char *out,
                                       size_t size);

/* What was recorded. `side` has the recording's path as its name, and how it was run as its detail. `cut_by`: what ended
 * a run that was cut, "interrupted". Why one got stuck is vrrl_report_stuck's to say. */
/* What a backend reported, and what becomes of it: two lines. */
VRRL_API void vrrl_report_recovery(const vrrl_recovery *what, FILE *out);
VRRL_API void vrrl_report_record(const vrrl_program *program, const vrrl_record_summary *summary,
                                 const vrrl_report_side *side, const char *cut_by, FILE *out);
/* The same as one JSON object on one line; `path` is the recording's. */
VRRL_API void vrrl_report_record_json(const vrrl_record_summary *summary, const char *path,
                                      FILE *out);

/* A diff as text: verdict, where, what, why. `program` gives the names. */
VRRL_API void vrrl_report_diff(const vrrl_program *program, const vrrl_diff_result *result,
                               const vrrl_report_side *a, const vrrl_report_side *b, FILE *out);
/* The same as one JSON object on one line, with the fields of the result; `vrrl` puts it into an envelope: docs/json.md. */
VRRL_API void vrrl_report_diff_json(const vrrl_program *program, const vrrl_diff_result *result,
                                    const vrrl_report_side *a, const vrrl_report_side *b,
                                    FILE *out);

/* The replay of a bare log. `log_side->detail` says what memory began as. Every report names what a
 * bare log does not tell. */
VRRL_API void vrrl_report_bare(const vrrl_bare_log *log, const vrrl_bare_result *result,
                               const vrrl_report_side *log_side,
                               const vrrl_report_side *replay_side, FILE *out);
VRRL_API void vrrl_report_bare_json(const vrrl_bare_log *log, const vrrl_bare_result *result,
                                    const vrrl_report_side *log_side,
                                    const vrrl_report_side *replay_side, FILE *out);
VRRL_API vrrl_outcome vrrl_report_bare_outcome(const vrrl_bare_log *log,
                                               const vrrl_bare_result *result);

/* Why an epoch got stuck: the roots first, then what is behind them, then what it is not. */
VRRL_API void vrrl_report_stuck(const vrrl_program *program, uint32_t epoch, vrrl_verdict verdict,
                                const vrrl_stuck *stuck, FILE *out);
/* The same as one JSON object on one line. */
VRRL_API void vrrl_report_stuck_json(const vrrl_program *program, uint32_t epoch,
                                     const vrrl_stuck *stuck, FILE *out);

/* The exit code of an outcome: 0 same, 1 diverged, 3 stuck. */
VRRL_API int vrrl_report_exit(vrrl_outcome outcome);

/* A number with commas, "5,890", into `out`, which must hold 27 bytes; returns `out`. */
VRRL_API const char *vrrl_report_number(uint64_t number, char out[27]);

#ifdef __cplusplus
}
#endif
#endif
