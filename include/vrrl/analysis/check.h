/* SPDX-License-Identifier: MIT */
/*
 * The exact check of a task graph: races and deadlocks, without running anything.
 *
 * Vocabulary
 *   stuck         a task that no execution can ever start.
 *   must-precede  a must precede b when b can never start unless a has finished.
 *   race          two tasks that access a common segment, at least one writing (and not both
 *                 accumulating), neither of which must precede the other.
 *   defect        what one repair mends: races of one kind of task on one buffer, or one root of a
 *                 deadlock.
 *   unwritten     a part of a buffer that is read and that no task writes, as in vrrl/run/lint.h.
 *   witness       an order of all tasks that the graph allows, in which the pair is reversed.
 *
 * The verdict is exact for the declared accesses, waits, signals and worker model; what it takes
 * for granted is listed in docs/task-graphs.md. Pure functions; a result belongs to the caller.
 */
#ifndef VRRL_API_ANALYSIS_CHECK_H
#define VRRL_API_ANALYSIS_CHECK_H

#include "vrrl/log/options.h"
#include "vrrl/run/graph.h"
#include "vrrl/run/lint.h"
#include "vrrl/run/recording.h"

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum vrrl_check_verdict {
    VRRL_CHECK_SAFE,
    VRRL_CHECK_RACY,
    VRRL_CHECK_DEADLOCK,  /* races among the tasks that can run are reported too */
    VRRL_CHECK_NOT_KNOWN, /* of programs and recordings: some of what they do is not seen here */
    VRRL_CHECK_UNWRITTEN, /* no race, no deadlock, but a read of what nobody writes: of graphs, and of
                             scratch in programs */
    /* Of programs and recordings: no race, no deadlock, */
    VRRL_CHECK_ORDER_DEPENDS, /* but what is observed depends on who comes first; */
    VRRL_CHECK_FAILS,         /* but an `expect` does not hold in every execution */
    VRRL_CHECK_UNFIT, /* of graphs: nothing of that, but a page, a worker's memory or the ABI cannot hold it */
} vrrl_check_verdict;

/* So many defects are explained, repaired and checked again one by one; the others are counted. */
enum { VRRL_CHECK_DEFECTS_MAX = 16, VRRL_CHECK_TEXT_MAX = 400, VRRL_CHECK_NAME_MAX = 160 };

typedef struct vrrl_check_options {
    size_t size;                       /* of this struct */
    const vrrl_assign_options *assign; /* NULL: the default */
    bool verdict_only;                 /* no explanations, repairs, witness, lint */
    bool no_lint;                      /* its names and opcodes are not those of a task graph */
    bool no_repairs;                   /* none is looked for */
    uint32_t
        milliseconds; /* at most; 0: no limit. What is not done by then is told by the result */
} vrrl_check_options;

/* Two unordered tasks, by index. In a result the first was meant to come first, as far as that is known. */
typedef struct vrrl_check_pair {
    uint32_t tasks[2];
    uint32_t buffer;
    uint32_t ranges[2];
    vrrl_access_kind kinds[2];
    bool unsure; /* an execution may order them after all, or what they do makes no difference */
    bool races;  /* it is known that they race, whatever else is not seen: an execution shows it */
} vrrl_check_pair;

/* Why something was not done to its end. In words: vrrl_stop_text. */
typedef enum vrrl_stop_kind {
    VRRL_STOP_NONE,
    VRRL_STOP_UNBEGUN,    /* the time was over before a run began, that was to be watched, */
    VRRL_STOP_UNSEARCHED, /* or a search; */
    VRRL_STOP_TIME,       /* the time was over later, */
    VRRL_STOP_TIME_AFTER, /* after `number` states */
    VRRL_STOP_STATES,     /* as many as it may take: `number` */
    VRRL_STOP_MODEL,      /* a limit of the memory model, after `number` states */
    VRRL_STOP_LONG_RUN, /* one run of `epoch` has too many steps on too many words for its memory */
    VRRL_STOP_MEMORY,   /* to remember more than `number` states of `epoch` takes `mib` */
    VRRL_STOP_WAITS,    /* `epoch` has too many slots that wait for each other, */
    VRRL_STOP_ACCESSES, /* too many accesses that meet, */
    VRRL_STOP_SLOTS,    /* or more than `number` slots */
    VRRL_STOP_RUNS,     /* there are too many slots to run them all again and again */
    VRRL_STOP_ERROR,    /* `error` tells why it cannot be done */
    VRRL_STOP_KINDS
} vrrl_stop_kind;

