/* Taking parts out of a program. */
#include "edit/edit.h"

#include "base/array.h"
#include "edit/edit_copy.h"
#include "edit/edit_epochs.h"
#include "graph/task_rows.h"
#include "ops/mix_layout.h"
#include "ops/role.h"
#include "program/batch_view.h"
#include "program/packed.h"
#include "program/program_rooms.h"
#include "vrrl/run/opcode.h"

#include <stdlib.h>
#include <string.h>

/* A signal that a batch loses. */
struct lost_signal {
    uint32_t batch, word, amount;
};

struct cut {
    vrrl_program *program; /* the copy that is cut */
    struct edited *edited;
    uint32_t *batch_of; /* of each slot */
    bool *slot_gone, *prologue_gone, *expectation_gone, *epoch_gone;
    struct lost_signal *lost;
    uint32_t lost_count, lost_room;
    uint32_t batch; /* while a slot is looked at */
    vrrl_code code;
    vrrl_error *err;
};

/* ---- Signals that go, and waits that follow -------------------------------------------------- */

static void lose(struct cut *c, uint32_t batch, uint32_t word, uint32_t amount)
{
    if (c->code == VRRL_OK)
        c->code = array_room(c->lost, c->lost_count, c->lost_room, 1, c->err);
    if (c->code == VRRL_OK)
        c->lost[c->lost_count++] = (struct lost_signal){batch, word, amount};
}

static void lose_access(void *context, const struct declared_event *access)
{
    struct cut *c = context;
    if (access->signals)
        lose(c, c->batch, access->word, access->value);
}

static int by_word(const void *a, const void *b)
{
    const struct lost_signal *x = a, *y = b;
    if (x->batch != y->batch)
        return x->batch < y->batch ? -1 : 1;
    return (x->word > y->word) - (x->word < y->word);
}

/* In order, and one entry a word of a batch. */
static void merge_lost(struct cut *c)
{
    uint32_t kept = 0;
    qsort(c->lost, c->lost_count, sizeof *c->lost, by_word);
    for (uint32_t i = 0; i < c->lost_count; i++) {
        if (kept > 0 && by_word(&c->lost[kept - 1], &c->lost[i]) == 0)
            c->lost[kept - 1].amount += c->lost[i].amount;
        else
            c->lost[kept++] = c->lost[i];
    }
    c->lost_count = kept;
}

static void lower(const struct cut *c, uint32_t batch, uint32_t word, uint32_t *threshold)
{
    struct lost_signal key = {.batch = batch, .word = word};
    const struct lost_signal *found =
        c->lost_count ? bsearch(&key, c->lost, c->lost_count, sizeof key, by_word) : NULL;
    if (found)
        *threshold = *threshold > found->amount ? *threshold - found->amount : 0;
}

static void lower_wait(const struct cut *c, uint32_t batch, uint32_t opcode, uint32_t *args)
{
    const struct opcode_role role = opcode_role(opcode);
    if (role.kind == ROLE_WAIT)
        lower(c, batch, args[role.word], &args[role.value]);
}

static void lower_packed(const struct cut *c, uint32_t batch, const vrrl_slot *slot)
{
    struct packed_slot packed;
    uint32_t *args = c->program->words + slot->args;
    if (!packed_read(args, slot->arg_count, &packed))
        return;
    for (uint32_t i = 0; i < packed.count; i++)
        lower_wait(c, batch, packed.opcodes[i], packed.words + packed.first[i]);
    packed_write(&packed, args);
}

/* Prologues may set a task's threshold too, for a step of its own. */
static void lower_set_thresholds(const struct cut *c, uint32_t batch, uint32_t counter,
                                 uint32_t threshold_word)
{
    vrrl_program *p = c->program;
    for (uint32_t i = 0; i < p->prologue_count; i++) {
        const vrrl_slot *slot = &p->prologue[i];
        uint32_t *args = p->words + slot->args;
        if (slot->opcode == VRRL_OPCODE_STORE_U32 && slot->arg_count == 2 &&
            args[1] == threshold_word)
            lower(c, batch, counter, &args[0]);
    }
}

static void lower_task(const struct cut *c, uint32_t batch, const struct task_rows *rows)
{
    const vrrl_program *p = c->program;
    for (uint32_t i = 0; i < rows->counts[TASK_WAITS]; i++) {
        uint32_t *row = rows->rows[TASK_WAITS] + (size_t)MIX_WAIT_WORDS * i;
        uint32_t before = row[1];
        lower(c, batch, row[0], &row[1]);
        if (row[1] != before)
            lower_set_thresholds(c, batch, row[0],
                                 p->layout.user_base + (uint32_t)(row + 1 - p->initial));
    }
}

