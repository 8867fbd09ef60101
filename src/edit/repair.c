#include "edit/repair.h"

#include "base/error.h"
#include "edit/edit_copy.h"
#include "edit/repair_epochs.h"
#include "graph/task_rows.h"
#include "ops/mix_layout.h"
#include "ops/role.h"
#include "program/packed.h"
#include "vrrl/run/opcode.h"

#include <stdlib.h>
#include <string.h>

enum { MORE_WORDS = 20, MORE_MEMORY = 1 << 22 };

/* ---- Room ------------------------------------------------------------------------------------ */

static uint32_t largest_task(const vrrl_program *p)
{
    uint32_t most = 0;
    for (uint32_t i = 0; i < p->slot_count; i++) {
        struct task_rows rows;
        if (task_rows_of(p, &p->slots[i], &rows) && rows.words > most)
            most = rows.words;
    }
    return most;
}

static uint32_t slot_words_for(const vrrl_program *p)
{
    uint32_t most = VRRL_SLOT_WORDS_MIN;
    for (uint32_t i = 0; i < p->slot_count; i++) {
        uint32_t words = VRRL_SLOT_ARG0 + p->slots[i].arg_count + MORE_WORDS;
        if (p->slots[i].opcode != VRRL_OPCODE_MIX && words > most)
            most = words;
    }
    return most < VRRL_SLOT_WORDS_MAX ? most : VRRL_SLOT_WORDS_MAX;
}

vrrl_code repair_begin(const struct edited *from, const struct repair_room *room, struct repair *r,
                       vrrl_error *err)
{
    uint64_t row = largest_task(from->program) + (uint64_t)MIX_WAIT_WORDS;
    uint64_t words = room->flags + room->rows * row;
    if (words > MORE_MEMORY)
        return error_set(err, VRRL_UNSUPPORTED, "Fix: none.", "a repair of %u rows of tasks",
                         room->rows);
    uint32_t extra = (uint32_t)words;
    const struct relayout how = {
        .keep_all = true, .slot_words = slot_words_for(from->program), .extra = extra};
    *r = (struct repair){.spare = 0};
    vrrl_code code = program_relayout(from, &how, &r->edited, &r->map, err);
    if (code != VRRL_OK)
        return code;
    const vrrl_program *p = r->edited.program;
    r->spare_end = p->layout.user_base + p->geometry.user_words;
    r->spare = r->spare_end - extra;
    return VRRL_OK;
}

void repair_free(struct repair *r)
{
    edited_free(&r->edited);
    free(r->map.to);
    r->map.to = NULL;
}

uint32_t repair_word(const struct repair *r, uint32_t word)
{
    return word_map_at(&r->map, word);
}

/* ---- Operations ------------------------------------------------------------------------------ */

/* Any slot but a task's, as operations. */
static bool unpack(const struct repair *r, uint32_t at, struct packed_slot *packed)
{
    const vrrl_program *p = r->edited.program;
    const vrrl_slot *slot = &p->slots[at];
    if (slot->opcode == VRRL_OPCODE_PACKED_SLOT)
        return packed_read(p->words + slot->args, slot->arg_count, packed);
    if (!packed_can_hold(slot->opcode) || slot->opcode == VRRL_OPCODE_MIX ||
        slot->arg_count > VRRL_SLOT_WORDS_MAX)
        return false;
    *packed = (struct packed_slot){.count = 1, .opcodes = {slot->opcode}};
    packed->first[1] = slot->arg_count;
    memcpy(packed->words, p->words + slot->args, slot->arg_count * sizeof *packed->words);
    return true;
}

static bool pack(struct repair *r, uint32_t at, const struct packed_slot *packed)
{
    vrrl_program *p = r->edited.program;
    vrrl_slot *slot = &p->slots[at];
    uint32_t words[VRRL_SLOT_WORDS_MAX + 140], count = packed_size(packed);
    struct packed_slot again;
    vrrl_error ignored;
    if (count > p->geometry.slot_words - VRRL_SLOT_ARG0)
        return false;
    if (packed->count == 1) {
        slot->opcode = packed->opcodes[0];
        count = packed->first[1];
        memcpy(words, packed->words, count * sizeof *words);
    } else {
        packed_write(packed, words);
        if (!packed_read(words, count, &again)) /* a wait behind an effect: it would fault */
            return false;
        slot->opcode = VRRL_OPCODE_PACKED_SLOT;
    }
    slot->arg_count = count;
    return vrrl_program_add_words(p, words, count, &slot->args, &ignored) == VRRL_OK;
}

