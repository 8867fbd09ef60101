/* The host's epoch loop: verdicts, waiters, refusals, on every backend of this build. */
#include "machine.h"

#define EACH_DRIVER(row)                                                                           \
    for (uint32_t driver_ = 0; driver_ < 2 && vrrl_driver_at(driver_); driver_++)                  \
        for (const vrrl_driver *row = vrrl_driver_at(driver_); row; row = NULL)

static void completes_and_counts(void **state)
{
    (void)state;
    EACH_DRIVER(row)
    {
        vrrl_machine config = machine_config(64);
        machine *m = machine_start(row->name, &config);
        for (uint32_t epoch = 0; epoch < 5; epoch++) {
            for (uint32_t k = 0; k < 40; k++)
                ADD_SLOT(m, VRRL_OPCODE_ATOMIC_ADD, k, user(m, 0));
            ADD_SLOT(m, VRRL_OPCODE_WAIT_GE, user(m, 1), epoch + 1);
            ADD_SLOT(m, VRRL_OPCODE_SIGNAL, user(m, 1), 1);
            assert_int_equal(machine_run(m), VRRL_VERDICT_COMPLETE);
            assert_int_equal(m->result->epoch, epoch);
            assert_int_equal(m->result->slot_count, 43);
            assert_int_equal(m->result->waiter_count, 0);
            assert_int_equal(m->arena[user(m, 0)], (epoch + 1) * 780);
            assert_int_equal(m->arena[VRRL_WORD_DONE_COUNT], (epoch + 1) * 43);
            assert_int_equal(m->arena[VRRL_WORD_EPOCH], epoch + 1);
            assert_int_equal(m->arena[VRRL_WORD_METRICS + 2], (epoch + 1) * 40);
            assert_int_equal(m->arena[VRRL_WORD_METRICS + 7], epoch + 1);
            assert_int_equal(m->arena[VRRL_WORD_METRICS + 16], epoch + 1);
            assert_int_equal(m->arena[VRRL_WORD_METRICS + 17], epoch + 1);
            assert_int_equal(m->arena[VRRL_WORD_FAIRNESS], (epoch + 1) * 43);
        }
        machine_stop(m);
    }
}

static void a_wait_that_nobody_satisfies_is_a_deadlock(void **state)
{
    (void)state;
    EACH_DRIVER(row)
    {
        vrrl_machine config = machine_config(64);
        machine *m = machine_start(row->name, &config);
        ADD_SLOT(m, VRRL_OPCODE_SIGNAL, user(m, 3), 2);
        ADD_SLOT(m, VRRL_OPCODE_WAIT_GE, user(m, 3), 3);
        assert_int_equal(machine_run(m), VRRL_VERDICT_DEADLOCK);
        assert_int_equal(m->result->waiter_count, 2);
        const vrrl_waiter *wait = &m->result->waiters[0], *fence = &m->result->waiters[1];
        assert_int_equal(wait->index, 1);
        assert_int_equal(wait->status, VRRL_STATUS_REQUEUE);
        assert_true(wait->worker < 2);
        assert_int_equal(wait->wait_word, user(m, 3));
        assert_int_equal(wait->wait_value, 3);
        assert_int_equal(wait->seen_value, 2);
        assert_int_equal(fence->index, 2);
        assert_int_equal(fence->wait_word, m->layout.ring_base + 16);
        assert_int_equal(fence->seen_value, VRRL_STATUS_REQUEUE);
        vrrl_error err;
        vrrl_epoch_input input = {0};
        assert_int_equal(vrrl_host_run_epoch(m->host, &input, NULL, 0, &m->result, &err),
                         VRRL_REFUSED);
        machine_stop(m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(completes_and_counts),
        cmocka_unit_test(a_wait_that_nobody_satisfies_is_a_deadlock),
    };
    return cmocka_run_group_tests_name("host", tests, NULL, NULL);
}
