#include "check/epoch_graph.h"

#include "base/array.h"
#include "base/sorted.h"
#include "check/epoch_nevers.h"
#include "graph/word_buffers.h"
#include "program/batch_view.h"
#include "program/rounding.h"
#include "program/sync_words.h"
#include "race/rules.h"
#include "vrrl/run/opcode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FENCE_SIGNALS_MAX = 1 << 22 }; /* of all fences together; those past it are left out */

/* A range of ring slots that some slot waits for: each signals when it ends. */
struct fence {
    uint32_t first, count;
    uint32_t ends; /* slots of the batch in it, and the batch's own fence */
    uint32_t counter;
};

struct builder {
    const vrrl_program *program;
    const vrrl_batch *batch;
    uint32_t epoch;
    const uint32_t *arena;
    const struct slot_outcome *ran;
    vrrl_graph *graph;
    struct word_buffers *places;
    struct epoch_touches touches;
    struct sync_words words;
    struct fence *fences; /* distinct ranges of ring slots that are waited for */
    uint32_t fence_count, fence_room;
    uint32_t first_index; /* in the ring */
    bool fences_left_out;
    struct epoch_nevers nevers;
    uint32_t *counter_of; /* of the graph, by the order in which they were added */
    uint32_t *before;     /* as ran: the slot that the same worker ran before, or VRRL_NO_INDEX */
    uint32_t *after_counter; /* as ran: a counter that each slot signals when it ends */
    vrrl_error *err;
};

/* ---- Fences ---------------------------------------------------------------------------------- */

static bool is_fenced(const struct builder *b, const struct fence *fence, uint32_t position)
{
    uint64_t ring = b->program->geometry.ring_slots;
    return (b->first_index + position + ring - fence->first) % ring < fence->count;
}

static struct fence *fence_of(const struct builder *b, const struct slot_fence *wait)
{
    for (uint32_t i = 0; i < b->fence_count; i++)
        if (b->fences[i].first == wait->first && b->fences[i].count == wait->count)
            return &b->fences[i];
    return NULL;
}

/* Ring slots of other epochs have ended, or were never published: those of this one are waited for, and
 * the host's own fence behind them, which comes after all of them. */
static vrrl_code list_fences(struct builder *b)
{
    uint32_t most = FENCE_SIGNALS_MAX / (b->batch->count + 1);
    for (uint32_t i = 0; i < b->touches.fence_count; i++) {
        const struct slot_fence *wait = &b->touches.fences[i];
        struct fence fence = {.first = wait->first, .count = wait->count};
        if (fence_of(b, wait))
            continue;
        b->fences_left_out |= b->fence_count >= most;
        if (b->fences_left_out)
            return VRRL_OK;
        for (uint32_t k = 0; k <= b->batch->count; k++)
            fence.ends += is_fenced(b, &fence, k);
        vrrl_code code = array_room(b->fences, b->fence_count, b->fence_room, 1, b->err);
        if (code != VRRL_OK)
            return code;
        b->fences[b->fence_count++] = fence;
    }
    return VRRL_OK;
}

/* ---- Counters -------------------------------------------------------------------------------- */

/* "counter 267 (note)", as the lowering of a graph calls it: then reports speak of 267 too. */
static bool parse_id(const vrrl_program *program, uint32_t word, uint32_t *id)
{
    const vrrl_symbol *symbol = vrrl_program_symbol_of(program, word);
    unsigned found;
    if (!symbol || sscanf(vrrl_program_text(program, symbol->name), "counter %9u", &found) != 1)
        return false;
    *id = found;
    return true;
}

/* Of "counter 267 (note)" the note. */
static void keep_note(char *name)
{
    char *open = strchr(name, '(');
    size_t length = open ? strlen(open + 1) : 0;
    if (length > 0)
        memmove(name, open + 1, length - 1);
    name[length > 0 ? length - 1 : 0] = '\0';
}

static bool all_have_ids(const struct builder *b)
{
    uint32_t id;
    for (uint32_t i = 0; i < b->words.count; i++)
        if (!b->words.items[i].unclear &&
            (b->words.items[i].stores || !parse_id(b->program, b->words.items[i].word, &id)))
            return false;
    return true;
}

