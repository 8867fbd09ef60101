/* Opcode bodies on hostile operands: random ones, and near-valid MIX descriptors and packed slots.
 * Whatever they say, a body ends, leaves everything but observable words and user memory alone, and
 * touches nothing outside the arena (which ends where its allocation does, for ASan to see). */
#ifdef FUZZ_ATOMIC
#include "ops/atomic.h"
#else
#include "ops/plain.h"
#endif

#include "base/random.h"
#include "vrrl/run/opcode.h"

#include "test.h"

enum { ROUNDS = 200000 };

static const vrrl_geometry geometry = {16, 4, 16, 4, 495, 4};

typedef struct fuzz {
    op_env env;
    uint32_t *arena, *before;
    uint64_t random;
} fuzz;

static fuzz fuzz_new(uint64_t seed)
{
    fuzz f = {.random = seed, .env = {.geometry = geometry}};
    assert_int_equal(vrrl_geometry_layout(&geometry, &f.env.layout, NULL), VRRL_OK);
    size_t bytes = f.env.layout.total_words * sizeof(uint32_t);
    assert_int_equal(bytes % 16, 0);
    f.arena = calloc(1, bytes);
    f.before = malloc(bytes);
    assert_true(f.arena && f.before);
    f.env.arena = f.arena;
    f.env.slots = f.arena;
    return f;
}

static void fuzz_free(fuzz *f)
{
    free(f->arena);
    free(f->before);
}

static uint32_t below(fuzz *f, uint32_t bound)
{
    return random_below(&f->random, bound);
}

/* Numbers that matter: small ones, borders of every part and their neighbours, huge ones. */
static uint32_t interesting(fuzz *f)
{
    const vrrl_layout *l = &f->env.layout;
    const uint32_t borders[] = {0,
                                VRRL_WORD_OBSERVABLE,
                                VRRL_WORD_OBSERVABLE + geometry.observable_words,
                                l->tenant_base,
                                l->ring_base,
                                l->user_base,
                                l->debug_base,
                                l->total_words,
                                1u << 30,
                                1u << 31};
    switch (below(f, 4)) {
    case 0:
        return below(f, 8);
    case 1:
        return borders[below(f, sizeof borders / sizeof borders[0])] + below(f, 5) - 2;
    case 2:
        return l->user_base + below(f, geometry.user_words);
    default:
        return (uint32_t)random_next(&f->random);
    }
}

static bool unchanged(const fuzz *f, uint32_t first, uint32_t end)
{
    return memcmp(f->arena + first, f->before + first, (end - first) * sizeof(uint32_t)) == 0;
}

static uint32_t attempt(fuzz *f)
{
    const vrrl_layout *l = &f->env.layout;
    uint32_t opcode = f->arena[l->ring_base + 1];
    memcpy(f->before, f->arena, l->total_words * sizeof(uint32_t));
    op_env_reset(&f->env);
    uint32_t status = op_attempt(&f->env, l->ring_base);
    assert_true(unchanged(f, 1, 160));
    assert_true(unchanged(f, 160 + geometry.observable_words, l->user_base));
    assert_true(opcode == VRRL_OPCODE_SHUTDOWN || unchanged(f, 0, 1));
    assert_true(opcode == VRRL_OPCODE_PRINTF || unchanged(f, l->debug_base, l->total_words));
    if (status != OP_DONE) {
        assert_true(status == OP_REQUEUE || status == OP_YIELD || status == OP_FAULT);
        assert_true(unchanged(f, 0, l->total_words)); /* no effect yet */
    }
    if (status == OP_REQUEUE)
        assert_true(f->env.wait_word < l->total_words);
    return status;
}

static void publish(fuzz *f, uint32_t opcode)
{
    uint32_t *slot = f->arena + f->env.layout.ring_base;
    slot[0] = VRRL_STATUS_CLAIMED;
    slot[1] = opcode;
    slot[2] = below(f, 4);
}

static void random_operands(void **state)
{
    (void)state;
    fuzz f = fuzz_new(1);
    uint32_t done = 0, rows = 0;
    while (vrrl_opcode_at(rows))
        rows++;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        const vrrl_opcode *row = vrrl_opcode_at(below(&f, rows));
        publish(&f, row->number);
        for (uint32_t k = 0; k < 13; k++)
            f.arena[f.env.layout.ring_base + 3 + k] = interesting(&f);
        done += attempt(&f) == OP_DONE;
    }
    assert_true(done > 5000);
    fuzz_free(&f);
}

/* Counts small, addresses mostly good. */
static void random_descriptors(void **state)
{
    (void)state;
    fuzz f = fuzz_new(2);
    uint32_t ended[8] = {0};
    for (uint32_t round = 0; round < ROUNDS; round++) {
        uint32_t at = f.env.layout.user_base + below(&f, 8);
        publish(&f, VRRL_OPCODE_MIX);
        f.arena[f.env.layout.ring_base + 3] = below(&f, 50) ? at : interesting(&f);
        for (uint32_t k = 0; k < 60; k++)
            f.arena[at + k] = below(&f, 3) ? below(&f, 3) : interesting(&f);
        for (uint32_t k = 0; k < 4; k++)
            f.arena[at + k] = below(&f, 100) ? below(&f, 3) : interesting(&f);
        ended[attempt(&f)]++;
    }
    assert_true(ended[OP_DONE] > 100 && ended[OP_FAULT] > 100 && ended[OP_REQUEUE] > 100);
    fuzz_free(&f);
}

static void random_packed_slots(void **state)
{
    (void)state;
    fuzz f = fuzz_new(3);
    uint32_t ended[8] = {0};
    for (uint32_t round = 0; round < ROUNDS; round++) {
        uint32_t *args = f.arena + f.env.layout.ring_base + 3;
        uint8_t bytes[52];
        publish(&f, VRRL_OPCODE_PACKED_SLOT);
        for (uint32_t k = 0; k < 13; k++)
            args[k] = interesting(&f);
        memcpy(bytes, args, sizeof bytes);
        uint32_t count = below(&f, 4);
        bytes[0] = (uint8_t)(below(&f, 50) ? count : below(&f, 256));
        bytes[1] = (uint8_t)(below(&f, 50) ? 8 + below(&f, 5) : below(&f, 256));
        for (uint32_t k = 0; k < count; k++) {
            uint32_t inner = below(&f, 2) ? below(&f, 8) : 0x80 + below(&f, 22);
            bytes[2 + 2 * k] = (uint8_t)(below(&f, 50) ? inner : below(&f, 256));
            bytes[3 + 2 * k] = (uint8_t)(below(&f, 50) ? below(&f, 6) : below(&f, 256));
        }
        memcpy(args, bytes, sizeof bytes);
        ended[attempt(&f)]++;
    }
    assert_true(ended[OP_DONE] > 1000 && ended[OP_FAULT] > 1000 && ended[OP_REQUEUE] > 100);
    fuzz_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_operands),
        cmocka_unit_test(random_descriptors),
        cmocka_unit_test(random_packed_slots),
    };
    return cmocka_run_group_tests_name("ops_fuzz", tests, NULL, NULL);
}