typedef struct vrrl_stop {
    vrrl_stop_kind kind;
    uint32_t epoch, mib;
    uint64_t number;
    char error[VRRL_ERROR_TEXT_MAX];
} vrrl_stop;

/* A change of a graph, or of a program whose epoch it is. Fields of vrrl_check_change stand in quotes. */
typedef enum vrrl_check_change_kind {
    VRRL_CHECK_CHANGE_NONE,
    VRRL_CHECK_CHANGE_WAIT, /* `task` waits for `counter` >= `value`: added, or the threshold set */
    VRRL_CHECK_CHANGE_DROP_WAIT, /* `task` no longer waits for `counter` */
    VRRL_CHECK_CHANGE_TIE,       /* a new counter, which `other` signals and `task` waits for */
    VRRL_CHECK_CHANGE_RANGE,     /* every write of `task` to the range's buffer is this `range` */
    VRRL_CHECK_CHANGE_MOVE,      /* in its queue, `other` comes just before `task` */
    VRRL_CHECK_CHANGE_SORT,      /* every queue in the order of a run in a pool */
    VRRL_CHECK_CHANGE_RESIDENT,  /* `value` queues are resident */
    VRRL_CHECK_CHANGE_ORDER, /* `other` signals `counter` with release, `task` waits with acquire */
    /* Of a program alone: what a graph of one epoch does not tell. */
    VRRL_CHECK_CHANGE_RESET, /* the prologue of each epoch but the first sets the counter's word back */
    VRRL_CHECK_CHANGE_GROW, /* the waits for it grow with the epoch */
    VRRL_CHECK_CHANGE_ALL,  /* all `value` repairs of the others together */
    VRRL_CHECK_CHANGE_KINDS
} vrrl_check_change_kind;

typedef struct vrrl_check_change {
    vrrl_check_change_kind kind;
    uint32_t task, other, counter, value; /* tasks and counters by index; VRRL_GRAPH_NONE: none */
    /* Of a WAIT of a part of an instruction: for all counters up to this one, and so many others. */
    uint32_t counter_last, others;
    bool names_queue; /* of a MOVE: `value` is the queue */
    vrrl_graph_range range;
} vrrl_check_change;

/* Why a new order of two slots only keeps them apart, and does not mend what is wrong. */
typedef enum vrrl_check_apart {
    VRRL_CHECK_APART_NONE,    /* it mends it: an order is what lacks */
    VRRL_CHECK_APART_CHOOSES, /* one of them goes by what it finds: either order was to be right */
    VRRL_CHECK_APART_WAITS, /* one of them waits for the other already: that is too weak, or too early */
    VRRL_CHECK_APART_UNTOLD, /* their arguments do not tell by which words they race */
} vrrl_check_apart;

/* A change of the graph that mends a defect, and what a second check said of it. One that leaves as much
 * wrong as there was, or gets more tasks stuck, is none. */
typedef struct vrrl_check_repair {
    vrrl_check_change
        change;    /* NONE where there is none to offer; vrrl_check_repair_text tells it, */
    uint32_t more; /* and that there are so many more changes like it */
    vrrl_check_verdict after; /* of this repair alone */
    uint64_t pairs_left;      /* that race or may, of the whole program, */
    uint64_t pairs_before;    /* and how many there are without it */
    uint32_t stuck_left, holes_left;
    bool
        hides; /* it takes away a wait that nobody serves: a signal that is missing still is; or: */
    vrrl_check_apart apart; /* of a TIE */
    uint32_t refused;       /* others that were tried before it, or in vain; */
    uint32_t
        unmade; /* and those that cannot be made here: a counter would wrap, a slot has no room ... */
    /* vrrl_check_try and vrrl_program_check_try: the whole program with it, all epochs of it, was checked
     * again, and, where it is safe then, run: */
    bool tried;
    uint32_t cells;     /* of models and numbers of workers */
    uint64_t schedules; /* none of which failed; and all of those cells whose schedules are few: */
    bool complete;      /* of all cells */
    vrrl_stop not_run;  /* why it was not, though nothing else is wrong then */
    struct vrrl_program *program;   /* with it, where the options ask for that; else NULL */
    struct vrrl_check_edits *edits; /* the library's own */
} vrrl_check_repair;

