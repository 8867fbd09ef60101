/* Operations in another place of their slot, conditions that lack, and second looks; each in all slots that
 * are alike. */
#include "explain/explain_moves.h"

#include "base/error.h"
#include "explain/explain_alike.h"
#include "explain/try_repairs.h"
#include "ops/role.h"
#include "program/batch_view.h"

#include <stdlib.h>

enum { ROWS_MOVED = 8 };

/* A condition decides for what stands behind it: what is moved over one is done without it, or is done only
 * with it, and then it is another program. Fences may go anywhere. */
static bool crosses_condition(const struct explainer *x, const struct alike *a, uint32_t from,
                              uint32_t to)
{
    const struct repair whole = {.edited = x->whole};
    uint32_t first = from < to ? from : to, end = from < to ? to : from + 1;
    struct repair_operation op;
    for (uint32_t row = first; row < end; row++)
        if (repair_operation(&whole, a->slots[0], row, &op) && op.opcode == VRRL_OPCODE_IF_EQ)
            return true;
    return false;
}

static bool operation_of(const struct explainer *x, const struct alike *a, uint32_t row,
                         struct repair_operation *op)
{
    const struct repair whole = {.edited = x->whole};
    return repair_operation(&whole, a->slots[0], row, op);
}

/* ---- In all of a group ------------------------------------------------------------------------ */

/* What is done to each slot that is alike: its operation `row`, and the place `at`. */
struct change {
    const struct explainer *x;
    const struct alike *group;
    bool (*edit)(struct repair *r, const struct change *c, uint32_t slot, vrrl_error *err);
    uint32_t row, at;
};

static bool change_group(struct repair *r, struct proposal *p, vrrl_error *err)
{
    const struct change *c = p->what;
    bool can = true;
    for (uint32_t i = 0; can && i < c->group->count; i++)
        can = c->edit(r, c, c->group->slots[i], err);
    return can;
}

/* `part` has the group's slots, and what is told but for the operation and the place. */
static vrrl_code try_change(struct explainer *x, const struct change *c, vrrl_repair_kind kind,
                            const vrrl_repair_part *part, vrrl_error *err)
{
    struct proposal p = {.make = change_group,
                         .what = c,
                         .kind = kind,
                         .parts = {*part},
                         .places = c->group->count,
                         .acts = true};
    p.parts[0].row = c->row;
    p.parts[0].before = c->at;
    return c->group->cut ? VRRL_OK : repairs_try(x, &p, err);
}

/* ---- Another place ---------------------------------------------------------------------------- */

static bool move_row(struct repair *r, const struct change *c, uint32_t slot, vrrl_error *err)
{
    (void)err;
    return repair_move(r, slot, c->row, c->at);
}

static vrrl_code try_move(struct explainer *x, const struct alike *a, uint32_t from, uint32_t to,
                          uint32_t opcode, vrrl_error *err)
{
    const struct change c = {.x = x, .group = a, .edit = move_row, .row = from, .at = to};
    vrrl_repair_part part =
        repairs_group_part(a, to < a->rows ? VRRL_REPAIR_FORM_MOVE : VRRL_REPAIR_FORM_MOVE_LAST);
    part.opcode = opcode;
    return try_change(x, &c, VRRL_REPAIR_MOVE, &part, err);
}

/* Fences, or all others: under sc a fence does nothing. */
static vrrl_code move_in_group(struct explainer *x, const struct alike *a, bool fences,
                               vrrl_error *err)
{
    uint32_t rows = a->rows < ROWS_MOVED ? a->rows : ROWS_MOVED;
    struct repair_operation op;
    vrrl_code code = VRRL_OK;
    for (uint32_t from = 0; from < rows && a->rows > 1; from++) {
        if (!operation_of(x, a, from, &op) || footprint_is_fence(op.opcode) != fences)
            continue;
        for (uint32_t to = 0; code == VRRL_OK && to <= rows; to++)
            if (to != from && to != from + 1 && (fences || !crosses_condition(x, a, from, to)))
                code = try_move(x, a, from, to, op.opcode, err);
    }
    return code;
}

