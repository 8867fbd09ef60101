/* The reference takes the first slot that is ready in the author's order: held against a simulation that
 * looks at all slots each time, over random batches of a pool, of queues and of fewer resident ones. */
#include "base/random.h"
#include "host/host.h"
#include "machine.h"

enum { SLOTS = 24, WORDS = 4, QUEUES = 3 };

struct model {
    uint32_t opcode[SLOTS], word[SLOTS], value[SLOTS], queue[SLOTS];
    bool ended[SLOTS];
    uint32_t words[WORDS];
    uint32_t count, resident;
    bool queued;
};

static bool is_head(const struct model *m, uint32_t i)
{
    for (uint32_t k = 0; k < i; k++)
        if (m->queue[k] == m->queue[i] && !m->ended[k])
            return false;
    return true;
}

static bool has_left(const struct model *m, uint32_t queue)
{
    for (uint32_t i = 0; i < m->count; i++)
        if (m->queue[i] == queue && !m->ended[i])
            return true;
    return false;
}

/* Of the queues that have something left the first so many get on. */
static bool is_resident(const struct model *m, uint32_t queue)
{
    uint32_t before = 0;
    for (uint32_t q = 0; q < queue; q++)
        before += has_left(m, q);
    return !m->resident || before < m->resident;
}

static uint32_t first_ready(const struct model *m)
{
    for (uint32_t i = 0; i < m->count; i++) {
        bool may = !m->queued || (is_head(m, i) && is_resident(m, m->queue[i]));
        bool holds = m->opcode[i] != VRRL_OPCODE_WAIT_GE || m->words[m->word[i]] >= m->value[i];
        if (!m->ended[i] && may && holds)
            return i;
    }
    return VRRL_NO_INDEX;
}

static void take(struct model *m, uint32_t i)
{
    m->ended[i] = true;
    if (m->opcode[i] == VRRL_OPCODE_STORE_U32)
        m->words[m->word[i]] = m->value[i];
    if (m->opcode[i] == VRRL_OPCODE_SIGNAL)
        m->words[m->word[i]] += m->value[i];
}

static void draw(struct model *m, machine *on, uint64_t *seed)
{
    static const uint32_t opcodes[] = {VRRL_OPCODE_WAIT_GE, VRRL_OPCODE_WAIT_GE, VRRL_OPCODE_SIGNAL,
                                       VRRL_OPCODE_SIGNAL, VRRL_OPCODE_STORE_U32};
    m->count = 2 + random_below(seed, SLOTS - 1);
    for (uint32_t i = 0; i < m->count; i++) {
        uint32_t opcode = opcodes[random_below(seed, 5)], word = random_below(seed, WORDS);
        bool waits = opcode == VRRL_OPCODE_WAIT_GE;
        m->opcode[i] = opcode;
        m->word[i] = word;
        m->value[i] = opcode == VRRL_OPCODE_SIGNAL ? 1 : random_below(seed, 3);
        m->queue[i] = m->queued ? random_below(seed, QUEUES) : 0;
        m->ended[i] = false;
        uint32_t at = user(on, word), queue = m->queued ? m->queue[i] : VRRL_NO_WORKER;
        if (opcode == VRRL_OPCODE_STORE_U32)
            ADD_ON(on, queue, opcode, m->value[i], at);
        else if (waits)
            ADD_ON(on, queue, opcode, at, m->value[i]);
        else
            ADD_ON(on, queue, opcode, at, 1);
    }
}

/* One batch after the other on one machine: words keep their values. */
static uint32_t compare(machine *on, struct model *m, uint64_t *seed)
{
    uint32_t ended = 0, at;
    draw(m, on, seed);
    vrrl_verdict verdict = machine_run(on);
    const vrrl_ticket *tickets = on->host->driver->tickets(on->host->backend);
    uint64_t last = 0;
    while ((at = first_ready(m)) != VRRL_NO_INDEX) {
        uint64_t order = tickets[on->result->indices[at]].completion_order;
        if (order <= last)
            fail_msg("slot %u did not end behind %u others", at, ended);
        last = order;
        take(m, at);
        ended++;
    }
    assert_int_equal(verdict == VRRL_VERDICT_COMPLETE, ended == m->count);
    return ended;
}

static void run_batches(vrrl_model_kind kind, uint32_t resident)
{
    uint64_t seed = 5 + kind + resident;
    uint32_t ended = 0;
    for (uint32_t i = 0; i < 300; i++) {
        vrrl_machine config = machine_config(64);
        config.model = (vrrl_worker_model){.kind = kind,
                                           .queues = kind == VRRL_MODEL_POOL ? 0 : QUEUES,
                                           .depth = kind == VRRL_MODEL_PIPELINED ? 2 : 0,
                                           .resident = resident};
        machine *on = machine_start("reference", &config);
        struct model m = {.resident = resident, .queued = kind != VRRL_MODEL_POOL};
        uint32_t now = compare(on, &m, &seed);
        ended += now;
        if (now == m.count) /* the ring is free again, and goes on behind it */
            ended += compare(on, &m, &seed);
        machine_stop(on);
    }
    assert_true(ended > 1500);
}

static void the_first_that_is_ready_goes(void **state)
{
    (void)state;
    run_batches(VRRL_MODEL_POOL, 0);
    run_batches(VRRL_MODEL_SERIAL, 0);
    run_batches(VRRL_MODEL_SERIAL, 2);
    run_batches(VRRL_MODEL_PIPELINED, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_that_is_ready_goes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
