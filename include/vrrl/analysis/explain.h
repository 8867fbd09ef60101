/* SPDX-License-Identifier: MIT */
/*
 * Explaining: the two slots that a failure is about, both orders and what each leads to, and which
 * single repair makes the failure go away, each of them tried.
 *
 * Vocabulary
 *   first, second  the pair: where the program does not fail, `first` has ended before `second` is
 *                  claimed (or the reference runs them in this order).
 *   critical step  the last step of the failing run before which a good end was still in reach, as far
 *                  as was tried.
 *   timeline       who ran what, from which step to which, in the epoch that fails.
 *   repair         the program with one thing more or another: a wait, a release, an acquire, a
 *                  fence, an epoch boundary, a word that prologues reset, operations or slots in
 *                  another order, a condition, a second look; for a deadlock a threshold, a signal,
 *                  the order of a queue, or all queues resident. In one slot, in all that a `repeat`
 *                  made alike, or wherever a word is used; in all those places or in none.
 *   removes        no schedule that was tried fails so any more. How many were tried, and whether
 *                  they were all there are, stands beside it: nothing more is claimed.
 */
#ifndef VRRL_API_ANALYSIS_EXPLAIN_H
#define VRRL_API_ANALYSIS_EXPLAIN_H

#include "vrrl/analysis/explore.h"
#include "vrrl/log/options.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum vrrl_repair_kind {
    VRRL_REPAIR_WAIT,
    VRRL_REPAIR_RELEASE,
    VRRL_REPAIR_ACQUIRE,
    VRRL_REPAIR_FENCE,
    VRRL_REPAIR_EPOCH,
    VRRL_REPAIR_THRESHOLD,
    VRRL_REPAIR_RESIDENT,
    VRRL_REPAIR_ORDER, /* of a queue */
    VRRL_REPAIR_SIGNAL,
    VRRL_REPAIR_RESET,
    VRRL_REPAIR_MOVE, /* of an operation in its slot */
    VRRL_REPAIR_IF,   /* a condition, or a second look at one */
} vrrl_repair_kind;

enum {
    VRRL_REPAIRS_MAX = 24,
    VRRL_REPAIR_TEXT_MAX = 320,
    VRRL_READS_MAX = 2,
    VRRL_WRITES_MAX = 4,
    VRRL_CAUSES_MAX = 6
};

/* What a repair changes, more closely than its kind. Fields of vrrl_repair_part stand in quotes: `slot` is a slot, or
 * several. vrrl_repair_text makes the sentence. */
