#include "program_file/mk_write_slot.h"

#include "program/packed.h"
#include "program_file/mk_write.h"
#include "program_file/mk_write_names.h"
#include "program_file/mk_write_task.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Operands ------------------------------------------------------------------------------- */

/* With a point or an exponent, where that reads back as these bits; else the bits. */
static void write_f32(const struct mk_writer *w, uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    if (!isfinite(value)) {
        fprintf(w->out, "0x%08X", bits);
        return;
    }
    char text[40];
    for (int digits = 1; digits <= 9; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, (double)value);
        if (strtof(text, NULL) == value)
            break;
    }
    /* The caller's locale may write a comma. */
    char *comma = strpbrk(text, ",");
    if (comma)
        *comma = '.';
    fprintf(w->out, "%s%s", text, strpbrk(text, ".e") ? "" : ".0");
}

static void write_operand(const struct mk_writer *w, const vrrl_opcode *row, uint32_t index,
                          uint32_t value)
{
    vrrl_operand operand;
    bool known = row && vrrl_opcode_operand(row, index, &operand);
    bool observable = known && row->number == VRRL_OPCODE_LOAD_U32 && index == 1 &&
                      value < w->program->geometry.observable_words;
    if (observable && mk_write_owner(w, VRRL_WORD_OBSERVABLE + value))
        mk_write_address(w, VRRL_WORD_OBSERVABLE + value);
    else if (known && operand.kind == VRRL_OPERAND_WORD)
        mk_write_address(w, value);
    else if (known && operand.kind == VRRL_OPERAND_F32)
        write_f32(w, value);
    else
        mk_write_value(w, value);
}

static void write_operands(const struct mk_writer *w, const vrrl_opcode *row, const uint32_t *words,
                           uint32_t have, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        fprintf(w->out, i ? ", " : " ");
        write_operand(w, row, i, i < have ? words[i] : 0);
    }
}

/* Arguments without the zeros at their end, which are the same as none. */
static uint32_t significant(const uint32_t *words, uint32_t count)
{
    while (count > 0 && words[count - 1] == 0)
        count--;
    return count;
}

/* By its row, where that has a place for every word; else by number. */
static void write_operation(const struct mk_writer *w, uint32_t opcode, const uint32_t *words,
                            uint32_t count)
{
    const vrrl_opcode *row = vrrl_opcode_find(opcode);
    uint32_t wanted = row ? vrrl_opcode_operand_count(row) : 0;
    vrrl_operand last;
    bool bytes = row && wanted > 0 && vrrl_opcode_operand(row, wanted - 1, &last) &&
                 last.kind == VRRL_OPERAND_BYTES;
    if (row && !bytes && significant(words, count) <= wanted) {
        fprintf(w->out, "%s", row->name);
        write_operands(w, row, words, count, wanted);
    } else if (opcode >= VRRL_OPCODE_USER_FIRST && opcode <= VRRL_OPCODE_USER_LAST) {
        fprintf(w->out, "user %u", opcode - VRRL_OPCODE_USER_FIRST);
        write_operands(w, NULL, words, count, count);
    } else {
        fprintf(w->out, "raw 0x%X", opcode);
        write_operands(w, NULL, words, count, count);
    }
}

/* ---- Packed slots --------------------------------------------------------------------------- */

static void write_pack(const struct mk_writer *w, const vrrl_slot *slot,
                       const struct packed_slot *u)
{
    enum { ON_ONE_LINE = 3 };
    bool block = u->count > ON_ONE_LINE;
    fprintf(w->out, "pack");
    if (block) {
        mk_write_placement(w, slot);
        fprintf(w->out, "\n");
    }
    for (uint32_t i = 0; i < u->count; i++) {
        fprintf(w->out, "%s", block ? "        " : i ? " then " : " ");
        write_operation(w, u->opcodes[i], u->words + u->first[i], u->first[i + 1] - u->first[i]);
        fprintf(w->out, block ? "\n" : "");
    }
    if (!block)
        mk_write_placement(w, slot);
    fprintf(w->out, block ? "    end\n" : "\n");
}

/* ---- Slots ---------------------------------------------------------------------------------- */

static void write_tenant(const struct mk_writer *w, uint32_t tenant)
{
    const vrrl_program *p = w->program;
    for (uint32_t i = 0; i < p->tenant_name_count; i++)
        if (p->tenant_names[i].tenant == tenant) {
            fprintf(w->out, " tenant %s", w->tenant_names[i]);
            return;
        }
    fprintf(w->out, " tenant %u", tenant);
}

void mk_write_placement(const struct mk_writer *w, const vrrl_slot *slot)
{
    if (slot->queue != VRRL_NO_WORKER)
        fprintf(w->out, " on %u", slot->queue);
    if (slot->tenant != 0)
        write_tenant(w, slot->tenant);
}

void mk_write_slot(const struct mk_writer *w, const vrrl_slot *slot)
{
    const char *label = vrrl_program_text(w->program, slot->label);
    const uint32_t *words = w->program->words + slot->args;
    char name[VRRL_FILE_NAME_BYTES_MAX + 3];
    struct packed_slot u;
    if (slot->opcode == VRRL_OPCODE_MIX && w->tasks) {
        mk_write_task(w, slot);
        return;
    }
    fprintf(w->out, "    ");
    if (label[0])
        fprintf(w->out, "%s: ", mk_write_label(label, name, sizeof name));
    if (slot->opcode == VRRL_OPCODE_PACKED_SLOT && packed_read(words, slot->arg_count, &u)) {
        write_pack(w, slot, &u);
        return;
    }
    write_operation(w, slot->opcode, words, slot->arg_count);
    mk_write_placement(w, slot);
    fprintf(w->out, "\n");
}
