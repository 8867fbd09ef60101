/* The steps of an epoch as they are watched: who orders whom, and what is accessed. */
#include "base/error.h"
#include "program/batch_view.h"
#include "schedule/monitored_run_state.h"

#include <stdio.h>
#include <stdlib.h>

enum { THREADS_MAX = 8192 }; /* time goes by their square */
/* Clocks of 8,000 slots that all wait for each other; 64 million accesses. */
static const size_t CLOCK_BYTES_MAX = (size_t)1 << 28, MEETING_BYTES_MAX = (size_t)1 << 28;

/* Marks of a word: slots wait for it, or decide by it; some add to it by a swap. */
enum { MARK_SYNC = 1, MARK_SWAPPED = 2 };

/* ---- Threads --------------------------------------------------------------------------------- */

/* One slot in flight at a time is a serial queue. */
static bool is_serial(const struct watch *w)
{
    const vrrl_worker_model *model = &w->program->model;
    return model->kind == VRRL_MODEL_SERIAL ||
           (model->kind == VRRL_MODEL_PIPELINED && model->depth == 1);
}

/* Nothing orders a slot's operations with those of others by itself: no queue, no worker. That a slot was
 * admitted, or a queue got on, when another had ended is an order of time, and none of memory. */
static bool is_own_thread(const struct watch *w)
{
    return !is_serial(w) && !(w->program->model.kind == VRRL_MODEL_POOL && w->as_run);
}

static uint32_t thread_count(const struct watch *w)
{
    if (is_own_thread(w))
        return w->slot_count;
    return is_serial(w) ? w->program->model.queues : w->recording->manifest.workers;
}

static uint32_t thread_of(const struct watch *w, uint32_t slot)
{
    if (is_own_thread(w))
        return slot;
    return is_serial(w) ? epoch_slot(w->program, w->epoch, slot)->queue : w->outcomes[slot].worker;
}

/* A slot that the recorded run never claimed is no part of it. */
static bool is_watched(const struct watch *w, uint32_t slot)
{
    if (!w->judged || w->failed)
        return false;
    return !w->outcomes || (w->outcomes[slot].claim_order && thread_of(w, slot) < thread_count(w));
}

/* ---- Words ----------------------------------------------------------------------------------- */

static bool is_data(const struct watch *w, uint32_t word)
{
    const vrrl_geometry *g = &w->program->geometry;
    uint32_t user = w->program->layout.user_base;
    bool observable =
        word >= VRRL_WORD_OBSERVABLE && word - VRRL_WORD_OBSERVABLE < g->observable_words;
    return observable || (word >= user && word - user < g->user_words);
}

static void mark(struct watch *w, const struct slot_access *a)
{
    if (a->first >= w->program->layout.total_words)
        return;
    if (a->kind == ACCESS_WAIT || a->decides)
        w->marks[a->first] |= MARK_SYNC;
    else if (a->kind == ACCESS_UPDATE && a->count == 1)
        w->marks[a->first] |= MARK_SWAPPED;
}

/* ---- Operations ------------------------------------------------------------------------------ */

/* What a slot declares to do to a word: bits. */
enum {
    DECLARED_READ = 1,
    DECLARED_WAIT = 2,
    DECLARED_CONDITION = 4,
    DECLARED_UPDATE = 8,
    DECLARED_TAKE = 16
};

static uint32_t declared(const struct watch *w, uint32_t slot, uint32_t word)
{
    uint32_t bits = 0;
    for (uint32_t i = w->touches.first[slot]; i < w->touches.first[slot + 1]; i++) {
        const struct slot_access *a = &w->touches.items[i].access;
        if (word < a->first || word - a->first >= a->count)
            continue;
        if (a->kind == ACCESS_READ)
            bits |= a->ends ? DECLARED_CONDITION : a->decides ? 0 : DECLARED_READ;
        bits |= a->kind == ACCESS_WAIT ? DECLARED_WAIT : 0;
        bits |= a->kind == ACCESS_UPDATE && !a->decides ? DECLARED_UPDATE : 0;
        bits |= a->takes ? DECLARED_TAKE : 0;
    }
    return bits;
}

/* A slot goes by what it finds where it waits for the word, or compares it; so does the load with which a
 * swap that adds begins. */
static vrrl_access_kind kind_of_load(const struct watch *w, const event *next)
{
    bool marked = w->marks[next->word] != 0;
    uint32_t bits = marked ? declared(w, next->slot, next->word) : 0;
    bool adds = (bits & DECLARED_UPDATE) && !(bits & DECLARED_READ);
    bool goes_by = bits & (DECLARED_WAIT | DECLARED_CONDITION);
    return (next->order & ORDER_ACQUIRE) || goes_by || adds ? VRRL_ACCESS_LOOK : VRRL_ACCESS_READ;
}

static vrrl_access_kind kind_of(const struct watch *w, const event *next)
{
    if (next->kind == OPERATION_STORE)
        return next->order & ORDER_RELEASE ? VRRL_ACCESS_RELEASE : VRRL_ACCESS_WRITE;
    if (next->kind == OPERATION_LOAD)
        return kind_of_load(w, next);
    if (!next->writes)
        return VRRL_ACCESS_LOOK;
    bool declares =
        next->kind == OPERATION_ADD && (declared(w, next->slot, next->word) & DECLARED_UPDATE);
    return declares ? VRRL_ACCESS_ACCUMULATE : VRRL_ACCESS_ATOMIC;
}

