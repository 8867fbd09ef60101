/*
 * PTX: instructions of arithmetic, one row each: what computes a target from sources in each lane by itself.
 *
 * X(name, spelling, target, a, b, c, d, value)
 *   spelling  the instruction without operands: `{x|y}` is one of several, `[x]` may be there.
 *   target, a, b, c, d   what the operands are: u16 s16 u32 s32 u64 s64 f32 f64 and the like, lanes (a predicate), none.
 *   value     the target's value as C, of a, b, c, d: src/kernel/ compiles it, once for each row.
 */
#ifndef VRRL_PTX_ALU_TABLE_H
#define VRRL_PTX_ALU_TABLE_H

#define PTX_ALU_TABLE(X)                                                                           \
    X(ADD_32, "add.{u32|s32}", u32, u32, u32, none, none, a + b)                                   \
    X(ADD_64, "add.{u64|s64}", u64, u64, u64, none, none, a + b)

#endif
