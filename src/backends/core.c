#include "backends/core.h"

#include "base/atomics.h"
#include "base/error.h"

#include <stdlib.h>
#include <string.h>

static vrrl_code check_machine(const vrrl_machine *machine, vrrl_error *err)
{
    const vrrl_worker_model *model = &machine->model;
    bool queued = model->kind != VRRL_MODEL_POOL;
    if (machine->workers < 1 || machine->workers > 1024)
        return error_set(err, VRRL_INVALID, "Fix: choose 1 to 1024 workers.", "%u workers",
                         machine->workers);
    if (queued && (model->queues < 1 || model->queues > 65536))
        return error_set(err, VRRL_INVALID, "Fix: choose 1 to 65536 queues.",
                         "%u queues in a machine whose workers have queues", model->queues);
    if (!queued && model->queues)
        return error_set(err, VRRL_INVALID, "Fix: leave the queues out, or choose another model.",
                         "%u queues in a pool", model->queues);
    if (model->kind == VRRL_MODEL_PIPELINED && (model->depth < 1 || model->depth > 64))
        return error_set(err, VRRL_INVALID, "Fix: choose a depth of 1 to 64.", "depth %u",
                         model->depth);
    return VRRL_OK;
}

static vrrl_code allocate_core(struct core *c, vrrl_error *err)
{
    uint32_t ring = c->machine.geometry.ring_slots, queues = c->machine.model.queues;
    size_t bytes = c->layout.total_words * sizeof *c->arena + CORE_LINE_BYTES;
    c->arena_memory = calloc(1, bytes);
    c->tickets = calloc(ring, sizeof *c->tickets);
    c->queue_first = calloc(queues + 1, sizeof *c->queue_first);
    c->queue_slots = calloc(ring, sizeof *c->queue_slots);
    c->order = calloc(queues + 1, sizeof *c->order);
    c->rank_of = calloc(queues + 1, sizeof *c->rank_of);
    c->head = calloc(queues + 1, sizeof *c->head);
    c->stuck_head = calloc(queues + 1, sizeof *c->stuck_head);
    if (!c->arena_memory || !c->tickets || !c->queue_first || !c->queue_slots || !c->order ||
        !c->rank_of || !c->head || !c->stuck_head)
        return error_no_memory(err, bytes);
    /* Slots begin on cache lines. */
    uintptr_t at = ((uintptr_t)c->arena_memory + CORE_LINE_BYTES - 1) / CORE_LINE_BYTES;
    c->arena = (uint32_t *)(at * CORE_LINE_BYTES);
    return VRRL_OK;
}

vrrl_code core_init(struct core *c, const vrrl_machine *machine, vrrl_error *err)
{
    *c = (struct core){.machine = *machine, .progress = 1};
    vrrl_code code = vrrl_geometry_layout(&machine->geometry, &c->layout, err);
    if (!code)
        code = check_machine(machine, err);
    if (!code)
        code = allocate_core(c, err);
    if (code)
        core_free(c);
    return code;
}

void core_free(struct core *c)
{
    free(c->arena_memory);
    free(c->tickets);
    free(c->queue_first);
    free(c->queue_slots);
    free(c->order);
    free(c->rank_of);
    free(c->head);
    free(c->stuck_head);
}

void core_watch(void *backend, const uint8_t *unseen, op_stores *stores, uint32_t stores_of)
{
    struct core *c = backend;
    c->unseen = unseen;
    c->stores = stores;
    c->stores_of = stores_of;
}

void core_mark(void *backend, uint8_t *changed)
{
    ((struct core *)backend)->changed = changed;
}

uint32_t *core_arena(void *backend)
{
    return ((struct core *)backend)->arena;
}

const vrrl_ticket *core_tickets(void *backend)
{
    return ((struct core *)backend)->tickets;
}

/* A counting sort by queue: keeps publish order inside each. */
static vrrl_code sort_into_queues(struct core *c, vrrl_error *err)
{
    const vrrl_batch_view *batch = &c->batch;
    uint32_t queues = c->machine.model.queues;
    memset(c->queue_first, 0, (queues + 1) * sizeof *c->queue_first);
    for (uint32_t i = 0; i < batch->count; i++) {
        if (batch->queues[i] >= queues)
            return error_set(err, VRRL_REFUSED, "Fix: name a queue that the machine has.",
                             "slot %u of the batch is for queue %u of %u", i, batch->queues[i],
                             queues);
        c->queue_first[batch->queues[i] + 1]++;
    }
    c->order_count = 0;
    for (uint32_t q = 0; q < queues; q++) {
        if (c->queue_first[q + 1]) {
            c->rank_of[q] = c->order_count;
            c->order[c->order_count++] = q;
        }
        c->queue_first[q + 1] += c->queue_first[q];
        c->head[q] = c->stuck_head[q] = c->queue_first[q];
    }
    for (uint32_t i = 0; i < batch->count; i++)
        c->queue_slots[c->head[batch->queues[i]]++] = batch->indices[i];
    memcpy(c->head, c->stuck_head, queues * sizeof *c->head);
    return VRRL_OK;
}

vrrl_code core_begin(struct core *c, const vrrl_batch_view *batch, vrrl_error *err)
{
    c->batch = *batch;
    c->stuck_first = 0;
    c->queues_finished = 0;
    c->first_progress = load_relaxed(&c->progress);
    if (core_in_queues(c)) {
        vrrl_code code = sort_into_queues(c, err);
        if (code)
            return code;
    }
    for (uint32_t i = 0; i < batch->count; i++)
        c->tickets[batch->indices[i]] =
            (vrrl_ticket){.worker = VRRL_NO_WORKER, .wait_word = VRRL_NO_INDEX};
    return VRRL_OK;
}

