/* Repairs of what outlives its use: counters that an earlier epoch, or an earlier round, has left; and slots
 * of a queue in another order. */
#include "explain/explain_counters.h"

#include "edit/repair_epochs.h"
#include "explain/try_repairs.h"
#include "ops/role.h"
#include "program/batch_view.h"
#include "program/twins.h"

#include <stdio.h>

enum { COUNTERS_MAX = 64, LINES_MAX = 8, LINES_ALWAYS = 2 };

/* Words that slots of the epoch that fails wait for, or decide by. */
struct awaited {
    uint32_t words[COUNTERS_MAX], count;
    bool cut;
};

static void note_awaited(void *context, const struct declared_event *access)
{
    struct awaited *a = context;
    if (!access->waits && !access->ends)
        return;
    for (uint32_t i = 0; i < a->count; i++)
        if (a->words[i] == access->word)
            return;
    a->cut = a->cut || a->count == COUNTERS_MAX;
    if (!a->cut)
        a->words[a->count++] = access->word;
}

static const vrrl_batch *failing_batch(const struct explainer *x)
{
    const vrrl_program *p = x->whole.program;
    return epoch_batch(p, x->result->outcome.epoch);
}

static struct awaited find_awaited(const struct explainer *x)
{
    const vrrl_program *p = x->whole.program;
    const vrrl_batch *batch = failing_batch(x);
    struct awaited a = {.count = 0};
    for (uint32_t i = 0; i < batch->count; i++)
        slot_footprint(p, &p->slots[batch->first + i], note_awaited, &a);
    return a;
}

/* ---- What an earlier epoch has left ------------------------------------------------------------ */

/* All words of one array in one. */
struct symbol_change {
    const struct awaited *awaited;
    const vrrl_symbol *symbol;
    bool grows;
};

static bool change_symbol(struct repair *r, struct proposal *p, vrrl_error *err)
{
    const struct symbol_change *c = p->what;
    bool can = true;
    for (uint32_t i = 0; can && i < c->awaited->count; i++) {
        uint32_t word = repair_word(r, c->awaited->words[i]);
        if (vrrl_program_symbol_of(p->x->whole.program, c->awaited->words[i]) == c->symbol)
            can = c->grows ? repair_grow(r, word, err) : repair_reset(r, word);
    }
    return can;
}

/* Who goes by a word of the array in the epoch that fails, and who changes one, as far as two slots. */
struct users {
    const vrrl_program *program;
    const vrrl_symbol *symbol;
    uint32_t slot, goes_by[2], changes[2];
};

static void note_user(uint32_t users[2], uint32_t slot)
{
    if (users[0] == VRRL_NO_INDEX)
        users[0] = slot;
    else if (users[0] != slot)
        users[1] = slot;
}

static void note_use(void *context, const struct declared_event *access)
{
    struct users *u = context;
    if (vrrl_program_symbol_of(u->program, access->word) != u->symbol)
        return;
    if (access->waits || access->ends)
        note_user(u->goes_by, u->slot);
    if (declared_writes(access))
        note_user(u->changes, u->slot);
}

/* Whether nobody else gives the word a value in the epoch whose slots go by it: set back, it tells them nothing
 * any more, and what an earlier epoch did wrong is not seen. */
static bool reset_blinds(const struct explainer *x, const vrrl_symbol *symbol)
{
    const vrrl_program *p = x->whole.program;
    const vrrl_batch *batch = failing_batch(x);
    const uint32_t none = VRRL_NO_INDEX;
    struct users u = {
        .program = p, .symbol = symbol, .goes_by = {none, none}, .changes = {none, none}};
    for (uint32_t i = 0; i < batch->count; i++) {
        u.slot = i;
        slot_footprint(p, &p->slots[batch->first + i], note_use, &u);
    }
    bool other = u.changes[1] != none || u.goes_by[1] != none || u.changes[0] != u.goes_by[0];
    return u.goes_by[0] != none && (u.changes[0] == none || !other);
}

