/* A run that would take more memory than it may ends before it takes it, and says how much. */
#include "engine/state.h"
#include "engine_runs.h"
#include "scheduled.h"

static void test_memory_is_said(void **unused)
{
    (void)unused;
    vrrl_machine config = small_machine(4);
    machine *m = machine_start("reference", &config);
    for (uint32_t i = 0; i < 8; i++)
        ADD_SLOT(m, STORE, i, user(m, i));
    const struct sched_options options = {.setup.model = VRRL_MEMORY_VIEW,
                                          .starved = VRRL_NO_WORKER};
    struct sched *s = schedule_of(m, &options);
    struct sched_state *state = sched_state_create(s), *other = sched_state_create(s);
    vrrl_error err = {0};
    run_random(s, state, 1);
    assert_int_equal(sched_check(state, &err), VRRL_OK);
    other->memory.bytes_max = memory_bytes(&state->memory) - 1;
    run_random(s, other, 1);
    assert_int_equal(sched_check(other, &err), VRRL_TOO_LARGE);
    assert_non_null(strstr(err.text, "would take 1 MiB, and it may take 0"));
    assert_non_null(strstr(err.fix, "Fix: "));
    assert_true(memory_bytes(&other->memory) <= other->memory.bytes_max);
    sched_state_free(other);
    sched_state_free(state);
    sched_destroy(s);
    machine_stop(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_memory_is_said)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
