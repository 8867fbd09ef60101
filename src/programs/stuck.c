#include "vrrl/stuck.h"

#include "base/array.h"
#include "programs/batch_view.h"
#include "vrrl/opcode.h"

#include <stdlib.h>
#include <string.h>

/* A slot that can change words. Counters are single words; longer ranges stay ranges. */
struct producer {
    uint32_t first;
    uint32_t count;
    uint32_t slot;
    uint32_t amount; /* what it adds */
    bool adds;       /* false: it may leave any value */
};

struct analysis {
    const vrrl_program *program;
    uint32_t epoch;
    uint32_t first_index;
    uint32_t slot_count;           /* of the batch; the fence's position too */
    const vrrl_waiter **waiter_at; /* by position; NULL: ended */
    uint32_t *previous_in_queue;   /* by position; VRRL_NO_INDEX: none */
    uint32_t *chain_end;           /* by position: its root, once it is known */
    struct producer *producers;    /* of single words, by word; then those of longer ranges */
    uint32_t producer_count, producer_room;
    uint32_t single_count;
    vrrl_stuck *stuck;
    uint32_t root_room;
};

/* ---- Producers ------------------------------------------------------------------------------- */

struct collect {
    struct analysis *analysis;
    uint32_t slot;
    vrrl_code code;
    vrrl_error *err;
};

static void collect_producer(void *context, const struct slot_access *access)
{
    struct collect *c = context;
    struct analysis *a = c->analysis;
    if (c->code != VRRL_OK || access->kind == ACCESS_READ || access->kind == ACCESS_WAIT)
        return;
    c->code = array_room(a->producers, a->producer_count, a->producer_room, 1, c->err);
    if (c->code == VRRL_OK)
        a->producers[a->producer_count++] =
            (struct producer){.first = access->first,
                              .count = access->count,
                              .slot = c->slot,
                              .amount = access->value,
                              .adds = access->kind == ACCESS_SIGNAL};
}

static int single_words_first(const void *left, const void *right)
{
    const struct producer *a = left, *b = right;
    if ((a->count > 1) != (b->count > 1))
        return a->count > 1 ? 1 : -1;
    if (a->first != b->first)
        return a->first < b->first ? -1 : 1;
    return (a->slot > b->slot) - (a->slot < b->slot);
}

static vrrl_code collect_producers(struct analysis *a, vrrl_error *err)
{
    struct collect c = {.analysis = a, .err = err};
    for (c.slot = 0; c.code == VRRL_OK && c.slot < a->slot_count; c.slot++)
        slot_footprint(a->program, epoch_slot(a->program, a->epoch, c.slot), collect_producer, &c);
    if (a->producer_count > 0)
        qsort(a->producers, a->producer_count, sizeof *a->producers, single_words_first);
    while (a->single_count < a->producer_count && a->producers[a->single_count].count == 1)
        a->single_count++;
    return c.code;
}

