/* PTX: barriers that are objects of shared memory. */
#ifndef VRRL_PTX_LOWER_MBARRIER_H
#define VRRL_PTX_LOWER_MBARRIER_H

#include "ptx/opcode.h"

/* cp.async.mbarrier.arrive, behind `mbarrier`. */
bool ptx_decode_copies_arrive(struct ptx_modifiers *m, struct ptx_opcode *opcode);

/* Ends with a row without a name. */
extern const struct ptx_family ptx_mbarrier_families[];

#endif
