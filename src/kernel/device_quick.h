/* The accesses that are most: weak ones of one element of at most 4 bytes, of global memory or the own block's shared
 * memory, of which the shadow can be judged without a look at lists. */
#ifndef VRRL_KERNEL_DEVICE_QUICK_H
#define VRRL_KERNEL_DEVICE_QUICK_H

#include "kernel/state.h"

/* Both do what they can of an instruction, and return the lanes for which it is done; the others are as they were. */
uint32_t device_quick_load(struct machine *m, uint32_t group, const struct alu_rows *rows,
                           const struct ptx_instruction *in, uint32_t mask);
uint32_t device_quick_store(struct machine *m, uint32_t group, const struct alu_rows *rows,
                            const struct ptx_instruction *in, uint32_t mask);

#endif
