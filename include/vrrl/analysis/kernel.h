/* SPDX-License-Identifier: MIT */
/*
 * Kernels: a module of PTX and a launch file, run on this machine under schedules that vrrl chooses.
 *
 * Vocabulary
 *   launch file  what a host would do: buffers, launches, words that it writes meanwhile; docs/launch.md.
 *   step         a group of lanes does an operation that synchronises (a strong access, an atomic operation, a
 *                fence.sc, a barrier), and all that follows up to its next one.
 *   finding      what is wrong with a run; the first ends it: a race, a deadlock, a trap, an access outside.
 *   defect       findings of the same instructions.
 *   schedule     who goes at each step, as a string: it runs the kernel in the same way again, everywhere.
 *
 * A kernel does not change once it is loaded. It is the caller's, and one thread's at a time, as results are.
 */
#ifndef VRRL_API_ANALYSIS_KERNEL_H
#define VRRL_API_ANALYSIS_KERNEL_H

#include "vrrl/analysis/answer.h"
#include "vrrl/analysis/explore.h"
#include "vrrl/log/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct vrrl_kernel vrrl_kernel;

typedef struct vrrl_kernel_options {
    size_t size;            /* of this struct */
    vrrl_strategy strategy; /* MIX: the sequential run, round robin, then the others in turn */
    uint64_t schedules;     /* 0: 10,000 */
    uint64_t seed;          /* 0: 1 */
    uint32_t depth;         /* pct: 0: 3 */
    uint32_t bound;         /* preempt: 0: 2 */
    uint32_t milliseconds;  /* 0: no limit */
    uint64_t instructions;  /* of a run, at most; 0: 20,000,000 */
    uint32_t jobs;          /* processes, at most 256; 0: 1. What comes out is the same */
    bool stop_first;
    bool no_park;     /* who spins goes on, where else it would wait until a word changes */
    bool all_visible; /* any access of memory that others see is a step */
    const bool *stop; /* true: no further schedule; NULL: nobody sets it */
    /* From time to time; may be NULL. */
    void (*progress)(void *context, uint64_t schedules, uint64_t failures);
    void *progress_context;
} vrrl_kernel_options;

typedef struct vrrl_kernel_result vrrl_kernel_result;

/* Reads both files. VRRL_PARSE: one of them is none; VRRL_INVALID, VRRL_NOT_FOUND: they do not fit together;
 * VRRL_TOO_LARGE; VRRL_IO. *kernel is the caller's; NULL on an error. */
VRRL_API vrrl_code vrrl_kernel_load(const char *ptx_path, const char *launch_path,
                                    vrrl_kernel **kernel, vrrl_error *err);
/* NULL is fine. */
VRRL_API void vrrl_kernel_free(vrrl_kernel *kernel);

/* Runs many schedules. VRRL_OK whatever they show; *result is the caller's, and borrows the kernel. VRRL_INVALID:
 * a strategy that draws no schedules; VRRL_NO_MEMORY. */
VRRL_API vrrl_code vrrl_kernel_explore(const vrrl_kernel *kernel,
                                       const vrrl_kernel_options *options,
                                       vrrl_kernel_result **result, vrrl_error *err);
/* Runs one, by its string. VRRL_PARSE: it is none; VRRL_REFUSED: it is of another kernel or launch. */
VRRL_API vrrl_code vrrl_kernel_replay(const vrrl_kernel *kernel, const char *schedule,
                                      vrrl_kernel_result **result, vrrl_error *err);
/* NULL is fine. */
VRRL_API void vrrl_kernel_result_free(vrrl_kernel_result *result);

typedef struct vrrl_kernel_explanation vrrl_kernel_explanation;

/* Why it fails: under `schedule`, a string, or where that is NULL under the first that fails of a search. The schedule
 * is reduced to what the failure needs, and changes of order, scope, fences and barriers are tried, each by the
 * schedule that fails and by a search of as many schedules. VRRL_OK whatever comes of it; *explanation is the caller's,
 * and borrows the kernel. VRRL_PARSE, VRRL_REFUSED: as vrrl_kernel_replay; VRRL_INVALID: as vrrl_kernel_explore;
 * VRRL_NO_MEMORY. */
