/* The table of strategies: each row is whole, is known by its name, and comes back from a schedule string. */
#include "vrrl/analysis/schedule.h"

#include "run_target_test.h"

#include "schedule/schedule.h"
#include "schedule/schedule_string.h"
#include "schedule/strategy.h"

#include <stdlib.h>
#include <string.h>

static void each_name_is_of_one_strategy(void **state)
{
    (void)state;
    vrrl_strategy found = VRRL_STRATEGIES;
    for (vrrl_strategy s = VRRL_STRATEGY_MIX; s < VRRL_STRATEGIES; s++) {
        const char *name = vrrl_strategy_name(s);
        assert_true(vrrl_strategy_named(name, strlen(name), &found));
        assert_int_equal(found, s);
        assert_false(vrrl_strategy_named(name, strlen(name) - 1, &found));
    }
    assert_string_equal(vrrl_strategy_name(VRRL_STRATEGIES), "?");
    assert_false(vrrl_strategy_named("none", 4, &found));
}

/* The string of a schedule that a strategy drew, and whether it can be read. */
static vrrl_code read_drawn(const vrrl_program *program, const struct strategy_setup *setup,
                            char **text)
{
    const struct run_target_options options = {
        .setup = {.grain = VRRL_GRAIN_OPERATION, .workers = 2}};
    const struct decisions none = {.list = NULL};
    struct schedule s, again;
    vrrl_error err = {0};
    assert_int_equal(schedule_of_run(program, &options, &none, NULL, text, &err), VRRL_OK);
    assert_int_equal(schedule_read(program, *text, &s, &err), VRRL_OK);
    free(*text);
    s.drawn = true;
    s.strategy = *setup;
    assert_int_equal(schedule_write(&s, text, &err), VRRL_OK);
    vrrl_code code = schedule_read(program, *text, &again, &err);
    if (code == VRRL_OK)
        assert_int_equal(again.strategy.kind, setup->kind);
    schedule_free(&again);
    schedule_free(&s);
    return code;
}

static void what_draws_comes_back_from_its_string(void **state)
{
    (void)state;
    vrrl_program *program = example("missing-wait");
    for (vrrl_strategy kind = VRRL_STRATEGY_MIX; kind < VRRL_STRATEGIES; kind++) {
        struct strategy_setup setup = {.kind = kind, .depth = 3, .bound = 2, .choices = 60};
        vrrl_run_outcome one, other;
        vrrl_error err = {0};
        char *text;
        vrrl_code code = read_drawn(program, &setup, &text);
        assert_int_equal(code, strategy_draws(kind) ? VRRL_OK : VRRL_PARSE);
        if (code == VRRL_OK) {
            assert_int_equal(vrrl_schedule_run(program, text, &one, &err), VRRL_OK);
            assert_int_equal(vrrl_schedule_run(program, text, &other, &err), VRRL_OK);
            assert_int_equal(one.schedule, other.schedule);
        }
        free(text);
        setup.depth = 0;
        code = read_drawn(program, &setup, &text);
        bool good = strategy_draws(kind) && !strategy_has_depth(kind);
        assert_int_equal(code, good ? VRRL_OK : VRRL_PARSE);
        free(text);
    }
    vrrl_program_free(program);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_name_is_of_one_strategy),
        cmocka_unit_test(what_draws_comes_back_from_its_string),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