static bool is_told(uint32_t opcode)
{
    const struct opcode_role role = opcode_role(opcode);
    return role.kind == ROLE_ADD || (role.kind == ROLE_STORE && role.orders);
}

/* What tells others that a slot is done, told before it is. */
static vrrl_code tell_last(struct explainer *x, const struct alike *a, vrrl_error *err)
{
    struct repair_operation op;
    vrrl_code code = VRRL_OK;
    for (uint32_t row = 0; code == VRRL_OK && row + 1 < a->rows && operation_of(x, a, row, &op);
         row++)
        if (is_told(op.opcode) && !crosses_condition(x, a, row, a->rows))
            code = try_move(x, a, row, a->rows, op.opcode, err);
    return code;
}

/* ---- Conditions ------------------------------------------------------------------------------- */

static uint32_t initial_of(const struct explainer *x, uint32_t word)
{
    const vrrl_program *p = x->whole.program;
    uint32_t at = word - p->layout.user_base;
    return word >= p->layout.user_base && at < p->geometry.user_words ? p->initial[at] : 0;
}

/* Of an operation that takes something or not: the word that tells, and what it holds where it did. A
 * TRY_SWAP swapped where it found what it expected, an EXCHANGE as at first. */
static bool tells(const struct explainer *x, const struct repair_operation *op, uint32_t *word,
                  uint32_t *value)
{
    if (op->opcode == VRRL_OPCODE_TRY_SWAP) {
        *word = op->words[3];
        *value = initial_of(x, op->words[1]);
    } else if (op->opcode == VRRL_OPCODE_EXCHANGE) {
        *word = op->words[2];
        *value = initial_of(x, op->words[1]);
    } else {
        return false;
    }
    return true;
}

static struct repair_operation condition(uint32_t word, uint32_t value)
{
    return (struct repair_operation){
        .opcode = VRRL_OPCODE_IF_EQ, .words = {word, value}, .count = 2};
}

/* Of the operation in a slot as it was. */
static bool go_on_only_if(struct repair *r, const struct change *c, uint32_t slot, vrrl_error *err)
{
    const struct repair whole = {.edited = c->x->whole};
    struct repair_operation op;
    uint32_t word, value;
    (void)err;
    if (!repair_operation(&whole, slot, c->row, &op) || !tells(c->x, &op, &word, &value))
        return false;
    const struct repair_operation more = condition(repair_word(r, word), value);
    return repair_insert(r, slot, c->row + 1, &more);
}

/* `word` and `value`: of the first of the slots. */
static vrrl_code try_condition(struct explainer *x, const struct alike *a, uint32_t row,
                               uint32_t word, uint32_t value, vrrl_error *err)
{
    const struct change c = {.x = x, .group = a, .edit = go_on_only_if, .row = row};
    vrrl_repair_part part = repairs_group_part(a, VRRL_REPAIR_FORM_CONDITION);
    part.value = value;
    vrrl_program_word_name(x->whole.program, word, part.word, sizeof part.word);
    return try_change(x, &c, VRRL_REPAIR_IF, &part, err);
}

/* A COMPARE_SWAP tells nobody what came of it: a TRY_SWAP does. */
static bool ask_swap(struct repair *r, const struct change *c, uint32_t slot, vrrl_error *err)
{
    struct repair_operation op;
    if (!repair_operation(r, slot, c->row, &op) || op.opcode != VRRL_OPCODE_COMPARE_SWAP)
        return false;
    uint32_t expected = repair_constant(r, "expected", op.words[1], err);
    uint32_t desired = repair_constant(r, "desired", op.words[2], err);
    uint32_t found = repair_constant(r, "found", 0, err);
    if (found == VRRL_NO_INDEX)
        return false;
    const struct repair_operation swap = {.opcode = VRRL_OPCODE_TRY_SWAP,
                                          .words = {op.words[0], expected, desired, found},
                                          .count = 4};
    const struct repair_operation only = condition(found, op.words[1]);
    return repair_insert(r, slot, c->row + 1, &only) && repair_insert(r, slot, c->row + 1, &swap) &&
           repair_remove(r, slot, c->row);
}

