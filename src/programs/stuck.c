#include "vrrl/stuck.h"

#include "base/array.h"
#include "base/sorted.h"
#include "programs/batch_view.h"
#include "vrrl/opcode.h"

#include <stdlib.h>
#include <string.h>

/* A word that slots wait for, and who can change it. */
struct watched {
    uint32_t word;
    uint32_t producers, ended;
    uint32_t unknown;    /* of those that have not ended, how many may leave any value */
    uint64_t to_come;    /* what the others will add */
    uint32_t pending[2]; /* the first two slots among those that have not ended, or VRRL_NO_INDEX */
};

struct analysis {
    const vrrl_program *program;
    uint32_t epoch;
    uint32_t first_index;
    uint32_t slot_count;           /* of the batch; the fence's position too */
    const vrrl_waiter **waiter_at; /* by position; NULL: ended */
    uint32_t *previous_in_queue;   /* by position; VRRL_NO_INDEX: none */
    uint32_t *chain_end;           /* by position: its root, once it is known */
    bool *queue_is_off;            /* by queue: not resident */
    struct watched *watched;       /* by word */
    uint32_t watched_count;
    uint32_t
        *next_open; /* by place in watched[]: the next whose pending slots are not both known */
    vrrl_stuck *stuck;
    uint32_t root_room;
};

/* ---- Producers: one pass over the batch, however many wait for however many ------------------ */

/* The first place in watched[] whose word is not below `word`. */
static uint32_t first_watched(const struct analysis *a, uint64_t word)
{
    return sorted_from(a->watched, a->watched_count, sizeof *a->watched, word);
}

static vrrl_code list_watched(struct analysis *a, vrrl_error *err)
{
    size_t positions = a->slot_count + (size_t)1;
    a->watched = malloc(positions * sizeof *a->watched);
    a->next_open = malloc((positions + 1) * sizeof *a->next_open);
    if (!a->watched || !a->next_open)
        return error_no_memory(err, positions * sizeof *a->watched);
    for (uint32_t at = 0; at <= a->slot_count; at++)
        if (a->waiter_at[at] && a->waiter_at[at]->wait_word != VRRL_NO_INDEX)
            a->watched[a->watched_count++] = (struct watched){
                .word = a->waiter_at[at]->wait_word, .pending = {VRRL_NO_INDEX, VRRL_NO_INDEX}};
    qsort(a->watched, a->watched_count, sizeof *a->watched, sorted_order);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < a->watched_count; i++)
        if (kept == 0 || a->watched[kept - 1].word != a->watched[i].word)
            a->watched[kept++] = a->watched[i];
    a->watched_count = kept;
    for (uint32_t i = 0; i <= kept; i++)
        a->next_open[i] = i;
    return VRRL_OK;
}

/* The first open place from `at` on; shortens the way for the next who asks. */
static uint32_t find_open(struct analysis *a, uint32_t at)
{
    uint32_t open = at;
    while (a->next_open[open] != open)
        open = a->next_open[open];
    while (a->next_open[at] != open && at != open) {
        uint32_t next = a->next_open[at];
        a->next_open[at] = open;
        at = next;
    }
    return open;
}

static void note_pending(struct analysis *a, uint32_t first, uint32_t end, uint32_t slot)
{
    for (uint32_t i = find_open(a, first); i < end; i = find_open(a, i + 1)) {
        uint32_t *pending = a->watched[i].pending;
        if (pending[0] == VRRL_NO_INDEX) {
            pending[0] = slot;
        } else if (pending[0] != slot) {
            pending[1] = slot;
            a->next_open[i] = i + 1;
        }
    }
}

struct collect {
    struct analysis *analysis;
    uint32_t slot;
};

