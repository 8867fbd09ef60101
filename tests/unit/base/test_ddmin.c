/* Delta debugging, against predicates whose answers are known or can be enumerated. */
#include "base/ddmin.h"

#include "base/random.h"
#include "test.h"

enum { FEW = 9, MOST = 64 };

struct predicate {
    uint64_t needed;   /* KNOWN: exactly these */
    const bool *table; /* TABLE: by set; NULL: KNOWN */
    uint64_t tests, most;
    uint32_t count;
};

static uint64_t set_of(const bool *keep, uint32_t count)
{
    uint64_t set = 0;
    for (uint32_t i = 0; i < count && i < MOST; i++)
        set |= (uint64_t)keep[i] << i;
    return set;
}

static vrrl_code fails(void *context, const bool *keep, bool *answer, vrrl_error *err)
{
    (void)err;
    struct predicate *p = context;
    uint64_t set = set_of(keep, p->count);
    p->tests++;
    *answer = p->table ? p->table[set] : (set & p->needed) == p->needed;
    return VRRL_OK;
}

static bool enough(void *context)
{
    const struct predicate *p = context;
    return p->most && p->tests >= p->most;
}

static uint64_t run(struct predicate *p, struct ddmin_result *result)
{
    bool keep[MOST];
    vrrl_error err = {0};
    for (uint32_t i = 0; i < p->count; i++)
        keep[i] = true;
    struct ddmin_problem problem = {p, fails, enough};
    assert_int_equal(ddmin(&problem, keep, p->count, result, &err), VRRL_OK);
    assert_int_equal(result->tests, p->tests);
    return set_of(keep, p->count);
}

/* A failure that needs some elements and no others has one minimum, and it is found. */
static void a_conjunction_is_found_exactly(void **state)
{
    (void)state;
    uint64_t seed = 1;
    for (uint32_t i = 0; i < 2000; i++) {
        uint32_t count = random_below(&seed, 65);
        uint64_t all = count == 64 ? UINT64_MAX : (UINT64_C(1) << count) - 1;
        uint64_t needed = all & random_next(&seed) & random_next(&seed) & random_next(&seed);
        struct predicate p = {.needed = needed, .count = count};
        struct ddmin_result result;
        assert_true(run(&p, &result) == needed);
        assert_true(result.minimal);
        assert_int_equal(result.kept, __builtin_popcountll(needed));
        assert_true(result.tests <= (uint64_t)count * count + count);
    }
}

/* Any table of answers, monotone or not: what is left fails, and without any one of it passes. */
static void what_is_left_is_1_minimal(void **state)
{
    (void)state;
    uint64_t seed = 2;
    for (uint32_t i = 0; i < 3000; i++) {
        bool table[1 << FEW];
        uint32_t odds = 1 + random_below(&seed, 6);
        for (uint32_t s = 0; s < 1 << FEW; s++)
            table[s] = random_below(&seed, odds + 1) == 0;
        table[(1 << FEW) - 1] = true;
        for (uint32_t s = 0; i % 2 && s < 1 << FEW; s++) /* monotone: upwards closed */
            for (uint32_t b = 0; table[s] == false && b < FEW; b++)
                table[s] = (s >> b & 1) && table[s & ~(1u << b)];
        struct predicate p = {.table = table, .count = FEW};
        struct ddmin_result result;
        uint64_t left = run(&p, &result);
        assert_true(result.minimal);
        assert_true(table[left]);
        for (uint32_t b = 0; b < FEW; b++)
            assert_true(!(left >> b & 1) || !table[left & ~(UINT64_C(1) << b)]);
    }
}

/* Stopped at any moment, what is left still fails, and is called minimal only where it is. */
static void it_can_be_stopped(void **state)
{
    (void)state;
    for (uint64_t most = 1; most < 100; most++) {
        struct predicate p = {.needed = 0x10010, .count = 20, .most = most};
        struct ddmin_result result;
        uint64_t left = run(&p, &result);
        assert_true((left & p.needed) == p.needed);
        assert_true(p.tests <= most);
        assert_true(!result.minimal || left == p.needed);
        if (left != p.needed)
            assert_false(result.minimal);
    }
}

/* Two of a thousand take few tests: ten halvings each, and some. */
static void few_of_many_take_few_tests(void **state)
{
    (void)state;
    struct predicate p = {.needed = 1u << 3 | UINT64_C(1) << 60, .count = 64};
    struct ddmin_result result;
    run(&p, &result);
    assert_true(result.tests < 64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_conjunction_is_found_exactly),
        cmocka_unit_test(what_is_left_is_1_minimal),
        cmocka_unit_test(it_can_be_stopped),
        cmocka_unit_test(few_of_many_take_few_tests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
