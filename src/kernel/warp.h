/* What lanes of a warp do together: shuffles, votes, matches, sums, and the barrier of a warp. */
#ifndef VRRL_KERNEL_WARP_H
#define VRRL_KERNEL_WARP_H

#include "kernel/state.h"

/* An instruction with members, by the lanes of `mask`: true where it was done. Else lanes that it names are
 * elsewhere, and the group waits for them to come; or there is a finding. */
bool warp_together(struct machine *m, uint32_t group, const struct alu_rows *rows,
                   const struct ptx_instruction *in, uint32_t mask);

#endif
