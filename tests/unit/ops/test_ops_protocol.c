/* The opcodes that protocols are made of against what their description says; then their bounds. */
#include "ops_test.h"

/* What the protocol opcodes keep, and what the memory is afterwards. */
static void protocols(void **state)
{
    (void)state;
    EACH_DRIVER(name)
    {
        machine *m = start(name);
        uint32_t u = m->layout.user_base;
        m->arena[u] = 3, m->arena[u + 1] = 0, m->arena[u + 2] = 11, m->arena[u + 3] = 6;
        model *e = copy(m);
        ADD_SLOT(m, VRRL_OPCODE_WAIT_RELAXED, u, 3);
        ADD_SLOT(m, VRRL_OPCODE_WAIT_WORD, u + 2, u, 8);
        ADD_SLOT(m, VRRL_OPCODE_FENCE_ACQUIRE, 0);
        ADD_SLOT(m, VRRL_OPCODE_FENCE_RELEASE, 0);
        ADD_SLOT(m, VRRL_OPCODE_FENCE_SEQ_CST, 0);
        ADD_SLOT(m, VRRL_OPCODE_IF_EQ, u, 4);
        assert_int_equal(run_one(m), VRRL_STATUS_DONE);
        for (uint32_t i = 1; i < 6; i++)
            assert_int_equal(status_of(m, i), VRRL_STATUS_DONE);
        ADD_SLOT(m, VRRL_OPCODE_TAKE, u);
        e->words[u] = 2;
        assert_int_equal(run_one(m), VRRL_STATUS_DONE);
        ADD_SLOT(m, VRRL_OPCODE_LOAD_ACQUIRE, u + 2, u + 40);
        e->words[u + 40] = 11;
        assert_int_equal(run_one(m), VRRL_STATUS_DONE);
        ADD_SLOT(m, VRRL_OPCODE_STORE_RELEASE, 12, u + 2);
        e->words[u + 2] = 12;
        assert_int_equal(run_one(m), VRRL_STATUS_DONE);
        ADD_SLOT(m, VRRL_OPCODE_FETCH_ADD, 0xFFFFFFFFu, u + 2, u + 41);
        e->words[u + 41] = 12, e->words[u + 2] = 11;
        assert_int_equal(run_one(m), VRRL_STATUS_DONE);
        ADD_SLOT(m, VRRL_OPCODE_EXCHANGE, 99, u + 2, u + 42);
        e->words[u + 42] = 11, e->words[u + 2] = 99;
        assert_int_equal(run_one(m), VRRL_STATUS_DONE);
        ADD_SLOT(m, VRRL_OPCODE_TRY_SWAP, u + 2, u + 1, u + 3, u + 43); /* 99 is not 0 */
        e->words[u + 43] = 99;
        assert_int_equal(run_one(m), VRRL_STATUS_DONE);
        ADD_SLOT(m, VRRL_OPCODE_TRY_SWAP, u + 2, u + 43, u + 3, u + 44);
        e->words[u + 44] = 99, e->words[u + 2] = 6;
        assert_int_equal(run_one(m), VRRL_STATUS_DONE);
        ADD_SLOT(m, VRRL_OPCODE_STORE_AT, u + 50, 4, u + 3, u + 41); /* [6 % 4] */
        e->words[u + 52] = 12;
        assert_int_equal(run_one(m), VRRL_STATUS_DONE);
        ADD_SLOT(m, VRRL_OPCODE_LOAD_AT, u + 50, 4, u + 3, u + 60);
        e->words[u + 60] = 12;
        assert_int_equal(run_one(m), VRRL_STATUS_DONE);
        /* IF_EQ, STORE_U32, packed: word 0 is 2. */
        ADD_SLOT(m, VRRL_OPCODE_PACKED_SLOT, 0x00950402, 0x00000201, u, 2, 5, u + 61);
        ADD_SLOT(m, VRRL_OPCODE_PACKED_SLOT, 0x00950402, 0x00000201, u, 1, 5, u + 62);
        e->words[u + 61] = 5;
        assert_int_equal(run_one(m), VRRL_STATUS_DONE);
        assert_int_equal(status_of(m, 1), VRRL_STATUS_DONE);
        expect_model(m, e);
        machine_stop(m);
    }
}

static vrrl_code keep_fold(void *context, uint32_t epoch, uint32_t index, const uint32_t *words,
                           const vrrl_ticket *ticket, vrrl_error *err)
{
    (void)epoch, (void)index, (void)err;
    uint64_t *fold = context;
    if (words[VRRL_SLOT_OPCODE] == VRRL_OPCODE_PACKED_SLOT)
        *fold = ticket->result_fold;
    return VRRL_OK;
}