static bool insert(struct repair *r, uint32_t slot, uint32_t row, uint32_t opcode,
                   const uint32_t *words, uint32_t count)
{
    struct packed_slot packed;
    return unpack(r, slot, &packed) && row <= packed.count &&
           packed_insert(&packed, row, opcode, words, count) && pack(r, slot, &packed);
}

/* ---- Tasks ----------------------------------------------------------------------------------- */

static bool is_task(const struct repair *r, uint32_t slot)
{
    return r->edited.program->slots[slot].opcode == VRRL_OPCODE_MIX;
}

/* The task's descriptor in spare memory, with a row more. */
static bool add_row(struct repair *r, uint32_t slot, enum task_array array, const uint32_t *row)
{
    vrrl_program *p = r->edited.program;
    struct task_rows rows;
    if (!task_rows_of(p, &p->slots[slot], &rows) ||
        rows.words + MIX_WAIT_WORDS > r->spare_end - r->spare)
        return false;
    uint32_t words = task_row_words(array);
    const uint32_t *behind = rows.rows[array] + (size_t)words * rows.counts[array];
    uint32_t before = (uint32_t)(behind - rows.head);
    uint32_t *to = p->initial + (r->spare - p->layout.user_base);
    memcpy(to, rows.head, before * sizeof *to);
    memcpy(to + before, row, words * sizeof *to);
    memcpy(to + before + words, behind, (rows.words - before) * sizeof *to);
    to[array]++;
    p->words[p->slots[slot].args] = r->spare;
    r->spare += rows.words + words;
    return true;
}

bool repair_add_wait(struct repair *r, uint32_t slot, uint32_t word, uint32_t value)
{
    uint32_t row[] = {word, value, MIX_ACQUIRE};
    return is_task(r, slot) ? add_row(r, slot, TASK_WAITS, row)
                            : insert(r, slot, 0, VRRL_OPCODE_WAIT_GE, row, 2);
}

bool repair_add_signal(struct repair *r, uint32_t slot, uint32_t word, uint32_t amount)
{
    uint32_t row[] = {word, amount, MIX_RELEASE};
    struct packed_slot packed;
    if (is_task(r, slot))
        return add_row(r, slot, TASK_SIGNALS, row);
    return unpack(r, slot, &packed) && insert(r, slot, packed.count, VRRL_OPCODE_SIGNAL, row, 2);
}

uint32_t repair_constant(struct repair *r, const char *name, uint32_t value, vrrl_error *err)
{
    vrrl_program *p = r->edited.program;
    vrrl_symbol symbol = {.first_word = r->spare, .words = 1};
    if (r->spare == r->spare_end || vrrl_program_add_text(p, name, &symbol.name, err) != VRRL_OK ||
        vrrl_program_add_symbol(p, &symbol, err) != VRRL_OK)
        return VRRL_NO_INDEX;
    p->initial[r->spare - p->layout.user_base] = value;
    return r->spare++;
}

uint32_t repair_flag(struct repair *r, const char *name, vrrl_error *err)
{
    uint32_t word = repair_constant(r, name, 0, err);
    bool set = word == VRRL_NO_INDEX || r->edited.program->epoch_count == 1;
    return set || repair_reset(r, word) ? word : VRRL_NO_INDEX;
}

/* ---- Thresholds ------------------------------------------------------------------------------ */

