/*
 * Random litmus programs: under each model the engine's outcomes are those of the axioms, found in
 * two ways that share nothing; and with a visited set, whose encoding merges states, the same.
 */
#include "litmus_axioms.h"

#include "base/random.h"

enum { PROGRAMS = 400, CANDIDATES_MAX = 3000 };

static struct operation random_op(uint64_t *random, uint32_t locations, uint32_t fences)
{
    static const uint8_t kinds[] = {OPERATION_LOAD,     OPERATION_LOAD,  OPERATION_LOAD,
                                    OPERATION_LOAD,     OPERATION_STORE, OPERATION_STORE,
                                    OPERATION_STORE,    OPERATION_STORE, OPERATION_ADD,
                                    OPERATION_EXCHANGE, OPERATION_CAS};
    static const uint8_t orders[] = {ORDER_RELAXED, ORDER_RELAXED, ORDER_ACQ_REL};
    static const uint8_t fence_orders[] = {ORDER_ACQUIRE, ORDER_RELEASE, ORDER_ACQ_REL,
                                           ORDER_SEQ_CST, ORDER_SEQ_CST, ORDER_SEQ_CST};
    struct operation op = {.kind = kinds[random_below(random, sizeof kinds)]};
    if (random_below(random, 10) < fences) {
        op.kind = OPERATION_FENCE;
        op.order = fence_orders[random_below(random, sizeof fence_orders)];
        return op;
    }
    op.order = orders[random_below(random, sizeof orders)];
    if (op.kind == OPERATION_LOAD)
        op.order &= ORDER_ACQUIRE;
    else if (op.kind == OPERATION_STORE)
        op.order &= ORDER_RELEASE;
    else
        op.order &= (uint8_t)random_below(random, 4);
    op.location = (uint16_t)random_below(random, locations);
    op.value = 1 + random_below(random, 3);
    op.expected = random_below(random, 3);
    return op;
}

static litmus random_program(uint64_t *random)
{
    litmus l = {.threads = 2 + random_below(random, 3)};
    uint32_t locations = 1 + random_below(random, 3), fences = random_below(random, 5);
    uint32_t left = 4 + random_below(random, 6);
    for (uint32_t i = 0; i < left; i++) {
        uint32_t t = random_below(random, l.threads);
        if (l.count[t] < 5)
            l.ops[t][l.count[t]++] = random_op(random, locations, fences);
    }
    litmus_finish(&l);
    return l;
}

static void print_program(const litmus *l)
{
    for (uint32_t t = 0; t < l->threads; t++) {
        for (uint32_t i = 0; i < l->count[t]; i++) {
            const struct operation *op = &l->ops[t][i];
            print_message(
                "%c%s %c %u (%u); ", "RWAXCF" [op->kind],
                (const char *[]) { "", "acq", "rel", "ar", "", "", "", "sc" }[op->order],
                'x' + op->location, op->value, op->expected);
        }
        print_message("||\n");
    }
}

/* Programs that would take long are drawn again; what is drawn depends on the seed alone. */
static bool is_small(const litmus *l)
{
    uint64_t most = 1;
    uint32_t writes[LITMUS_LOCATIONS] = {0};
    for (uint32_t t = 0; t < l->threads; t++)
        for (uint32_t i = 0; i < l->count[t]; i++)
            writes[l->ops[t][i].location] +=
                l->ops[t][i].kind != OPERATION_LOAD && l->ops[t][i].kind != OPERATION_FENCE;
    for (uint32_t t = 0; t < l->threads; t++)
        for (uint32_t i = 0; i < l->count[t]; i++)
            most *= litmus_reads(&l->ops[t][i]) ? writes[l->ops[t][i].location] + 1 : 1;
    for (uint32_t i = 0; i < LITMUS_LOCATIONS; i++)
        for (uint32_t k = 2; k <= writes[i]; k++)
            most *= k;
    return most <= CANDIDATES_MAX;
}

static void same_outcomes(const litmus *l, vrrl_memory_model model)
{
    static outcome_set engine, axioms, plain;
    litmus_run(l, model, true, &engine);
    litmus_axioms(l, model, &axioms);
    size_t size = engine.count * sizeof engine.outcomes[0];
    bool same = engine.count == axioms.count && memcmp(engine.outcomes, axioms.outcomes, size) == 0;
    uint32_t ops = l->count[0] + l->count[1] + l->count[2] + l->count[3];
    if (same && ops <= 6) {
        litmus_run(l, model, false, &plain);
        same = plain.count == engine.count && memcmp(engine.outcomes, plain.outcomes, size) == 0;
    }
    if (same)
        return;
    print_program(l);
    fail_msg("model %d: the engine has %u outcomes, the axioms %u", (int)model, engine.count,
             axioms.count);
}

static void test_random(void **state)
{
    (void)state;
    const char *text = getenv("VRRL_LITMUS_PROGRAMS"), *seed = getenv("VRRL_LITMUS_SEED");
    uint32_t programs = text ? (uint32_t)atoi(text) : PROGRAMS;
    uint64_t random = seed ? (uint64_t)atoll(seed) : 1;
    for (uint32_t i = 0; i < programs;) {
        litmus l = random_program(&random);
        if (!is_small(&l))
            continue;
        same_outcomes(&l, VRRL_MEMORY_SC);
        same_outcomes(&l, VRRL_MEMORY_TSO);
        same_outcomes(&l, VRRL_MEMORY_VIEW);
        i++;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_random)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
