/* Strategies, on an engine that has no memory: what they promise, against all orders there are. */
#include "fake_engine.h"

static void run_with(fake_engine *e, struct strategy *s, struct strategy_setup setup)
{
    setup.claims =
        (struct chooser_claims){.context = e, .list = fake_claims, .option = fake_claim_of};
    strategy_start(s, &setup);
    struct chooser c = strategy_chooser(s);
    fake_run(e, &c);
    assert_false(strategy_exhausted(s));
}

/* The order as a number: a digit for each step. */
static uint64_t order_of(const fake_engine *e)
{
    uint64_t order = 0;
    for (uint32_t i = 0; i < e->taken; i++)
        order = order * FAKE_SLOTS + e->order[i];
    return order;
}

/* Orders and how often they came. */
typedef struct order_table {
    uint64_t orders[4096];
    uint32_t times[4096], count;
} order_table;

static uint32_t *times_of(order_table *table, uint64_t order)
{
    uint32_t i = 0;
    while (i < table->count && table->orders[i] != order)
        i++;
    assert_true(i < 4096);
    if (i == table->count)
        table->orders[table->count++] = order;
    return &table->times[i];
}

static order_table orders_of(fake_engine *e, struct strategy_setup setup, uint32_t runs)
{
    order_table table = {0};
    struct strategy *s = strategy_create();
    for (uint32_t i = 0; i < runs; i++) {
        setup.seed = i;
        run_with(e, s, setup);
        (*times_of(&table, order_of(e)))++;
    }
    strategy_destroy(s);
    return table;
}

/* All orders with at most `bound` preemptions, by brute force. */
static void enumerate(const fake_engine *from, uint32_t current, uint32_t bound, order_table *table)
{
    struct chooser_lane lanes[FAKE_SLOTS];
    uint32_t count = fake_ready(from, lanes);
    bool goes_on = false;
    if (count == 0)
        (*times_of(table, order_of(from)))++;
    for (uint32_t i = 0; i < count; i++)
        goes_on |= lanes[i].lane == current;
    for (uint32_t i = 0; i < count; i++) {
        bool preempts = goes_on && lanes[i].lane != current;
        fake_engine next = *from;
        if (preempts && bound == 0)
            continue;
        fake_step(&next, lanes[i].lane, 0);
        enumerate(&next, lanes[i].lane, bound - preempts, table);
    }
}

static order_table all_orders(fake_engine *e, uint32_t bound)
{
    order_table table = {0};
    fake_reset(e);
    enumerate(e, VRRL_NO_INDEX, bound, &table);
    return table;
}

static void test_random_reaches_all(void **state)
{
    (void)state;
    fake_engine e = {.slots = 3, .steps = {3, 2, 2}};
    order_table all = all_orders(&e, 99);
    assert_int_equal(all.count, 210); /* 7! / (3! 2! 2!) */
    order_table found = orders_of(&e, (struct strategy_setup){.kind = VRRL_STRATEGY_RANDOM}, 20000);
    assert_int_equal(found.count, all.count);
}

/* Each lane that can go is as likely: an order of two lanes of two steps has 1/4 for each choice
 * until one has ended. Six standard deviations. */
static void test_random_is_uniform(void **state)
{
    (void)state;
    fake_engine e = {.slots = 2, .steps = {2, 2}};
    order_table found = orders_of(&e, (struct strategy_setup){.kind = VRRL_STRATEGY_RANDOM}, 16000);
    assert_int_equal(found.count, 6);
    for (uint32_t i = 0; i < found.count; i++) {
        bool serial = found.orders[i] == 0011 || found.orders[i] == 01100;
        assert_in_range(found.times[i], serial ? 3600 : 1750, serial ? 4400 : 2250);
    }
}

static void test_same_seed_same_run(void **state)
{
    (void)state;
    struct strategy *s = strategy_create();
    for (int kind = VRRL_STRATEGY_RANDOM; kind <= VRRL_STRATEGY_PREEMPT; kind++) {
        order_table seen = {0};
        for (uint32_t lanes = 0; lanes < 4; lanes++) {
            fake_engine e = {.slots = 5, .steps = {3, 2, 4, 1, 2}, .lanes = lanes}, f = e;
            struct strategy_setup setup = {
                .kind = (vrrl_strategy)kind, .depth = 3, .bound = 2, .choices = 12};
            for (setup.seed = 0; setup.seed < 50; setup.seed++) {
                run_with(&e, s, setup);
                run_with(&f, s, setup);
                assert_int_equal(order_of(&e), order_of(&f));
                (*times_of(&seen, order_of(&e)))++;
            }
        }
        assert_true(seen.count > 50);
    }
    strategy_destroy(s);
}

/* At depth 1 slots run one after the other in an order drawn at random, whoever runs them. */
static void test_pct_orders_slots(void **state)
{
    (void)state;
    for (uint32_t lanes = 0; lanes <= 3; lanes++) {
        fake_engine e = {.slots = 4, .steps = {2, 2, 2, 2}, .lanes = lanes};
        struct strategy_setup setup = {.kind = VRRL_STRATEGY_PCT, .depth = 1, .choices = 8};
        order_table found = orders_of(&e, setup, 24000);
        assert_int_equal(found.count, 24);
        for (uint32_t i = 0; i < found.count; i++)
            assert_in_range(found.times[i], 810, 1190);
    }
}

