/* SPDX-License-Identifier: MIT */
/*
 * Shrinking: the smallest program that still fails in the same way.
 *
 * Vocabulary
 *   same failure  the same kind of failure, first at the same slot (or word, where no slot is the
 *                 first), with the same cause: the two slots that conflict, and whether the second waits
 *                 for what the first brings about. What failed in some schedules must fail in some, and
 *                 in others not. Slots are told by where they come from: positions shift when others go.
 *   part          what can be left out: an epoch, a slot, a store of a prologue, an expectation; a
 *                 wait, read, write or signal of a task; an operation of a packed slot; an operand or
 *                 a run of initial memory (0 stands in for it); a queue; a worker; a preemption.
 *   frozen        a slot that is left out while memory begins as it left it: a ticket that was drawn, a
 *                 value that was prepared.
 *   1-minimal     leaving out any one part loses the failure: all schedules of each such program were
 *                 searched. Where that would be too many, a bounded number is tried, and all that is
 *                 said is that no smaller one was seen.
 *
 * Delta debugging, from coarse parts to fine ones, and again until nothing goes any more. A counter
 * that loses a signal is waited for that much less. Deterministic but for a limit of time.
 */
#ifndef VRRL_API_ANALYSIS_SHRINK_H
#define VRRL_API_ANALYSIS_SHRINK_H

#include "vrrl/analysis/explore.h"
#include "vrrl/log/options.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct vrrl_program_size {
    uint32_t epochs, slots;
    uint32_t rows;        /* waits, reads, writes, signals of tasks; operations of packed slots */
    uint32_t words;       /* operands and runs of initial memory that are not 0 */
    uint32_t memory;      /* words of user memory */
    uint32_t workers;     /* that run at a time; 0: it makes no difference */
    uint32_t in_flight;   /* slots that may be in flight at a time; 0: any number */
    uint32_t preemptions; /* choices of the schedule that are not the first that come to mind */
} vrrl_program_size;

typedef struct vrrl_shrink_progress {
    const char *stage; /* "slots" */
    vrrl_program_size now;
    uint64_t programs, runs; /* tried */
    double seconds;
} vrrl_shrink_progress;

typedef struct vrrl_shrink_options {
    size_t size; /* of this struct */
    /* A program is tried in so many schedules at most as `failure` says, 0: 1,000; the failure is looked for in twice
     * as many. */
    vrrl_failure_source failure;
    uint32_t milliseconds; /* for all; 0: no limit */
    /* For all: slots of the programs that are tried, as often as each is run, where one that accesses many words
     * counts once more for each 64 of them; 0: 8,000,000 where no time is limited, and else any number. */
    uint64_t slot_runs;
    const bool *stop; /* true ends it soon, with the smallest program so far: a signal handler
                              or another thread may set it; may be NULL */
    /* Called at most ten times a second, and may be NULL. */
    void (*progress)(void *context, const vrrl_shrink_progress *progress);
    void *progress_context;
} vrrl_shrink_options;

typedef struct vrrl_shrink_result {
    size_t size;           /* of this struct, in the library */
    vrrl_program *program; /* the small one */
    char *schedule; /* a string under which it fails; NULL: longer than VRRL_SCHEDULE_TEXT_MAX */
    vrrl_run_outcome before_outcome, outcome;
    char before_name[VRRL_DEFECT_NAME_MAX], name[VRRL_DEFECT_NAME_MAX]; /* of slot or word */
    vrrl_program_size before, after;
    vrrl_setup setup;
    uint64_t programs, runs;
    uint32_t schedules; /* tried for each program, at most */
    bool minimal;     /* 1-minimal: all schedules were searched of each program with a part less */
    bool tried;       /* of each of them so many were tried, at least; false: time ran out, */
    bool interrupted; /* or `stop` ended it, */
    bool out_of_work; /* or there had been as many runs of slots as may be */
    uint64_t slot_runs; /* that there were */
    double seconds;
} vrrl_shrink_result;

/* Shrinks a failure of `program`, which is borrowed. VRRL_NOT_FOUND: it does not fail, as far as was
 * explored, or not under that schedule. Where `found` of the error is less than `expected`, of so
 * many cells (workers, memory model) no schedule could be run to its end. On success *result is the caller's. */
VRRL_API vrrl_code vrrl_shrink(const vrrl_program *program, const vrrl_shrink_options *options,
                               vrrl_shrink_result **result, vrrl_error *err);
/* NULL is fine. */
VRRL_API void vrrl_shrink_result_free(vrrl_shrink_result *result);

#ifdef __cplusplus
}
#endif
#endif
