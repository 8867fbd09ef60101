/*
 * The environment of opcode bodies in C: what OP_PASS points to, and what the memory macros of
 * ops/plain.h and ops/atomic.h share. One for each worker.
 */
#ifndef VRRL_OPS_C_ENV_H
#define VRRL_OPS_C_ENV_H

#include "ops/c_types.h"
#include "ops/fold.h"
#include "ops/stores.h"
#include "vrrl/run/ring.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/* The words that an attempt wrote last: whose waiters may go on. */
enum { OP_TOUCHED = 8 };

typedef struct op_env {
    uint32_t *arena;
    const uint32_t *slots; /* what ARG_WORD indexes: the arena, or a slot that is not in the ring */
    vrrl_geometry geometry;
    vrrl_layout layout;
    const uint8_t *unseen; /* by word: what is stored there is no result; NULL: all is */
    op_stores *stores;     /* keeps what is folded into results; NULL: nobody does */
    uint64_t result_fold;  /* of this attempt */
    uint64_t order_fold;
    bool by_order; /* results go into the order fold */
    uint32_t wait_word;
    uint64_t wait_value;
    uint32_t goal_word; /* that wait_value was computed from, and what it held; or VRRL_NO_INDEX */
    uint32_t goal_value;
    uint32_t touched[OP_TOUCHED]; /* a ring */
    uint32_t touched_count;
    uint8_t *
        changed; /* by line of OP_LINE_WORDS: what plain bodies write is marked; NULL: nobody asks */
} op_env;

#define OP_PARAMS op_env *env
#define OP_PASS   env

#define ARENA_WORDS      (env->layout.total_words)
#define OBSERVABLE_WORDS (env->geometry.observable_words)
#define RING_BASE        (env->layout.ring_base)
#define RING_SLOTS       (env->geometry.ring_slots)
#define SLOT_WORDS       (env->geometry.slot_words)
#define USER_BASE        (env->layout.user_base)
#define USER_WORDS       (env->geometry.user_words)
#define DEBUG_BASE       (env->layout.debug_base)
#define DEBUG_RECORDS    (env->geometry.debug_records)

#define RESULT(v)                 op_env_result(env, (v))
#define RESULT_AT(word, v)        op_env_result_at(env, (word), (v))
#define BY_ORDER()                ((void)(env->by_order = true))
#define REQUEUE_ON(word, value)   ((void)(env->wait_word = (word), env->wait_value = (value)))
#define REQUEUE_GOAL(word, value) op_env_goal(env, (word), (value))

static inline void op_env_touch(op_env *env, uint32_t word)
{
    env->touched[env->touched_count++ % OP_TOUCHED] = word;
}

static inline void op_env_result(op_env *env, uint32_t value)
{
    uint64_t *fold = env->by_order ? &env->order_fold : &env->result_fold;
    *fold = fold_u32(*fold, value);
}

/* `value` goes into a word. */
static inline void op_env_result_at(op_env *env, uint32_t word, uint32_t value)
{
    if (env->unseen && env->unseen[word])
        return;
    op_env_result(env, value);
    if (env->stores && !env->by_order)
        op_stores_add(env->stores, word, value);
}

static inline uint32_t op_env_order(op_env *env, uint32_t old)
{
    env->order_fold = fold_u32(env->order_fold, old);
    return old;
}

/* The value wanted is the sum of the goal and something: where it is less than the goal, the sum has passed
 * 32 bits, and no value of a word is as large. */
static inline void op_env_goal(op_env *env, uint32_t word, uint32_t value)
{
    env->goal_word = word;
    env->goal_value = value;
    if (env->wait_value < value)
        env->wait_value += (uint64_t)1 << 32;
}

/* Before each attempt. */
static inline void op_env_reset(op_env *env)
{
    env->result_fold = env->order_fold = 0;
    env->by_order = false;
    env->wait_word = env->goal_word = VRRL_NO_INDEX;
    env->wait_value = 0;
    env->goal_value = 0;
    env->touched_count = 0;
}

static inline float op_f32_of(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline uint32_t op_bits_of(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

#define F32_ADD(a, b)    op_bits_of(op_f32_of(a) + op_f32_of(b))
#define F32_MUL(a, b)    op_bits_of(op_f32_of(a) * op_f32_of(b))
#define F32_FMA(a, b, c) op_bits_of(fmaf(op_f32_of(a), op_f32_of(b), op_f32_of(c)))

#endif