/* Why nothing orders the two of a race: what the early one, tasks[0] of the pair, or the late one lacks. */
typedef enum vrrl_race_reason_kind {
    VRRL_RACE_REASON_NO_SIGNAL, /* the early one signals no counter */
    VRRL_RACE_REASON_NO_WAIT, /* the late one does not wait for `counter`, which the early one signals; */
    VRRL_RACE_REASON_WAIT_RELAXED,   /* it waits for it, and acquires nothing; */
    VRRL_RACE_REASON_BEFORE_WAIT,    /* or accesses the range before it waits */
    VRRL_RACE_REASON_SIGNAL_RELAXED, /* the early one's signal of it releases nothing */
    VRRL_RACE_REASON_ENOUGH, /* the late one goes on at `wanted` of the `most` that `counter` gets, which
                                 is enough without the early one's signal */
    VRRL_RACE_REASON_TILES, /* two tiles of a buffer that should lie on a grid overlap */
} vrrl_race_reason_kind;

typedef struct vrrl_race_reason {
    vrrl_race_reason_kind kind;
    uint32_t counter; /* VRRL_GRAPH_NONE where the kind is about none */
    uint32_t wanted;
    uint64_t most;
    uint32_t
        left; /* a counter that the late one waits for, and that an earlier epoch has left higher than
                      0: see vrrl_graph_counter; VRRL_GRAPH_NONE: there is none */
} vrrl_race_reason;

/* What tasks do that are like one that is reported: of the same operation, on the same buffer. */
typedef enum vrrl_odd_kind {
    VRRL_ODD_NONE,
    VRRL_ODD_WAIT,    /* `some` of all `all` wait for `counter` >= `wanted` */
    VRRL_ODD_NO_WAIT, /* none of the `all` others waits for `counter` */
    VRRL_ODD_FULL_WAITS, /* of all of its operation, `some` of `all` wait for every signal of their counters */
    VRRL_ODD_GRID, /* the ranges of `some` of all `all` lie on a grid of `height` x `width` */
} vrrl_odd_kind;

typedef struct vrrl_odd_one_out {
    vrrl_odd_kind kind;
    uint32_t some, all;
    bool writers; /* they write the buffer; else they read it */
    uint32_t buffer, counter, wanted;
    uint64_t height, width;
} vrrl_odd_one_out;

typedef struct vrrl_check_race {
    vrrl_check_pair pair; /* the smallest of the defect's */
    uint64_t pairs;       /* how many unordered pairs it makes */
    /* 0 or 1: which of the two was meant to come first. It is known where one waits for what the other signals,
     * or reads what only the other one makes, or where all tasks could run in the order of the file. */
    uint32_t early, late;
    bool order_known; /* false: `early` is first in the file, and that tells nothing */
    vrrl_race_reason reason;
    vrrl_odd_one_out odd; /* of the late one; of tiles, of either */
    vrrl_check_repair repair;
    char *schedule; /* the string of a run in which the pair races; NULL: none is known, */
    bool sought;    /* though it was looked for, */
    bool unsought;  /* or not to the end: the time was over */
    char *replay;   /* its command; as vrrl_check_result's */
} vrrl_check_race;

typedef enum vrrl_check_root_kind {
    VRRL_CHECK_ROOT_OVER_WAIT,   /* waits for more than all signals together make */
    VRRL_CHECK_ROOT_CYCLE,       /* waits for what waits for it */
    VRRL_CHECK_ROOT_QUEUE_ORDER, /* the same, through the order of a queue */
    VRRL_CHECK_ROOT_RESIDENCY,   /* waits for a queue that cannot get on */
} vrrl_check_root_kind;

enum { VRRL_CHECK_CYCLE_MAX = 8, VRRL_CHECK_PRODUCERS_MAX = 3 };

/* A task that signals the counter of a root. */
typedef struct vrrl_check_producer {
    uint32_t task;
    bool finished; /* else it is stuck */
} vrrl_check_producer;