/* `named`: reports call it by its note, not by its number. */
static vrrl_code add_counter(struct builder *b, uint32_t id, uint32_t init, const char *note,
                             bool named, vrrl_error *err)
{
    vrrl_graph_counter counter = {.id = id, .init = init, .named = named};
    vrrl_code code = vrrl_graph_add_text(b->graph, note, &counter.note, err);
    return code == VRRL_OK ? vrrl_graph_add_counter(b->graph, &counter, err) : code;
}

enum { ID_MORE = 1u << 30 }; /* past all words: counters that are no word's own */

static vrrl_code add_waited(struct builder *b, struct waited *w, bool ids)
{
    char name[160], up[200];
    uint32_t id = w->word, goals = w->stores ? w->goal_count : 1;
    vrrl_code code = VRRL_OK;
    vrrl_program_word_name(b->program, w->word, name, sizeof name);
    bool numbered = ids && parse_id(b->program, w->word, &id);
    if (numbered)
        keep_note(name);
    w->counter = b->graph->counter_count;
    for (uint32_t g = 0; code == VRRL_OK && g < goals; g++) {
        uint32_t held = b->arena[w->word];
        if (w->stores)
            snprintf(up, sizeof up, "%s up to %u", name, w->goals[g]);
        code = add_counter(b, g == 0 ? id : ID_MORE + b->graph->counter_count,
                           w->stores ? held >= w->goals[g] : held, w->stores ? up : name, !numbered,
                           b->err);
        if (code == VRRL_OK) {
            vrrl_graph_counter *added = &b->graph->counters[b->graph->counter_count - 1];
            added->word_after = w->word + 1;
            added->up_from = w->stores ? w->goals[g] : 0;
        }
    }
    return code;
}

/* A counter for the end of each slot. */
static vrrl_code add_ends(struct builder *b)
{
    char name[160], note[180];
    vrrl_code code = VRRL_OK;
    b->after_counter = malloc((b->batch->count + (size_t)1) * sizeof *b->after_counter);
    if (!b->after_counter)
        return error_no_memory(b->err, 4 * (uint64_t)b->batch->count);
    for (uint32_t i = 0; code == VRRL_OK && i < b->batch->count; i++) {
        slot_name(b->program, b->epoch, i, name, sizeof name);
        snprintf(note, sizeof note, "the end of %s", name);
        b->after_counter[i] = b->graph->counter_count;
        code = add_counter(b, ID_MORE + b->graph->counter_count, 0, note, true, b->err);
    }
    return code;
}

static vrrl_code add_fence_counter(struct builder *b, struct fence *fence)
{
    char note[80];
    uint32_t last = (fence->first + fence->count - 1) % b->program->geometry.ring_slots;
    snprintf(note, sizeof note, "the end of ring slots %u to %u", fence->first, last);
    fence->counter = b->graph->counter_count;
    vrrl_code code = add_counter(b, ID_MORE + b->graph->counter_count, 0, note, true, b->err);
    if (code == VRRL_OK)
        b->graph->counters[fence->counter].by_host = is_fenced(b, fence, b->batch->count);
    return code;
}

static vrrl_code add_counters(struct builder *b)
{
    bool ids = all_have_ids(b);
    vrrl_code code = epoch_nevers_create(b->program, &b->touches, b->arena, ID_MORE, b->graph,
                                         &b->nevers, b->err);
    for (uint32_t i = 0; code == VRRL_OK && i < b->words.count; i++)
        if (!b->words.items[i].unclear)
            code = add_waited(b, &b->words.items[i], ids);
    for (uint32_t i = 0; code == VRRL_OK && i < b->fence_count; i++)
        code = add_fence_counter(b, &b->fences[i]);
    return code == VRRL_OK && b->ran ? add_ends(b) : code;
}

