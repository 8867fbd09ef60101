/*
 * f32 and f64 of the arithmetic of a warp, and conversions, against the processor's own with its rounding set (fenv):
 * code that shares nothing with src/kernel/.
 */
#include "alu_numbers.h"

/* ---- f32 and f64 ------------------------------------------------------------------------------- */

enum what { ADD, SUB, MUL, FMA, DIV, RCP, SQRT, WHATS };
static const char *const what_names[] = {"add", "sub", "mul", "fma", "div", "rcp", "sqrt"};
static const unsigned what_sources[] = {2, 2, 2, 3, 2, 1, 1};

/* The processor's answer. Volatile: it is computed between the two calls, and not by the compiler. */
static float single_truth(enum what what, int mode, float x, float y, float z)
{
    volatile float a = x, b = y, c = z, value = 0;
    fesetround(mode);
    switch (what) {
    case ADD:
        value = a + b;
        break;
    case SUB:
        value = a - b;
        break;
    case MUL:
        value = a * b;
        break;
    case FMA:
        value = fmaf(a, b, c);
        break;
    case DIV:
        value = a / b;
        break;
    case RCP:
        value = 1 / a;
        break;
    default:
        value = sqrtf(a);
        break;
    }
    fesetround(FE_TONEAREST);
    return value;
}

static double double_truth(enum what what, int mode, double x, double y, double z)
{
    volatile double a = x, b = y, c = z, value = 0;
    fesetround(mode);
    switch (what) {
    case ADD:
        value = a + b;
        break;
    case SUB:
        value = a - b;
        break;
    case MUL:
        value = a * b;
        break;
    case FMA:
        value = fma(a, b, c);
        break;
    case DIV:
        value = a / b;
        break;
    case RCP:
        value = 1 / a;
        break;
    default:
        value = sqrt(a);
        break;
    }
    fesetround(FE_TONEAREST);
    return value;
}

static void instruction_text(char *out, size_t size, enum what what, unsigned mode,
                             const char *rest, const char *reg)
{
    int at = snprintf(out, size, "%s.%s%s %%%s0", what_names[what], mode_names[mode], rest, reg);
    for (unsigned k = 0; k < what_sources[what]; k++)
        at += snprintf(out + at, size - (size_t)at, ", %%%s%u", reg, k + 1);
    snprintf(out + at, size - (size_t)at, ";");
}

static void test_singles(void **state)
{
    static struct specimen s;
    uint64_t random = 1;
    for (unsigned what = 0; what < WHATS; what++) {
        for (unsigned mode = 0; mode < 4; mode++) {
            char text[96];
            instruction_text(text, sizeof text, (enum what)what, mode, ".f32", "r");
            specimen_open(&s, text);
            for (unsigned turn = 0; turn < 600; turn++) {
                uint32_t v[WARP_LANES][3];
                for (unsigned lane = 0; lane < WARP_LANES; lane++)
                    for (unsigned k = 0; k < 3; k++) {
                        v[lane][k] = drawn_single(&random);
                        if (k < what_sources[what])
                            specimen_put(&s, k, 32, lane, v[lane][k]);
                    }
                specimen_run(&s, UINT32_MAX);
                for (unsigned lane = 0; lane < WARP_LANES; lane++) {
                    uint32_t wanted = bits_of_single(
                        single_truth((enum what)what, modes[mode], single_of(v[lane][0]),
                                     single_of(v[lane][1]), single_of(v[lane][2])));
                    uint32_t found = (uint32_t)specimen_get(&s, 0, 32, lane);
                    if (found != wanted)
                        fail_msg("%s of %08x, %08x, %08x: found %08x, wanted %08x", text,
                                 v[lane][0], v[lane][1], v[lane][2], found, wanted);
                }
            }
            specimen_close(&s);
        }
    }
    (void)state;
}

