/* PTX: instructions of arithmetic: which row of ptx/alu_table.h a spelling is, and its operands. */
#ifndef VRRL_PTX_LOWER_ALU_H
#define VRRL_PTX_LOWER_ALU_H

#include "ptx/parser.h"

/* Returns false where there is no such row. */
bool ptx_alu_decode(struct ptx_opcode *opcode);
/* The op of a row whose spelling is this one, with what it leaves open; false where none is. */
bool ptx_alu_row_of(const char *text, size_t length, struct ptx_opcode *opcode);
/* The spelling of an op's row; NULL past the last. */
const char *ptx_alu_spelling(unsigned op);

#endif
