/* How an epoch can end, under each worker model, on each backend; and what each leaves behind. */
#include "base/atomics.h"
#include "base/clock.h"
#include "machine.h"

#define EACH_DRIVER(name)                                                                          \
    for (uint32_t d_ = 0; vrrl_driver_at(d_); d_++)                                                \
        for (const char *name = vrrl_driver_at(d_)->name; name; name = NULL)

static vrrl_machine queued(vrrl_model_kind kind, uint32_t queues, uint32_t depth, uint32_t resident)
{
    vrrl_machine config = machine_config(64);
    config.model = (vrrl_worker_model){kind, depth, queues, resident};
    return config;
}

static void expect_waiter(const machine *m, uint32_t k, uint32_t index, uint32_t status,
                          uint32_t worker, uint32_t word, uint64_t wanted, uint32_t seen)
{
    const vrrl_waiter *w = &m->result->waiters[k];
    assert_true(k < m->result->waiter_count);
    assert_int_equal(w->index, index);
    assert_int_equal(w->status, status);
    if (worker != VRRL_NO_WORKER)
        assert_int_equal(w->worker, worker);
    assert_int_equal(w->wait_word, word);
    if (word == VRRL_NO_INDEX)
        return;
    assert_int_equal(w->wait_value, wanted);
    assert_int_equal(w->seen_value, seen);
}

static uint32_t status_word(const machine *m, uint32_t index)
{
    return m->layout.ring_base + index * m->config.geometry.slot_words;
}

/* Each waits for what the other would signal. */
static void a_cycle_is_a_deadlock(void **state)
{
    (void)state;
    EACH_DRIVER(name)
    {
        vrrl_machine config = queued(VRRL_MODEL_POOL, 0, 0, 0);
        machine *m = machine_start(name, &config);
        /* Packed: WAIT_GE 1 on one word, then SIGNAL the other. */
        for (uint32_t k = 0; k < 2; k++)
            ADD_SLOT(m, VRRL_OPCODE_PACKED_SLOT, 0x00800402, 0x00000281, user(m, k), 1,
                     user(m, 1 - k), 1);
        assert_int_equal(machine_run(m), VRRL_VERDICT_DEADLOCK);
        assert_int_equal(m->result->waiter_count, 3);
        expect_waiter(m, 0, 0, VRRL_STATUS_REQUEUE, VRRL_NO_WORKER, user(m, 0), 1, 0);
        expect_waiter(m, 1, 1, VRRL_STATUS_REQUEUE, VRRL_NO_WORKER, user(m, 1), 1, 0);
        expect_waiter(m, 2, 2, VRRL_STATUS_REQUEUE, VRRL_NO_WORKER, status_word(m, 1), 0,
                      VRRL_STATUS_REQUEUE);
        machine_stop(m);
    }
}

/* Values do not wrap in a comparison: no word reaches 2^32, not that which holds the most either. */
static void a_goal_past_all_values_is_a_deadlock(void **state)
{
    static const uint32_t held[] = {0, 5, UINT32_MAX};
    (void)state;
    for (size_t i = 0; i < sizeof held / sizeof *held; i++)
        EACH_DRIVER(name)
        {
            vrrl_machine config = queued(VRRL_MODEL_POOL, 0, 0, 0);
            machine *m = machine_start(name, &config);
            m->arena[user(m, 0)] = held[i];
            m->arena[user(m, 1)] = UINT32_MAX;
            ADD_SLOT(m, VRRL_OPCODE_WAIT_WORD, user(m, 0), user(m, 1), 1);
            assert_int_equal(machine_run(m), VRRL_VERDICT_DEADLOCK);
            expect_waiter(m, 0, 0, VRRL_STATUS_REQUEUE, VRRL_NO_WORKER, user(m, 0),
                          (uint64_t)UINT32_MAX + 1, held[i]);
            machine_stop(m);
        }
}

static void a_fence_that_covers_itself_is_a_deadlock(void **state)
{
    (void)state;
    EACH_DRIVER(name)
    {
        vrrl_machine config = queued(VRRL_MODEL_POOL, 0, 0, 0);
        machine *m = machine_start(name, &config);
        ADD_SLOT(m, VRRL_OPCODE_NOP, 0);
        ADD_SLOT(m, VRRL_OPCODE_BATCH_FENCE, 0, 2, 0);
        assert_int_equal(machine_run(m), VRRL_VERDICT_DEADLOCK);
        assert_int_equal(m->result->waiter_count, 2);
        /* It finds itself CLAIMED when it looks, and itself put back ever after. */
        expect_waiter(m, 0, 1, VRRL_STATUS_REQUEUE, VRRL_NO_WORKER, status_word(m, 1), 0,
                      VRRL_STATUS_REQUEUE);
        machine_stop(m);
    }
}