typedef struct vrrl_check_root {
    vrrl_check_root_kind kind;
    uint32_t task;
    uint32_t counter;            /* VRRL_GRAPH_NONE where it waits for no counter */
    uint64_t wanted, seen, most; /* of the counter: `most` with all signals together */
    uint32_t
        cycle[VRRL_CHECK_CYCLE_MAX]; /* tasks, each waits for the next, the last for the first */
    uint32_t cycle_count;            /* 0: no cycle */
    uint32_t cycle_tasks;            /* all that wait for each other */
    uint32_t goal;  /* OVER_WAIT of a wait that no word can meet: the counter whose note tells it;
                       VRRL_GRAPH_NONE: that is not it */
    uint32_t other; /* QUEUE_ORDER: the task that it needs, behind it in queue `queue` */
    uint32_t queue;
    /* Where it waits for a counter: who signals it, the first of them; and how many of all have finished. */
    uint64_t starts_at; /* what the counter holds first */
    vrrl_check_producer producers[VRRL_CHECK_PRODUCERS_MAX];
    uint32_t producer_count, producers_finished; /* of all that there are */
    vrrl_odd_one_out odd;
    vrrl_check_repair repair;
    bool
        later; /* it is stuck for this once the roots before it have what they lack: what has ended by then
                   has left memory so */
} vrrl_check_root;

/* Waits for one value alone (vrrl_graph_wait.equal) that some execution misses, since the counter passes it. */
typedef struct vrrl_check_overshoots {
    uint32_t count;
    uint32_t task, counter; /* of the first */
    uint64_t wanted, most;  /* it waits for the one, and without it the counter gets to the other */
    bool undecided;         /* there were too many to look at each */
} vrrl_check_overshoots;

/* Whether the workers of a graph of another tool can hang where a pool does not: each takes the tasks that are
 * dispatched to it in the order of the file, and which these are changes from iteration to iteration. */
typedef enum vrrl_check_dispatch_kind {
    VRRL_CHECK_DISPATCH_NONE, /* it was not looked at: the pool hangs, or the graph has no dispatch */
    VRRL_CHECK_DISPATCH_ALWAYS, /* no task needs a later one: it cannot, whoever gets which */
    VRRL_CHECK_DISPATCH_ONE,    /* no worker gets two tasks of an iteration: it cannot */
    VRRL_CHECK_DISPATCH_FIRST, /* `task` needs a later one, and the first iteration does not hang: others may */
    VRRL_CHECK_DISPATCH_STUCK, /* the first iteration hangs: the result is of its queues, not of a pool */
} vrrl_check_dispatch_kind;

typedef struct vrrl_check_dispatch {
    vrrl_check_dispatch_kind kind;
    uint32_t task;       /* FIRST and STUCK: the first task of the file that needs a later one */
    uint64_t pool_pairs; /* STUCK: how many pairs are unordered in a pool */
} vrrl_check_dispatch;

/* What is wrong with a graph besides the order of its tasks: a read or an output that no task has written by then
 * (UNWRITTEN), or what a page, a worker's own memory or an ABI cannot hold (UNFIT). A row: its code, and its name. */
#define VRRL_CHECK_FAULT_TABLE(X)                                                                  \
    X(EARLY, "early")         /* tasks[0] reads `range` before tasks[1], the first to write it */  \
    X(OUTPUT, "output")       /* no task writes buffers[0], an IO_OUTPUT */                        \
    X(PAGE, "page")           /* tasks[0] uses buffers[0], tasks[1] writes buffers[1]: one page */ \
    X(OVERWRITTEN, "page")    /* the same in this order, before tasks[0] reads */                  \
    X(PLACEMENT, "placement") /* the two use buffers[0], on chip, and run on two workers */        \
    X(INPUTS, "limit")        /* tasks[0] has `found` of them, and the ABI holds `most`; */        \
    X(OUTPUTS, "limit")                                                                            \
    X(WAITS, "limit")                                                                              \
    X(RANK, "limit")                                                                               \
    X(INPUT_COUNT, "arity") /* its operation has `least` to `most` */                              \
    X(OUTPUT_COUNT, "arity")

typedef enum vrrl_check_fault_kind {
#define X(code, name) VRRL_CHECK_FAULT_##code,
    VRRL_CHECK_FAULT_TABLE(X)
#undef X
        VRRL_CHECK_FAULT_KINDS,
} vrrl_check_fault_kind;

