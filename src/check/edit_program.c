/* The edits of an epoch's graph, made in its program: in every batch, in the slots that are one line. */
#include "check/edit_program.h"

#include "check/edit.h"
#include "check/system.h"
#include "edit/repair_epochs.h"
#include "graph/task_rows.h"
#include "ops/mix_layout.h"
#include "ops/role.h"
#include "program/twins.h"

#include <string.h>

struct target {
    const vrrl_graph *graph;
    uint32_t batch, batches; /* of the graph; of the program that was begun with */
    struct repair *r;
};

struct repair_room edits_room(const struct edits *edits, const vrrl_program *program)
{
    struct repair_room room = {.flags = 0};
    for (uint32_t i = 0; i < edits->count; i++) {
        room.flags += edits->items[i].kind == VRRL_CHECK_CHANGE_TIE;
        room.rows += 2 * program->batch_count;
    }
    return room;
}

/* Where a counter's word is in the copy, and the value that the wait for it is for. */
static bool word_of(const struct target *t, const vrrl_check_change *edit, uint32_t *word,
                    uint32_t *value)
{
    if (edit->counter == NONE || t->graph->counters[edit->counter].word_after == 0)
        return false;
    const vrrl_graph_counter *counter = &t->graph->counters[edit->counter];
    *word = repair_word(t->r, counter->word_after - 1);
    *value = counter->up_from ? counter->up_from : edit->value;
    return true;
}

/* A wait that is there is set, else one is added. */
static bool set_wait(struct repair *r, uint32_t slot, uint32_t word, uint32_t value)
{
    return repair_threshold(r, slot, word, value) || repair_add_wait(r, slot, word, value);
}

static bool wait_in_all(const struct target *t, const vrrl_check_change *edit)
{
    uint32_t word, value;
    bool can = word_of(t, edit, &word, &value);
    for (uint32_t b = 0; can && b < t->batches; b++) {
        uint32_t slot = twin_in(t->r->edited.program, t->batch, edit->task, b);
        if (slot != VRRL_NO_INDEX)
            can = edit->kind == VRRL_CHECK_CHANGE_WAIT ? set_wait(t->r, slot, word, value)
                                                       : repair_threshold(t->r, slot, word, 0);
    }
    return can;
}

/* All waits of a slot for a word acquire, or all its signals of it release; those that do stay. */
static void order_slot(struct repair *r, uint32_t slot, uint32_t word, bool signals)
{
    struct repair_operation op;
    struct task_rows rows;
    uint32_t was, now;
    const vrrl_program *p = r->edited.program;
    enum task_array array = signals ? TASK_SIGNALS : TASK_WAITS;
    if (task_rows_of(p, &p->slots[slot], &rows)) {
        for (uint32_t i = 0; i < rows.counts[array]; i++)
            if (rows.rows[array][(size_t)MIX_WAIT_WORDS * i] == word)
                rows.rows[array][(size_t)MIX_WAIT_WORDS * i + 2] = MIX_ACQUIRE;
        return;
    }
    for (uint32_t row = 0; repair_operation(r, slot, row, &op); row++) {
        const struct opcode_role role = opcode_role(op.opcode);
        bool waits = role.kind == ROLE_WAIT,
             adds = role.kind == ROLE_ADD || role.kind == ROLE_STORE;
        if (!(signals ? adds : waits) || role.orders || op.words[role.word] != word)
            continue;
        if (signals)
            repair_release(r, slot, row, &was, &now);
        else
            repair_acquire(r, slot, row, &was, &now);
    }
}

static bool order_in_all(const struct target *t, const vrrl_check_change *edit)
{
    const vrrl_program *p = t->r->edited.program;
    uint32_t word, value;
    bool can = word_of(t, edit, &word, &value);
    for (uint32_t b = 0; can && b < t->batches; b++) {
        uint32_t other = twin_in(p, t->batch, edit->other, b);
        uint32_t slot = twin_in(p, t->batch, edit->task, b);
        if (other != VRRL_NO_INDEX)
            order_slot(t->r, other, word, true);
        if (slot != VRRL_NO_INDEX)
            order_slot(t->r, slot, word, false);
    }
    return can;
}

static bool tie_in_all(const struct target *t, const vrrl_check_change *edit, vrrl_error *err)
{
    const vrrl_program *p = t->r->edited.program;
    uint32_t flag = repair_flag(t->r, "a new counter", err);
    bool can = flag != VRRL_NO_INDEX;
    for (uint32_t b = 0; can && b < t->batches; b++) {
        uint32_t other = twin_in(p, t->batch, edit->other, b);
        uint32_t slot = twin_in(p, t->batch, edit->task, b);
        if (other != VRRL_NO_INDEX && slot != VRRL_NO_INDEX)
            can = repair_add_signal(t->r, other, flag, 1) && repair_add_wait(t->r, slot, flag, 1);
    }
    return can;
}

/* Only now, for all else goes by positions. */
static bool move_in_all(const struct target *t, const vrrl_check_change *edit)
{
    vrrl_slot *slots = t->r->edited.program->slots;
    for (uint32_t b = 0; b < t->batches; b++) {
        uint32_t to = twin_in(t->r->edited.program, t->batch, edit->task, b);
        uint32_t from = twin_in(t->r->edited.program, t->batch, edit->other, b);
        if (to == VRRL_NO_INDEX || from == VRRL_NO_INDEX || from <= to)
            continue;
        const vrrl_slot moved = slots[from];
        memmove(slots + to + 1, slots + to, (from - to) * sizeof *slots);
        slots[to] = moved;
    }
    return true;
}

static bool apply(const struct target *t, const vrrl_check_change *edit, vrrl_error *err)
{
    uint32_t word, value;
    switch (edit->kind) {
    case VRRL_CHECK_CHANGE_WAIT:
    case VRRL_CHECK_CHANGE_DROP_WAIT:
        return wait_in_all(t, edit);
    case VRRL_CHECK_CHANGE_TIE:
        return tie_in_all(t, edit, err);
    case VRRL_CHECK_CHANGE_ORDER:
        return order_in_all(t, edit);
    case VRRL_CHECK_CHANGE_RESET:
        return word_of(t, edit, &word, &value) && repair_reset(t->r, word);
    case VRRL_CHECK_CHANGE_GROW:
        return word_of(t, edit, &word, &value) && repair_grow(t->r, word, err);
    case VRRL_CHECK_CHANGE_RESIDENT:
        t->r->edited.program->model.resident =
            edit->value < t->r->edited.program->model.queues ? edit->value : 0;
        return true;
    case VRRL_CHECK_CHANGE_MOVE: /* last */
        return true;
    case VRRL_CHECK_CHANGE_NONE:
    case VRRL_CHECK_CHANGE_ALL:
    case VRRL_CHECK_CHANGE_KINDS:
    case VRRL_CHECK_CHANGE_RANGE:
    case VRRL_CHECK_CHANGE_SORT:
        return false;
    }
    return false;
}

bool edits_apply_program(const struct edits *edits, const vrrl_graph *graph, uint32_t batch,
                         struct repair *r, vrrl_error *err)
{
    const struct target t = {
        .graph = graph, .batch = batch, .batches = r->edited.program->batch_count, .r = r};
    bool can = true;
    for (uint32_t i = 0; can && i < edits->count; i++)
        can = apply(&t, &edits->items[i], err);
    for (uint32_t i = 0; can && i < edits->count; i++)
        if (edits->items[i].kind == VRRL_CHECK_CHANGE_MOVE)
            can = move_in_all(&t, &edits->items[i]);
    return can;
}
