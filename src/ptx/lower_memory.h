/* PTX: instructions that access memory. */
#ifndef VRRL_PTX_LOWER_MEMORY_H
#define VRRL_PTX_LOWER_MEMORY_H

#include "ptx/opcode.h"

/* Ends with a row without a name. */
extern const struct ptx_family ptx_memory_families[];

/* Memory of the frame's parameters, to or from a register. */
bool ptx_lower_param(struct ptx_parser *p, uint32_t reg, uint32_t offset, bool store);

#endif
