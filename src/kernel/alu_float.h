/*
 * The arithmetic of a warp: numbers of floating point, of one lane; what rows of ptx/alu_float.h call.
 *
 * Rounding to the nearest of f32 and f64 is the machine's own. All else is exact first: a sum, a product, a quotient
 * or a root of f32 and of halves is computed in f64 *rounded to odd* (a value that is not exact becomes the one of its
 * two neighbours whose last bit is 1), and that is rounded once more, as the instruction says, which then is right.
 *
 * A NaN that comes out is the canonical one: 0x7FFFFFFF of f32, 0x7FFF of halves; of f64 the first NaN that came in.
 */
#ifndef VRRL_KERNEL_ALU_FLOAT_H
#define VRRL_KERNEL_ALU_FLOAT_H

#include "ptx/module.h"

#include <math.h>
#include <string.h>

static inline float alu_f32(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline uint32_t alu_bits32(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static inline double alu_f64(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline uint64_t alu_bits64(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* ---- NaNs and subnormal numbers ---------------------------------------------------------------- */

static inline float alu_nan_f32(float value)
{
    return alu_f32(value == value ? alu_bits32(value) : 0x7FFFFFFFu);
}

static inline double alu_nan_f64(double value, double a, double b)
{
    const uint64_t quiet = UINT64_C(1) << 51;
    if (value == value)
        return value;
    return alu_f64(a != a   ? alu_bits64(a) | quiet
                   : b != b ? alu_bits64(b) | quiet
                            : UINT64_C(0xFFF8) << 48);
}

/* A subnormal number is 0 of its sign. */
static inline float alu_flush(float value)
{
    uint32_t bits = alu_bits32(value);
    return alu_f32((bits & 0x7F800000u) == 0 ? bits & 0x80000000u : bits);
}

static inline float alu_flush_by(float value, const struct ptx_alu *m)
{
    return m->flushes ? alu_flush(value) : value;
}

static inline uint32_t alu_flush_bits(uint32_t bits, const struct ptx_alu *m)
{
    return m->flushes && (bits & 0x7F800000u) == 0 ? bits & 0x80000000u : bits;
}

/* What comparisons take: a number that C compares. */
static inline double alu_itself(double value)
{
    return value;
}

/* ---- Rounded to odd ---------------------------------------------------------------------------- */

/* `value` is rounded to the nearest, and `error` is what it lacks, or has the sign of that. */
static inline double alu_to_odd(double value, double error)
{
    uint64_t bits = alu_bits64(value);
    bool moves = (error < 0 || error > 0) && (bits & 1) == 0;
    uint64_t step = (error > 0) == (value > 0) ? 1 : UINT64_MAX;
    return alu_f64(moves ? bits + step : bits);
}

static inline double alu_odd_sum(double a, double b)
{
    double sum = a + b, rest = sum - a;
    return alu_to_odd(sum, (a - (sum - rest)) + (b - rest));
}

/* The product of two f32 is exact. */
static inline float alu_fma_f32(float a, float b, float c)
{
    return alu_nan_f32((float)alu_odd_sum((double)a * b, c));
}

static inline float alu_sqrt_f32(float a)
{
    return alu_nan_f32(sqrtf(a));
}

static inline double alu_fma_f64(double a, double b, double c)
{
    return alu_nan_f64(alu_nan_f64(fma(a, b, c), a, b), c, c);
}

static inline double alu_sqrt_f64(double a)
{
    return alu_nan_f64(sqrt(a), a, a);
}

static inline double alu_rsqrt_f64(double a)
{
    return alu_nan_f64(1 / sqrt(a), a, a);
}

/* The lesser or greater of two; a number rather than a NaN; -0 is less than +0. */
static inline double alu_least_f64(double a, double b)
{
    if (a != a)
        return b != b ? alu_nan_f64(a, a, a) : b;
    if (b != b)
        return a;
    return a < b || (a == b && signbit(a)) ? a : b;
}

static inline double alu_most_f64(double a, double b)
{
    if (a != a)
        return b != b ? alu_nan_f64(a, a, a) : b;
    if (b != b)
        return a;
    return a > b || (a == b && !signbit(a)) ? a : b;
}

/* ---- With modifiers ---------------------------------------------------------------------------- */

float alu_add_f32(float a, float b, const struct ptx_alu *m);
float alu_mul_f32(float a, float b, const struct ptx_alu *m);
float alu_fma_f32_by(float a, float b, float c, const struct ptx_alu *m);
float alu_div_f32(float a, float b, const struct ptx_alu *m);
float alu_div_approx(float a, float b, const struct ptx_alu *m);
float alu_sqrt_f32_by(float a, const struct ptx_alu *m);
float alu_least_f32(float a, float b, const struct ptx_alu *m);
float alu_most_f32(float a, float b, const struct ptx_alu *m);

#endif
