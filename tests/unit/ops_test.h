/* One slot at a time, on each driver, against a model of memory: for tests of opcodes. */
#ifndef VRRL_OPS_TEST_H
#define VRRL_OPS_TEST_H

#include "base/random.h"
#include "machine.h"

static const char *const drivers[] = {"reference", "threads", "scheduled"};
#define EACH_DRIVER(name)                                                                          \
    for (size_t d_ = 0; d_ < 3; d_++)                                                              \
        for (const char *name = drivers[d_]; name; name = NULL)

static inline machine *start(const char *driver)
{
    vrrl_machine config = machine_config(64);
    config.geometry.tenants = 4;
    machine *m = machine_start(driver, &config);
    uint64_t random = 5;
    for (uint32_t i = 0; i < 64; i++)
        m->arena[VRRL_WORD_OBSERVABLE + i] = (uint32_t)random_next(&random);
    for (uint32_t i = 0; i < m->config.geometry.user_words; i++)
        m->arena[user(m, i)] = (uint32_t)random_next(&random);
    return m;
}

/* Runs what was added, alone, and returns the first slot's status. */
static inline uint32_t run_one(machine *m)
{
    assert_int_equal(machine_run(m), VRRL_VERDICT_COMPLETE);
    return status_of(m, 0);
}

/* The arena as it was, to which a test applies what it expects. */
typedef struct model {
    uint32_t words[1 << 14];
} model;

static inline model *copy(const machine *m)
{
    model *copy = malloc(sizeof *copy);
    assert_true(copy && m->layout.debug_base <= 1 << 14);
    memcpy(copy->words, m->arena, m->layout.debug_base * sizeof(uint32_t));
    return copy;
}

/* Observable words and user memory are as the model says, to the last word. */
static inline void expect_model(const machine *m, model *expected)
{
    for (uint32_t i = VRRL_WORD_OBSERVABLE; i < m->layout.debug_base; i++) {
        if (i == m->layout.ring_base)
            i = m->layout.user_base;
        if (m->arena[i] != expected->words[i])
            fail_msg("word %u is 0x%08X, expected 0x%08X", i, m->arena[i], expected->words[i]);
    }
    free(expected);
}

/* What a slot may touch: one word inside passes, one outside faults, and a count that wraps does.
 */
typedef struct bound {
    uint32_t opcode, args[7];
    bool ok;
} bound;

static inline void expect_bounds(machine *m, const bound *bounds, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        model *before = copy(m);
        add_words(m, VRRL_NO_WORKER, bounds[i].opcode, 7, bounds[i].args);
        uint32_t expected = bounds[i].ok ? VRRL_STATUS_DONE : VRRL_STATUS_FAULT;
        if (run_one(m) != expected)
            fail_msg("bound %zu: %s", i, vrrl_status_name(status_of(m, 0)));
        if (bounds[i].ok)
            free(before);
        else
            expect_model(m, before);
    }
}

#endif
