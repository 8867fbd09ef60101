/*
 * What a slot's operations are, read from its words as they were published: which words it waits for or
 * decides by, which it loads plainly, which a task declares to accumulate. A load of a word that a slot has
 * both of is told as either.
 */
#ifndef VRRL_TEST_ORACLE_SLOT_H
#define VRRL_TEST_ORACLE_SLOT_H

#include "vrrl/run/opcode.h"
#include "vrrl/run/program.h"

#include "test.h"

enum { ORACLE_OPERATIONS = 24 };

/* Places of operations in the machine, so that waits can be taken out. */
typedef struct oracle_operation {
    uint32_t opcode;
    const uint32_t *args;
    uint32_t word;  /* of the arena: where its opcode stands, */
    uint32_t shift; /* and from which bit on, of a packed one; 32: all of the word */
} oracle_operation;

typedef struct oracle_slot {
    oracle_operation operations[ORACLE_OPERATIONS];
    uint32_t count;
    const uint32_t *task; /* the descriptor of a MIX; NULL: it is none */
} oracle_slot;

/* `words` are the slot's, in `arena`, which stays. */
static inline void oracle_decode(const uint32_t *words, const vrrl_program *p,
                                 const uint32_t *arena, oracle_slot *slot)
{
    uint32_t opcode = words[VRRL_SLOT_OPCODE], room = p->geometry.slot_words - VRRL_SLOT_ARG0;
    const uint32_t *args = words + VRRL_SLOT_ARG0;
    *slot = (oracle_slot){.count = 1};
    slot->operations[0] =
        (oracle_operation){opcode, args, (uint32_t)(words - arena) + VRRL_SLOT_OPCODE, 32};
    if (opcode == VRRL_OPCODE_MIX)
        slot->task = arena + args[0];
    if (opcode != VRRL_OPCODE_PACKED_SLOT)
        return;
    slot->count = args[0] & 0xFF;
    assert_true(slot->count <= ORACLE_OPERATIONS && slot->count < 2 * room);
    uint32_t first = (2 + 2 * slot->count + 3) / 4; /* the word at which arguments begin */
    for (uint32_t i = 0; i < slot->count; i++) {
        uint32_t at = 2 + 2 * i, inner = args[at / 4] >> at % 4 * 8 & 0xFF;
        uint32_t offset = args[(at + 1) / 4] >> (at + 1) % 4 * 8 & 0xFF;
        slot->operations[i] = (oracle_operation){inner >= 0x80 ? 0x40000000 + inner - 0x80 : inner,
                                                 args + first + offset,
                                                 (uint32_t)(args - arena) + at / 4, at % 4 * 8};
    }
}

static inline bool oracle_within(uint32_t word, uint32_t first, uint32_t count)
{
    return word >= first && word - first < count;
}

/* Whether the operation waits for the word, or goes by what it finds there. */
static inline bool oracle_goes_by(const oracle_operation *op, uint32_t word)
{
    switch (op->opcode) {
    case VRRL_OPCODE_WAIT_GE:
    case VRRL_OPCODE_WAIT_RELAXED:
    case VRRL_OPCODE_WAIT_WORD:
    case VRRL_OPCODE_TAKE:
    case VRRL_OPCODE_IF_EQ:
        return op->args[0] == word;
    default:
        return false;
    }
}

/* Whether it loads the word for its value. Floats have words of their own here. */
static inline bool oracle_takes(const oracle_operation *op, uint32_t word)
{
    const uint32_t *a = op->args;
    switch (op->opcode) {
    case VRRL_OPCODE_LOAD_U32:
        return a[0] == word;
    case VRRL_OPCODE_MEMCPY:
        return oracle_within(word, a[0], a[2]);
    case VRRL_OPCODE_DFA_STEP:
        return a[2] + a[0] * 256 + a[1] == word;
    case VRRL_OPCODE_WAIT_WORD:
        return a[1] == word;
    case VRRL_OPCODE_TRY_SWAP:
        return a[1] == word || a[2] == word;
    case VRRL_OPCODE_LOAD_AT:
        return oracle_within(word, a[0], a[1]) || a[2] == word;
    case VRRL_OPCODE_STORE_AT:
        return a[2] == word || a[3] == word;
    case VRRL_OPCODE_DOT: /* and the load with which its addition begins */
        return oracle_within(word, a[0], a[3]) || oracle_within(word, a[1], a[3]) || a[2] == word;
    default:
        return false;
    }
}

/* Whether it adds floats to the word, or takes from it: it loads it first. */
static inline bool oracle_begins(const oracle_slot *slot, uint32_t word)
{
    for (uint32_t i = 0; i < slot->count; i++) {
        const oracle_operation *op = &slot->operations[i];
        if ((op->opcode == VRRL_OPCODE_DOT && op->args[2] == word) ||
            (op->opcode == VRRL_OPCODE_TAKE && op->args[0] == word))
            return true;
    }
    return false;
}

static inline const uint32_t *oracle_task_wait(const uint32_t *task, uint32_t i)
{
    return task + 6 + 3 * i;
}

static inline bool oracle_looks(const oracle_slot *slot, uint32_t word)
{
    for (uint32_t i = 0; i < slot->count; i++)
        if (oracle_goes_by(&slot->operations[i], word))
            return true;
    for (uint32_t i = 0; slot->task && i < slot->task[0]; i++)
        if (oracle_task_wait(slot->task, i)[0] == word)
            return true;
    return false;
}

/* Tasks have segments of their own, and wait for none of their words. */
static inline bool oracle_loads(const oracle_slot *slot, uint32_t word)
{
    for (uint32_t i = 0; i < slot->count; i++)
        if (oracle_takes(&slot->operations[i], word))
            return true;
    return false;
}

/* Whether a task declares to accumulate what is in the word. */
static inline bool oracle_adds(const oracle_slot *slot, uint32_t word)
{
    if (!slot->task)
        return false;
    const uint32_t *output = oracle_task_wait(slot->task, slot->task[0]) + 2 * slot->task[1];
    for (uint32_t i = 0; i < slot->task[2]; i++, output += 3)
        if (output[2] == 2 && oracle_within(word, output[0], 2 * output[1]))
            return true;
    return false;
}

#endif
