/*
 * The arithmetic of a warp: f16 and bf16, one or two in 32 bits; what rows of ptx/alu_float.h call.
 */
#ifndef VRRL_KERNEL_ALU_HALF_H
#define VRRL_KERNEL_ALU_HALF_H

#include "kernel/alu_float.h"

/* A format by its bits: those of the exponent and of the fraction. */
struct alu_format {
    uint8_t exponent, fraction;
};

static const struct alu_format alu_format_f16 = {5, 10}, alu_format_bf16 = {8, 7},
                               alu_format_f32 = {8, 23}, alu_format_f64 = {11, 52};

/* sign * 2^exponent * significand / 2^63, whose highest bit is set, with `more` below it, in a format. */
uint64_t alu_encode(bool sign, int exponent, uint64_t significand, bool more,
                    struct alu_format format, unsigned rounding);
/* An f64 in a narrower format; a NaN is the canonical one. */
uint64_t alu_narrow(double value, struct alu_format format, unsigned rounding);
/* A number of a half as it is. */
double alu_of_half(uint16_t bits, struct alu_format format);

static inline float alu_of_f16(uint16_t bits)
{
    return (float)alu_of_half(bits, alu_format_f16);
}

static inline float alu_of_bf16(uint16_t bits)
{
    return alu_f32((uint32_t)bits << 16);
}

static inline float alu_of_f16_flush(uint16_t bits)
{
    return alu_of_f16((bits & 0x7C00) == 0 ? bits & 0x8000 : bits);
}

enum alu_half_op {
    ALU_HALF_ADD,
    ALU_HALF_SUB,
    ALU_HALF_MUL,
    ALU_HALF_FMA,
    ALU_HALF_ABS,
    ALU_HALF_NEG,
    ALU_HALF_LEAST,
    ALU_HALF_MOST,
    ALU_HALF_EX2,
    ALU_HALF_TANH,
};

uint16_t alu_half(enum alu_half_op op, struct alu_format format, uint16_t a, uint16_t b, uint16_t c,
                  const struct ptx_alu *m);
/* Both halves of 32 bits. */
uint32_t alu_halves(enum alu_half_op op, struct alu_format format, uint32_t a, uint32_t b,
                    uint32_t c, const struct ptx_alu *m);