/* Of depth 2: slot 1 runs as a whole between two given steps of slot 0. Nothing else may. */
static uint32_t atomicity_broken(fake_engine *e, uint32_t after, uint32_t runs)
{
    struct strategy_setup setup = {.kind = VRRL_STRATEGY_PCT, .depth = 2, .choices = 12};
    struct strategy *s = strategy_create();
    uint32_t found = 0;
    for (setup.seed = 0; setup.seed < runs; setup.seed++) {
        uint32_t before = 0, between = 0;
        run_with(e, s, setup);
        for (uint32_t i = 0; i < e->taken; i++) {
            before += e->order[i] == 0;
            between += e->order[i] == 1 && before == after;
        }
        found += between == e->steps[1];
    }
    strategy_destroy(s);
    return found;
}

/* The bound 1 / (n k) of the paper, less six standard deviations of that many runs. */
static void test_pct_keeps_its_bound(void **state)
{
    (void)state;
    enum { RUNS = 40000 };
    fake_engine e = {.slots = 3, .steps = {6, 3, 3}};
    for (uint32_t after = 1; after < e.steps[0]; after++) {
        double bound = RUNS / (3.0 * 12), slack = 6 * 34;
        assert_true(atomicity_broken(&e, after, RUNS) > bound - slack);
    }
}

/* A bug that random search finds hardly ever: 40 steps of slot 0 before the first of slot 1. */
static void test_pct_beats_random(void **state)
{
    (void)state;
    fake_engine e = {.slots = 2, .steps = {40, 2}};
    struct strategy_setup setup = {.kind = VRRL_STRATEGY_PCT, .depth = 1, .choices = 42};
    uint64_t late[2] = {0};
    struct strategy *s = strategy_create();
    for (setup.seed = 0; setup.seed < 2000; setup.seed++) {
        for (int random = 0; random < 2; random++) {
            setup.kind = random ? VRRL_STRATEGY_RANDOM : VRRL_STRATEGY_PCT;
            run_with(&e, s, setup);
            late[random] += e.order[39] == 0 && e.order[40] == 1;
        }
    }
    strategy_destroy(s);
    assert_true(late[0] > 800 && late[1] == 0);
}

/* Slot 0 waits for another near its end: then the next goes on, and it is not lost. */
static void test_waiting_slot(void **state)
{
    (void)state;
    fake_engine e = {.slots = 3, .steps = {3, 2, 2}, .waits_for = 2};
    order_table all = all_orders(&e, 99);
    for (int kind = VRRL_STRATEGY_RANDOM; kind <= VRRL_STRATEGY_PREEMPT; kind++) {
        struct strategy_setup setup = {
            .kind = (vrrl_strategy)kind, .depth = 3, .bound = 3, .choices = 7};
        order_table found = orders_of(&e, setup, 8000);
        uint32_t before = all.count;
        for (uint32_t i = 0; i < found.count; i++)
            times_of(&all, found.orders[i]);
        assert_int_equal(all.count, before);
        assert_true(found.count > 20);
    }
}

/* With `bound` points no order has more preemptions, and all that have so many are found. */
static void test_preemption_bounds(void **state)
{
    (void)state;
    fake_engine e = {.slots = 3, .steps = {3, 2, 2}};
    for (uint32_t bound = 0; bound < 4; bound++) {
        order_table all = all_orders(&e, bound);
        order_table found = {0};
        uint32_t within = all.count;
        for (uint32_t points = 0; points <= bound; points++) {
            struct strategy_setup setup = {
                .kind = VRRL_STRATEGY_PREEMPT, .bound = points, .choices = 7};
            order_table some = orders_of(&e, setup, 30000);
            for (uint32_t i = 0; i < some.count; i++) {
                times_of(&all, some.orders[i]);
                times_of(&found, some.orders[i]);
            }
        }
        assert_int_equal(all.count, within);
        assert_int_equal(found.count, within);
    }
}

/* Runs of steps in which slot 0, once begun, does not go though it could. */
static uint32_t longest_wait(const fake_engine *e)
{
    uint32_t longest = 0, last = 0, left = e->steps[0];
    for (uint32_t i = 0; i < e->taken && left > 0; i++) {
        if (e->order[i] != 0)
            continue;
        if (left-- < e->steps[0] && i - last > longest)
            longest = i - last;
        last = i;
    }
    return longest - (longest > 0);
}

/* Slot 0 is held back for a while of every length, in the middle of its steps. */
static void test_starvation(void **state)
{
    (void)state;
    fake_engine e = {.slots = 4, .steps = {10, 10, 10, 10}};
    struct strategy_setup setup = {.kind = VRRL_STRATEGY_STARVE, .choices = 40};
    struct strategy *s = strategy_create();
    uint32_t lengths[41] = {0}, random_long = 0;
    for (setup.seed = 0; setup.seed < 4000; setup.seed++) {
        setup.kind = VRRL_STRATEGY_STARVE;
        run_with(&e, s, setup);
        lengths[longest_wait(&e)]++;
        setup.kind = VRRL_STRATEGY_RANDOM;
        run_with(&e, s, setup);
        random_long += longest_wait(&e) >= 28;
    }
    strategy_destroy(s);
    for (uint32_t i = 4; i <= 30; i++)
        assert_true(lengths[i] > 0);
    uint32_t starved_long = lengths[28] + lengths[29] + lengths[30];
    assert_true(starved_long > 40 && random_long < 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_reaches_all),  cmocka_unit_test(test_random_is_uniform),
        cmocka_unit_test(test_same_seed_same_run),  cmocka_unit_test(test_pct_orders_slots),
        cmocka_unit_test(test_pct_keeps_its_bound), cmocka_unit_test(test_pct_beats_random),
        cmocka_unit_test(test_waiting_slot),        cmocka_unit_test(test_preemption_bounds),
        cmocka_unit_test(test_starvation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
