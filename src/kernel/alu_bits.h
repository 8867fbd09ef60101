/* The arithmetic of a warp: integers and bits, of one lane; what rows of ptx/alu_integer.h call. */
#ifndef VRRL_KERNEL_ALU_BITS_H
#define VRRL_KERNEL_ALU_BITS_H

#include <stdbool.h>
#include <stdint.h>

__extension__ typedef unsigned __int128 alu_u128;
__extension__ typedef __int128 alu_s128;

/* ---- Products and quotients -------------------------------------------------------------------- */

static inline uint16_t alu_mul_hi_u16(uint16_t a, uint16_t b)
{
    return (uint16_t)((uint32_t)a * b >> 16);
}

static inline int16_t alu_mul_hi_s16(int16_t a, int16_t b)
{
    return (int16_t)((int32_t)a * b >> 16);
}

static inline uint32_t alu_mul_hi_u32(uint32_t a, uint32_t b)
{
    return (uint32_t)((uint64_t)a * b >> 32);
}

static inline int32_t alu_mul_hi_s32(int32_t a, int32_t b)
{
    return (int32_t)((int64_t)a * b >> 32);
}

static inline uint64_t alu_mul_hi_u64(uint64_t a, uint64_t b)
{
    return (uint64_t)((alu_u128)a * b >> 64);
}

static inline int64_t alu_mul_hi_s64(int64_t a, int64_t b)
{
    return (int64_t)((alu_s128)a * b >> 64);
}

static inline int32_t alu_sat_s32(int64_t value)
{
    return value < INT32_MIN ? INT32_MIN : value > INT32_MAX ? INT32_MAX : (int32_t)value;
}

static inline int32_t alu_relu(int32_t value)
{
    return value < 0 ? 0 : value;
}

/* A division by 0 has no value in PTX; machines give all ones, and so do these. */
static inline uint64_t alu_div_u64(uint64_t a, uint64_t b)
{
    return b ? a / b : UINT64_MAX;
}

static inline uint64_t alu_rem_u64(uint64_t a, uint64_t b)
{
    return b ? a % b : UINT64_MAX;
}

static inline int64_t alu_div_s64(int64_t a, int64_t b)
{
    if (b == -1) /* the least integer has no quotient but itself */
        return (int64_t)(0 - (uint64_t)a);
    return b ? a / b : -1;
}

static inline int64_t alu_rem_s64(int64_t a, int64_t b)
{
    if (b == -1)
        return 0;
    return b ? a % b : -1;
}

static inline int32_t alu_s24(uint32_t a)
{
    return (int32_t)((a & 0xFFFFFF) ^ 0x800000) - 0x800000;
}

/* The low 24 bits of two numbers, multiplied: bits 0 to 31. */
static inline uint32_t alu_mul24_u32(uint32_t a, uint32_t b)
{
    return (uint32_t)((uint64_t)(a & 0xFFFFFF) * (b & 0xFFFFFF));
}

static inline uint32_t alu_mul24_s32(uint32_t a, uint32_t b)
{
    return (uint32_t)((int64_t)alu_s24(a) * alu_s24(b));
}

/* Bits 16 to 47 of that product. */
static inline uint32_t alu_mul24_hi_u32(uint32_t a, uint32_t b)
{
    return (uint32_t)((uint64_t)(a & 0xFFFFFF) * (b & 0xFFFFFF) >> 16);
}

static inline uint32_t alu_mul24_hi_s32(uint32_t a, uint32_t b)
{
    return (uint32_t)((int64_t)alu_s24(a) * alu_s24(b) >> 16);
}

/* ---- Parts of 32 bits -------------------------------------------------------------------------- */

static inline int32_t alu_byte(uint32_t word, unsigned at, bool is_signed)
{
    uint32_t byte = word >> 8 * at & 0xFF;
    return is_signed ? (int8_t)byte : (int32_t)byte;
}

