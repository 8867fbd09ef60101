#include "kernel/alu_directed.h"

#include "kernel/alu_bits.h"
#include "kernel/alu_half.h"

/* sign * 2^exponent * significand / 2^125, whose highest bit is bit 125; 0 where that is 0. Bits that were lost below
 * are in bit 0. */
struct number {
    bool sign;
    int exponent;
    alu_u128 significand;
};

enum { TOP = 125 };

/* Moves the highest bit to its place. */
static struct number normal(bool sign, int exponent, alu_u128 significand)
{
    uint64_t high = (uint64_t)(significand >> 64);
    if (significand == 0)
        return (struct number){sign, 0, 0};
    int at = high ? 127 - __builtin_clzll(high) : 63 - __builtin_clzll((uint64_t)significand);
    if (at > TOP) {
        alu_u128 lost = significand & (((alu_u128)1 << (at - TOP)) - 1);
        significand = significand >> (at - TOP) | (lost != 0);
    } else {
        significand <<= TOP - at;
    }
    return (struct number){sign, exponent + at - TOP, significand};
}

static struct number unpacked(double value)
{
    uint64_t bits = alu_bits64(value), fraction = bits & ((UINT64_C(1) << 52) - 1);
    int exponent = (int)(bits >> 52 & 0x7FF);
    if (exponent)
        fraction |= UINT64_C(1) << 52;
    return normal(bits >> 63, (exponent ? exponent : 1) - 1023 + TOP - 52, fraction);
}

static double packed(struct number n, unsigned rounding)
{
    if (n.significand == 0)
        return n.sign ? -0.0 : 0.0;
    uint64_t significand = (uint64_t)(n.significand >> 62);
    bool more = (n.significand & (((alu_u128)1 << 62) - 1)) != 0;
    return alu_f64(alu_encode(n.sign, n.exponent, significand, more, alu_format_f64, rounding));
}

/* ---- Operations -------------------------------------------------------------------------------- */

static struct number sum(struct number a, struct number b, unsigned rounding)
{
    if (a.significand == 0 && b.significand == 0)
        return (struct number){a.sign == b.sign ? a.sign : rounding == PTX_ROUND_RM, 0, 0};
    if (a.significand == 0 || b.significand == 0)
        return a.significand ? a : b;
    if (a.exponent < b.exponent || (a.exponent == b.exponent && a.significand < b.significand)) {
        struct number swapped = a;
        a = b;
        b = swapped;
    }
    int shift = a.exponent - b.exponent;
    alu_u128 lost = shift > TOP ? b.significand : b.significand & (((alu_u128)1 << shift) - 1);
    alu_u128 low = (shift > TOP ? 0 : b.significand >> shift) | (lost != 0);
    if (a.sign == b.sign)
        return normal(a.sign, a.exponent, a.significand + low);
    struct number difference = normal(a.sign, a.exponent, a.significand - low);
    if (difference.significand == 0)
        difference.sign = rounding == PTX_ROUND_RM;
    return difference;
}

static struct number product(struct number a, struct number b)
{
    alu_u128 value = (a.significand >> 73) * (b.significand >> 73);
    return normal(a.sign != b.sign, a.exponent + b.exponent + TOP - 104, value);
}

static struct number quotient(struct number a, struct number b)
{
    alu_u128 dividend = a.significand >> 3, divisor = b.significand >> 73; /* of 123 and 53 bits */
    alu_u128 value = dividend / divisor;
    value = value << 1 | (dividend % divisor != 0);
    return normal(a.sign != b.sign, a.exponent - b.exponent + TOP - 71, value);
}

static struct number root(struct number a)
{
    int odd = a.exponent & 1;
    alu_u128 left = a.significand >> (1 - odd), value = 0;
    /* The highest bit is bit 124 or 125 - an even power, and its root has half as many. */
    for (alu_u128 bit = (alu_u128)1 << 124; bit; bit >>= 2) {
        if (left >= value + bit) {
            left -= value + bit;
            value = value >> 1 | bit;
        } else {
            value >>= 1;
        }
    }
    return normal(false, (a.exponent - odd) / 2 + TOP - 63, value << 1 | (left != 0));
}

/* What has no rounding: NaNs, infinities, a division by 0, the root of a negative number. */
static bool is_special(enum alu_directed_op op, double a, double b, double c)
{
    bool infinite = !isfinite(a) || !isfinite(b) || !isfinite(c);
    return infinite || (op == ALU_DIV && b == 0) || (op == ALU_SQRT && a <= 0);
}

static double special(enum alu_directed_op op, double a, double b, double c)
{
    switch (op) {
    case ALU_ADD:
        return alu_nan_f64(a + b, a, b);
    case ALU_SUB:
        return alu_nan_f64(a - b, a, b);
    case ALU_MUL:
        return alu_nan_f64(a * b, a, b);
    case ALU_FMA:
        return alu_fma_f64(a, b, c);
    case ALU_DIV:
        return alu_nan_f64(a / b, a, b);
    default:
        return alu_sqrt_f64(a);
    }
}

double alu_directed(enum alu_directed_op op, double a, double b, double c, const struct ptx_alu *m)
{
    if (is_special(op, a, b, c))
        return special(op, a, b, c);
    struct number x = unpacked(a), y = unpacked(op == ALU_SUB ? -b : b), result;
    switch (op) {
    case ALU_ADD:
    case ALU_SUB:
        result = sum(x, y, m->rounding);
        break;
    case ALU_MUL:
        result = product(x, y);
        break;
    case ALU_FMA:
        result = sum(product(x, y), unpacked(c), m->rounding);
        break;
    case ALU_DIV:
        result = quotient(x, y);
        break;
    default:
        result = root(x);
        break;
    }
    return packed(result, m->rounding);
}