/* Sorts them by id, and keeps where each went. */
static vrrl_code index_counters(struct builder *b)
{
    uint32_t count = b->graph->counter_count;
    b->counter_of = malloc((count + (size_t)1) * sizeof *b->counter_of);
    if (!b->counter_of)
        return error_no_memory(b->err, 4 * (uint64_t)count);
    for (uint32_t i = 0; i < count; i++)
        b->counter_of[i] = b->graph->counters[i].id;
    vrrl_code code = vrrl_graph_index(b->graph, b->err);
    for (uint32_t i = 0; code == VRRL_OK && i < count; i++)
        b->counter_of[i] = vrrl_graph_find_counter(b->graph, b->counter_of[i]);
    return code;
}

/* ---- Tasks ----------------------------------------------------------------------------------- */

static vrrl_code add_wait(struct builder *b, uint32_t counter, uint32_t threshold, bool orders)
{
    const vrrl_graph_wait wait = {.counter = b->counter_of[counter],
                                  .threshold = threshold,
                                  .order = orders ? VRRL_SYNC_ORDER_SYNC : VRRL_SYNC_ORDER_RELAXED,
                                  .scope = VRRL_SYNC_SCOPE_DEVICE};
    return vrrl_graph_add_wait(b->graph, &wait, b->err);
}

static vrrl_code add_signal(struct builder *b, uint32_t counter, uint32_t amount, bool orders)
{
    const vrrl_graph_signal signal = {.counter = b->counter_of[counter],
                                      .amount = amount,
                                      .order =
                                          orders ? VRRL_SYNC_ORDER_SYNC : VRRL_SYNC_ORDER_RELAXED,
                                      .scope = VRRL_SYNC_SCOPE_DEVICE};
    return vrrl_graph_add_signal(b->graph, &signal, b->err);
}

static vrrl_code put_wait(struct builder *b, const struct slot_touch *touch)
{
    const struct declared_event *a = &touch->access;
    const struct waited *w = sync_words_at(&b->words, a->word);
    uint32_t goal = 0;
    if (touch->never)
        return add_wait(b, epoch_never_of(&b->nevers, a)->counter, 1, declared_orders(a));
    if (w->unclear || a->value == 0)
        return VRRL_OK; /* it holds nothing back, or nothing that is seen here */
    if (!w->stores)
        return add_wait(b, w->counter, a->value, declared_orders(a));
    while (w->goals[goal] != a->value)
        goal++;
    return add_wait(b, w->counter + goal, 1, declared_orders(a));
}

/* A signal, or a store to a flag. */
static vrrl_code put_signal(struct builder *b, const struct declared_event *a)
{
    const struct waited *w = sync_words_at(&b->words, a->word);
    vrrl_code code = VRRL_OK;
    if (!w || w->unclear)
        return VRRL_OK;
    if (!w->stores)
        return add_signal(b, w->counter, a->value, declared_orders(a));
    for (uint32_t g = 0; code == VRRL_OK && g < w->goal_count; g++)
        if (a->value >= w->goals[g])
            code = add_signal(b, w->counter + g, 1, declared_orders(a));
    return code;
}

static vrrl_code put_access(struct builder *b, const struct declared_event *a, uint32_t waits)
{
    if (a->waits || !sync_words_is_data(&b->words, a))
        return VRRL_OK;
    return word_buffers_add_access(b->places, b->graph, a->word, a->count, access_of_declared(a),
                                   waits, b->err);
}

/* Kinds of tasks: a label without its index, else the opcode. */
static vrrl_code name_task(struct builder *b, uint32_t slot, vrrl_graph_task *task)
{
    char name[160], op[160];
    const vrrl_slot *s = &b->program->slots[b->batch->first + slot];
    slot_name(b->program, b->epoch, slot, name, sizeof name);
    snprintf(op, sizeof op, "%s", s->label ? name : vrrl_opcode_name(s->opcode));
    if (s->label && strchr(op, '['))
        *strchr(op, '[') = '\0';
    vrrl_code code = vrrl_graph_add_text(b->graph, name, &task->label, b->err);
    return code == VRRL_OK ? vrrl_graph_add_text(b->graph, op, &task->op, b->err) : code;
}

/* ---- As it ran ------------------------------------------------------------------------------- */

struct claimed {
    uint32_t worker, slot;
    uint64_t order;
};

