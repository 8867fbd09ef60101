/*
 * PTX: instructions of arithmetic, one row each: what computes a target from sources, in each lane by itself.
 *
 * X(name, spelling, form, target, a, b, c, d, value)
 *   spelling  the instruction without operands: `{x|y}` is one of several, `[x|y]` one of them or none. The first
 *             row that has a spelling counts.
 *   form      VALUE, SHIFT: the target is the value. LANES: all operands are predicates, and the value is of all
 *             lanes at once. SETP: the target is a predicate, or two, `p|q`; a boolean operation with another may follow.
 *             CARRY: the value is one bit wider, and that bit is the carry, in and out as the row's name says.
 *   target, a, b, c, d   what the operands are, by the table of src/ptx/lower_alu.c; `none`: there is none.
 *   value     C, of a, b, c, d and `m`, the modifiers that the row leaves open: src/kernel/ compiles it, a function
 *             for each row.
 */
#ifndef VRRL_PTX_ALU_TABLE_H
#define VRRL_PTX_ALU_TABLE_H

#include "ptx/alu_compare.h"
#include "ptx/alu_float.h"
#include "ptx/alu_integer.h"

#define PTX_ALU_TABLE(X)                                                                           \
    PTX_ALU_MOVE_TABLE(X)                                                                          \
    PTX_ALU_INTEGER_TABLE(X)                                                                       \
    PTX_ALU_CARRY_TABLE(X)                                                                         \
    PTX_ALU_BIT_TABLE(X)                                                                           \
    PTX_ALU_COMPARE_TABLE(X)                                                                       \
    PTX_ALU_FLOAT_TABLE(X)

#endif
