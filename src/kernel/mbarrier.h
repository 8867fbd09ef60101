/*
 * Barriers that are objects of shared memory (`mbarrier`). What the 64 bits of one hold is the machine's affair:
 *
 *   bits  0 to 19  arrivals that the phase lacks
 *   bits 20 to 39  arrivals of a phase
 *   bits 40 to 60  bytes that are still to come, in two's complement
 *   bit  62        it was made by init, and not ended by inval
 *   bit  63        the parity of the phase
 *
 * A state, which an arrival gets, is what the object was before it. An arrival is a read-modify-write with release
 * order, a wait that finds its phase ended a read with acquire order; one that does not acquires nothing.
 */
#ifndef VRRL_KERNEL_MBARRIER_H
#define VRRL_KERNEL_MBARRIER_H

#include "kernel/state.h"

/* By the lanes of `mask`, one after the other. Copies of theirs that have not ended end where they arrive for them. */
void mbarrier_do(struct machine *m, uint32_t group, const struct alu_rows *rows,
                 const struct ptx_instruction *in, uint32_t mask);

/* Of what the object holds: how many arrivals its phase has, and how many it wants. */
static inline uint32_t mbarrier_wanted(uint64_t object)
{
    return (uint32_t)(object >> 20) & PTX_MBARRIER_COUNT_MAX;
}
static inline uint32_t mbarrier_arrived(uint64_t object)
{
    return mbarrier_wanted(object) - ((uint32_t)object & PTX_MBARRIER_COUNT_MAX);
}

#endif
