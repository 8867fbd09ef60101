/* SPDX-License-Identifier: MIT */
/*
 * Schedule strings: one schedule of a program as a line of text, run again, recorded and looked at.
 *
 * Vocabulary
 *   schedule string   what a defect of explore.h has: where the run chose otherwise than by default.
 *                     docs/schedules.md has its form.
 *   reference         the run of the reference backend, which a schedule is compared with.
 *
 * A string is of one program, and of one version of the engine's steps: another's is refused.
 */
#ifndef VRRL_API_ANALYSIS_SCHEDULE_H
#define VRRL_API_ANALYSIS_SCHEDULE_H

#include "vrrl/analysis/explore.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Runs the one schedule that a string stands for. VRRL_REFUSED for a string of another program,
 * version or geometry, with what was found and expected; VRRL_PARSE for one that is none. */
VRRL_API vrrl_code vrrl_schedule_run(const vrrl_program *program, const char *schedule,
                                     vrrl_run_outcome *outcome, vrrl_error *err);

/* What the run of a schedule string showed. */
typedef struct vrrl_schedule_result {
    size_t size; /* of this struct, in the library */
    vrrl_run_outcome outcome;
    vrrl_run_outcome reference; /* of the reference's own run: EXPECT where it breaks one itself */
    vrrl_setup setup;
    bool drawn;             /* made by a strategy again, instead of choice by choice; else: */
    uint32_t choices;       /* so many are not the default's */
    vrrl_diff_result *diff; /* side A: the reference's run; side B: this one, up to its end */
    /* Each two slots that race in it, once; none of a run that cannot be watched (under tso, or of whole slots). */
    vrrl_run_race *races;
    uint32_t race_count;
} vrrl_schedule_result;

/* The same, with all that a report says. On success *result is the caller's. Errors: VRRL_INVALID, VRRL_NO_MEMORY,
 * VRRL_TOO_LARGE, VRRL_UNSUPPORTED, VRRL_REFUSED. */
VRRL_API vrrl_code vrrl_schedule_replay(const vrrl_program *program, const char *schedule,
                                        vrrl_schedule_result **result, vrrl_error *err);
/* NULL is fine. */
VRRL_API void vrrl_schedule_result_free(vrrl_schedule_result *result);

/* A run in which slots are claimed, and end, in the order of a recorded one. */
typedef struct vrrl_as_recorded {
    size_t size;     /* of this struct, in the library */
    char *schedule;  /* its schedule string */
    uint32_t epochs; /* in which the order was followed: up to the first that fails */
    bool same; /* each slot of them ended in the status, and wrote the values, that are recorded */
    uint32_t epoch,
        slot; /* else the first that did not: what operations did in between is not recorded */
    char slot_name[VRRL_NAME_MAX];
} vrrl_as_recorded;

/* Follows the recorded claims and ends on the scheduled backend, under sc. VRRL_UNSUPPORTED where that cannot
 * be: *err says at which slot, and why. On success *result is the caller's. */
VRRL_API vrrl_code vrrl_schedule_as_recorded(const vrrl_recording *recording,
                                             vrrl_as_recorded **result, vrrl_error *err);
/* NULL is fine. */
VRRL_API void vrrl_as_recorded_free(vrrl_as_recorded *result);

/* Runs the one schedule that a string stands for and records the run at `path`, as vrrl_record_program does.
 * Errors: VRRL_INVALID, VRRL_NO_MEMORY, VRRL_TOO_LARGE, VRRL_UNSUPPORTED, VRRL_REFUSED, VRRL_IO, VRRL_EXISTS,
 * VRRL_BUSY. */
VRRL_API vrrl_code vrrl_schedule_record(const vrrl_program *program, const char *schedule,
                                        const char *path, vrrl_record_summary *summary,
                                        vrrl_error *err);

/* The string of a schedule, a slot a step, in which slot `a` of each batch (by position) goes last, or
 * slot `b` where that shows nothing; VRRL_NO_INDEX: none does. *text, which the caller frees, is NULL
 * where neither fails; *outcome tells what the last of them showed. VRRL_TOO_LARGE where they take more than
 * so many milliseconds; 0: no limit. */
VRRL_API vrrl_code vrrl_schedule_witness(const vrrl_program *program, uint32_t a, uint32_t b,
                                         uint32_t milliseconds, char **text,
                                         vrrl_run_outcome *outcome, vrrl_error *err);

#ifdef __cplusplus
}
#endif
#endif
