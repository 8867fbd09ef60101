/* The scheduled backend behind a host: the same run for the same seed, tickets that are true to it. */
#include "machine.h"

enum { SLOTS_MAX = 64 };

/* What a host was told of an epoch. */
typedef struct told {
    vrrl_ticket tickets[SLOTS_MAX];
    uint32_t count;
} told;

static vrrl_code keep(void *context, uint32_t epoch, uint32_t index, const uint32_t *words,
                      const vrrl_ticket *ticket, vrrl_error *err)
{
    (void)epoch, (void)words, (void)err;
    told *t = context;
    assert_true(index < SLOTS_MAX);
    t->tickets[index] = *ticket;
    t->count++;
    return VRRL_OK;
}

/* A chain of four, and eight slots that only count; the last of the chain comes first. */
static void add_slots(machine *m)
{
    for (uint32_t k = 4; k > 0; k--) /* WAIT_GE k - 1, SIGNAL k */
        ADD_SLOT(m, VRRL_OPCODE_PACKED_SLOT, 0x00800402, 0x00000281, user(m, k - 1), 1, user(m, k),
                 1);
    for (uint32_t k = 0; k < 8; k++)
        ADD_SLOT(m, VRRL_OPCODE_ATOMIC_ADD, 1, user(m, 10));
    ADD_SLOT(m, VRRL_OPCODE_SIGNAL, user(m, 0), 1);
}

static told run(uint64_t seed, uint32_t workers, uint32_t epochs)
{
    told t = {0};
    vrrl_machine config = machine_config(SLOTS_MAX);
    config.claim = VRRL_CLAIM_RANDOM;
    config.workers = workers;
    config.seed = seed;
    machine *m = machine_start("scheduled", &config);
    const vrrl_sink sink = {.context = &t, .complete = keep};
    for (uint32_t e = 0; e < epochs; e++) {
        add_slots(m);
        assert_int_equal(machine_run_with(m, &sink, 20000), VRRL_VERDICT_COMPLETE);
    }
    machine_stop(m);
    return t;
}

static void test_a_seed_is_a_run(void **state)
{
    (void)state;
    uint32_t differ = 0;
    told first = run(0, 3, 2);
    for (uint64_t seed = 0; seed < 40; seed++) {
        told a = run(seed, 3, 2), b = run(seed, 3, 2);
        assert_memory_equal(&a, &b, sizeof a);
        differ += memcmp(&a, &first, sizeof a) != 0;
    }
    assert_true(differ > 30);
}

/* Ended before another was claimed, as the tickets tell it. */
static bool before(const vrrl_ticket *a, const vrrl_ticket *b)
{
    return a->completion_order < b->claimed_after;
}

static void check_tickets(const told *t, uint32_t workers)
{
    uint64_t claims = 0, ends = 0;
    for (uint32_t i = 0; i < t->count; i++) {
        const vrrl_ticket *ticket = &t->tickets[i];
        assert_true(ticket->worker < workers);
        assert_true(ticket->claimed_after <= ticket->completion_order);
        claims |= 1ull << ticket->claim_order;
        ends |= 1ull << ticket->completion_order;
    }
    /* Each number from 1 on, once. */
    assert_true(claims == ((1ull << (t->count + 1)) - 2));
    assert_true(ends == claims);
    /* Of two slots of one worker the one had ended when the other was claimed. */
    for (uint32_t i = 0; i < t->count; i++)
        for (uint32_t k = 0; k < i; k++)
            assert_true(t->tickets[i].worker != t->tickets[k].worker ||
                        before(&t->tickets[i], &t->tickets[k]) ||
                        before(&t->tickets[k], &t->tickets[i]));
    /* The chain: what a slot waited for came from one that was claimed before it ended. */
    for (uint32_t k = 0; k < 3; k++)
        assert_false(before(&t->tickets[k], &t->tickets[k + 1]));
    /* The fence is last of all. */
    assert_int_equal(t->tickets[t->count - 1].completion_order, t->count);
}

static void test_tickets_are_true(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 200; seed++) {
        uint32_t workers = 1 + (uint32_t)(seed % 4);
        told t = run(seed, workers, 1);
        assert_int_equal(t.count, 14);
        check_tickets(&t, workers);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_seed_is_a_run),
        cmocka_unit_test(test_tickets_are_true),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
