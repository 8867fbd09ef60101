/* User opcodes that order slots: a counter is signalled, and waited for. */
#ifndef OPS_SIGNAL
#define OPS_SIGNAL(X)                                                                              \
    X(WAIT_GE, 0x40000000u, 1, 0, "@word value", "requeue until word >= value; acquire")           \
    X(SIGNAL, 0x40000001u, 0, 1, "@word amount", "word += amount; release")
#endif

#if defined OP_PARAMS && !defined OPS_SIGNAL_BODIES
#define OPS_SIGNAL_BODIES

OP_FN u32 op_check_WAIT_GE(OP_PARAMS, u32 args, u32 argc)
{
    return argc >= 2 && op_waitable(OP_PASS, ARG(0)) ? OP_GO : OP_FAULT;
}

/* Acquire: pairs with the release of SIGNAL and of MIX's signals. */
OP_FN u32 op_ready_WAIT_GE(OP_PARAMS, u32 args, u32 argc)
{
    OP_UNUSED(args, argc);
    u32 word = ARG(0), wanted = ARG(1);
    u32 value = LOAD_ACQUIRE(word);
    if (value >= wanted)
        return OP_GO;
    REQUEUE_ON(word, wanted);
    return OP_REQUEUE;
}

OP_FN u32 op_run_WAIT_GE(OP_PARAMS, u32 args, u32 argc)
{
    OP_UNUSED(args, argc);
    return OP_DONE;
}

#ifdef OP_FOOTPRINT
OP_FOOTPRINT(WAIT_GE)
{
    sync_on(w, OPERATION_LOAD, arg(w, 0), arg(w, 1), true);
}
#endif

OP_FN u32 op_check_SIGNAL(OP_PARAMS, u32 args, u32 argc)
{
    return argc >= 2 && op_writable(OP_PASS, ARG(0), 1) ? OP_GO : OP_FAULT;
}

OP_NEVER_WAITS(SIGNAL)

OP_FN u32 op_run_SIGNAL(OP_PARAMS, u32 args, u32 argc)
{
    OP_UNUSED(args, argc);
    ADD_RELEASE(ARG(0), ARG(1));
    return OP_DONE;
}

#ifdef OP_FOOTPRINT
OP_FOOTPRINT(SIGNAL)
{
    sync_on(w, OPERATION_ADD, arg(w, 0), arg(w, 1), true);
}
#endif

#endif
