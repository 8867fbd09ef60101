/* What machine.c and search.c share: a schedule's constants, and the state of a run. */
#ifndef VRRL_BACKENDS_SCHEDULED_STATE_H
#define VRRL_BACKENDS_SCHEDULED_STATE_H

#include "backends/scheduled/schedule.h"
#include "ops/stepped.h"

#include <stdlib.h>
#include <string.h>

#define NO_SLOT VRRL_NO_INDEX

enum { STEP_LIMIT = 1000000 };

struct sched {
    vrrl_machine machine;
    vrrl_layout layout;
    sched_options options;
    uint32_t *arena;     /* before the first step: */
    uint32_t *own_arena; /* a copy, or NULL where it is borrowed */
    uint32_t slot_count, lane_count, depth, resident;
    uint32_t *status; /* location of each slot's STATUS, by position in the batch */
    uint32_t *word;   /* first word of each slot */
    /* Queues: positions queue_slots[queue_first[q] … queue_first[q + 1]). */
    uint32_t *queue_first, *queue_slots;
    bool queued, may_shut_down;
    /* A body has looked at the machine's counters, or has a fence, which could make their order
     * matter. */
    bool counters_matter;
    uint32_t shutdown; /* location of the SHUTDOWN word */

    /* Words get locations as they are met. */
    uint32_t *location; /* by word: location + 1 */
    uint32_t *words, *initial;
    uint32_t location_count, location_room;
    bool exhausted;

    step_env env;
    /* Of the body that was entered last: whether it is past its waits, and after how many
     * operations and results. */
    bool admitted;
    uint32_t admitted_met, admitted_log;
    uint32_t ended_as;
};

typedef struct lane_op {
    mem_op op;
    uint32_t word;
    bool returns;
    bool counts; /* a counter of the machine; nobody sees what it returns */
} lane_op;

typedef struct lane {
    uint32_t slot; /* position in the batch, or NO_SLOT */
    uint32_t done, log_count;
    uint32_t queued, next;          /* operations in the queue, and those of them that are done */
    uint32_t wait_word, wait_value; /* what its slot was parked for; VRRL_NO_INDEX: nothing */
    uint32_t ended_as;
    uint32_t admitted_met, admitted_log;
    bool returned; /* the queue ends with the store of STATUS */
    bool admitted;
    bool looked; /* at the SHUTDOWN word, for the next claim */
    bool left;
    bool can_drain;       /* as sched_ready found it, */
    uint32_t own_options; /* and the options besides */
    lane_op queue[STEP_QUEUE];
} lane;

struct sched_state {
    memory memory;
    lane *lanes;
    sched_lane *ready;
    sched_slot *slots;
    uint32_t lane_count, slot_count;
    uint32_t *logs; /* lane l's begins at l * log_room */
    uint32_t log_room;
    uint32_t steps, in_flight;
    bool exhausted;
};

/* Idle; what is left in the queue does not count. */
static inline void lane_reset(lane *l)
{
    memset(l, 0, offsetof(lane, queue));
    l->slot = NO_SLOT;
    l->wait_word = VRRL_NO_INDEX;
}

/* Does the lane's next operation if it is a count that is free to be done. */
bool sched_count(sched *s, sched_state *state, uint32_t lane);
/* The location of a word, from now on. */
uint32_t sched_location(sched *s, uint32_t word);

#endif
