/*
 * All executions of a program under `view`, with the monitor of races on (race/monitor.h): which slots
 * race, whether a run can get stuck, and whether runs end differently.
 *
 * Each slot of a pool is a thread of its own, whichever worker runs it: as many workers are free as
 * there are slots. Queues, places and residency are as the program declares. An epoch is searched from
 * every memory that the epochs before it can leave, whether these raced, differed from the reference
 * or broke an expectation.
 *
 * Where `complete`, the pairs are all that there are, no run gets stuck where `deadlock` says none
 * does, and no two runs differ where `differs` says none does. Else all that is told was seen, but
 * there may be more: `stopped` says what ended the search.
 */
#ifndef VRRL_VERDICT_RACE_SEARCH_H
#define VRRL_VERDICT_RACE_SEARCH_H

#include "race/rules.h"
#include "schedule/limit.h"
#include "vrrl/analysis/explore.h"

enum { RACE_SEARCH_STATES = 1000000 };

struct race_search_options {
    uint64_t state_limit;      /* states at most; 0: RACE_SEARCH_STATES */
    struct search_limit limit; /* of time; zeroed: none */
    bool no_schedules;         /* no strings are made: all `schedule` below are NULL */
};

/* Two slots of an epoch whose accesses of a word nothing orders. */
struct race_search_pair {
    uint32_t epoch;
    uint32_t slots[2];         /* positions in the batch, in the order in which the accesses came */
    vrrl_access_kind kinds[2]; /* of the accesses */
    uint32_t word;             /* of the arena */
    bool behind;               /* in that run an epoch before fails: a replay stops there */
    /* A run that shows it, for `vrrl replay --schedule`; NULL: it would be too long, or `behind`. Of those that were
     * met, one with the fewest steps up to the second access; behind that it goes on by the default. */
    char *schedule;
    uint32_t
        steps; /* of the epoch, up to the second access; or to where the reader is over, which could
                       have looked again */
};

/* How some run ends. */
struct race_search_end {
    bool found;
    vrrl_run_outcome outcome; /* against the reference: kind, epoch, slot, word, values */
    bool behind;    /* an epoch before that one differs or breaks an `expect` already, and so a
                                 replay of the run stops there; only where no other run ends so */
    uint64_t ends;  /* distinct ends of an epoch that end like this one of the same kind */
    char *schedule; /* a run that ends so; NULL: it would be too long, or `behind` */
};

struct race_search_result {
    bool complete;
    vrrl_stop stopped; /* not complete: what ended it */
    uint64_t states;
    uint64_t ends;   /* distinct ends of epochs, over all memories in which they began */
    uint32_t epochs; /* searched: behind a shutdown nothing runs */
    /* Distinct by epoch, slots, word and kinds (in either order), by epoch, slots and word. */
    struct race_search_pair *pairs;
    uint32_t pair_count;
    /* Pairs that are excused, and by nothing else races, by race_verdict: RACE_EQUAL, RACE_SILENT,
     * RACE_VALIDATED. Counted as `pairs` are; one that races in another execution is not among them. */
    uint32_t excused[RACE_VALIDATED + 1];
    struct race_search_end deadlock; /* a run that gets stuck */
    bool *gets_stuck;                /* by epoch: in some run */
    struct race_search_end
        differs; /* one whose observed values or statuses are not the reference's: as the
                                 reference is a run, too, two runs end differently */
    struct race_search_end breaks; /* one that breaks an `expect` */
    /* A run in which none of the three is found: what `differs` is held against; NULL: there is none, or
     * it would be too long. */
    char *agrees;
    bool has_agrees;
};

/* VRRL_OK whatever is found, and where a limit is met. Free the result all the same where it fails. */
vrrl_code race_search(const vrrl_program *program, const struct race_search_options *options,
                      struct race_search_result *result, vrrl_error *err);
void race_search_result_free(struct race_search_result *result);

#endif
