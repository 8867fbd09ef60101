/*
 * f32 arithmetic on bits, from the three F32 macros: the same bits on every backend. A NaN's sign
 * and payload differ from machine to machine, so every result that is one becomes 0x7FC00000.
 */
#ifndef OPS_F32_H
#define OPS_F32_H

#define F32_ONE      0x3F800000u
#define F32_TWO      0x40000000u
#define F32_INFINITY 0x7F800000u
#define F32_NAN      0x7FC00000u
#define F32_SIGN     0x80000000u

OP_FN u32 op_f32_is_nan(u32 x)
{
    return (x & ~F32_SIGN) > F32_INFINITY;
}

OP_FN u32 op_f32_quiet(u32 x)
{
    return op_f32_is_nan(x) ? F32_NAN : x;
}

OP_FN u32 op_f32_add(OP_PARAMS, u32 a, u32 b)
{
    (void)OP_PASS;
    return op_f32_quiet(F32_ADD(a, b));
}

OP_FN u32 op_f32_mul(OP_PARAMS, u32 a, u32 b)
{
    (void)OP_PASS;
    return op_f32_quiet(F32_MUL(a, b));
}

OP_FN u32 op_f32_fma(OP_PARAMS, u32 a, u32 b, u32 c)
{
    (void)OP_PASS;
    return op_f32_quiet(F32_FMA(a, b, c));
}

OP_FN u32 op_f32_sub(OP_PARAMS, u32 a, u32 b)
{
    return op_f32_add(OP_PASS, a, b ^ F32_SIGN);
}

/* Numbers in the order of their values; for a running maximum. */
OP_FN u32 op_f32_key(u32 x)
{
    return x & F32_SIGN ? ~x : x | F32_SIGN;
}

/* Truncated where n has more than 24 bits. */
OP_FN u32 op_f32_from_u32(u32 n)
{
    if (n == 0u)
        return 0u;
    u32 top = 31;
    for (; !(n >> top); top--)
        ;
    u32 mantissa = top <= 23u ? n << (23u - top) : n >> (top - 23u);
    return (top + 127u) << 23 | (mantissa & 0x7FFFFFu);
}

/* 1 / x for 1 <= x <= 2^32, by Newton's method. A NaN stays one. */
OP_FN u32 op_f32_reciprocal(OP_PARAMS, u32 x)
{
    if (op_f32_is_nan(x))
        return F32_NAN;
    u32 y = 0x7EF311C7u - x; /* within 12 % */
    for (u32 i = 0; i < 4u; i++) {
        u32 miss = op_f32_fma(OP_PASS, x ^ F32_SIGN, y, F32_ONE);
        y = op_f32_fma(OP_PASS, y, miss, y);
    }
    return y;
}

/* 1 / sqrt(x), by Newton's method. */
OP_FN u32 op_f32_rsqrt(OP_PARAMS, u32 x)
{
    if ((x & ~F32_SIGN) == 0u)
        return F32_INFINITY;
    if (x == F32_INFINITY)
        return 0u;
    if (x > F32_INFINITY)
        return F32_NAN; /* negative, or not a number */
    u32 scale = F32_ONE;
    if (x < 0x00800000u) { /* subnormal: x * 2^24, and 2^12 afterwards */
        x = op_f32_mul(OP_PASS, x, 0x4B800000u);
        scale = 0x45800000u;
    }
    u32 y = 0x5F3759DFu - (x >> 1); /* within 4 % */
    u32 halved = op_f32_mul(OP_PASS, x, 0x3F000000u);
    for (u32 i = 0; i < 4u; i++) {
        u32 step = op_f32_mul(OP_PASS, halved, y);
        step = op_f32_fma(OP_PASS, step ^ F32_SIGN, y, 0x3FC00000u);
        y = op_f32_mul(OP_PASS, y, step);
    }
    return op_f32_mul(OP_PASS, y, scale);
}

/* e^x: x = n ln 2 + f, |f| <= ln 2 / 2, a polynomial for e^f, n into the exponent. */
OP_FN u32 op_f32_exp(OP_PARAMS, u32 x)
{
    if (op_f32_is_nan(x))
        return F32_NAN;
    if (x > 0xC2AC0000u) /* below -86: the result would lose bits, so it is 0 */
        return 0u;
    if (x < F32_SIGN && x > 0x42B00000u) /* above 88 */
        return F32_INFINITY;
    /* Adding 1.5 * 2^23 rounds to an integer, which then stands in the low bits. */
    u32 shifted = op_f32_fma(OP_PASS, x, 0x3FB8AA3Bu, 0x4B400000u);
    u32 n = op_f32_sub(OP_PASS, shifted, 0x4B400000u);
    u32 f = op_f32_fma(OP_PASS, n, 0xBF317200u, x); /* ln 2 in two parts, high */
    f = op_f32_fma(OP_PASS, n, 0xB5BFBE8Eu, f);     /* and low */
    u32 y = 0x3AB60B61u;                            /* 1/720 */
    y = op_f32_fma(OP_PASS, y, f, 0x3C088889u);     /* 1/120 */
    y = op_f32_fma(OP_PASS, y, f, 0x3D2AAAABu);     /* 1/24 */
    y = op_f32_fma(OP_PASS, y, f, 0x3E2AAAABu);     /* 1/6 */
    y = op_f32_fma(OP_PASS, y, f, 0x3F000000u);     /* 1/2 */
    y = op_f32_fma(OP_PASS, y, f, F32_ONE);
    y = op_f32_fma(OP_PASS, y, f, F32_ONE);
    return y + ((shifted - 0x4B400000u) << 23);
}

#endif
