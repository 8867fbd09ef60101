#include "kernel/alu_half.h"

#include "kernel/alu_approx.h"

/* ---- Formats ----------------------------------------------------------------------------------- */

/* Whether what is cut off rounds up: `rest` of `half` that is one half of the last bit that stays. */
static bool rounds_up(bool sign, bool odd, uint64_t rest, uint64_t half, bool more,
                      unsigned rounding)
{
    bool inexact = rest || more;
    switch (rounding) {
    case PTX_ROUND_RZ:
        return false;
    case PTX_ROUND_RM:
        return sign && inexact;
    case PTX_ROUND_RP:
        return !sign && inexact;
    default:
        return rest > half || (rest == half && (more || odd));
    }
}

/* The largest number, where an overflow is not rounded away from 0. */
static bool overflow_is_finite(bool sign, unsigned rounding)
{
    return rounding == PTX_ROUND_RZ || (rounding == PTX_ROUND_RM && !sign) ||
           (rounding == PTX_ROUND_RP && sign);
}

uint64_t alu_encode(bool sign, int exponent, uint64_t significand, bool more,
                    struct alu_format format, unsigned rounding)
{
    int bias = (1 << (format.exponent - 1)) - 1, least = 1 - bias;
    unsigned cut = 63u - format.fraction + (unsigned)(exponent < least ? least - exponent : 0);
    bool gone = cut > 63; /* all of it, or all but its highest bit */
    uint64_t kept = gone ? 0 : significand >> cut;
    uint64_t half = gone ? UINT64_C(1) << 63 : UINT64_C(1) << (cut - 1);
    uint64_t rest = gone ? significand : significand & ((half << 1) - 1);
    if (cut > 64) {
        rest = 1; /* less than a half */
        more = true;
    }
    kept += rounds_up(sign, kept & 1, rest, half, more, rounding);
    uint64_t field = exponent < least ? 0 : (uint64_t)(exponent + bias - 1) << format.fraction;
    uint64_t value = field + kept; /* a carry goes into the exponent, as it should */
    uint64_t infinity =
        (UINT64_C(1) << (format.exponent + format.fraction)) - (UINT64_C(1) << format.fraction);
    if (exponent > bias || value >= infinity)
        value = overflow_is_finite(sign, rounding) ? infinity - 1 : infinity;
    return value | (uint64_t)sign << (format.exponent + format.fraction);
}

uint64_t alu_narrow(double value, struct alu_format format, unsigned rounding)
{
    unsigned top = format.exponent + format.fraction;
    uint64_t bits = alu_bits64(value), fraction = bits << 12;
    bool sign = bits >> 63;
    int exponent = (int)(bits >> 52 & 0x7FF);
    if (value != value)
        return (UINT64_C(1) << top) - 1;
    if (exponent == 0x7FF)
        return ((UINT64_C(1) << top) - (UINT64_C(1) << format.fraction)) | (uint64_t)sign << top;
    if (value == 0)
        return (uint64_t)sign << top;
    if (exponent == 0) {
        int shift = __builtin_clzll(fraction);
        return alu_encode(sign, -1023 - shift, fraction << shift, false, format, rounding);
    }
    return alu_encode(sign, exponent - 1023, UINT64_C(1) << 63 | fraction >> 1, false, format,
                      rounding);
}

double alu_of_half(uint16_t bits, struct alu_format format)
{
    unsigned fraction = bits & ((1u << format.fraction) - 1);
    unsigned exponent = bits >> format.fraction & ((1u << format.exponent) - 1);
    int bias = (1 << (format.exponent - 1)) - 1;
    double sign = bits & 0x8000 ? -1.0 : 1.0;
    if (exponent == (1u << format.exponent) - 1)
        return fraction ? alu_f64(UINT64_C(0x7FF8) << 48) : sign * (double)INFINITY;
    int power = (exponent ? (int)exponent : 1) - bias - format.fraction;
    double scale = alu_f64((uint64_t)(power + 1023) << 52);
    return sign * scale * (double)(fraction + (exponent ? 1u << format.fraction : 0));
}

