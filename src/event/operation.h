/*
 * A memory operation: what the body of a slot asks for, an engine steps and a memory model does. The
 * kinds and orders stand here once, for all of them; what became of one, with its values, is an event.
 */
#ifndef VRRL_EVENT_OPERATION_H
#define VRRL_EVENT_OPERATION_H

#include <stdbool.h>
#include <stdint.h>

enum operation_kind {
    OPERATION_LOAD,
    OPERATION_STORE,
    OPERATION_ADD, /* fetch-and-add */
    OPERATION_EXCHANGE,
    OPERATION_CAS, /* strong; one that fails is a load, of acquire order if the operation has it */
    OPERATION_FENCE,
};

/* Bits: what a seq_cst fence does, an acq_rel fence does too. */
enum operation_order {
    ORDER_RELAXED = 0,
    ORDER_ACQUIRE = 1,
    ORDER_RELEASE = 2,
    ORDER_ACQ_REL = 3,
    ORDER_SEQ_CST = 7, /* fences only */
};

/* Among which threads an order holds. The bodies of opcodes ask for none but the widest, and no memory
 * model looks at it yet: all threads are in one scope. */
enum operation_scope {
    SCOPE_SYSTEM,
    SCOPE_GPU,
    SCOPE_CLUSTER,
    SCOPE_BLOCK,
};

/* Packed, for trees of bodies hold many of them, and each step reads one. */
struct operation {
    uint8_t kind;      /* an operation_kind */
    uint8_t order;     /* an operation_order */
    uint8_t scope;     /* an operation_scope */
    bool returns;      /* the body goes on by the value that it reads */
    bool counts;       /* it adds to a counter of the machine, and nobody sees what it returns */
    bool admits;       /* it is no access of the slot's: its queue looks, to let it into a place */
    uint16_t location; /* what the engine calls the word, by the order in which words are met */
    uint32_t word;     /* of the arena */
    uint32_t value;    /* stored, added, or desired */
    uint32_t expected; /* CAS */
};

_Static_assert(sizeof(struct operation) == 20, "an operation has no holes");

/* A CAS does if it finds what it expects. */
static inline bool operation_may_write(const struct operation *op)
{
    return op->kind != OPERATION_LOAD && op->kind != OPERATION_FENCE;
}

#endif
