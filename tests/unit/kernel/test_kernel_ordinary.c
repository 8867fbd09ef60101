/*
 * Kernels whose threads do not synchronise, run by the machine and, from the same source, by the host: what they
 * write is equal, bit for bit. A NaN is equal to a NaN: what the host's carries, PTX does not say.
 */
#include "kernel_data.h"

#include "kernel/machine.h"
#include "kernel/run.h"

#include <inttypes.h>

/* The sources are CUDA, which converts without a word. */
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wfloat-conversion"
#pragma GCC diagnostic ignored "-Wdouble-promotion"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wunused-variable"
#include "../../data/kernels/ordinary/control.cu"
#include "../../data/kernels/ordinary/integer.cu"
#include "../../data/kernels/ordinary/real.cu"

enum { ELEMENTS = 240, THREADS = 256, WORDS = 2 * THREADS };
enum sort { WORD, LONG, FLOAT, DOUBLE };

/* X(kernel, what its elements are) */
#define CONTROL_KERNELS(X)                                                                         \
    X(diverge, WORD)                                                                               \
    X(loops_of_different_length, WORD)                                                             \
    X(leave_early, WORD)                                                                           \
    X(nested_loops, WORD)                                                                          \
    X(choose_by_switch, WORD)                                                                      \
    X(collatz, WORD)                                                                               \
    X(recursion, WORD)                                                                             \
    X(call_by_pointer, WORD)                                                                       \
    X(structs, WORD)                                                                               \
    X(results_by_address, WORD)                                                                    \
    X(local_array, WORD)                                                                           \
    X(sort_in_place, WORD)                                                                         \
    X(constants, WORD)                                                                             \
    X(bytes_of_memory, WORD)                                                                       \
    X(shorts_of_memory, WORD)                                                                      \
    X(store_bytes, WORD)                                                                           \
    X(store_shorts, WORD)                                                                          \
    X(gather, WORD)                                                                                \
    X(search, WORD)                                                                                \
    X(indexes, WORD)                                                                               \
    X(common_divisor, WORD)                                                                        \
    X(power_modulo, WORD)
#define INTEGER_KERNELS(X)                                                                         \
    X(add_words, WORD)                                                                             \
    X(subtract_words, WORD)                                                                        \
    X(multiply_words, WORD)                                                                        \
    X(multiply_add, WORD)                                                                          \
    X(divide_unsigned, WORD)                                                                       \
    X(remainder_unsigned, WORD)                                                                    \
    X(divide_signed, WORD)                                                                         \
    X(remainder_signed, WORD)                                                                      \
    X(divide_by_constant, WORD)                                                                    \
    X(divide_signed_by_constant, WORD)                                                             \
    X(high_half, WORD)                                                                             \
    X(high_half_signed, WORD)                                                                      \
    X(shifts, WORD)                                                                                \
    X(shift_signed, WORD)                                                                          \
    X(logic, WORD)                                                                                 \
    X(logic_of_three, WORD)                                                                        \
    X(rotate, WORD)                                                                                \
    X(funnel_left, WORD)                                                                           \
    X(funnel_right, WORD)                                                                          \
    X(count_bits, WORD)                                                                            \
    X(leading_zeros, WORD)                                                                         \
    X(leading_zeros_of_64, WORD)                                                                   \
    X(first_bit, WORD)                                                                             \
    X(reverse_bits, WORD)                                                                          \
    X(permute_bytes, WORD)                                                                         \
    X(swap_bytes, WORD)                                                                            \
    X(least_and_most, WORD)                                                                        \
    X(least_unsigned, WORD)                                                                        \
    X(magnitude, WORD)                                                                             \
    X(distance, WORD)                                                                              \
    X(mean, WORD)                                                                                  \
    X(dot_of_bytes, WORD)                                                                          \
    X(bytes_apart, WORD)                                                                           \
    X(sign_extend, WORD)                                                                           \
    X(add_long, LONG)                                                                              \
    X(multiply_long, LONG)                                                                         \
    X(high_half_long, LONG)                                                                        \
    X(divide_long, LONG)                                                                           \
    X(remainder_long, LONG)                                                                        \
    X(shift_long, LONG)                                                                            \
    X(wide_product, LONG)                                                                          \
    X(compare_long, LONG)                                                                          \
    X(hash_words, WORD)                                                                            \
    X(checksum, WORD)                                                                              \
    X(random_walk, WORD)