static int by_claim(const void *left, const void *right)
{
    const struct claimed *a = left, *b = right;
    if (a->worker != b->worker)
        return a->worker < b->worker ? -1 : 1;
    return (a->order > b->order) - (a->order < b->order);
}

static vrrl_code link_workers(struct builder *b)
{
    uint32_t count = b->batch->count;
    struct claimed *claims = malloc((count + (size_t)1) * sizeof *claims);
    b->before = malloc((count + (size_t)1) * sizeof *b->before);
    if (!claims || !b->before) {
        free(claims);
        return error_no_memory(b->err, 20 * (uint64_t)count);
    }
    for (uint32_t i = 0; i < count; i++)
        claims[i] = (struct claimed){b->ran[i].worker, i, b->ran[i].claim_order};
    qsort(claims, count, sizeof *claims, by_claim);
    for (uint32_t i = 0; i < count; i++) {
        bool follows = i > 0 && claims[i].order && claims[i - 1].worker == claims[i].worker &&
                       b->ran[claims[i - 1].slot].completion_order;
        b->before[claims[i].slot] = follows ? claims[i - 1].slot : VRRL_NO_INDEX;
    }
    free(claims);
    return VRRL_OK;
}

/* A signal that was there when the slot was claimed: read, or before what was read. */
static bool was_seen(const struct builder *b, uint32_t signaller, uint32_t slot)
{
    uint64_t ended = b->ran[signaller].completion_order;
    return ended && signaller != slot && ended < b->ran[slot].claimed_after;
}

static vrrl_code put_seen(struct builder *b, const struct declared_event *wait, uint32_t slot)
{
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; code == VRRL_OK && declared_orders(wait) && i < b->touches.count; i++) {
        const struct declared_event *a = &b->touches.items[i].access;
        bool signals = a->signals || (a->kind == OPERATION_STORE && a->is_value);
        if (signals && a->word == wait->word && declared_orders(a) &&
            was_seen(b, b->touches.items[i].slot, slot))
            code = add_wait(b, b->after_counter[b->touches.items[i].slot], 1, true);
    }
    return code;
}

/* `at` goes on over the fences, which are slot after slot. */
static vrrl_code put_fences(struct builder *b, uint32_t slot, uint32_t *at)
{
    vrrl_code code = VRRL_OK;
    for (; code == VRRL_OK && *at < b->touches.fence_count && b->touches.fences[*at].slot == slot;
         ++*at) {
        const struct fence *fence = fence_of(b, &b->touches.fences[*at]);
        if (fence && fence->ends > 0)
            code = add_wait(b, fence->counter, fence->ends, true);
    }
    return code;
}

static vrrl_code put_ends(struct builder *b, uint32_t slot)
{
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; code == VRRL_OK && i < b->fence_count; i++)
        if (is_fenced(b, &b->fences[i], slot))
            code = add_signal(b, b->fences[i].counter, 1, true);
    if (code == VRRL_OK && b->ran && b->ran[slot].completion_order)
        code = add_signal(b, b->after_counter[slot], 1, true);
    return code;
}

static vrrl_code put_waits(struct builder *b, uint32_t slot)
{
    vrrl_code code = VRRL_OK;
    for (uint32_t i = b->touches.first[slot]; code == VRRL_OK && i < b->touches.first[slot + 1];
         i++) {
        const struct declared_event *a = &b->touches.items[i].access;
        if (!a->waits)
            continue;
        code = put_wait(b, &b->touches.items[i]);
        if (code == VRRL_OK && b->ran)
            code = put_seen(b, a, slot);
    }
    if (code == VRRL_OK && b->ran && b->before[slot] != VRRL_NO_INDEX)
        code = add_wait(b, b->after_counter[b->before[slot]], 1, true);
    return code;
}

