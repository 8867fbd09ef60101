/*
 * The arithmetic of a warp: a function for each row of ptx/alu_table.h, over 32 lanes.
 *
 * Every function is total: whatever the bits of lanes, nothing is undefined. What a lane gets depends on its own
 * operands alone, not on the compiler, its flags or the machine.
 */
#ifndef VRRL_KERNEL_ALU_H
#define VRRL_KERNEL_ALU_H

#include "ptx/module.h"

enum { WARP_LANES = 32 };

/* Where operands are: [0] the rows of the frame, [1] those of constants, which nobody writes. */
struct alu_rows {
    uint32_t (*rows32[2])[WARP_LANES];
    uint64_t (*rows64[2])[WARP_LANES];
    uint32_t *lanes[2]; /* predicates: a bit a lane */
};

/* Does the instruction in the lanes of `mask`, which is not 0 and already has the guard in it. The other lanes of
 * its targets stay as they are. */
typedef void alu_function(const struct alu_rows *rows, const struct ptx_instruction *in,
                          uint32_t mask);

/* By an enum ptx_op; NULL for what is not arithmetic. */
extern alu_function *const alu_functions[PTX_OPS];

static inline uint32_t *alu_row32(const struct alu_rows *rows, uint16_t operand)
{
    return rows->rows32[operand >> 15][operand & 0x7FFF];
}

static inline uint64_t *alu_row64(const struct alu_rows *rows, uint16_t operand)
{
    return rows->rows64[operand >> 15][operand & 0x7FFF];
}

static inline uint32_t alu_lanes(const struct alu_rows *rows, uint16_t operand)
{
    return rows->lanes[operand >> 15][operand & 0x7FFF];
}

#endif
