/* Opcodes that act on the machine itself. */
#ifndef OPS_SYSTEM
#define OPS_SYSTEM(X)                                                                              \
    X(PRINTF, 0xFFFEu, 0, 1, "format a b c", "one debug-log record")                               \
    X(SHUTDOWN, 0xFFFFFFFFu, 0, 1, "", "SHUTDOWN word = 1: workers leave")
#endif

#if defined OP_PARAMS && !defined OPS_SYSTEM_BODIES
#define OPS_SYSTEM_BODIES

OP_FN u32 op_check_PRINTF(OP_PARAMS, u32 args, u32 argc)
{
    OP_UNUSED(args, argc);
    return argc >= OP_DEBUG_RECORD_WORDS ? OP_GO : OP_FAULT;
}

OP_NEVER_WAITS(PRINTF)

/* A record that finds the log full is counted and lost; the result is the same either way, for
 * which one is lost depends on the schedule. */
OP_FN u32 op_run_PRINTF(OP_PARAMS, u32 args, u32 argc)
{
    OP_UNUSED(args, argc);
    u32 index = ADD(DEBUG_BASE, 1u);
    u32 record = DEBUG_BASE + 1u + index * OP_DEBUG_RECORD_WORDS;
    for (u32 i = 0; i < OP_DEBUG_RECORD_WORDS; i++) {
        if (index < DEBUG_RECORDS)
            STORE(record + i, ARG(i));
        else
            RESULT(ARG(i));
    }
    return OP_DONE;
}

OP_TOUCHES_NOTHING(PRINTF)

OP_FN u32 op_check_SHUTDOWN(OP_PARAMS, u32 args, u32 argc)
{
    OP_UNUSED(args, argc);
    return OP_GO;
}

OP_NEVER_WAITS(SHUTDOWN)

OP_FN u32 op_run_SHUTDOWN(OP_PARAMS, u32 args, u32 argc)
{
    OP_UNUSED(args, argc);
    STORE_RELEASE(OP_WORD_SHUTDOWN, 1u);
    return OP_DONE;
}

OP_TOUCHES_NOTHING(SHUTDOWN)

#endif
