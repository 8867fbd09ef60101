/*
 * One epoch under a scheduler: every memory operation of every worker is a step, and a chooser picks
 * who goes next and with which outcome.
 *
 * Vocabulary
 *   lane     what takes steps: a worker of a pool; a queue of serial workers; one of the D places of
 *            a pipelined queue. Each is a thread of the memory model.
 *   choice   a lane, then one of its options: an outcome of its next operation, a slot to claim, or
 *            (tso) a drain of its store buffer.
 *   parked   a slot that was not ready, until the word that it waits for has the wanted value, or the
 *            word that this value came from has changed.
 *   state    all that may still matter, as plain data.
 *   start    the arena before the first step.
 *
 * A lane claims with a compare-and-swap on the slot's STATUS, attempts it, counts it, and stores its
 * STATUS, as docs/ring-protocol.md says; each is a step. Its scan of the ring is not: which slot it
 * claims is a choice, and orders less than a scan would. A slot that was parked is claimed again
 * only when it may go on, and then reads a value that lets it, where there is one: attempts in vain
 * have no effect, so nothing is lost, and every run ends.
 *
 * A pipelined queue of several places admits the slot that it has claimed before it claims the next:
 * it looks at what the slot waits for, as memory is at that moment, and puts it back where that is not
 * there. The slot runs later, and looks again; where a word was lowered meanwhile it goes back, and
 * those behind it that are not admitted wait for it.
 *
 * The slots have been published before the first step, and the host's fence is not among them.
 *
 * create.h makes schedules and states, machine.h steps and runs them, result.h tells what a run shows,
 * depth_first_search.h takes all runs.
 */
#ifndef VRRL_ENGINE_SCHEDULE_H
#define VRRL_ENGINE_SCHEDULE_H

#include "event/decision.h"
#include "event/event.h"
#include "memory/memory.h"
#include "ops/mutation.h"
#include "vrrl/run/backend.h"
#include "vrrl/run/setup.h"

struct sched_options {
    vrrl_setup setup;  /* its grain, workers and seed are the caller's */
    uint32_t starved;  /* lane that goes only when no other can; VRRL_NO_WORKER: none */
    uint64_t until_ns; /* one that goes on past this moment of the steady clock hangs; 0: never */
    step_mutation mutation; /* a bug that is planted; zeroed: none. Not for an exhaustive search */
    bool ask_always;        /* a pick is asked at every step, also where there is but one way */
    bool races; /* view: the monitor of races is on; at most 64 slots, and as many lanes */
    bool
        reads_conditions; /* to the monitor, what a slot decides by without waiting is a plain load */
    const uint8_t *unseen; /* as of an op_env: borrowed; NULL */
    bool keeps_stores;     /* of whole slots: slot_engine_stores is asked */
};

/* A program, and how it is scheduled. Used by one thread at a time. */
struct sched;
/* The state of one run, or of none: a schedule can have several. */
struct sched_state;

/* What a state knows of a slot. */
struct sched_slot {
    uint32_t status;
    uint32_t lane;       /* of its last claim; VRRL_NO_WORKER: never claimed */
    uint64_t wait_value; /* as in vrrl_ticket, of its last attempt */
    uint32_t wait_word;
    uint32_t goal_word, goal_value; /* the word that wait_value came from, and what that attempt
                                       read in it; VRRL_NO_INDEX: none */
    uint32_t claimed_at, ended_at;  /* number of the step, from 1, of its last claim, and of the
                                       store of a terminal STATUS; 0: none */
    uint64_t result_fold, order_fold;
};

#endif
