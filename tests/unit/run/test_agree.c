/* Correct programs give the same on every backend, whatever the schedule; incorrect ones do not. */
#include "base/random.h"
#include "machine.h"
#include "ops/mix_layout.h"

#ifdef VRRL_SANITIZED
enum { RUNS = 100 };
#else
enum { RUNS = 1000 };
#endif

/* What a run leaves that must not depend on the schedule. */
typedef struct outcome {
    uint32_t words; /* of arena: control, observable, user */
    uint32_t *memory;
    uint32_t count;
    uint64_t folds[512];
    uint32_t statuses[512];
} outcome;

typedef void maker(machine *m, uint32_t epoch);

static uint32_t f32(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static vrrl_code keep(void *context, uint32_t epoch, uint32_t index, const uint32_t *words,
                      const vrrl_ticket *ticket, vrrl_error *err)
{
    (void)epoch, (void)err;
    outcome *o = context;
    assert_true(ticket->claim_order > 0 && ticket->completion_order > 0);
    assert_true(ticket->attempts > 0);
    o->folds[index] = o->folds[index] * 31 + ticket->result_fold;
    o->statuses[index] = o->statuses[index] * 9 + words[0];
    o->count++;
    return VRRL_OK;
}

enum { EPOCHS = 2 };

static outcome run(const char *driver, const vrrl_machine *config, maker *make)
{
    machine *m = machine_start(driver, config);
    outcome o = {0};
    vrrl_sink sink = {.context = &o, .complete = keep};
    uint32_t at[512];
    for (uint32_t epoch = 0; epoch < EPOCHS; epoch++) {
        make(m, epoch);
        vrrl_error err = {0};
        for (uint32_t k = 0; k <= m->count; k++)
            at[k] = k;
        vrrl_epoch_input input = {.slots = m->slots, .slot_count = m->count, .indices = at};
        if (vrrl_host_run_epoch(m->host, &input, &sink, 30000, &m->result, &err))
            fail_msg("%s", err.text);
        m->count = 0;
        if (m->result->verdict != VRRL_VERDICT_COMPLETE)
            fail_msg("%s: %s, slot %u", driver, vrrl_verdict_name(m->result->verdict),
                     m->result->waiters[0].index);
    }
    o.words = m->layout.debug_base;
    o.memory = malloc(o.words * sizeof *o.memory);
    assert_non_null(o.memory);
    memcpy(o.memory, m->arena, o.words * sizeof *o.memory);
    machine_stop(m);
    return o;
}

static void expect_same(const outcome *a, const outcome *b, uint64_t seed)
{
    assert_int_equal(a->count, b->count);
    for (uint32_t k = 0; k < 512; k++) {
        if (a->folds[k] != b->folds[k] || a->statuses[k] != b->statuses[k])
            fail_msg("seed %llu: slot %u ended differently", (unsigned long long)seed, k);
    }
    for (uint32_t i = 0; i < a->words; i++) {
        if (a->memory[i] != b->memory[i])
            fail_msg("seed %llu: word %u is %u, expected %u", (unsigned long long)seed, i,
                     b->memory[i], a->memory[i]);
    }
}

static void agrees_on(const char *driver, const outcome *expected, maker *make,
                      const vrrl_machine *base, uint32_t runs)
{
    for (uint64_t seed = 0; seed < runs; seed++) {
        vrrl_machine config = *base;
        config.claim = seed % 4 ? VRRL_CLAIM_RANDOM : VRRL_CLAIM_SCAN;
        config.workers = 1 + (uint32_t)(seed % 3);
        config.seed = seed;
        outcome found = run(driver, &config, make);
        expect_same(expected, &found, seed);
        free(found.memory);
    }
}

static void agrees(maker *make, const vrrl_machine *base, uint32_t runs)
{
    outcome expected = run("reference", base, make);
    agrees_on("threads", &expected, make, base, runs);
    agrees_on("scheduled", &expected, make, base, runs / 10);
    free(expected.memory);
}

/* Every built-in, PRINTF and packed slots: independent slots, then a chain through counters. */
static void make_builtins(machine *m, uint32_t epoch)
{
    uint32_t done = user(m, 100), table = user(m, 1024), u = m->layout.user_base;
    for (uint32_t i = 0; i < 512; i++)
        m->arena[table + i] = i * 2654435761u;
    for (uint32_t k = 0; k < 16; k++) {
        ADD_SLOT(m, VRRL_OPCODE_STORE_U32, k * 3 + epoch, user(m, k));
        ADD_SLOT(m, VRRL_OPCODE_ATOMIC_ADD, k + 1, user(m, 20));
        ADD_SLOT(m, VRRL_OPCODE_NOP, 0);
        ADD_SLOT(m, VRRL_OPCODE_PRINTF, k, 1, 2, 3);
        /* Exactly one of these swaps, and all want the same. */
        ADD_SLOT(m, VRRL_OPCODE_COMPARE_SWAP, user(m, 21), epoch, epoch + 1);
        ADD_SLOT(m, VRRL_OPCODE_DFA_STEP, k & 1, k, table, user(m, 30 + k));
        ADD_SLOT(m, VRRL_OPCODE_LOAD_U32, table + k, k);
        /* Faults count, too. */
        ADD_SLOT(m, VRRL_OPCODE_STORE_U32, 1, u - 1);
    }
    for (uint32_t k = 0; k < 16; k++)
        ADD_SLOT(m, VRRL_OPCODE_SIGNAL, done, 1);
    /* WAIT_GE, STORE_U32, MEMCPY, SIGNAL in one slot. */
    ADD_SLOT(m, VRRL_OPCODE_PACKED_SLOT, 0x00800904, 0x04050201, 0x00000781, done, 16 * (epoch + 1),
             77, user(m, 50), table, user(m, 60), 5, done + 1, 1);
    ADD_SLOT(m, VRRL_OPCODE_BATCH_FENCE, 0, 100, 0);
}

static uint32_t put(machine *m, uint32_t at, const uint32_t *words, uint32_t count)
{
    memcpy(m->arena + at, words, count * sizeof *words);
    return at + count;
}

/* Four layers of eight tasks; each reads the whole layer before and writes, rewrites or adds. */
static void make_graph(machine *m, uint32_t epoch)
{
    uint32_t values = user(m, 16), sums = user(m, 200), at = user(m, 400);
    for (uint32_t k = 0; k < 32; k++) {
        uint32_t layer = k / 8, wait = layer > 0, word = values + 2 * k;
        ADD_SLOT(m, VRRL_OPCODE_MIX, at);
        at = put(m, at, (uint32_t[]){wait, wait, 2, 1, k * 77, epoch}, MIX_HEAD_WORDS);
        if (wait)
            at = put(m, at,
                     (uint32_t[]){user(m, layer - 1), 8 * (epoch + 1), MIX_ACQUIRE,
                                  values + 16 * (layer - 1), 8},
                     MIX_WAIT_WORDS + MIX_INPUT_WORDS);
        uint32_t access = k % 2 ? MIX_ACCESS_READ_WRITE : MIX_ACCESS_WRITE;
        at = put(m, at,
                 (uint32_t[]){word, 1, access, sums, 1, MIX_ACCESS_ACCUMULATE, user(m, layer), 1,
                              MIX_RELEASE},
                 2 * MIX_OUTPUT_WORDS + MIX_SIGNAL_WORDS);
    }
}

/* x, then its norm, then a product, then a softmax; each stage waits for the one before. Sums of
 * DOT are of small integers, so that order does not round. */
static void make_floats(machine *m, uint32_t epoch)
{
    enum { N = 24 };
    uint32_t x = user(m, 0), y = user(m, 100), z = user(m, 200), w = user(m, 300);
    uint32_t matrix = user(m, 400), c = user(m, 1000), sum = user(m, 1001);
    for (uint32_t i = 0; i < N; i++) {
        m->arena[x + i] = f32((float)(i + epoch));
        m->arena[w + i] = f32((float)(i % 3));
        m->arena[z + i] = f32(0);
    }
    for (uint32_t i = 0; i < N * N; i++)
        m->arena[matrix + i] = f32((float)(i % 7) - 3);
    m->arena[c] = 0;
    for (uint32_t i = 0; i < N; i += 8)
        ADD_SLOT(m, 0x40000004, x + i, w + i, sum, 8); /* DOT */
    ADD_SLOT(m, 0x40000006, x, w, y, N, f32(1e-5f));   /* RMSNORM */
    /* BATCH_FENCE over these four, then MATVEC of eight rows. */
    for (uint32_t i = 0; i < N; i += 8)
        ADD_SLOT(m, VRRL_OPCODE_PACKED_SLOT, 0x00070902, 0x00000285, 0, 4, matrix + i * N, y, z + i,
                 8, N, N, 0);
    /* BATCH_FENCE over those three, then SIGNAL. */
    ADD_SLOT(m, VRRL_OPCODE_PACKED_SLOT, 0x00070502, 0x00000381, 4, 3, 0, c, 1);
    /* WAIT_GE, then SOFTMAX; AXPY waits for the same. */
    ADD_SLOT(m, VRRL_OPCODE_PACKED_SLOT, 0x00800502, 0x00000287, c, 1, z, user(m, 500), N);
    ADD_SLOT(m, VRRL_OPCODE_PACKED_SLOT, 0x00800602, 0x00000283, c, 1, f32(0.5f), z, w, N);
}

static void builtins_agree(void **state)
{
    (void)state;
    vrrl_machine config = machine_config(512);
    agrees(make_builtins, &config, RUNS);
}

static void task_graphs_agree(void **state)
{
    (void)state;
    vrrl_machine config = machine_config(512);
    agrees(make_graph, &config, RUNS);
}

static void floats_agree(void **state)
{
    (void)state;
    vrrl_machine config = machine_config(512);
    agrees(make_floats, &config, RUNS);
}

/* The graph again, its tasks dealt to queues, in every model. */
static void make_queued_graph(machine *m, uint32_t epoch)
{
    make_graph(m, epoch);
    for (uint32_t k = 0; k < m->count; k++)
        m->slots[k].queue = k % m->config.model.queues;
}

static void queued_graphs_agree(void **state)
{
    (void)state;
    static const vrrl_worker_model models[] = {
        {VRRL_MODEL_SERIAL, 0, 5, 0},
        {VRRL_MODEL_SERIAL, 0, 5, 5},
        {VRRL_MODEL_PIPELINED, 3, 4, 0},
        {VRRL_MODEL_PIPELINED, 64, 1, 0},
    };
    for (size_t i = 0; i < sizeof models / sizeof models[0]; i++) {
        vrrl_machine config = machine_config(512);
        config.model = models[i];
        agrees(make_queued_graph, &config, RUNS / 4);
    }
}

/* One task does not wait for one of those whose output it reads. */
static void make_missing_wait(machine *m, uint32_t epoch)
{
    make_graph(m, epoch);
    uint32_t descriptor = m->args[20][0];
    m->arena[descriptor + MIX_HEAD_WORDS + 1] = 0;
}

static void a_missing_wait_shows_within_a_few_runs(void **state)
{
    (void)state;
    vrrl_machine config = machine_config(512);
    outcome expected = run("reference", &config, make_missing_wait);
    uint32_t differ = 0;
    config.claim = VRRL_CLAIM_RANDOM;
    for (uint64_t seed = 0; seed < 20; seed++) {
        config.seed = seed;
        outcome found = run("threads", &config, make_missing_wait);
        differ += memcmp(found.memory, expected.memory, found.words * sizeof(uint32_t)) != 0;
        free(found.memory);
    }
    free(expected.memory);
    assert_true(differ >= 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(builtins_agree),
        cmocka_unit_test(task_graphs_agree),
        cmocka_unit_test(floats_agree),
        cmocka_unit_test(queued_graphs_agree),
        cmocka_unit_test(a_missing_wait_shows_within_a_few_runs),
    };
    return cmocka_run_group_tests_name("agree", tests, NULL, NULL);
}