static void lower_waits(struct cut *c)
{
    if (c->lost_count == 0)
        return;
    merge_lost(c);
    for (uint32_t i = 0; i < c->program->slot_count; i++) {
        const vrrl_slot *slot = &c->program->slots[i];
        struct task_rows rows;
        if (c->slot_gone[i])
            continue;
        if (task_rows_of(c->program, slot, &rows))
            lower_task(c, c->batch_of[i], &rows);
        else if (slot->opcode == VRRL_OPCODE_PACKED_SLOT)
            lower_packed(c, c->batch_of[i], slot);
        else if (slot->arg_count > 1)
            lower_wait(c, c->batch_of[i], slot->opcode, c->program->words + slot->args);
    }
}

/* ---- Parts that go --------------------------------------------------------------------------- */

static void take_slot(struct cut *c, uint32_t at)
{
    c->slot_gone[at] = true;
    c->batch = c->batch_of[at];
    slot_footprint(c->program, &c->program->slots[at], lose_access, c);
}

/* What a prologue stores into the row goes with it, and what it stores behind it moves up. */
static void move_prologue_stores(struct cut *c, uint32_t first, uint32_t words, uint32_t end)
{
    vrrl_program *p = c->program;
    for (uint32_t i = 0; i < p->prologue_count; i++) {
        const vrrl_slot *slot = &p->prologue[i];
        uint32_t *args = p->words + slot->args;
        if (slot->opcode != VRRL_OPCODE_STORE_U32 || slot->arg_count != 2)
            continue;
        if (args[1] >= first && args[1] < first + words)
            c->prologue_gone[i] = true;
        else if (args[1] >= first + words && args[1] < end)
            args[1] -= words;
    }
}

static void take_task_row(struct cut *c, enum task_array array, const struct program_part *part)
{
    struct task_rows rows;
    vrrl_program *p = c->program;
    if (!task_rows_of(p, &p->slots[part->at], &rows) || part->row >= rows.counts[array])
        return;
    const uint32_t *row = rows.rows[array] + (size_t)task_row_words(array) * part->row;
    if (array == TASK_SIGNALS)
        lose(c, c->batch_of[part->at], row[0], row[1]);
    uint32_t word = p->layout.user_base + (uint32_t)(row - p->initial);
    move_prologue_stores(c, word, task_row_words(array), rows.at + rows.words);
    task_remove_row(&rows, array, part->row);
}

/* The last but one operation to go leaves a plain slot; the last takes the slot with it. */
static void put_packed(struct cut *c, vrrl_slot *slot, const struct packed_slot *packed,
                       uint32_t at)
{
    uint32_t *args = c->program->words + slot->args;
    if (packed->count == 0) {
        c->slot_gone[at] = true;
    } else if (packed->count == 1) {
        slot->opcode = packed->opcodes[0];
        slot->arg_count = packed->first[1];
        memcpy(args, packed->words, slot->arg_count * sizeof *args);
    } else {
        slot->arg_count = packed_write(packed, args);
    }
}

static void take_operation(struct cut *c, const struct program_part *part)
{
    vrrl_program *p = c->program;
    vrrl_slot *slot = &p->slots[part->at];
    struct packed_slot packed;
    const struct footprint_memory memory = {p->initial, p->layout.user_base,
                                            p->geometry.user_words};
    if (slot->opcode != VRRL_OPCODE_PACKED_SLOT) { /* its last operation, plain by now */
        take_slot(c, part->at);
        return;
    }
    if (!packed_read(p->words + slot->args, slot->arg_count, &packed) || part->row >= packed.count)
        return;
    uint32_t first = packed.first[part->row];
    c->batch = c->batch_of[part->at];
    footprint_of(packed.opcodes[part->row], packed.words + first,
                 packed.first[part->row + 1] - first, &memory, lose_access, c);
    packed_remove(&packed, part->row);
    put_packed(c, slot, &packed, part->at);
}

static void take_queue(struct cut *c, uint32_t queue)
{
    vrrl_worker_model *model = &c->program->model;
    if (model->queues <= 1)
        return;
    for (uint32_t i = 0; i < c->program->slot_count; i++)
        if (c->program->slots[i].queue != VRRL_NO_WORKER && c->program->slots[i].queue > queue)
            c->program->slots[i].queue--;
    model->queues--;
    if (model->resident >= model->queues)
        model->resident = 0;
}

