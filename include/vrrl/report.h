/* SPDX-License-Identifier: MIT */
/*
 * Reports: finished results as text for people and JSON for programs. Pure functions of results.
 */
#ifndef VRRL_REPORT_H
#define VRRL_REPORT_H

#include "vrrl/diff.h"
#include "vrrl/explain.h"
#include "vrrl/replay.h"
#include "vrrl/search.h"
#include "vrrl/shrink.h"

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

/* A diff as text: verdict, where, what, why. `program` gives the names. */
VRRL_API void vrrl_report_diff(FILE *out, const vrrl_program *program,
                               const vrrl_diff_result *result, const vrrl_report_side *a,
                               const vrrl_report_side *b);
/* The same as one JSON object on one line, with "verdict", "exit" and the fields of the result. */
VRRL_API void vrrl_report_diff_json(FILE *out, const vrrl_program *program,
                                    const vrrl_diff_result *result, const vrrl_report_side *a,
                                    const vrrl_report_side *b);

/* The replay of a bare log. `log_side->detail` says what memory began as. Every report names what a
 * bare log does not tell. */
VRRL_API void vrrl_report_bare(FILE *out, const vrrl_bare_log *log, const vrrl_bare_result *result,
                               const vrrl_report_side *log_side,
                               const vrrl_report_side *replay_side);
VRRL_API void vrrl_report_bare_json(FILE *out, const vrrl_bare_log *log,
                                    const vrrl_bare_result *result,
                                    const vrrl_report_side *log_side,
                                    const vrrl_report_side *replay_side);
VRRL_API vrrl_outcome vrrl_report_bare_outcome(const vrrl_bare_log *log,
                                               const vrrl_bare_result *result);

/* Why an epoch got stuck: the roots first, then what is behind them, then what it is not. */
VRRL_API void vrrl_report_stuck(FILE *out, const vrrl_program *program, uint32_t epoch,
                                vrrl_verdict verdict, const vrrl_stuck *stuck);

/* A campaign: the verdict, its defects by name, each with a command that shows it again, where they
 * show, and what the search is worth. `target` is what that command calls the program: a path, and
 * the options that it was loaded with. */
VRRL_API void vrrl_report_explore(FILE *out, const vrrl_program *program,
                                  const vrrl_explore_result *result, const char *target);
/* The same as one JSON object on one line; without times, so that it is the same each time. */
VRRL_API void vrrl_report_explore_json(FILE *out, const vrrl_program *program,
                                       const vrrl_explore_result *result, const char *target);
/* 0 no failure, 3 with a deadlock, a livelock or a shutdown among them, else 1. */
VRRL_API int vrrl_report_explore_exit(const vrrl_explore_result *result);

/* An explanation: the pair, both orders with their timelines, and the repairs that were tried.
 * `target` as in vrrl_report_explore. `ascii`: no box-drawing characters. */
VRRL_API void vrrl_report_explain(FILE *out, const vrrl_program *program,
                                  const vrrl_explain_result *result, const char *target,
                                  bool ascii);
/* The same as one JSON object on one line, without times. */
VRRL_API void vrrl_report_explain_json(FILE *out, const vrrl_program *program,
                                       const vrrl_explain_result *result, const char *target);
/* Its timelines as a standalone SVG. */
VRRL_API void vrrl_report_explain_svg(FILE *out, const vrrl_explain_result *result);

/* What a shrunk failure was written to; NULL: nothing was. */
typedef struct vrrl_report_shrunk {
    const char *program, *recording;
    /* The program file as a word of a command line; NULL where none was written. */
    const char *word;
    const vrrl_program
        *of; /* what was shrunk: where that is of an unfinished recording it is said */
} vrrl_report_shrunk;
/* What is left of a failure: sizes before and after, names, how far it is known to be minimal, and
 * how to see it again. */
VRRL_API void vrrl_report_shrink(FILE *out, const vrrl_shrink_result *result,
                                 const vrrl_report_shrunk *paths);
/* The same as one JSON object on one line, without times. */
VRRL_API void vrrl_report_shrink_json(FILE *out, const vrrl_shrink_result *result,
                                      const vrrl_report_shrunk *paths);

/* The run of a schedule string: as a diff against the reference's run, and the `expect` that does not
 * hold where that is the failure. */
VRRL_API void vrrl_report_schedule(FILE *out, const vrrl_program *program,
                                   const vrrl_schedule_result *result);
VRRL_API void vrrl_report_schedule_json(FILE *out, const vrrl_program *program,
                                        const vrrl_schedule_result *result);
/* 0 no failure, 1 a difference, 3 a deadlock, livelock or shutdown with work left. */
VRRL_API int vrrl_report_schedule_exit(const vrrl_schedule_result *result);

/* The exit code of an outcome: 0 same, 1 diverged, 3 stuck. */
VRRL_API int vrrl_report_exit(vrrl_outcome outcome);

/* A number with commas, "5,890", into `out`, which must hold 27 bytes; returns `out`. */
VRRL_API const char *vrrl_report_number(char out[27], uint64_t number);

#ifdef __cplusplus
}
#endif
#endif