static void test_doubles(void **state)
{
    static struct specimen s;
    uint64_t random = 2;
    for (unsigned what = 0; what < WHATS; what++) {
        for (unsigned mode = 0; mode < 4; mode++) {
            char text[96];
            instruction_text(text, sizeof text, (enum what)what, mode, ".f64", "d");
            specimen_open(&s, text);
            for (unsigned turn = 0; turn < 600; turn++) {
                uint64_t v[WARP_LANES][3];
                for (unsigned lane = 0; lane < WARP_LANES; lane++)
                    for (unsigned k = 0; k < 3; k++) {
                        v[lane][k] = drawn_double(&random);
                        if (k < what_sources[what])
                            specimen_put(&s, k, 64, lane, v[lane][k]);
                    }
                specimen_run(&s, UINT32_MAX);
                for (unsigned lane = 0; lane < WARP_LANES; lane++) {
                    double truth = double_truth((enum what)what, modes[mode], double_of(v[lane][0]),
                                                double_of(v[lane][1]), double_of(v[lane][2]));
                    uint64_t found = specimen_get(&s, 0, 64, lane);
                    bool same = truth != truth ? double_of(found) != double_of(found)
                                               : found == bits_of_double(truth);
                    if (!same)
                        fail_msg("%s of %016llx, %016llx, %016llx: found %016llx, wanted %016llx",
                                 text, (unsigned long long)v[lane][0],
                                 (unsigned long long)v[lane][1], (unsigned long long)v[lane][2],
                                 (unsigned long long)found,
                                 (unsigned long long)bits_of_double(truth));
                }
            }
            specimen_close(&s);
        }
    }
    (void)state;
}

/* ---- Modifiers of f32 -------------------------------------------------------------------------- */

static float flushed(float value)
{
    return fpclassify(value) == FP_SUBNORMAL ? copysignf(0, value) : value;
}

/* add.ftz.sat: what goes in and what comes out is flushed; then it is cut to 0 … 1, and a NaN is 0. */
static void test_modifiers(void **state)
{
    static struct specimen s;
    uint64_t random = 3;
    for (unsigned k = 0; k < 4; k++) {
        bool ftz = k & 1, sat = k & 2;
        char text[64];
        snprintf(text, sizeof text, "fma.rn%s%s.f32 %%r0, %%r1, %%r2, %%r3;", ftz ? ".ftz" : "",
                 sat ? ".sat" : "");
        specimen_open(&s, text);
        for (unsigned turn = 0; turn < 20000; turn++) {
            float v[3];
            for (unsigned i = 0; i < 3; i++) {
                v[i] = single_of(drawn_single(&random));
                specimen_put(&s, i, 32, 5, bits_of_single(v[i]));
                v[i] = ftz ? flushed(v[i]) : v[i];
            }
            float wanted = fmaf(v[0], v[1], v[2]);
            wanted = ftz ? flushed(wanted) : wanted;
            if (sat)
                wanted = isnan(wanted) || wanted <= 0 ? 0 : wanted > 1 ? 1 : wanted;
            specimen_run(&s, 1u << 5);
            assert_int_equal(specimen_get(&s, 0, 32, 5), bits_of_single(wanted));
        }
        specimen_close(&s);
    }
    (void)state;
}

static void test_least_and_most(void **state)
{
    static const struct {
        const char *text;
        uint32_t a, b, wanted;
    } rows[] = {
        {"min.f32 %r0, %r1, %r2;", 0x80000000, 0, 0x80000000},
        {"max.f32 %r0, %r1, %r2;", 0x80000000, 0, 0},
        {"min.f32 %r0, %r1, %r2;", 0x7FC00000, 0x3F800000, 0x3F800000},
        {"min.NaN.f32 %r0, %r1, %r2;", 0x7FC00000, 0x3F800000, 0x7FFFFFFF},
        {"max.f32 %r0, %r1, %r2;", 0x7FC00000, 0xFFC00000, 0x7FFFFFFF},
        {"min.f32 %r0, %r1, %r2;", 0xC0000000, 0x3F800000, 0xC0000000},
        {"max.f32 %r0, %r1, %r2;", 0xFF800000, 0xFF7FFFFF, 0xFF7FFFFF},
        {"min.xorsign.abs.f32 %r0, %r1, %r2;", 0xC0000000, 0x40400000, 0xC0000000},
        {"max.xorsign.abs.f32 %r0, %r1, %r2;", 0xC0000000, 0xC0400000, 0x40400000},
        {"min.ftz.f32 %r0, %r1, %r2;", 1, 0x3F800000, 0},
        {"abs.ftz.f32 %r0, %r1;", 0x80000001, 0, 0},
        {"neg.f32 %r0, %r1;", 0x80000001, 0, 1},
        {"copysign.f32 %r0, %r1, %r2;", 0x80000000, 0x3F800000, 0xBF800000},
        {"div.approx.f32 %r0, %r1, %r2;", 0x3F800000, 0x7F000000, 0},
    };
    static struct specimen s;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        specimen_open(&s, rows[i].text);
        specimen_put(&s, 0, 32, 0, rows[i].a);
        if (s.function->instructions[0].source[1] != PTX_NO_OPERAND)
            specimen_put(&s, 1, 32, 0, rows[i].b);
        specimen_run(&s, 1);
        if (specimen_get(&s, 0, 32, 0) != rows[i].wanted)
            fail_msg("%s: found %x, wanted %x", rows[i].text, (unsigned)specimen_get(&s, 0, 32, 0),
                     rows[i].wanted);
        specimen_close(&s);
    }
    (void)state;
}

