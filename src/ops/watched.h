/*
 * Opcode bodies as sequential C that tells what it changes: which lines of the arena are no longer
 * as they were, so that they can be put back, and which of the words that somebody waits for.
 */
#ifndef VRRL_OPS_WATCHED_H
#define VRRL_OPS_WATCHED_H

#include "ops/c_env.h"

enum {
    WATCHED_LINE_WORDS = 64,    /* what is put back at a time */
    WATCHED_FILTER_WORDS = 512, /* 64 bits each */
};

typedef struct watched_env watched_env;
struct watched_env {
    op_env env;       /* first: bodies know only it */
    uint8_t *changed; /* by line */
    uint64_t *filter; /* WATCHED_FILTER_WORDS: bit `word` modulo their bits is set for each word
                          that is waited for, and so for some others */
    void (*wrote)(watched_env *env, uint32_t word); /* a word whose bit is set */
};

static inline bool watched_may_wait(const uint64_t *filter, uint32_t word)
{
    return filter[word / 64 % WATCHED_FILTER_WORDS] >> (word % 64) & 1;
}

static inline void op_watched_write(op_env *env, uint32_t i, uint32_t value)
{
    watched_env *e = (watched_env *)env;
    env->arena[i] = value;
    e->changed[i / WATCHED_LINE_WORDS] = 1;
    if (watched_may_wait(e->filter, i))
        e->wrote(e, i);
}

static inline void op_watched_store(op_env *env, uint32_t i, uint32_t value)
{
    RESULT_AT(i, value);
    op_watched_write(env, i, value);
}

static inline uint32_t op_watched_exchange(op_env *env, uint32_t i, uint32_t value)
{
    uint32_t old = env->arena[i];
    op_watched_store(env, i, value);
    return op_env_order(env, old);
}

static inline uint32_t op_watched_add(op_env *env, uint32_t i, uint32_t value)
{
    uint32_t old = env->arena[i];
    RESULT_AT(i, value);
    op_watched_write(env, i, old + value);
    return op_env_order(env, old);
}

static inline uint32_t op_watched_compare_swap(op_env *env, uint32_t i, uint32_t expected,
                                               uint32_t desired)
{
    uint32_t old = env->arena[i];
    if (old == expected)
        op_watched_write(env, i, desired);
    return op_env_order(env, old);
}

#define ARG_WORD(i)           (env->slots[i])
#define LOAD_STATIC(i)        (env->arena[i])
#define LOAD(i)               (env->arena[i])
#define LOAD_ACQUIRE(i)       (env->arena[i])
#define STORE(i, v)           op_watched_store(env, (i), (v))
#define STORE_RELEASE(i, v)   STORE(i, v)
#define ADD(i, v)             op_watched_add(env, (i), (v))
#define ADD_RELEASE(i, v)     ADD(i, v)
#define EXCHANGE(i, v)        op_watched_exchange(env, (i), (v))
#define COMPARE_SWAP(i, e, d) op_watched_compare_swap(env, (i), (e), (d))
#define FENCE_ACQUIRE()       ((void)0)
#define FENCE_RELEASE()       ((void)0)
#define FENCE_SEQ_CST()       ((void)0)
#define COUNT(i)              op_watched_write(env, (i), env->arena[i] + 1)

#include "ops/ops.h"

#endif