/* The waiting slot stands before the one that signals, in one queue. */
static void swapped_slots_of_a_queue(vrrl_model_kind kind, uint32_t depth, vrrl_verdict expected)
{
    EACH_DRIVER(name)
    {
        bool pool = kind == VRRL_MODEL_POOL;
        vrrl_machine config = queued(kind, pool ? 0 : 2, depth, 0);
        machine *m = machine_start(name, &config);
        uint32_t zero = pool ? VRRL_NO_WORKER : 0, one = pool ? VRRL_NO_WORKER : 1;
        ADD_ON(m, zero, VRRL_OPCODE_WAIT_GE, user(m, 0), 1);
        ADD_ON(m, zero, VRRL_OPCODE_SIGNAL, user(m, 0), 1);
        ADD_ON(m, one, VRRL_OPCODE_NOP, 0);
        assert_int_equal(machine_run(m), expected);
        if (expected == VRRL_VERDICT_DEADLOCK) {
            assert_int_equal(m->result->waiter_count, 3);
            expect_waiter(m, 0, 0, VRRL_STATUS_REQUEUE, 0, user(m, 0), 1, 0);
            expect_waiter(m, 1, 1, VRRL_STATUS_PUBLISHED, 0, VRRL_NO_INDEX, 0, 0);
            expect_waiter(m, 2, 3, VRRL_STATUS_REQUEUE, 1, status_word(m, 1), 0,
                          VRRL_STATUS_PUBLISHED);
        }
        machine_stop(m);
    }
}

static void swapped_slots_deadlock_in_queues_only(void **state)
{
    (void)state;
    swapped_slots_of_a_queue(VRRL_MODEL_SERIAL, 0, VRRL_VERDICT_DEADLOCK);
    swapped_slots_of_a_queue(VRRL_MODEL_PIPELINED, 4, VRRL_VERDICT_DEADLOCK);
    swapped_slots_of_a_queue(VRRL_MODEL_POOL, 0, VRRL_VERDICT_COMPLETE);
}

/* Queue 0 waits for queue 2, whose worker never gets on when only two are resident. */
static void a_queue_that_never_gets_on(void **state)
{
    (void)state;
    for (uint32_t resident = 0; resident <= 3; resident++) {
        EACH_DRIVER(name)
        {
            vrrl_machine config = queued(VRRL_MODEL_SERIAL, 3, 0, resident);
            machine *m = machine_start(name, &config);
            ADD_ON(m, 0, VRRL_OPCODE_WAIT_GE, user(m, 0), 1);
            ADD_ON(m, 1, VRRL_OPCODE_WAIT_GE, user(m, 0), 1);
            ADD_ON(m, 2, VRRL_OPCODE_SIGNAL, user(m, 0), 1);
            bool hangs = resident == 1 || resident == 2;
            assert_int_equal(machine_run(m), hangs ? VRRL_VERDICT_DEADLOCK : VRRL_VERDICT_COMPLETE);
            if (hangs) {
                assert_int_equal(m->result->waiter_count, 4);
                expect_waiter(m, 0, 0, VRRL_STATUS_REQUEUE, 0, user(m, 0), 1, 0);
                if (resident == 2)
                    expect_waiter(m, 1, 1, VRRL_STATUS_REQUEUE, 1, user(m, 0), 1, 0);
                else
                    expect_waiter(m, 1, 1, VRRL_STATUS_PUBLISHED, 1, VRRL_NO_INDEX, 0, 0);
                expect_waiter(m, 2, 2, VRRL_STATUS_PUBLISHED, 2, VRRL_NO_INDEX, 0, 0);
                expect_waiter(m, 3, 3, VRRL_STATUS_PUBLISHED, 2, VRRL_NO_INDEX, 0, 0);
            }
            machine_stop(m);
        }
    }
}

