/*
 * Opcode bodies one memory operation at a time: under a scheduler, without a stack of their own.
 *
 * A body is entered with the log of what its operations have returned so far, runs through those
 * again, and leaves at the first new operation whose result it needs; that one, and those before it
 * that return nothing, are queued for the scheduler. So a body that is under way is plain data: its
 * log, and how many operations it has done. It takes the same way each time: what ARG_WORD reads does
 * not change while slots run, and nor does what LOAD_STATIC reads without a step. A word that a slot
 * of the batch may write has a mark, and is read in a step as any other.
 */
#ifndef VRRL_OPS_STEPPED_H
#define VRRL_OPS_STEPPED_H

#include "event/operation.h"
#include "ops/c_env.h"
#include "ops/mutation.h"

#include <setjmp.h>
#include <stdbool.h>

enum { STEP_QUEUE = 8 };

/* Marks of a word: a slot may write it; a body has read it without a step; a body has written it. */
enum { STEP_WRITTEN = 1, STEP_FIXED = 2, STEP_STORED = 4 };

/* The loops of a body, and of the PACKED_SLOT that it stands in: subset.h. */
enum { STEP_LOOPS = 4 };

/* A round of a loop, from which a body may be entered again. */
typedef struct step_place {
    uint32_t loop; /* operations met where the loop began, from 1; 0: there is no such place */
    uint32_t index, carried;
    uint32_t met, log_next;
    uint64_t result_fold, order_fold;
    bool by_order;
} step_place;

typedef struct step_env {
    op_env env; /* first: bodies know only it */
    jmp_buf leave;
    const uint32_t *log;
    uint32_t log_next;
    uint32_t done; /* operations that the scheduler has done */
    uint32_t met;  /* operations met in this entry */
    uint32_t queued;
    /* By number of a loop: */
    uint32_t loop[STEP_LOOPS];    /* of the one that was begun last, */
    step_place from[STEP_LOOPS];  /* where this entry goes on, and */
    step_place place[STEP_LOOPS]; /* the last place that it came by */
    uint8_t *marks;               /* by word */
    bool written_read;            /* LOAD_STATIC has met a word that slots write */
    step_mutation mutation;
    uint32_t opcode; /* whose function was entered last; STEP_NO_OPCODE: the worker's own */
    struct operation queue[STEP_QUEUE]; /* met and not done */
} step_env;

#define STEP_NO_OPCODE 0xEEEEEEEEu

/* An operation that returns nothing. */
static inline void op_step_plain(op_env *env, struct operation op)
{
    step_env *e = (step_env *)env;
    if (e->met++ < e->done)
        return;
    if (e->queued == STEP_QUEUE)
        longjmp(e->leave, 1);
    e->queue[e->queued++] = op;
}

static inline uint32_t op_step_plain_result(op_env *env, struct operation op)
{
    step_env *e = (step_env *)env;
    op.returns = true;
    if (e->met++ >= e->done) {
        if (e->queued < STEP_QUEUE)
            e->queue[e->queued++] = op;
        longjmp(e->leave, 1);
    }
    return e->log[e->log_next++];
}

/* ---- Loops ----------------------------------------------------------------------------------- */

/* A body that has come to its n-th round is not run through n rounds again for the next operation. */
static inline uint32_t op_step_loop_first(op_env *env, uint32_t loop)
{
    step_env *e = (step_env *)env;
    const step_place *p = &e->from[loop];
    e->loop[loop] = e->met + 1;
    if (p->loop != e->loop[loop])
        return 0;
    e->met = p->met;
    e->log_next = p->log_next;
    env->result_fold = p->result_fold;
    env->order_fold = p->order_fold;
    env->by_order = p->by_order;
    return p->index;
}

/* Behind LOOP_FIRST. */
static inline uint32_t op_step_loop_carried(op_env *env, uint32_t loop, uint32_t first)
{
    const step_env *e = (const step_env *)env;
    return e->from[loop].loop == e->loop[loop] ? e->from[loop].carried : first;
}

/* Loops in this one, and behind it, begin again. */
static inline void op_step_loop_at(op_env *env, uint32_t loop, uint32_t index, uint32_t carried)
{
    step_env *e = (step_env *)env;
    e->place[loop] = (step_place){.loop = e->loop[loop],
                                  .index = index,
                                  .carried = carried,
                                  .met = e->met,
                                  .log_next = e->log_next,
                                  .result_fold = env->result_fold,
                                  .order_fold = env->order_fold,
                                  .by_order = env->by_order};
    for (uint32_t k = loop + 1; k < STEP_LOOPS; k++)
        e->place[k].loop = 0;
}

/* ---- With the mutation, where it is of this operation ---------------------------------------- */

static inline uint8_t op_step_change(const op_env *env, const struct operation *op)
{
    const step_env *e = (const step_env *)env;
    const step_mutation *m = &e->mutation;
    bool is_meant = m->change && m->opcode == e->opcode && m->kind == op->kind && !op->counts;
    return is_meant ? m->change : CHANGE_NONE;
}

static inline void op_step(op_env *env, struct operation op)
{
    uint8_t change = op_step_change(env, &op);
    if (change == CHANGE_OMIT)
        return;
    if (change == CHANGE_RELAX)
        op.order = ORDER_RELAXED;
    op_step_plain(env, op);
}

