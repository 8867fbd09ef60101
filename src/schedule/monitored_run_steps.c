/* The steps of an epoch as they are watched: who orders whom, and what is accessed. */
#include "schedule/monitored_run_steps.h"

#include "base/error.h"
#include "engine/create.h"
#include "program/batch_view.h"
#include "ring/ring.h"
#include "schedule/monitored_run_state.h"

#include <stdlib.h>

enum { THREADS_MAX = 8192 }; /* time goes by their square */
/* Clocks of 8,000 slots that all wait for each other; 64 million accesses. */
static const size_t CLOCK_BYTES_MAX = (size_t)1 << 28, MEETING_BYTES_MAX = (size_t)1 << 28;

/* Marks of a word: slots wait for it, or decide by it; some add to it by a swap. */
enum { MARK_SYNC = 1, MARK_SWAPPED = 2 };

/* ---- Threads --------------------------------------------------------------------------------- */

/* Nothing orders a slot's operations with those of others by itself: no queue, no worker. That a slot was
 * admitted, or a queue got on, when another had ended is an order of time, and none of memory. */
static bool is_own_thread(const struct watch *w)
{
    return !program_queues_in_order(w->program) &&
           !(w->program->model.kind == VRRL_MODEL_POOL && w->as_run);
}

static uint32_t thread_count(const struct watch *w)
{
    if (is_own_thread(w))
        return w->slot_count;
    return program_queues_in_order(w->program) ? w->program->model.queues
                                               : w->recording->manifest.workers;
}

static uint32_t thread_of(const struct watch *w, uint32_t slot)
{
    if (is_own_thread(w))
        return slot;
    return program_queues_in_order(w->program) ? epoch_slot(w->program, w->epoch, slot)->queue
                                               : w->outcomes[slot].worker;
}

/* A slot that the recorded run never claimed is no part of it. */
static bool is_watched(const struct watch *w, uint32_t slot)
{
    if (!w->judged || w->failed)
        return false;
    return !w->outcomes || (w->outcomes[slot].claim_order && thread_of(w, slot) < thread_count(w));
}

/* ---- Words ----------------------------------------------------------------------------------- */

static void mark(struct watch *w, const struct declared_event *a)
{
    if (a->word >= w->program->layout.total_words)
        return;
    if (a->waits || a->decides)
        w->marks[a->word] |= MARK_SYNC;
    else if (declared_updates(a) && a->count == 1)
        w->marks[a->word] |= MARK_SWAPPED;
}

/* ---- Operations ------------------------------------------------------------------------------ */

/* What a slot declares to do to a word. */
static uint32_t declares(const struct watch *w, uint32_t slot, uint32_t word)
{
    uint32_t bits = 0;
    for (uint32_t i = w->touches.first[slot]; i < w->touches.first[slot + 1]; i++) {
        const struct declared_event *a = &w->touches.items[i].access;
        if (word >= a->word && word - a->word < a->count)
            bits |= access_declares(a);
    }
    return bits;
}

/* All that a task does it declares. */
static bool is_task(const struct watch *w, uint32_t slot)
{
    uint32_t end = w->touches.first[slot + 1];
    return end > w->touches.first[slot] && w->touches.items[end - 1].access.declared;
}

static void note_access(struct watch *w, struct event *e)
{
    bool asks = e->kind != OPERATION_STORE && (e->kind != OPERATION_LOAD || w->marks[e->word]);
    uint32_t bits = asks ? declares(w, e->slot, e->word) : 0;
    e->access = (uint8_t)access_of(e, bits);
    e->declared = is_task(w, e->slot);
    if (ring_is_data(&w->program->layout, &w->program->geometry, e->word))
        access_history_access(w->history, w->clocks, e);
    if (!(w->marks[e->word] & MARK_SYNC))
        return;
    if (e->writes)
        access_history_sync_write(w->history, e);
    if (access_looks_again(e, bits))
        access_history_look(w->history, e);
}