static void test_comparisons(void **state)
{
    static const char *const names[] = {"eq",  "ne",  "lt",  "le",  "gt",  "ge",  "equ",
                                        "neu", "ltu", "leu", "gtu", "geu", "num", "nan"};
    static struct specimen s;
    uint64_t random = 4;
    for (unsigned k = 0; k < 14; k++) {
        char text[64];
        snprintf(text, sizeof text, "setp.%s.f32 %%p0, %%r1, %%r2;", names[k]);
        specimen_open(&s, text);
        for (unsigned turn = 0; turn < 3000; turn++) {
            uint32_t x = drawn_single(&random), y = turn % 5 ? drawn_single(&random) : x;
            float a = single_of(x), b = single_of(y);
            bool apart = isunordered(a, b);
            bool truths[] = {a == b,
                             islessgreater(a, b),
                             isless(a, b),
                             islessequal(a, b),
                             isgreater(a, b),
                             isgreaterequal(a, b),
                             apart || a == b,
                             apart || a != b,
                             apart || isless(a, b),
                             apart || islessequal(a, b),
                             apart || isgreater(a, b),
                             apart || isgreaterequal(a, b),
                             !apart,
                             apart};
            specimen_put(&s, 0, 32, 9, x);
            specimen_put(&s, 1, 32, 9, y);
            specimen_run(&s, 1u << 9);
            assert_int_equal(specimen_get(&s, 0, 1, 9), truths[k]);
        }
        specimen_close(&s);
    }
    (void)state;
}

/* ---- cvt --------------------------------------------------------------------------------------- */

/* A number rounded to an integer by the processor, then cut to what the type holds. */
static uint64_t integer_truth(long double value, unsigned mode, unsigned bits, bool is_signed)
{
    fesetround(modes[mode]);
    volatile long double given = value, whole = rintl(given);
    fesetround(FE_TONEAREST);
    long double top = ldexpl(1, (int)bits - is_signed), low = is_signed ? -top : 0;
    uint64_t mask = bits == 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1;
    if (whole >= top)
        return mask >> is_signed;
    if (whole <= low)
        return is_signed ? UINT64_C(1) << (bits - 1) : 0;
    return (whole < 0 ? 0 - (uint64_t)-whole : (uint64_t)whole) & mask;
}

static void test_float_to_integer(void **state)
{
    static const char *const names[] = {"rni", "rzi", "rmi", "rpi"};
    static const unsigned sizes[] = {16, 32, 64};
    static struct specimen s;
    uint64_t random = 8;
    for (unsigned k = 0; k < 48; k++) {
        unsigned mode = k % 4, bits = sizes[k / 4 % 3], wide = k / 12 % 2;
        bool is_signed = k / 24;
        char text[64];
        snprintf(text, sizeof text, "cvt.%s.%c%u.f%u %%%c0, %%%c1;", names[mode],
                 is_signed ? 's' : 'u', bits, wide ? 64 : 32,
                 bits == 16   ? 'h'
                 : bits == 32 ? 'r'
                              : 'd',
                 wide ? 'd' : 'r');
        specimen_open(&s, text);
        for (unsigned turn = 0; turn < 3000; turn++) {
            uint64_t v = wide ? drawn_double(&random) : drawn_single(&random);
            if (turn % 2) { /* halves of integers of any size */
                double half =
                    (double)(int64_t)(random_bits(&random) >> random_bits(&random) % 64) / 2;
                half = random_bits(&random) % 2 ? half : -half;
                float single = (float)half;
                uint32_t low;
                memcpy(&low, &single, sizeof low);
                v = wide ? bits_of_double(half) : low;
            }
            double value = wide ? double_of(v) : (double)single_of((uint32_t)v);
            specimen_put(&s, 0, wide ? 64 : 32, 4, v);
            specimen_run(&s, 16);
            uint64_t found = specimen_get(&s, 0, bits, 4), wanted;
            if (isnan(value))
                wanted = wide || bits == 64 ? UINT64_C(1) << (bits - 1) : 0;
            else
                wanted = integer_truth(value, mode, bits, is_signed);
            if (found != wanted)
                fail_msg("%s of %016llx: found %llx, wanted %llx", text, (unsigned long long)v,
                         (unsigned long long)found, (unsigned long long)wanted);
        }
        specimen_close(&s);
    }
    (void)state;
}