bool repair_threshold(struct repair *r, uint32_t slot, uint32_t word, uint32_t value)
{
    struct packed_slot packed;
    struct task_rows rows;
    if (task_rows_of(r->edited.program, &r->edited.program->slots[slot], &rows)) {
        for (uint32_t i = 0; i < rows.counts[TASK_WAITS]; i++) {
            uint32_t *row = rows.rows[TASK_WAITS] + (size_t)MIX_WAIT_WORDS * i;
            if (row[0] == word) {
                row[1] = value;
                return true;
            }
        }
        return false;
    }
    if (!unpack(r, slot, &packed))
        return false;
    for (uint32_t i = 0; i < packed.count; i++) {
        uint32_t *words = packed.words + packed.first[i];
        const struct opcode_role role = opcode_role(packed.opcodes[i]);
        if (role.kind == ROLE_WAIT && words[role.word] == word) {
            words[role.value] = value;
            return pack(r, slot, &packed);
        }
    }
    return false;
}

bool repair_raise(struct repair *r, uint32_t slot, uint32_t word, uint32_t more)
{
    struct packed_slot packed;
    bool raised = false;
    if (!unpack(r, slot, &packed))
        return true; /* it waits for nothing, or for ring slots */
    for (uint32_t i = 0; i < packed.count; i++) {
        uint32_t *words = packed.words + packed.first[i];
        const struct opcode_role role = opcode_role(packed.opcodes[i]);
        if (role.kind != ROLE_WAIT || words[role.word] != word || words[role.value] > more)
            continue;
        if (words[role.value] > UINT32_MAX - more)
            return false;
        words[role.value] += more;
        raised = true;
    }
    return !raised || pack(r, slot, &packed);
}

/* ---- Orders ---------------------------------------------------------------------------------- */

uint32_t repair_rows(const struct repair *r, uint32_t slot, bool signals)
{
    struct packed_slot packed;
    struct task_rows rows;
    if (task_rows_of(r->edited.program, &r->edited.program->slots[slot], &rows))
        return rows.counts[signals ? TASK_SIGNALS : TASK_WAITS];
    return unpack(r, slot, &packed) ? packed.count : 0;
}

static bool order_task(struct repair *r, uint32_t slot, enum task_array array, uint32_t at,
                       uint32_t *was, uint32_t *now)
{
    struct task_rows rows;
    if (!task_rows_of(r->edited.program, &r->edited.program->slots[slot], &rows) ||
        at >= rows.counts[array])
        return false;
    uint32_t *order = rows.rows[array] + (size_t)MIX_WAIT_WORDS * at + 2;
    bool relaxed = *order == MIX_RELAXED;
    *order = MIX_ACQUIRE;
    *was = *now = VRRL_NO_INDEX;
    return relaxed;
}

/* A load of an observable word by index, or a copy of one word, as a load that acquires. */
static bool acquire_load(struct repair *r, uint32_t slot, uint32_t row, uint32_t *was,
                         uint32_t *now)
{
    struct packed_slot packed;
    if (!unpack(r, slot, &packed) || row >= packed.count)
        return false;
    const uint32_t *words = packed.words + packed.first[row];
    uint32_t opcode = packed.opcodes[row], load[2] = {words[0], words[1]};
    if (opcode == VRRL_OPCODE_LOAD_U32)
        load[1] += VRRL_WORD_OBSERVABLE;
    else if (opcode != VRRL_OPCODE_MEMCPY || words[2] != 1)
        return false;
    *was = opcode;
    *now = VRRL_OPCODE_LOAD_ACQUIRE;
    packed_remove(&packed, row);
    return packed_insert(&packed, row, VRRL_OPCODE_LOAD_ACQUIRE, load, 2) && pack(r, slot, &packed);
}

static uint32_t opcode_at(const struct repair *r, uint32_t slot, uint32_t row)
{
    struct packed_slot packed;
    return unpack(r, slot, &packed) && row < packed.count ? packed.opcodes[row] : VRRL_OPCODE_NOP;
}

/* Operation `row` becomes the one that does the same and orders. */
static bool order_operation(struct repair *r, uint32_t slot, uint32_t row, uint32_t *was,
                            uint32_t *now)
{
    struct packed_slot packed;
    uint32_t ordered;
    if (!unpack(r, slot, &packed) || row >= packed.count ||
        !opcode_that_orders(packed.opcodes[row], &ordered))
        return false;
    const struct opcode_role before = opcode_role(packed.opcodes[row]);
    const struct opcode_role after = opcode_role(ordered);
    uint32_t *words = packed.words + packed.first[row];
    uint32_t word = words[before.word], value = words[before.value];
    *was = packed.opcodes[row];
    *now = ordered;
    packed.opcodes[row] = ordered;
    words[after.word] = word;
    words[after.value] = value;
    return pack(r, slot, &packed);
}

