/*
 * A worker: how it picks slots, attempts them and ends them. Compiled once with the sequential
 * macros of ops/plain.h, for the reference, and once with those of ops/atomic.h, for threads: the
 * includer has included one of them.
 */
#ifndef VRRL_BACKENDS_ENGINE_H
#define VRRL_BACKENDS_ENGINE_H

#include "backends/core.h"
#include "backends/parking.h"
#include "base/atomics.h"
#include "base/clock.h"
#include "base/random.h"
#include "vrrl/run/opcode.h"

#include <stdlib.h>
#include <string.h>

struct worker {
    struct core *core;
    op_env env;
    uint64_t random;
    uint32_t number;
    /* Attempt slots whose word still says "wait", too, and note the progress version: the deadlock
     * rule stands on it. Set while nothing else is left to do. */
    bool thorough;
    uint32_t completed; /* slots that this sweep ended */
    uint32_t waiting;   /* and those that it passed over, as they wait */
    /* What is left to do: ring indices in a pool, else numbers of queues. */
    uint32_t *items;
    uint32_t item_count;
    /* Pool: the last sweep ended few slots and passed over many, so this one follows what it makes
     * ready. */
    bool follow;
    struct parking parking;
};

enum {
    FOLLOW_BELOW = 64, /* follow where a sweep ended fewer than one slot in so many waiting */
    FOLLOW_WORDS = 64, /* words whose waiters are still to be looked at */
};

static inline vrrl_code worker_init(struct worker *w, struct core *c, uint32_t number)
{
    uint32_t ring = c->machine.geometry.ring_slots, queues = c->machine.model.queues;
    *w = (struct worker){.core = c, .number = number, .random = c->machine.seed};
    w->random = random_next(&w->random) + number;
    w->env = (op_env){
        .arena = c->arena, .slots = c->arena, .geometry = c->machine.geometry, .layout = c->layout};
    w->items = malloc((core_in_queues(c) ? queues : ring) * sizeof *w->items);
    bool parked = core_in_queues(c) || parking_init(&w->parking, ring);
    return w->items && parked ? VRRL_OK : VRRL_NO_MEMORY;
}

static inline void worker_free(struct worker *w)
{
    free(w->items);
    parking_free(&w->parking);
}

/* Its share of the batch: all slots of a pool; its own queues, dealt round-robin by number. */
static inline void worker_begin(struct worker *w, uint32_t workers)
{
    struct core *c = w->core;
    w->thorough = w->follow = false;
    w->item_count = 0;
    w->env.unseen = c->unseen;
    w->env.changed = c->changed;
    if (!core_in_queues(c)) {
        memcpy(w->items, c->batch.indices, c->batch.count * sizeof *w->items);
        w->item_count = c->batch.count;
        return;
    }
    for (uint32_t k = 0; k < c->order_count; k++) {
        if (c->order[k] % workers == w->number)
            w->items[w->item_count++] = c->order[k];
    }
}

/* Whether an attempt may get anywhere; `status` is REQUEUE or YIELD. Fields of two attempts may mix
 * here; a later look, or a thorough attempt, puts that right. */
static inline bool worker_worth(const struct worker *w, uint32_t index, uint32_t status)
{
    const struct core *c = w->core;
    const vrrl_ticket *ticket = &c->tickets[index];
    uint32_t word = load_relaxed(&ticket->wait_word);
    if (!core_still_waits(c, word, load_relaxed(&ticket->wait_value)))
        return true;
    uint64_t seen = load_relaxed(&ticket->seen_progress);
    if (seen && seen == load_relaxed(&c->progress))
        return false; /* nothing has happened since it failed */
    return w->thorough || status == VRRL_STATUS_YIELD || word == VRRL_NO_INDEX;
}

/* Terminal in this epoch. A status that is left from an earlier one has a fresh ticket. */
static inline bool worker_ended(const struct worker *w, uint32_t index, uint32_t status)
{
    return vrrl_status_is_terminal(status) &&
           load_relaxed(&w->core->tickets[index].completion_order) != 0;
}

static inline bool worker_may_try(const struct worker *w, uint32_t index, uint32_t status)
{
    if (status == VRRL_STATUS_PUBLISHED)
        return true;
    return (status == VRRL_STATUS_REQUEUE || status == VRRL_STATUS_YIELD) &&
           worker_worth(w, index, status);
}

static inline bool worker_must_leave(const struct worker *w)
{
    return load_relaxed(&w->core->stop) || load_relaxed(&w->core->arena[VRRL_WORD_SHUTDOWN]);
}