bool core_still_waits(const struct core *c, uint32_t word, uint64_t value)
{
    if (word >= c->layout.total_words)
        return true;
    uint32_t found = load_acquire(&c->arena[word]);
    return value ? found < value : !vrrl_status_is_terminal(found);
}

/*
 * The deadlock rule, and why it is exact.
 *
 * A worker adds 1 to P after the effects of a slot that ends and before it releases the slot's
 * terminal STATUS. Before a thorough attempt it reads P with acquire, and leaves what it read in
 * the ticket (`seen_progress`; 0 after an attempt that was not thorough) before it releases REQUEUE
 * or YIELD. A slot has effects only in an attempt that ends it; whether an attempt goes on depends
 * on the slot's own words, on words that bodies and their accounting write, and, for fences, on
 * STATUS words; a wait for EPOCH, which the host writes, is possible too.
 *
 * The host reads P = p, then the status of every slot of the batch, all of them published by then,
 * then P again. The machine is stuck if and only if each slot that matters is REQUEUE or YIELD, its
 * last attempt saw p, the word that it waited for is still not what it wants, and P is still p. (In
 * a pool every slot that has not ended matters; with queues, the head of each resident queue: those
 * behind it cannot run before it.)
 *
 * Suppose that the host says so, and yet some attempt succeeds that is later than the one that the
 * host read of its slot. Take the first such in happens-before order, of slot a; it succeeded where
 * the one that the host read, A0, had failed. So it read a value that A0 did not see.
 *  - Written by the body of a slot e, or its accounting. If e was terminal when the host read it,
 *    then e's addition to P came before that STATUS (release), hence before the host's second read
 *    of P (acquire), so it is among the first p; A0 read p with acquire and saw e's effects. If e
 *    was CLAIMED, PUBLISHED or WAIT_IO, the host did not say stuck, or e stands behind a blocked
 *    head, whose success comes first. If e was REQUEUE or YIELD, e's success comes before a's.
 *    Each contradicts the choice of a.
 *  - A STATUS word, or EPOCH. STATUS is released after the addition to P, so A0 may have seen p and
 *    not the STATUS: that is why the host looks again at what A0 waited for. It found it missing;
 *    EPOCH does not change any more, and a STATUS that becomes terminal later takes an attempt that
 *    succeeds before a's. Again a contradiction.
 * So nothing succeeds any more, and the verdict is right.
 *
 * Conversely, when nothing can happen, no slot stays CLAIMED (bodies are bounded), P stands still,
 * and each idle worker makes a thorough attempt at each slot for the P that it finds, and again
 * while the word that it waits for is there; so the host comes to see it.
 */
static bool blocked(const struct core *c, uint32_t index, uint64_t progress)
{
    const vrrl_ticket *ticket = &c->tickets[index];
    /* Acquire: pairs with the release of STATUS; the ticket is at least as new. */
    uint32_t status = load_acquire(core_slot(c, index));
    if (status != VRRL_STATUS_REQUEUE && status != VRRL_STATUS_YIELD)
        return false;
    /* The fields must be of one attempt: a newer one raises `attempts` before it releases them. */
    uint32_t attempts = load_relaxed(&ticket->attempts);
    uint64_t seen = load_acquire(&ticket->seen_progress);
    uint32_t word = load_acquire(&ticket->wait_word);
    uint64_t value = load_acquire(&ticket->wait_value);
    return load_relaxed(&ticket->attempts) == attempts && seen == progress &&
           core_still_waits(c, word, value);
}

static bool ended(const struct core *c, uint32_t index)
{
    return vrrl_status_is_terminal(load_acquire(core_slot(c, index)));
}

static bool pool_blocked(struct core *c, uint64_t progress)
{
    const vrrl_batch_view *batch = &c->batch;
    while (c->stuck_first < batch->count && ended(c, batch->indices[c->stuck_first]))
        c->stuck_first++;
    if (c->stuck_first == batch->count)
        return false;
    for (uint32_t i = c->stuck_first; i < batch->count; i++) {
        if (!ended(c, batch->indices[i]) && !blocked(c, batch->indices[i], progress))
            return false;
    }
    return true;
}

/* The resident queues are the first so many that are not finished, in order of number: a queue gets
 * on when one that is on finishes, and all before it are on or finished. */
static bool queues_blocked(struct core *c, uint64_t progress)
{
    uint32_t resident = c->machine.model.resident, on = 0;
    for (uint32_t k = 0; k < c->order_count && (!resident || on < resident); k++) {
        uint32_t q = c->order[k], *head = &c->stuck_head[q], end = c->queue_first[q + 1];
        while (*head < end && ended(c, c->queue_slots[*head]))
            ++*head;
        if (*head == end)
            continue;
        if (!blocked(c, c->queue_slots[*head], progress))
            return false;
        on++;
    }
    return on > 0;
}

bool core_stuck(struct core *c)
{
    uint64_t progress = load_acquire(&c->progress);
    bool all = core_in_queues(c) ? queues_blocked(c, progress) : pool_blocked(c, progress);
    return all && load_acquire(&c->progress) == progress;
}
