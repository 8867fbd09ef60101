/* Numbers of floating point for tests of the arithmetic of a warp. */
#ifndef VRRL_TESTS_ALU_NUMBERS_H
#define VRRL_TESTS_ALU_NUMBERS_H

#include "alu_specimen.h"

#include <fenv.h>
#include <math.h>

__attribute__((unused)) static const int modes[] = {FE_TONEAREST, FE_TOWARDZERO, FE_DOWNWARD,
                                                    FE_UPWARD};
__attribute__((unused)) static const char *const mode_names[] = {"rn", "rz", "rm", "rp"};

static inline float single_of(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline uint32_t bits_of_single(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return value != value ? 0x7FFFFFFFu : bits;
}

static inline double double_of(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline uint64_t bits_of_double(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* Numbers of any size, near ones, and the ends. */
static inline uint32_t drawn_single(uint64_t *random)
{
    static const uint32_t ends[] = {0,          0x80000000, 0x3F800000, 0x7F800000, 0xFF800000,
                                    0x7FC00001, 1,          0x807FFFFF, 0x00800000, 0x7F7FFFFF,
                                    0xFF7FFFFF, 0x3F7FFFFF, 0x33800000, 0xB3800001};
    uint64_t choice = random_bits(random), bits = random_bits(random);
    if (choice % 8 == 0)
        return ends[choice / 8 % (sizeof ends / sizeof ends[0])];
    if (choice % 8 < 4) /* exponents near 1 */
        return (uint32_t)((bits & 0x807FFFFFu) | (117 + choice / 8 % 20) << 23);
    if (choice % 8 == 4) /* few bits: ties */
        return (uint32_t)((bits & 0x80700000u) | (100 + choice / 8 % 50) << 23);
    return (uint32_t)bits;
}

static inline uint64_t drawn_double(uint64_t *random)
{
    static const uint64_t ends[] = {0,
                                    1,
                                    UINT64_C(1) << 63,
                                    0x3FF0000000000000,
                                    0x7FF0000000000000,
                                    0xFFF0000000000000,
                                    0x7FF8000000000000,
                                    0x000FFFFFFFFFFFFF,
                                    0x0010000000000000,
                                    0x7FEFFFFFFFFFFFFF,
                                    0xFFEFFFFFFFFFFFFF,
                                    0x800FFFFFFFFFFFFF};
    uint64_t choice = random_bits(random), bits = random_bits(random);
    if (choice % 8 == 0)
        return ends[choice / 8 % (sizeof ends / sizeof ends[0])];
    if (choice % 8 < 4)
        return (bits & 0x800FFFFFFFFFFFFF) | (1013 + choice / 8 % 20) << 52;
    if (choice % 8 == 4)
        return (bits & 0x800E000000000000) | (1000 + choice / 8 % 50) << 52;
    if (choice % 8 == 5) /* near the least */
        return (bits & 0x800FFFFFFFFFFFFF) | (choice / 8 % 60) << 52;
    return bits;
}

#endif
