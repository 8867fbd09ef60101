/* PTX: instructions of a warp, a block or a cluster together, fences, and addresses between spaces. */
#ifndef VRRL_PTX_LOWER_WARP_H
#define VRRL_PTX_LOWER_WARP_H

#include "ptx/opcode.h"

/* Ends with a row without a name. */
extern const struct ptx_family ptx_warp_families[];

#endif