static void note_order(struct watch *w, const struct event *e)
{
    clocks_operate(w->clocks, e->thread.number, e, e->order & ORDER_ACQUIRE,
                   e->order & ORDER_RELEASE);
}

/* ---- Slots ----------------------------------------------------------------------------------- */

/* A slot that is a thread of its own has nothing to learn from its own STATUS. */
static void note_claim(struct watch *w, const struct event *e)
{
    if (!is_own_thread(w))
        clocks_modify(w->clocks, e->thread.number, e->word, true, true);
}

static uint32_t status_word(const struct watch *w, uint32_t slot)
{
    const vrrl_geometry *g = &w->program->geometry;
    uint32_t index = (uint32_t)((w->first_index + (uint64_t)slot) % g->ring_slots);
    return w->program->layout.ring_base + index * g->slot_words;
}

/* The store of its STATUS, by which it ends, or goes back. Kept where somebody may read it. */
static void note_status(struct watch *w, const struct event *e)
{
    bool ends = vrrl_status_is_terminal(e->stored), own = is_own_thread(w);
    if (w->statuses || (!ends && !own))
        note_order(w, e);
    if (ends && own)
        clocks_end(w->clocks, e->thread.number);
}

static void stop(struct watch *w, vrrl_stop_kind why)
{
    w->judged = false;
    w->run->stopped = (vrrl_stop){.kind = why, .epoch = w->epoch, .number = THREADS_MAX};
}

void monitored_run_step(struct watch *w, const struct event *next)
{
    struct event e = *next;
    if (e.slot >= w->slot_count || !is_watched(w, e.slot) || e.what == EVENT_ADMITS)
        return;
    e.thread.number = thread_of(w, e.slot);
    e.at = ++w->at;
    if (!clocks_time(w->clocks, e.thread.number)) {
        stop(w, VRRL_STOP_WAITS);
    } else if (e.what == EVENT_CLAIMS) {
        note_claim(w, &e);
    } else if (e.kind == OPERATION_STORE && e.word == status_word(w, e.slot)) {
        note_status(w, &e);
    } else {
        if (e.kind != OPERATION_FENCE)
            note_access(w, &e);
        note_order(w, &e);
    }
    if (w->judged && clocks_exhausted(w->clocks))
        stop(w, VRRL_STOP_WAITS);
    if (w->judged && access_history_exhausted(w->history))
        stop(w, VRRL_STOP_ACCESSES);
}

/* ---- Epochs ---------------------------------------------------------------------------------- */

void monitored_run_free_epoch(struct watch *w)
{
    for (uint32_t i = 0; i < w->touches.count; i++)
        if (w->touches.items[i].access.word < w->program->layout.total_words)
            w->marks[w->touches.items[i].access.word] = 0;
    epoch_touches_free(&w->touches);
    clocks_free(w->clocks);
    access_history_free(w->history);
    w->clocks = NULL;
    w->history = NULL;
}

/* What the slots touch, and who is ordered by it. */
static void mark_words(struct watch *w)
{
    uint32_t first = w->program->layout.ring_base, end = w->program->layout.user_base;
    w->statuses = w->touches.fence_count > 0;
    for (uint32_t i = 0; i < w->touches.count; i++) {
        const struct declared_event *a = &w->touches.items[i].access;
        mark(w, a);
        w->statuses |= a->word < end && (uint64_t)a->word + a->count > first;
    }
}

vrrl_code watch_prepare(struct watch *w)
{
    const uint32_t *arena = sched_start(run_target_schedule(w->target));
    vrrl_code code = epoch_touches_create(w->program, w->epoch, arena, &w->touches, &w->error);
    if (code != VRRL_OK)
        return code;
    mark_words(w);
    if (thread_count(w) > THREADS_MAX) {
        stop(w, VRRL_STOP_SLOTS);
        return VRRL_OK;
    }
    w->clocks = clocks_create(thread_count(w), CLOCK_BYTES_MAX);
    w->history = access_history_create(MEETING_BYTES_MAX);
    return w->clocks && w->history ? VRRL_OK : error_no_memory(&w->error, w->slot_count);
}