static vrrl_code try_symbol(struct explainer *x, const struct awaited *a, const vrrl_symbol *symbol,
                            bool grows, vrrl_error *err)
{
    const struct symbol_change what = {.awaited = a, .symbol = symbol, .grows = grows};
    struct proposal p = {
        .make = change_symbol,
        .what = &what,
        .hides = !grows && reset_blinds(x, symbol),
        .kind = grows ? VRRL_REPAIR_THRESHOLD : VRRL_REPAIR_RESET,
        .parts = {{.form = grows ? VRRL_REPAIR_FORM_GROWS : VRRL_REPAIR_FORM_RESET}}};
    snprintf(p.parts[0].word, sizeof p.parts[0].word, "%s",
             vrrl_program_text(x->whole.program, symbol->name));
    return repairs_try(x, &p, err);
}

static bool is_first_of(const struct explainer *x, const struct awaited *a, uint32_t at)
{
    const vrrl_symbol *symbol = vrrl_program_symbol_of(x->whole.program, a->words[at]);
    for (uint32_t i = 0; i < at; i++)
        if (vrrl_program_symbol_of(x->whole.program, a->words[i]) == symbol)
            return false;
    return symbol != NULL;
}

static vrrl_code try_epochs(struct explainer *x, const struct awaited *a, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    if (x->result->outcome.epoch == 0 || a->cut)
        return VRRL_OK;
    for (uint32_t i = 0; i < a->count; i++)
        for (int grows = 0; code == VRRL_OK && grows < 2 && is_first_of(x, a, i); grows++)
            code = try_symbol(x, a, vrrl_program_symbol_of(x->whole.program, a->words[i]),
                              grows != 0, err);
    return code;
}

/* ---- Data that an earlier epoch has left ------------------------------------------------------- */

/* Words that slots add to without waiting: a sum that begins anew. */
static void note_sums(void *context, const struct declared_event *access)
{
    struct awaited *a = context;
    if (!declared_updates(access) && !access->signals)
        return;
    for (uint32_t word = access->word; word - access->word < access->count; word++) {
        bool there = false;
        for (uint32_t i = 0; i < a->count && !there; i++)
            there = a->words[i] == word;
        a->cut = a->cut || (!there && a->count == COUNTERS_MAX);
        if (!there && !a->cut)
            a->words[a->count++] = word;
    }
}

static vrrl_code try_sums(struct explainer *x, vrrl_error *err)
{
    const vrrl_program *p = x->whole.program;
    const vrrl_batch *batch = failing_batch(x);
    struct awaited a = {.count = 0};
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; i < batch->count; i++)
        slot_footprint(p, &p->slots[batch->first + i], note_sums, &a);
    for (uint32_t i = 0; code == VRRL_OK && !a.cut && i < a.count; i++)
        if (is_first_of(x, &a, i))
            code = try_symbol(x, &a, vrrl_program_symbol_of(p, a.words[i]), false, err);
    return code;
}

/* ---- What an earlier round has left ------------------------------------------------------------ */

static bool sets_back(const struct repair_operation *op, uint32_t word)
{
    const struct opcode_role role = opcode_role(op->opcode);
    return role.kind == ROLE_STORE && op->words[role.value] == 0 && op->words[role.word] == word;
}

static bool waits_for(const struct repair_operation *op, uint32_t word)
{
    const struct opcode_role role = opcode_role(op->opcode);
    return role.kind == ROLE_WAIT && op->words[role.word] == word;
}

/* Takes the stores of 0 out of one queue; its n-th wait is for n times as much. */
static bool grow_in_queue(struct repair *r, const vrrl_batch *batch, uint32_t queue, uint32_t word,
                          uint32_t *stores, uint32_t *waits)
{
    uint32_t round = 0;
    struct repair_operation op;
    bool can = true;
    for (uint32_t s = batch->first; can && s < batch->first + batch->count; s++) {
        if (r->edited.program->slots[s].queue != queue)
            continue;
        for (uint32_t row = 0; can && repair_operation(r, s, row, &op); row++) {
            if (waits_for(&op, word)) {
                uint64_t goal = (uint64_t)op.words[1] * ++round;
                can = goal <= UINT32_MAX && repair_threshold(r, s, word, (uint32_t)goal);
                ++*waits;
            } else if (sets_back(&op, word)) {
                bool alone = r->edited.program->slots[s].opcode != VRRL_OPCODE_PACKED_SLOT;
                can = repair_remove(r, s, row);
                row -= !alone;
                ++*stores;
            }
        }
    }
    return can;
}