/* Whether it looks at a word to think better of something: not to wait for it. */
static bool looks_again(const struct watch *w, const event *next)
{
    if (next->kind == OPERATION_STORE || next->kind == OPERATION_ADD || next->waits)
        return false;
    if (next->kind == OPERATION_LOAD)
        return kind_of_load(w, next) == VRRL_ACCESS_LOOK;
    return !(declared(w, next->slot, next->word) & DECLARED_TAKE);
}

/* All that a task does it declares. */
static bool is_task(const struct watch *w, uint32_t slot)
{
    uint32_t end = w->touches.first[slot + 1];
    return end > w->touches.first[slot] && w->touches.items[end - 1].access.declared;
}

static void note_access(struct watch *w, const event *next, uint32_t thread)
{
    const history_access access = {.slot = next->slot,
                                   .thread = thread,
                                   .at = w->at,
                                   .kind = kind_of(w, next),
                                   .declared = is_task(w, next->slot),
                                   .silent = next->writes && next->stored == next->read,
                                   .value = next->stored};
    if (is_data(w, next->word))
        access_history_access(w->history, w->clocks, next->word, &access);
    if (!(w->marks[next->word] & MARK_SYNC))
        return;
    if (next->writes)
        access_history_sync_write(w->history, thread, next->word, w->at);
    if (looks_again(w, next))
        access_history_look(w->history, thread, next->word, w->at);
}

static void note_order(struct watch *w, const event *next, uint32_t thread)
{
    bool acquires = next->order & ORDER_ACQUIRE, releases = next->order & ORDER_RELEASE;
    if (next->kind == OPERATION_FENCE)
        clocks_fence(w->clocks, thread, acquires, releases);
    else if (next->kind == OPERATION_STORE)
        clocks_store(w->clocks, thread, next->word, releases);
    else if (next->kind == OPERATION_LOAD || !next->writes)
        clocks_load(w->clocks, thread, next->word, acquires);
    else
        clocks_modify(w->clocks, thread, next->word, acquires, releases);
}

/* ---- Slots ----------------------------------------------------------------------------------- */

/* A slot that is a thread of its own has nothing to learn from its own STATUS. */
static void note_claim(struct watch *w, const event *next, uint32_t thread)
{
    if (!is_own_thread(w))
        clocks_modify(w->clocks, thread, next->word, true, true);
}

static uint32_t status_word(const struct watch *w, uint32_t slot)
{
    const vrrl_geometry *g = &w->program->geometry;
    uint32_t index = (uint32_t)((w->first_index + (uint64_t)slot) % g->ring_slots);
    return w->program->layout.ring_base + index * g->slot_words;
}

/* The store of its STATUS, by which it ends, or goes back. Kept where somebody may read it. */
static void note_status(struct watch *w, const event *next, uint32_t thread)
{
    bool ends = vrrl_status_is_terminal(next->stored), own = is_own_thread(w);
    if (w->statuses || (!ends && !own))
        note_order(w, next, thread);
    if (ends && own)
        clocks_end(w->clocks, thread);
}

static void stop(struct watch *w, const char *why)
{
    w->judged = false;
    snprintf(w->run->stopped, sizeof w->run->stopped, "epoch %u %s", w->epoch, why);
}

void monitored_run_step(struct watch *w, const event *next)
{
    if (next->slot >= w->slot_count || !is_watched(w, next->slot) || next->what == EVENT_ADMITS)
        return;
    uint32_t thread = thread_of(w, next->slot);
    w->at++;
    if (!clocks_time(w->clocks, thread)) {
        stop(w, "has too many slots that wait for each other");
    } else if (next->what == EVENT_CLAIMS) {
        note_claim(w, next, thread);
    } else if (next->kind == OPERATION_STORE && next->word == status_word(w, next->slot)) {
        note_status(w, next, thread);
    } else {
        if (next->kind != OPERATION_FENCE)
            note_access(w, next, thread);
        note_order(w, next, thread);
    }
    if (w->judged && clocks_exhausted(w->clocks))
        stop(w, "has too many slots that wait for each other");
    if (w->judged && access_history_exhausted(w->history))
        stop(w, "has too many accesses that meet");
}

/* ---- Epochs ---------------------------------------------------------------------------------- */

void monitored_run_free_epoch(struct watch *w)
{
    for (uint32_t i = 0; i < w->touches.count; i++)
        if (w->touches.items[i].access.first < w->program->layout.total_words)
            w->marks[w->touches.items[i].access.first] = 0;
    epoch_touches_free(&w->touches);
    clocks_free(w->clocks);
    access_history_free(w->history);
    w->clocks = NULL;
    w->history = NULL;
}

/* What the slots touch, and who is ordered by it. */
static void mark_words(struct watch *w)
{
    uint32_t ring = w->program->layout.ring_base, end = w->program->layout.user_base;
    w->statuses = w->touches.fence_count > 0;
    for (uint32_t i = 0; i < w->touches.count; i++) {
        const struct slot_access *a = &w->touches.items[i].access;
        mark(w, a);
        w->statuses |= a->first < end && (uint64_t)a->first + a->count > ring;
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
        stop(w, "has more than 8,192 slots, too many to hold one against each other");
        return VRRL_OK;
    }
    w->clocks = clocks_create(thread_count(w), CLOCK_BYTES_MAX);
    w->history = access_history_create(MEETING_BYTES_MAX);
    return w->clocks && w->history ? VRRL_OK : error_no_memory(&w->error, w->slot_count);
}
