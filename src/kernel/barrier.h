/* Barriers of a block and of a cluster. A warp arrives as a whole; threads that have ended count as arrived. */
#ifndef VRRL_KERNEL_BARRIER_H
#define VRRL_KERNEL_BARRIER_H

#include "kernel/state.h"

/* BAR, by the lanes of `mask`: true where the group goes on behind it, false where it waits, or a finding ends all. */
bool barrier_reach(struct machine *m, uint32_t group, const struct alu_rows *rows,
                   const struct ptx_instruction *in, uint32_t mask);
bool barrier_cluster(struct machine *m, uint32_t group, const struct ptx_instruction *in,
                     uint32_t mask);
/* Lanes of a warp have ended, and are not among its live ones any more. */
void barrier_exit(struct machine *m, uint32_t warp, uint32_t lanes);

#endif