/* Takes the slot as worker `who`. */
static inline bool worker_claim(struct worker *w, uint32_t index, uint32_t status, uint32_t who)
{
    struct core *c = w->core;
    if (worker_must_leave(w))
        return false;
    /* Acquire: pairs with the release of the publish, and of the requeue by another worker. */
    if (!cas_acq_rel_u32(core_slot(c, index), &status, VRRL_STATUS_CLAIMED))
        return false;
    vrrl_ticket *ticket = &c->tickets[index];
    store_relaxed(&ticket->claim_order, add_relaxed(&c->claims, 1u) + 1);
    store_relaxed(&ticket->claimed_after, load_relaxed(&c->progress));
    store_relaxed(&ticket->worker, who);
    store_relaxed(&ticket->attempts, ticket->attempts + 1);
    return true;
}

/* The progress version for the attempt that follows; 0 where it is not a thorough one. Acquire:
 * pairs with the release in worker_finish; only when there is nothing else to do, so that recording
 * and replaying order no slots that the program leaves unordered. */
static inline uint64_t worker_version(const struct worker *w)
{
    return w->thorough ? load_acquire(&w->core->progress) : 0;
}

/* Ends an attempt that did not end the slot. Release: pairs with the acquire of each field in the
 * deadlock rule, so that whoever sees a field sees the `attempts` of its attempt. */
static inline void worker_put_back(struct worker *w, uint32_t index, uint32_t status,
                                   uint64_t version)
{
    vrrl_ticket *ticket = &w->core->tickets[index];
    store_release(&ticket->wait_word, w->env.wait_word);
    store_release(&ticket->wait_value, w->env.wait_value);
    store_release(&ticket->seen_progress, version);
    /* Release: pairs with the next claim. */
    store_release(core_slot(w->core, index), status);
}

/* Ends a slot. The order of stores: docs/ring-protocol.md. */
static inline void worker_finish(struct worker *w, uint32_t index, uint32_t status)
{
    struct core *c = w->core;
    vrrl_ticket *ticket = &c->tickets[index];
    store_relaxed(&ticket->result_fold, w->env.result_fold);
    store_relaxed(&ticket->order_fold, w->env.order_fold);
    op_account(&w->env, c->layout.ring_base + index * c->machine.geometry.slot_words);
    /* Release: after the effects and before STATUS; pairs with worker_version and core_stuck. */
    store_relaxed(&ticket->completion_order, add_release(&c->progress, 1u));
    w->completed++;
    /* Release: pairs with the host's scan and with fences. */
    store_release(core_slot(c, index), status);
}

static inline uint32_t worker_run(struct worker *w, uint32_t index)
{
    uint64_t version = worker_version(w);
    op_env_reset(&w->env);
    w->env.stores = w->core->stores_of == index ? w->core->stores : NULL;
    if (w->env.stores)
        w->env.stores->count = 0;
    uint32_t status = op_attempt(&w->env, w->core->layout.ring_base +
                                              index * w->core->machine.geometry.slot_words);
    if (vrrl_status_is_terminal(status))
        worker_finish(w, index, status);
    else
        worker_put_back(w, index, status, version);
    return status;
}

/* Pool: one look at a slot. True when it has ended. */
static inline bool worker_visit_slot(struct worker *w, uint32_t index)
{
    uint32_t status = load_acquire(core_slot(w->core, index));
    if (worker_ended(w, index, status))
        return true;
    if (!worker_may_try(w, index, status) || !worker_claim(w, index, status, w->number))
        return false;
    return vrrl_status_is_terminal(worker_run(w, index));
}

/* Adds the words that the last attempt wrote, and for which slots wait, to those whose waiters are
 * to be looked at. */
static inline uint32_t worker_touched(struct worker *w, uint32_t *words, uint32_t count)
{
    uint32_t touched = w->env.touched_count < OP_TOUCHED ? w->env.touched_count : OP_TOUCHED;
    for (uint32_t i = 0; i < touched && count < FOLLOW_WORDS; i++) {
        uint32_t word = w->env.touched[i], k = 0;
        if (!*parking_bucket(&w->parking, word))
            continue;
        while (k < count && words[k] != word)
            k++;
        words[k] = word;
        count += k == count;
    }
    return count;
}

/* A slot has ended: goes on with those that it made ready, and so on. */
static inline void worker_follow(struct worker *w)
{
    uint32_t words[FOLLOW_WORDS], count = worker_touched(w, words, 0);
    while (count) {
        uint32_t word = words[--count], next = *parking_bucket(&w->parking, word);
        for (; next; next = w->parking.next[next - 1]) {
            const vrrl_ticket *ticket = &w->core->tickets[next - 1];
            if (load_relaxed(&ticket->wait_word) != word)
                continue;
            if (core_still_waits(w->core, word, load_relaxed(&ticket->wait_value)))
                break; /* most who wait for a word want the same of it */
            uint32_t completed = w->completed;
            worker_visit_slot(w, next - 1);
            if (w->completed != completed)
                count = worker_touched(w, words, count);
        }
    }
}

