/* SPDX-License-Identifier: MIT */
/*
 * Search: the schedules of a program, and those among them that fail.
 *
 * Vocabulary
 *   schedule   who goes next, and with which outcome, at every point where there is a choice.
 *   failure    a run that does not end as the reference backend's run of the same program: another
 *              status, another observed value, an `expect` that does not hold, a run that never ends.
 *   setup      on which machine a schedule is run: vrrl/run/setup.h.
 *   strategy   how schedules are picked.
 *   defect     failures with the same first divergence: one bug is one line.
 *
 * Everything is deterministic: the same program, options and seed give the same result, whatever
 * the number of jobs.
 */
#ifndef VRRL_API_ANALYSIS_EXPLORE_H
#define VRRL_API_ANALYSIS_EXPLORE_H

#include "vrrl/analysis/check.h"
#include "vrrl/log/options.h"
#include "vrrl/run/diff.h"
#include "vrrl/run/lint.h"
#include "vrrl/run/program.h"
#include "vrrl/run/recording.h"
#include "vrrl/run/setup.h"
#include "vrrl/run/stuck.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum vrrl_strategy {
    VRRL_STRATEGY_MIX, /* the others in turn */
    VRRL_STRATEGY_RANDOM,
    VRRL_STRATEGY_PCT,
    VRRL_STRATEGY_STARVE,
    VRRL_STRATEGY_PREEMPT,
    VRRL_STRATEGY_EXHAUSTIVE,
    VRRL_STRATEGIES, /* how many there are */
} vrrl_strategy;

typedef enum vrrl_defect_kind {
    VRRL_DEFECT_NONE,
    VRRL_DEFECT_VALUE,    /* an observed word, or what a slot wrote */
    VRRL_DEFECT_STATUS,   /* a slot ended in another status */
    VRRL_DEFECT_EXPECT,   /* an `expect` of the program file */
    VRRL_DEFECT_DEADLOCK, /* slots are left that can never end */
    VRRL_DEFECT_LIVELOCK, /* over the step limit */
    VRRL_DEFECT_SHUTDOWN, /* SHUTDOWN with work left, where the reference ended */
} vrrl_defect_kind;

enum {
    VRRL_SCHEDULE_TEXT_MAX = 1 << 16,
    VRRL_DEFECT_NAME_MAX = 160,
    VRRL_PCT_DEPTHS = 8,
    VRRL_STUCK_DEFECTS_MAX = 16
};

/* What a run of one schedule showed, against the reference. Where the first divergence is decides
 * which failures are one defect. */
typedef struct vrrl_run_outcome {
    vrrl_defect_kind kind;
    uint32_t epoch;
    uint32_t slot;     /* position in the batch of the first that diverges, in the order in which
                          slots ended; VRRL_NO_INDEX: none does by itself */
    uint32_t other;    /* the slot it conflicts with, where the run shows one; else VRRL_NO_INDEX */
    uint32_t word;     /* the first word that differs; VRRL_NO_INDEX: none */
    uint64_t expected; /* value or status of the reference; of EXPECT: the first that would do; of
                          what got stuck: the value that it waits for, which no word may hold */
    uint32_t found;
    bool
        overwritten; /* VALUE: `slot` stored `found` in `word`, which holds something else by the end */
    uint64_t steps;
    uint64_t schedule; /* hash of the choices: equal for equal schedules */
} vrrl_run_outcome;

/* Failures with the same kind, epoch, slot and word. */
typedef struct vrrl_defect {
    vrrl_run_outcome first; /* of the failure that was found first, */
    uint64_t found_after;   /* after so many schedules of the campaign, */
    vrrl_setup setup;       /* its seed draws that schedule; */
    vrrl_strategy strategy;
    uint64_t failures;         /* how many schedules of the campaign fail so */
    vrrl_memory_model weakest; /* how weak memory must be: sc if any run under sc failed so, else
                                   tso, else view; */
    bool weakest_proved; /* all schedules under the stronger models were searched, and none fails
                                   so. Else it was shown under that one, and no more is known */
    char *schedule;      /* its schedule string */
    char name[VRRL_DEFECT_NAME_MAX]; /* of the slot or word, for a line of a report */
    /* DEADLOCK, LIVELOCK, SHUTDOWN: how the epoch of that failure ended, and why; of the first
     * VRRL_STUCK_DEFECTS_MAX such defects. NULL: not known. */
    vrrl_verdict verdict;
    vrrl_stuck *stuck;
} vrrl_defect;