#define REAL_KERNELS(X)                                                                            \
    X(add_floats, FLOAT)                                                                           \
    X(subtract_floats, FLOAT)                                                                      \
    X(multiply_floats, FLOAT)                                                                      \
    X(divide_floats, FLOAT)                                                                        \
    X(fused_floats, FLOAT)                                                                         \
    X(root, FLOAT)                                                                                 \
    X(reciprocal, FLOAT)                                                                           \
    X(add_toward_zero, FLOAT)                                                                      \
    X(add_upward, FLOAT)                                                                           \
    X(add_downward, FLOAT)                                                                         \
    X(multiply_toward_zero, FLOAT)                                                                 \
    X(multiply_upward, FLOAT)                                                                      \
    X(multiply_downward, FLOAT)                                                                    \
    X(divide_toward_zero, FLOAT)                                                                   \
    X(divide_upward, FLOAT)                                                                        \
    X(smaller_float, FLOAT)                                                                        \
    X(larger_float, FLOAT)                                                                         \
    X(signs, FLOAT)                                                                                \
    X(whole_parts, FLOAT)                                                                          \
    X(compare_floats, FLOAT)                                                                       \
    X(polynomial, FLOAT)                                                                           \
    X(polynomial_fused, FLOAT)                                                                     \
    X(newton, FLOAT)                                                                               \
    X(sum_of_row, FLOAT)                                                                           \
    X(float_bits, FLOAT)                                                                           \
    X(add_doubles, DOUBLE)                                                                         \
    X(multiply_doubles, DOUBLE)                                                                    \
    X(divide_doubles, DOUBLE)                                                                      \
    X(fused_doubles, DOUBLE)                                                                       \
    X(root_of_double, DOUBLE)                                                                      \
    X(double_toward_zero, DOUBLE)                                                                  \
    X(double_upward, DOUBLE)                                                                       \
    X(double_product_downward, DOUBLE)                                                             \
    X(double_quotient_upward, DOUBLE)                                                              \
    X(smaller_double, DOUBLE)                                                                      \
    X(whole_parts_of_double, DOUBLE)                                                               \
    X(double_to_float, DOUBLE)                                                                     \
    X(double_bits, DOUBLE)                                                                         \
    X(integers_to_float, FLOAT)                                                                    \
    X(longs_to_double, DOUBLE)                                                                     \
    X(longs_to_float, FLOAT)                                                                       \
    X(float_to_integer, FLOAT)                                                                     \
    X(double_to_long, DOUBLE)

struct ordinary {
    const char *name;
    void (*host)(const void *a, const void *b, void *out, unsigned n);
    enum sort sort;
};
#define X(name, sort) {#name, host_##name, sort},
static const struct ordinary control[] = {CONTROL_KERNELS(X)};
static const struct ordinary integer[] = {INTEGER_KERNELS(X)};
static const struct ordinary real[] = {REAL_KERNELS(X)};
#undef X

struct arrays {
    uint32_t a[WORDS], b[WORDS], out[WORDS];
};

static uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state ^ *state >> 29;
}

/* Numbers of ordinary size for the most part; each fourth has any bits, and each sixteenth is a limit.
 * No NaN signals: the host's fmin makes a NaN of one, and PTX the other operand. */
static void fill(uint32_t *words, enum sort sort, uint64_t seed)
{
    static const double limits[] = {0.0, -0.0,   1.0,  -1.0,  INFINITY, -INFINITY,
                                    NAN, 1e-310, 3e38, 1e-40, 1e308,    -2.5};
    static const uint32_t edges[] = {0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFF, 0x10000};
    for (uint32_t i = 0; i < THREADS; i++) {
        uint64_t bits = next_random(&seed) ^ next_random(&seed) << 32;
        uint64_t value = bits;
        uint64_t which = next_random(&seed) >> 16;
        double x = (double)(int64_t)bits / 9.2e15;
        if (which % 16 == 0)
            x = limits[which / 16 % (sizeof limits / sizeof *limits)];
        float single = (float)x;
        if (which % 16 == 0 && sort == WORD)
            value = edges[which / 16 % (sizeof edges / sizeof *edges)];
        if (which % 4 != 1 && sort == FLOAT) {
            uint32_t word;
            memcpy(&word, &single, sizeof word);
            value = word;
        }
        if (which % 4 != 1 && sort == DOUBLE)
            memcpy(&value, &x, sizeof value);
        if (sort == FLOAT && (value & 0x7F800000) == 0x7F800000 && (value & 0x7FFFFF) != 0)
            value |= 0x400000;
        if (sort == DOUBLE && (value >> 52 & 0x7FF) == 0x7FF && value << 12 != 0)
            value |= UINT64_C(1) << 51;
        if (sort == WORD || sort == FLOAT) {
            words[i] = (uint32_t)value;
            words[THREADS + i] = (uint32_t)bits;
        } else {
            memcpy(words + 2 * i, &value, sizeof value);
        }
    }
}

