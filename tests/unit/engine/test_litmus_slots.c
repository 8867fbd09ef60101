/*
 * Litmus tests as a user writes them: each thread a packed slot of the real opcodes, on a worker of
 * its own. All schedules of the slots end in exactly the outcomes that the axioms of each model give
 * the program; and those of workers from a pool in nothing else.
 */
#include "engine_runs.h"
#include "litmus_axioms.h"
#include "litmus_table.h"
#include "scheduled.h"

#include "base/random.h"
#include "engine/depth_first_search.h"

enum { STATES_MAX = 6000000, PACKED_MAX = 12, PROGRAMS = 60 };
enum {
    BYTE_FENCE_ACQUIRE = 0x8B,
    BYTE_FENCE_RELEASE = 0x8C,
    BYTE_FENCE_SEQ_CST = 0x8D,
    BYTE_LOAD_ACQUIRE = 0x8E,
    BYTE_STORE_RELEASE = 0x8F,
    BYTE_FETCH_ADD = 0x90,
    BYTE_EXCHANGE = 0x91,
    BYTE_TRY_SWAP = 0x92,
};

/* Words of user memory: the locations, what is read, and what a compare-and-swap expects and wants. */
enum { PLACE_READ = 16, PLACE_SWAP = 32 };

typedef struct packing {
    machine *m;
    uint32_t count, used, reads, swaps;
    uint8_t bytes[PACKED_MAX], offsets[PACKED_MAX];
    uint32_t args[32];
} packing;

static void put(packing *p, uint32_t byte, uint32_t count, const uint32_t *args)
{
    assert_true(p->count < PACKED_MAX && p->used + count <= 32);
    p->bytes[p->count] = (uint8_t)byte;
    p->offsets[p->count++] = (uint8_t)p->used;
    for (uint32_t i = 0; i < count; i++)
        p->args[p->used++] = args[i];
}

static void put_fence(packing *p, uint32_t order)
{
    if (order == ORDER_SEQ_CST)
        put(p, BYTE_FENCE_SEQ_CST, 0, NULL);
    else if (order & ORDER_ACQUIRE)
        put(p, BYTE_FENCE_ACQUIRE, 0, NULL);
    if (order != ORDER_SEQ_CST && order & ORDER_RELEASE)
        put(p, BYTE_FENCE_RELEASE, 0, NULL);
}

static void put_swap(packing *p, const struct operation *op, uint32_t where, uint32_t to)
{
    uint32_t expected = user(p->m, PLACE_SWAP + p->swaps++);
    uint32_t desired = user(p->m, PLACE_SWAP + p->swaps++);
    p->m->arena[expected] = op->expected;
    p->m->arena[desired] = op->value;
    put(p, BYTE_TRY_SWAP, 4, (const uint32_t[]){where, expected, desired, to});
}

/* False where no opcode is the operation: a relaxed exchange, an addition that orders. */
static bool put_operation(packing *p, const struct operation *op)
{
    uint32_t where = user(p->m, op->location), to = user(p->m, PLACE_READ + p->reads);
    bool is_swap = op->kind == OPERATION_CAS || op->kind == OPERATION_EXCHANGE;
    p->reads += litmus_reads(op);
    if ((is_swap && op->order != ORDER_ACQ_REL) || (op->kind == OPERATION_ADD && op->order))
        return false;
    switch (op->kind) {
    case OPERATION_LOAD:
        /* LOAD_U32 copies to an observable word, for which the place of the read will do. */
        if (op->order)
            put(p, BYTE_LOAD_ACQUIRE, 2, (const uint32_t[]){where, to});
        else
            put(p, LOAD, 2, (const uint32_t[]){where, p->reads - 1});
        break;
    case OPERATION_STORE:
        put(p, op->order ? BYTE_STORE_RELEASE : STORE, 2, (const uint32_t[]){op->value, where});
        break;
    case OPERATION_ADD:
        put(p, BYTE_FETCH_ADD, 3, (const uint32_t[]){op->value, where, to});
        break;
    case OPERATION_EXCHANGE:
        put(p, BYTE_EXCHANGE, 3, (const uint32_t[]){op->value, where, to});
        break;
    case OPERATION_CAS:
        put_swap(p, op, where, to);
        break;
    default:
        put_fence(p, op->order);
    }
    return true;
}

