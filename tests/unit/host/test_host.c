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

/* What a sink was told, in order: one letter a call, and the index. */
typedef struct told {
    char calls[64];
    uint32_t used, indices[64], fail_at;
} told;

static vrrl_code tell(told *t, char call, uint32_t index, vrrl_error *err)
{
    t->indices[t->used] = index;
    t->calls[t->used++] = call;
    if (t->used != t->fail_at)
        return VRRL_OK;
    if (err)
        err->code = VRRL_IO;
    return VRRL_IO;
}

static vrrl_code tell_prologue(void *context, uint32_t epoch, const uint32_t *words,
                               vrrl_error *err)
{
    (void)epoch;
    return tell(context, 'r', words[VRRL_SLOT_OPCODE], err);
}

static vrrl_code tell_publish(void *context, uint32_t epoch, uint32_t index, uint32_t queue,
                              const uint32_t *words, vrrl_error *err)
{
    (void)epoch, (void)queue;
    assert_int_equal(words[0], VRRL_STATUS_PUBLISHED);
    return tell(context, 'p', index, err);
}

static vrrl_code tell_complete(void *context, uint32_t epoch, uint32_t index, const uint32_t *words,
                               const vrrl_ticket *ticket, vrrl_error *err)
{
    (void)epoch;
    assert_true(vrrl_status_is_terminal(words[0]) && ticket->completion_order);
    return tell(context, 'c', index, err);
}

static vrrl_code tell_observe(void *context, const vrrl_epoch_result *result, vrrl_error *err)
{
    return tell(context, 'o', result->verdict, err);
}

static vrrl_code tell_end(void *context, const vrrl_epoch_result *result, vrrl_error *err)
{
    return tell(context, 'e', result->verdict, err);
}

static vrrl_sink telling(told *t)
{
    return (vrrl_sink){t, tell_prologue, tell_publish, tell_complete, tell_observe, tell_end};
}

static void the_sink_is_told_in_order(void **state)
{
    (void)state;
    EACH_DRIVER(row)
    {
        vrrl_machine config = machine_config(8);
        machine *m = machine_start(row->name, &config);
        uint32_t store[] = {41, user(m, 0)}, copy[] = {user(m, 0), user(m, 5), 1};
        vrrl_slot_input prologue[] = {
            {.opcode = VRRL_OPCODE_STORE_U32, .arg_count = 2, .args = store},
            {.opcode = VRRL_OPCODE_MEMCPY, .arg_count = 3, .args = copy}};
        ADD_SLOT(m, VRRL_OPCODE_ATOMIC_ADD, 1, user(m, 5));
        ADD_SLOT(m, VRRL_OPCODE_NOP, 0);
        uint32_t at[] = {7, 0, 3};
        vrrl_epoch_input input = {prologue, 2, m->slots, 2, at};
        told t = {0};
        vrrl_sink sink = telling(&t);
        assert_int_equal(vrrl_host_run_epoch(m->host, &input, &sink, 1000, &m->result, NULL), 0);
        assert_string_equal(t.calls, "rrpppccoce");
        assert_int_equal(t.indices[0], VRRL_OPCODE_STORE_U32);
        assert_int_equal(t.indices[2], 7);
        assert_int_equal(t.indices[4], 3);
        assert_int_equal(t.indices[5] + t.indices[6], 7); /* 7 and 0, in any order */
        assert_int_equal(t.indices[8], 3);
        assert_int_equal(m->arena[user(m, 5)], 42);
        machine_stop(m);
    }
}

static void a_sink_that_fails_ends_the_run(void **state)
{
    (void)state;
    EACH_DRIVER(row)
    {
        for (uint32_t fail_at = 1; fail_at <= 8; fail_at++) {
            vrrl_machine config = machine_config(8);
            machine *m = machine_start(row->name, &config);
            ADD_SLOT(m, VRRL_OPCODE_NOP, 0);
            ADD_SLOT(m, VRRL_OPCODE_NOP, 0);
            vrrl_epoch_input input = {.slots = m->slots, .slot_count = 2};
            told t = {.fail_at = fail_at};
            vrrl_sink sink = telling(&t);
            vrrl_error err;
            assert_int_equal(vrrl_host_run_epoch(m->host, &input, &sink, 1000, &m->result, &err),
                             VRRL_IO);
            assert_int_equal(t.used, fail_at);
            assert_int_equal(vrrl_host_run_epoch(m->host, &input, NULL, 0, &m->result, &err),
                             VRRL_REFUSED);
            machine_stop(m);
        }
    }
}

