#include "kernel/alu_float.h"

#include <float.h>

/* ---- Rounding ---------------------------------------------------------------------------------- */

/* The quotient and the root, rounded to odd, of values that have no more than 24 bits. */
static double odd_quotient(double a, double b)
{
    double quotient = a / b, rest = fma(-quotient, b, a);
    return alu_to_odd(quotient, b < 0 ? -rest : rest);
}

static double odd_root(double a)
{
    double root = sqrt(a);
    return alu_to_odd(root, fma(-root, root, a));
}

/* An f64 that was rounded to odd, as an f32. */
static float rounded(double value, unsigned rounding)
{
    float nearest = (float)value;
    double back = nearest;
    bool above = back > value, below = back < value;
    bool down = rounding == PTX_ROUND_RM || (rounding == PTX_ROUND_RZ && value > 0);
    bool up = rounding == PTX_ROUND_RP || (rounding == PTX_ROUND_RZ && value < 0);
    if (above && down)
        return nextafterf(nearest, -INFINITY);
    if (below && up)
        return nextafterf(nearest, INFINITY);
    return nearest;
}

/* The value as .ftz and .sat leave it. */
static float finished(float value, const struct ptx_alu *m)
{
    value = alu_flush_by(alu_nan_f32(value), m);
    if (!m->saturates)
        return value;
    return value > 0 ? value < 1 ? value : 1 : 0; /* of a NaN 0 */
}

/* A sum that is 0, of two that are not both of one sign, is -0 where it is rounded down. */
static float finished_sum(double a, double b, const struct ptx_alu *m)
{
    double sum = alu_odd_sum(a, b);
    bool down = m->rounding == PTX_ROUND_RM;
    if (down && sum == 0 && signbit(a) != signbit(b))
        return finished(-0.0f, m);
    return finished(rounded(sum, m->rounding), m);
}

/* ---- Instructions ------------------------------------------------------------------------------ */

float alu_add_f32(float a, float b, const struct ptx_alu *m)
{
    return finished_sum(alu_flush_by(a, m), alu_flush_by(b, m), m);
}

float alu_mul_f32(float a, float b, const struct ptx_alu *m)
{
    double product = (double)alu_flush_by(a, m) * alu_flush_by(b, m);
    return finished(rounded(product, m->rounding), m);
}

float alu_fma_f32_by(float a, float b, float c, const struct ptx_alu *m)
{
    double product = (double)alu_flush_by(a, m) * alu_flush_by(b, m);
    return finished_sum(product, alu_flush_by(c, m), m);
}

float alu_div_f32(float a, float b, const struct ptx_alu *m)
{
    double quotient = odd_quotient(alu_flush_by(a, m), alu_flush_by(b, m));
    return finished(rounded(quotient, m->rounding), m);
}

/* a * (1 / b): a divisor beyond 2^126 has a reciprocal of 0. */
float alu_div_approx(float a, float b, const struct ptx_alu *m)
{
    float x = alu_flush_by(a, m), y = alu_flush_by(b, m);
    if (fabsf(y) > 0x1p126f && fabsf(y) <= FLT_MAX)
        y = copysignf(INFINITY, y);
    return finished(isinf(x) && isinf(y) ? NAN : x / y, m);
}

float alu_sqrt_f32_by(float a, const struct ptx_alu *m)
{
    double root = odd_root(alu_flush_by(a, m));
    return finished(rounded(root, m->rounding), m);
}

/* The lesser or greater of two, by sign and size; a number rather than a NaN, unless .NaN asks for that. */
static float chosen(float a, float b, bool least, const struct ptx_alu *m)
{
    float x = alu_flush_by(a, m), y = alu_flush_by(b, m);
    bool sign = m->xorsign && (signbit(x) != 0) != (signbit(y) != 0);
    if (m->xorsign) {
        x = fabsf(x);
        y = fabsf(y);
    }
    bool x_nan = x != x, y_nan = y != y;
    if ((x_nan && y_nan) || (m->nan && (x_nan || y_nan)))
        return alu_nan_f32(NAN);
    bool x_less = x < y || (x == y && signbit(x));
    float value = x_nan ? y : y_nan ? x : x_less == least ? x : y;
    return sign ? -value : value;
}

float alu_least_f32(float a, float b, const struct ptx_alu *m)
{
    return chosen(a, b, true, m);
}

float alu_most_f32(float a, float b, const struct ptx_alu *m)
{
    return chosen(a, b, false, m);
}
