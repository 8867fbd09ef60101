/*
 * The arithmetic of a warp: `.approx`: functions that PTX bounds and does not define. They are computed in f64 with
 * nothing but + - * / and roots, so that they are the same everywhere, and rounded to the nearest.
 */
#ifndef VRRL_KERNEL_ALU_APPROX_H
#define VRRL_KERNEL_ALU_APPROX_H

#include "ptx/module.h"

enum alu_function_kind { ALU_RSQRT, ALU_EX2, ALU_LG2, ALU_SIN, ALU_COS, ALU_TANH };

double alu_approx(enum alu_function_kind kind, double x);
float alu_approx_f32(enum alu_function_kind kind, float x, const struct ptx_alu *m);
/* rcp.approx.ftz.f64 and rsqrt.approx.ftz.f64, which look at the upper 32 bits alone, and make no others. */
uint64_t alu_rcp_gross(uint64_t a);
uint64_t alu_rsqrt_gross(uint64_t a);

#endif