static void take_part(struct cut *c, const struct program_part *part)
{
    vrrl_program *p = c->program;
    switch (part->kind) {
    case PART_EPOCH:
        c->epoch_gone[part->at] = true;
        break;
    case PART_SLOT:
        take_slot(c, part->at);
        break;
    case PART_PROLOGUE:
        c->prologue_gone[part->at] = true;
        break;
    case PART_EXPECTATION:
        c->expectation_gone[part->at] = true;
        break;
    case PART_WAIT:
    case PART_INPUT:
    case PART_OUTPUT:
    case PART_SIGNAL:
        take_task_row(c, (enum task_array)(TASK_WAITS + (part->kind - PART_WAIT)), part);
        break;
    case PART_OPERATION:
        take_operation(c, part);
        break;
    case PART_ARGUMENT:
        p->words[p->slots[part->at].args + part->row] = 0;
        break;
    case PART_INITIAL:
        memset(p->initial + part->at, 0, part->row * sizeof *p->initial);
        break;
    case PART_QUEUE:
        take_queue(c, part->at);
        break;
    }
}

/* ---- Closing the gaps ------------------------------------------------------------------------ */

/* Batch after batch: they may lie in any order, and slots in none of them go. */
static vrrl_code close_slots(struct cut *c)
{
    vrrl_program *p = c->program;
    uint32_t kept = 0, most = 0;
    for (uint32_t b = 0; b < p->batch_count; b++)
        most += p->batches[b].count;
    vrrl_slot *slots = malloc((most + (size_t)1) * sizeof *slots);
    uint32_t *origins = malloc((most + (size_t)1) * sizeof *origins);
    if (!slots || !origins) {
        free(slots);
        free(origins);
        return error_no_memory(c->err, most * sizeof *slots);
    }
    for (uint32_t b = 0; b < p->batch_count; b++) {
        vrrl_batch *batch = &p->batches[b];
        uint32_t first = kept;
        for (uint32_t i = batch->first; i < batch->first + batch->count; i++) {
            if (c->slot_gone[i])
                continue;
            origins[kept] = c->edited->slot_origin[i];
            slots[kept++] = p->slots[i];
        }
        *batch = (vrrl_batch){.first = first, .count = kept - first};
    }
    free(p->slots);
    free(c->edited->slot_origin);
    p->slots = slots;
    p->rooms->slots = most + 1;
    p->slot_count = kept;
    c->edited->slot_origin = origins;
    return VRRL_OK;
}

/* new_index[e]: how many epochs before that one are kept. */
static void close_epochs(struct cut *c, uint32_t *new_index)
{
    vrrl_program *p = c->program;
    uint32_t epochs = 0, rows = 0, stores = 0;
    for (uint32_t r = 0; r < p->epoch_rows; r++) {
        vrrl_epoch row = p->epochs[r];
        uint32_t first = epochs, first_store = stores;
        for (uint32_t e = row.first; e - row.first < row.times; e++) {
            new_index[e] = epochs;
            if (!c->epoch_gone[e])
                c->edited->epoch_origin[epochs++] = c->edited->epoch_origin[e];
        }
        if (epochs == first)
            continue;
        for (uint32_t i = 0; i < row.prologue_count; i++)
            if (!c->prologue_gone[row.prologue_first + i])
                p->prologue[stores++] = p->prologue[row.prologue_first + i];
        row.prologue_first = first_store;
        row.prologue_count = stores - first_store;
        row.first = first;
        row.times = epochs - first;
        p->epochs[rows++] = row;
    }
    new_index[p->epoch_count] = epochs;
    p->epoch_count = epochs;
    p->epoch_rows = rows;
    p->prologue_count = stores;
}

/* The program had so many epochs. */
static void close_expectations(struct cut *c, const uint32_t *new_index, uint32_t epochs)
{
    vrrl_program *p = c->program;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < p->expectation_count; i++) {
        vrrl_expectation row = p->expectations[i];
        uint32_t first = row.epoch < epochs ? row.epoch : epochs;
        uint32_t count = row.epochs < epochs - first ? row.epochs : epochs - first;
        uint32_t end = new_index[first + count];
        row.epoch = new_index[first];
        row.epochs = end - row.epoch;
        if (!c->expectation_gone[i] && row.epochs > 0)
            p->expectations[kept++] = row;
    }
    p->expectation_count = kept;
}

