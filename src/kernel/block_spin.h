/*
 * Blocks that spin as a whole: each round has a barrier, as that of a block in which one thread polls and all leave the loop
 * together. Where all of a block have left a barrier, its state is compared with that of earlier times since any of its
 * threads changed memory that others see, or saw a word change: where each group is, live registers, what threads
 * wrote to local memory, shared memory, barriers. If one was the same, the block would do the same again until one of the
 * words changes that its threads read since.
 */
#ifndef VRRL_KERNEL_BLOCK_SPIN_H
#define VRRL_KERNEL_BLOCK_SPIN_H

#include "kernel/state.h"

/* A barrier of the block is complete, and `left` lanes have just left it. Those of a block that waits are parked. */
void block_spin_looks(struct machine *m, uint32_t block, uint32_t left);

/* The index of a block's spin among those of groups. */
static inline uint32_t block_spin_index(const struct machine *m, uint32_t block)
{
    return machine_host(m) + 1 + block;
}

#endif