typedef enum vrrl_repair_form {
    VRRL_REPAIR_FORM_WAIT, /* `slot` waits for `word` >= `value`, which `other` signals */
    VRRL_REPAIR_FORM_FLAG, /* `slot` signals a new flag, and `other` waits for it */
    VRRL_REPAIR_FORM_FLAGS, /* so does each of `count` slots, and the one of `other` with its index */
    VRRL_REPAIR_FORM_LINE_WAITS, /* `count` of `slot` wait for every signal of `other` that they conflict with, */
    VRRL_REPAIR_FORM_LINE_WAITS_BEFORE, /* or for those of them that stand before them */
    /* each `other` that some `slot` conflicts with signals a new counter, and `count` of `slot` wait for all `value` */
    VRRL_REPAIR_FORM_LINE_COUNTER,
    VRRL_REPAIR_FORM_FULL_WAITS, /* `count` of `slot` wait for every signal of the array `word` */
    VRRL_REPAIR_FORM_LESS, /* `count` slots, `slot` the first, wait for `word` >= `value`, not `was` */
    VRRL_REPAIR_FORM_SIGNAL,   /* `slot` adds `value` to `word`, too */
    VRRL_REPAIR_FORM_SIGNALS,  /* each of `slot` adds 1 to it */
    VRRL_REPAIR_FORM_RESIDENT, /* all `value` queues run at a time */
    VRRL_REPAIR_FORM_SWAPPED, /* in queue `value`, `slot` goes behind `other`, for which it waits; */
    VRRL_REPAIR_FORM_LATER,   /* or comes behind it, */
    VRRL_REPAIR_FORM_EARLIER,    /* or before it */
    VRRL_REPAIR_FORM_ORDERS,     /* operation `row` of `slot` is `becomes`, not `opcode` */
    VRRL_REPAIR_FORM_FENCE,      /* `opcode`, a fence, before operation `row` of `slot`, */
    VRRL_REPAIR_FORM_FENCE_LAST, /* or behind all of it; */
    VRRL_REPAIR_FORM_FENCES,     /* the same of several slots that are alike */
    VRRL_REPAIR_FORM_FENCES_LAST,
    VRRL_REPAIR_FORM_FENCE_BEFORE_WRITES, /* in `count` places, wherever `word` is written, or read */
    VRRL_REPAIR_FORM_FENCE_BEHIND_WRITES,
    VRRL_REPAIR_FORM_FENCE_BEFORE_READS,
    VRRL_REPAIR_FORM_FENCE_BEHIND_READS,
    VRRL_REPAIR_FORM_EVERY_ORDERS, /* each `opcode` of `word`, in `count` places, is `becomes` */
    VRRL_REPAIR_FORM_EVERY_RELEASES, /* each relaxed write of it releases, whatever operation it is; */
    VRRL_REPAIR_FORM_EVERY_ACQUIRES, /* each relaxed read acquires */
    VRRL_REPAIR_FORM_RESET,          /* prologues set `word` back */
    VRRL_REPAIR_FORM_GROWS,          /* waits for `word` grow with the epoch, */
    VRRL_REPAIR_FORM_GROWS_BY_ROUND, /* or from round to round; */
    VRRL_REPAIR_FORM_NOT_SET_BACK,   /* and no slot sets it back, as some did */
    VRRL_REPAIR_FORM_MOVE, /* operation `row` of `slot`, an `opcode`, before operation `before`, */
    VRRL_REPAIR_FORM_MOVE_LAST, /* or behind all of it */
    VRRL_REPAIR_FORM_CONDITION, /* `slot` goes on behind operation `row` only if `word` == `value`; */
    VRRL_REPAIR_FORM_ASKS,      /* or if that, a COMPARE_SWAP, swapped */
    VRRL_REPAIR_FORM_LOOKS_AGAIN, /* `slot` looks again at `word` before operation `before` */
    VRRL_REPAIR_FORM_BOUNDARY,    /* an epoch boundary between `slot` and `other` */
    VRRL_REPAIR_FORMS
} vrrl_repair_form;

typedef struct vrrl_repair_part {
    vrrl_repair_form form;
    char slot
        [VRRL_DEFECT_NAME_MAX]; /* a slot; of several, what their names begin with: "put" of "put[0]" */
    char other[VRRL_DEFECT_NAME_MAX]; /* the same of others, */
    char word[VRRL_DEFECT_NAME_MAX];  /* and of a word, or an array of words */
    uint32_t count;                   /* of slots that `slot` stands for, or of places; */
    bool all;                         /* that is all of those slots */
    uint64_t value;
    uint32_t was;
    uint32_t row, before;     /* operations of a slot, from 0 */
    uint32_t opcode, becomes; /* VRRL_NO_INDEX: a wait or signal of a task, relaxed and then not */
} vrrl_repair_part;

enum { VRRL_REPAIR_PARTS_MAX = 2 };

typedef struct vrrl_repair {
    vrrl_repair_kind kind;
    vrrl_repair_part parts[VRRL_REPAIR_PARTS_MAX]; /* all of them in one repair */
    uint32_t part_count;
    bool removes;    /* this failure does not show any more */
    uint32_t places; /* that it changes, of the epoch that fails or of all */
    bool hides; /* and yet its cause is there: the schedule that shows it is made impossible, or who
                   shows it is told nothing any more */
    uint32_t cells;       /* memory models and numbers of workers that were explored, */
    uint32_t models;      /* a bit for each of those models; */
    uint32_t models_done; /* of these all schedules, up to equivalent ones, */
    uint64_t schedules;   /* and so many of the others */
    bool complete;        /* there are no others */
    bool each_last; /* a slot a step: each slot went last in a run of its own, so that what nothing
                       orders met in both orders */
    double miss_bound; /* a bug of depth 2 is missed with this probability at most; 1: not known */
    uint32_t others;   /* other failures that showed */
    char other[VRRL_DEFECT_NAME_MAX + 32]; /* the first of them: "deadlock at x" */
    vrrl_program *program; /* with the repair, where the options ask for it; else NULL */
} vrrl_repair;

typedef struct vrrl_timeline_slot {
    uint32_t position, lane;
    uint64_t from, to; /* steps, from 1; `to` 0: it never ended */
    char name[VRRL_DEFECT_NAME_MAX];
    bool first, second; /* it is one of the pair */
} vrrl_timeline_slot;

