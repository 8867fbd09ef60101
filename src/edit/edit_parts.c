#include "edit/edit_parts.h"

#include "base/array.h"
#include "graph/task_rows.h"
#include "program/packed.h"
#include "vrrl/run/opcode.h"

#include <stdlib.h>

struct list {
    const vrrl_program *program;
    struct program_part *parts;
    uint32_t count, room;
    vrrl_code code;
    vrrl_error *err;
};

static void add(struct list *l, enum program_part_kind kind, uint32_t at, uint32_t row)
{
    if (l->code == VRRL_OK)
        l->code = array_room(l->parts, l->count, l->room, 1, l->err);
    if (l->code == VRRL_OK)
        l->parts[l->count++] = (struct program_part){kind, at, row};
}

static void add_run(struct list *l, enum program_part_kind kind, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        add(l, kind, i, 0);
}

static void slot_rows(struct list *l, uint32_t at)
{
    static const enum program_part_kind kinds[] = {PART_WAIT, PART_INPUT, PART_OUTPUT, PART_SIGNAL};
    const vrrl_program *p = l->program;
    const vrrl_slot *slot = &p->slots[at];
    struct packed_slot packed;
    struct task_rows rows;
    if (task_rows_of(p, slot, &rows)) {
        for (int a = 0; a < TASK_ARRAYS; a++)
            for (uint32_t i = 0; i < rows.counts[a]; i++)
                add(l, kinds[a], at, i);
    } else if (slot->opcode == VRRL_OPCODE_PACKED_SLOT &&
               packed_read(p->words + slot->args, slot->arg_count, &packed)) {
        for (uint32_t i = 0; i < packed.count; i++)
            add(l, PART_OPERATION, at, i);
    }
}

/* Values, numbers of things and floats of one operation, which 0 can stand for; addresses cannot. Its
 * words begin at `first` of the slot's. */
static void operation_words(struct list *l, uint32_t at, uint32_t opcode, uint32_t first,
                            uint32_t count)
{
    const vrrl_program *p = l->program;
    const vrrl_opcode *row = vrrl_opcode_find(opcode);
    vrrl_operand operand;
    for (uint32_t i = 0; row && i < count && vrrl_opcode_operand(row, i, &operand); i++) {
        bool simple = operand.kind == VRRL_OPERAND_VALUE || operand.kind == VRRL_OPERAND_F32 ||
                      operand.kind == VRRL_OPERAND_COUNT;
        if (simple && p->words[p->slots[at].args + first + i] != 0)
            add(l, PART_ARGUMENT, at, first + i);
    }
}

static void slot_words(struct list *l, uint32_t at)
{
    const vrrl_program *p = l->program;
    const vrrl_slot *slot = &p->slots[at];
    struct packed_slot packed;
    if (slot->opcode != VRRL_OPCODE_PACKED_SLOT) {
        operation_words(l, at, slot->opcode, 0, slot->arg_count);
    } else if (packed_read(p->words + slot->args, slot->arg_count, &packed)) {
        uint32_t head = slot->arg_count - packed.first[packed.count];
        for (uint32_t i = 0; i < packed.count; i++)
            operation_words(l, at, packed.opcodes[i], head + packed.first[i],
                            packed.first[i + 1] - packed.first[i]);
    }
}

static bool *descriptor_words(const vrrl_program *p)
{
    bool *inside = calloc(p->geometry.user_words + (size_t)1, sizeof *inside);
    struct task_rows rows;
    for (uint32_t i = 0; inside && i < p->slot_count; i++)
        if (task_rows_of(p, &p->slots[i], &rows))
            for (uint32_t k = 0; k < rows.words; k++)
                inside[rows.at - p->layout.user_base + k] = true;
    return inside;
}

/* Runs of words that are not zero, descriptors left out. */
static void initial_runs(struct list *l)
{
    const vrrl_program *p = l->program;
    uint32_t words = p->geometry.user_words;
    bool *inside = descriptor_words(p);
    if (!inside) {
        l->code = error_no_memory(l->err, words);
        return;
    }
    for (uint32_t first = 0, end; first < words; first = end) {
        for (end = first; end < words && p->initial[end] != 0 && !inside[end];)
            end++;
        if (end > first)
            add(l, PART_INITIAL, first, end - first);
        else
            end++;
    }
    free(inside);
}

static void empty_queues(struct list *l)
{
    const vrrl_program *p = l->program;
    for (uint32_t q = 0; q < p->model.queues && p->model.kind != VRRL_MODEL_POOL; q++) {
        uint32_t i = 0;
        while (i < p->slot_count && p->slots[i].queue != q)
            i++;
        if (i == p->slot_count)
            add(l, PART_QUEUE, q, 0);
    }
}

static void list_slots(struct list *l)
{
    add_run(l, PART_SLOT, l->program->slot_count);
    add_run(l, PART_PROLOGUE, l->program->prologue_count);
    add_run(l, PART_EXPECTATION, l->program->expectation_count);
}

vrrl_code program_parts(const vrrl_program *program, enum program_grain grain,
                        struct program_part **parts, uint32_t *count, vrrl_error *err)
{
    struct list l = {.program = program, .err = err};
    switch (grain) {
    case PARTS_EPOCHS:
        add_run(&l, PART_EPOCH, program->epoch_count);
        break;
    case PARTS_SLOTS:
        list_slots(&l);
        break;
    case PARTS_ROWS:
        for (uint32_t i = 0; i < program->slot_count; i++)
            slot_rows(&l, i);
        break;
    case PARTS_WORDS:
        for (uint32_t i = 0; i < program->slot_count; i++)
            slot_words(&l, i);
        initial_runs(&l);
        break;
    case PARTS_QUEUES:
        empty_queues(&l);
        break;
    }
    if (l.code != VRRL_OK) {
        free(l.parts);
        return l.code;
    }
    *parts = l.parts;
    *count = l.count;
    return VRRL_OK;
}
