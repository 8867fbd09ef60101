/* What read-modify-writes make of a value. */
#ifndef VRRL_KERNEL_ATOM_H
#define VRRL_KERNEL_ATOM_H

#include "ptx/types.h"

#include <stdbool.h>

/* *new is what the operation leaves of `old`, with operands b and c (CAS: expected and desired); values stand in the
 * low bits. False: it writes nothing (a CAS that fails). Additions of f32 in global memory flush subnormal numbers,
 * in shared memory they do not. */
bool atom_value(enum ptx_atom what, enum ptx_type type, bool shared, uint64_t old, uint64_t b,
                uint64_t c, uint64_t *new);

#endif