static void test_integer_to_float(void **state)
{
    static struct specimen s;
    uint64_t random = 9;
    for (unsigned k = 0; k < 32; k++) {
        unsigned mode = k % 4, from = k / 4 % 2 ? 64 : 32, to = k / 8 % 2 ? 64 : 32;
        bool is_signed = k / 16;
        char text[64];
        snprintf(text, sizeof text, "cvt.%s.f%u.%c%u %%%c0, %%%c1;", mode_names[mode], to,
                 is_signed ? 's' : 'u', from, to == 64 ? 'd' : 'r', from == 64 ? 'd' : 'r');
        specimen_open(&s, text);
        for (unsigned turn = 0; turn < 3000; turn++) {
            uint64_t v = random_bits(&random) >> random_bits(&random) % 64;
            v = turn % 2 ? 0 - v : v;
            v = from == 32 ? (uint32_t)v : v;
            volatile int64_t with_sign = from == 32 ? (int32_t)(uint32_t)v : (int64_t)v;
            volatile uint64_t without = v;
            fesetround(modes[mode]);
            volatile float single = is_signed ? (float)with_sign : (float)without;
            volatile double wide = is_signed ? (double)with_sign : (double)without;
            fesetround(FE_TONEAREST);
            specimen_put(&s, 0, from, 4, v);
            specimen_run(&s, 16);
            uint64_t wanted = to == 64 ? bits_of_double(wide) : bits_of_single(single);
            if (specimen_get(&s, 0, to, 4) != wanted)
                fail_msg("%s of %llx: found %llx, wanted %llx", text, (unsigned long long)v,
                         (unsigned long long)specimen_get(&s, 0, to, 4),
                         (unsigned long long)wanted);
        }
        specimen_close(&s);
    }
    (void)state;
}

static void test_between_floats(void **state)
{
    static struct specimen s;
    uint64_t random = 10;
    for (unsigned mode = 0; mode < 4; mode++) {
        char text[64];
        snprintf(text, sizeof text, "cvt.%s.f32.f64 %%r0, %%d1;", mode_names[mode]);
        specimen_open(&s, text);
        for (unsigned turn = 0; turn < 20000; turn++) {
            uint64_t v = turn % 2 ? drawn_double(&random)
                                  : bits_of_double((double)single_of(drawn_single(&random))) +
                                        random_bits(&random) % 3;
            volatile double given = double_of(v);
            fesetround(modes[mode]);
            volatile float wanted = (float)given;
            fesetround(FE_TONEAREST);
            specimen_put(&s, 0, 64, 4, v);
            specimen_run(&s, 16);
            assert_int_equal(specimen_get(&s, 0, 32, 4), bits_of_single(wanted));
        }
        specimen_close(&s);
    }
    (void)state;
}

/* Conversions of integers, in which registers may be wider than types. */
static void test_between_integers(void **state)
{
    static const struct {
        const char *text;
        unsigned from, to;
        uint64_t value, wanted;
    } rows[] = {
        {"cvt.s64.s32 %d0, %r1;", 32, 64, 0x80000000, 0xFFFFFFFF80000000},
        {"cvt.u64.u32 %d0, %r1;", 32, 64, 0x80000000, 0x80000000},
        {"cvt.u32.u64 %r0, %d1;", 64, 32, 0x1234567890, 0x34567890},
        {"cvt.s32.s8 %r0, %r1;", 32, 32, 0x1280, 0xFFFFFF80},
        {"cvt.s8.s32 %h0, %r1;", 32, 16, 0x1280, 0xFF80},
        {"cvt.u8.u32 %r0, %r1;", 32, 32, 0x1280, 0x80},
        {"cvt.sat.u8.s32 %r0, %r1;", 32, 32, 0xFFFFFFFF, 0},
        {"cvt.sat.s8.s32 %r0, %r1;", 32, 32, 1000, 127},
        {"cvt.sat.s8.s32 %r0, %r1;", 32, 32, 0xFFFFFC18, 0xFFFFFF80},
        {"cvt.sat.u32.s64 %r0, %d1;", 64, 32, 0x100000000, 0xFFFFFFFF},
        {"cvt.u16.u32 %h0, %r1;", 32, 16, 0x12345, 0x2345},
        {"cvt.s32.s16 %r0, %h1;", 16, 32, 0x8000, 0xFFFF8000},
        {"cvt.u32.u16 %r0, %h1;", 16, 32, 0x8000, 0x8000},
        {"cvt.s64.s16 %d0, %h1;", 16, 64, 0x8000, 0xFFFFFFFFFFFF8000},
        {"cvt.s16.s64 %r0, %d1;", 64, 32, 0x18000, 0xFFFF8000},
        {"cvt.rni.f32.f32 %r0, %r1;", 32, 32, 0x40200000, 0x40000000},
        {"cvt.rpi.f32.f32 %r0, %r1;", 32, 32, 0xBF000000, 0x80000000},
        {"cvt.sat.f32.f32 %r0, %r1;", 32, 32, 0xBF000000, 0},
        {"cvt.rn.satfinite.f16.f32 %h0, %r1;", 32, 16, 0x7F000000, 0x7BFF},
    };
    static struct specimen s;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        specimen_open(&s, rows[i].text);
        uint16_t source = s.function->instructions[0].source[0];
        s.rows32[source][2] = (uint32_t)rows[i].value;
        s.rows64[source][2] = rows[i].value;
        specimen_run(&s, 4);
        uint64_t found = specimen_get(&s, 0, rows[i].to, 2);
        if (found != rows[i].wanted)
            fail_msg("%s of %llx: found %llx, wanted %llx", rows[i].text,
                     (unsigned long long)rows[i].value, (unsigned long long)found,
                     (unsigned long long)rows[i].wanted);
        specimen_close(&s);
    }
    (void)state;
}