/* Queues get on one after the other, in order of number, empty ones left out. */
static void residents_take_turns(void **state)
{
    (void)state;
    EACH_DRIVER(name)
    {
        vrrl_machine config = queued(VRRL_MODEL_SERIAL, 9, 0, 1);
        machine *m = machine_start(name, &config);
        /* observable[k] = how many queues had run before queue k. */
        for (uint32_t q = 8; q < 9; q -= 2) {
            ADD_ON(m, q, VRRL_OPCODE_LOAD_U32, user(m, 0), q);
            ADD_ON(m, q, VRRL_OPCODE_ATOMIC_ADD, 1, user(m, 0));
        }
        assert_int_equal(machine_run(m), VRRL_VERDICT_COMPLETE);
        for (uint32_t q = 0; q < 9; q += 2)
            assert_int_equal(m->arena[VRRL_WORD_OBSERVABLE + q], q / 2);
        machine_stop(m);
    }
}

/* Store, then add to what was stored, without a wait between: queue order hides that it is missing.
 */
static void pipelines_show_what_queue_order_hides(void **state)
{
    (void)state;
    EACH_DRIVER(name)
    {
        for (uint32_t kind = VRRL_MODEL_SERIAL; kind <= VRRL_MODEL_PIPELINED; kind++) {
            bool pipelined = kind == VRRL_MODEL_PIPELINED;
            uint32_t wrong = 0;
            for (uint64_t seed = 0; seed < 50; seed++) {
                vrrl_machine config = queued(kind, 2, pipelined ? 2 : 0, 0);
                config.claim = VRRL_CLAIM_RANDOM;
                config.seed = seed;
                machine *m = machine_start(name, &config);
                ADD_ON(m, 0, VRRL_OPCODE_STORE_U32, 7, user(m, 0));
                ADD_ON(m, 0, VRRL_OPCODE_LOAD_U32, user(m, 0), 0);
                assert_int_equal(machine_run(m), VRRL_VERDICT_COMPLETE);
                wrong += m->arena[VRRL_WORD_OBSERVABLE] != 7;
                machine_stop(m);
            }
            if (pipelined)
                assert_true(wrong > 5);
            else
                assert_int_equal(wrong, 0);
        }
    }
}

static void shutdown_with_work_left(void **state)
{
    (void)state;
    EACH_DRIVER(name)
    {
        vrrl_machine config = queued(VRRL_MODEL_SERIAL, 1, 0, 0);
        machine *m = machine_start(name, &config);
        ADD_ON(m, 0, VRRL_OPCODE_STORE_U32, 5, user(m, 0));
        ADD_ON(m, 0, VRRL_OPCODE_SHUTDOWN, 0);
        ADD_ON(m, 0, VRRL_OPCODE_STORE_U32, 6, user(m, 0));
        assert_int_equal(machine_run(m), VRRL_VERDICT_SHUTDOWN);
        assert_int_equal(m->arena[user(m, 0)], 5);
        assert_int_equal(m->result->waiter_count, 2);
        expect_waiter(m, 0, 2, VRRL_STATUS_PUBLISHED, 0, VRRL_NO_INDEX, 0, 0);
        expect_waiter(m, 1, 3, VRRL_STATUS_PUBLISHED, 0, VRRL_NO_INDEX, 0, 0);
        machine_stop(m);
    }
}

static void faults_end_slots_and_count(void **state)
{
    (void)state;
    EACH_DRIVER(name)
    {
        vrrl_machine config = queued(VRRL_MODEL_POOL, 0, 0, 0);
        config.geometry.tenants = 3;
        machine *m = machine_start(name, &config);
        m->arena[m->layout.tenant_base + 2] = 0;
        for (uint32_t t = 0; t < 5; t++) {
            ADD_SLOT(m, VRRL_OPCODE_ATOMIC_ADD, 1, user(m, 0));
            m->slots[m->count - 1].tenant = t;
        }
        ADD_SLOT(m, VRRL_OPCODE_STORE_U32, 1, m->layout.ring_base);
        assert_int_equal(machine_run(m), VRRL_VERDICT_COMPLETE);
        static const uint32_t expected[] = {3, 3, 7, 7, 7, 7, 3};
        for (uint32_t k = 0; k < 7; k++)
            assert_int_equal(status_of(m, k), expected[k]);
        assert_int_equal(m->arena[user(m, 0)], 2);
        assert_int_equal(m->arena[VRRL_WORD_DONE_COUNT], 7);
        assert_int_equal(m->arena[VRRL_WORD_METRICS + 1], 1);
        assert_int_equal(m->arena[VRRL_WORD_METRICS + 2], 5);
        assert_int_equal(m->arena[VRRL_WORD_FAIRNESS + 2], 1);
        assert_int_equal(m->arena[VRRL_WORD_FAIRNESS + 4], 1);
        machine_stop(m);
    }
}