typedef struct vrrl_check_fault {
    vrrl_check_fault_kind kind;
    uint32_t tasks[2], buffers[2]; /* indices; VRRL_GRAPH_NONE: it is about none */
    uint32_t workers[2];           /* PLACEMENT: of the tasks */
    uint32_t page;                 /* PAGE and OVERWRITTEN */
    uint32_t range;                /* EARLY */
    uint32_t found, least, most;
} vrrl_check_fault;

/* So many are kept; others are counted. The first of each buffer, page and task. */
enum { VRRL_CHECK_FAULTS_MAX = 16 };

typedef struct vrrl_check_faults {
    vrrl_check_fault list[VRRL_CHECK_FAULTS_MAX]; /* by kind */
    uint32_t count, total;
    uint32_t unwritten; /* of all: EARLY and OUTPUT */
} vrrl_check_faults;

/* So many waits are listed; others are counted. */
enum { VRRL_CHECK_ADVICE_MAX = 16 };

/* What a graph could do without, each tried: vrrl_check_advise. */
typedef struct vrrl_check_advice {
    uint32_t queues; /* 0: a pool, of which `least` tells nothing */
    uint32_t
        least; /* so many queues have to be resident for no execution to hang; 0: one hangs whatever is */
    bool tried;                           /* waits: of a graph that is SAFE, in each of its steps */
    bool late;                            /* the time was over before all were looked at */
    uint32_t waits, looked_at, redundant; /* could go, all of these together */
    vrrl_check_change list[VRRL_CHECK_ADVICE_MAX]; /* DROP_WAIT; `value` is the threshold */
} vrrl_check_advice;

typedef struct vrrl_check_result {
    size_t size; /* of this struct, in the library */
    vrrl_check_verdict verdict;
    uint32_t task_count;
    vrrl_worker_model model;
    uint64_t pairs; /* unordered pairs of tasks, each once */
    uint64_t
        instruction_pairs; /* the same of instructions that tasks are parts of; 0: none are, or too many */
    vrrl_check_pair first;
    uint64_t unsure_pairs;  /* so many of them are unsure */
    uint64_t excused_pairs; /* others, which store equal values, or what was there */
    uint64_t order_pairs;   /* others, which do not race, and whose order may show */
    vrrl_check_pair first_order;
    vrrl_check_race *races;
    uint32_t race_count; /* explained; at most VRRL_CHECK_DEFECTS_MAX */
    uint32_t race_total; /* defects */
    vrrl_check_root *roots;
    uint32_t root_count, root_total;
    uint32_t *stuck; /* tasks, ascending */
    uint32_t stuck_count;
    vrrl_check_overshoots overshoots; /* a DEADLOCK, too: in some execution */
    vrrl_check_dispatch dispatch;
    vrrl_check_faults
        faults; /* EARLY and OVERWRITTEN only where neither pairs nor stuck tasks are */
    /* Which step of the graph it is about, from 0; how many were looked at, 0: one, as all are alike; whether each
     * later one is as the last of them. vrrl_judge_graph sets them. */
    uint32_t step, steps;
    bool steps_alike;
    vrrl_check_repair all; /* every repair together; "" where there are not two */
    /* All tasks that can run, the later one of `first` before the earlier one; NULL where there is
     * no such order (only relaxed operations order the two) or the graph is in parts. */
    uint32_t *witness;
    uint32_t witness_count;
    uint32_t witness_at;   /* where the later task is: only what it needs comes before */
    vrrl_graph_lint *lint; /* holes and warnings; NULL with verdict_only or no_lint */
    /* A command that shows the deadlock; NULL: none is known. The caller of vrrl_check may set it, by
     * malloc; it is freed with the result. */
    char *replay;
    char *string;              /* the schedule string in it; the same is true of it */
    vrrl_check_advice *advice; /* NULL: none was asked for */
    bool relaxed;              /* some waits or signals are relaxed and order nothing */
    bool in_parts;             /* some tasks access before they wait */
    /* Of an epoch (vrrl_epoch_check), where some of what its slots do is not seen here; of a graph all is.
     * Stuck tasks are stuck all the same. */
    bool may_excuse; /* the pairs may be ordered after all */
    bool may_miss;   /* there may be more pairs, and more stuck tasks */
    bool may_depend; /* what the epoch shows may depend on the order of what does not race */
    bool exact;      /* none of that, or it makes no difference */
    /* The time was over before all tasks were held against each other: NOT_KNOWN; */
    bool out_of_time;
    bool untried;      /* or before all of it was explained, and each repair tried */
    uint64_t until_ns; /* of the steady clock: when it is over; 0: there is no limit */
    uint64_t elapsed_ns;
    vrrl_check_pair *kept; /* of an epoch: pairs, tasks ascending; the library's own */
    uint32_t kept_count;
} vrrl_check_result;

