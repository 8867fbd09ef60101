/* SPDX-License-Identifier: MIT */
/*
 * Judging: the whole of what `vrrl check` does of a task graph, a program or a recording, in one call, and its
 * result as data.
 *
 * Vocabulary
 *   layer      one way to know: the static check (check.h), a run that is watched, all executions searched
 *              (verdict.h). Each is asked where those before it leave something open; docs/checking.md.
 *   judgement  the verdict over all layers and all epochs; the pairs that race and the roots of what is stuck,
 *              with their schedules and their repairs, which were tried; all of it as findings (finding.h).
 *   command    the words of a command line behind `vrrl replay` that name what is judged. Findings and reports
 *              have whole command lines made of it.
 *   step       of a task graph whose counters grow: one of its runs. Counters and waits are raised from each to the
 *              next; one step may be safe, and a later one not.
 *
 * What is judged is borrowed as long as the judgement is there, and does not change meanwhile. A judgement is the
 * caller's, and one thread's at a time; two threads may judge two things, or the same one, at once.
 */
#ifndef VRRL_API_ANALYSIS_JUDGE_H
#define VRRL_API_ANALYSIS_JUDGE_H

#include "vrrl/analysis/check.h"
#include "vrrl/analysis/finding.h"
#include "vrrl/analysis/verdict.h"
#include "vrrl/log/options.h"
#include "vrrl/run/graph.h"
#include "vrrl/run/input.h"
#include "vrrl/run/recording.h"

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct vrrl_judgement {
    size_t size;                /* of this struct, in the library */
    vrrl_check_verdict verdict; /* vrrl_answer_of_check tells its word and exit code */
    const vrrl_graph *graph;    /* what was judged: a task graph, in its step; else NULL, and */
    const vrrl_program *program;
    vrrl_check_result *graph_check; /* of a task graph: races, roots, repairs; else NULL */
    vrrl_program_check
        *program_check;      /* of a program or a recording: the same of each epoch; else NULL */
    vrrl_findings *findings; /* of either: as `vrrl check` lists them */
    char *command;           /* of the options, with the step; NULL: none was given */
    vrrl_graph *own_graph;   /* the library's own */
} vrrl_judgement;

typedef enum vrrl_judge_stage {
    VRRL_JUDGE_CHECKED, /* of a program or a recording: by the static check; runs follow */
    VRRL_JUDGE_DECIDED, /* the verdict stands; schedules that show it and repairs follow */
} vrrl_judge_stage;

typedef struct vrrl_judge_options {
    size_t size;                       /* of this struct */
    const char *command;               /* NULL: no command lines are made */
    const vrrl_assign_options *assign; /* of a task graph; NULL: the default */
    uint64_t states;                   /* of the search of all executions; 0: 1,000,000 */
    uint32_t milliseconds; /* at most; 0: no limit. The judgement tells what was not done by then */
    bool as_run;           /* of a recording: what its run ordered counts, too */
    bool advise;           /* of a task graph: vrrl_check_advise */
    bool verdict_only;     /* nothing is done behind VRRL_JUDGE_DECIDED */
    bool keep;             /* the program with each repair stays with it, where it was run */
    /* Of a task graph: the number of the step that it is in, from 0; how many are looked at, up to the first that is
     * not safe, where a later one differs, 0: 2; where it was read from, so that findings have the lines of tasks in
     * IR 0.2, NULL: they have none. */
    uint32_t first_step, steps;
    const vrrl_input *input;
    /* Called at each stage, in the caller's thread, with what is known by then; may be NULL. */
    void (*stage)(void *context, vrrl_judge_stage stage, const vrrl_judgement *known);
    void *stage_context;
} vrrl_judge_options;

/* VRRL_OK whatever the verdict; on success *judgement is the caller's, on failure it is NULL. VRRL_INVALID with
 * `as_run` of what is no recording; VRRL_NO_MEMORY; VRRL_TOO_LARGE where the static check has no room for it, or a
 * counter would wrap in a step that is looked at; VRRL_IO where the lines of `input` cannot be read again. What
 * stops a later layer is part of the judgement. */
VRRL_API vrrl_code vrrl_judge_graph(const vrrl_graph *graph, const vrrl_judge_options *options,
                                    vrrl_judgement **judgement, vrrl_error *err);
VRRL_API vrrl_code vrrl_judge_program(const vrrl_program *program,
                                      const vrrl_judge_options *options, vrrl_judgement **judgement,
                                      vrrl_error *err);
VRRL_API vrrl_code vrrl_judge_recording(const vrrl_recording *recording,
                                        const vrrl_judge_options *options,
                                        vrrl_judgement **judgement, vrrl_error *err);
/* NULL is fine. */
VRRL_API void vrrl_judgement_free(vrrl_judgement *judgement);

/* What `vrrl check` prints: for people, and as the JSON object that is the result in its envelope. */
VRRL_API void vrrl_judgement_write_text(const vrrl_judgement *judgement, FILE *out);
/* Errors: VRRL_IO, VRRL_NO_MEMORY. */
VRRL_API vrrl_code vrrl_judgement_write_json(const vrrl_judgement *judgement, FILE *out,
                                             vrrl_error *err);

#ifdef __cplusplus
}
#endif
#endif
