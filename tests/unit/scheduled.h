/* A batch under the scheduler, and the same batch on the reference, for tests. */
#ifndef VRRL_TEST_SCHEDULED_H
#define VRRL_TEST_SCHEDULED_H

#include "engine_runs.h"
#include "machine.h"

enum { NOP = 0, STORE = 1, ADD = 2, LOAD = 3, CAS = 4, MEMCPY = 5, BATCH_FENCE = 7 };
#define SHUTDOWN 0xFFFFFFFFu
#define PACKED   0x80000001u
#define WAIT_GE  0x40000000u
#define SIGNAL   0x40000001u
#define MIX      0x40000002u
enum { PACKED_WAIT_GE = 0x80, PACKED_SIGNAL = 0x81, PACKED_WAIT_WORD = 0x89 };

/* A PACKED_SLOT of two inner operations, of two arguments each. */
static inline void add_two(machine *m, uint32_t queue, uint32_t first, uint32_t a0, uint32_t a1,
                           uint32_t second, uint32_t b0, uint32_t b1)
{
    const uint32_t args[] = {2u | 4u << 8 | first << 16, second | 2u << 8, a0, a1, b0, b1};
    add_words(m, queue, PACKED, 6, args);
}

/* The same in a pool. */
#define ADD_TWO(m, first, a0, a1, second, b0, b1)                                                  \
    add_two((m), VRRL_NO_WORKER, (first), (a0), (a1), (second), (b0), (b1))

static inline vrrl_machine small_machine(uint32_t workers)
{
    return (vrrl_machine){.geometry = {.slot_words = 16,
                                       .ring_slots = 32,
                                       .observable_words = 16,
                                       .user_words = 1024},
                          .workers = workers};
}

/* The slots that were added to `m`, published and not run. */
static inline struct sched *schedule_of(machine *m, const struct sched_options *options)
{
    uint32_t *arena = malloc(m->layout.total_words * sizeof *arena);
    uint32_t indices[32], queues[32];
    struct sched *s = NULL;
    vrrl_error err = {0};
    assert_true(arena && m->count <= 31);
    memcpy(arena, m->arena, m->layout.total_words * sizeof *arena);
    for (uint32_t i = 0; i < m->count; i++) {
        uint32_t *words = arena + m->layout.ring_base + i * m->config.geometry.slot_words;
        words[0] = VRRL_STATUS_PUBLISHED;
        words[1] = m->slots[i].opcode;
        words[2] = m->slots[i].tenant;
        memcpy(words + 3, m->args[i], m->slots[i].arg_count * sizeof *words);
        indices[i] = i;
        queues[i] = m->slots[i].queue;
    }
    vrrl_batch_view batch = {m->count, indices, queues};
    if (sched_create(&m->config, arena, &batch, options, &s, &err))
        fail_msg("%s", err.text);
    free(arena);
    return s;
}

static inline uint32_t observable(uint32_t i)
{
    return VRRL_WORD_OBSERVABLE + i;
}

/* ---- Final states --------------------------------------------------------------------------- */

enum { FINALS_MAX = 4096 };

/* What can be observed of each final state, as one number. */
struct final_set {
    const machine *m;
    uint64_t finals[FINALS_MAX];
    uint32_t count;
};

static inline uint64_t observe(const machine *m, struct sched *s, const struct sched_state *state,
                               vrrl_verdict verdict)
{
    uint32_t arena[8192];
    uint64_t hash = (uint64_t)verdict + 1;
    assert_true(m->layout.total_words <= 8192);
    end_arena(s, state, m->layout.total_words, arena);
    for (uint32_t i = 0; i < 16; i++)
        hash =
            (hash ^ arena[observable(i)] ^ (uint64_t)arena[user(m, i)] << 32) * 0x9E3779B97F4A7C15u,
        hash ^= hash >> 29;
    for (uint32_t i = 0; i < m->count; i++)
        hash = (hash ^ sched_slot_at(state, i)->result_fold) * 0x9E3779B97F4A7C15u,
        hash ^= hash >> 29;
    return hash;
}

static inline bool find_final(const struct final_set *set, uint64_t hash)
{
    for (uint32_t i = 0; i < set->count; i++) {
        if (set->finals[i] == hash)
            return true;
    }
    return false;
}

static inline bool collect(void *context, struct sched *s, const struct sched_state *state,
                           vrrl_verdict verdict)
{
    struct final_set *set = context;
    uint64_t hash = observe(set->m, s, state, verdict);
    assert_true(set->count < FINALS_MAX);
    if (!find_final(set, hash))
        set->finals[set->count++] = hash;
    return true;
}

#endif
