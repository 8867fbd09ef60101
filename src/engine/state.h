/* What the files of the engine share: a schedule's constants, and the state of a run. */
#ifndef VRRL_ENGINE_STATE_H
#define VRRL_ENGINE_STATE_H

#include "engine/body.h"
#include "engine/depth_first_search.h"
#include "engine/monitored.h"

#include <stdlib.h>
#include <string.h>

#define NO_SLOT VRRL_NO_INDEX

enum { STEP_LIMIT = 1000000, TREE_NODES_MAX = 1 << 18, WATCHED_WORDS = 16, CLAIM_BLOCK = 32 };

struct sched {
    vrrl_machine machine;
    vrrl_layout layout;
    struct sched_options options;
    uint32_t *arena;     /* before the first step: */
    uint32_t *own_arena; /* a copy, or NULL where it is borrowed */
    uint32_t slot_count, lane_count, depth, resident;
    uint32_t *status; /* location of each slot's STATUS, by position in the batch */
    uint32_t *word;   /* first word of each slot */
    /* Queues: positions queue_slots[queue_first[q] … queue_first[q + 1]). */
    uint32_t *queue_first, *queue_slots, *queue_of;
    bool queued, may_shut_down;
    bool plain;       /* no queue has several places, and the monitor of races is off */
    bool own_threads; /* a queue's slots are threads of their own: nothing is handed from one to the
                         next that runs in its place */
    /* What bodies have been seen to do, which hinders a reduction. */
    struct sched_met {
        bool counters;   /* look at the machine's counters, or yield */
        bool fences;     /* have a fence (view): who runs another slot may see the counts' order */
        bool orders;     /* have a seq_cst fence (view) */
        bool statuses;   /* look at a STATUS */
        bool undeclared; /* touch a word that is not in the slot's footprint */
    } met;
    uint32_t shutdown; /* location of the SHUTDOWN word */

    /* Words get locations as they are met. */
    uint32_t *location; /* by word: location + 1 */
    uint32_t *words, *initial;
    uint64_t *readers, *writers; /* by location: bits of the first 64 slots that may touch it */
    struct sched_race *race;     /* NULL: the monitor is off */
    uint32_t location_count, location_room;
    bool exhausted;

    struct body_env *env;
    struct body_tree *tree;         /* for the next runs */
    bool (*is_over)(void *context); /* sched_end_when */
    void *over_context;
    uint32_t memory_mib;             /* sched_limit_memory */
    const struct sched_taken *taken; /* while an exhaustive search has found an end, or a race */
};

struct lane {
    uint32_t slot;    /* position in the batch, or NO_SLOT */
    uint32_t node;    /* where its body stands */
    uint32_t at, end; /* the node's operations that are left, in the tree's */
    uint64_t wait_value;
    uint32_t wait_word;             /* what its slot was parked for; VRRL_NO_INDEX: nothing */
    uint32_t goal_word, goal_value; /* where that value came from; VRRL_NO_INDEX: not from memory */
    bool goal_moves;      /* it was claimed since the goal, and nothing else, has changed */
    uint32_t own_options; /* as known since they changed last, */
    uint32_t claims;      /* of a queue's lane without a slot: the slot that it would claim, */
    bool can_drain;       /* and the drain besides */
    bool looked;          /* at the SHUTDOWN word, for the next claim */
    bool left;
};

/* What can be claimed of 64 slots. */
struct claim_group {
    uint64_t open;   /* a bit for each slot that is PUBLISHED, */
    uint64_t parked; /* for each that was put back; */
    uint64_t able;   /* (pool) for each of those that can be claimed again, */
    uint64_t stale;  /* and for each of which that must be found again */
    /* Pool: where a word gets a value below `least`, and no less than `most`, none of those that are parked
     * becomes able, and none that is able is held. */
    uint32_t least, most;
    uint64_t watched[WATCHED_WORDS]; /* a filter: bits of the words that they wait for */
};

/* Of a word: how many parked slots what it holds may let go or hold, and the sum of their positions. One that
 * waits for it twice counts twice. */
struct claim_waiters {
    uint32_t count, sum;
};

struct sched_state {
    struct memory memory;
    struct body_tree *tree;
    struct lane *lanes;
    struct chooser_lane *ready;
    struct sched_slot *slots;
    uint64_t live; /* a bit for each of the first 64 slots that has not ended */
    struct claim_group *groups;
    uint32_t *count_in;            /* how many are `open` or `able` in each CLAIM_BLOCK groups */
    struct claim_waiters *waiters; /* by location; all 0 while none is parked */
    uint64_t *stale;               /* a bit for each group that has stale slots, */
    uint64_t *queue_stale;         /* and for each queue whose lanes must be looked at again */
    uint32_t *queue_head;          /* the first in a queue that has not ended */
    uint32_t lane_count, slot_count, queue_count, ready_count, waiter_room;
    uint32_t open_count, parked_count, able_count;
    uint32_t queues_on; /* those below may be on: the others wait until one is finished */
    uint32_t steps, in_flight;
    bool exhausted;  /* memory lacked, or */
    bool moved;      /* what bodies take for constant changes */
    bool idle_stale; /* options of lanes without a slot must be looked at again */
    bool list_stale; /* and the list of ready lanes made anew */
};

/* Whether what one lane claims, or ends, may stop or let go any other, by a limit of the setup. */
static inline bool claims_are_limited(const struct sched *s)
{
    return s->options.setup.in_flight > 0;
}

static inline bool state_exhausted(const struct sched_state *state)
{
    return state->exhausted || state->moved || state->memory.limit;
}

/* Idle. */
static inline void lane_reset(struct lane *l)
{
    *l = (struct lane){.slot = NO_SLOT,
                       .node = NO_NODE,
                       .claims = NO_SLOT,
                       .wait_word = VRRL_NO_INDEX,
                       .goal_word = VRRL_NO_INDEX};
}

static inline bool lane_admitted(const struct sched_state *state, const struct lane *l)
{
    return state->tree->nodes[l->node].admitted;
}

static inline bool lane_ready(const struct sched_state *state, const struct lane *l)
{
    return state->tree->nodes[l->node].ready;
}

/* What a queue looks at to admit a slot is memory as it is: that orders time, and no memory. */
static inline uint32_t state_look(const struct sched_state *state, const struct operation *op)
{
    return memory_final(&state->memory, op->location);
}

#endif