/* Position of the first single-word producer of `word` or of a later word. */
static uint32_t first_single(const struct analysis *a, uint32_t word)
{
    uint32_t low = 0, high = a->single_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (a->producers[middle].first < word)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* What is known of the producers of a waiter's word. */
struct supply {
    uint32_t total, ended;
    uint32_t pending;    /* the first that has not ended, or VRRL_NO_INDEX */
    uint64_t attainable; /* UINT64_MAX: unknown */
};

static void count_producer(const struct analysis *a, const struct producer *p, uint32_t self,
                           struct supply *s)
{
    s->total++;
    if (!a->waiter_at[p->slot]) {
        s->ended++;
        return;
    }
    if (s->pending == VRRL_NO_INDEX || s->pending == self)
        s->pending = p->slot;
    if (!p->adds)
        s->attainable = UINT64_MAX;
    else if (s->attainable != UINT64_MAX)
        s->attainable += p->amount;
}

static struct supply supply_of(const struct analysis *a, uint32_t self, const vrrl_waiter *waiter)
{
    struct supply s = {.pending = VRRL_NO_INDEX, .attainable = waiter->seen_value};
    uint32_t word = waiter->wait_word;
    for (uint32_t i = first_single(a, word); i < a->single_count && a->producers[i].first == word; i++)
        count_producer(a, &a->producers[i], self, &s);
    for (uint32_t i = a->single_count; i < a->producer_count; i++)
        if (word >= a->producers[i].first && word - a->producers[i].first < a->producers[i].count)
            count_producer(a, &a->producers[i], self, &s);
    return s;
}

/* ---- Chains ---------------------------------------------------------------------------------- */

/* The position of the ring slot whose STATUS is `word`, or VRRL_NO_INDEX. */
static uint32_t slot_of_status_word(const struct analysis *a, uint32_t word)
{
    const vrrl_geometry *g = &a->program->geometry;
    uint32_t base = a->program->layout.ring_base;
    if (word < base || word - base >= g->ring_slots * g->slot_words)
        return VRRL_NO_INDEX;
    return epoch_position(a->program, a->first_index, (word - base) / g->slot_words);
}

static bool is_resident(const struct analysis *a, uint32_t queue)
{
    const vrrl_worker_model *m = &a->program->model;
    if (m->kind == VRRL_MODEL_POOL || m->resident == 0)
        return true;
    /* Those that are on: the first so many queues, in order of number, that have not finished. */
    uint32_t unfinished_before = 0;
    bool seen_before = false;
    for (uint32_t q = 0; q < queue && unfinished_before < m->resident; q++) {
        seen_before = false;
        for (uint32_t i = 0; i < a->slot_count && !seen_before; i++)
            seen_before = a->waiter_at[i] && epoch_slot(a->program, a->epoch, i)->queue == q;
        unfinished_before += seen_before;
    }
    return unfinished_before < m->resident;
}

/* Why position `at` is a root of its own, or VRRL_NO_INDEX - and the next of its chain in *next. */
static bool step(const struct analysis *a, uint32_t at, vrrl_root *root, uint32_t *next)
{
    const vrrl_waiter *w = a->waiter_at[at];
    const vrrl_slot *slot = epoch_slot(a->program, a->epoch, at);
    *root = (vrrl_root){.slot = at,
                        .worker = w->worker,
                        .wait_word = w->wait_word,
                        .wait_value = w->wait_value,
                        .seen_value = w->seen_value,
                        .attainable = UINT64_MAX};
    if (w->status == VRRL_STATUS_CLAIMED || w->status == VRRL_STATUS_WAIT_IO) {
        root->kind = w->status == VRRL_STATUS_CLAIMED ? VRRL_ROOT_IN_BODY : VRRL_ROOT_WAIT_IO;
        return true;
    }
    if (w->wait_word == VRRL_NO_INDEX) {
        uint32_t before = slot ? a->previous_in_queue[at] : VRRL_NO_INDEX;
        if (before != VRRL_NO_INDEX && a->waiter_at[before]) {
            *next = before;
            return false;
        }
        bool off = slot && slot->queue != VRRL_NO_WORKER && !is_resident(a, slot->queue);
        root->kind = off ? VRRL_ROOT_NOT_RESIDENT : VRRL_ROOT_NOT_TAKEN;
        return true;
    }
    uint32_t watched = slot_of_status_word(a, w->wait_word);
    if (watched != VRRL_NO_INDEX && watched <= a->slot_count) {
        *next = watched;
        root->kind = VRRL_ROOT_NOT_TAKEN; /* what it waits for has ended: it only had to look again */
        return a->waiter_at[watched] == NULL;
    }
    struct supply s = supply_of(a, at, w);
    root->producers = s.total;
    root->ended = s.ended;
    root->attainable = s.attainable;
    if (s.pending == VRRL_NO_INDEX || s.attainable < w->wait_value) {
        root->kind = VRRL_ROOT_UNREACHABLE;
        return true;
    }
    *next = s.pending;
    return false;
}

static vrrl_code add_root(struct analysis *a, const vrrl_root *root, uint32_t *index,
                          vrrl_error *err)
{
    vrrl_stuck *s = a->stuck;
    vrrl_code code = array_room(s->roots, s->root_count, a->root_room, 1, err);
    if (code == VRRL_OK) {
        *index = s->root_count;
        s->roots[s->root_count++] = *root;
    }
    return code;
}

#define NOT_SEEN 0xFFFFFFFFu
#define ON_PATH  0xFFFFFFFEu

/* The root that a chain which came back to `at` closes. */
static void make_cycle(const struct analysis *a, uint32_t at, vrrl_root *root)
{
    uint32_t walker = at, next = at;
    vrrl_root scratch;
    step(a, at, root, &next);
    root->kind = VRRL_ROOT_CYCLE;
    do {
        if (root->cycle_length < VRRL_CYCLE_MAX)
            root->cycle[root->cycle_length] = walker;
        root->cycle_length++;
        step(a, walker, &scratch, &walker);
    } while (walker != at);
}

/* Follows the chain from `start` to its root, and marks every position on the way. */
static vrrl_code follow(struct analysis *a, uint32_t start, vrrl_error *err)
{
    uint32_t at = start, end = NOT_SEEN;
    vrrl_code code = VRRL_OK;
    while (end == NOT_SEEN) {
        vrrl_root root;
        uint32_t next = at;
        a->chain_end[at] = ON_PATH;
        if (step(a, at, &root, &next)) {
            code = add_root(a, &root, &end, err);
        } else if (a->chain_end[next] == ON_PATH) {
            make_cycle(a, next, &root);
            code = add_root(a, &root, &end, err);
        } else {
            end = a->chain_end[next];
            at = next;
        }
        if (code != VRRL_OK)
            return code;
    }
    for (at = start; a->chain_end[at] == ON_PATH;) {
        vrrl_root root;
        uint32_t next = at;
        a->chain_end[at] = end;
        if (step(a, at, &root, &next))
            break;
        at = next;
    }
    return VRRL_OK;
}

/* ---- The whole ------------------------------------------------------------------------------- */

static int most_behind_first(const void *left, const void *right)
{
    const vrrl_root *a = left, *b = right;
    if (a->behind != b->behind)
        return a->behind > b->behind ? -1 : 1;
    return (a->slot > b->slot) - (a->slot < b->slot);
}

static vrrl_code find_roots(struct analysis *a, vrrl_error *err)
{
    for (uint32_t at = 0; at < a->slot_count; at++) {
        if (!a->waiter_at[at])
            continue;
        a->stuck->waiter_count++;
        vrrl_code code = a->chain_end[at] == NOT_SEEN ? follow(a, at, err) : VRRL_OK;
        if (code != VRRL_OK)
            return code;
    }
    /* The fence waits for what is stuck anyway, unless nothing else is. */
    vrrl_code code = VRRL_OK;
    if (a->stuck->waiter_count == 0 && a->waiter_at[a->slot_count])
        code = follow(a, a->slot_count, err);
    for (uint32_t at = 0; at < a->slot_count; at++)
        if (a->waiter_at[at] && a->stuck->roots[a->chain_end[at]].slot != at)
            a->stuck->roots[a->chain_end[at]].behind++;
    if (a->stuck->root_count > 1)
        qsort(a->stuck->roots, a->stuck->root_count, sizeof *a->stuck->roots, most_behind_first);
    return code;
}

static vrrl_code allocate(struct analysis *a, vrrl_error *err)
{
    size_t positions = a->slot_count + (size_t)1;
    a->waiter_at = calloc(positions, sizeof *a->waiter_at);
    a->previous_in_queue = malloc(positions * sizeof *a->previous_in_queue);
    a->chain_end = malloc(positions * sizeof *a->chain_end);
    if (!a->waiter_at || !a->previous_in_queue || !a->chain_end)
        return error_no_memory(err, 16 * positions);
    memset(a->chain_end, 0xFF, positions * sizeof *a->chain_end);
    return VRRL_OK;
}

static vrrl_code link_queues(struct analysis *a, vrrl_error *err)
{
    uint32_t queues = a->program->model.queues;
    uint32_t *last = malloc((queues + (size_t)1) * sizeof *last);
    if (!last)
        return error_no_memory(err, queues * sizeof *last);
    memset(last, 0xFF, (queues + (size_t)1) * sizeof *last);
    for (uint32_t i = 0; i < a->slot_count; i++) {
        uint32_t queue = epoch_slot(a->program, a->epoch, i)->queue;
        a->previous_in_queue[i] = VRRL_NO_INDEX;
        if (queue < queues) {
            a->previous_in_queue[i] = last[queue];
            last[queue] = i;
        }
    }
    free(last);
    return VRRL_OK;
}

vrrl_code vrrl_stuck_analyse(const vrrl_program *program, uint32_t epoch,
                             const vrrl_waiter *waiters, uint32_t waiter_count, vrrl_stuck *stuck,
                             vrrl_error *err)
{
    *stuck = (vrrl_stuck){0};
    struct analysis a = {.program = program,
                         .epoch = epoch,
                         .first_index = epoch_first_index(program, epoch),
                         .slot_count = program->batches[program->epochs[epoch].batch].count,
                         .stuck = stuck};
    vrrl_code code = allocate(&a, err);
    for (uint32_t i = 0; code == VRRL_OK && i < waiter_count; i++) {
        uint32_t at = epoch_position(program, a.first_index, waiters[i].index);
        if (at <= a.slot_count)
            a.waiter_at[at] = &waiters[i];
    }
    if (code == VRRL_OK)
        code = link_queues(&a, err);
    if (code == VRRL_OK)
        code = collect_producers(&a, err);
    if (code == VRRL_OK)
        code = find_roots(&a, err);
    free(a.waiter_at);
    free(a.previous_in_queue);
    free(a.chain_end);
    free(a.producers);
    if (code != VRRL_OK)
        vrrl_stuck_free(stuck);
    return code;
}

void vrrl_stuck_free(vrrl_stuck *stuck)
{
    free(stuck->roots);
    *stuck = (vrrl_stuck){0};
}