static inline uint32_t alu_dp4a(uint32_t a, uint32_t b, uint32_t c, bool a_signed, bool b_signed)
{
    for (unsigned i = 0; i < 4; i++)
        c += (uint32_t)(alu_byte(a, i, a_signed) * alu_byte(b, i, b_signed));
    return c;
}

/* Two halves of a with two bytes of b. */
static inline uint32_t alu_dp2a(uint32_t a, uint32_t b, uint32_t c, bool a_signed, bool b_signed)
{
    for (unsigned i = 0; i < 2; i++) {
        uint32_t half = a >> 16 * i & 0xFFFF;
        int32_t value = a_signed ? (int16_t)half : (int32_t)half;
        c += (uint32_t)value * (uint32_t)alu_byte(b, i, b_signed);
    }
    return c;
}

#define ALU_HALVES(name, type, better)                                                             \
    static inline uint32_t name(uint32_t a, uint32_t b)                                            \
    {                                                                                              \
        type a0 = (type)a, b0 = (type)b, a1 = (type)(a >> 16), b1 = (type)(b >> 16);               \
        uint16_t low = (uint16_t)(a0 better b0 ? a0 : b0);                                         \
        uint16_t high = (uint16_t)(a1 better b1 ? a1 : b1);                                        \
        return low | (uint32_t)high << 16;                                                         \
    }
ALU_HALVES(alu_min_u16x2, uint16_t, <)
ALU_HALVES(alu_min_s16x2, int16_t, <)
ALU_HALVES(alu_max_u16x2, uint16_t, >)
ALU_HALVES(alu_max_s16x2, int16_t, >)
#undef ALU_HALVES

/* ---- Bits -------------------------------------------------------------------------------------- */

static inline uint32_t alu_clz(uint64_t a, unsigned width)
{
    return a ? (uint32_t)__builtin_clzll(a) - (64 - width) : width;
}

/* The highest bit that is set, or how far it is from the top; all ones where none is. */
static inline uint32_t alu_bfind(uint64_t a, unsigned width, bool shift_amount)
{
    if (a == 0)
        return UINT32_MAX;
    uint32_t at = 63 - (uint32_t)__builtin_clzll(a);
    return shift_amount ? width - 1 - at : at;
}

/* The bits of 64 in the other order. */
static inline uint64_t alu_brev(uint64_t a)
{
    a = (a >> 1 & 0x5555555555555555u) | (a & 0x5555555555555555u) << 1;
    a = (a >> 2 & 0x3333333333333333u) | (a & 0x3333333333333333u) << 2;
    a = (a >> 4 & 0x0F0F0F0F0F0F0F0Fu) | (a & 0x0F0F0F0F0F0F0F0Fu) << 4;
    return __builtin_bswap64(a);
}

static inline uint64_t alu_low_bits(unsigned count)
{
    return count >= 64 ? UINT64_MAX : (UINT64_C(1) << count) - 1;
}

/* `length` bits from `at` on; what is above the word is 0, or with a sign that of its last bit. */
static inline uint64_t alu_bfe(uint64_t a, uint32_t at, uint32_t length, unsigned width,
                               bool is_signed)
{
    unsigned first = at & 255, count = length & 255;
    if (count == 0)
        return 0;
    uint64_t word = a & alu_low_bits(width);
    uint64_t field = first < width ? word >> first & alu_low_bits(count) : 0;
    if (!is_signed)
        return field;
    unsigned top = first + count - 1 < width - 1 ? first + count - 1 : width - 1;
    bool sign = word >> top & 1;
    return sign ? field | ~alu_low_bits(first < width ? top - first + 1 : 0) : field;
}

static inline uint64_t alu_bfi(uint64_t a, uint64_t b, uint32_t at, uint32_t length, unsigned width)
{
    unsigned first = at & 255, count = length & 255;
    if (first >= width)
        return b;
    uint64_t mask = alu_low_bits(count) << first & alu_low_bits(width);
    return (b & ~mask) | (a << first & mask);
}

