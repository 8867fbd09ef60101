#include "programs/epoch_graph.h"

#include "base/array.h"
#include "programs/batch_view.h"
#include "programs/places.h"
#include "vrrl/opcode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ODD_AMOUNT = 1 << 30 }; /* adding so much is meant to take away */

struct touch {
    struct slot_access access;
    uint32_t slot;
};

/* A word that slots wait for, or release by adding to it: nobody need wait for that. */
struct waited {
    uint32_t word;
    bool is_waited, adds, stores, unclear, is_read;
    uint32_t counter; /* the first of its own; a flag has one for each value that is waited for */
    uint32_t *goals;  /* of a flag: those values, ascending */
    uint32_t goal_count, goal_room;
};

struct builder {
    const vrrl_program *program;
    const vrrl_batch *batch;
    uint32_t epoch;
    const uint32_t *arena;
    const struct slot_outcome *ran;
    vrrl_graph *graph;
    struct places *places;
    struct touch *touches; /* slot after slot */
    uint32_t *first_touch; /* by slot; one more at the end */
    struct waited *waited; /* by word */
    uint32_t touch_count, touch_room, waited_count, waited_room;
    uint32_t slot;
    uint32_t *counter_of; /* of the graph, by the order in which they were added */
    uint32_t *before;     /* as ran: the slot that the same worker ran before, or VRRL_NO_INDEX */
    uint32_t *after_counter; /* as ran: a counter that each slot signals when it ends */
    vrrl_code failed;
    vrrl_error *err;
};

/* ---- What slots touch ------------------------------------------------------------------------ */

static void add_touch(void *context, const struct slot_access *access)
{
    struct builder *b = context;
    if (b->failed == VRRL_OK)
        b->failed = array_room(b->touches, b->touch_count, b->touch_room, 1, b->err);
    if (b->failed == VRRL_OK)
        b->touches[b->touch_count++] = (struct touch){*access, b->slot};
}

static vrrl_code collect_touches(struct builder *b)
{
    const struct footprint_memory memory = {.words = b->arena + b->program->layout.user_base,
                                            .base = b->program->layout.user_base,
                                            .count = b->program->geometry.user_words};
    for (b->slot = 0; b->slot < b->batch->count && b->failed == VRRL_OK; b->slot++) {
        const vrrl_slot *slot = &b->program->slots[b->batch->first + b->slot];
        b->first_touch[b->slot] = b->touch_count;
        footprint_of(slot->opcode, b->program->words + slot->args, slot->arg_count, &memory,
                     add_touch, b);
    }
    b->first_touch[b->slot] = b->touch_count;
    return b->failed;
}

/* ---- Words that are waited for --------------------------------------------------------------- */

static int by_word(const void *left, const void *right)
{
    const struct waited *a = left, *b = right;
    return (a->word > b->word) - (a->word < b->word);
}