/* What a sink does behind the machine's back: as soon as slot 0 is reported, slot 1 is taken away.
 */
typedef struct thief {
    machine *m;
    uint32_t status;
} thief;

static vrrl_code steal(void *context, uint32_t epoch, uint32_t index, const uint32_t *words,
                       const vrrl_ticket *ticket, vrrl_error *err)
{
    (void)epoch, (void)words, (void)ticket, (void)err;
    thief *t = context;
    if (index != 0)
        return VRRL_OK;
    uint32_t *status = &t->m->arena[status_word(t->m, 1)];
    for (uint32_t from = VRRL_STATUS_REQUEUE; !cas_acq_rel_u32(status, &from, t->status);)
        from = from == VRRL_STATUS_PUBLISHED ? from : VRRL_STATUS_REQUEUE;
    return VRRL_OK;
}

/* Not on the scheduled backend, where an epoch has ended before the host sees anything of it. */
static void a_slot_that_nobody_brings_back_is_a_hang(void **state)
{
    (void)state;
    static const uint32_t stolen[] = {VRRL_STATUS_WAIT_IO, VRRL_STATUS_CLAIMED, 99};
    for (size_t i = 0; i < 3; i++) {
        EACH_DRIVER(name)
        {
            if (strcmp(name, "scheduled") == 0)
                continue;
            vrrl_machine config = queued(VRRL_MODEL_POOL, 0, 0, 0);
            machine *m = machine_start(name, &config);
            thief t = {m, stolen[i]};
            vrrl_sink sink = {.context = &t, .complete = steal};
            ADD_SLOT(m, VRRL_OPCODE_NOP, 0);
            ADD_SLOT(m, VRRL_OPCODE_WAIT_GE, user(m, 0), 1);
            assert_int_equal(machine_run_with(m, &sink, 50), VRRL_VERDICT_HANG);
            assert_int_equal(m->result->waiter_count, 2);
            assert_int_equal(m->result->waiters[0].index, 1);
            assert_int_equal(m->result->waiters[0].status, stolen[i]);
            assert_true(m->result->elapsed_ns > 50000000);
            machine_stop(m);
        }
    }
}

/* Many shapes of waits that can or cannot be satisfied, decided beforehand: a verdict that came too
 * early or never would show. */
static void verdicts_are_exact_under_stress(void **state)
{
    (void)state;
    EACH_DRIVER(name)
    {
        for (uint32_t round = 0; round < 300; round++) {
            vrrl_machine config = queued(VRRL_MODEL_POOL, 0, 0, 0);
            config.claim = round & 1 ? VRRL_CLAIM_RANDOM : VRRL_CLAIM_SCAN;
            config.workers = 1 + round % 4;
            config.seed = round;
            machine *m = machine_start(name, &config);
            /* Slot k waits for word k and signals word k - 1: a chain from its last slot. */
            for (uint32_t k = 0; k < 40; k++)
                ADD_SLOT(m, VRRL_OPCODE_PACKED_SLOT, 0x00800402, 0x00000281, user(m, k + 1), 1,
                         user(m, k), 1);
            bool broken = round % 3 == 0;
            ADD_SLOT(m, VRRL_OPCODE_SIGNAL, user(m, broken ? 41 : 40), 1);
            assert_int_equal(machine_run(m),
                             broken ? VRRL_VERDICT_DEADLOCK : VRRL_VERDICT_COMPLETE);
            if (broken) {
                assert_int_equal(m->result->waiter_count, 41);
                for (uint32_t k = 0; k < 40; k++)
                    expect_waiter(m, k, k, VRRL_STATUS_REQUEUE, VRRL_NO_WORKER, user(m, k + 1), 1,
                                  0);
            }
            machine_stop(m);
        }
    }
}

/* Long enough for workers to follow what they make ready instead of sweeping for it. */
static void long_chains_end(void **state)
{
    (void)state;
    EACH_DRIVER(name)
    {
        /* Under the scheduler each step looks at all slots. */
        uint32_t links = strcmp(name, "scheduled") == 0 ? 300 : 3000;
        for (uint32_t round = 0; round < 12; round++) {
            vrrl_machine config = machine_config(4096);
            config.claim = round & 1 ? VRRL_CLAIM_RANDOM : VRRL_CLAIM_SCAN;
            config.workers = 1 + round % 3;
            config.seed = round;
            machine *m = machine_start(name, &config);
            bool broken = round % 4 == 3;
            for (uint32_t k = 0; k < links; k++)
                ADD_SLOT(m, VRRL_OPCODE_PACKED_SLOT, 0x00800402, 0x00000281, user(m, k + 1), 1,
                         user(m, k), 1);
            ADD_SLOT(m, VRRL_OPCODE_SIGNAL, user(m, links), broken ? 0 : 1);
            assert_int_equal(machine_run(m),
                             broken ? VRRL_VERDICT_DEADLOCK : VRRL_VERDICT_COMPLETE);
            assert_int_equal(m->result->waiter_count, broken ? links + 1 : 0);
            assert_int_equal(m->arena[VRRL_WORD_DONE_COUNT], broken ? 1 : links + 2);
            machine_stop(m);
        }
    }
}

