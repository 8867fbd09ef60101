/* PTX: initial values of variables: numbers and addresses, in nested braces. */
#ifndef VRRL_PTX_INITIAL_H
#define VRRL_PTX_INITIAL_H

#include "ptx/parse_variable.h"

/* Reads what stands behind `=` into variables[index] of the module. */
bool ptx_initial_read(struct ptx_parser *p, const struct ptx_declared *d, uint32_t index);

#endif
