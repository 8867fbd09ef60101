/* Every opcode against what its description says, computed here in other ways; then its bounds. On
 * all backends, so that the sequential and the atomic compilation are both measured. */
#include "base/random.h"
#include "ops/mix_layout.h"
#include "ops_test.h"

#include <math.h>

enum { AXPY = 0x40000003, DOT, MATVEC, RMSNORM, SOFTMAX };

static uint32_t bits_of(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static float float_of(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void integers_and_copies(void **state)
{
    (void)state;
    EACH_DRIVER(name)
    {
        machine *m = start(name);
        uint32_t u = m->layout.user_base;
        model *e = copy(m);
        ADD_SLOT(m, VRRL_OPCODE_STORE_U32, 0xDEADBEEF, u + 7);
        e->words[u + 7] = 0xDEADBEEF;
        assert_int_equal(run_one(m), VRRL_STATUS_DONE);
        ADD_SLOT(m, VRRL_OPCODE_ATOMIC_ADD, 0xFFFFFFF0, u + 7);
        e->words[u + 7] = 0xDEADBEDF;
        assert_int_equal(run_one(m), VRRL_STATUS_DONE);
        ADD_SLOT(m, VRRL_OPCODE_LOAD_U32, u + 7, 63);
        e->words[VRRL_WORD_OBSERVABLE + 63] = 0xDEADBEDF;
        assert_int_equal(run_one(m), VRRL_STATUS_DONE);
        ADD_SLOT(m, VRRL_OPCODE_COMPARE_SWAP, u + 7, 1, 2);
        assert_int_equal(run_one(m), VRRL_STATUS_DONE);
        ADD_SLOT(m, VRRL_OPCODE_COMPARE_SWAP, u + 7, 0xDEADBEDF, 2);
        e->words[u + 7] = 2;
        assert_int_equal(run_one(m), VRRL_STATUS_DONE);
        ADD_SLOT(m, VRRL_OPCODE_MEMCPY, u + 100, u + 200, 50);
        memcpy(e->words + u + 200, e->words + u + 100, 200);
        assert_int_equal(run_one(m), VRRL_STATUS_DONE);
        /* Overlapping: in ascending order, so the first word fills the range. */
        ADD_SLOT(m, VRRL_OPCODE_MEMCPY, u + 300, u + 301, 9);
        for (uint32_t i = 1; i < 10; i++)
            e->words[u + 300 + i] = e->words[u + 300];
        assert_int_equal(run_one(m), VRRL_STATUS_DONE);
        ADD_SLOT(m, VRRL_OPCODE_DFA_STEP, 2, 255, u + 1000, u + 8);
        e->words[u + 8] = e->words[u + 1000 + 767];
        assert_int_equal(run_one(m), VRRL_STATUS_DONE);
        ADD_SLOT(m, VRRL_OPCODE_SIGNAL, u + 9, 5);
        e->words[u + 9] += 5;
        assert_int_equal(run_one(m), VRRL_STATUS_DONE);
        expect_model(m, e);
        machine_stop(m);
    }
}

static void printf_keeps_what_fits_and_counts_all(void **state)
{
    (void)state;
    EACH_DRIVER(name)
    {
        machine *m = start(name);
        for (uint32_t k = 0; k < 20; k++)
            ADD_SLOT(m, VRRL_OPCODE_PRINTF, k, 100, 200, 300);
        assert_int_equal(run_one(m), VRRL_STATUS_DONE);
        const uint32_t *log = m->arena + m->layout.debug_base;
        uint32_t seen = 0;
        assert_int_equal(log[0], 20);
        for (uint32_t r = 0; r < 16; r++) {
            assert_true(log[1 + 4 * r] < 20);
            assert_false(seen >> log[1 + 4 * r] & 1);
            seen |= 1u << log[1 + 4 * r];
            assert_int_equal(log[2 + 4 * r], 100);
            assert_int_equal(log[4 + 4 * r], 300);
        }
        machine_stop(m);
    }
}

/* ChaCha's quarter round, on an array, as its authors give it. */
static uint32_t rotated(uint32_t x, unsigned n)
{
    return (uint32_t)(((uint64_t)x << 32 | x) << n >> 32);
}

static void quarter_round(uint32_t s[4])
{
    static const unsigned turns[4] = {16, 12, 8, 7};
    for (unsigned k = 0; k < 4; k++) {
        unsigned to = k % 2 ? 2 : 0, by = k % 2 ? 3 : 1, turned = k % 2 ? 1 : 3;
        s[to] += s[by];
        s[turned] = rotated(s[turned] ^ s[to], turns[k]);
    }
}

static void absorb(uint32_t s[4], uint32_t low, uint32_t high)
{
    s[0] ^= low;
    s[2] ^= high;
    quarter_round(s);
}

/* What docs/opcodes.md says of a segment's new value. */
static void mixed(const uint32_t absorbed[4], uint32_t word, const uint32_t *old, uint32_t out[2])
{
    uint32_t s[4] = {absorbed[0], absorbed[1] ^ word, absorbed[2], absorbed[3]};
    if (old)
        absorb(s, old[0], old[1]);
    for (unsigned turn = 0; turn < 4; turn++) {
        uint32_t r[4];
        for (unsigned i = 0; i < 4; i++)
            r[i] = s[(i + 4 - turn) % 4];
        quarter_round(r);
        for (unsigned i = 0; i < 4; i++)
            s[(i + 4 - turn) % 4] = r[i];
    }
    out[0] = s[0] + s[2];
    out[1] = s[1] ^ s[3];
}

static void mix_follows_its_description(void **state)
{
    (void)state;
    EACH_DRIVER(name)
    {
        machine *m = start(name);
        uint32_t u = m->layout.user_base, d = u + 500, in = u + 10, out = u + 100;
        const uint32_t descriptor[] = {1,        3,      3,
                                       2,        0x1234, 0x5678,      /* counts, identity */
                                       u,        3,      MIX_ACQUIRE, /* wait */
                                       in,       2,      in + 40,
                                       1,        in,     0, /* inputs: two segments, one, none */
                                       out,      2,      MIX_ACCESS_WRITE,      /* outputs */
                                       out + 9,  1,      MIX_ACCESS_READ_WRITE, /* */
                                       out + 20, 1,      MIX_ACCESS_ACCUMULATE, /* */
                                       u + 1,    4,      MIX_RELEASE,           /* signals */
                                       u + 2,    5,      MIX_RELAXED};
        memcpy(m->arena + d, descriptor, sizeof descriptor);
        m->arena[u] = 3;
        model *e = copy(m);
        const uint32_t *w = e->words;
        uint32_t s[4] = {0x1234, 0x5678, 0x9E3779B9, 0x7F4A7C15}, old[2], to[2];
        quarter_round(s);
        absorb(s, w[in], w[in + 1]);
        absorb(s, w[in + 2], w[in + 3]);
        absorb(s, w[in + 40], w[in + 41]);
        mixed(s, out, NULL, e->words + out);
        mixed(s, out + 2, NULL, e->words + out + 2);
        memcpy(old, w + out + 9, sizeof old);
        mixed(s, out + 9, old, e->words + out + 9);
        mixed(s, out + 20, NULL, to);
        e->words[out + 20] += to[0];
        e->words[out + 21] += to[1];
        e->words[u + 1] += 4;
        e->words[u + 2] += 5;
        ADD_SLOT(m, VRRL_OPCODE_MIX, d);
        assert_int_equal(run_one(m), VRRL_STATUS_DONE);
        expect_model(m, e);
        machine_stop(m);
    }
}

/* A change of any one bit of any input changes both words of an output, about half of their bits.
 */
static void mix_depends_on_everything(void **state)
{
    (void)state;
    vrrl_machine config = machine_config(64);
    machine *m = machine_start("reference", &config);
    uint32_t u = m->layout.user_base, d = u + 500, first[2] = {0}, flipped = 0, cases = 0;
    static const uint32_t inputs[] = {10, 11, 12, 13, 504, 505}; /* two segments, identity */
    uint32_t descriptor[] = {0, 1, 1, 0, 7, 8, u + 10, 2, u + 100, 1, MIX_ACCESS_WRITE};
    memcpy(m->arena + d, descriptor, sizeof descriptor);
    for (uint32_t k = 0; k <= 6 * 32; k++) {
        uint32_t *word = &m->arena[u + inputs[k ? (k - 1) / 32 : 0]];
        uint32_t bit = k ? 1u << (k - 1) % 32 : 0;
        *word ^= bit;
        ADD_SLOT(m, VRRL_OPCODE_MIX, d);
        assert_int_equal(run_one(m), VRRL_STATUS_DONE);
        *word ^= bit;
        const uint32_t *out = &m->arena[u + 100];
        if (!k) {
            memcpy(first, out, sizeof first);
            continue;
        }
        assert_true(out[0] != first[0] && out[1] != first[1]);
        flipped += (uint32_t)__builtin_popcount(out[0] ^ first[0]) +
                   (uint32_t)__builtin_popcount(out[1] ^ first[1]);
        cases++;
    }
    assert_true(flipped > cases * 30 && flipped < cases * 34);
    machine_stop(m);
}

enum { N = 100 };

static void fill_floats(machine *m, uint32_t first, uint32_t count, uint64_t seed)
{
    for (uint32_t i = 0; i < count; i++)
        m->arena[first + i] = bits_of((float)((double)random_below(&seed, 2000001) / 1e6 - 1.0));
}

static void sums_are_fused_and_in_order(void **state)
{
    (void)state;
    EACH_DRIVER(name)
    {
        machine *m = start(name);
        uint32_t x = user(m, 0), y = user(m, 200), z = user(m, 400), a = user(m, 600);
        fill_floats(m, x, N, 1);
        fill_floats(m, y, N, 2);
        fill_floats(m, a, 8 * N, 3);
        m->arena[z] = bits_of(2.5f);
        model *e = copy(m);
        float dot = 0;
        for (uint32_t i = 0; i < N; i++)
            dot = fmaf(float_of(e->words[x + i]), float_of(e->words[y + i]), dot);
        e->words[z] = bits_of(2.5f + dot);
        ADD_SLOT(m, DOT, x, y, z, N);
        assert_int_equal(run_one(m), VRRL_STATUS_DONE);
        for (uint32_t i = 0; i < N; i++)
            e->words[y + i] =
                bits_of(fmaf(-0.75f, float_of(e->words[x + i]), float_of(e->words[y + i])));
        ADD_SLOT(m, AXPY, bits_of(-0.75f), x, y, N);
        assert_int_equal(run_one(m), VRRL_STATUS_DONE);
        for (uint32_t add = 0; add < 2; add++) {
            for (uint32_t r = 0; r < 5; r++) {
                float sum = add ? float_of(e->words[z + 10 + r]) : 0;
                for (uint32_t c = 0; c < 90; c++)
                    sum = fmaf(float_of(e->words[a + r * N + c]), float_of(e->words[x + c]), sum);
                e->words[z + 10 + r] = bits_of(sum);
            }
            ADD_SLOT(m, MATVEC, a, x, z + 10, 5, 90, N, add);
            assert_int_equal(run_one(m), VRRL_STATUS_DONE);
        }
        expect_model(m, e);
        machine_stop(m);
    }
}

static void expect_near(float found, double expected)
{
    if (!(fabs((double)found - expected) <= 1e-6 * fabs(expected) + 1e-30))
        fail_msg("found %.9g, expected %.9g", (double)found, expected);
}

static void norms_and_softmax_are_accurate(void **state)
{
    (void)state;
    EACH_DRIVER(name)
    {
        for (uint32_t count = 1; count < N; count += 7) {
            machine *m = start(name);
            uint32_t x = user(m, 0), w = user(m, 200), y = user(m, 400), z = user(m, 600);
            fill_floats(m, x, count, count);
            fill_floats(m, w, count, count + 1);
            double squares = 0, sum = 0, most = -10;
            for (uint32_t i = 0; i < count; i++) {
                double v = (double)float_of(m->arena[x + i]);
                squares += v * v;
                most = v > most ? v : most;
            }
            for (uint32_t i = 0; i < count; i++)
                sum += exp((double)float_of(m->arena[x + i]) - most);
            ADD_SLOT(m, RMSNORM, x, w, y, count, bits_of(1e-5f));
            ADD_SLOT(m, SOFTMAX, x, z, count);
            assert_int_equal(run_one(m), VRRL_STATUS_DONE);
            for (uint32_t i = 0; i < count; i++) {
                double v = (double)float_of(m->arena[x + i]);
                expect_near(float_of(m->arena[y + i]), v * (double)float_of(m->arena[w + i]) /
                                                           sqrt(squares / count + (double)1e-5f));
                expect_near(float_of(m->arena[z + i]), exp(v - most) / sum);
            }
            machine_stop(m);
        }
    }
}

/* Bits that a correct backend gives on any machine; NaNs have one form. */
static void special_values_have_fixed_bits(void **state)
{
    (void)state;
    EACH_DRIVER(name)
    {
        machine *m = start(name);
        uint32_t x = user(m, 0), y = user(m, 10), w = user(m, 20);
        static const uint32_t specials[] = {0xFF800000, 0, 0xC2C80000, 0x3F800000};
        memcpy(m->arena + x, specials, sizeof specials);
        ADD_SLOT(m, SOFTMAX, x, y, 4);
        assert_int_equal(run_one(m), VRRL_STATUS_DONE);
        assert_int_equal(m->arena[y], 0);     /* e^-infinity */
        assert_int_equal(m->arena[y + 2], 0); /* e^-101 */
        static const uint32_t nans[] = {0xFFC00001, 0x7FA00000, 0x7F800000, 0xFF800000};
        memcpy(m->arena + x, nans, sizeof nans);
        memcpy(m->arena + w, nans, sizeof nans);
        ADD_SLOT(m, SOFTMAX, x, y, 4);
        assert_int_equal(run_one(m), VRRL_STATUS_DONE);
        for (uint32_t i = 0; i < 4; i++)
            assert_int_equal(m->arena[y + i], 0x7FC00000);
        ADD_SLOT(m, AXPY, 0, x, w, 4); /* 0 * infinity + … */
        assert_int_equal(run_one(m), VRRL_STATUS_DONE);
        for (uint32_t i = 0; i < 4; i++)
            assert_int_equal(m->arena[w + i], 0x7FC00000);
        memset(m->arena + x, 0, 16);
        m->arena[w] = bits_of(1);
        ADD_SLOT(m, RMSNORM, x, w, y, 1, 0); /* 0 * (1 / sqrt 0) */
        assert_int_equal(run_one(m), VRRL_STATUS_DONE);
        assert_int_equal(m->arena[y], 0x7FC00000);
        machine_stop(m);
    }
}

static void bounds_are_exact(void **state)
{
    (void)state;
    EACH_DRIVER(name)
    {
        machine *m = start(name);
        uint32_t o = VRRL_WORD_OBSERVABLE, u = m->layout.user_base, end = m->layout.debug_base;
        uint32_t all = m->layout.total_words, big = UINT32_MAX, r = m->layout.ring_base;
        const bound bounds[] = {
            {VRRL_OPCODE_STORE_U32, {1, o}, true},
            {VRRL_OPCODE_STORE_U32, {1, o + 63}, true},
            {VRRL_OPCODE_STORE_U32, {1, o - 1}, false},
            {VRRL_OPCODE_STORE_U32, {1, o + 64}, false}, /* the tenant table */
            {VRRL_OPCODE_STORE_U32, {1, VRRL_WORD_SHUTDOWN}, false},
            {VRRL_OPCODE_STORE_U32, {1, VRRL_WORD_DONE_COUNT}, false},
            {VRRL_OPCODE_STORE_U32, {1, r}, false},
            {VRRL_OPCODE_STORE_U32, {1, u - 1}, false},
            {VRRL_OPCODE_STORE_U32, {1, u}, true},
            {VRRL_OPCODE_STORE_U32, {1, end - 1}, true},
            {VRRL_OPCODE_STORE_U32, {1, end}, false}, /* the debug log */
            {VRRL_OPCODE_STORE_U32, {1, all}, false},
            {VRRL_OPCODE_STORE_U32, {1, big}, false},
            {VRRL_OPCODE_ATOMIC_ADD, {1, end}, false},
            {VRRL_OPCODE_COMPARE_SWAP, {end - 1, 1, 1}, true},
            {VRRL_OPCODE_COMPARE_SWAP, {end, 1, 1}, false},
            {VRRL_OPCODE_LOAD_U32, {all - 1, 63}, true},
            {VRRL_OPCODE_LOAD_U32, {all, 63}, false},
            {VRRL_OPCODE_LOAD_U32, {0, 64}, false},
            {VRRL_OPCODE_LOAD_U32, {big, 0}, false},
            {VRRL_OPCODE_MEMCPY, {0, u, 160}, true},
            {VRRL_OPCODE_MEMCPY, {u, o, 64}, true},
            {VRRL_OPCODE_MEMCPY, {u, o, 65}, false},
            {VRRL_OPCODE_MEMCPY, {u, end - 10, 10}, true},
            {VRRL_OPCODE_MEMCPY, {u, end - 10, 11}, false},
            {VRRL_OPCODE_MEMCPY, {all - 10, u, 10}, true},
            {VRRL_OPCODE_MEMCPY, {all - 10, u, 11}, false},
            {VRRL_OPCODE_MEMCPY, {u, u, big}, false},
            {VRRL_OPCODE_MEMCPY, {big, u, 2}, false},
            {VRRL_OPCODE_MEMCPY, {all, end, 0}, true},
            {VRRL_OPCODE_MEMCPY, {all + 1, u, 0}, false},
            {VRRL_OPCODE_DFA_STEP, {0, 255, all - 256, u}, true},
            {VRRL_OPCODE_DFA_STEP, {0, 256, u, u}, false},
            {VRRL_OPCODE_DFA_STEP, {1, 0, all - 256, u}, false},
            {VRRL_OPCODE_DFA_STEP, {0x1000000, 0, 0, u}, false},
            {VRRL_OPCODE_DFA_STEP, {0, 0, u, end}, false},
            {VRRL_OPCODE_BATCH_FENCE, {0, 0, 0}, true},
            {VRRL_OPCODE_BATCH_FENCE, {63, 0, 0}, true},
            {VRRL_OPCODE_BATCH_FENCE, {64, 0, 0}, false},
            {VRRL_OPCODE_BATCH_FENCE, {0, 65, 0}, false},
            {VRRL_OPCODE_WAIT_GE, {all - 1, 0}, true},
            {VRRL_OPCODE_WAIT_GE, {all, 0}, false},
            {VRRL_OPCODE_WAIT_GE, {r, 0}, false}, /* the ring is for fences */
            {VRRL_OPCODE_WAIT_GE, {u - 1, 0}, false},
            {VRRL_OPCODE_SIGNAL, {end - 1, 1}, true},
            {VRRL_OPCODE_SIGNAL, {end, 1}, false},
            {AXPY, {0, all - 4, end - 4, 4}, true},
            {AXPY, {0, all - 4, u, 5}, false},
            {AXPY, {0, u, end - 4, 5}, false},
            {AXPY, {0, u, u, big}, false},
            {DOT, {u, u, end, 1}, false},
            {DOT, {all - 3, u, u, 4}, false},
            {DOT, {u, all - 3, u, 4}, false},
            {DOT, {all - 4, all - 4, u, 4}, true},
            {MATVEC, {all - 22, u, u, 3, 2, 10, 0}, true},
            {MATVEC, {all - 21, u, u, 3, 2, 10, 0}, false},
            {MATVEC, {u, u, u, 2, 2, 1, 0}, false}, /* columns > stride */
            {MATVEC, {u, u, u, 0x10000, 1, 0x10000, 0}, false},
            {MATVEC, {u, u, u, 2, 1, big, 0}, false},
            {MATVEC, {u, u, end - 1, 2, 1, 1, 0}, false},
            {MATVEC, {u, all - 1, u, 1, 2, 2, 0}, false},
            {RMSNORM, {all - 3, u, u, 4, 0}, false},
            {RMSNORM, {u, all - 3, u, 4, 0}, false},
            {RMSNORM, {u, u, end - 3, 4, 0}, false},
            {RMSNORM, {u, u, end - 3, 3, 0}, true},
            {SOFTMAX, {all - 3, u, 4}, false},
            {SOFTMAX, {u, end - 3, 4}, false},
            {SOFTMAX, {u, end - 3, 3}, true},
            {VRRL_OPCODE_MIX, {u - 1}, false},
            {VRRL_OPCODE_MIX, {end - 5}, false},
            {VRRL_OPCODE_MIX, {big}, false},
        };
        expect_bounds(m, bounds, sizeof bounds / sizeof bounds[0]);
        machine_stop(m);
    }
}

static void packed_slots(void **state)
{
    (void)state;
    static const struct {
        uint32_t words[3];
        bool ok;
    } cases[] = {
        {{0x00000000, 0, 0}, true},  /* nothing in it */
        {{0x00000001, 0, 0}, true},  /* NOP */
        {{0x00000C01, 0, 0}, true},  /* NOP, 12 argument words: they fit */
        {{0x00000D01, 0, 0}, false}, /* 13 behind the head: they do not */
        {{0x00000019, 0, 0}, true},  /* 25 NOPs: 52 bytes */
        {{0x0000001A, 0, 0}, false}, /* 26: 54 */
        {{0x000000FF, 0, 0}, false}, {{0x00010201, 0, 0}, false}, /* STORE_U32 to word 0 */
        {{0x01010201, 0, 0}, false},                              /* one argument short */
        {{0x03010201, 0, 0}, false},                              /* offset past the words */
        {{0x00080001, 0, 0}, false},                              /* inner 8 */
        {{0x00FF0001, 0, 0}, false},                              /* user 127 */
        {{0x007F0001, 0, 0}, false},
    };
    EACH_DRIVER(name)
    {
        machine *m = start(name);
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
            add_words(m, VRRL_NO_WORKER, VRRL_OPCODE_PACKED_SLOT, 3, cases[i].words);
            uint32_t expected = cases[i].ok ? VRRL_STATUS_DONE : VRRL_STATUS_FAULT;
            if (run_one(m) != expected)
                fail_msg("case %zu: %s", i, vrrl_status_name(status_of(m, 0)));
        }
        model *e = copy(m);
        /* STORE_U32, ATOMIC_ADD, in order. */
        ADD_SLOT(m, VRRL_OPCODE_PACKED_SLOT, 0x00010402, 0x00000202, 9, user(m, 0), 3, user(m, 0));
        e->words[user(m, 0)] = 12;
        assert_int_equal(run_one(m), VRRL_STATUS_DONE);
        /* A wait behind an effect faults, ready or not, and the effect does not happen. */
        ADD_SLOT(m, VRRL_OPCODE_PACKED_SLOT, 0x00010402, 0x00000280, 9, user(m, 1), user(m, 0), 0);
        assert_int_equal(run_one(m), VRRL_STATUS_FAULT);
        /* A later operation that must fault keeps an earlier one from happening. */
        ADD_SLOT(m, VRRL_OPCODE_PACKED_SLOT, 0x00010402, 0x00000201, 9, user(m, 1), 9, 0);
        assert_int_equal(run_one(m), VRRL_STATUS_FAULT);
        expect_model(m, e);
        machine_stop(m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_and_copies),
        cmocka_unit_test(printf_keeps_what_fits_and_counts_all),
        cmocka_unit_test(mix_follows_its_description),
        cmocka_unit_test(mix_depends_on_everything),
        cmocka_unit_test(sums_are_fused_and_in_order),
        cmocka_unit_test(norms_and_softmax_are_accurate),
        cmocka_unit_test(special_values_have_fixed_bits),
        cmocka_unit_test(bounds_are_exact),
        cmocka_unit_test(packed_slots),
    };
    return cmocka_run_group_tests_name("ops", tests, NULL, NULL);
}