VRRL_API vrrl_code vrrl_kernel_explain(const vrrl_kernel *kernel, const char *schedule,
                                       const vrrl_kernel_options *options,
                                       vrrl_kernel_explanation **explanation, vrrl_error *err);
/* What fails, with the reduced schedule; no defect where nothing fails, nor that schedule. It is the explanation's. */
VRRL_API const vrrl_kernel_result *
vrrl_kernel_explained(const vrrl_kernel_explanation *explanation);
/* NULL is fine. */
VRRL_API void vrrl_kernel_explanation_free(vrrl_kernel_explanation *explanation);

/* RACE before DEADLOCK and LIVELOCK, then FAILS and ORDER_DEPENDS; NOT_KNOWN where an instruction is not supported;
 * else NO_FAILURE. */
VRRL_API vrrl_answer_verdict vrrl_answer_of_kernel(const vrrl_kernel_result *result);

/* The verdict, and each defect with its lines, what is missing and a command that shows it again. `target` is what
 * that command calls the kernel: the words behind `vrrl replay`. `statistics`: how fast it was, too. */
VRRL_API void vrrl_report_kernel(const vrrl_kernel_result *result, const char *target,
                                 bool statistics, FILE *out);
/* The same as one JSON object on one line, without times. */
VRRL_API void vrrl_report_kernel_json(const vrrl_kernel_result *result, const char *target,
                                      FILE *out);
/* The failure, what the run did, and the repairs that were tried; the same as JSON. */
VRRL_API void vrrl_report_kernel_explanation(const vrrl_kernel_explanation *explanation,
                                             const char *target, FILE *out);
VRRL_API void vrrl_report_kernel_explanation_json(const vrrl_kernel_explanation *explanation,
                                                  const char *target, FILE *out);

/* ---- Shrinking a schedule ---------------------------------------------------------------------- */

typedef struct vrrl_kernel_shrink_options {
    size_t size;               /* of this struct */
    const char *schedule;      /* that shows a finding; NULL: the first that exploring finds */
    uint64_t schedules;        /* without a schedule: to try; 0: 1,000 */
    uint64_t seed;             /* 0: 1 */
    uint32_t milliseconds;     /* 0: until 200,000,000 warp instructions were run */
    bool no_park, all_visible; /* without a schedule: as for exploring */
    const bool *stop;          /* true: no further schedule; NULL: nobody sets it */
    /* From time to time; may be NULL. */
    void (*progress)(void *context, uint32_t choices, uint64_t schedules);
    void *progress_context;
} vrrl_kernel_shrink_options;

typedef struct vrrl_kernel_shrunk vrrl_kernel_shrunk;

/* Leaves out of a schedule each choice that its finding does not need: the same kind and the same instructions, of a
 * race with the same lacks. *result is the caller's, and borrows the kernel. VRRL_NOT_FOUND: nothing is found;
 * VRRL_UNSUPPORTED: an instruction that is not supported ends the run; VRRL_PARSE, VRRL_REFUSED: as vrrl_kernel_replay;
 * VRRL_NO_MEMORY. */
VRRL_API vrrl_code vrrl_kernel_shrink(const vrrl_kernel *kernel,
                                      const vrrl_kernel_shrink_options *options,
                                      vrrl_kernel_shrunk **result, vrrl_error *err);
/* Its string. */
VRRL_API const char *vrrl_kernel_shrunk_schedule(const vrrl_kernel_shrunk *result);
/* NULL is fine. */
VRRL_API void vrrl_kernel_shrunk_free(vrrl_kernel_shrunk *result);

VRRL_API vrrl_answer_verdict vrrl_answer_of_kernel_shrunk(const vrrl_kernel_shrunk *result);
/* How many choices are left, what is known of fewer, and the finding. `written`: a file that has the string; NULL. */
VRRL_API void vrrl_report_kernel_shrunk(const vrrl_kernel_shrunk *result, const char *target,
                                        const char *written, FILE *out);
VRRL_API void vrrl_report_kernel_shrunk_json(const vrrl_kernel_shrunk *result, const char *target,
                                             FILE *out);
/* Where vrrl_kernel_shrink found nothing. */
VRRL_API void vrrl_report_kernel_nothing(const vrrl_error *nothing, FILE *out);
VRRL_API void vrrl_report_kernel_nothing_json(const vrrl_error *nothing, FILE *out);

#ifdef __cplusplus
}
#endif
#endif
