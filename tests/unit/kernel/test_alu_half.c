/*
 * f16 and bf16 of the arithmetic of a warp, against tables of all of their values: code that shares nothing with
 * src/kernel/.
 */
#include "alu_numbers.h"

/* A format by a table of the sizes of all of its numbers, as long doubles, in their order: infinity is the last, as
 * if it was one step more. */
struct format {
    const char *name;
    unsigned exponent, fraction;
    unsigned count; /* numbers without a sign, up to infinity */
    long double sizes[0x7F81];
};
static struct format f16 = {"f16", 5, 10, 0, {0}}, bf16 = {"bf16", 8, 7, 0, {0}};

static void fill(struct format *f)
{
    int bias = (1 << (f->exponent - 1)) - 1;
    f->count = (((1u << f->exponent) - 1) << f->fraction) + 1;
    for (unsigned i = 0; i < f->count; i++) {
        int exponent = (int)(i >> f->fraction);
        long double fraction = i & ((1u << f->fraction) - 1), unit = 1 << f->fraction;
        f->sizes[i] = exponent ? ldexpl(1 + fraction / unit, exponent - bias)
                               : ldexpl(fraction / unit, 1 - bias);
    }
}

/* The number of a half, which is not a NaN; infinity is a number too large for all. */
static long double value_of(const struct format *f, uint32_t bits)
{
    unsigned size = bits & 0x7FFF;
    long double value = size == f->count - 1 ? (long double)INFINITY : f->sizes[size];
    return bits & 0x8000 ? -value : value;
}

static bool is_nan(const struct format *f, uint32_t bits)
{
    return (bits & 0x7FFF) >= f->count;
}

/* `value` + `rest`, of which the second is less than the last bit of the first, rounded: found in the table. */
static uint32_t rounded(const struct format *f, long double value, long double rest, unsigned mode)
{
    bool sign = signbit(value);
    long double size = fabsl(value), more = sign ? -rest : rest;
    if (isnan(value))
        return 0x7FFF;
    unsigned low = 0, high = f->count - 1; /* sizes[low] <= size < sizes[high], or it is infinite */
    uint32_t top = sign ? 0x8000 : 0;
    if (isinf(value))
        return top | high;
    if (size >= f->sizes[high])
        low = high;
    while (high - low > 1 && low != f->count - 1) {
        unsigned middle = (low + high) / 2;
        if (f->sizes[middle] < size || (f->sizes[middle] == size && more >= 0))
            low = middle;
        else
            high = middle;
    }
    bool exact = low < f->count - 1 && f->sizes[low] == size && more == 0;
    bool away = mode == 2 ? sign : mode == 3 ? !sign : false;
    if (low == f->count - 1) /* too large */
        return top | (mode == 0 || away ? f->count - 1 : f->count - 2);
    if (exact)
        return top | low;
    if (mode != 0)
        return top | (away ? low + 1 : low);
    long double below = size - f->sizes[low], above = f->sizes[low + 1] - size;
    bool up = below > above || (below == above && (more > 0 || (more == 0 && low & 1)));
    return top | (up ? low + 1 : low);
}

/* Every half as a single, and back. */
static void test_halves_are_singles(void **state)
{
    static struct specimen s, back;
    struct format *formats[] = {&f16, &bf16};
    for (unsigned k = 0; k < 2; k++) {
        struct format *f = formats[k];
        char text[64];
        snprintf(text, sizeof text, "cvt.f32.%s %%r0, %%h1;", f->name);
        specimen_open(&s, text);
        snprintf(text, sizeof text, "cvt.rn.%s.f32 %%h0, %%r1;", f->name);
        specimen_open(&back, text);
        for (uint32_t bits = 0; bits < 0x10000; bits++) {
            specimen_put(&s, 0, 16, bits % 32, bits);
            specimen_run(&s, 1u << bits % 32);
            uint32_t found = (uint32_t)specimen_get(&s, 0, 32, bits % 32);
            assert_int_equal(found, is_nan(f, bits) ? 0x7FFFFFFF
                                                    : bits_of_single((float)value_of(f, bits)));
            specimen_put(&back, 0, 32, bits % 32, found);
            specimen_run(&back, 1u << bits % 32);
            assert_int_equal(specimen_get(&back, 0, 16, bits % 32),
                             is_nan(f, bits) ? 0x7FFF : bits);
        }
        specimen_close(&s);
        specimen_close(&back);
    }
    (void)state;
}