/* How the words that were asked for end up: one of the outcomes of a litmus test, say. */
typedef struct vrrl_explore_outcome {
    uint32_t *values; /* of the words, in the order of the options */
    uint32_t value_count;
    vrrl_defect_kind stopped; /* NONE: at the program's end; else by what the run ended before it,
                                  and the values are those of then */
    uint64_t counts
        [VRRL_MEMORY_MODELS]; /* by vrrl_memory_model: schedules, and distinct ends of cells whose
                                  schedules were all searched, that end so */
    vrrl_setup setup;         /* of the first run under the strongest model that shows it; */
    char *schedule;           /* its schedule string; NULL where that would be too long */
} vrrl_explore_outcome;

enum {
    VRRL_OUTCOMES_MAX = 1 << 16,
    VRRL_OUTCOME_WORDS_MAX = 64, /* that a campaign is asked about */
};

typedef struct vrrl_explore_progress {
    uint64_t schedules, distinct, failures;
    uint32_t defects;
    double seconds;
    uint64_t ordered_pairs,
        pairs; /* conflicting slots: orders seen, of twice the pairs there are */
} vrrl_explore_progress;

/* The cells of a search: each of these models with each of these numbers of workers. Zeroed: all that there are. */
typedef struct vrrl_cells {
    uint32_t models;                      /* bit per vrrl_memory_model; 0: all */
    uint32_t workers_first, workers_last; /* resident workers; 0, 0: 1 … 4, or the queues */
} vrrl_cells;

/* Where the failure comes from that is explained or made small. */
typedef struct vrrl_failure_source {
    const char
        *schedule; /* that fails; NULL: the first failure that exploring finds, under the strongest
                             model that shows it, in these: */
    vrrl_setup setup; /* as vrrl_explore_options has it */
    vrrl_cells cells;
    uint32_t schedules; /* of each cell, at most; 0: 2,000 */
    const char
        *mutation; /* a bug to plant in the machine, for selftests; NULL: none. Its strings are of
                             that machine */
} vrrl_failure_source;

typedef struct vrrl_explore_options {
    size_t size; /* of this struct */
    vrrl_strategy strategy;
    /* Of every schedule, but for its model and workers, which are 0 here: a campaign has several. Where no
     * in-flight limit is given, a third of the schedules have each that makes a difference, in turn. */
    vrrl_setup setup;
    vrrl_cells cells;
    uint64_t schedules; /* at most; 0: as `milliseconds` says, or the default 10,000. Exhaustive:
                           distinct states at most, of each cell; 0: 8,000,000 */
    uint32_t
        milliseconds; /* at most; 0: no limit of time. A result limited by time depends on it */
    /* Exhaustive: to remember the states of an epoch in; 0: 2,048, which is enough for 33 million. */
    uint32_t memory_mib;
    uint32_t depth;         /* PCT; 0: 3 */
    uint32_t bound;         /* preemptions; 0: 2 */
    uint32_t jobs;          /* processes; 0: 1 */
    bool stop_first;        /* at the first failure */
    bool check_determinism; /* run each schedule twice */
    bool no_schedules; /* those drawn that fail are not written as strings: they are only counted */
    const char *mutation; /* a bug to plant in the machine, for selftests; NULL: none. Not with
                               exhaustive search; its schedule strings are for
                               vrrl_selftest_replay alone */
    const bool *stop;     /* true ends the search soon, with what it has found: a signal handler or
                         another thread may set it; may be NULL */
    /* Words of the arena, borrowed, whose values at the end of each run are listed. */
    const uint32_t *outcome_words;
    uint32_t outcome_word_count; /* at most VRRL_OUTCOME_WORDS_MAX */
    /* Called at most ten times a second, and may be NULL. */
    void (*progress)(void *context, const vrrl_explore_progress *progress);
    void *progress_context;
} vrrl_explore_options;

/* Schedules and failures by resident workers and model: a cell of the table of failures. Where it has no
 * schedules and is not complete, nothing is known of it. */
typedef struct vrrl_explore_cell {
    vrrl_setup setup;
    uint64_t schedules, failures;
    bool too_large; /* for the memory model: none of its schedules was run to its end */
    bool complete;  /* all its schedules were searched; `schedules` are then their distinct ends */
} vrrl_explore_cell;

/* Schedules in which at most so many slots are in flight at a time. */
typedef struct vrrl_explore_cap {
    uint32_t in_flight;
    uint64_t schedules, failures;
} vrrl_explore_cap;

enum { VRRL_CAPS_MAX = 16 };

/* Two slots of a batch that conflict, and met in one order in some schedules and in the other in
 * others: nothing orders them. Whether that shows in a value is another question. */
typedef struct vrrl_met_pair {
    uint32_t batch, slots[2]; /* positions, ascending */
} vrrl_met_pair;

