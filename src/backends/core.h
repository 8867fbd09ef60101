/*
 * What the backends of this machine share: arena, tickets, the batch in queues, and the exact
 * deadlock rule. A backend that runs elsewhere (a device) needs none of it.
 */
#ifndef VRRL_BACKENDS_CORE_H
#define VRRL_BACKENDS_CORE_H

#include "ops/stores.h"
#include "vrrl/run/backend.h"

enum { CORE_LINE_BYTES = 64 };

struct core {
    vrrl_machine machine;
    vrrl_layout layout;
    uint32_t *arena;
    vrrl_ticket *tickets;
    void *arena_memory;

    /* The batch under way. */
    vrrl_batch_view batch;
    const uint8_t *unseen; /* as of an op_env; set by whoever owns the backend; NULL */
    op_stores *stores;     /* of the attempts at ring index `stores_of`; NULL: not kept */
    uint32_t stores_of;
    uint8_t *changed;        /* as of an op_env, of the reference alone; set likewise; NULL */
    uint64_t until_ns;       /* of the steady clock: sweeps end then; 0: by themselves */
    uint64_t first_progress; /* `progress` when it began */

    /* Serial and pipelined: queue q holds slots queue_slots[queue_first[q] … queue_first[q + 1]).
     * `order` lists the queues that are not empty, rank_of a queue its place in it. */
    uint32_t *queue_first, *queue_slots, *order, *rank_of;
    uint32_t order_count;
    uint32_t *head;       /* first slot of a queue that has not ended; its worker's own */
    uint32_t *stuck_head; /* the same, as the host last saw it */
    uint32_t stuck_first; /* pool: all before it in the batch have ended */

    /* Each on a line of its own: workers add to them all the time. */
    _Alignas(CORE_LINE_BYTES) uint64_t claims;
    /* Terminal slots + 1: the progress version. A slot's completion order is its old value. */
    _Alignas(CORE_LINE_BYTES) uint64_t progress;
    _Alignas(CORE_LINE_BYTES) uint32_t queues_finished;
    _Alignas(CORE_LINE_BYTES) uint32_t stop; /* the epoch is over: workers leave */
};

vrrl_code core_init(struct core *c, const vrrl_machine *machine, vrrl_error *err);
void core_free(struct core *c);

/* Fresh tickets for the batch's slots, and its queues. No worker runs. */
vrrl_code core_begin(struct core *c, const vrrl_batch_view *batch, vrrl_error *err);
/* What a slot last waited for is still missing, as far as one look tells. A slot that waits for
 * nothing that could be looked at counts as waiting. */
bool core_still_waits(const struct core *c, uint32_t word, uint64_t value);
/* The deadlock rule; the argument for it stands above the definition. */
bool core_stuck(struct core *c);

/* What is stored in `unseen` words is no result from the next epoch on, of a driver whose backend begins with
 * its core; what the last attempt at the slot with a ring index stores is kept. All are borrowed; NULL. */
void core_watch(void *backend, const uint8_t *unseen, op_stores *stores, uint32_t stores_of);
/* Slots of the reference mark in `changed`, a byte for each OP_LINE_WORDS of the arena, what they write. Borrowed. */
void core_mark(void *backend, uint8_t *changed);

/* `arena` and `tickets` of a driver whose backend begins with its core. */
uint32_t *core_arena(void *backend);
const vrrl_ticket *core_tickets(void *backend);

static inline uint32_t *core_slot(const struct core *c, uint32_t index)
{
    return c->arena + c->layout.ring_base + index * c->machine.geometry.slot_words;
}

static inline bool core_in_queues(const struct core *c)
{
    return c->machine.model.kind != VRRL_MODEL_POOL;
}

#endif
