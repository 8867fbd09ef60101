/* PTX: one instruction: guard, spelling, operands. */
#ifndef VRRL_PTX_INSTRUCTION_H
#define VRRL_PTX_INSTRUCTION_H

#include "ptx/parser.h"

/* Reads what stands behind the spelling, which was taken, to the `;`. */
bool ptx_instruction_read(struct ptx_parser *p, const struct ptx_token *spelling);
/* Reads from `@` on. */
bool ptx_guarded_read(struct ptx_parser *p);

#endif
