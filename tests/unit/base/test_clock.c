/* The calibrated clock against the system's, and its comparisons with times that are made up. */
#include "test.h"

#include "base/calibrated.h"
#include "base/clock.h"
#include "base/random.h"

#include <inttypes.h>

enum { RUN_MS = 300 };

/* Two readings of the system's clock around each: it may lie outside by the documented error. */
static void readings_are_the_time_and_increase(void **state)
{
    (void)state;
    vrrl_clock clock;
    vrrl_clock_start(&clock);
    uint64_t last = 0, worst = 0, readings = 0, end = clock_steady_ns() + RUN_MS * 1000000ull;
    while (clock_steady_ns() < end) {
        uint64_t before = clock_wall_ns(), now = vrrl_clock_now(&clock), after = clock_wall_ns();
        uint64_t apart = now < before ? before - now : now > after ? now - after : 0;
        assert_true(now > last);
        worst = apart > worst ? apart : worst;
        last = now;
        readings++;
    }
    print_message("%s: %" PRIu64 " readings, at most %" PRIu64 " ns beside CLOCK_REALTIME\n",
                  vrrl_clock_has_counter(&clock) ? "a counter" : "no counter", readings, worst);
    assert_in_range(worst, 0, VRRL_CLOCK_ERROR_NS);
}

static void readings_in_a_row_increase(void **state)
{
    (void)state;
    vrrl_clock clock;
    vrrl_clock_start(&clock);
    uint64_t last = 0;
    for (int i = 0; i < 1000000; i++) {
        uint64_t now = vrrl_clock_now(&clock);
        assert_true(now > last);
        last = now;
    }
}

/* ---- Times that are made up ------------------------------------------------------------------ */

/* A machine: how its counter counts, and what its clocks say. */
struct machine {
    double ticks, ticks_per_ns;
    uint64_t steady_ns, wall_ns;
};

static void pass(struct machine *m, uint64_t ns)
{
    m->ticks += (double)ns * m->ticks_per_ns;
    m->steady_ns += ns;
    m->wall_ns += ns;
}

static struct clock_sample sample_of(const struct machine *m)
{
    return (struct clock_sample){(uint64_t)m->ticks, m->steady_ns, m->wall_ns};
}

/* A reading, as vrrl_clock_now makes one; *compared where it was time for a comparison. */
static uint64_t read_at(vrrl_clock *clock, const struct machine *m)
{
    uint64_t ns;
    struct clock_sample sample = sample_of(m);
    if (!calibrated_at(clock, sample.ticks, &ns)) {
        calibrated_compare(clock, &sample);
        ns = m->wall_ns;
    }
    return calibrated_reading(clock, ns);
}

static vrrl_clock clock_of(const struct machine *m)
{
    struct clock_sample sample = sample_of(m);
    vrrl_clock clock = {.has_counter = true};
    calibrated_begin(&clock, &sample);
    return clock;
}

static const struct machine usual = {1e12, 2.6, 5000000000u, 1700000000000000000u};

static void run(vrrl_clock *clock, struct machine *m, uint64_t steps, uint64_t *seed,
                uint64_t tolerance_ns)
{
    for (uint64_t last = clock->last_ns; steps > 0; steps--) {
        pass(m, random_below(seed, 200000));
        uint64_t now = read_at(clock, m);
        assert_true(now > last);
        assert_in_range(now, m->wall_ns - tolerance_ns, m->wall_ns + tolerance_ns + steps);
        last = now;
    }
}

/* From a slow counter to a fast one; the error is the rounding's. */
static void a_steady_counter_tells_the_time(void **state)
{
    (void)state;
    static const double rates[] = {0.024, 0.1, 1.0, 2.6, 5.0};
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        struct machine m = usual;
        uint64_t seed = i;
        m.ticks_per_ns = rates[i];
        vrrl_clock clock = clock_of(&m);
        run(&clock, &m, 20000, &seed, 20000);
        assert_int_not_equal(clock.scale, 0);
        assert_int_equal(clock.doubts, 0);
        run(&clock, &m, 50000, &seed, 1000);
        assert_true(clock.has_counter);
    }
}

/* The system's clock is slewed by 500 ppm, as adjtime does. */
static void a_slewed_clock_is_followed(void **state)
{
    (void)state;
    struct machine m = usual;
    uint64_t seed = 1;
    vrrl_clock clock = clock_of(&m);
    run(&clock, &m, 1000, &seed, 20000);
    m.ticks_per_ns *= 1.0005;
    run(&clock, &m, 50000, &seed, 1000);
    assert_int_equal(clock.doubts, 0);
}

/* Forward at the next comparison; back only as far as readings may: they count up until it has
 * caught up. */
static void a_clock_that_is_set_is_followed(void **state)
{
    (void)state;
    struct machine m = usual;
    uint64_t seed = 2, hour = 3600000000000u;
    vrrl_clock clock = clock_of(&m);
    run(&clock, &m, 1000, &seed, 20000);
    m.wall_ns += hour;
    pass(&m, 2 * VRRL_CLOCK_COMPARE_NS);
    read_at(&clock, &m);
    run(&clock, &m, 1000, &seed, 1000);
    m.wall_ns -= 1000000 + VRRL_CLOCK_COMPARE_NS;
    pass(&m, VRRL_CLOCK_COMPARE_NS);
    uint64_t last = clock.last_ns;
    for (uint64_t i = 1; i <= 100; i++)
        assert_int_equal(read_at(&clock, &m), last + i);
    pass(&m, 2 * VRRL_CLOCK_COMPARE_NS);
    run(&clock, &m, 1000, &seed, 1000);
    assert_int_equal(clock.doubts, 0);
}

/* A machine that was moved: each move is met at the next comparison, the third ends the counter. */
static void a_counter_that_jumps_is_given_up(void **state)
{
    (void)state;
    struct machine m = usual;
    uint64_t seed = 3;
    vrrl_clock clock = clock_of(&m);
    for (uint32_t move = 1; move <= 3; move++) {
        run(&clock, &m, 1000, &seed, 20000);
        assert_int_not_equal(clock.scale, 0);
        if (move == 1)
            m.ticks = 1000; /* another machine's, that was started just now */
        else
            m.ticks += 1e11;
        pass(&m, 10);
        uint64_t now = read_at(&clock, &m);
        assert_int_equal(now, m.wall_ns);
        assert_int_equal(clock.doubts, move);
        assert_int_equal(clock.has_counter, move < 3);
        assert_int_equal(clock.scale, 0);
    }
}

/* Another rate, without a jump: the comparison shows it. */
static void a_counter_that_changes_its_rate_is_calibrated_anew(void **state)
{
    (void)state;
    struct machine m = usual;
    uint64_t seed = 4;
    vrrl_clock clock = clock_of(&m);
    run(&clock, &m, 1000, &seed, 20000);
    m.ticks_per_ns *= 1.3;
    pass(&m, 2 * VRRL_CLOCK_COMPARE_NS);
    assert_int_equal(read_at(&clock, &m), m.wall_ns);
    assert_int_equal(clock.doubts, 1);
    run(&clock, &m, 1000, &seed, 1000);
    assert_int_not_equal(clock.scale, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(readings_are_the_time_and_increase),
        cmocka_unit_test(readings_in_a_row_increase),
        cmocka_unit_test(a_steady_counter_tells_the_time),
        cmocka_unit_test(a_slewed_clock_is_followed),
        cmocka_unit_test(a_clock_that_is_set_is_followed),
        cmocka_unit_test(a_counter_that_jumps_is_given_up),
        cmocka_unit_test(a_counter_that_changes_its_rate_is_calibrated_anew),
    };
    return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