enum { VRRL_MET_MAX = 64 };

/* A slot loads a word, and another stores to it later in every run, since it has read what the first did
 * behind its load; and yet nothing orders the two. Hardware that lets a store overtake an earlier load, as
 * Arm's and PTX's memory may (load buffering), may let the load read the store; no model here does. */
typedef struct vrrl_buffered {
    uint32_t count; /* such pairs of slots, by word, that were met; 0: none. The first of them: */
    uint32_t epoch, load, store, word; /* positions in the batch */
} vrrl_buffered;

typedef struct vrrl_explore_result {
    size_t size; /* of this struct, in the library */
    vrrl_strategy strategy;
    vrrl_setup setup; /* of the options, with a grain that is not AUTO */
    bool
        shuts_down; /* the reference ends in a SHUTDOWN with work left, in epoch `shutdown_epoch`: of
                        that one, values are not compared, and expectations alone count */
    uint32_t shutdown_epoch;
    bool out_of_time;       /* the limit of time ended it: another run may see more, or less */
    bool interrupted;       /* `stop` ended it */
    bool distinct_is_least; /* so many schedules that not all were told apart */
    uint64_t too_large;     /* schedules that the memory model had no room for: they say nothing */
    vrrl_error too_large_why; /* which of its limits they met, where cells are too large */
    vrrl_explore_progress total;
    vrrl_defect *defects; /* in the order in which they were found */
    uint32_t defect_count;
    vrrl_explore_cell *cells;
    uint32_t cell_count;
    vrrl_explore_cap caps[VRRL_CAPS_MAX]; /* that were tried in turn, over all cells */
    uint32_t cap_count;
    /* PCT: a bug of depth 1, 2 … that shows in any one cell under sc or tso is missed by the whole
     * campaign with at most this probability; 1 where nothing is known. (Under view what a load
     * returns is one more coin, and nothing is claimed.) */
    double miss_bounds[VRRL_PCT_DEPTHS];
    /* Of the cell where that is highest: PCT's schedules, their depth at most, the slots (and what
     * else has a priority) of an epoch, the choices of a run as measured. */
    uint64_t pct_schedules, pct_choices;
    uint32_t pct_depth, pct_slots;
    /* Exhaustive: every schedule of every cell was run, or is equivalent to one that was. */
    bool complete;
    bool searched_through[VRRL_MEMORY_MODELS]; /* by vrrl_memory_model: of all cells that have it */
    uint64_t states, pruned;
    /* A limit that ended the search of a cell, but for those of states and of time. */
    vrrl_stop search_stopped;
    uint64_t not_deterministic;      /* schedules that ran otherwise the second time */
    vrrl_met_pair met[VRRL_MET_MAX]; /* the lowest of */
    uint32_t met_count;              /* so many */
    vrrl_buffered buffered;          /* of steps of operations, where nothing fails */
    /* What the words that were asked for end up as, by ascending values. Where `complete`, these are
     * all that there are. At most VRRL_OUTCOMES_MAX; outcomes_left_out: there were more. */
    vrrl_explore_outcome *outcomes;
    uint32_t outcome_count;
    bool outcomes_left_out;
    uint32_t *outcome_words; /* those of the options, outcome_word_count of them */
    uint32_t outcome_word_count;
    /* A slot a step: how many slots went last in a run of their own, of how many. Where all did, any
     * two that nothing orders have met in both orders. */
    uint32_t held_slots, held_of;
    /* NULL; of a task graph its caller may set it, to have it reported: the caller's own. */
    const vrrl_graph_lint *lint;
} vrrl_explore_result;

/* Runs a campaign. VRRL_OK whatever was found. On success *result is the caller's. */
VRRL_API vrrl_code vrrl_explore(const vrrl_program *program, const vrrl_explore_options *options,
                                vrrl_explore_result **result, vrrl_error *err);
/* NULL is fine. */
VRRL_API void vrrl_explore_result_free(vrrl_explore_result *result);

/* The same defect: kind, epoch, slot and word. */
VRRL_API bool vrrl_outcome_same_defect(const vrrl_run_outcome *a, const vrrl_run_outcome *b);

/* "pct", "deadlock" … */
VRRL_API const char *vrrl_strategy_name(vrrl_strategy strategy);
/* False, and *strategy is left alone, where none has the name text[0 … size). */
VRRL_API bool vrrl_strategy_named(const char *text, size_t size, vrrl_strategy *strategy);
VRRL_API const char *vrrl_defect_kind_name(vrrl_defect_kind kind);

#ifdef __cplusplus
}
#endif
#endif