/* ---- Instructions ------------------------------------------------------------------------------ */

static uint16_t flushed(uint16_t bits, struct alu_format format, const struct ptx_alu *m)
{
    bool subnormal = (bits >> format.fraction & ((1u << format.exponent) - 1)) == 0;
    return m->flushes && subnormal ? bits & 0x8000 : bits;
}

static bool is_nan(uint16_t bits, struct alu_format format)
{
    return (bits & 0x7FFF) > ((1u << format.exponent) - 1) << format.fraction;
}

static uint16_t chosen(bool least, struct alu_format format, uint16_t a, uint16_t b,
                       const struct ptx_alu *m)
{
    uint16_t sign = m->xorsign ? (a ^ b) & 0x8000 : 0;
    if (m->xorsign) {
        a &= 0x7FFF;
        b &= 0x7FFF;
    }
    bool a_nan = is_nan(a, format), b_nan = is_nan(b, format);
    if ((a_nan && b_nan) || (m->nan && (a_nan || b_nan)))
        return 0x7FFF;
    /* Signs and sizes in one number: -0 is below +0. */
    int x = a & 0x8000 ? -1 - (a & 0x7FFF) : a, y = b & 0x8000 ? -1 - (b & 0x7FFF) : b;
    uint16_t value = a_nan ? b : b_nan ? a : (x < y) == least ? a : b;
    return value | sign;
}

static double computed(enum alu_half_op op, double a, double b, double c)
{
    switch (op) {
    case ALU_HALF_ADD:
        return alu_odd_sum(a, b);
    case ALU_HALF_SUB:
        return alu_odd_sum(a, -b);
    case ALU_HALF_MUL:
        return a * b;
    case ALU_HALF_FMA:
        return alu_odd_sum(a * b, c);
    default:
        return alu_approx(op == ALU_HALF_EX2 ? ALU_EX2 : ALU_TANH, a);
    }
}

static uint16_t finished(uint16_t bits, struct alu_format format, const struct ptx_alu *m)
{
    uint16_t one = (uint16_t)(((1u << (format.exponent - 1)) - 1) << format.fraction);
    bits = flushed(bits, format, m);
    if (is_nan(bits, format))
        return m->saturates ? 0 : 0x7FFF;
    if ((m->saturates || m->relu) && bits & 0x8000)
        return 0;
    return m->saturates && bits > one ? one : bits;
}

uint16_t alu_half(enum alu_half_op op, struct alu_format format, uint16_t a, uint16_t b, uint16_t c,
                  const struct ptx_alu *m)
{
    a = flushed(a, format, m);
    b = flushed(b, format, m);
    c = flushed(c, format, m);
    switch (op) {
    case ALU_HALF_ABS:
        return a & 0x7FFF;
    case ALU_HALF_NEG:
        return a ^ 0x8000;
    case ALU_HALF_LEAST:
    case ALU_HALF_MOST:
        return chosen(op == ALU_HALF_LEAST, format, a, b, m);
    default:
        break;
    }
    double value =
        computed(op, alu_of_half(a, format), alu_of_half(b, format), alu_of_half(c, format));
    return finished((uint16_t)alu_narrow(value, format, PTX_ROUND_RN), format, m);
}

uint32_t alu_halves(enum alu_half_op op, struct alu_format format, uint32_t a, uint32_t b,
                    uint32_t c, const struct ptx_alu *m)
{
    uint16_t low = alu_half(op, format, (uint16_t)a, (uint16_t)b, (uint16_t)c, m);
    uint16_t high =
        alu_half(op, format, (uint16_t)(a >> 16), (uint16_t)(b >> 16), (uint16_t)(c >> 16), m);
    return low | (uint32_t)high << 16;
}