static bool grow_by_rounds(struct repair *r, struct proposal *p, vrrl_error *err)
{
    uint32_t stores = 0, waits = 0, word = repair_word(r, *(const uint32_t *)p->what);
    const vrrl_program *program = r->edited.program;
    bool can = program->model.kind != VRRL_MODEL_POOL;
    (void)err;
    for (uint32_t b = 0; can && b < program->batch_count; b++)
        for (uint32_t q = 0; can && q < program->model.queues; q++)
            can = grow_in_queue(r, &program->batches[b], q, word, &stores, &waits);
    p->parts[0].form = stores > 0 ? VRRL_REPAIR_FORM_NOT_SET_BACK : VRRL_REPAIR_FORM_GROWS_BY_ROUND;
    return can && waits > 1;
}

/* Whether some queue waits for it twice, as rounds do. */
static bool has_rounds(const struct explainer *x, uint32_t word)
{
    const vrrl_program *p = x->whole.program;
    const struct repair whole = {.edited = x->whole};
    const vrrl_batch *batch = failing_batch(x);
    struct repair_operation op;
    for (uint32_t q = 0; p->model.kind != VRRL_MODEL_POOL && q < p->model.queues; q++) {
        uint32_t waits = 0;
        for (uint32_t s = batch->first; s < batch->first + batch->count; s++)
            for (uint32_t row = 0; p->slots[s].queue == q && repair_operation(&whole, s, row, &op);
                 row++)
                waits += waits_for(&op, word);
        if (waits > 1)
            return true;
    }
    return false;
}

static vrrl_code try_rounds(struct explainer *x, uint32_t word, vrrl_error *err)
{
    struct proposal p = {.make = grow_by_rounds, .what = &word, .kind = VRRL_REPAIR_THRESHOLD};
    vrrl_program_word_name(x->whole.program, word, p.parts[0].word, sizeof p.parts[0].word);
    return repairs_try(x, &p, err);
}

/* ---- A queue in another order ------------------------------------------------------------------ */

/* The next slot of the same queue, towards the front or the back. VRRL_NO_INDEX: none. */
static uint32_t neighbour(const struct explainer *x, uint32_t position, bool front)
{
    const vrrl_batch *batch = failing_batch(x);
    const vrrl_slot *slots = x->whole.program->slots + batch->first;
    for (uint32_t i = 1; i < batch->count; i++) {
        uint32_t at = front ? position - i : position + i;
        if (at >= batch->count)
            return VRRL_NO_INDEX;
        if (slots[at].queue == slots[position].queue)
            return at;
    }
    return VRRL_NO_INDEX;
}

/* In each batch, the slot that is called as one takes the place of that which is called as the other. */
struct new_place {
    uint32_t from, to;
};

static bool move_in_all(struct repair *r, struct proposal *p, vrrl_error *err)
{
    const struct new_place *w = p->what;
    const vrrl_program *whole = p->x->whole.program;
    uint32_t failing = epoch_row(whole, p->x->result->outcome.epoch)->batch;
    (void)err;
    for (uint32_t b = 0; b < whole->batch_count; b++) {
        uint32_t a = twin_in(whole, failing, w->from, b), c = twin_in(whole, failing, w->to, b);
        if (a != VRRL_NO_INDEX && c != VRRL_NO_INDEX)
            repair_move_slot(&r->edited, b, a - whole->batches[b].first,
                             c - whole->batches[b].first);
    }
    return true;
}

static vrrl_code try_place(struct explainer *x, uint32_t from, uint32_t to, vrrl_error *err)
{
    const struct new_place what = {.from = from, .to = to};
    vrrl_repair_form form = from < to ? VRRL_REPAIR_FORM_LATER : VRRL_REPAIR_FORM_EARLIER;
    struct proposal p = {.make = move_in_all,
                         .what = &what,
                         .kind = VRRL_REPAIR_ORDER,
                         .parts = {repairs_part(x, form, from, to)},
                         .plain = true,
                         .acts = true};
    p.parts[0].value = x->whole.program->slots[repairs_slot(x, from)].queue;
    return repairs_try(x, &p, err);
}

/* What one slot tells, and another waits for. */
struct link {
    uint32_t words[COUNTERS_MAX], count;
    bool meets;
};