/* The first from `word` on. */
static uint32_t find_waited(const struct builder *b, uint64_t word)
{
    uint32_t low = 0, high = b->waited_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (b->waited[middle].word < word)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct waited *waited_at(const struct builder *b, uint32_t word)
{
    uint32_t at = find_waited(b, word);
    return at < b->waited_count && b->waited[at].word == word ? &b->waited[at] : NULL;
}

static vrrl_code list_waited(struct builder *b)
{
    for (uint32_t i = 0; i < b->touch_count; i++) {
        const struct slot_access *a = &b->touches[i].access;
        if (a->kind != ACCESS_WAIT && !(a->kind == ACCESS_SIGNAL && a->orders))
            continue;
        vrrl_code code = array_room(b->waited, b->waited_count, b->waited_room, 1, b->err);
        if (code != VRRL_OK)
            return code;
        b->waited[b->waited_count++] = (struct waited){.word = a->first};
    }
    if (b->waited_count == 0)
        return VRRL_OK;
    qsort(b->waited, b->waited_count, sizeof *b->waited, by_word);
    uint32_t kept = 1;
    for (uint32_t i = 1; i < b->waited_count; i++)
        if (b->waited[i].word != b->waited[kept - 1].word)
            b->waited[kept++] = b->waited[i];
    b->waited_count = kept;
    return VRRL_OK;
}

static void note_change(struct waited *w, const struct slot_access *access)
{
    w->is_waited |= access->kind == ACCESS_WAIT;
    w->is_read |= access->kind == ACCESS_READ;
    w->adds |= access->kind == ACCESS_SIGNAL;
    w->stores |= access->kind == ACCESS_WRITE;
    w->unclear |= access->kind == ACCESS_UPDATE ||
                  (access->kind == ACCESS_SIGNAL && access->value >= ODD_AMOUNT) ||
                  (access->kind == ACCESS_WRITE && !access->is_value);
}

/* Control words are the machine's own. */
static void classify(struct builder *b)
{
    for (uint32_t i = 0; i < b->touch_count; i++) {
        const struct slot_access *a = &b->touches[i].access;
        uint64_t end = (uint64_t)a->first + a->count;
        uint32_t at = find_waited(b, a->first);
        for (; at < b->waited_count && b->waited[at].word < end; at++)
            note_change(&b->waited[at], a);
    }
    for (uint32_t i = 0; i < b->waited_count; i++) {
        struct waited *w = &b->waited[i];
        w->unclear |= w->word < VRRL_WORD_OBSERVABLE || (w->adds && w->stores);
    }
}

/* The place of a value among a flag's goals, which are made where `grow` says so. */
static vrrl_code goal_of(struct waited *w, uint32_t value, bool grow, uint32_t *at, vrrl_error *err)
{
    for (*at = 0; *at < w->goal_count; ++*at)
        if (w->goals[*at] == value)
            return VRRL_OK;
    if (!grow)
        return VRRL_OK;
    vrrl_code code = array_room(w->goals, w->goal_count, w->goal_room, 1, err);
    if (code == VRRL_OK)
        w->goals[w->goal_count++] = value;
    return code;
}

static vrrl_code list_goals(struct builder *b)
{
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; code == VRRL_OK && i < b->touch_count; i++) {
        const struct slot_access *a = &b->touches[i].access;
        struct waited *w = a->kind == ACCESS_WAIT ? waited_at(b, a->first) : NULL;
        uint32_t at;
        if (w && w->stores && !w->unclear)
            code = goal_of(w, a->value, true, &at, b->err);
    }
    return code;
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
    for (uint32_t i = 0; i < b->waited_count; i++)
        if (!b->waited[i].unclear &&
            (b->waited[i].stores || !parse_id(b->program, b->waited[i].word, &id)))
            return false;
    return true;
}

static vrrl_code add_counter(struct builder *b, uint32_t id, uint32_t init, const char *note,
                             vrrl_error *err)
{
    vrrl_graph_counter counter = {.id = id, .init = init};
    vrrl_code code = vrrl_graph_add_text(b->graph, note, &counter.note, err);
    return code == VRRL_OK ? vrrl_graph_add_counter(b->graph, &counter, err) : code;
}

enum { ID_MORE = 1u << 30 }; /* past all words: counters that are no word's own */

static vrrl_code add_waited(struct builder *b, struct waited *w, bool ids)
{
    char name[160];
    uint32_t id = w->word, goals = w->stores ? w->goal_count : 1;
    vrrl_code code = VRRL_OK;
    vrrl_program_word_name(b->program, w->word, name, sizeof name);
    if (ids && parse_id(b->program, w->word, &id))
        keep_note(name);
    w->counter = b->graph->counter_count;
    for (uint32_t g = 0; code == VRRL_OK && g < goals; g++) {
        uint32_t held = b->arena[w->word];
        code = add_counter(b, g == 0 ? id : ID_MORE + b->graph->counter_count,
                           w->stores ? held >= w->goals[g] : held, name, b->err);
    }
    return code;
}

static vrrl_code add_counters(struct builder *b)
{
    bool ids = all_have_ids(b);
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; code == VRRL_OK && i < b->waited_count; i++)
        if (!b->waited[i].unclear)
            code = add_waited(b, &b->waited[i], ids);
    if (!b->ran)
        return code;
    b->after_counter = malloc((b->batch->count + (size_t)1) * sizeof *b->after_counter);
    if (!b->after_counter)
        return error_no_memory(b->err, 4 * (uint64_t)b->batch->count);
    for (uint32_t i = 0; code == VRRL_OK && i < b->batch->count; i++) {
        b->after_counter[i] = b->graph->counter_count;
        code = add_counter(b, ID_MORE + b->graph->counter_count, 0, "as ran", b->err);
    }
    return code;
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
                                  .order = orders ? VRRL_ORDER_SYNC : VRRL_ORDER_RELAXED,
                                  .scope = VRRL_SCOPE_DEVICE};
    return vrrl_graph_add_wait(b->graph, &wait, b->err);
}