static void on_host(const struct ordinary *o, struct arrays *arrays)
{
    for (blockIdx.x = 0; blockIdx.x < gridDim.x; blockIdx.x++)
        for (threadIdx.x = 0; threadIdx.x < blockDim.x; threadIdx.x++)
            o->host(arrays->a, arrays->b, arrays->out, ELEMENTS);
}

static void say_words(FILE *f, const char *name, const uint32_t *words)
{
    fprintf(f, "buffer %s[%d] = ", name, WORDS);
    for (int i = 0; i < WORDS; i++)
        fprintf(f, "%s0x%" PRIx32, i ? ", " : "", words[i]);
    fputc('\n', f);
}

static char *launch_text(const struct ordinary *o, const struct arrays *arrays)
{
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);
    assert_non_null(f);
    say_words(f, "a", arrays->a);
    say_words(f, "b", arrays->b);
    fprintf(f, "buffer out[%d]\nlaunch %s\ngrid 4\nblock 64\nparameters a, b, out, %d\nend\n",
            WORDS, o->name, ELEMENTS);
    fclose(f);
    return text;
}

static bool same(enum sort sort, const uint32_t *left, const uint32_t *right)
{
    double x[2];
    float y[2];
    memcpy(&x[0], left, sort == DOUBLE ? sizeof *x : 0);
    memcpy(&x[1], right, sort == DOUBLE ? sizeof *x : 0);
    memcpy(&y[0], left, sizeof *y);
    memcpy(&y[1], right, sizeof *y);
    if (sort == DOUBLE && isnan(x[0]) && isnan(x[1]))
        return true;
    if (sort == FLOAT && isnan(y[0]) && isnan(y[1]))
        return true;
    return memcmp(left, right, sort == DOUBLE || sort == LONG ? 8 : 4) == 0;
}

static void holds(const struct ptx_module *module, const struct ordinary *o, uint64_t seed)
{
    struct arrays arrays = {0};
    fill(arrays.a, o->sort, seed);
    fill(arrays.b, o->sort, seed * 31 + 7);
    char *text = launch_text(o, &arrays);
    struct launch *launch = NULL;
    struct kernel *kernel = NULL;
    struct machine *machine = NULL;
    struct kernel_result result;
    vrrl_error err = {0};
    if (launch_parse(text, strlen(text), o->name, &launch, &err) != VRRL_OK ||
        kernel_open(module, launch, &kernel, &err) != VRRL_OK ||
        machine_create(kernel, &machine, &err) != VRRL_OK ||
        kernel_run(machine, NULL, &(struct kernel_options){0}, &result, &err) != VRRL_OK)
        fail_msg("%s: %s\n%s", o->name, err.text, err.fix);
    if (result.finding.kind != KERNEL_FINDS_NONE)
        fail_msg("%s: %s %s", o->name, kernel_finding_name(result.finding.kind),
                 result.finding.text);
    on_host(o, &arrays);
    uint32_t found[WORDS];
    memcpy(found, machine_buffer(machine, launch_find_buffer(launch, "out", 3)), sizeof found);
    uint32_t step = o->sort == DOUBLE || o->sort == LONG ? 2 : 1;
    for (uint32_t i = 0; i < THREADS * step; i += step)
        if (!same(o->sort, found + i, arrays.out + i))
            fail_msg("%s, element %u of a %08x%08x and b %08x%08x: the machine has %08x%08x, the "
                     "host %08x%08x",
                     o->name, i / step, arrays.a[i + step - 1], arrays.a[i], arrays.b[i + step - 1],
                     arrays.b[i], found[i + step - 1], found[i], arrays.out[i + step - 1],
                     arrays.out[i]);
    machine_destroy(machine);
    kernel_close(kernel);
    launch_free(launch);
    free(text);
}

static void all_hold(const char *file, const struct ordinary *kernels, size_t count)
{
    struct ptx_module *module = kernel_data_module(file);
    for (size_t i = 0; i < count; i++)
        for (uint64_t seed = 1; seed <= 4; seed++)
            holds(module, &kernels[i], seed + 100 * i);
    ptx_module_free(module);
}

static void of_control(void **state)
{
    (void)state;
    all_hold("ordinary/control.ptx", control, sizeof control / sizeof *control);
}

static void of_integers(void **state)
{
    (void)state;
    all_hold("ordinary/integer.ptx", integer, sizeof integer / sizeof *integer);
}

static void of_reals(void **state)
{
    (void)state;
    all_hold("ordinary/real.ptx", real, sizeof real / sizeof *real);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_control),
        cmocka_unit_test(of_integers),
        cmocka_unit_test(of_reals),
    };
    return cmocka_run_group_tests_name("kernel_ordinary", tests, NULL, NULL);
}
