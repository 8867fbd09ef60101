/*
 * Rows of `view` that are trees of any depth do what a single leaf does: the same steps, on few locations
 * that stand together, and on the same ones spread over many that are added as they are met.
 */
#include "test.h"

#include "base/random.h"
#include "memory/view.h"
#include "memory/view_room.h"
#include "memory/view_rows.h"

#include <string.h>

enum { THREADS = 4, LOCATIONS = 12, STEPS = 150, RUNS = 3000, ROOM = 20000 };

static const uint16_t spread[LOCATIONS] = {0,   1,   31,   32,   33,   511,
                                           512, 700, 8191, 8192, 9000, ROOM - 1};

/* Few are used, so that they are met. */
static struct operation random_op(uint64_t *random, uint32_t locations)
{
    static const uint8_t kinds[] = {OPERATION_LOAD,  OPERATION_LOAD, OPERATION_STORE,
                                    OPERATION_STORE, OPERATION_ADD,  OPERATION_EXCHANGE,
                                    OPERATION_CAS,   OPERATION_FENCE};
    static const uint8_t fences[] = {ORDER_ACQUIRE, ORDER_RELEASE, ORDER_ACQ_REL, ORDER_SEQ_CST};
    struct operation op = {.kind = kinds[random_below(random, sizeof kinds)]};
    op.order = (uint8_t)random_below(random, 4);
    if (op.kind == OPERATION_FENCE)
        op.order = fences[random_below(random, sizeof fences)];
    else if (op.kind == OPERATION_LOAD)
        op.order &= ORDER_ACQUIRE;
    else if (op.kind == OPERATION_STORE)
        op.order &= ORDER_RELEASE;
    op.location = (uint16_t)random_below(random, locations);
    op.value = random_below(random, 3);
    op.expected = random_below(random, 3);
    return op;
}

static void compare_rows(const struct memory *few, const struct memory *many)
{
    assert_int_equal(few->row_count, many->row_count);
    for (uint32_t r = 0; r < few->row_count; r++) {
        assert_true(few->rows[r].fences == many->rows[r].fences);
        for (uint32_t i = 0; i < LOCATIONS && spread[i] < many->location_count; i++)
            assert_int_equal(view_rank(few, r, i), view_rank(many, r, spread[i]));
    }
    for (uint32_t t = 0; t < THREADS; t++)
        for (uint32_t i = 0; i < LOCATIONS && spread[i] < many->location_count; i++)
            assert_int_equal(view_released(few, t, i), view_released(many, t, spread[i]));
}

/* Who has acquired a release has all that it and those before it gave. */
static void check_acquired(const struct memory *m)
{
    for (uint32_t r = 0; r < m->row_count; r++) {
        const struct mem_row *row = &m->rows[r];
        for (uint32_t t = 0; t < THREADS && row->release > m->threads[row->thread].forgot; t++) {
            bool has = row->thread == t || row->release <= m->acquired[t * THREADS + row->thread];
            if (!has || row->more)
                continue;
            for (uint32_t i = 0; i < m->location_count; i++)
                assert_true(view_rank(m, r, i) <= view_rank(m, view_row(t, VIEW_CURRENT), i));
            assert_true((row->fences & ~m->rows[view_row(t, VIEW_CURRENT)].fences) == 0);
        }
    }
}

static void run_both(struct memory *few, struct memory *many, struct memory *copy, uint64_t seed)
{
    static const uint32_t initial[ROOM];
    uint64_t random = seed;
    uint32_t locations = 2 + random_below(&random, LOCATIONS - 1);
    memory_reset(few);
    memory_reset(many);
    assert_true(memory_locations(few, LOCATIONS, initial));
    for (uint32_t i = 0; i < STEPS && !few->limit; i++) {
        uint32_t thread = random_below(&random, THREADS);
        struct operation op = random_op(&random, locations), other = op;
        other.location = op.kind == OPERATION_FENCE ? 0 : spread[op.location];
        assert_true(memory_locations(many, other.location + 1u, initial));
        uint32_t outcomes = memory_outcomes(few, thread, &op);
        assert_int_equal(outcomes, memory_outcomes(many, thread, &other));
        uint32_t outcome = random_below(&random, outcomes);
        assert_int_equal(memory_step(few, thread, &op, outcome),
                         memory_step(many, thread, &other, outcome));
        if (seed % 3 && random_below(&random, 30) == 0) {
            memory_forget(few, thread);
            memory_forget(many, thread);
        }
        if (random_below(&random, 30) == 0)
            assert_true(memory_copy(copy, many) && memory_copy(many, copy));
    }
    assert_int_equal(few->limit, many->limit);
    if (few->limit)
        return;
    compare_rows(few, many);
    check_acquired(few);
}

static void test_deep_rows(void **state)
{
    (void)state;
    struct memory few, many, copy;
    assert_true(memory_init(&few, VRRL_MEMORY_VIEW, THREADS));
    for (uint64_t seed = 0; seed < RUNS; seed++) {
        if (seed % 4 == 0) { /* locations are new again */
            assert_true(memory_init(&many, VRRL_MEMORY_VIEW, THREADS));
            assert_true(memory_init(&copy, VRRL_MEMORY_VIEW, THREADS));
        }
        run_both(&few, &many, &copy, seed);
        if (seed % 4 == 3) {
            memory_free(&many);
            memory_free(&copy);
        }
    }
    memory_free(&few);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_deep_rows)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