static vrrl_code add_signal(struct builder *b, uint32_t counter, uint32_t amount, bool orders)
{
    const vrrl_graph_signal signal = {.counter = b->counter_of[counter],
                                      .amount = amount,
                                      .order = orders ? VRRL_ORDER_SYNC : VRRL_ORDER_RELAXED,
                                      .scope = VRRL_SCOPE_DEVICE};
    return vrrl_graph_add_signal(b->graph, &signal, b->err);
}

static vrrl_code put_wait(struct builder *b, const struct slot_access *a)
{
    const struct waited *w = waited_at(b, a->first);
    uint32_t goal = 0;
    if (w->unclear || a->value == 0)
        return VRRL_OK;
    if (!w->stores)
        return add_wait(b, w->counter, a->value, a->orders);
    goal_of((struct waited *)w, a->value, false, &goal, NULL);
    return add_wait(b, w->counter + goal, 1, a->orders);
}

/* A signal, or a store to a flag. */
static vrrl_code put_signal(struct builder *b, const struct slot_access *a)
{
    const struct waited *w = waited_at(b, a->first);
    vrrl_code code = VRRL_OK;
    if (!w || w->unclear)
        return VRRL_OK;
    if (!w->stores)
        return add_signal(b, w->counter, a->value, a->orders);
    for (uint32_t g = 0; code == VRRL_OK && g < w->goal_count; g++)
        if (a->value >= w->goals[g])
            code = add_signal(b, w->counter + g, 1, a->orders);
    return code;
}

/* Counters and flags that nobody reads are no data. */
static bool is_data(const struct builder *b, const struct slot_access *a)
{
    const struct waited *w = a->count == 1 ? waited_at(b, a->first) : NULL;
    return !w || w->unclear || w->is_read;
}

static vrrl_code put_access(struct builder *b, const struct slot_access *a, uint32_t waits)
{
    static const vrrl_access_kind kinds[] = {[ACCESS_READ] = VRRL_ACCESS_READ,
                                             [ACCESS_WRITE] = VRRL_ACCESS_WRITE,
                                             [ACCESS_UPDATE] = VRRL_ACCESS_ACCUMULATE,
                                             [ACCESS_SIGNAL] = VRRL_ACCESS_ACCUMULATE};
    if (a->kind == ACCESS_WAIT || !is_data(b, a))
        return VRRL_OK;
    return places_add_access(b->places, b->graph, a->first, a->count, kinds[a->kind], waits,
                             b->err);
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

static vrrl_code put_seen(struct builder *b, const struct slot_access *wait, uint32_t slot)
{
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; code == VRRL_OK && wait->orders && i < b->touch_count; i++) {
        const struct slot_access *a = &b->touches[i].access;
        bool signals = a->kind == ACCESS_SIGNAL || (a->kind == ACCESS_WRITE && a->is_value);
        if (signals && a->first == wait->first && a->orders &&
            was_seen(b, b->touches[i].slot, slot))
            code = add_wait(b, b->after_counter[b->touches[i].slot], 1, true);
    }
    return code;
}

static vrrl_code put_waits(struct builder *b, uint32_t slot)
{
    vrrl_code code = VRRL_OK;
    for (uint32_t i = b->first_touch[slot]; code == VRRL_OK && i < b->first_touch[slot + 1]; i++) {
        const struct slot_access *a = &b->touches[i].access;
        if (a->kind != ACCESS_WAIT)
            continue;
        code = put_wait(b, a);
        if (code == VRRL_OK && b->ran)
            code = put_seen(b, a, slot);
    }
    if (code == VRRL_OK && b->ran && b->before[slot] != VRRL_NO_INDEX)
        code = add_wait(b, b->after_counter[b->before[slot]], 1, true);
    return code;
}

