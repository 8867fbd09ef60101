/* The arithmetic of a warp: f64 rounded towards 0, up or down, with integers of 128 bits. */
#ifndef VRRL_KERNEL_ALU_DIRECTED_H
#define VRRL_KERNEL_ALU_DIRECTED_H

#include "ptx/module.h"

enum alu_directed_op { ALU_ADD, ALU_SUB, ALU_MUL, ALU_FMA, ALU_DIV, ALU_SQRT };

/* a + b, a - b, a * b, a * b + c, a / b or the root of a, as m->rounding says. */
double alu_directed(enum alu_directed_op op, double a, double b, double c, const struct ptx_alu *m);

#endif
