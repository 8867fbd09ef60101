#include "kernel/alu_convert.h"

#include "kernel/alu_half.h"

static struct alu_format format_of(unsigned type)
{
    switch (type) {
    case PTX_F16:
    case PTX_F16X2:
        return alu_format_f16;
    case PTX_BF16:
    case PTX_BF16X2:
        return alu_format_bf16;
    case PTX_F32:
        return alu_format_f32;
    default:
        return alu_format_f64;
    }
}

static unsigned bits_of(unsigned type)
{
    static const uint8_t bytes[] = {
#define X(name, text, bytes, sort) bytes,
        PTX_TYPE_TABLE(X)
#undef X
    };
    return 8u * bytes[type];
}

static bool is_float(unsigned type)
{
    return type >= PTX_F16;
}

static bool is_signed(unsigned type)
{
    return type >= PTX_S8 && type <= PTX_S64;
}

/* ---- Integers ---------------------------------------------------------------------------------- */

/* The low `bits` of a value, with its sign or zeros above. */
static uint64_t extended(uint64_t value, unsigned bits, bool sign)
{
    uint64_t top = UINT64_C(1) << (bits - 1), mask = top | (top - 1);
    value &= mask;
    return sign && value & top ? value | ~mask : value;
}

static uint64_t most_of(unsigned type)
{
    unsigned bits = bits_of(type) - is_signed(type);
    return bits == 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1;
}

/* An integer of a sign and a size, or the nearest that the type has. */
static uint64_t clamped(bool negative, uint64_t size, unsigned type)
{
    uint64_t most = most_of(type);
    if (negative && !is_signed(type))
        return 0;
    if (negative)
        return 0 - (size > most ? most + 1 : size);
    return size > most ? most : size;
}

static uint64_t integer_to_integer(uint64_t value, const struct ptx_alu *m)
{
    bool negative = is_signed(m->from) && (int64_t)value < 0;
    if (m->saturates)
        return clamped(negative, negative ? 0 - value : value, m->to);
    return extended(value, bits_of(m->to), is_signed(m->to));
}

static uint64_t integer_to_float(uint64_t value, const struct ptx_alu *m)
{
    bool negative = is_signed(m->from) && (int64_t)value < 0;
    uint64_t size = negative ? 0 - value : value;
    if (size == 0)
        return 0;
    int shift = __builtin_clzll(size);
    return alu_encode(negative, 63 - shift, size << shift, false, format_of(m->to), m->rounding);
}

/* ---- Numbers of floating point ----------------------------------------------------------------- */

/* A number of any format is exact as an f64; a NaN is one. */
static double number_of(uint64_t bits, const struct ptx_alu *m)
{
    switch (m->from) {
    case PTX_F32:
        return (double)alu_flush_by(alu_f32((uint32_t)bits), m);
    case PTX_F64:
        return alu_f64(bits);
    default:
        return alu_of_half((uint16_t)bits, format_of(m->from));
    }
}

static double integral(double value, unsigned rounding)
{
    double down = floor(value);
    switch (rounding) {
    case PTX_ROUND_RZI:
        return trunc(value);
    case PTX_ROUND_RMI:
        return down;
    case PTX_ROUND_RPI:
        return ceil(value);
    case PTX_ROUND_RNI: {
        double over = value - down;
        bool odd = fmod(down, 2) != 0;
        double nearest = over > 0.5 || (over == 0.5 && odd) ? down + 1 : down;
        return copysign(nearest, value);
    }
    default:
        return value;
    }
}

/* A NaN is 0, or of 64 bits, or from f64, the value with the highest bit alone. */
static uint64_t float_to_integer(double value, const struct ptx_alu *m)
{
    unsigned bits = bits_of(m->to);
    if (value != value)
        return m->from == PTX_F64 || bits == 64
                   ? extended(UINT64_C(1) << (bits - 1), bits, is_signed(m->to))
                   : 0;
    double whole = integral(value, m->rounding), size = fabs(whole);
    return clamped(whole < 0, size >= 0x1p64 ? UINT64_MAX : (uint64_t)size, m->to);
}

static uint64_t finished(uint64_t bits, const struct ptx_alu *m)
{
    struct alu_format format = format_of(m->to);
    unsigned top = format.exponent + format.fraction;
    uint64_t sign = UINT64_C(1) << top, size = bits & (sign - 1);
    uint64_t infinity = ((UINT64_C(1) << format.exponent) - 1) << format.fraction;
    uint64_t one = ((UINT64_C(1) << (format.exponent - 1)) - 1) << format.fraction;
    bool is_nan = size > infinity;
    if (m->saturates && (is_nan || bits & sign))
        return 0;
    if (m->saturates && size > one)
        return one;
    if (m->relu && !is_nan && bits & sign)
        return 0;
    if (m->finite && size == infinity)
        return bits - 1;
    bool subnormal = size < UINT64_C(1) << format.fraction;
    return m->flushes && m->to == PTX_F32 && subnormal ? bits & sign : bits;
}

static uint64_t float_to_float(uint64_t bits, double value, const struct ptx_alu *m)
{
    /* A NaN of a single stays what it is as a double, and of a double, where nothing is rounded. */
    if (value != value && m->to == PTX_F64 && !m->saturates)
        return m->from == PTX_F64 ? bits | UINT64_C(1) << 51
                                  : alu_bits64(value) | UINT64_C(1) << 51;
    unsigned rounding =
        m->rounding == PTX_ROUND_NONE || m->rounding >= PTX_ROUND_RNI ? PTX_ROUND_RN : m->rounding;
    return finished(alu_narrow(integral(value, m->rounding), format_of(m->to), rounding), m);
}

uint64_t alu_convert(uint64_t a, const struct ptx_alu *m)
{
    uint64_t value = extended(a, bits_of(m->from), is_signed(m->from));
    if (is_float(m->from))
        value = is_float(m->to) ? float_to_float(value, number_of(value, m), m)
                                : float_to_integer(number_of(value, m), m);
    else
        value = is_float(m->to) ? finished(integer_to_float(value, m), m)
                                : integer_to_integer(value, m);
    return m->narrow ? value & 0xFFFF : value;
}

uint32_t alu_convert_pair(float a, float b, const struct ptx_alu *m)
{
    struct ptx_alu one = *m;
    one.from = PTX_F32;
    one.to = m->to == PTX_F16X2 ? PTX_F16 : PTX_BF16;
    uint32_t high = (uint32_t)alu_convert(alu_bits32(a), &one);
    uint32_t low = (uint32_t)alu_convert(alu_bits32(b), &one);
    return (high & 0xFFFF) << 16 | (low & 0xFFFF);
}