static bool is_run(const struct cut *c, const vrrl_epoch *row)
{
    return memchr(c->epoch_gone + row->first, false, row->times) != NULL;
}

/* Batches that no epoch runs any more go, and their slots. */
static void drop_idle_batches(struct cut *c)
{
    vrrl_program *p = c->program;
    for (uint32_t b = 0; b < p->batch_count; b++) {
        bool used = false;
        for (uint32_t e = 0; e < p->epoch_rows && !used; e++)
            used = p->epochs[e].batch == b && is_run(c, &p->epochs[e]);
        for (uint32_t i = 0; i < p->batches[b].count && !used; i++)
            c->slot_gone[p->batches[b].first + i] = true;
    }
}

static void renumber_batches(vrrl_program *p, uint32_t *new_index)
{
    uint32_t kept = 0;
    for (uint32_t b = 0; b < p->batch_count; b++) {
        bool used = false;
        for (uint32_t e = 0; e < p->epoch_rows && !used; e++)
            used = p->epochs[e].batch == b;
        new_index[b] = kept;
        if (used)
            p->batches[kept++] = p->batches[b];
    }
    for (uint32_t e = 0; e < p->epoch_rows; e++)
        p->epochs[e].batch = new_index[p->epochs[e].batch];
    p->batch_count = kept;
}

static vrrl_code close_gaps(struct cut *c)
{
    vrrl_program *p = c->program;
    const uint32_t epochs = p->epoch_count;
    uint32_t most = epochs > p->batch_count ? epochs : p->batch_count;
    uint32_t *new_index = calloc(most + (size_t)1, sizeof *new_index);
    if (!new_index)
        return error_no_memory(c->err, most * sizeof *new_index);
    drop_idle_batches(c);
    vrrl_code code = close_slots(c);
    if (code == VRRL_OK) {
        close_epochs(c, new_index);
        close_expectations(c, new_index, epochs);
        renumber_batches(p, new_index);
    }
    free(new_index);
    if (code != VRRL_OK)
        return code;
    if (p->epoch_count == 0)
        return error_set(c->err, VRRL_REFUSED, "Fix: keep an epoch.", "no epoch would be left");
    return epochs_one_by_one(p, c->err);
}

/* ---- All of it ------------------------------------------------------------------------------- */

static vrrl_code prepare_cut(struct cut *c)
{
    const vrrl_program *p = c->program;
    c->batch_of = calloc(p->slot_count + (size_t)1, sizeof *c->batch_of);
    c->slot_gone = calloc(p->slot_count + (size_t)1, sizeof *c->slot_gone);
    c->prologue_gone = calloc(p->prologue_count + (size_t)1, sizeof *c->prologue_gone);
    c->expectation_gone = calloc(p->expectation_count + (size_t)1, sizeof *c->expectation_gone);
    c->epoch_gone = calloc(p->epoch_count + (size_t)1, sizeof *c->epoch_gone);
    if (!c->batch_of || !c->slot_gone || !c->prologue_gone || !c->expectation_gone ||
        !c->epoch_gone)
        return error_no_memory(c->err, 6 * (uint64_t)p->slot_count);
    for (uint32_t b = 0; b < p->batch_count; b++)
        for (uint32_t i = 0; i < p->batches[b].count; i++)
            c->batch_of[p->batches[b].first + i] = b;
    return VRRL_OK;
}

vrrl_code program_without(const struct edited *from, const struct program_part *parts,
                          const bool *keep, uint32_t count, struct edited *out, vrrl_error *err)
{
    vrrl_code code = edited_copy(from, out, err);
    if (code != VRRL_OK)
        return code;
    struct cut c = {.program = out->program, .edited = out, .err = err};
    code = prepare_cut(&c);
    /* Backwards: the rows of one slot keep their numbers until they go themselves. */
    for (uint32_t i = count; code == VRRL_OK && i-- > 0;)
        if (!keep[i])
            take_part(&c, &parts[i]);
    if (code == VRRL_OK) {
        lower_waits(&c);
        code = c.code == VRRL_OK ? close_gaps(&c) : c.code;
    }
    free(c.batch_of);
    free(c.slot_gone);
    free(c.prologue_gone);
    free(c.expectation_gone);
    free(c.epoch_gone);
    free(c.lost);
    if (code != VRRL_OK)
        edited_free(out);
    return code;
}
