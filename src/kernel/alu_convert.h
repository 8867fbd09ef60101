/* The arithmetic of a warp: `cvt` between any two types. */
#ifndef VRRL_KERNEL_ALU_CONVERT_H
#define VRRL_KERNEL_ALU_CONVERT_H

#include "ptx/module.h"

/* The low bits of `a` are a value of type m->from; returns one of type m->to, extended by its sign to 64 bits, or cut
 * to 16 where the target is so narrow. */
uint64_t alu_convert(uint64_t a, const struct ptx_alu *m);
/* Two f32 as halves of the type m->to: a is the upper one. */
uint32_t alu_convert_pair(float a, float b, const struct ptx_alu *m);

#endif
