#include "ptx/draft.h"

#include "base/array.h"

#include <stdlib.h>

/* An operand of the compact form has 15 bits for the number of a constant. */
enum { CONSTANTS_MAX = 0x7FFF };

enum ptx_width ptx_width_of(enum ptx_type type)
{
    return type == PTX_PRED ? PTX_LANES : ptx_type_bytes(type) == 8 ? PTX_64 : PTX_32;
}

uint32_t draft_register(struct draft *d, enum ptx_type type)
{
    if (array_room(d->registers, d->register_count, d->register_room, 1, d->err) != VRRL_OK)
        return PTX_NONE;
    d->registers[d->register_count] =
        (struct draft_register){(uint8_t)ptx_width_of(type), (uint8_t)type};
    return d->register_count++;
}

uint32_t draft_numbered(struct draft *d, uint32_t range, uint32_t number, enum ptx_type type)
{
    uint32_t fresh = d->register_count;
    uint32_t at = hash_table_item(&d->numbered, hash_table_of_pair(range, number), fresh);
    if (at == HASH_TABLE_NONE) {
        error_no_memory(d->err, hash_table_bytes(&d->numbered));
        return PTX_NONE;
    }
    return at == fresh ? draft_register(d, type) : at;
}

static bool same_constant(const struct ptx_constant *a, const struct ptx_constant *b)
{
    return a->value == b->value && a->symbol == b->symbol && a->index == b->index;
}

uint32_t draft_constant(struct draft *d, enum ptx_width width, struct ptx_constant constant)
{
    uint64_t key = constant.value * 0xD6E8FEB86659FD93u +
                   hash_table_of_pair(constant.index, (uint32_t)constant.symbol) * 4 +
                   (uint64_t)width;
    uint32_t fresh = d->constant_count[width];
    for (;; key++) {
        uint32_t at =
            hash_table_item(&d->constant_table, key, fresh * PTX_WIDTHS + (uint32_t)width);
        if (at == HASH_TABLE_NONE) {
            error_no_memory(d->err, hash_table_bytes(&d->constant_table));
            return PTX_NONE;
        }
        uint32_t place = at / PTX_WIDTHS;
        if (at % PTX_WIDTHS != (uint32_t)width)
            continue;
        if (place == fresh)
            break;
        if (same_constant(&d->constants[width][place], &constant))
            return place | DRAFT_CONSTANT;
    }
    if (fresh == CONSTANTS_MAX) {
        error_set(d->err, VRRL_TOO_LARGE, "Fix: divide the function.",
                  "a function with more than %d constants", CONSTANTS_MAX);
        return PTX_NONE;
    }
    if (array_room(d->constants[width], fresh, d->constant_room[width], 1, d->err) != VRRL_OK)
        return PTX_NONE;
    d->constants[width][d->constant_count[width]++] = constant;
    return fresh | DRAFT_CONSTANT;
}

struct draft_instruction *draft_add(struct draft *d, const struct ptx_instruction *form)
{
    if (array_room(d->instructions, d->instruction_count, d->instruction_room, 1, d->err) !=
        VRRL_OK)
        return NULL;
    struct draft_instruction *in = &d->instructions[d->instruction_count++];
    *in = (struct draft_instruction){.form = *form, .guard = PTX_NONE, .place = d->place};
    for (unsigned i = 0; i < 2; i++)
        in->target[i] = PTX_NONE;
    for (unsigned i = 0; i < PTX_SOURCES; i++)
        in->source[i] = PTX_NONE;
    return in;
}

bool draft_operand(struct draft *d, uint32_t operand)
{
    if (array_room(d->operands, d->operand_count, d->operand_room, 1, d->err) != VRRL_OK)
        return false;
    d->operands[d->operand_count++] = operand;
    return true;
}

void draft_clear(struct draft *d)
{
    d->register_count = d->range_count = d->instruction_count = d->operand_count = 0;
    d->target_count = d->jump_count = 0;
    d->frame_bytes = 0;
    d->local_bytes = 0;
    d->local_align = 1;
    d->carry = PTX_NONE;
    for (unsigned i = 0; i < PTX_WIDTHS; i++)
        d->constant_count[i] = 0;
    hash_table_free(
        &d->numbered); /* a large one would take its time to be cleared for each small function */
    hash_table_free(&d->constant_table);
}

void draft_free(struct draft *d)
{
    free(d->registers);
    free(d->instructions);
    free(d->operands);
    free(d->targets);
    free(d->jumps);
    for (unsigned i = 0; i < PTX_WIDTHS; i++)
        free(d->constants[i]);
    hash_table_free(&d->numbered);
    hash_table_free(&d->constant_table);
}