/* The bits where a, b and c are bit 2, 1 and 0 of `row`, if the table has that row. */
static inline uint32_t alu_lop3_row(uint32_t a, uint32_t b, uint32_t c, uint32_t table,
                                    unsigned row)
{
    return (row & 4 ? a : ~a) & (row & 2 ? b : ~b) & (row & 1 ? c : ~c) & (0 - (table >> row & 1));
}

static inline uint32_t alu_lop3(uint32_t a, uint32_t b, uint32_t c, uint32_t table)
{
    return alu_lop3_row(a, b, c, table, 0) | alu_lop3_row(a, b, c, table, 1) |
           alu_lop3_row(a, b, c, table, 2) | alu_lop3_row(a, b, c, table, 3) |
           alu_lop3_row(a, b, c, table, 4) | alu_lop3_row(a, b, c, table, 5) |
           alu_lop3_row(a, b, c, table, 6) | alu_lop3_row(a, b, c, table, 7);
}

/* The n-th bit of `mask` that is set, from `base` on, upwards or downwards. */
static inline uint32_t alu_fns(uint32_t mask, uint32_t base, int32_t n)
{
    if (n == 0)
        return base < 32 && mask >> base & 1 ? base : UINT32_MAX;
    int64_t left = n < 0 ? -(int64_t)n : n, step = n < 0 ? -1 : 1;
    for (int64_t at = base; at >= 0 && at < 32; at += step)
        if (mask >> at & 1 && --left == 0)
            return (uint32_t)at;
    return UINT32_MAX;
}

/* `count` ones from bit `at` on. */
static inline uint32_t alu_bmsk_clamp(uint32_t at, uint32_t count)
{
    uint64_t ones = count >= 32 ? UINT32_MAX : (UINT64_C(1) << count) - 1;
    return at >= 32 ? 0 : (uint32_t)(ones << at);
}

static inline uint32_t alu_prmt(uint32_t a, uint32_t b, uint32_t selector)
{
    uint64_t bytes = (uint64_t)b << 32 | a;
    uint32_t value = 0;
    for (unsigned i = 0; i < 4; i++) {
        uint32_t choice = selector >> 4 * i & 15;
        uint32_t byte = (uint32_t)(bytes >> 8 * (choice & 7)) & 0xFF;
        if (choice & 8) /* its sign, in all bits */
            byte = byte & 0x80 ? 0xFF : 0;
        value |= byte << 8 * i;
    }
    return value;
}

/* The selectors of the modes of `prmt`. */
static inline uint32_t alu_f4e(uint32_t c)
{
    static const uint16_t selectors[] = {0x3210, 0x4321, 0x5432, 0x6543};
    return selectors[c & 3];
}

static inline uint32_t alu_b4e(uint32_t c)
{
    static const uint16_t selectors[] = {0x5670, 0x6701, 0x7012, 0x0123};
    return selectors[c & 3];
}

static inline uint32_t alu_ecl(uint32_t c)
{
    static const uint16_t selectors[] = {0x3210, 0x3211, 0x3222, 0x3333};
    return selectors[c & 3];
}

static inline uint32_t alu_ecr(uint32_t c)
{
    static const uint16_t selectors[] = {0x0000, 0x1110, 0x2210, 0x3210};
    return selectors[c & 3];
}

/* b and a are 64 bits together, shifted by 0 to 32: the upper half, or the lower one. */
static inline uint32_t alu_shf_l(uint32_t a, uint32_t b, uint32_t by)
{
    uint64_t both = (uint64_t)b << 32 | a;
    return (uint32_t)(both << by >> 32);
}

static inline uint32_t alu_shf_r(uint32_t a, uint32_t b, uint32_t by)
{
    uint64_t both = (uint64_t)b << 32 | a;
    return (uint32_t)(both >> by);
}

#endif
