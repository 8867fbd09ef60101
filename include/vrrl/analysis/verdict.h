/* SPDX-License-Identifier: MIT */
/*
 * What is added to a check by runs: races that a run shows, all executions searched, repairs tried.
 *
 * Vocabulary
 *   watched   one run under the monitor of races.
 *   searched  all executions under `view`, up to a number of states.
 *   tried     a repair was applied to the whole program, which was checked and explored again.
 *
 * `vrrl check` is vrrl_check_program (check.h), then these in this order: watch, search, show, try. Each leaves alone what the check knows already.
 */
#ifndef VRRL_API_ANALYSIS_VERDICT_H
#define VRRL_API_ANALYSIS_VERDICT_H

#include "vrrl/analysis/check.h"
#include "vrrl/log/options.h"
#include "vrrl/run/recording.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Runs a program once, an operation a step under sc, and adds to its check what happens-before of that run
 * shows (vector clocks): slots in the order of `recording`, whose program it is, as far as that can be; or,
 * where that is NULL, one after the other. Only epochs of which the check does not know are judged: what
 * raced becomes RACY, an epoch in which the run got stuck DEADLOCK; that nothing did proves nothing of
 * other runs. Slots of a pool, and of pipelined queues, count as if each had a worker of its own; in a check
 * `as_run` a worker orders its own. Nothing is done where the check knows all. VRRL_OK, too, where the
 * run cannot be made, or is too long: check->run tells why. */
VRRL_API vrrl_code vrrl_program_check_watch(vrrl_program_check *check, const vrrl_program *program,
                                            const vrrl_recording *recording, vrrl_error *err);

/* Each two slots are one entry: those that the watched run shows to race, and of which the slots of their epoch
 * tell, become races of its check, certain and with a repair; `told` says which those are.
 * vrrl_program_check_search and vrrl_program_check_try do it, too. Errors: VRRL_NO_MEMORY, VRRL_TOO_LARGE. */
VRRL_API vrrl_code vrrl_program_check_join(vrrl_program_check *check, const vrrl_program *program,
                                           vrrl_error *err);

/* Tries the repairs of a check, which were only checked again as yet: each is applied to the whole program
 * (all epochs, every slot of the same name), which is checked again, and where that finds nothing wrong any
 * more, run: one slot of the pair after the other last, and then explored. A repair that does not hold is
 * replaced by another that does, or taken out of the check; vrrl_check_repair tells what was tried. */
typedef struct vrrl_try_options {
    size_t size;                       /* of this struct */
    const vrrl_assign_options *assign; /* of a graph, as its check had it; NULL: the default */
    uint64_t slot_runs;    /* all runs together run at most so many slots; 0: 4,000,000, and
                            * 1,000,000 of a program */
    uint32_t milliseconds; /* for all; 0: as the check's. What is not tried by then is taken out */
    bool keep;             /* the program with each repair stays with it, where it was run */
} vrrl_try_options;

/* Errors: VRRL_INVALID, VRRL_NO_MEMORY, VRRL_TOO_LARGE, VRRL_UNSUPPORTED, VRRL_REFUSED. */
VRRL_API vrrl_code vrrl_check_try(vrrl_check_result *result, const vrrl_graph *graph,
                                  const vrrl_try_options *options, vrrl_error *err);
/* Errors: VRRL_INVALID, VRRL_NO_MEMORY, VRRL_TOO_LARGE, VRRL_UNSUPPORTED, VRRL_REFUSED. */
VRRL_API vrrl_code vrrl_program_check_try(vrrl_program_check *check, const vrrl_program *program,
                                          const vrrl_try_options *options, vrrl_error *err);

/* Builds a schedule for each pair that a check tells of (vrrl_check_race) and steps it with the monitor of races;
 * of a program what was not known to race before is RACY then, where a run shows it. Only in the check's time.
 * Errors: VRRL_INVALID, VRRL_NO_MEMORY, VRRL_TOO_LARGE, VRRL_UNSUPPORTED, VRRL_REFUSED. */
VRRL_API vrrl_code vrrl_check_show(vrrl_check_result *result, const vrrl_graph *graph,
                                   const vrrl_assign_options *assign, vrrl_error *err);
/* Errors: VRRL_INVALID, VRRL_NO_MEMORY, VRRL_TOO_LARGE, VRRL_UNSUPPORTED, VRRL_REFUSED. */
VRRL_API vrrl_code vrrl_program_check_show(vrrl_program_check *check, const vrrl_program *program,
                                           vrrl_error *err);

typedef struct vrrl_check_search_options {
    size_t size;           /* of this struct */
    uint64_t states;       /* at most; 0: 1,000,000 */
    uint32_t milliseconds; /* at most; 0: as the check's */
} vrrl_check_search_options;

/* Searches all executions of a program under `view`, with a monitor of races on, where its check does not
 * know all: which slots race, whether a run gets stuck, whether runs end differently. Where the search gets
 * through, the check is exact. Nothing is done where the check is exact already. VRRL_OK, too, where
 * the search cannot be made, or ends early: check->all tells why. */
VRRL_API vrrl_code vrrl_program_check_search(vrrl_program_check *check, const vrrl_program *program,
                                             const vrrl_check_search_options *options,
                                             vrrl_error *err);

#ifdef __cplusplus
}
#endif
#endif