static void note_told(void *context, const struct declared_event *access)
{
    struct link *l = context;
    bool tells = access->signals || access->is_value;
    if (tells && l->count < COUNTERS_MAX)
        l->words[l->count++] = access->word;
}

static void note_waits(void *context, const struct declared_event *access)
{
    struct link *l = context;
    for (uint32_t i = 0; access->waits && i < l->count; i++)
        l->meets = l->meets || l->words[i] == access->word;
}

static bool waits_for_slot(const struct explainer *x, uint32_t waiter, uint32_t teller)
{
    const vrrl_program *p = x->whole.program;
    struct link l = {.count = 0};
    slot_footprint(p, &p->slots[repairs_slot(x, teller)], note_told, &l);
    slot_footprint(p, &p->slots[repairs_slot(x, waiter)], note_waits, &l);
    return l.meets;
}

/* A place in a queue orders something only where what is passed does: the first of the two comes before the
 * slot that tells the second to go, the second behind the one that waits for the first, or either past a
 * fence. Else the slot only comes at another time. */
static bool passes_order(const struct explainer *x, uint32_t from, uint32_t to)
{
    const vrrl_explain_result *r = x->result;
    const vrrl_slot *slots = x->whole.program->slots + failing_batch(x)->first;
    uint32_t first = from < to ? from : to, last = from < to ? to : from;
    for (uint32_t i = first; i <= last; i++) {
        if (i == from || slots[i].queue != slots[from].queue)
            continue;
        if (footprint_is_fence(slots[i].opcode) || footprint_is_fence(slots[from].opcode) ||
            (from == r->first && to < from && waits_for_slot(x, r->second, i)) ||
            (from == r->second && to > from && waits_for_slot(x, i, r->first)))
            return true;
    }
    return false;
}

/* Each of the pair by up to a few places, either way. */
static vrrl_code try_queue(struct explainer *x, vrrl_error *err)
{
    const vrrl_explain_result *r = x->result;
    vrrl_code code = VRRL_OK;
    if (!r->pair || x->whole.program->model.kind == VRRL_MODEL_POOL)
        return VRRL_OK;
    for (int i = 0; i < 4 && code == VRRL_OK; i++) {
        uint32_t slot = i < 2 ? r->first : r->second, at = slot;
        for (uint32_t step = 0; code == VRRL_OK && step < LINES_MAX; step++) {
            if (step >= LINES_ALWAYS && repairs_found(x))
                break;
            at = neighbour(x, at, i % 2 == 0);
            if (at == VRRL_NO_INDEX)
                break;
            if (passes_order(x, slot, at))
                code = try_place(x, slot, at, err);
        }
    }
    return code;
}

/* A slot that is a fence, past the one before it or behind it: what stands between two slots of a queue. */
static vrrl_code try_fence_slots(struct explainer *x, vrrl_error *err)
{
    const vrrl_batch *batch = failing_batch(x);
    const vrrl_slot *slots = x->whole.program->slots + batch->first;
    vrrl_code code = VRRL_OK;
    if (x->result->setup.model == VRRL_MEMORY_SC || x->whole.program->model.kind == VRRL_MODEL_POOL)
        return VRRL_OK;
    for (uint32_t i = 0; i < batch->count; i++) {
        if (!footprint_is_fence(slots[i].opcode))
            continue;
        for (int front = 0; code == VRRL_OK && front < 2; front++) {
            uint32_t at = neighbour(x, i, front != 0);
            if (at != VRRL_NO_INDEX)
                code = try_place(x, i, at, err);
        }
    }
    return code;
}

vrrl_code repair_counters(struct explainer *x, vrrl_error *err)
{
    const struct awaited a = find_awaited(x);
    vrrl_code code = try_epochs(x, &a, err);
    if (code == VRRL_OK && x->result->outcome.epoch > 0 && !repairs_found(x))
        code = try_sums(x, err);
    for (uint32_t i = 0; code == VRRL_OK && i < a.count; i++)
        if (has_rounds(x, a.words[i]))
            code = try_rounds(x, a.words[i], err);
    if (code == VRRL_OK)
        code = try_queue(x, err);
    return code == VRRL_OK ? try_fence_slots(x, err) : code;
}