/* VRRL_OK whatever the verdict. On success *result is the caller's. */
VRRL_API vrrl_code vrrl_check(const vrrl_graph *graph, const vrrl_check_options *options,
                              vrrl_check_result **result, vrrl_error *err);
/* Fills result->advice, for the graph and the options that were checked. Tries each wait: as long as that many checks
 * take, or up to the time that the check was given. */
VRRL_API vrrl_code vrrl_check_advise(vrrl_check_result *result, const vrrl_graph *graph,
                                     const vrrl_assign_options *assign, vrrl_error *err);
/* NULL is fine. */
VRRL_API void vrrl_check_result_free(vrrl_check_result *result);

/* ---- Programs and recordings ----------------------------------------------------------------- */

/* One check for a run of epochs that are the same to it. */
typedef struct vrrl_epoch_check {
    uint32_t first_epoch, epochs;
    vrrl_graph *graph; /* what was checked: a task a slot, by position in the batch */
    vrrl_check_result *result;
    uint32_t unclear_words; /* waited for, and changed in other ways than by adding, or by storing
                               constants: waits for them hold nothing back and order nothing here */
    /* It may begin in other memory than the reference's, and then be stuck, or race, otherwise. */
    bool begins_otherwise;
    /* Sums of floats are taken to stay within the tolerance of their regions, whatever their order. */
    bool rounds;
    /* Counters hold other values when its later epochs begin: numbers of them are those of the first. */
    bool counters_differ;
} vrrl_epoch_check;

/* Two slots of an epoch whose accesses of a word nothing orders in a run. */
typedef struct vrrl_run_race {
    uint32_t epoch;
    uint32_t slots[2]; /* positions, in the order in which the accesses came */
    vrrl_access_kind kinds[2];
    uint32_t word;
    bool acquired; /* the second slot had acquired something of the first, but not this access */
    bool told;     /* of a run: the check of its epoch tells of the two, or `all` does */
    char names[2][VRRL_CHECK_NAME_MAX], word_name[VRRL_CHECK_NAME_MAX];
    bool behind;    /* of executions that were searched: as vrrl_shown_end's */
    char *schedule; /* and of one that shows it; NULL: too long, or `behind` */
    char *replay;   /* as vrrl_check_result's */
} vrrl_run_race;

/* What one run of a program showed, operation by operation. It is no proof of any other run. */
typedef struct vrrl_run_check {
    bool recorded;        /* slots ran in the order of a recording; else one after the other */
    bool as_recorded;     /* and showed what they show there */
    uint32_t epochs;      /* whose slots were watched to their end */
    vrrl_run_race *races; /* at most VRRL_CHECK_DEFECTS_MAX are kept, */
    uint32_t race_count;
    uint32_t race_total; /* of so many pairs of slots, */
    uint32_t told;       /* so many of which are told elsewhere (vrrl_program_check_join) */
    /* Pairs of slots that would race, but that it makes no difference: docs/checking.md. */
    uint32_t equal_stores, silent_stores, validated_reads;
    bool stuck;  /* it got stuck in epoch `last` */
    bool fails;  /* else it ended there otherwise than the reference: see `replay` */
    bool breaks; /* an expectation of that epoch */
    uint32_t last;
    vrrl_stop stopped; /* why not all of it was watched */
    char *schedule;    /* its schedule string; NULL: too long. */
    char *replay;      /* as vrrl_check_result's */
} vrrl_run_check;

/* A slot that reads a word of a region declared scratch that nothing has written in the run. */
typedef struct vrrl_unwritten_read {
    uint32_t epoch, slot, word;
    char name[VRRL_CHECK_NAME_MAX], word_name[VRRL_CHECK_NAME_MAX];
} vrrl_unwritten_read;

