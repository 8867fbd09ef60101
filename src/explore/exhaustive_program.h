/*
 * All schedules of a run target, up to those that lead to a state that was seen.
 *
 * Epoch by epoch: the ends of one are the starts of the next, each memory once. An end is judged by
 * running the schedule that led to it, as any other run is. Steps are operations of memory.
 */
#ifndef VRRL_EXPLORE_EXHAUSTIVE_PROGRAM_H
#define VRRL_EXPLORE_EXHAUSTIVE_PROGRAM_H

#include "explore/outcomes.h"
#include "schedule/limit.h"
#include "schedule/run_target.h"

/* What was asked and answered, choice after choice of a whole run. */
struct exhaust_choice {
    uint32_t at, option;
};

struct exhaust_defect {
    vrrl_run_outcome first;
    uint64_t failures; /* distinct ends that fail so */
    bool behind;       /* watched: an epoch before it has failed already */
    struct exhaust_choice *choices;
    uint32_t choice_count;
};

/* How the words that are asked for end up: number i is number i of the set. */
struct exhaust_outcome {
    uint64_t ends; /* distinct ones that end so */
    struct exhaust_choice *choices;
    uint32_t choice_count;
};

struct exhaust_result {
    uint64_t ends, states, pruned; /* ends: distinct ones, of all epochs */
    bool complete;
    struct exhaust_defect *defects;
    uint32_t defect_count, defect_room;
    struct outcome_set outcomes;
    struct exhaust_outcome *outcome_rows;
    uint32_t outcome_room;
    bool outcomes_left_out; /* there were more than VRRL_OUTCOMES_MAX */
    /* With the monitor on. */
    struct exhaust_choice
        *good; /* of a run that ended without a failure, good_count of them; or NULL */
    uint32_t good_count;
    bool has_good;
    vrrl_stop stopped; /* a limit of the engine that was met */
};

/* Two accesses that nothing orders, in a run that is being searched: what the monitor of races told. */
struct exhaust_race {
    uint32_t epoch, word;
    uint32_t slots[2]; /* positions, as the accesses came */
    vrrl_access_kind kinds[2];
    enum race_verdict verdict;
    uint32_t steps; /* of the epoch, up to the one that shows it */
    void *search;   /* for exhaust_race_choices */
};

/* While it is told: the choices that lead there, from the program's start. The caller frees them. */
vrrl_code exhaust_race_choices(const struct exhaust_race *race, struct exhaust_choice **choices,
                               uint32_t *count, vrrl_error *err);

/* A search with the monitor on. Each slot of a pool is a thread of its own; the run target has as many
 * workers as the largest batch has slots, and steps operations under `view`. An epoch begins from each
 * memory that the one before it can leave, also where that differs from the reference's. */
struct exhaust_watch {
    void *context;
    vrrl_code (*raced)(void *context, const struct exhaust_race *race, vrrl_error *err);
};

struct exhaust_request {
    uint64_t state_limit; /* states at most */
    uint32_t memory_mib;  /* as sched_limit_memory, of each epoch */
    struct search_limit limit;
    const uint32_t *words; /* whose values at the end are told */
    uint32_t word_count;
    const struct exhaust_watch *watch; /* NULL: the monitor is off */
    /* Told of each distinct end of a run, which the run target has just made once more; may be NULL. */
    void (*ended)(void *context, const vrrl_run_outcome *outcome,
                  const struct exhaust_choice *choices, uint32_t count);
    void *context;
};

/* Free the result all the same where it fails. */
vrrl_code exhaust(struct run_target *s, const vrrl_program *program,
                  const struct exhaust_request *request, struct exhaust_result *result,
                  vrrl_error *err);
void exhaust_result_free(struct exhaust_result *result);

/* A chooser that gives these choices, then the first lane and option. */
struct exhaust_given {
    const struct exhaust_choice *choices;
    uint32_t count, next;
};
void exhaust_choose_given(void *context, const struct chooser_lane *lanes, uint32_t count,
                          uint32_t *at, uint32_t *option);

#endif
