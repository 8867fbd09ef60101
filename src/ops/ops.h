/*
 * Every opcode's body and its dispatch, and one attempt at a slot. The includer has defined the
 * macros of ops/subset.h; this compiles as sequential C, C with atomics, and kernel languages
 * alike.
 */
#ifndef OPS_OPS_H
#define OPS_OPS_H

#include "ops/class.h"
#include "ops/subset.h"

#ifndef LOOP_FIRST
#define LOOP_FIRST(k)      ((void)(k), 0u)
#define LOOP_CARRIED(k, v) ((void)(k), (v))
#define LOOP_AT(k, i, v)   ((void)(k), (void)(i), (void)(v))
#endif

#include "ops/builtin.h"
#include "ops/float.h"
#include "ops/mix.h"
#include "ops/protocol.h"
#include "ops/signal.h"
#include "ops/system.h"
#include "ops/wait.h"

/* What may stand inside a PACKED_SLOT, and the rest of the table but PACKED_SLOT itself. */
#define OPS_INNER(X)                                                                               \
    OPS_BUILTIN(X) OPS_SIGNAL(X) OPS_MIX(X) OPS_FLOAT(X) OPS_WAIT(X) OPS_PROTOCOL(X)

/* Told before a row's `ready` and `run`; the includer may define it. */
#ifndef OP_ENTER
#define OP_ENTER(number) ((void)0)
#endif

#define OP_CHECK(op, number, waits, effect, operands, doc)                                         \
    case number:                                                                                   \
        return op_check_##op(OP_PASS, args, argc);
#define OP_READY(op, number, waits, effect, operands, doc)                                         \
    case number:                                                                                   \
        OP_ENTER(number);                                                                          \
        return op_ready_##op(OP_PASS, args, argc);
#define OP_RUN(op, number, waits, effect, operands, doc)                                           \
    case number:                                                                                   \
        OP_ENTER(number);                                                                          \
        return op_run_##op(OP_PASS, args, argc);
#define OP_WAITS(op, number, waits, effect, operands, doc)                                         \
    case number:                                                                                   \
        return waits;
#define OP_EFFECT(op, number, waits, effect, operands, doc)                                        \
    case number:                                                                                   \
        return effect;

OP_FN u32 op_inner_check(OP_PARAMS, u32 opcode, u32 args, u32 argc)
{
    switch (opcode) {
        OPS_INNER(OP_CHECK)
    default:
        return OP_FAULT;
    }
}

OP_FN u32 op_inner_ready(OP_PARAMS, u32 opcode, u32 args, u32 argc)
{
    switch (opcode) {
        OPS_INNER(OP_READY)
    default:
        return OP_FAULT;
    }
}

OP_FN u32 op_inner_run(OP_PARAMS, u32 opcode, u32 args, u32 argc)
{
    switch (opcode) {
        OPS_INNER(OP_RUN)
    default:
        return OP_FAULT;
    }
}

OP_FN u32 op_inner_waits(u32 opcode)
{
    switch (opcode) {
        OPS_INNER(OP_WAITS)
    default:
        return 0;
    }
}

OP_FN u32 op_inner_effect(u32 opcode)
{
    switch (opcode) {
        OPS_INNER(OP_EFFECT)
    default:
        return 0;
    }
}

#include "ops/packed.h"

OP_FN u32 op_check(OP_PARAMS, u32 opcode, u32 args, u32 argc)
{
    switch (opcode) {
        OPS_SYSTEM(OP_CHECK)
        OPS_PACKED(OP_CHECK)
    default:
        return op_inner_check(OP_PASS, opcode, args, argc);
    }
}

OP_FN u32 op_ready(OP_PARAMS, u32 opcode, u32 args, u32 argc)
{
    switch (opcode) {
        OPS_SYSTEM(OP_READY)
        OPS_PACKED(OP_READY)
    default:
        return op_inner_ready(OP_PASS, opcode, args, argc);
    }
}

OP_FN u32 op_run_row(OP_PARAMS, u32 opcode, u32 args, u32 argc)
{
    switch (opcode) {
        OPS_SYSTEM(OP_RUN)
        OPS_PACKED(OP_RUN)
    default:
        return op_inner_run(OP_PASS, opcode, args, argc);
    }
}

OP_FN u32 op_run(OP_PARAMS, u32 opcode, u32 args, u32 argc)
{
    u32 status = op_run_row(OP_PASS, opcode, args, argc);
    return status == OP_GO ? OP_DONE : status; /* a condition, with nothing behind it */
}

/* Whether the mask table lets a tenant run. */
OP_FN u32 op_tenant_may_run(OP_PARAMS, u32 tenant)
{
    u32 base = LOAD_STATIC(OP_WORD_TENANT_BASE);
    if (base == 0u)
        return 1;
    u32 count = LOAD_STATIC(OP_WORD_TENANT_COUNT);
    if (tenant >= count || base >= ARENA_WORDS || tenant >= ARENA_WORDS - base)
        return 0;
    u32 mask = LOAD_STATIC(base + tenant);
    return mask != 0u;
}

/* Whether the claimed slot at word `slot` could run now: OP_GO, OP_REQUEUE, OP_FAULT. No effect. */
OP_FN u32 op_admit(OP_PARAMS, u32 slot)
{
    u32 opcode = ARG_WORD(slot + OP_SLOT_OPCODE), argc = SLOT_WORDS - OP_SLOT_ARGS;
    if (!op_tenant_may_run(OP_PASS, ARG_WORD(slot + OP_SLOT_TENANT)))
        return OP_FAULT;
    u32 status = op_check(OP_PASS, opcode, slot + OP_SLOT_ARGS, argc);
    if (status != OP_GO)
        return status;
    return op_ready(OP_PASS, opcode, slot + OP_SLOT_ARGS, argc);
}

/* One attempt at the claimed slot at word `slot`: the status that it goes to. */
OP_FN u32 op_attempt(OP_PARAMS, u32 slot)
{
    u32 status = op_admit(OP_PASS, slot);
    if (status != OP_GO)
        return status;
    u32 opcode = ARG_WORD(slot + OP_SLOT_OPCODE), argc = SLOT_WORDS - OP_SLOT_ARGS;
    return op_run(OP_PASS, opcode, slot + OP_SLOT_ARGS, argc);
}

/* Counts a slot that is about to become terminal. */
OP_FN void op_account(OP_PARAMS, u32 slot)
{
    COUNT(OP_WORD_FAIRNESS + (ARG_WORD(slot + OP_SLOT_TENANT) & 31u));
    COUNT(OP_WORD_METRICS + op_class(ARG_WORD(slot + OP_SLOT_OPCODE)));
    COUNT(OP_WORD_DONE_COUNT);
}

#endif