/* What is wrong at the end of an execution. Fields of vrrl_shown_end stand in quotes. */
typedef enum vrrl_end_kind {
    VRRL_END_LIVELOCK,         /* `epoch` does not end */
    VRRL_END_STUCK,            /* `epoch` gets stuck, */
    VRRL_END_STUCK_AT,         /* since `slot` waits for `word` >= `expected`, and sees `seen` */
    VRRL_END_SHUTDOWN,         /* `epoch` is shut down with work left */
    VRRL_END_EXPECT,           /* an expectation does not hold: `word` is `seen` */
    VRRL_END_STATUS,           /* `slot` ends as `seen`, and as `expected` in the reference's run */
    VRRL_END_LEFT_THERE,       /* `slot` ends as `seen`; there the shutdown leaves it */
    VRRL_END_LEFT_HERE,        /* the shutdown leaves `slot`; there it ends as `expected` */
    VRRL_END_VALUE,            /* `word` is `seen`, and `expected` in the reference's run; */
    VRRL_END_VALUE_FOR_A_TIME, /* or it was `seen` for a time */
    VRRL_END_OTHER_VALUES,     /* `slot` writes other values than there */
    VRRL_END_KINDS
} vrrl_end_kind;

/* How some execution ends. In words: vrrl_shown_end_text. */
typedef struct vrrl_shown_end {
    bool found; /* else there is none, as far as is known */
    vrrl_end_kind kind;
    uint32_t epoch;
    uint32_t slot, word; /* position, and of the arena; VRRL_GRAPH_NONE: of none */
    uint32_t seen;       /* value or status, */
    uint64_t expected;   /* and what it should be; of what is stuck: the least that it waits for */
    char name[VRRL_CHECK_NAME_MAX], word_name[VRRL_CHECK_NAME_MAX];
    char source[VRRL_CHECK_NAME_MAX]; /* where the expectation stands, "FILE:LINE"; "": not known */
    bool
        behind; /* an epoch before fails already in that run: a replay stops there, and would not show it */
    char *schedule; /* its schedule string; NULL: too long, or `behind` */
    char *replay;   /* as vrrl_check_result's */
} vrrl_shown_end;

/* What all executions under `view` show, or those that were searched. */
typedef struct vrrl_all_check {
    bool complete; /* all of them */
    uint64_t states;
    vrrl_stop stopped; /* not complete: what ended the search */
    /* Pairs of slots that race, but those that the checks of epochs list. At most VRRL_CHECK_DEFECTS_MAX
     * are kept. */
    vrrl_run_race *races;
    uint32_t race_count, race_total;
    uint32_t equal_stores, silent_stores, validated_reads; /* as vrrl_run_check's */
    vrrl_shown_end deadlock;
    vrrl_shown_end differs; /* from the reference, which is an execution, too */
    vrrl_shown_end breaks;  /* an `expect` */
    char *agrees,
        *agrees_replay; /* a run in which none of the three is found; NULL: none is known */
} vrrl_all_check;

typedef struct vrrl_program_check {
    size_t size;                /* of this struct, in the library */
    vrrl_check_verdict verdict; /* the worst */
    vrrl_epoch_check *items;
    uint32_t count;
    uint32_t epochs,
        epochs_left; /* looked at; and those behind one that the reference cannot end */
    bool ended;      /* the reference ended all of them */
    bool as_run;     /* it is of one run, what that ordered counts, and no repair is looked for */
    vrrl_unwritten_read *unwritten; /* at most VRRL_CHECK_DEFECTS_MAX are kept, */
    uint32_t unwritten_count;
    uint32_t unwritten_total; /* of so many words */
    /* The time was over before all epochs were looked at; */
    bool out_of_time;
    bool untried; /* or before each repair was tried */
    uint64_t
        until_ns;    /* of the steady clock: then what adds to it ends, too; 0: there is no limit */
    bool unfinished; /* of a recording whose process was killed: no more epochs are in it */
    bool bare_log;   /* of a log's records alone, see vrrl/run/bare_log.h */
    uint32_t expectations; /* of the program */
    /* One that the reference's run breaks; schedule: of that run. */
    vrrl_shown_end breaks;
    bool breaks_always; /* so do all executions */
    bool one_end; /* all executions end as the reference's run: what holds in it holds in all */
    vrrl_run_check *run; /* NULL: no run was watched (vrrl_program_check_watch) */
    vrrl_all_check *all; /* NULL: they were not searched (vrrl_program_check_search) */
} vrrl_program_check;

