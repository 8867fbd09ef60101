/* Opcode bodies as C with atomics: many workers. */
#ifndef VRRL_OPS_ATOMIC_H
#define VRRL_OPS_ATOMIC_H

#include "base/atomics.h"
#include "ops/c_env.h"

static inline uint32_t op_atomic_add(op_env *env, uint32_t i, uint32_t value)
{
    RESULT_AT(i, value);
    op_env_touch(env, i);
    return op_env_order(env, add_relaxed(&env->arena[i], value));
}

static inline uint32_t op_atomic_add_release(op_env *env, uint32_t i, uint32_t value)
{
    RESULT_AT(i, value);
    op_env_touch(env, i);
    return op_env_order(env, add_release(&env->arena[i], value));
}

static inline uint32_t op_atomic_exchange(op_env *env, uint32_t i, uint32_t value)
{
    RESULT_AT(i, value);
    op_env_touch(env, i);
    return op_env_order(env, exchange_acq_rel(&env->arena[i], value));
}

static inline uint32_t op_atomic_compare_swap(op_env *env, uint32_t i, uint32_t expected,
                                              uint32_t desired)
{
    op_env_touch(env, i);
    cas_acq_rel_u32(&env->arena[i], &expected, desired);
    return op_env_order(env, expected); /* the old value, whether it swapped or not */
}

static inline void op_atomic_store(op_env *env, uint32_t i, uint32_t value)
{
    RESULT_AT(i, value);
    op_env_touch(env, i);
    store_relaxed(&env->arena[i], value);
}

static inline void op_atomic_store_release(op_env *env, uint32_t i, uint32_t value)
{
    RESULT_AT(i, value);
    op_env_touch(env, i);
    store_release(&env->arena[i], value);
}

#define ARG_WORD(i)           load_relaxed(&env->slots[i])
#define LOAD_STATIC(i)        load_relaxed(&env->arena[i])
#define LOAD(i)               load_relaxed(&env->arena[i])
#define LOAD_ACQUIRE(i)       load_acquire(&env->arena[i])
#define STORE(i, v)           op_atomic_store(env, (i), (v))
#define STORE_RELEASE(i, v)   op_atomic_store_release(env, (i), (v))
#define ADD(i, v)             op_atomic_add(env, (i), (v))
#define ADD_RELEASE(i, v)     op_atomic_add_release(env, (i), (v))
#define EXCHANGE(i, v)        op_atomic_exchange(env, (i), (v))
#define COMPARE_SWAP(i, e, d) op_atomic_compare_swap(env, (i), (e), (d))
#define FENCE_ACQUIRE()       fence_acquire()
#define FENCE_RELEASE()       fence_release()
#define FENCE_SEQ_CST()       fence_seq_cst()
#define COUNT(i)              ((void)add_relaxed(&env->arena[i], 1u))

#include "ops/ops.h"

#endif
