/* PTX: instructions that access memory. */
#ifndef VRRL_PTX_LOWER_MEMORY_H
#define VRRL_PTX_LOWER_MEMORY_H

#include "ptx/opcode.h"

/* Ends with a row without a name. */
extern const struct ptx_family ptx_memory_families[];

/* The space that a spelling names; generic where it names none. */
uint8_t ptx_space_of(struct ptx_modifiers *m);
/* Emits an access of memory at the address of an operand, with its sources behind the address empty; NULL on an error. */
struct draft_instruction *ptx_access_at(struct ptx_parser *p, const struct ptx_opcode *opcode,
                                        const struct ptx_operand *o);

/* Memory of the frame's parameters, to or from a register. */
bool ptx_lower_param(struct ptx_parser *p, uint32_t reg, uint32_t offset, bool store);

#endif