/* Singles to halves: any, the middles between two neighbours, and what is a little off them. */
static void test_singles_to_halves(void **state)
{
    static struct specimen s;
    struct format *formats[] = {&f16, &bf16};
    uint64_t random = 5;
    for (unsigned k = 0; k < 2; k++) {
        struct format *f = formats[k];
        for (unsigned mode = 0; mode < 2; mode++) {
            char text[64];
            snprintf(text, sizeof text, "cvt.%s.%s.f32 %%h0, %%r1;", mode_names[mode], f->name);
            specimen_open(&s, text);
            for (unsigned turn = 0; turn < 120000; turn++) {
                unsigned at = turn % (f->count - 1);
                uint32_t middle = bits_of_single((float)((f->sizes[at] + f->sizes[at + 1]) / 2));
                uint32_t bits =
                    turn % 4 == 0 ? drawn_single(&random) : middle + (uint32_t)(turn % 4) - 2;
                bits ^= (uint32_t)random_bits(&random) & 0x80000000u;
                specimen_put(&s, 0, 32, turn % 32, bits);
                specimen_run(&s, 1u << turn % 32);
                uint32_t found = (uint32_t)specimen_get(&s, 0, 16, turn % 32);
                uint32_t wanted = rounded(f, single_of(bits), 0, mode);
                if (found != wanted)
                    fail_msg("%s of %08x: found %04x, wanted %04x", text, bits, found, wanted);
            }
            specimen_close(&s);
        }
    }
    (void)state;
}

/* The exact sum of two long doubles, as one and what it lacks. */
static long double two_sum(long double a, long double b, long double *rest)
{
    volatile long double sum = a + b, part = sum - a;
    volatile long double whole = sum - part;
    *rest = isfinite(sum) ? (a - whole) + (b - part) : 0;
    return sum;
}

static void test_arithmetic_of_halves(void **state)
{
    static const char *const texts[] = {"add.%s %%h0, %%h1, %%h2;", "sub.%s %%h0, %%h1, %%h2;",
                                        "mul.%s %%h0, %%h1, %%h2;",
                                        "fma.rn.%s %%h0, %%h1, %%h2, %%h3;"};
    static struct specimen s;
    struct format *formats[] = {&f16, &bf16};
    uint64_t random = 6;
    for (unsigned k = 0; k < 8; k++) {
        struct format *f = formats[k / 4];
        unsigned what = k % 4;
        char text[64];
        snprintf(text, sizeof text, texts[what], f->name);
        specimen_open(&s, text);
        for (unsigned turn = 0; turn < 200000; turn++) {
            uint32_t v[3];
            long double x[3], rest = 0, value;
            bool nan = false;
            for (unsigned i = 0; i < 3; i++) {
                v[i] = (uint32_t)random_bits(&random) & 0xFFFF;
                if (turn % 3 == 0 && i) /* of one size, so that they cancel and tie */
                    v[i] = (v[0] & 0x7C00) | (v[i] & 0x83FF);
                if (i < 2u + (what == 3))
                    specimen_put(&s, i, 16, turn % 32, v[i]);
                nan = nan || (is_nan(f, v[i]) && (i < 2 || what == 3));
                x[i] = is_nan(f, v[i]) ? 0 : value_of(f, v[i]);
            }
            value = what == 0   ? two_sum(x[0], x[1], &rest)
                    : what == 1 ? two_sum(x[0], -x[1], &rest)
                    : what == 2 ? x[0] * x[1]
                                : two_sum(x[0] * x[1], x[2], &rest);
            uint32_t wanted = nan || isnan(value) ? 0x7FFF : rounded(f, value, rest, 0);
            specimen_run(&s, 1u << turn % 32);
            uint32_t found = (uint32_t)specimen_get(&s, 0, 16, turn % 32);
            if (found != wanted)
                fail_msg("%s of %04x, %04x, %04x: found %04x, wanted %04x", text, v[0], v[1], v[2],
                         found, wanted);
        }
        specimen_close(&s);
    }
    (void)state;
}

/* Both halves of f16x2 are those of f16. */
static void test_pairs(void **state)
{
    static struct specimen one, two;
    uint64_t random = 7;
    specimen_open(&one, "fma.rn.relu.bf16 %h0, %h1, %h2, %h3;");
    specimen_open(&two, "fma.rn.relu.bf16x2 %r0, %r1, %r2, %r3;");
    for (unsigned turn = 0; turn < 3000; turn++) {
        uint32_t v[3], wanted = 0;
        for (unsigned i = 0; i < 3; i++)
            specimen_put(&two, i, 32, 1, v[i] = (uint32_t)random_bits(&random));
        specimen_run(&two, 2);
        for (unsigned half = 0; half < 2; half++) {
            for (unsigned i = 0; i < 3; i++)
                specimen_put(&one, i, 16, 1, v[i] >> 16 * half & 0xFFFF);
            specimen_run(&one, 2);
            wanted |= (uint32_t)specimen_get(&one, 0, 16, 1) << 16 * half;
        }
        assert_int_equal(specimen_get(&two, 0, 32, 1), wanted);
    }
    specimen_close(&one);
    specimen_close(&two);
    (void)state;
}

int main(void)
{
    fill(&f16);
    fill(&bf16);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_halves_are_singles),
        cmocka_unit_test(test_singles_to_halves),
        cmocka_unit_test(test_arithmetic_of_halves),
        cmocka_unit_test(test_pairs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