static vrrl_code add_task(struct builder *b, uint32_t slot, uint32_t *fence)
{
    const vrrl_slot *s = &b->program->slots[b->batch->first + slot];
    vrrl_graph_task task = {.id = slot,
                            .worker = s->queue == VRRL_NO_WORKER ? VRRL_GRAPH_NONE : s->queue};
    vrrl_code code = name_task(b, slot, &task);
    if (code == VRRL_OK)
        code = vrrl_graph_add_task(b->graph, &task, b->err);
    if (code == VRRL_OK)
        code = put_waits(b, slot);
    if (code == VRRL_OK)
        code = put_fences(b, slot, fence);
    uint32_t waits = code == VRRL_OK ? b->graph->tasks[b->graph->task_count - 1].wait_count : 0;
    for (uint32_t i = b->touches.first[slot]; code == VRRL_OK && i < b->touches.first[slot + 1];
         i++) {
        const struct declared_event *a = &b->touches.items[i].access;
        code = put_access(b, a, waits);
        if (code == VRRL_OK && !b->touches.items[i].left_out &&
            (a->signals || (a->kind == OPERATION_STORE && a->is_value)))
            code = put_signal(b, a);
    }
    return code == VRRL_OK ? put_ends(b, slot) : code;
}

/* ---- All of it ------------------------------------------------------------------------------- */

static vrrl_code prepare_builder(struct builder *b)
{
    vrrl_code code = epoch_touches_create(b->program, b->epoch, b->arena, &b->touches, b->err);
    if (code == VRRL_OK)
        code = rounding_settle(b->program, b->epoch, b->arena, &b->touches, b->err);
    if (code == VRRL_OK)
        code = sync_words_create(&b->touches, b->arena, &b->words, b->err);
    if (code == VRRL_OK)
        code = list_fences(b);
    if (code == VRRL_OK && b->ran)
        code = link_workers(b);
    return code;
}

static vrrl_code build_graph(struct builder *b)
{
    vrrl_code code = word_buffers_create(b->program, b->graph, &b->places, b->err);
    for (uint32_t i = 0; code == VRRL_OK && i < b->touches.count; i++)
        word_buffers_split(b->places, b->graph, b->touches.items[i].access.word,
                           b->touches.items[i].access.count);
    if (code == VRRL_OK)
        code = add_counters(b);
    if (code == VRRL_OK)
        code = index_counters(b);
    for (uint32_t i = 0, fence = 0; code == VRRL_OK && i < b->batch->count; i++)
        code = add_task(b, i, &fence);
    return code == VRRL_OK ? vrrl_graph_finish(b->graph, b->err) : code;
}

/* ---- What is not seen here ------------------------------------------------------------------- */

/* Of a slot, as its accesses go by. */
struct progress {
    bool ended;          /* a condition: what comes now may be left out */
    bool released;       /* a signal that orders: what comes now is not before it */
    uint32_t data_fence; /* release fences before its last access of data */
};

/* Counters of the machine, or what it keeps of slots. */
static bool looks_at_machine(const struct builder *b, const struct declared_event *a)
{
    const vrrl_layout *layout = &b->program->layout;
    uint64_t end = (uint64_t)a->word + a->count;
    bool shutdown = a->word == VRRL_WORD_SHUTDOWN && a->count == 1;
    return (!shutdown && a->word < VRRL_WORD_EPOCH) ||
           (a->word < layout->user_base && end > layout->ring_base) || end > layout->debug_base;
}

/* Whether a slot writes a word that tells what another does. */
static bool rewrites(const struct epoch_touches *t)
{
    bool any = false;
    for (uint32_t i = 0; t->fixed_count > 0 && i < t->count && !any; i++) {
        const struct declared_event *a = &t->items[i].access;
        uint64_t end = (uint64_t)a->word + a->count;
        uint32_t at = sorted_from(t->fixed, t->fixed_count, sizeof *t->fixed, a->word);
        bool before = at > 0 && t->fixed[at - 1].first + (uint64_t)t->fixed[at - 1].count > a->word;
        bool writes = declared_writes(a);
        any = writes && (before || (at < t->fixed_count && t->fixed[at].first < end));
    }
    return any;
}

