/* SPDX-License-Identifier: MIT */
/*
 * Reports of an analysis: text for people and JSON for programs. Pure functions of results.
 */
#ifndef VRRL_API_ANALYSIS_REPORT_H
#define VRRL_API_ANALYSIS_REPORT_H

#include "vrrl/analysis/explain.h"
#include "vrrl/analysis/explore.h"
#include "vrrl/analysis/finding.h"
#include "vrrl/analysis/schedule.h"
#include "vrrl/analysis/shrink.h"
#include "vrrl/run/report.h"

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A campaign: the verdict, its defects by name, each with a command that shows it again, where they
 * show, and what the search is worth. `target` is what that command calls the program: a path, and
 * the options that it was loaded with. */
VRRL_API void vrrl_report_explore(const vrrl_program *program, const vrrl_explore_result *result,
                                  const char *target, FILE *out);
/* The same as one JSON object on one line; without times, so that it is the same each time. */
VRRL_API void vrrl_report_explore_json(const vrrl_program *program,
                                       const vrrl_explore_result *result, const char *target,
                                       FILE *out);
/* 0 no failure, 3 with a deadlock, a livelock or a shutdown among them, else 1. */
VRRL_API int vrrl_report_explore_exit(const vrrl_explore_result *result);

/* What a repair changes: "reader waits for flag >= 1, which writer signals". Returns `out`. */
VRRL_API const char *vrrl_repair_text(const vrrl_repair *repair, char out[VRRL_REPAIR_TEXT_MAX]);
/* An explanation: the pair, both orders with their timelines, and the repairs that were tried.
 * `target` as in vrrl_report_explore. `ascii`: no box-drawing characters. */
VRRL_API void vrrl_report_explain(const vrrl_program *program, const vrrl_explain_result *result,
                                  const char *target, bool ascii, FILE *out);
/* The same as one JSON object on one line, without times. */
VRRL_API void vrrl_report_explain_json(const vrrl_program *program,
                                       const vrrl_explain_result *result, const char *target,
                                       FILE *out);
/* Its timelines as a standalone SVG. */
VRRL_API void vrrl_report_explain_svg(const vrrl_explain_result *result, FILE *out);

/* Nothing fails, as far as was explored: `nothing` is the error VRRL_NOT_FOUND of vrrl_explain or vrrl_shrink, and
 * `what` the one or the other, "EXPLAIN". */
VRRL_API void vrrl_report_nothing(const vrrl_program *program, const vrrl_error *nothing,
                                  const char *what, FILE *out);
VRRL_API void vrrl_report_nothing_json(const vrrl_program *program, const vrrl_error *nothing,
                                       FILE *out);

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
VRRL_API void vrrl_report_shrink(const vrrl_shrink_result *result, const vrrl_report_shrunk *paths,
                                 FILE *out);
/* The same as one JSON object on one line, without times. */
VRRL_API void vrrl_report_shrink_json(const vrrl_shrink_result *result,
                                      const vrrl_report_shrunk *paths, FILE *out);

/* The run of a schedule string: as a diff against the reference's run, and the `expect` that does not
 * hold where that is the failure. */
VRRL_API void vrrl_report_schedule(const vrrl_program *program, const vrrl_schedule_result *result,
                                   FILE *out);
VRRL_API void vrrl_report_schedule_json(const vrrl_program *program,
                                        const vrrl_schedule_result *result, FILE *out);
/* The same of the run that follows a recorded one. */
VRRL_API void vrrl_report_as_recorded_json(const vrrl_program *program,
                                           const vrrl_as_recorded *as_recorded,
                                           const vrrl_schedule_result *result, FILE *out);
/* 0 no failure, 1 a difference, 3 a deadlock, livelock or shutdown with work left. */
VRRL_API int vrrl_report_schedule_exit(const vrrl_schedule_result *result);

/* What a command said of one input, for files that continuous integration reads. Texts are borrowed. */
typedef struct vrrl_report_input {
    const char *path;    /* as it was given */
    const char *verdict; /* "race" */
    int exit_code;       /* what the command makes of it: 0 where every finding is known */
    const vrrl_findings *findings;
    const char *error; /* why there is no result; NULL: there is one */
} vrrl_report_input;

/* JUnit's XML: an input is a suite; a finding that is not known is a failure, one that is known is skipped with its
 * reason; an input that could not be looked at, or of which nothing is known, is an error. */
VRRL_API void vrrl_report_junit(const char *command, const vrrl_report_input *inputs,
                                uint32_t count, FILE *out);
/* SARIF 2.1.0: a finding is a result with its id as a fingerprint, what is known is suppressed. `exit_code` is
 * that of the command. */
VRRL_API void vrrl_report_sarif(const char *command, int exit_code, const vrrl_report_input *inputs,
                                uint32_t count, FILE *out);
/* The array of findings in the envelope of `vrrl --json`. */
VRRL_API void vrrl_report_findings_json(const vrrl_findings *findings, FILE *out);

/* That envelope, in three parts, between which `,"result":` and a JSON value stand: what was asked, by its paths; the
 * verdict (vrrl_answer_word) and the exit code; findings and the error, NULL where there are none. docs/json.md. */
VRRL_API void vrrl_report_envelope_begin(const char *command, const char *const *inputs,
                                         size_t count, FILE *out);
VRRL_API void vrrl_report_envelope_verdict(const char *word, int exit_code, FILE *out);
VRRL_API void vrrl_report_envelope_end(const vrrl_findings *findings, const vrrl_error *error,
                                       FILE *out);

#ifdef __cplusplus
}
#endif
#endif