static vrrl_code try_swap(struct explainer *x, const struct alike *a, uint32_t row, vrrl_error *err)
{
    const struct change c = {.x = x, .group = a, .edit = ask_swap, .row = row};
    const vrrl_repair_part part = repairs_group_part(a, VRRL_REPAIR_FORM_ASKS);
    if (a->count > 5) /* there is room for three words in each */
        return VRRL_OK;
    return try_change(x, &c, VRRL_REPAIR_IF, &part, err);
}

/* Behind a try that may have failed, where what comes next does not ask. */
static vrrl_code ask_in_group(struct explainer *x, const struct alike *a, vrrl_error *err)
{
    struct repair_operation op, next;
    uint32_t word, value;
    vrrl_code code = VRRL_OK;
    for (uint32_t row = 0; code == VRRL_OK && operation_of(x, a, row, &op); row++) {
        if (op.opcode == VRRL_OPCODE_COMPARE_SWAP && operation_of(x, a, row + 1, &next))
            code = try_swap(x, a, row, err);
        if (!tells(x, &op, &word, &value) || !operation_of(x, a, row + 1, &next) ||
            (next.opcode == VRRL_OPCODE_IF_EQ && next.words[0] == word))
            continue;
        code = try_condition(x, a, row, word, value, err);
    }
    return code;
}

/* ---- Second looks ----------------------------------------------------------------------------- */

/* The condition of operation `row` again, before operation `at`: behind an acquire fence, so that what was
 * read since is no newer than that. */
static bool look_again(struct repair *r, const struct change *c, uint32_t slot, vrrl_error *err)
{
    const struct repair_operation fence = {.opcode = VRRL_OPCODE_FENCE_ACQUIRE};
    struct repair_operation op;
    (void)err;
    return repair_operation(r, slot, c->row, &op) && repair_insert(r, slot, c->at, &op) &&
           repair_insert(r, slot, c->at, &fence);
}

static vrrl_code try_look(struct explainer *x, const struct alike *a, uint32_t row, uint32_t at,
                          const struct repair_operation *op, vrrl_error *err)
{
    const struct change c = {.x = x, .group = a, .edit = look_again, .row = row, .at = at};
    vrrl_repair_part part = repairs_group_part(a, VRRL_REPAIR_FORM_LOOKS_AGAIN);
    vrrl_program_word_name(x->whole.program, op->words[0], part.word, sizeof part.word);
    return try_change(x, &c, VRRL_REPAIR_IF, &part, err);
}

static vrrl_code look_in_group(struct explainer *x, const struct alike *a, vrrl_error *err)
{
    struct repair_operation op, later;
    vrrl_code code = VRRL_OK;
    for (uint32_t row = 0; operation_of(x, a, row, &op); row++)
        for (uint32_t at = row + 2;
             code == VRRL_OK && op.opcode == VRRL_OPCODE_IF_EQ && operation_of(x, a, at, &later);
             at++)
            if (later.opcode != VRRL_OPCODE_IF_EQ && !footprint_is_fence(later.opcode))
                code = try_look(x, a, row, at, &op, err);
    return code;
}

/* ---- All of them ------------------------------------------------------------------------------ */

vrrl_code repair_moves(struct explainer *x, vrrl_error *err)
{
    struct groups *g = calloc(1, sizeof *g);
    vrrl_code code = VRRL_OK;
    if (!g)
        return error_no_memory(err, sizeof *g);
    repairs_groups(x, g);
    for (uint32_t i = 0; code == VRRL_OK && i < g->count; i++)
        code = ask_in_group(x, &g->list[i], err);
    for (uint32_t i = 0; code == VRRL_OK && i < g->count; i++)
        code = look_in_group(x, &g->list[i], err);
    for (uint32_t i = 0;
         code == VRRL_OK && x->result->setup.model != VRRL_MEMORY_SC && i < g->count; i++)
        code = move_in_group(x, &g->list[i], true, err);
    for (uint32_t i = 0; code == VRRL_OK && i < g->count; i++)
        code = tell_last(x, &g->list[i], err);
    for (uint32_t i = 0; code == VRRL_OK && !repairs_found(x) && i < g->count; i++)
        code = move_in_group(x, &g->list[i], false, err);
    free(g);
    return code;
}
