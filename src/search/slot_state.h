/* What the parts of the slot engine share. */
#ifndef VRRL_SEARCH_SLOT_STATE_H
#define VRRL_SEARCH_SLOT_STATE_H

#include "search/slot_engine.h"
#include "search/slot_parking.h"

/* A queue of serial or pipelined workers. Slots are admitted in its order, when they are ready, up
 * to `depth` that have not ended; those can take their turns in any order. */
struct slot_queue {
    uint32_t first, end; /* in queue_slots[] */
    uint32_t rank;       /* among the queues that are not empty */
    uint32_t next;       /* the first that is not admitted */
    uint32_t in_flight;  /* admitted, not ended */
    uint32_t left;       /* not ended */
    bool is_blocked;     /* the next one is parked */
};

/* Who may run, at a moment. Kept for the beginning of epoch 0. */
struct slot_front {
    chooser_lane *ready;
    uint32_t ready_count;
    struct slot_queue *queues;
};

struct slot_engine {
    const vrrl_program *program;
    slot_engine_options options;
    uint32_t depth; /* slots of a queue in flight; 0: a pool */
    vrrl_layout layout;
    watched_env env;
    uint32_t *arena;
    uint32_t *kept; /* the arena at the beginning of epoch 0, slots published */
    uint8_t *changed;
    struct slot_parking parking;
    struct slot_front front, kept_front;

    /* The epoch under way. */
    uint32_t next_epoch, epoch;
    uint32_t count; /* slots of its batch */
    uint32_t first_index;
    uint32_t *queue_slots; /* positions, queue after queue */
    uint32_t *queues_by_rank;
    uint32_t queue_count; /* that are not empty */
    uint32_t queues_finished;
    uint32_t *order;
    uint32_t ended;
    uint64_t turn;
    uint64_t *folds, *ended_at;
    bool waits_io;
    vrrl_code failed;
    vrrl_error *err;
};

static inline uint32_t slot_word(const slot_engine *e, uint32_t position)
{
    uint32_t ring = e->program->geometry.ring_slots, index = e->first_index + position;
    if (index >= ring)
        index -= ring;
    return e->layout.ring_base + index * e->program->geometry.slot_words;
}

/* ---- Who may run: slot_front.c --------------------------------------------------------------- */

/* Sorts the batch under way into queues. */
vrrl_code slot_queues_place(slot_engine *e, vrrl_error *err);
/* Tells the gates what the words hold. */
void slot_front_sync(slot_engine *e);
/* Looks at every slot that may be looked at, for the first time in an epoch. */
void slot_front_begin(slot_engine *e);
/* A slot that is ready had its turn: it ended; or it found that it is not ready after all. */
void slot_front_ended(slot_engine *e, uint32_t position);
void slot_front_park(slot_engine *e, uint32_t position);
/* Looks at those whose words were written. */
void slot_front_follow(slot_engine *e);

#endif