/* What a step of a run does. Fields of vrrl_step stand in quotes; `slot` is a slot, or a worker that runs none. */
typedef enum vrrl_step_kind {
    VRRL_STEP_READS,         /* `slot` reads `read` at `word`, */
    VRRL_STEP_READS_OLDER,   /* which is not the newest value there */
    VRRL_STEP_STORES,        /* it stores `stored` there, */
    VRRL_STEP_STORES_BEHIND, /* behind a store that counts as newer */
    VRRL_STEP_ADDS,          /* it reads `read`, adds, and leaves `stored`; */
    VRRL_STEP_SETS,          /* or swaps */
    VRRL_STEP_LEAVES,        /* a swap that finds `read`, and leaves it */
    VRRL_STEP_FENCES,        /* it passes a fence */
    VRRL_STEP_CLAIMS,        /* `worker` claims `slot` */
    VRRL_STEP_LOOKS,         /* `worker` looks for a SHUTDOWN */
    VRRL_STEP_ADMITS,        /* the queue of `slot` finds `read` at `word`, which it waits for */
    VRRL_STEP_ARRIVES,       /* its store of `stored` at `word` reaches memory; */
    VRRL_STEP_END_ARRIVES,   /* or its end does */
    VRRL_STEP_RUNS,          /* it runs, as one step */
    VRRL_STEP_BEGINS,
    VRRL_STEP_ENDS,
    VRRL_STEP_REQUEUES, /* it goes back to its queue, since it has to wait */
    VRRL_STEP_KINDS
} vrrl_step_kind;

typedef struct vrrl_step {
    vrrl_step_kind kind;
    uint32_t epoch, worker;
    uint32_t slot; /* position; VRRL_NO_INDEX: none */
    uint32_t word; /* of the arena; VRRL_NO_INDEX: none */
    uint32_t read, stored;
    char name[VRRL_DEFECT_NAME_MAX], word_name[VRRL_DEFECT_NAME_MAX]; /* "": as none */
} vrrl_step;

/* A word that was read, and the value. */
typedef struct vrrl_step_read {
    uint32_t word, value;
    char word_name[VRRL_DEFECT_NAME_MAX];
} vrrl_step_read;

/* Of a step that stores, what its slot had read before it and since it was claimed; the last of it. */
typedef struct vrrl_step_write {
    vrrl_step step;
    vrrl_step_read reads[VRRL_READS_MAX];
    uint32_t read_count;
} vrrl_step_write;

/* Where a value that was read came from. */
typedef struct vrrl_step_cause {
    vrrl_step_read read;
    vrrl_step step; /* that stored it */
} vrrl_step_cause;

/* The critical step: of the failing run "reader reads data = 0, then writer stores data = 42", of the other "writer stores
 * data = 42, then reader reads data = 42". One step or two of each; it may be of an earlier epoch than fails. */
typedef struct vrrl_critical_step {
    bool known;
    bool moved;   /* the run that does not fail has this one step moved, and what follows from it */
    bool outcome; /* not when it came, but what it saw, or claimed: the step alone differs */
    vrrl_step fails[2], good[2];
    uint32_t fails_count, good_count;
    uint32_t tried; /* runs that went on from behind that step of the failing run: all fail */
} vrrl_critical_step;

typedef struct vrrl_timeline {
    vrrl_timeline_slot *slots; /* by `from`, then lane */
    uint32_t count;
    uint32_t hidden; /* slots of the epoch that are left out */
    bool places;     /* of pipelined queues: as many lanes a queue as it is deep */
    bool by_workers; /* lanes are workers; false: a lane a slot */
    char *schedule;  /* its schedule string; NULL: longer than VRRL_SCHEDULE_TEXT_MAX */
    vrrl_step_write
        writes[VRRL_WRITES_MAX]; /* of the word that differs, in the epoch: the last of them */
    uint32_t write_count;        /* may be over VRRL_WRITES_MAX: the first are left out */
    uint32_t value;              /* that the word comes to */
    /* Where what the last of them had read came from, and so on back; of the failing run, where no pair tells
     * it. */
    vrrl_step_cause causes[VRRL_CAUSES_MAX];
    uint32_t cause_count;
} vrrl_timeline;

