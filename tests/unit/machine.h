/* A machine with a host, for tests: slots are added one by one, then run as an epoch. */
#ifndef VRRL_TEST_MACHINE_H
#define VRRL_TEST_MACHINE_H

#include "vrrl/vrrl.h"

#include "test.h"

enum { MACHINE_SLOTS_MAX = 8192, MACHINE_ARGS_MAX = 125 };

typedef struct machine {
    vrrl_machine config;
    vrrl_host *host;
    uint32_t *arena;
    vrrl_layout layout;
    vrrl_slot_input slots[MACHINE_SLOTS_MAX];
    uint32_t args[MACHINE_SLOTS_MAX][16];
    uint32_t count;
    const vrrl_epoch_result *result;
} machine;

static inline vrrl_machine machine_config(uint32_t ring_slots)
{
    return (vrrl_machine){.geometry = {.slot_words = 16,
                                       .ring_slots = ring_slots,
                                       .observable_words = 64,
                                       .user_words = 4096,
                                       .debug_records = 16},
                          .workers = 2,
                          .seed = 1};
}

static inline machine *machine_start(const char *driver, const vrrl_machine *config)
{
    machine *m = calloc(1, sizeof *m);
    const vrrl_driver *row = NULL;
    vrrl_error err = {0};
    assert_non_null(m);
    m->config = *config;
    assert_int_equal(vrrl_driver_find(driver, &row, &err), VRRL_OK);
    if (vrrl_host_create(row, config, &m->host, &err))
        fail_msg("%s", err.text);
    m->arena = vrrl_host_arena(m->host);
    m->layout = *vrrl_host_layout(m->host);
    return m;
}

static inline void machine_stop(machine *m)
{
    vrrl_host_free(m->host);
    free(m);
}

/* Word `i` of user memory. */
static inline uint32_t user(const machine *m, uint32_t i)
{
    return m->layout.user_base + i;
}

static inline void add_words(machine *m, uint32_t queue, uint32_t opcode, uint32_t count,
                             const uint32_t *args)
{
    assert_true(m->count < MACHINE_SLOTS_MAX && count <= 13);
    if (count)
        memcpy(m->args[m->count], args, count * sizeof *args);
    m->slots[m->count] = (vrrl_slot_input){
        .opcode = opcode, .queue = queue, .arg_count = count, .args = m->args[m->count]};
    m->count++;
}

#define ADD_ON(m, queue, opcode, ...)                                                              \
    add_words((m), (queue), (opcode),                                                              \
              (uint32_t)(sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t)),              \
              (const uint32_t[]){__VA_ARGS__})
#define ADD_SLOT(m, opcode, ...) ADD_ON((m), VRRL_NO_WORKER, (opcode), __VA_ARGS__)

static inline vrrl_verdict machine_run_with(machine *m, const vrrl_sink *sink, uint32_t timeout_ms)
{
    vrrl_error err = {0};
    vrrl_epoch_input input = {.slots = m->slots, .slot_count = m->count};
    if (vrrl_host_run_epoch(m->host, &input, sink, timeout_ms, &m->result, &err))
        fail_msg("%s: %s", vrrl_code_name(err.code), err.text);
    m->count = 0;
    return m->result->verdict;
}

static inline vrrl_verdict machine_run(machine *m)
{
    return machine_run_with(m, NULL, 20000);
}

/* Status of the batch's slot k, after its epoch. */
static inline uint32_t status_of(const machine *m, uint32_t k)
{
    return m->arena[m->layout.ring_base + m->result->indices[k] * m->config.geometry.slot_words];
}

#endif