/* Counts are kept as differences between neighbours: a range is two of them. */
static void collect_producer(void *context, const struct slot_access *access)
{
    const struct collect *c = context;
    struct analysis *a = c->analysis;
    if (access->kind == ACCESS_READ || access->kind == ACCESS_WAIT)
        return;
    uint32_t first = first_watched(a, access->first);
    uint32_t end = first_watched(a, (uint64_t)access->first + access->count);
    if (first == end)
        return;
    bool ended = !a->waiter_at[c->slot], adds = access->kind == ACCESS_SIGNAL;
    struct watched *begin = &a->watched[first];
    struct watched *after = end < a->watched_count ? &a->watched[end] : NULL;
    begin->producers++;
    begin->ended += ended;
    begin->unknown += !ended && !adds;
    if (after) {
        after->producers--;
        after->ended -= ended;
        after->unknown -= !ended && !adds;
    }
    if (ended)
        return;
    if (adds)
        begin->to_come += access->value; /* a signal is of one word */
    note_pending(a, first, end, c->slot);
}

static vrrl_code collect_producers(struct analysis *a, vrrl_error *err)
{
    vrrl_code code = list_watched(a, err);
    struct collect c = {.analysis = a};
    if (code != VRRL_OK)
        return code;
    for (; c.slot < a->slot_count; c.slot++)
        slot_footprint(a->program, epoch_slot(a->program, a->epoch, c.slot), collect_producer, &c);
    for (uint32_t i = 1; i < a->watched_count; i++) {
        a->watched[i].producers += a->watched[i - 1].producers;
        a->watched[i].ended += a->watched[i - 1].ended;
        a->watched[i].unknown += a->watched[i - 1].unknown;
    }
    return VRRL_OK;
}

/* What is known of the producers of a waiter's word. */
struct supply {
    uint32_t total, ended;
    uint32_t pending;    /* the first that has not ended, itself last; or VRRL_NO_INDEX */
    uint64_t attainable; /* UINT64_MAX: unknown */
};

static struct supply supply_of(const struct analysis *a, uint32_t self, const vrrl_waiter *waiter)
{
    const struct watched *w = &a->watched[first_watched(a, waiter->wait_word)];
    bool other = w->pending[0] == self && w->pending[1] != VRRL_NO_INDEX;
    return (struct supply){.total = w->producers,
                           .ended = w->ended,
                           .pending = w->pending[other],
                           .attainable =
                               w->unknown > 0 ? UINT64_MAX : waiter->seen_value + w->to_come};
}

/* ---- Chains ---------------------------------------------------------------------------------- */

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
        bool off = slot && slot->queue < a->program->model.queues && a->queue_is_off[slot->queue];
        root->kind = off ? VRRL_ROOT_NOT_RESIDENT : VRRL_ROOT_NOT_TAKEN;
        return true;
    }
    uint32_t watched = epoch_status_position(a->program, a->first_index, w->wait_word);
    if (watched != VRRL_NO_INDEX && watched <= a->slot_count) {
        *next = watched;
        root->kind =
            VRRL_ROOT_NOT_TAKEN; /* what it waits for has ended: it only had to look again */
        return a->waiter_at[watched] == NULL;
    }
    struct supply s = supply_of(a, at, w);
    root->producers = s.total;
    root->ended = s.ended;
    root->attainable = s.attainable;
    if (w->seen_value >= w->wait_value) {
        root->kind = VRRL_ROOT_NOT_TAKEN; /* the value came: a hang, and no worker looked again */
        return true;
    }
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
    if (code != VRRL_OK) {
        free(root->cycle);
        return code;
    }
    *index = s->root_count;
    s->roots[s->root_count++] = *root;
    return VRRL_OK;
}

#define NOT_SEEN 0xFFFFFFFFu
#define ON_PATH  0xFFFFFFFEu

static vrrl_cycle_slot cycle_slot(const struct analysis *a, uint32_t at)
{
    const vrrl_waiter *w = a->waiter_at[at];
    vrrl_cycle_slot slot = {
        .slot = at, .word = w->wait_word, .wanted = w->wait_value, .seen = w->seen_value};
    if (w->wait_word == VRRL_NO_INDEX)
        slot.waits = VRRL_WAIT_TURN;
    else if (epoch_status_position(a->program, a->first_index, w->wait_word) <= a->slot_count)
        slot.waits = VRRL_WAIT_END;
    return slot;
}