static void note_touch(const struct builder *b, const struct slot_touch *touch, struct progress *p,
                       struct epoch_graph *made)
{
    const struct declared_event *a = &touch->access;
    const struct waited *w = a->count == 1 ? sync_words_at(&b->words, a->word) : NULL;
    bool signals = (a->signals || a->is_value) && w && w->is_waited;
    bool data = !a->waits && sync_words_is_data(&b->words, a);
    /* A relaxed wait orders no data, and yet a SHUTDOWN behind it leaves out nothing. */
    bool held = b->touches.shuts_down && (signals || a->waits) && !declared_orders(a);
    made->may_excuse |= a->decides || a->half_acquires || touch->open || held;
    made->may_depend |= declared_reads(a) && looks_at_machine(b, a);
    made->may_lose |= signals && p->ended;
    made->may_miss |= (signals && p->ended && !touch->left_out) || (data && p->released) ||
                      (signals && a->by_fence && a->fence == p->data_fence) ||
                      (touch->open && a->waits);
    p->ended |= a->ends;
    p->released |= signals && declared_orders(a);
    p->data_fence = data ? a->fence : p->data_fence;
}

static void note_unseen(const struct builder *b, struct epoch_graph *made)
{
    bool may_go_down = false; /* a flag, from what it is */
    for (uint32_t i = 0; i < b->words.count; i++) {
        const struct waited *w = &b->words.items[i];
        made->unclear_words += w->unclear && w->is_waited;
        may_go_down |= w->stores && !w->unclear && w->goal_count > 0 &&
                       sync_words_level(w, b->arena[w->word]) > w->least;
    }
    made->may_excuse = made->unclear_words > 0 || b->fences_left_out || rewrites(&b->touches);
    made->may_miss = made->may_excuse || may_go_down;
    made->may_leave = b->touches.shuts_down;
    made->may_lose = may_go_down || made->store_count > 0;
    for (uint32_t slot = 0; slot < b->batch->count; slot++) {
        struct progress p = {.ended = false};
        for (uint32_t i = b->touches.first[slot]; i < b->touches.first[slot + 1]; i++)
            note_touch(b, &b->touches.items[i], &p, made);
    }
}

static vrrl_code list_stores(const struct builder *b, struct epoch_graph *made)
{
    uint32_t room = 0;
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; code == VRRL_OK && i < b->touches.count; i++) {
        const struct declared_event *a = &b->touches.items[i].access;
        const struct waited *w = a->is_value ? sync_words_at(&b->words, a->word) : NULL;
        if (!w || w->least >= w->most)
            continue;
        code = array_room(made->stores, made->store_count, room, 1, b->err);
        if (code == VRRL_OK)
            made->stores[made->store_count++] =
                (struct flag_store){.word = a->word,
                                    .level = sync_words_level(w, a->value),
                                    .slot = b->touches.items[i].slot};
    }
    return code;
}

static void free_builder(struct builder *b)
{
    word_buffers_free(b->places);
    sync_words_free(&b->words);
    epoch_nevers_free(&b->nevers);
    free(b->fences);
    free(b->counter_of);
    free(b->before);
    free(b->after_counter);
}

vrrl_code epoch_graph_create(const vrrl_program *program, uint32_t epoch, uint32_t first_index,
                             const uint32_t *arena, const struct slot_outcome *ran,
                             struct epoch_graph *made, vrrl_error *err)
{
    struct builder b = {.program = program,
                        .batch = epoch_batch(program, epoch),
                        .epoch = epoch,
                        .first_index = first_index,
                        .arena = arena,
                        .ran = ran,
                        .err = err};
    *made = (struct epoch_graph){0};
    vrrl_code code = vrrl_graph_create(vrrl_program_text(program, program->name), &b.graph, err);
    if (code == VRRL_OK)
        code = prepare_builder(&b);
    if (code == VRRL_OK)
        code = build_graph(&b);
    if (code == VRRL_OK)
        code = list_stores(&b, made);
    if (code == VRRL_OK)
        note_unseen(&b, made);
    free_builder(&b);
    made->graph = b.graph;
    made->touches = b.touches;
    if (code != VRRL_OK) {
        vrrl_graph_free(b.graph);
        epoch_touches_free(&b.touches);
        free(made->stores);
        *made = (struct epoch_graph){.graph = NULL};
    }
    return code;
}