/* Pool: one look at a slot of the list, and at those that follow from it. */
static inline bool worker_visit_item(struct worker *w, uint32_t index)
{
    uint32_t completed = w->completed;
    bool gone = worker_visit_slot(w, index);
    if (w->completed != completed) {
        if (w->follow)
            worker_follow(w);
    } else if (load_relaxed(core_slot(w->core, index)) == VRRL_STATUS_REQUEUE) {
        w->waiting++;
        if (w->follow)
            parking_add(&w->parking, load_relaxed(&w->core->tickets[index].wait_word), index);
    }
    return gone;
}

/* A queue that has not been admitted yet: not resident. Relaxed: getting on orders no memory. */
static inline bool worker_queue_is_off(const struct worker *w, uint32_t q)
{
    const struct core *c = w->core;
    uint32_t resident = c->machine.model.resident;
    return resident && c->rank_of[q] >= resident + load_relaxed(&c->queues_finished);
}

static inline void worker_swap(uint32_t *items, uint32_t i, uint32_t k)
{
    uint32_t item = items[i];
    items[i] = items[k];
    items[k] = item;
}

/* Up to `depth` slots from the head that are ready, claimed in order into `window`; the first that
 * is not ready blocks those behind it. */
static inline uint32_t worker_gather(struct worker *w, uint32_t q, uint32_t depth, uint32_t *window)
{
    struct core *c = w->core;
    uint32_t count = 0;
    for (uint32_t at = c->head[q]; at < c->queue_first[q + 1] && count < depth; at++) {
        uint32_t index = c->queue_slots[at], status = load_acquire(core_slot(c, index));
        if (worker_ended(w, index, status))
            continue;
        if (!worker_may_try(w, index, status) || !worker_claim(w, index, status, q))
            break;
        uint64_t version = worker_version(w);
        op_env_reset(&w->env);
        status = op_admit(&w->env, c->layout.ring_base + index * c->machine.geometry.slot_words);
        if (status == OP_REQUEUE) {
            worker_put_back(w, index, status, version);
            break;
        }
        window[count++] = index;
    }
    return count;
}

static inline void worker_advance(struct worker *w, uint32_t q)
{
    struct core *c = w->core;
    while (c->head[q] < c->queue_first[q + 1]) {
        uint32_t index = c->queue_slots[c->head[q]];
        if (!worker_ended(w, index, load_acquire(core_slot(c, index))))
            return;
        c->head[q]++;
    }
}

/* Serial is pipelined with one in flight. True when the queue is finished. */
static inline bool worker_visit_queue(struct worker *w, uint32_t q)
{
    struct core *c = w->core;
    if (worker_queue_is_off(w, q))
        return false;
    bool pipelined = c->machine.model.kind == VRRL_MODEL_PIPELINED;
    uint32_t window[64];
    uint32_t count = worker_gather(w, q, pipelined ? c->machine.model.depth : 1, window);
    for (uint32_t i = 0; i < count; i++) {
        if (c->machine.claim == VRRL_CLAIM_RANDOM)
            worker_swap(window, i, i + random_below(&w->random, count - i));
        worker_run(w, window[i]);
    }
    worker_advance(w, q);
    if (c->head[q] < c->queue_first[q + 1])
        return false;
    add_relaxed(&c->queues_finished, 1u);
    return true;
}

/* Looks at the time now and then: a body may be long. */
static inline bool worker_is_late(const struct worker *w, uint32_t visits)
{
    enum { VISITS_PER_LOOK = 16 };
    return w->core->until_ns && visits % VISITS_PER_LOOK == 0 &&
           clock_steady_ns() > w->core->until_ns;
}

/* One look at everything that is left, in order or in a random one (a Fisher-Yates shuffle on the
 * way). What has ended is dropped. Returns how many slots it ended. */
static inline uint32_t worker_sweep(struct worker *w)
{
    struct core *c = w->core;
    bool shuffle = c->machine.claim == VRRL_CLAIM_RANDOM, queued = core_in_queues(c);
    uint64_t version = load_relaxed(&c->progress);
    uint32_t kept = 0;
    w->completed = w->waiting = 0;
    if (w->follow)
        parking_clear(&w->parking);
    for (uint32_t i = 0; i < w->item_count; i++) {
        if (worker_is_late(w, i)) {
            memmove(w->items + kept, w->items + i, (w->item_count - i) * sizeof *w->items);
            kept += w->item_count - i;
            break;
        }
        if (shuffle)
            worker_swap(w->items, i, i + random_below(&w->random, w->item_count - i));
        /* Something has happened: back to looking before trying. */
        if (w->thorough && load_relaxed(&c->progress) != version)
            w->thorough = false;
        uint32_t item = w->items[i];
        if (!(queued ? worker_visit_queue(w, item) : worker_visit_item(w, item)))
            w->items[kept++] = item;
    }
    w->follow = w->completed < w->waiting / FOLLOW_BELOW;
    w->item_count = kept;
    return w->completed;
}

#endif