static vrrl_code add_task(struct builder *b, uint32_t slot)
{
    const vrrl_slot *s = &b->program->slots[b->batch->first + slot];
    vrrl_graph_task task = {.id = slot,
                            .worker = s->queue == VRRL_NO_WORKER ? VRRL_GRAPH_NONE : s->queue};
    vrrl_code code = name_task(b, slot, &task);
    if (code == VRRL_OK)
        code = vrrl_graph_add_task(b->graph, &task, b->err);
    if (code == VRRL_OK)
        code = put_waits(b, slot);
    uint32_t waits = code == VRRL_OK ? b->graph->tasks[b->graph->task_count - 1].wait_count : 0;
    for (uint32_t i = b->first_touch[slot]; code == VRRL_OK && i < b->first_touch[slot + 1]; i++) {
        const struct slot_access *a = &b->touches[i].access;
        code = put_access(b, a, waits);
        if (code == VRRL_OK &&
            (a->kind == ACCESS_SIGNAL || (a->kind == ACCESS_WRITE && a->is_value)))
            code = put_signal(b, a);
    }
    if (code == VRRL_OK && b->ran && b->ran[slot].completion_order)
        code = add_signal(b, b->after_counter[slot], 1, true);
    return code;
}

/* ---- All of it ------------------------------------------------------------------------------- */

static bool is_condition(uint32_t opcode)
{
    return opcode == VRRL_OPCODE_LOAD_ACQUIRE ||
           (opcode >= VRRL_OPCODE_FETCH_ADD && opcode <= VRRL_OPCODE_IF_EQ) ||
           opcode == VRRL_OPCODE_COMPARE_SWAP || opcode == VRRL_OPCODE_BATCH_FENCE;
}

static bool has_condition(const struct builder *b, const vrrl_slot *slot)
{
    const uint32_t *args = b->program->words + slot->args;
    if (slot->opcode != VRRL_OPCODE_PACKED_SLOT || slot->arg_count == 0)
        return is_condition(slot->opcode);
    for (uint32_t i = 0, count = args[0] & 0xFF; i < count; i++) {
        uint32_t at = 2 + 2 * i;
        uint32_t byte = at / 4 < slot->arg_count ? args[at / 4] >> (8 * (at % 4)) & 0xFF : 0;
        if (is_condition(byte < 0x80 ? byte : VRRL_OPCODE_USER_FIRST + (byte - 0x80)))
            return true;
    }
    return false;
}

static vrrl_code prepare(struct builder *b)
{
    b->first_touch = malloc((b->batch->count + (size_t)1) * sizeof *b->first_touch);
    vrrl_code code =
        b->first_touch ? VRRL_OK : error_no_memory(b->err, 4 * (uint64_t)b->batch->count);
    if (code == VRRL_OK)
        code = collect_touches(b);
    if (code == VRRL_OK)
        code = list_waited(b);
    if (code == VRRL_OK) {
        classify(b);
        code = list_goals(b);
    }
    if (code == VRRL_OK && b->ran)
        code = link_workers(b);
    return code;
}

static vrrl_code build(struct builder *b)
{
    vrrl_code code = places_create(b->program, b->graph, &b->places, b->err);
    if (code == VRRL_OK)
        code = add_counters(b);
    if (code == VRRL_OK)
        code = index_counters(b);
    for (uint32_t i = 0; code == VRRL_OK && i < b->batch->count; i++)
        code = add_task(b, i);
    return code == VRRL_OK ? vrrl_graph_finish(b->graph, b->err) : code;
}

vrrl_code epoch_graph_create(const vrrl_program *program, uint32_t epoch, const uint32_t *arena,
                             const struct slot_outcome *ran, struct epoch_graph *made,
                             vrrl_error *err)
{
    struct builder b = {.program = program,
                        .batch = &program->batches[program->epochs[epoch].batch],
                        .epoch = epoch,
                        .arena = arena,
                        .ran = ran,
                        .err = err};
    *made = (struct epoch_graph){0};
    vrrl_code code = vrrl_graph_create(vrrl_program_text(program, program->name), &b.graph, err);
    if (code == VRRL_OK)
        code = prepare(&b);
    if (code == VRRL_OK)
        code = build(&b);
    for (uint32_t i = 0; i < b.waited_count; i++) {
        made->unclear_words += b.waited[i].unclear && b.waited[i].is_waited;
        free(b.waited[i].goals);
    }
    for (uint32_t i = 0; i < b.batch->count; i++)
        made->has_conditions |= has_condition(&b, &program->slots[b.batch->first + i]);
    places_free(b.places);
    free(b.touches);
    free(b.first_touch);
    free(b.waited);
    free(b.counter_of);
    free(b.before);
    free(b.after_counter);
    made->graph = b.graph;
    if (code != VRRL_OK) {
        vrrl_graph_free(b.graph);
        made->graph = NULL;
    }
    return code;
}