/* Values that depend on order are no results: a slot that draws a ticket, or goes another way. */
static void what_order_decides_is_no_result(void **state)
{
    (void)state;
    EACH_DRIVER(name)
    {
        machine *m = start(name);
        uint32_t u = m->layout.user_base;
        uint32_t before = m->arena[u + 2];
        uint64_t folds[2] = {0};
        for (uint32_t k = 0; k < 2; k++) {
            m->arena[u] = k;
            /* STORE_U32, IF_EQ, STORE_U32 */
            ADD_SLOT(m, VRRL_OPCODE_PACKED_SLOT, 0x00010603, 0x04010295, 7, u + 1, u, 1, 9, u + 2);
            vrrl_sink sink = {.context = &folds[k], .complete = keep_fold};
            assert_int_equal(machine_run_with(m, &sink, 20000), VRRL_VERDICT_COMPLETE);
            assert_int_equal(m->arena[u + 2], k ? 9 : before);
        }
        assert_true(folds[0] == folds[1] && folds[0] != 0);
        machine_stop(m);
    }
}

static void bounds(void **state)
{
    (void)state;
    EACH_DRIVER(name)
    {
        machine *m = start(name);
        uint32_t u = m->layout.user_base, end = m->layout.debug_base, big = UINT32_MAX;
        uint32_t all = m->layout.total_words, r = m->layout.ring_base;
        const bound rows[] = {
            {VRRL_OPCODE_WAIT_RELAXED, {all - 1, 0}, true},
            {VRRL_OPCODE_WAIT_RELAXED, {all, 0}, false},
            {VRRL_OPCODE_WAIT_RELAXED, {r, 0}, false},
            {VRRL_OPCODE_WAIT_WORD, {u, u, 0}, true},
            {VRRL_OPCODE_WAIT_WORD, {u, all, 0}, false},
            {VRRL_OPCODE_WAIT_WORD, {all, u, 0}, false},
            {VRRL_OPCODE_WAIT_WORD, {r, u, 0}, false},
            {VRRL_OPCODE_TAKE, {end}, false},
            {VRRL_OPCODE_TAKE, {u - 1}, false},
            {VRRL_OPCODE_LOAD_ACQUIRE, {all - 1, end - 1}, true},
            {VRRL_OPCODE_LOAD_ACQUIRE, {all, u}, false},
            {VRRL_OPCODE_LOAD_ACQUIRE, {u, end}, false},
            {VRRL_OPCODE_STORE_RELEASE, {1, end - 1}, true},
            {VRRL_OPCODE_STORE_RELEASE, {1, end}, false},
            {VRRL_OPCODE_STORE_RELEASE, {1, r}, false},
            {VRRL_OPCODE_FETCH_ADD, {1, end - 1, u}, true},
            {VRRL_OPCODE_FETCH_ADD, {1, end, u}, false},
            {VRRL_OPCODE_FETCH_ADD, {1, u, end}, false},
            {VRRL_OPCODE_EXCHANGE, {1, u, end - 1}, true},
            {VRRL_OPCODE_EXCHANGE, {1, end, u}, false},
            {VRRL_OPCODE_EXCHANGE, {1, u, end}, false},
            {VRRL_OPCODE_TRY_SWAP, {u, all - 1, all - 1, u}, true},
            {VRRL_OPCODE_TRY_SWAP, {end, u, u, u}, false},
            {VRRL_OPCODE_TRY_SWAP, {u, all, u, u}, false},
            {VRRL_OPCODE_TRY_SWAP, {u, u, all, u}, false},
            {VRRL_OPCODE_TRY_SWAP, {u, u, u, end}, false},
            {VRRL_OPCODE_LOAD_AT, {all - 4, 4, all - 1, u}, true},
            {VRRL_OPCODE_LOAD_AT, {all - 4, 5, u, u}, false},
            {VRRL_OPCODE_LOAD_AT, {u, 0, u, u}, false},
            {VRRL_OPCODE_LOAD_AT, {u, big, u, u}, false},
            {VRRL_OPCODE_LOAD_AT, {u, 1, all, u}, false},
            {VRRL_OPCODE_LOAD_AT, {u, 1, u, end}, false},
            {VRRL_OPCODE_STORE_AT, {end - 4, 4, all - 1, all - 1}, true},
            {VRRL_OPCODE_STORE_AT, {end - 4, 5, u, u}, false},
            {VRRL_OPCODE_STORE_AT, {u, 0, u, u}, false},
            {VRRL_OPCODE_STORE_AT, {u, 1, all, u}, false},
            {VRRL_OPCODE_STORE_AT, {u, 1, u, all}, false},
            {VRRL_OPCODE_IF_EQ, {all - 1, 0}, true},
            {VRRL_OPCODE_IF_EQ, {all, 0}, false},
        };
        expect_bounds(m, rows, sizeof rows / sizeof rows[0]);
        machine_stop(m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(protocols),
        cmocka_unit_test(what_order_decides_is_no_result),
        cmocka_unit_test(bounds),
    };
    return cmocka_run_group_tests_name("ops_protocol", tests, NULL, NULL);
}