/* How a run that does not fail passes by luck: nothing orders two accesses of a word in it, */
typedef enum vrrl_luck_kind {
    VRRL_LUCK_NONE,
    VRRL_LUCK_REVERSED,  /* and they come in another order than is meant; */
    VRRL_LUCK_STALE,     /* and the second, a load, reads another value than the newest; */
    VRRL_LUCK_OVERTAKEN, /* and the second, a store, counts as older than another */
} vrrl_luck_kind;

typedef struct vrrl_luck {
    vrrl_luck_kind kind;
    char slots[2][VRRL_DEFECT_NAME_MAX]; /* as their accesses come */
    char word[VRRL_DEFECT_NAME_MAX];
    bool
        not_looked_at; /* NONE: more slots than a monitor follows, 64 of an epoch, or more than it has room for */
} vrrl_luck;

/* What a slot does to a word. */
typedef enum vrrl_touch_kind {
    VRRL_TOUCH_NONE,
    VRRL_TOUCH_READS,
    VRRL_TOUCH_WAITS, /* for it */
    VRRL_TOUCH_WRITES,
    VRRL_TOUCH_ADDS, /* as a signal */
    VRRL_TOUCH_UPDATES,
} vrrl_touch_kind;

typedef struct vrrl_explain_progress {
    const vrrl_repair *repair; /* that is tried */
    uint32_t done;             /* repairs before it */
} vrrl_explain_progress;

typedef struct vrrl_explain_options {
    size_t size; /* of this struct */
    vrrl_failure_source
        failure;           /* each repair is tried in as many schedules as it is looked for in */
    bool keep;             /* the program with each repair stays with it */
    uint32_t milliseconds; /* for all; 0: no limit */
    const bool *stop; /* true ends it soon, with what is known by then: a signal handler or another
                              thread may set it; may be NULL */
    void (*progress)(void *context, const vrrl_explain_progress *progress); /* may be NULL */
    void *progress_context;
} vrrl_explain_options;

typedef struct vrrl_explain_result {
    size_t size; /* of this struct, in the library */
    vrrl_run_outcome outcome;
    char name[VRRL_DEFECT_NAME_MAX]; /* of what fails first */
    char word[VRRL_DEFECT_NAME_MAX]; /* that differs; "": none */
    vrrl_setup setup;
    bool every_schedule; /* none was seen that does not fail so, the reference among them */

    bool pair; /* the two slots are known */
    uint32_t first, second;
    char first_name[VRRL_DEFECT_NAME_MAX], second_name[VRRL_DEFECT_NAME_MAX];
    vrrl_touch_kind first_does, second_does;
    bool first_may,
        second_may; /* only in some runs: behind a condition, or to one of several words */
    char touched[VRRL_DEFECT_NAME_MAX]; /* the word or segment that both touch */
    bool
        undirected; /* they are of one line, or of one name, and no expectation fails: nothing says which
                        of the two orders is meant */
    vrrl_luck luck; /* of the run that does not fail */
    bool ordered;   /* the failing run has them in the good order too: what a load saw differs */

    vrrl_critical_step critical_step; /* looked for where a run shows no pair that conflicts */
    bool
        by_steps; /* the pair is that of the critical step: their steps have an order, not the slots */

    vrrl_timeline failing, passing; /* passing.count 0: no schedule was seen that does not fail */
    vrrl_repair repairs[VRRL_REPAIRS_MAX];
    uint32_t repair_count;
    uint32_t repairs_untold; /* tried besides: none removes the failure without another */
    uint32_t repairs_tried;
    uint32_t repairs_left; /* at most so many were left untried, for want of time or after enough */
    bool out_of_time;      /* repairs were left untried, */
    bool interrupted;      /* since `stop` ended it */
    vrrl_stuck *stuck;     /* DEADLOCK; else NULL */
} vrrl_explain_result;

/* Explains a failure of `program`, which is borrowed. VRRL_NOT_FOUND: it does not fail, as far as
 * was explored, or not under that schedule. Where `found` of the error is less than `expected`, of so
 * many cells (workers, memory model) no schedule could be run to its end. On success *result is the caller's. */
VRRL_API vrrl_code vrrl_explain(const vrrl_program *program, const vrrl_explain_options *options,
                                vrrl_explain_result **result, vrrl_error *err);
/* NULL is fine. */
VRRL_API void vrrl_explain_result_free(vrrl_explain_result *result);

/* "wait", "release" … */
VRRL_API const char *vrrl_repair_kind_name(vrrl_repair_kind kind);

#ifdef __cplusplus
}
#endif
#endif