/* A fence that looks between a slot's last addition to the progress version and its status must not
 * be taken for stuck. */
static void a_fence_behind_quick_slots_completes(void **state)
{
    (void)state;
    for (uint32_t workers = 1; workers <= 4; workers++) {
        vrrl_machine config = machine_config(512);
        config.workers = workers;
        machine *m = machine_start("threads", &config);
        for (uint32_t epoch = 0; epoch < 400; epoch++) {
            for (uint32_t k = 0; k < 1 + epoch % 300; k++)
                ADD_SLOT(m, VRRL_OPCODE_NOP, 0);
            ADD_SLOT(m, VRRL_OPCODE_BATCH_FENCE, m->result ? (m->result->indices[0] + 1) % 512 : 0,
                     0, 0);
            assert_int_equal(machine_run(m), VRRL_VERDICT_COMPLETE);
        }
        machine_stop(m);
    }
}

/* EPOCH is the one word that is waited for and written by the host. */
static void a_wait_for_the_epoch_word_completes(void **state)
{
    (void)state;
    EACH_DRIVER(name)
    {
        vrrl_machine config = machine_config(64);
        machine *m = machine_start(name, &config);
        for (uint32_t epoch = 0; epoch < 200; epoch++) {
            ADD_SLOT(m, VRRL_OPCODE_WAIT_GE, VRRL_WORD_EPOCH, epoch + 1);
            assert_int_equal(machine_run(m), VRRL_VERDICT_COMPLETE);
        }
        ADD_SLOT(m, VRRL_OPCODE_WAIT_GE, VRRL_WORD_EPOCH, 202);
        assert_int_equal(machine_run(m), VRRL_VERDICT_DEADLOCK);
        expect_waiter(m, 0, m->result->indices[0], VRRL_STATUS_REQUEUE, VRRL_NO_WORKER,
                      VRRL_WORD_EPOCH, 202, 201);
        machine_stop(m);
    }
}

static uint64_t cpu_ns(void)
{
    return clock_read_ns(CLOCK_PROCESS_CPUTIME_ID);
}

/* Between epochs workers sleep, and they wake for the next. */
static void idle_workers_leave_the_cores_alone(void **state)
{
    (void)state;
    vrrl_machine config = machine_config(64);
    config.workers = 4;
    machine *m = machine_start("threads", &config);
    for (uint32_t epoch = 0; epoch < 3; epoch++) {
        ADD_SLOT(m, VRRL_OPCODE_NOP, 0);
        assert_int_equal(machine_run(m), VRRL_VERDICT_COMPLETE);
        uint64_t before = cpu_ns();
        usleep(100000);
        assert_true(cpu_ns() - before < 20000000);
    }
    machine_stop(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cycle_is_a_deadlock),
        cmocka_unit_test(a_goal_past_all_values_is_a_deadlock),
        cmocka_unit_test(a_fence_that_covers_itself_is_a_deadlock),
        cmocka_unit_test(swapped_slots_deadlock_in_queues_only),
        cmocka_unit_test(a_queue_that_never_gets_on),
        cmocka_unit_test(residents_take_turns),
        cmocka_unit_test(pipelines_show_what_queue_order_hides),
        cmocka_unit_test(shutdown_with_work_left),
        cmocka_unit_test(faults_end_slots_and_count),
        cmocka_unit_test(a_slot_that_nobody_brings_back_is_a_hang),
        cmocka_unit_test(verdicts_are_exact_under_stress),
        cmocka_unit_test(long_chains_end),
        cmocka_unit_test(a_fence_behind_quick_slots_completes),
        cmocka_unit_test(a_wait_for_the_epoch_word_completes),
        cmocka_unit_test(idle_workers_leave_the_cores_alone),
    };
    return cmocka_run_group_tests_name("verdicts", tests, NULL, NULL);
}