static void add_thread(packing *p, uint32_t queue)
{
    uint32_t head = (2 + 2 * p->count + 3) / 4, words[16] = {p->count | p->used << 8};
    assert_true(head + p->used <= 16);
    for (uint32_t i = 0; i < p->count; i++) {
        uint32_t at = 2 + 2 * i;
        words[at / 4] |= (p->bytes[i] | (uint32_t)p->offsets[i] << 8) << 8 * (at % 4);
    }
    memcpy(words + head, p->args, p->used * sizeof *words);
    vrrl_slot_input *slot = &p->m->slots[p->m->count];
    memcpy(p->m->args[p->m->count], words, sizeof words);
    *slot = (vrrl_slot_input){.opcode = PACKED,
                              .queue = queue,
                              .arg_count = head + p->used,
                              .args = p->m->args[p->m->count]};
    p->m->count++;
}

static bool add_program(machine *m, const litmus *l)
{
    packing p = {.m = m};
    for (uint32_t t = 0; t < l->threads; t++) {
        p.count = p.used = 0;
        for (uint32_t i = 0; i < l->count[t]; i++) {
            if (!put_operation(&p, &l->ops[t][i]))
                return false;
        }
        add_thread(&p, m->config.model.queues ? t : VRRL_NO_WORKER);
    }
    return true;
}

struct found {
    const litmus *program;
    const machine *m;
    outcome_set set;
};

static bool is_relaxed_load(const litmus *l, uint32_t read)
{
    for (uint32_t t = 0; t < l->threads; t++) {
        for (uint32_t i = 0; i < l->count[t]; i++) {
            if (litmus_reads(&l->ops[t][i]) && read-- == 0)
                return l->ops[t][i].kind == OPERATION_LOAD && !l->ops[t][i].order;
        }
    }
    return false;
}

static bool note_outcome(void *context, struct sched *s, const struct sched_state *state,
                         vrrl_verdict verdict)
{
    struct found *f = context;
    const litmus *l = f->program;
    uint32_t arena[8192];
    uint64_t outcome = 0;
    assert_int_equal(verdict, VRRL_VERDICT_COMPLETE);
    assert_true(f->m->layout.total_words <= 8192);
    end_arena(s, state, f->m->layout.total_words, arena);
    for (uint32_t i = 0; i < l->reads; i++) {
        uint32_t word = is_relaxed_load(l, i) ? observable(i) : user(f->m, PLACE_READ + i);
        outcome = outcome_put(outcome, i, arena[word]);
    }
    for (uint32_t i = 0; i < l->locations; i++)
        outcome = outcome_put(outcome, l->reads + i, arena[user(f->m, i)]);
    outcome_add(&f->set, outcome);
    return true;
}

/* Whether the program can be written in opcodes; *found are its outcomes, then. */
static bool run_slots(const litmus *l, vrrl_memory_model model, bool pool, struct found *found)
{
    vrrl_machine config = small_machine(l->threads);
    config.geometry.slot_words = 32;
    if (!pool)
        config.model = (vrrl_worker_model){VRRL_MODEL_SERIAL, 0, l->threads, 0};
    struct sched_options options = {.setup.model = model, .starved = VRRL_NO_WORKER};
    machine *m = machine_start("reference", &config);
    *found = (struct found){.program = l, .m = m};
    bool can = add_program(m, l);
    if (can) {
        struct sched *s = schedule_of(m, &options);
        struct sched_search search = sched_exhaust(s, STATES_MAX, note_outcome, found);
        assert_true(search.complete);
        sched_destroy(s);
    }
    machine_stop(m);
    return can;
}

static bool same(const outcome_set *a, const outcome_set *b)
{
    return a->count == b->count &&
           memcmp(a->outcomes, b->outcomes, a->count * sizeof a->outcomes[0]) == 0;
}