/* A read-modify-write as a load and a store. */
static inline uint32_t op_step_torn(op_env *env, struct operation op)
{
    uint32_t old =
        op_step_plain_result(env, (struct operation){.kind = OPERATION_LOAD, .word = op.word});
    uint32_t value = op.kind == OPERATION_ADD ? old + op.value : op.value;
    if (op.kind != OPERATION_CAS || old == op.expected)
        op_step_plain(env,
                      (struct operation){.kind = OPERATION_STORE, .word = op.word, .value = value});
    return old;
}

static inline uint32_t op_step_result(op_env *env, struct operation op)
{
    switch (op_step_change(env, &op)) {
    case CHANGE_OMIT:
        return op.kind == OPERATION_CAS ? ~op.expected : 0;
    case CHANGE_TEAR:
        return op_step_torn(env, op);
    case CHANGE_RELAX:
        op.order = ORDER_RELAXED;
    }
    return op_step_plain_result(env, op);
}

/* ---- What the macros of subset.h do ---------------------------------------------------------- */

static inline uint32_t op_step_load(op_env *env, uint32_t i, uint8_t order)
{
    return op_step_result(env,
                          (struct operation){.kind = OPERATION_LOAD, .order = order, .word = i});
}

/* Notes that a word is read without a step, and marks it. */
void step_fixed(step_env *e, uint32_t word);

static inline uint32_t op_step_static(op_env *env, uint32_t i)
{
    step_env *e = (step_env *)env;
    if (e->marks[i] & STEP_WRITTEN) {
        e->written_read = true;
        return op_step_load(env, i, ORDER_RELAXED);
    }
    if (!(e->marks[i] & STEP_FIXED))
        step_fixed(e, i);
    return env->arena[i];
}

static inline void op_step_store(op_env *env, uint32_t i, uint32_t value, uint8_t order)
{
    RESULT_AT(i, value);
    op_step(env,
            (struct operation){.kind = OPERATION_STORE, .order = order, .word = i, .value = value});
}

static inline uint32_t op_step_add(op_env *env, uint32_t i, uint32_t value, uint8_t order)
{
    RESULT_AT(i, value);
    return op_env_order(
        env,
        op_step_result(env, (struct operation){
                                .kind = OPERATION_ADD, .order = order, .word = i, .value = value}));
}

static inline uint32_t op_step_exchange(op_env *env, uint32_t i, uint32_t value)
{
    RESULT_AT(i, value);
    return op_env_order(env, op_step_result(env, (struct operation){.kind = OPERATION_EXCHANGE,
                                                                    .order = ORDER_ACQ_REL,
                                                                    .word = i,
                                                                    .value = value}));
}

static inline uint32_t op_step_compare_swap(op_env *env, uint32_t i, uint32_t expected,
                                            uint32_t desired)
{
    return op_env_order(env, op_step_result(env, (struct operation){.kind = OPERATION_CAS,
                                                                    .order = ORDER_ACQ_REL,
                                                                    .word = i,
                                                                    .value = desired,
                                                                    .expected = expected}));
}

/* An add whose result nobody sees. */
static inline void op_step_count(op_env *env, uint32_t i)
{
    op_step(env, (struct operation){.kind = OPERATION_ADD, .word = i, .value = 1, .counts = true});
}

#define OP_STEP_FENCE(o) op_step(env, (struct operation){.kind = OPERATION_FENCE, .order = (o)})

#define LOOP_FIRST(k)         op_step_loop_first(env, (k))
#define LOOP_CARRIED(k, v)    op_step_loop_carried(env, (k), (v))
#define LOOP_AT(k, i, v)      op_step_loop_at(env, (k), (i), (v))
#define OP_ENTER(number)      ((void)(((step_env *)env)->opcode = (number)))
#define ARG_WORD(i)           (env->slots[i])
#define LOAD_STATIC(i)        op_step_static(env, (i))
#define LOAD(i)               op_step_load(env, (i), ORDER_RELAXED)
#define LOAD_ACQUIRE(i)       op_step_load(env, (i), ORDER_ACQUIRE)
#define STORE(i, v)           op_step_store(env, (i), (v), ORDER_RELAXED)
#define STORE_RELEASE(i, v)   op_step_store(env, (i), (v), ORDER_RELEASE)
#define ADD(i, v)             op_step_add(env, (i), (v), ORDER_RELAXED)
#define ADD_RELEASE(i, v)     op_step_add(env, (i), (v), ORDER_RELEASE)
#define EXCHANGE(i, v)        op_step_exchange(env, (i), (v))
#define COMPARE_SWAP(i, e, d) op_step_compare_swap(env, (i), (e), (d))
#define FENCE_ACQUIRE()       OP_STEP_FENCE(ORDER_ACQUIRE)
#define FENCE_RELEASE()       OP_STEP_FENCE(ORDER_RELEASE)
#define FENCE_SEQ_CST()       OP_STEP_FENCE(ORDER_SEQ_CST)
#define COUNT(i)              op_step_count(env, (i))

#include "ops/ops.h"

#endif