/* The root that a chain which came back to `at` closes. */
static vrrl_code make_cycle(const struct analysis *a, uint32_t at, vrrl_root *root, vrrl_error *err)
{
    uint32_t walker = at, next = at, room = 0;
    vrrl_code code = VRRL_OK;
    vrrl_root scratch;
    step(a, at, root, &next);
    root->kind = VRRL_ROOT_CYCLE;
    do {
        code = array_room(root->cycle, root->cycle_length, room, 1, err);
        if (code != VRRL_OK)
            break;
        root->cycle[root->cycle_length++] = cycle_slot(a, walker);
        step(a, walker, &scratch, &walker);
    } while (walker != at);
    if (code != VRRL_OK)
        free(root->cycle);
    return code;
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
            code = make_cycle(a, next, &root, err);
            if (code == VRRL_OK)
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

/* How many slots a cycle has beside its first; the fence is never counted. */
static uint32_t other_members(const struct analysis *a, const vrrl_root *root)
{
    uint32_t members = 0;
    for (uint32_t i = 1; i < root->cycle_length; i++)
        members += root->cycle[i].slot < a->slot_count;
    return members;
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
    for (uint32_t at = 0; code == VRRL_OK && at < a->slot_count; at++)
        if (a->waiter_at[at] && a->stuck->roots[a->chain_end[at]].slot != at)
            a->stuck->roots[a->chain_end[at]].behind++;
    for (uint32_t i = 0; i < a->stuck->root_count; i++)
        if (a->stuck->roots[i].kind == VRRL_ROOT_CYCLE) /* its members are not behind it */
            a->stuck->roots[i].behind -= other_members(a, &a->stuck->roots[i]);
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

/* Those that are on: the first so many queues, in order of number, that have not finished. */
static void find_queues_off(struct analysis *a, const bool *waits)
{
    const vrrl_worker_model *m = &a->program->model;
    uint32_t unfinished = 0;
    for (uint32_t q = 0; q < m->queues; q++) {
        a->queue_is_off[q] = m->resident > 0 && unfinished >= m->resident;
        unfinished += waits[q];
    }
}

static vrrl_code link_queues(struct analysis *a, vrrl_error *err)
{
    size_t queues = a->program->model.queues;
    uint32_t *last = malloc((queues + 1) * sizeof *last);
    bool *waits = calloc(queues + 1, sizeof *waits);
    a->queue_is_off = calloc(queues + 1, sizeof *a->queue_is_off);
    vrrl_code code = VRRL_OK;
    if (!last || !waits || !a->queue_is_off)
        code = error_no_memory(err, queues * sizeof *last);
    for (size_t q = 0; code == VRRL_OK && q < queues; q++)
        last[q] = VRRL_NO_INDEX;
    for (uint32_t i = 0; code == VRRL_OK && i < a->slot_count; i++) {
        uint32_t queue = epoch_slot(a->program, a->epoch, i)->queue;
        a->previous_in_queue[i] = VRRL_NO_INDEX;
        if (queue < queues) {
            a->previous_in_queue[i] = last[queue];
            last[queue] = i;
            waits[queue] |= a->waiter_at[i] != NULL;
        }
    }
    if (code == VRRL_OK)
        find_queues_off(a, waits);
    free(last);
    free(waits);
    return code;
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
    free(a.queue_is_off);
    free(a.watched);
    free(a.next_open);
    if (code != VRRL_OK)
        vrrl_stuck_free(stuck);
    return code;
}

void vrrl_stuck_free(vrrl_stuck *stuck)
{
    for (uint32_t i = 0; i < stuck->root_count; i++)
        free(stuck->roots[i].cycle);
    free(stuck->roots);
    *stuck = (vrrl_stuck){0};
}
