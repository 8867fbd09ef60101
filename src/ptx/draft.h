/*
 * PTX: a function while it is read. Its registers are as many as the text has, and are given rows once all of it is
 * known (ptx/rows.h).
 */
#ifndef VRRL_PTX_DRAFT_H
#define VRRL_PTX_DRAFT_H

#include "base/hash_table.h"
#include "ptx/lex.h"
#include "ptx/module.h"

/* An operand of a draft: a register's number, or with this bit a constant's; PTX_NONE: none. */
#define DRAFT_CONSTANT 0x80000000u

/* What the text calls a register; one that lowering needs for itself has a type, too. */
struct draft_register {
    uint8_t width; /* an enum ptx_width */
    uint8_t type;  /* an enum ptx_type */
};

/* `form` is what the compact form will have, without its operands. */
struct draft_instruction {
    struct ptx_instruction form;
    uint32_t guard;
    uint32_t target[2];
    uint32_t source[PTX_SOURCES];
    uint32_t place;
};

/* Where a label is meant that may come later: an instruction's branch, or an item of the list of targets. */
struct draft_jump {
    struct ptx_token token; /* of the label */
    uint32_t instruction;   /* PTX_NONE: of the list */
    uint32_t target;
};

struct draft {
    struct draft_register *registers;
    uint32_t register_count, register_room;
    struct hash_table numbered; /* registers of `%r<24>`: (declaration, number) -> register */
    uint32_t range_count;
    struct draft_instruction *instructions;
    uint32_t instruction_count, instruction_room;
    uint32_t *operands; /* of vectors, as those of instructions are */
    uint32_t operand_count, operand_room;
    uint32_t *targets;
    uint32_t target_count, target_room;
    struct draft_jump *jumps;
    uint32_t jump_count, jump_room;
    struct ptx_constant *constants[PTX_WIDTHS];
    uint32_t constant_count[PTX_WIDTHS], constant_room[PTX_WIDTHS];
    struct hash_table constant_table;
    uint32_t carry; /* the register of CC.CF; PTX_NONE: not used yet */
    uint32_t frame_bytes;
    uint64_t local_bytes;
    uint32_t local_align;
    uint32_t place; /* of what is being read */
    vrrl_error *err;
};

/* All return PTX_NONE, NULL or false where memory lacks or a limit is met; *err says which. */

uint32_t draft_register(struct draft *d, enum ptx_type type);
/* The register `number` of the declaration `range`. */
uint32_t draft_numbered(struct draft *d, uint32_t range, uint32_t number, enum ptx_type type);
uint32_t draft_constant(struct draft *d, enum ptx_width width, struct ptx_constant constant);
struct draft_instruction *draft_add(struct draft *d, const struct ptx_instruction *form);
bool draft_operand(struct draft *d, uint32_t operand);

enum ptx_width ptx_width_of(enum ptx_type type);

/* Empty again, with its room kept. */
void draft_clear(struct draft *d);
void draft_free(struct draft *d);

#endif
