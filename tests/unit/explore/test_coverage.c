/* Coverage of conflicting slots: the pairs of a program by brute force, and what runs show of them. */
#include "explore/coverage.h"

#include "base/random.h"
#include "program/batch_view.h"
#include "program_text.h"

enum { BRUTE_SLOTS = 24, BRUTE_WORDS = 1 << 16 };

/* What each slot does with each word: 1 reads, 2 writes, 4 updates. */
static uint8_t touches[BRUTE_SLOTS][BRUTE_WORDS];
static uint32_t touching;

static void note(void *context, const struct declared_event *access)
{
    uint8_t bit = access->waits                     ? 0
                  : access->kind == OPERATION_LOAD  ? 1
                  : access->kind == OPERATION_STORE ? 2
                                                    : 4;
    (void)context;
    for (uint32_t i = 0; i < access->count; i++)
        touches[touching][access->word + i] |= bit;
}

static bool conflict_by_brute_force(uint32_t a, uint32_t b)
{
    for (uint32_t w = 0; w < BRUTE_WORDS; w++) {
        uint8_t x = touches[a][w], y = touches[b][w];
        if (x && y && ((x | y) & 2 || (x & 4 && y & 1) || (x & 1 && y & 4)))
            return true;
    }
    return false;
}

static void check_pairs(const vrrl_program *program)
{
    struct coverage *c;
    vrrl_error err = {0};
    uint32_t count = program->batches[0].count, at = 0;
    memset(touches, 0, sizeof touches);
    for (touching = 0; touching < count; touching++)
        slot_footprint(program, &program->slots[touching], note, NULL);
    assert_int_equal(coverage_create(program, &c, &err), VRRL_OK);
    for (uint32_t a = 0; a < count; a++) {
        for (uint32_t b = a + 1; b < count; b++) {
            uint32_t batch, x, y;
            if (!conflict_by_brute_force(a, b))
                continue;
            assert_true(at < coverage_pairs(c));
            coverage_pair(c, at++, &batch, &x, &y);
            assert_true(batch == 0 && x == a && y == b);
        }
    }
    assert_int_equal(at, coverage_pairs(c));
    coverage_destroy(c);
}

static void test_pairs_of_random_programs(void **state)
{
    (void)state;
    static const char *const forms[] = {"STORE_U32 1, y[%u]",      "ATOMIC_ADD 1, y[%u]",
                                        "LOAD_U32 y[%u], obs",     "COMPARE_SWAP y[%u], 1, 2",
                                        "MEMCPY y[%u], seg[1], 2", "MEMCPY seg[0], y[%u], 1",
                                        "SIGNAL y[%u], 1",         "WAIT_GE y[%u], 0"};
    uint64_t random = 5;
    for (uint32_t round = 0; round < 60; round++) {
        char lines[1024] = "", line[64];
        for (uint32_t i = 0; i < 12; i++) {
            const char *form = forms[random_below(&random, sizeof forms / sizeof *forms)];
            snprintf(line, sizeof line, form, random_below(&random, 3));
            strcat(strcat(lines, line), "\n");
        }
        vrrl_program *program = program_of_slots(lines);
        check_pairs(program);
        vrrl_program_free(program);
    }
}

struct seen {
    uint32_t orders[8], count;
};

static void see(void *context, uint32_t order)
{
    struct seen *seen = context;
    seen->orders[seen->count++] = order;
}

static void test_orders(void **state)
{
    (void)state;
    vrrl_program *program =
        program_of_slots("STORE_U32 1, x\nLOAD_U32 x, obs\nNOP\nSTORE_U32 2, x");
    struct coverage *c;
    vrrl_error err = {0};
    struct seen seen = {0};
    assert_int_equal(coverage_create(program, &c, &err), VRRL_OK);
    assert_int_equal(coverage_pairs(c), 3); /* 0-1, 0-3, 1-3 */
    const uint64_t claimed[] = {1, 3, 2, 9}, ended[] = {5, 4, 8, 10};
    coverage_look(c, 0, claimed, ended, see, &seen);
    assert_int_equal(seen.count, 2); /* 0 and 1 overlap */
    assert_true(seen.orders[0] == 2 && seen.orders[1] == 4);
    coverage_look(c, 0, claimed, ended, see, &seen);
    assert_int_equal(seen.count, 2);
    const uint64_t claimed_back[] = {6, 3, 2, 0}, ended_back[] = {8, 4, 8, 0};
    coverage_look(c, 0, claimed_back, ended_back, see, &seen);
    assert_int_equal(seen.count, 3);
    assert_int_equal(seen.orders[2], 1);
    coverage_destroy(c);
    vrrl_program_free(program);
}

/* More pairs than are kept: some are drawn, each once. */
static void test_many_pairs(void **state)
{
    (void)state;
    vrrl_program *program = program_of_slots("repeat 400 as i\nSTORE_U32 i, x\nend");
    struct coverage *c, *again;
    vrrl_error err = {0};
    assert_int_equal(coverage_create(program, &c, &err), VRRL_OK);
    assert_int_equal(coverage_create(program, &again, &err), VRRL_OK);
    assert_in_range(coverage_pairs(c), COVERAGE_PAIRS_MAX / 4, COVERAGE_PAIRS_MAX);
    assert_int_equal(coverage_pairs(c), coverage_pairs(again));
    uint32_t batch, a, b, last_a = 0, last_b = 0;
    for (uint32_t i = 0; i < coverage_pairs(c); i++, last_a = a, last_b = b) {
        coverage_pair(c, i, &batch, &a, &b);
        assert_true(a < b && b < 400 && (a > last_a || (a == last_a && b > last_b)));
    }
    coverage_destroy(c);
    coverage_destroy(again);
    vrrl_program_free(program);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pairs_of_random_programs),
        cmocka_unit_test(test_orders),
        cmocka_unit_test(test_many_pairs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
