/* What the parts of the slot engine share. */
#ifndef VRRL_ENGINE_SLOT_STATE_H
#define VRRL_ENGINE_SLOT_STATE_H

#include "engine/slot_engine.h"
#include "engine/slot_parking.h"

/* A queue of serial or pipelined workers. Slots are admitted in its order, as soon as they are ready,
 * up to `depth` in flight; those can take their turns in any order. One that is not ready when its turn
 * comes is not in flight any more, and those behind it that are not admitted wait for it. */
struct slot_queue {
    uint32_t first, end; /* in queue_slots[] */
    uint32_t rank;       /* among the queues that are not empty */
    uint32_t next;       /* the first that is neither in flight nor has ended */
    uint32_t in_flight;
    uint32_t left;   /* not ended */
    bool is_blocked; /* the next one is parked */
};

/* What a slot does that has not ended. */
enum { SLOT_LEFT, SLOT_PARKED, SLOT_IN_FLIGHT, SLOT_ENDED };

/* The lines of the arena that a slot's check read at the start. */
struct slot_lines {
    uint32_t first;
    uint32_t count; /* NOT_GOOD: the check is to be made each time */
};

enum { LINES_MAX = 16, NOT_GOOD = LINES_MAX + 1 };

/* Parked slots that want a value which they read in memory: the goal. */
struct slot_goal {
    uint32_t position;
    uint32_t goal_word, goal_value;
    uint32_t wait_word;
    uint64_t wait_value; /* as slot_parking_add was told, where a word can hold it */
};

struct slot_goals {
    struct slot_goal *list, *kept; /* room for all slots */
    uint32_t count, kept_count;
};

/* Who may run, at a moment. */
struct slot_front {
    struct chooser_lane *ready;
    uint32_t ready_count;
    struct slot_queue *queues;
    uint8_t *does; /* by position, in queues: SLOT_… */
};

struct slot_engine {
    vrrl_machine machine;
    vrrl_layout layout;
    uint32_t depth; /* slots of a queue in flight; 0: a pool */
    uint64_t step_limit, until_ns;
    uint32_t count;        /* slots of the batch */
    uint32_t *word;        /* of each slot's STATUS */
    uint32_t *queue_of;    /* of each slot, where there are queues */
    uint32_t *queue_slots; /* positions, queue after queue */
    uint32_t *queues_by_rank;
    uint32_t queue_count; /* that are not empty */
    watched_env env;
    uint32_t *arena;

    /* The start: as the first looks at all slots have left it. */
    uint32_t *start;
    struct slot_lines *checked;
    struct slot_front start_front;
    bool at_start; /* nothing has run since */

    /* The run. */
    uint8_t *changed; /* by line of the arena */
    struct slot_parking parking;
    struct slot_goals goals;
    struct slot_front front;
    uint32_t queues_finished, ended, turn;
    struct sched_slot *slots;
    op_stores stores;       /* of the attempts that ended slots: of each slot's, */
    uint32_t *stores_first; /* the first; */
    uint32_t *stores_count; /* and how many */
    bool waits_io, over_limit;
    vrrl_code failed;

    uint8_t *listed;          /* by line of the arena: its words are in words[] */
    uint32_t *words, *values; /* as slot_engine_words tells them */
    uint32_t word_count, word_room, value_room;
};

/* The check of the start still stands. */
static inline bool slot_is_checked(const struct slot_engine *e, uint32_t position)
{
    const struct slot_lines *lines = &e->checked[position];
    if (lines->count == NOT_GOOD)
        return false;
    for (uint32_t i = 0; i < lines->count; i++)
        if (e->changed[lines->first + i])
            return false;
    return true;
}

#endif