static void test_table_in_slots(void **state)
{
    (void)state;
    static struct found found;
    static outcome_set axioms;
    uint32_t written = 0, wrong = 0;
    for (uint32_t i = 0; i < ROWS; i++) {
        litmus l = litmus_parse(rows[i].program);
        for (int model = VRRL_MEMORY_SC; model <= VRRL_MEMORY_VIEW; model++) {
            if (!run_slots(&l, (vrrl_memory_model)model, false, &found))
                continue;
            litmus_axioms(&l, (vrrl_memory_model)model, &axioms);
            written++;
            if (!same(&found.set, &axioms)) {
                print_message("%s, model %d: %u outcomes of %u\n", rows[i].name, model,
                              found.set.count, axioms.count);
                wrong++;
            }
        }
    }
    print_message("%u of %u\n", written, 3 * ROWS);
    assert_int_equal(wrong, 0);
    assert_true(written > 2 * ROWS);
}

/* An operation that an opcode is. */
static struct operation random_operation(uint64_t *random)
{
    static const uint8_t fences[] = {ORDER_ACQUIRE, ORDER_RELEASE, ORDER_ACQ_REL, ORDER_SEQ_CST,
                                     ORDER_SEQ_CST};
    static const uint8_t kinds[] = {
        OPERATION_LOAD,  OPERATION_LOAD,  OPERATION_LOAD, OPERATION_STORE,    OPERATION_STORE,
        OPERATION_FENCE, OPERATION_FENCE, OPERATION_ADD,  OPERATION_EXCHANGE, OPERATION_CAS};
    struct operation op = {.kind = kinds[random_below(random, sizeof kinds)],
                           .location = (uint16_t)random_below(random, 2),
                           .value = 1 + random_below(random, 2)};
    bool ordered = random_below(random, 2);
    switch (op.kind) {
    case OPERATION_FENCE:
        op = (struct operation){.kind = OPERATION_FENCE,
                                .order = fences[random_below(random, sizeof fences)]};
        break;
    case OPERATION_LOAD:
        op.order = ordered ? ORDER_ACQUIRE : ORDER_RELAXED;
        break;
    case OPERATION_STORE:
        op.order = ordered ? ORDER_RELEASE : ORDER_RELAXED;
        break;
    case OPERATION_CAS:
        op.expected = random_below(random, 2);
        op.order = ORDER_ACQ_REL;
        break;
    case OPERATION_EXCHANGE:
        op.order = ORDER_ACQ_REL;
        break;
    }
    return op;
}

static litmus random_litmus(uint64_t *random)
{
    litmus l = {.threads = 2 + random_below(random, 2)};
    uint32_t left = 5 + random_below(random, 3);
    for (uint32_t i = 0; i < left; i++) {
        uint32_t t = random_below(random, l.threads);
        if (l.count[t] < 3)
            l.ops[t][l.count[t]++] = random_operation(random);
    }
    litmus_finish(&l);
    return l;
}

/* On workers of their own, exactly the outcomes of the axioms; in a pool, where a worker may run one
 * thread after the other, the same: what that orders more is allowed anyway. */
static void test_random_in_slots(void **state)
{
    (void)state;
    static struct found own, pool;
    static outcome_set axioms;
    const char *text = getenv("VRRL_LITMUS_PROGRAMS"), *seed = getenv("VRRL_LITMUS_SEED");
    uint32_t programs = text ? (uint32_t)atoi(text) : PROGRAMS;
    uint64_t random = seed ? (uint64_t)atoll(seed) : 1;
    for (uint32_t p = 0; p < programs; p++) {
        litmus l = random_litmus(&random);
        for (int model = VRRL_MEMORY_SC; model <= VRRL_MEMORY_VIEW; model++) {
            assert_true(run_slots(&l, (vrrl_memory_model)model, false, &own));
            litmus_axioms(&l, (vrrl_memory_model)model, &axioms);
            if (!same(&own.set, &axioms))
                fail_msg("program %u, model %d: %u outcomes of %u", p, model, own.set.count,
                         axioms.count);
            if (p % 4)
                continue;
            assert_true(run_slots(&l, (vrrl_memory_model)model, true, &pool));
            assert_true(same(&pool.set, &axioms));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_table_in_slots),
                                       cmocka_unit_test(test_random_in_slots)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
