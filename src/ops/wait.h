/* User opcodes that wait in other ways than WAIT_GE. */
#ifndef OPS_WAIT
#define OPS_WAIT(X)                                                                                \
    X(WAIT_RELAXED, 0x40000008u, 1, 0, "@word value",                                              \
      "requeue until word >= value; orders nothing")                                               \
    X(WAIT_WORD, 0x40000009u, 1, 0, "@word @goal plus",                                            \
      "requeue until word >= goal + plus, goal read from memory; acquire")                         \
    X(TAKE, 0x4000000Au, 1, 1, "@word",                                                            \
      "requeue until word >= 1, then word -= 1, atomically; acquire")
#endif

#if defined OP_PARAMS && !defined OPS_WAIT_BODIES
#define OPS_WAIT_BODIES

OP_FN u32 op_check_WAIT_RELAXED(OP_PARAMS, u32 args, u32 argc)
{
    return op_check_WAIT_GE(OP_PASS, args, argc);
}

/* What a volatile spin does: it says when, and makes nothing visible. A fence behind it does. */
OP_FN u32 op_ready_WAIT_RELAXED(OP_PARAMS, u32 args, u32 argc)
{
    OP_UNUSED(args, argc);
    u32 word = ARG(0), wanted = ARG(1);
    u32 value = LOAD(word);
    if (value >= wanted)
        return OP_GO;
    REQUEUE_ON(word, wanted);
    return OP_REQUEUE;
}

OP_FN u32 op_run_WAIT_RELAXED(OP_PARAMS, u32 args, u32 argc)
{
    return op_run_WAIT_GE(OP_PASS, args, argc);
}

#ifdef OP_FOOTPRINT
OP_FOOTPRINT(WAIT_RELAXED)
{
    sync_on(w, OPERATION_LOAD, arg(w, 0), arg(w, 1), false);
}
#endif

OP_FN u32 op_check_WAIT_WORD(OP_PARAMS, u32 args, u32 argc)
{
    return argc >= 3 && op_waitable(OP_PASS, ARG(0)) && op_readable(OP_PASS, ARG(1), 1) ? OP_GO
                                                                                        : OP_FAULT;
}

/* The goal is mostly the slot's own, a ticket that was drawn before. Acquire: pairs with a release of
 * `word`. No value reaches a sum past 2^32 - 1: then another goal must come. */
OP_FN u32 op_ready_WAIT_WORD(OP_PARAMS, u32 args, u32 argc)
{
    OP_UNUSED(args, argc);
    u32 word = ARG(0);
    u32 goal = LOAD(ARG(1));
    u32 wanted = goal + ARG(2);
    u32 value = LOAD_ACQUIRE(word);
    u32 wraps = wanted < goal ? 1u : 0u;
    if (wraps == 0u && value >= wanted)
        return OP_GO;
    REQUEUE_ON(word, wanted);
    REQUEUE_GOAL(ARG(1), goal);
    return OP_REQUEUE;
}

/* What comes behind it is done at a time that the ticket says. */
OP_FN u32 op_run_WAIT_WORD(OP_PARAMS, u32 args, u32 argc)
{
    OP_UNUSED(args, argc);
    BY_ORDER();
    return OP_DONE;
}

#ifdef OP_FOOTPRINT
OP_FOOTPRINT(WAIT_WORD)
{
    reads(w, arg(w, 1), 1);
    sync_from(w, OPERATION_LOAD, arg(w, 0), arg(w, 2), true, arg(w, 1));
}
#endif

OP_FN u32 op_check_TAKE(OP_PARAMS, u32 args, u32 argc)
{
    return argc >= 1 && op_writable(OP_PASS, ARG(0), 1) ? OP_GO : OP_FAULT;
}

OP_FN u32 op_ready_TAKE(OP_PARAMS, u32 args, u32 argc)
{
    OP_UNUSED(args, argc);
    u32 word = ARG(0);
    u32 value = LOAD(word);
    if (value > 0u)
        return OP_GO;
    REQUEUE_ON(word, 1u);
    return OP_REQUEUE;
}

/* Who comes first depends on the schedule, and so may all that follows in the slot. The acquire of
 * the swap pairs with the release of SIGNAL. */
OP_FN u32 op_run_TAKE(OP_PARAMS, u32 args, u32 argc)
{
    OP_UNUSED(args, argc);
    u32 word = ARG(0);
    BY_ORDER();
    u32 value = LOAD(word);
    for (u32 tries = 0; value > 0u && tries < 64u; tries++) {
        u32 seen = COMPARE_SWAP(word, value, value - 1u);
        if (seen == value)
            return OP_DONE;
        value = seen;
    }
    REQUEUE_ON(word, 1u);
    return OP_YIELD;
}

#ifdef OP_FOOTPRINT
OP_FOOTPRINT(TAKE)
{
    sync_on(w, OPERATION_LOAD, arg(w, 0), 1, true);
    take(w, arg(w, 0));
}
#endif

#endif