static void test_packing(void **state)
{
    static struct specimen s;
    specimen_open(
        &s,
        "mov.b64 %d0, {%r1, %r2};\nmov.b64 {%h1, %h2, %h3, %h4}, %d0;\nmov.b32 %r0, {%h2, %h3};");
    specimen_put(&s, 0, 32, 3, 0x11112222);
    specimen_put(&s, 1, 32, 3, 0x33334444);
    specimen_run(&s, 8);
    assert_int_equal(specimen_get(&s, 0, 32, 3), 0x44441111);
    specimen_close(&s);
    (void)state;
}

/* ---- .approx ----------------------------------------------------------------------------------- */

/* Within the bounds of the ISA: of ex2 and rsqrt relative, of lg2, sin and cos absolute, of tanh relative. */
static void test_approximations(void **state)
{
    static const struct {
        const char *text;
        double (*truth)(double);
        double from, to, relative, absolute;
    } rows[] = {
        {"ex2.approx.f32 %r0, %r1;", exp2, -126, 127, 0x1p-22, 0},
        {"lg2.approx.f32 %r0, %r1;", log2, 0.5, 2, 0, 0x1p-22},
        {"lg2.approx.f32 %r0, %r1;", log2, 2, 1e30, 0x1p-22, 0},
        {"sin.approx.f32 %r0, %r1;", sin, -3.1415926, 3.1415926, 0, 0x1p-20},
        {"cos.approx.f32 %r0, %r1;", cos, -3.1415926, 3.1415926, 0, 0x1p-20},
        {"tanh.approx.f32 %r0, %r1;", tanh, -20, 20, 0x1p-11, 0},
        {"sin.approx.f32 %r0, %r1;", sin, 1000, 100000, 0, 0x1p-20},
    };
    static struct specimen s;
    uint64_t random = 11;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        specimen_open(&s, rows[i].text);
        for (unsigned turn = 0; turn < 20000; turn++) {
            double part = (double)(random_bits(&random) >> 11) * 0x1p-53;
            float x = (float)(rows[i].from + (rows[i].to - rows[i].from) * part);
            specimen_put(&s, 0, 32, 0, bits_of_single(x));
            specimen_run(&s, 1);
            double found = single_of((uint32_t)specimen_get(&s, 0, 32, 0)),
                   truth = rows[i].truth(x);
            if (fabs(found - truth) > rows[i].absolute + rows[i].relative * fabs(truth))
                fail_msg("%s of %a: found %a, wanted %a", rows[i].text, (double)x, found, truth);
        }
        specimen_close(&s);
    }
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_singles),          cmocka_unit_test(test_doubles),
        cmocka_unit_test(test_modifiers),        cmocka_unit_test(test_least_and_most),
        cmocka_unit_test(test_comparisons),      cmocka_unit_test(test_float_to_integer),
        cmocka_unit_test(test_integer_to_float), cmocka_unit_test(test_between_floats),
        cmocka_unit_test(test_between_integers), cmocka_unit_test(test_packing),
        cmocka_unit_test(test_approximations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
