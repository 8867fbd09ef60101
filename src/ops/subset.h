/*
 * The portable subset that opcode bodies are written in, and the rules that keep them honest.
 *
 * A body is three functions of (OP_PARAMS, u32 args, u32 argc), where argument word k is word
 * args + k of the slot and there are argc of them:
 *
 *   op_check_NAME   OP_GO, or OP_FAULT for operands that no run could accept. No effect, no wait.
 *   op_ready_NAME   OP_GO, or OP_REQUEUE after REQUEUE_ON. No effect.
 *   op_run_NAME     OP_DONE. OP_YIELD, or OP_FAULT, only before its first effect. OP_GO: done, and
 *                   the rest of a packed slot is left out.
 *
 * They are called in this order in one attempt; memory may change in between, so an index that was
 * read from memory is checked again by the function that uses it.
 *
 * u32 only; `static inline` (OP_FN); constants, if, for, switch. No pointers, structs, globals,
 * recursion, 64-bit numbers, floats. No waiting for another worker; every loop is bounded by an
 * operand that was checked. At most one macro below in each full expression, for the order of
 * evaluation must not depend on the compiler. The includer defines:
 *
 *   OP_FN, u32                how a function and a 32-bit number are written
 *   OP_PARAMS, OP_PASS        the environment, as parameter and as argument; its name is `env`
 *   ARG_WORD(i)               word i of the slot under way; nobody writes it while it is claimed
 *   LOAD_STATIC(i)            load of what no correct program changes while slots run: descriptors,
 *                             the tenant table. Not a step under a scheduler
 *   LOAD(i)                   relaxed
 *   LOAD_ACQUIRE(i)
 *   STORE(i, v)               relaxed; folds v into the result
 *   STORE_RELEASE(i, v)
 *   ADD(i, v)                 relaxed; folds v into the result and the old value, which it returns,
 *                             into the order fold
 *   ADD_RELEASE(i, v)
 *   EXCHANGE(i, v)            acquire-release; folds as ADD does
 *   COMPARE_SWAP(i, e, d)     acquire-release, strong; returns the old value and folds it into the
 *                             order fold
 *   FENCE_ACQUIRE() FENCE_RELEASE() FENCE_SEQ_CST()
 *   F32_ADD(a, b) F32_MUL(a, b) F32_FMA(a, b, c)   on bits; IEEE 754, to nearest even
 *   RESULT(v)                 folds v into the result
 *   RESULT_AT(i, v)           the same, of a value that word i is made from. Where the includer does not
 *                             define it, RESULT(v)
 *   BY_ORDER()                from here on, what the slot writes depends on the order of slots in
 *                             correct programs, too: what would go into the result goes into the
 *                             order fold
 *   REQUEUE_ON(word, value)   what the slot waits for: word >= value; value 0: a slot's STATUS word
 *                             to be terminal
 *   REQUEUE_GOAL(word, value) after it, where that value came from memory: from `word`, which held
 *                             `value`. The slot is looked at again when that changes, too. A sum that
 *                             is less than `value` has passed 32 bits: no value of the word is as large
 *   LOOP_FIRST(k)             of loop k of a body, from 1: its first index, and
 *   LOOP_CARRIED(k, v)        the value of the one variable that its rounds hand on, v in the first.
 *   LOOP_AT(k, i, v)          stands at the start of each round, and behind the loop where something
 *                             follows in the body. A scheduler goes on from there, without the rounds
 *                             before. A loop in loop k has a number above k, and so has one behind it.
 *                             Loop 0 is that of PACKED_SLOT. Where the includer does not define them:
 *                             0, v, and nothing
 *   COUNT(i)                  relaxed add of 1, folded nowhere: control words
 *   ARENA_WORDS OBSERVABLE_WORDS RING_BASE RING_SLOTS SLOT_WORDS USER_BASE USER_WORDS DEBUG_BASE
 *   DEBUG_RECORDS             the geometry
 */
#ifndef OPS_SUBSET_H
#define OPS_SUBSET_H

/* Numbers of include/vrrl/run/ring.h, which kernels do not include; ops/c_env.h asserts them. */
enum {
    OP_GO = 0,
    OP_DONE = 3,
    OP_WAIT_IO = 4,
    OP_YIELD = 5,
    OP_REQUEUE = 6,
    OP_FAULT = 7,
};
enum {
    OP_SLOT_OPCODE = 1,
    OP_SLOT_TENANT = 2,
    OP_SLOT_ARGS = 3,
    OP_WORD_SHUTDOWN = 0,
    OP_WORD_DONE_COUNT = 1,
    OP_WORD_TENANT_BASE = 2,
    OP_WORD_TENANT_COUNT = 3,
    OP_WORD_FAIRNESS = 64,
    OP_WORD_METRICS = 96,
    OP_WORD_OBSERVABLE = 160,
    OP_DEBUG_RECORD_WORDS = 4,
};

#define ARG(k) ARG_WORD(args + (k))
#ifndef RESULT_AT
#define RESULT_AT(i, v) RESULT(v)
#endif

/* A row that never waits. */
#define OP_NEVER_WAITS(NAME)                                                                       \
    OP_FN u32 op_ready_##NAME(OP_PARAMS, u32 args, u32 argc)                                       \
    {                                                                                              \
        OP_UNUSED(args, argc);                                                                     \
        return OP_GO;                                                                              \
    }

/* What a row touches, told without running it, stands behind its body: OP_FOOTPRINT(NAME) and a block of C
 * in which `w` is the operands, between #ifdef OP_FOOTPRINT and #endif, or this. Only ops/footprint.c
 * compiles it, with its functions as the words for what is touched. */
#ifndef OP_TOUCHES_NOTHING
#define OP_TOUCHES_NOTHING(NAME)
#endif
#define OP_UNUSED(args, argc) ((void)OP_PASS, (void)(args), (void)(argc))

/* A body may load from anywhere in the arena. */
OP_FN u32 op_readable(OP_PARAMS, u32 first, u32 words)
{
    return words <= ARENA_WORDS && first <= ARENA_WORDS - words;
}

/* It may wait for any word but those of the ring: a status comes and goes with every attempt, and
 * only BATCH_FENCE knows which of them last. */
OP_FN u32 op_waitable(OP_PARAMS, u32 word)
{
    return word < ARENA_WORDS && (word < RING_BASE || word >= USER_BASE);
}

/* It may write observable words and user memory only. Control words, the tenant table and the ring
 * are what the machine itself stands on: a slot that could forge a STATUS or DONE_COUNT would make
 * every verdict worthless. The debug log is written through PRINTF. */
OP_FN u32 op_writable(OP_PARAMS, u32 first, u32 words)
{
    if (words <= OBSERVABLE_WORDS && first - OP_WORD_OBSERVABLE <= OBSERVABLE_WORDS - words &&
        first >= OP_WORD_OBSERVABLE)
        return 1;
    return words <= USER_WORDS && first >= USER_BASE && first - USER_BASE <= USER_WORDS - words;
}

#endif
