/* PTX: operands of instructions. */
#ifndef VRRL_PTX_OPERAND_H
#define VRRL_PTX_OPERAND_H

#include "ptx/parser.h"

/* Reads operands up to the `;`, which it takes, into the parser. `calls`: parentheses are lists. */
bool ptx_operands_read(struct ptx_parser *p, bool calls);
/* The register that a word is, or PTX_NONE; *type is its type. No error. */
uint32_t ptx_register_of(struct ptx_parser *p, const struct ptx_token *token, enum ptx_type *type);

#endif