bool repair_acquire(struct repair *r, uint32_t slot, uint32_t row, uint32_t *was, uint32_t *now)
{
    if (is_task(r, slot))
        return order_task(r, slot, TASK_WAITS, row, was, now);
    if (opcode_role(opcode_at(r, slot, row)).kind == ROLE_WAIT)
        return order_operation(r, slot, row, was, now);
    return acquire_load(r, slot, row, was, now);
}

bool repair_release(struct repair *r, uint32_t slot, uint32_t row, uint32_t *was, uint32_t *now)
{
    if (is_task(r, slot))
        return order_task(r, slot, TASK_SIGNALS, row, was, now);
    enum role_kind kind = opcode_role(opcode_at(r, slot, row)).kind;
    return (kind == ROLE_STORE || kind == ROLE_ADD) && order_operation(r, slot, row, was, now);
}

bool repair_alike(const struct repair *r, uint32_t a, uint32_t b)
{
    struct packed_slot x, y;
    return unpack(r, a, &x) && unpack(r, b, &y) && x.count == y.count &&
           memcmp(x.opcodes, y.opcodes, x.count * sizeof *x.opcodes) == 0;
}

bool repair_fence(struct repair *r, uint32_t slot, uint32_t row, uint32_t opcode)
{
    return !is_task(r, slot) && insert(r, slot, row, opcode, NULL, 0);
}

/* ---- Single operations ------------------------------------------------------------------------ */

bool repair_operation(const struct repair *r, uint32_t slot, uint32_t row,
                      struct repair_operation *op)
{
    struct packed_slot packed;
    if (is_task(r, slot) || !unpack(r, slot, &packed) || row >= packed.count)
        return false;
    *op = (struct repair_operation){.opcode = packed.opcodes[row],
                                    .count = packed.first[row + 1] - packed.first[row]};
    if (op->count > VRRL_OPERANDS_MAX)
        return false;
    memcpy(op->words, packed.words + packed.first[row], op->count * sizeof *op->words);
    return true;
}

bool repair_insert(struct repair *r, uint32_t slot, uint32_t row, const struct repair_operation *op)
{
    return !is_task(r, slot) && insert(r, slot, row, op->opcode, op->words, op->count);
}

bool repair_remove(struct repair *r, uint32_t slot, uint32_t row)
{
    struct packed_slot packed;
    if (is_task(r, slot) || !unpack(r, slot, &packed) || row >= packed.count)
        return false;
    if (packed.count == 1)
        packed = (struct packed_slot){.count = 1, .opcodes = {VRRL_OPCODE_NOP}};
    else
        packed_remove(&packed, row);
    return pack(r, slot, &packed);
}

bool repair_move(struct repair *r, uint32_t slot, uint32_t from, uint32_t to)
{
    struct packed_slot packed;
    struct repair_operation moved;
    if (!repair_operation(r, slot, from, &moved) || !unpack(r, slot, &packed) || to > packed.count)
        return false;
    packed_remove(&packed, from);
    return packed_insert(&packed, to > from ? to - 1 : to, moved.opcode, moved.words,
                         moved.count) &&
           pack(r, slot, &packed);
}

void repair_move_slot(struct edited *edited, uint32_t batch, uint32_t from, uint32_t to)
{
    vrrl_program *p = edited->program;
    vrrl_slot *slots = p->slots + p->batches[batch].first, moved = slots[from];
    uint32_t *origins = edited->slot_origin + p->batches[batch].first, origin = origins[from];
    if (from < to) {
        memmove(slots + from, slots + from + 1, (to - from) * sizeof *slots);
        memmove(origins + from, origins + from + 1, (to - from) * sizeof *origins);
    } else {
        memmove(slots + to + 1, slots + to, (from - to) * sizeof *slots);
        memmove(origins + to + 1, origins + to, (from - to) * sizeof *origins);
    }
    slots[to] = moved;
    origins[to] = origin;
}
