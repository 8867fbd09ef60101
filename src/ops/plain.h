/* Opcode bodies as sequential C: one worker, or a machine that is quiescent. */
#ifndef VRRL_OPS_PLAIN_H
#define VRRL_OPS_PLAIN_H

#include "ops/c_env.h"

/* A word is about to be written. */
static inline void op_plain_writes(op_env *env, uint32_t i)
{
    if (env->changed)
        env->changed[i / OP_LINE_WORDS] = 1;
}

static inline uint32_t op_plain_store(op_env *env, uint32_t i, uint32_t value)
{
    RESULT_AT(i, value);
    op_env_touch(env, i);
    op_plain_writes(env, i);
    return env->arena[i] = value;
}

static inline uint32_t op_plain_exchange(op_env *env, uint32_t i, uint32_t value)
{
    uint32_t old = env->arena[i];
    op_plain_store(env, i, value);
    return op_env_order(env, old);
}

static inline uint32_t op_plain_add(op_env *env, uint32_t i, uint32_t value)
{
    uint32_t old = env->arena[i];
    RESULT_AT(i, value);
    op_env_touch(env, i);
    op_plain_writes(env, i);
    env->arena[i] = old + value;
    return op_env_order(env, old);
}

static inline uint32_t op_plain_compare_swap(op_env *env, uint32_t i, uint32_t expected,
                                             uint32_t desired)
{
    uint32_t old = env->arena[i];
    op_env_touch(env, i);
    op_plain_writes(env, i);
    if (old == expected)
        env->arena[i] = desired;
    return op_env_order(env, old);
}

#define ARG_WORD(i)           (env->slots[i])
#define LOAD_STATIC(i)        (env->arena[i])
#define LOAD(i)               (env->arena[i])
#define LOAD_ACQUIRE(i)       (env->arena[i])
#define STORE(i, v)           ((void)op_plain_store(env, (i), (v)))
#define STORE_RELEASE(i, v)   STORE(i, v)
#define ADD(i, v)             op_plain_add(env, (i), (v))
#define ADD_RELEASE(i, v)     ADD(i, v)
#define EXCHANGE(i, v)        op_plain_exchange(env, (i), (v))
#define COMPARE_SWAP(i, e, d) op_plain_compare_swap(env, (i), (e), (d))
#define FENCE_ACQUIRE()       ((void)0)
#define FENCE_RELEASE()       ((void)0)
#define FENCE_SEQ_CST()       ((void)0)
#define COUNT(i)              (op_plain_writes(env, (i)), (void)env->arena[i]++)

#include "ops/ops.h"

#endif