typedef struct vrrl_program_check_options {
    size_t size; /* of this struct */
    /* At most, for the check and for all that the functions of verdict.h add to it: what is not done by then
     * is told. 0: no limit. */
    uint32_t milliseconds;
    /* Of a recording alone: what this run ordered counts, too: each worker's slots in their order, and every
     * signal that had been made when a slot that waits for it was claimed. Races that are left are this run's
     * own. */
    bool as_run;
} vrrl_program_check_options;

/* Checks each epoch of a program by what its slots wait for, touch and signal. The reference runs it
 * for what memory holds when an epoch begins. VRRL_OK whatever the verdict. VRRL_INVALID with `as_run`. On
 * success *check is the caller's. */
VRRL_API vrrl_code vrrl_check_program(const vrrl_program *program,
                                      const vrrl_program_check_options *options,
                                      vrrl_program_check **check, vrrl_error *err);
/* The same of the epochs of a recorded run, though its values were right. What the program orders counts: in a
 * pool another run may give a worker's slots to others, so a worker's own order is none, and a wait for 3 of 4
 * signals is for no one of them. Errors: VRRL_INVALID, VRRL_NO_MEMORY, VRRL_UNSUPPORTED, VRRL_REFUSED. */
VRRL_API vrrl_code vrrl_check_recording(const vrrl_recording *recording,
                                        const vrrl_program_check_options *options,
                                        vrrl_program_check **check, vrrl_error *err);
/* NULL is fine. */
VRRL_API void vrrl_program_check_free(vrrl_program_check *check);
/* What a person reads, and one JSON object. */
VRRL_API void vrrl_program_check_write_text(const vrrl_program_check *check, FILE *out);
/* Errors: VRRL_IO, VRRL_NO_MEMORY. */
VRRL_API vrrl_code vrrl_program_check_write_json(const vrrl_program_check *check, FILE *out,
                                                 vrrl_error *err);

/* Sentences of the parts of a result; each returns `out`. What a repair changes, "" where there is none: */
VRRL_API const char *vrrl_check_repair_text(const vrrl_graph *graph,
                                            const vrrl_check_repair *repair,
                                            char out[VRRL_CHECK_TEXT_MAX]);
/* How an execution ends: */
VRRL_API const char *vrrl_shown_end_text(const vrrl_shown_end *end, char out[VRRL_CHECK_TEXT_MAX]);
/* Why a run was not watched to its end, or a search ended: */
VRRL_API const char *vrrl_stop_text(const vrrl_stop *stop, char out[VRRL_ERROR_TEXT_MAX]);

/* "safe", "race", "deadlock", "not-known", "unwritten", "order-depends", "fails". */
VRRL_API const char *vrrl_check_verdict_name(vrrl_check_verdict verdict);
/* "over-wait", "cycle", "queue order", "residency". */
VRRL_API const char *vrrl_check_root_kind_name(vrrl_check_root_kind kind);

/* What a person reads; `path` is how the witness's command names the graph. */
/* "early"; "?" for a number that is none. */
VRRL_API const char *vrrl_check_fault_kind_name(vrrl_check_fault_kind kind);
/* "q lies on page 3, as k does, ..."; returns out. */
VRRL_API const char *vrrl_check_fault_text(const vrrl_graph *graph, const vrrl_check_fault *fault,
                                           char out[VRRL_CHECK_TEXT_MAX]);

/* What `vrrl check` prints of a task graph. */
VRRL_API void vrrl_check_write_text(const vrrl_graph *graph, const vrrl_check_result *result,
                                    FILE *out);
/* One JSON object, with the whole witness. Errors: VRRL_IO, VRRL_NO_MEMORY. */
VRRL_API vrrl_code vrrl_check_write_json(const vrrl_graph *graph, const vrrl_check_result *result,
                                         FILE *out, vrrl_error *err);

#ifdef __cplusplus
}
#endif
#endif