/* The names that rows use. */
#define alu_add_h16(a, b, m)       alu_half(ALU_HALF_ADD, alu_format_f16, a, b, 0, m)
#define alu_sub_h16(a, b, m)       alu_half(ALU_HALF_SUB, alu_format_f16, a, b, 0, m)
#define alu_mul_h16(a, b, m)       alu_half(ALU_HALF_MUL, alu_format_f16, a, b, 0, m)
#define alu_fma_h16(a, b, c, m)    alu_half(ALU_HALF_FMA, alu_format_f16, a, b, c, m)
#define alu_abs_h16(a, m)          alu_half(ALU_HALF_ABS, alu_format_f16, a, 0, 0, m)
#define alu_neg_h16(a, m)          alu_half(ALU_HALF_NEG, alu_format_f16, a, 0, 0, m)
#define alu_least_h16(a, b, m)     alu_half(ALU_HALF_LEAST, alu_format_f16, a, b, 0, m)
#define alu_most_h16(a, b, m)      alu_half(ALU_HALF_MOST, alu_format_f16, a, b, 0, m)
#define alu_ex2_h16(a, m)          alu_half(ALU_HALF_EX2, alu_format_f16, a, 0, 0, m)
#define alu_tanh_h16(a, m)         alu_half(ALU_HALF_TANH, alu_format_f16, a, 0, 0, m)
#define alu_add_bh16(a, b, m)      alu_half(ALU_HALF_ADD, alu_format_bf16, a, b, 0, m)
#define alu_sub_bh16(a, b, m)      alu_half(ALU_HALF_SUB, alu_format_bf16, a, b, 0, m)
#define alu_mul_bh16(a, b, m)      alu_half(ALU_HALF_MUL, alu_format_bf16, a, b, 0, m)
#define alu_fma_bh16(a, b, c, m)   alu_half(ALU_HALF_FMA, alu_format_bf16, a, b, c, m)
#define alu_abs_bh16(a, m)         alu_half(ALU_HALF_ABS, alu_format_bf16, a, 0, 0, m)
#define alu_neg_bh16(a, m)         alu_half(ALU_HALF_NEG, alu_format_bf16, a, 0, 0, m)
#define alu_least_bh16(a, b, m)    alu_half(ALU_HALF_LEAST, alu_format_bf16, a, b, 0, m)
#define alu_most_bh16(a, b, m)     alu_half(ALU_HALF_MOST, alu_format_bf16, a, b, 0, m)
#define alu_ex2_bh16(a, m)         alu_half(ALU_HALF_EX2, alu_format_bf16, a, 0, 0, m)
#define alu_tanh_bh16(a, m)        alu_half(ALU_HALF_TANH, alu_format_bf16, a, 0, 0, m)
#define alu_add_h16x2(a, b, m)     alu_halves(ALU_HALF_ADD, alu_format_f16, a, b, 0, m)
#define alu_sub_h16x2(a, b, m)     alu_halves(ALU_HALF_SUB, alu_format_f16, a, b, 0, m)
#define alu_mul_h16x2(a, b, m)     alu_halves(ALU_HALF_MUL, alu_format_f16, a, b, 0, m)
#define alu_fma_h16x2(a, b, c, m)  alu_halves(ALU_HALF_FMA, alu_format_f16, a, b, c, m)
#define alu_abs_h16x2(a, m)        alu_halves(ALU_HALF_ABS, alu_format_f16, a, 0, 0, m)
#define alu_neg_h16x2(a, m)        alu_halves(ALU_HALF_NEG, alu_format_f16, a, 0, 0, m)
#define alu_least_h16x2(a, b, m)   alu_halves(ALU_HALF_LEAST, alu_format_f16, a, b, 0, m)
#define alu_most_h16x2(a, b, m)    alu_halves(ALU_HALF_MOST, alu_format_f16, a, b, 0, m)
#define alu_ex2_h16x2(a, m)        alu_halves(ALU_HALF_EX2, alu_format_f16, a, 0, 0, m)
#define alu_tanh_h16x2(a, m)       alu_halves(ALU_HALF_TANH, alu_format_f16, a, 0, 0, m)
#define alu_add_bh16x2(a, b, m)    alu_halves(ALU_HALF_ADD, alu_format_bf16, a, b, 0, m)
#define alu_sub_bh16x2(a, b, m)    alu_halves(ALU_HALF_SUB, alu_format_bf16, a, b, 0, m)
#define alu_mul_bh16x2(a, b, m)    alu_halves(ALU_HALF_MUL, alu_format_bf16, a, b, 0, m)
#define alu_fma_bh16x2(a, b, c, m) alu_halves(ALU_HALF_FMA, alu_format_bf16, a, b, c, m)
#define alu_abs_bh16x2(a, m)       alu_halves(ALU_HALF_ABS, alu_format_bf16, a, 0, 0, m)
#define alu_neg_bh16x2(a, m)       alu_halves(ALU_HALF_NEG, alu_format_bf16, a, 0, 0, m)
#define alu_least_bh16x2(a, b, m)  alu_halves(ALU_HALF_LEAST, alu_format_bf16, a, b, 0, m)
#define alu_most_bh16x2(a, b, m)   alu_halves(ALU_HALF_MOST, alu_format_bf16, a, b, 0, m)
#define alu_ex2_bh16x2(a, m)       alu_halves(ALU_HALF_EX2, alu_format_bf16, a, 0, 0, m)
#define alu_tanh_bh16x2(a, m)      alu_halves(ALU_HALF_TANH, alu_format_bf16, a, 0, 0, m)

#endif
