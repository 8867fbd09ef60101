#include "ordinary.h"

KERNEL(add_floats, float)
{
    if (AT < n)
        out[AT] = a[AT] + b[AT];
}
KERNEL(subtract_floats, float)
{
    if (AT < n)
        out[AT] = a[AT] - b[AT];
}
KERNEL(multiply_floats, float)
{
    if (AT < n)
        out[AT] = a[AT] * b[AT];
}
KERNEL(divide_floats, float)
{
    if (AT < n)
        out[AT] = a[AT] / b[AT];
}
KERNEL(fused_floats, float)
{
    if (AT < n)
        out[AT] = fmaf(a[AT], b[AT], a[AT]);
}
KERNEL(root, float)
{
    if (AT < n)
        out[AT] = sqrtf(fabsf(a[AT])) + b[AT];
}
KERNEL(reciprocal, float)
{
    if (AT < n)
        out[AT] = 1.0f / a[AT] + 1.0f / b[AT];
}
KERNEL(add_toward_zero, float)
{
    if (AT < n)
        out[AT] = __fadd_rz(a[AT], b[AT]);
}
KERNEL(add_upward, float)
{
    if (AT < n)
        out[AT] = __fadd_ru(a[AT], b[AT]);
}
KERNEL(add_downward, float)
{
    if (AT < n)
        out[AT] = __fadd_rd(a[AT], b[AT]);
}
KERNEL(multiply_toward_zero, float)
{
    if (AT < n)
        out[AT] = __fmul_rz(a[AT], b[AT]);
}
KERNEL(multiply_upward, float)
{
    if (AT < n)
        out[AT] = __fmul_ru(a[AT], b[AT]);
}
KERNEL(multiply_downward, float)
{
    if (AT < n)
        out[AT] = __fmul_rd(a[AT], b[AT]);
}
KERNEL(divide_toward_zero, float)
{
    if (AT < n)
        out[AT] = __fdiv_rz(a[AT], b[AT]);
}
KERNEL(divide_upward, float)
{
    if (AT < n)
        out[AT] = __fdiv_ru(a[AT], b[AT]);
}
KERNEL(smaller_float, float)
{
    if (AT < n)
        out[AT] = fminf(a[AT], b[AT]);
}
KERNEL(larger_float, float)
{
    if (AT < n)
        out[AT] = fmaxf(a[AT], b[AT]);
}
KERNEL(signs, float)
{
    if (AT < n)
        out[AT] = copysignf(a[AT], b[AT]);
}
KERNEL(whole_parts, float)
{
    if (AT < n)
        out[AT] = floorf(a[AT]) + ceilf(b[AT]) + truncf(a[AT]) + rintf(b[AT]);
}
KERNEL(compare_floats, float)
{
    if (AT < n)
        out[AT] = (a[AT] < b[AT] ? 1.0f : 0.0f) + (a[AT] >= b[AT] ? 2.0f : 0.0f) +
                  (a[AT] != b[AT] ? 4.0f : 0.0f) + (a[AT] == b[AT] ? 8.0f : 0.0f);
}
KERNEL(polynomial, float)
{
    if (AT < n) {
        float x = a[AT], y = 0.5f;
        for (int i = 0; i < 8; i++)
            y = y * x + b[AT];
        out[AT] = y;
    }
}
KERNEL(polynomial_fused, float)
{
    if (AT < n) {
        float x = a[AT], y = 0.5f;
        for (int i = 0; i < 8; i++)
            y = fmaf(y, x, b[AT]);
        out[AT] = y;
    }
}
KERNEL(newton, float)
{
    if (AT < n) {
        float x = fabsf(a[AT]), y = x;
        for (int i = 0; i < 6; i++)
            y = 0.5f * (y + x / y);
        out[AT] = y - b[AT];
    }
}
KERNEL(sum_of_row, float)
{
    if (AT < n) {
        float sum = 0;
        for (unsigned i = 0; i <= AT; i++)
            sum += a[i] * b[AT - i];
        out[AT] = sum;
    }
}
KERNEL(float_bits, float)
{
    if (AT < n)
        out[AT] = __uint_as_float(__float_as_uint(a[AT]) ^ (__float_as_uint(b[AT]) & 0x80000000u));
}
KERNEL(add_doubles, double)
{
    if (AT < n)
        out[AT] = a[AT] + b[AT];
}
KERNEL(multiply_doubles, double)
{
    if (AT < n)
        out[AT] = a[AT] * b[AT] - a[AT];
}
KERNEL(divide_doubles, double)
{
    if (AT < n)
        out[AT] = a[AT] / b[AT];
}
KERNEL(fused_doubles, double)
{
    if (AT < n)
        out[AT] = fma(a[AT], b[AT], b[AT]);
}
KERNEL(root_of_double, double)
{
    if (AT < n)
        out[AT] = sqrt(fabs(a[AT])) * b[AT];
}
KERNEL(double_toward_zero, double)
{
    if (AT < n)
        out[AT] = __dadd_rz(a[AT], b[AT]);
}
KERNEL(double_upward, double)
{
    if (AT < n)
        out[AT] = __dadd_ru(a[AT], b[AT]);
}
KERNEL(double_product_downward, double)
{
    if (AT < n)
        out[AT] = __dmul_rd(a[AT], b[AT]);
}
KERNEL(double_quotient_upward, double)
{
    if (AT < n)
        out[AT] = __ddiv_ru(a[AT], b[AT]);
}
KERNEL(smaller_double, double)
{
    if (AT < n)
        out[AT] = fmin(a[AT], b[AT]) + fmax(a[AT], 1.0);
}
KERNEL(whole_parts_of_double, double)
{
    if (AT < n)
        out[AT] = floor(a[AT]) - trunc(b[AT]) + rint(a[AT]);
}
KERNEL(double_to_float, double)
{
    if (AT < n)
        out[AT] = (double)((float)a[AT] + (float)b[AT]);
}
KERNEL(double_bits, double)
{
    if (AT < n)
        out[AT] = (double)(__double_as_longlong(a[AT]) >> 40) + b[AT];
}
KERNEL(integers_to_float, float)
{
    if (AT < n) {
        unsigned x = __float_as_uint(a[AT]);
        int y = (int)__float_as_uint(b[AT]);
        out[AT] = (float)x + (float)y * 0.5f;
    }
}
KERNEL(longs_to_double, double)
{
    if (AT < n) {
        unsigned long long x = __double_as_longlong(a[AT]);
        long long y = (long long)__double_as_longlong(b[AT]);
        out[AT] = (double)x - (double)y;
    }
}
KERNEL(longs_to_float, float)
{
    if (AT < n) {
        unsigned long long x =
            (unsigned long long)__float_as_uint(a[AT]) << 32 | __float_as_uint(b[AT]);
        out[AT] = (float)x + (float)(long long)x;
    }
}
KERNEL(float_to_integer, float)
{
    if (AT < n) {
        float x = a[AT], y = b[AT];
        x = x > -1e9f && x < 1e9f ? x : 7.5f;
        y = y > 0.0f && y < 4e9f ? y : 2.5f;
        out[AT] = (float)((int)x) + (float)((unsigned)y);
    }
}
KERNEL(double_to_long, double)
{
    if (AT < n) {
        double x = a[AT], y = b[AT];
        x = x > -1e18 && x < 1e18 ? x : -7.75;
        y = y > 0.0 && y < 1e18 ? y : 2.25;
        out[AT] = (double)((long long)x) + (double)((unsigned long long)y);
    }
}