static void expect_refused(machine *m, const vrrl_epoch_input *input)
{
    vrrl_error err = {0};
    told t = {0};
    vrrl_sink sink = telling(&t);
    assert_int_equal(vrrl_host_run_epoch(m->host, input, &sink, 1000, &m->result, &err),
                     VRRL_REFUSED);
    assert_int_equal(strncmp(err.fix, "Fix: ", 5), 0);
    assert_int_equal(t.used, 0);
    assert_int_equal(m->arena[VRRL_WORD_EPOCH], 0);
}

static void refuses_before_anything_is_published(void **state)
{
    (void)state;
    EACH_DRIVER(row)
    {
        vrrl_machine config = machine_config(8);
        machine *m = machine_start(row->name, &config);
        uint32_t outside[] = {1, m->layout.ring_base};
        vrrl_slot_input slots[8] = {{.queue = VRRL_NO_WORKER}};
        for (uint32_t k = 1; k < 8; k++)
            slots[k] = slots[0];
        expect_refused(m, &(vrrl_epoch_input){.slots = slots, .slot_count = 8});
        vrrl_slot_input unknown = {.opcode = 99, .queue = VRRL_NO_WORKER};
        expect_refused(m, &(vrrl_epoch_input){.slots = &unknown, .slot_count = 1});
        vrrl_slot_input queued = {.queue = 0};
        expect_refused(m, &(vrrl_epoch_input){.slots = &queued, .slot_count = 1});
        expect_refused(m, &(vrrl_epoch_input){
                              .slots = slots, .slot_count = 2, .indices = (uint32_t[]){1, 3, 4}});
        vrrl_slot_input add = {.opcode = VRRL_OPCODE_ATOMIC_ADD, .arg_count = 2, .args = outside};
        expect_refused(m, &(vrrl_epoch_input){.prologue = &add, .prologue_count = 1});
        add.opcode = VRRL_OPCODE_STORE_U32;
        expect_refused(m, &(vrrl_epoch_input){.prologue = &add, .prologue_count = 1});
        m->arena[VRRL_WORD_QUOTA + 5] = 2;
        for (uint32_t k = 0; k < 3; k++)
            slots[k].tenant = 5 + 32 * k;
        expect_refused(m, &(vrrl_epoch_input){.slots = slots, .slot_count = 3});
        /* What was refused has left the machine as it was. */
        vrrl_epoch_input good = {.slots = slots, .slot_count = 2};
        assert_int_equal(vrrl_host_run_epoch(m->host, &good, NULL, 1000, &m->result, NULL), 0);
        assert_int_equal(m->result->verdict, VRRL_VERDICT_COMPLETE);
        machine_stop(m);
    }
}

static void an_empty_epoch_completes_and_a_full_ring_wraps(void **state)
{
    (void)state;
    EACH_DRIVER(row)
    {
        vrrl_machine config = machine_config(8);
        config.claim = VRRL_CLAIM_RANDOM;
        machine *m = machine_start(row->name, &config);
        for (uint32_t epoch = 0; epoch < 100; epoch++) {
            for (uint32_t k = 0; k < epoch % 8; k++)
                ADD_SLOT(m, VRRL_OPCODE_ATOMIC_ADD, 1, user(m, 0));
            assert_int_equal(machine_run(m), VRRL_VERDICT_COMPLETE);
        }
        assert_int_equal(m->arena[user(m, 0)], 12 * 28 + 0 + 1 + 2 + 3);
        machine_stop(m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(completes_and_counts),
        cmocka_unit_test(a_wait_that_nobody_satisfies_is_a_deadlock),
        cmocka_unit_test(the_sink_is_told_in_order),
        cmocka_unit_test(a_sink_that_fails_ends_the_run),
        cmocka_unit_test(refuses_before_anything_is_published),
        cmocka_unit_test(an_empty_epoch_completes_and_a_full_ring_wraps),
    };
    return cmocka_run_group_tests_name("host", tests, NULL, NULL);
}
