#include "kernel/alu_approx.h"

#include "kernel/alu_float.h"

#define LN2           0.69314718055994530942
#define LOG2_E        1.44269504088896340736
#define TWO_OVER_PI   0.63661977236758134308
#define HALF_PI_UPPER 0x1.921FB544p0 /* 33 bits: times a number of 20 bits it is exact */
#define HALF_PI_LOWER 0x1.0B4611A626331p-34
#define TWO_PI        6.28318530717958647693

/* The sum of coefficients[i] * x^i. */
static double polynomial(const double *coefficients, unsigned count, double x)
{
    double sum = 0;
    while (count-- > 0)
        sum = sum * x + coefficients[count];
    return sum;
}

/* 2^power, of a power that an f64 has. */
static double power_of_two(int power)
{
    return alu_f64((uint64_t)(power + 1023) << 52);
}

static double exp2_of(double x)
{
    static const double terms[] = {1.0,
                                   1.0,
                                   1.0 / 2,
                                   1.0 / 6,
                                   1.0 / 24,
                                   1.0 / 120,
                                   1.0 / 720,
                                   1.0 / 5040,
                                   1.0 / 40320,
                                   1.0 / 362880,
                                   1.0 / 3628800,
                                   1.0 / 39916800,
                                   1.0 / 479001600};
    if (x != x)
        return x;
    if (x > 1020)
        return (double)INFINITY;
    if (x < -1020)
        return 0;
    double whole = floor(x + 0.5);
    return polynomial(terms, 13, (x - whole) * LN2) * power_of_two((int)whole);
}

static double log2_of(double x)
{
    static const double terms[] = {1.0,      1.0 / 3,  1.0 / 5,  1.0 / 7,  1.0 / 9, 1.0 / 11,
                                   1.0 / 13, 1.0 / 15, 1.0 / 17, 1.0 / 19, 1.0 / 21};
    if (x != x || x < 0)
        return (double)NAN;
    if (x == 0 || isinf(x))
        return x == 0 ? -(double)INFINITY : x;
    uint64_t bits = alu_bits64(x);
    int power = (int)(bits >> 52) - 1023;
    double m = alu_f64((bits & ((UINT64_C(1) << 52) - 1)) | UINT64_C(1023) << 52);
    if (m > 1.4142135623730951) {
        m /= 2;
        power++;
    }
    double t = (m - 1) / (m + 1);
    return power + 2 * t * polynomial(terms, 11, t * t) * LOG2_E;
}

/* The sine of x, or of x and a quarter turn more. */
static double sine_of(double x, int quarters)
{
    static const double sine[] = {
        1.0,          -1.0 / 6,        1.0 / 120,          -1.0 / 5040,
        1.0 / 362880, -1.0 / 39916800, 1.0 / 6227020800.0, -1.0 / 1307674368000.0};
    static const double cosine[] = {
        1.0,         -1.0 / 2,       1.0 / 24,          -1.0 / 720,
        1.0 / 40320, -1.0 / 3628800, 1.0 / 479001600.0, -1.0 / 87178291200.0};
    if (x != x || isinf(x))
        return (double)NAN;
    if (fabs(x) > 1e6)
        x = fmod(x, TWO_PI);
    double turns = floor(x * TWO_OVER_PI + 0.5);
    double r = (x - turns * HALF_PI_UPPER) - turns * HALF_PI_LOWER;
    unsigned quadrant = (unsigned)((int)turns + quarters) & 3;
    double value = quadrant & 1 ? polynomial(cosine, 8, r * r) : r * polynomial(sine, 8, r * r);
    return quadrant & 2 ? -value : value;
}

static double tanh_of(double x)
{
    double square = x * x;
    if (fabs(x) < 0x1p-8)
        return x * (1 - square / 3 + 2 * square * square / 15);
    if (fabs(x) > 40)
        return x > 0 ? 1 : -1;
    double e = exp2_of(2 * x * LOG2_E);
    return (e - 1) / (e + 1);
}

double alu_approx(enum alu_function_kind kind, double x)
{
    switch (kind) {
    case ALU_RSQRT:
        return 1 / sqrt(x);
    case ALU_EX2:
        return exp2_of(x);
    case ALU_LG2:
        return log2_of(x);
    case ALU_SIN:
        return sine_of(x, 0);
    case ALU_COS:
        return sine_of(x, 1);
    default:
        return tanh_of(x);
    }
}

float alu_approx_f32(enum alu_function_kind kind, float x, const struct ptx_alu *m)
{
    double value = alu_approx(kind, alu_flush_by(x, m));
    return alu_flush_by(alu_nan_f32((float)value), m);
}

/* The upper 32 bits of a number, where a subnormal one is 0. */
static uint64_t upper(uint64_t bits)
{
    bool subnormal = (bits >> 52 & 0x7FF) == 0;
    return subnormal ? bits & UINT64_C(1) << 63 : bits & UINT64_C(0xFFFFFFFF) << 32;
}

static uint64_t gross(double value)
{
    return value == value ? upper(alu_bits64(value)) : UINT64_C(0x7FFFFFFF) << 32;
}

uint64_t alu_rcp_gross(uint64_t a)
{
    double x = alu_f64(a);
    return gross(x != x ? x : 1 / alu_f64(upper(a)));
}

uint64_t alu_rsqrt_gross(uint64_t a)
{
    double x = alu_f64(a);
    return gross(x != x ? x : 1 / sqrt(alu_f64(upper(a))));
}
