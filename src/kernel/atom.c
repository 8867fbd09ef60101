#include "kernel/atom.h"

#include <math.h>
#include <string.h>

/* ---- Floating point --------------------------------------------------------------------------- */

static float f32_of(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}
static uint32_t bits_of_f32(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static double f16_of(uint32_t bits)
{
    int exponent = (int)(bits >> 10 & 31), fraction = (int)(bits & 1023);
    double value = exponent == 31 ? (fraction ? NAN : INFINITY)
                   : exponent     ? ldexp(1024 + fraction, exponent - 25)
                                  : ldexp(fraction, -24);
    return bits & 0x8000 ? -value : value;
}

/* To the nearest, ties to even. */
static uint32_t bits_of_f16(double value)
{
    uint32_t sign = signbit(value) ? 0x8000 : 0;
    double size = fabs(value);
    if (isnan(value))
        return 0x7FFF;
    if (size >= 65520)
        return sign | 0x7C00;
    if (size < ldexp(1, -14))
        return sign | (uint32_t)rint(ldexp(size, 24));
    int exponent;
    double fraction = frexp(size, &exponent);               /* 0.5 to 1 */
    uint32_t rounded = (uint32_t)rint(ldexp(fraction, 11)); /* 1024 to 2048 */
    return sign | (((uint32_t)(exponent + 14) << 10) + (rounded - 1024));
}

static uint32_t bits_of_bf16(float value)
{
    uint32_t bits = bits_of_f32(value);
    if (isnan(value))
        return 0x7FFF;
    return (bits + 0x7FFF + (bits >> 16 & 1)) >> 16;
}

static uint32_t flushed(uint32_t bits, bool keeps)
{
    return keeps || (bits & 0x7F800000) ? bits : bits & 0x80000000;
}

/* Less, for min and max, of numbers: a NaN is no number, and -0 is less than 0. */
static bool is_less(double a, double b)
{
    return a < b || (a == b && signbit(a) && !signbit(b));
}

static uint64_t pick(enum ptx_atom what, double a, double b, uint64_t a_bits, uint64_t b_bits,
                     uint64_t nan)
{
    if (isnan(a) || isnan(b))
        return isnan(a) && isnan(b) ? nan : isnan(a) ? b_bits : a_bits;
    return is_less(a, b) == (what == PTX_ATOM_MIN) ? a_bits : b_bits;
}

static uint32_t half(enum ptx_atom what, bool brain, uint32_t a, uint32_t b)
{
    double x = brain ? (double)f32_of(a << 16) : f16_of(a);
    double y = brain ? (double)f32_of(b << 16) : f16_of(b);
    if (what != PTX_ATOM_ADD)
        return (uint32_t)pick(what, x, y, a, b, 0x7FFF);
    return brain ? bits_of_bf16((float)x + (float)y) : bits_of_f16(x + y);
}

static uint64_t floating(enum ptx_atom what, enum ptx_type type, bool shared, uint64_t old,
                         uint64_t b)
{
    bool brain = type == PTX_BF16 || type == PTX_BF16X2;
    uint32_t a32 = (uint32_t)old, b32 = (uint32_t)b;
    double x, y;
    switch (type) {
    case PTX_F16:
    case PTX_BF16:
        return half(what, brain, a32 & 0xFFFF, b32 & 0xFFFF);
    case PTX_F16X2:
    case PTX_BF16X2:
        return half(what, brain, a32 & 0xFFFF, b32 & 0xFFFF) |
               half(what, brain, a32 >> 16, b32 >> 16) << 16;
    case PTX_F32:
        if (what != PTX_ATOM_ADD)
            return pick(what, f32_of(a32), f32_of(b32), a32, b32, 0x7FFFFFFF);
        a32 = bits_of_f32(f32_of(flushed(a32, shared)) + f32_of(flushed(b32, shared)));
        return (a32 & 0x7FFFFFFF) > 0x7F800000 ? 0x7FFFFFFF : flushed(a32, shared);
    default:
        memcpy(&x, &old, sizeof x);
        memcpy(&y, &b, sizeof y);
        if (what != PTX_ATOM_ADD)
            return pick(what, x, y, old, b, UINT64_C(0x7FFFFFFFFFFFFFFF));
        x += y;
        memcpy(&old, &x, sizeof old);
        return isnan(x) ? UINT64_C(0xFFF8000000000000) : old;
    }
}

/* ---- Integers -------------------------------------------------------------------------------- */

static bool is_signed_less(uint64_t a, uint64_t b, bool wide)
{
    return wide ? (int64_t)a < (int64_t)b : (int32_t)(uint32_t)a < (int32_t)(uint32_t)b;
}

bool atom_value(enum ptx_atom what, enum ptx_type type, bool shared, uint64_t old, uint64_t b,
                uint64_t c, uint64_t *new)
{
    bool is_float = type == PTX_F32 || type == PTX_F64 || type == PTX_F16 || type == PTX_BF16 ||
                    type == PTX_F16X2 || type == PTX_BF16X2;
    bool is_signed = type == PTX_S32 || type == PTX_S64,
         wide = type == PTX_S64 || type == PTX_U64 || type == PTX_B64 || type == PTX_F64;
    bool narrow = type == PTX_B16 || type == PTX_U16 || type == PTX_S16;
    uint64_t mask = wide ? UINT64_MAX : narrow ? 0xFFFF : UINT32_MAX;
    bool less = is_signed ? is_signed_less(b, old, wide) : (b & mask) < old;
    b &= mask;
    switch (what) {
    case PTX_ATOM_ADD:
        *new = is_float ? floating(what, type, shared, old, b) : (old + b) & mask;
        return true;
    case PTX_ATOM_MIN:
    case PTX_ATOM_MAX:
        *new = is_float                         ? floating(what, type, shared, old, b)
               : less == (what == PTX_ATOM_MIN) ? b
                                                : old;
        return true;
    case PTX_ATOM_INC:
        *new = old >= b ? 0 : old + 1;
        return true;
    case PTX_ATOM_DEC:
        *new = old == 0 || old > b ? b : old - 1;
        return true;
    case PTX_ATOM_AND:
        *new = old &b;
        return true;
    case PTX_ATOM_OR:
        *new = old | b;
        return true;
    case PTX_ATOM_XOR:
        *new = old ^ b;
        return true;
    case PTX_ATOM_EXCH:
        *new = b;
        return true;
    default:
        *new = old == b ? c &mask : old;
        return old == b;
    }
}
