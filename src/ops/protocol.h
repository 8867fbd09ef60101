/*
 * User opcodes that protocols between slots are built from: fences, loads and stores with an order,
 * atomics that keep what they returned, words at an index that is in memory, and a condition. What
 * they keep is an ordinary word, a register of the slot or of its queue.
 */
#ifndef OPS_PROTOCOL
#define OPS_PROTOCOL(X)                                                                            \
    X(FENCE_ACQUIRE, 0x4000000Bu, 0, 1, "",                                                        \
      "what was loaded before makes visible what it stands for")                                   \
    X(FENCE_RELEASE, 0x4000000Cu, 0, 1, "",                                                        \
      "what is stored after it makes visible what came before")                                    \
    X(FENCE_SEQ_CST, 0x4000000Du, 0, 1, "", "both, and all such fences in one order")              \
    X(LOAD_ACQUIRE, 0x4000000Eu, 0, 1, "@from @to", "to = from; acquire")                          \
    X(STORE_RELEASE, 0x4000000Fu, 0, 1, "value @word", "word = value; release")                    \
    X(FETCH_ADD, 0x40000010u, 0, 1, "amount @word @to", "to = word, word += amount, atomically")   \
    X(EXCHANGE, 0x40000011u, 0, 1, "value @word @to",                                              \
      "to = word, word = value, atomically; acquire, release")                                     \
    X(TRY_SWAP, 0x40000012u, 0, 1, "@word @expected @desired @to",                                 \
      "to = word, word = desired if it was expected, atomically; acquire, release")                \
    X(LOAD_AT, 0x40000013u, 0, 1, "@base #size @index @to", "to = base[index % size]")             \
    X(STORE_AT, 0x40000014u, 0, 1, "@base #size @index @from", "base[index % size] = from")        \
    X(IF_EQ, 0x40000015u, 0, 1, "@word value",                                                     \
      "unless word == value, the rest of the slot is left out")
#endif

#if defined OP_PARAMS && !defined OPS_PROTOCOL_BODIES
#define OPS_PROTOCOL_BODIES

OP_FN u32 op_check_FENCE_ACQUIRE(OP_PARAMS, u32 args, u32 argc)
{
    OP_UNUSED(args, argc);
    return OP_GO;
}

OP_NEVER_WAITS(FENCE_ACQUIRE)

OP_FN u32 op_run_FENCE_ACQUIRE(OP_PARAMS, u32 args, u32 argc)
{
    OP_UNUSED(args, argc);
    FENCE_ACQUIRE();
    return OP_DONE;
}

#ifdef OP_FOOTPRINT
OP_FOOTPRINT(FENCE_ACQUIRE)
{
    fences(w, true, false);
}
#endif

OP_FN u32 op_check_FENCE_RELEASE(OP_PARAMS, u32 args, u32 argc)
{
    OP_UNUSED(args, argc);
    return OP_GO;
}

OP_NEVER_WAITS(FENCE_RELEASE)

OP_FN u32 op_run_FENCE_RELEASE(OP_PARAMS, u32 args, u32 argc)
{
    OP_UNUSED(args, argc);
    FENCE_RELEASE();
    return OP_DONE;
}

#ifdef OP_FOOTPRINT
OP_FOOTPRINT(FENCE_RELEASE)
{
    fences(w, false, true);
}
#endif

OP_FN u32 op_check_FENCE_SEQ_CST(OP_PARAMS, u32 args, u32 argc)
{
    OP_UNUSED(args, argc);
    return OP_GO;
}

OP_NEVER_WAITS(FENCE_SEQ_CST)

OP_FN u32 op_run_FENCE_SEQ_CST(OP_PARAMS, u32 args, u32 argc)
{
    OP_UNUSED(args, argc);
    FENCE_SEQ_CST();
    return OP_DONE;
}

#ifdef OP_FOOTPRINT
OP_FOOTPRINT(FENCE_SEQ_CST)
{
    fences(w, true, true);
}
#endif

OP_FN u32 op_check_LOAD_ACQUIRE(OP_PARAMS, u32 args, u32 argc)
{
    return argc >= 2 && op_readable(OP_PASS, ARG(0), 1) && op_writable(OP_PASS, ARG(1), 1)
               ? OP_GO
               : OP_FAULT;
}

OP_NEVER_WAITS(LOAD_ACQUIRE)

/* Acquire: pairs with whatever release the program's protocol has. So do those below. */
OP_FN u32 op_run_LOAD_ACQUIRE(OP_PARAMS, u32 args, u32 argc)
{
    OP_UNUSED(args, argc);
    u32 value = LOAD_ACQUIRE(ARG(0));
    STORE(ARG(1), value);
    return OP_DONE;
}

#ifdef OP_FOOTPRINT
OP_FOOTPRINT(LOAD_ACQUIRE)
{
    decide(w, arg(w, 0));
    copies(w, arg(w, 0), arg(w, 1), 1);
}
#endif

OP_FN u32 op_check_STORE_RELEASE(OP_PARAMS, u32 args, u32 argc)
{
    return argc >= 2 && op_writable(OP_PASS, ARG(1), 1) ? OP_GO : OP_FAULT;
}

OP_NEVER_WAITS(STORE_RELEASE)

OP_FN u32 op_run_STORE_RELEASE(OP_PARAMS, u32 args, u32 argc)
{
    OP_UNUSED(args, argc);
    STORE_RELEASE(ARG(1), ARG(0));
    return OP_DONE;
}

#ifdef OP_FOOTPRINT
OP_FOOTPRINT(STORE_RELEASE)
{
    sync_on(w, OPERATION_STORE, arg(w, 1), arg(w, 0), true);
}
#endif

OP_FN u32 op_check_FETCH_ADD(OP_PARAMS, u32 args, u32 argc)
{
    return argc >= 3 && op_writable(OP_PASS, ARG(1), 1) && op_writable(OP_PASS, ARG(2), 1)
               ? OP_GO
               : OP_FAULT;
}

OP_NEVER_WAITS(FETCH_ADD)

OP_FN u32 op_run_FETCH_ADD(OP_PARAMS, u32 args, u32 argc)
{
    OP_UNUSED(args, argc);
    BY_ORDER();
    u32 old = ADD(ARG(1), ARG(0));
    STORE(ARG(2), old);
    return OP_DONE;
}

#ifdef OP_FOOTPRINT
OP_FOOTPRINT(FETCH_ADD)
{
    draw(w, arg(w, 1), arg(w, 0), arg(w, 2));
}
#endif

OP_FN u32 op_check_EXCHANGE(OP_PARAMS, u32 args, u32 argc)
{
    return op_check_FETCH_ADD(OP_PASS, args, argc);
}

OP_NEVER_WAITS(EXCHANGE)

OP_FN u32 op_run_EXCHANGE(OP_PARAMS, u32 args, u32 argc)
{
    OP_UNUSED(args, argc);
    BY_ORDER();
    u32 old = EXCHANGE(ARG(1), ARG(0));
    STORE(ARG(2), old);
    return OP_DONE;
}

#ifdef OP_FOOTPRINT
OP_FOOTPRINT(EXCHANGE)
{
    swap(w, arg(w, 1), arg(w, 0));
    writes(w, arg(w, 2), 1);
}
#endif

OP_FN u32 op_check_TRY_SWAP(OP_PARAMS, u32 args, u32 argc)
{
    return argc >= 4 && op_writable(OP_PASS, ARG(0), 1) && op_readable(OP_PASS, ARG(1), 1) &&
                   op_readable(OP_PASS, ARG(2), 1) && op_writable(OP_PASS, ARG(3), 1)
               ? OP_GO
               : OP_FAULT;
}

OP_NEVER_WAITS(TRY_SWAP)

OP_FN u32 op_run_TRY_SWAP(OP_PARAMS, u32 args, u32 argc)
{
    OP_UNUSED(args, argc);
    BY_ORDER();
    u32 expected = LOAD(ARG(1));
    u32 desired = LOAD(ARG(2));
    u32 old = COMPARE_SWAP(ARG(0), expected, desired);
    STORE(ARG(3), old);
    return OP_DONE;
}

#ifdef OP_FOOTPRINT
OP_FOOTPRINT(TRY_SWAP)
{
    reads(w, arg(w, 1), 1);
    reads(w, arg(w, 2), 1);
    swap_by_words(w, arg(w, 0), arg(w, 1), arg(w, 2));
    writes(w, arg(w, 3), 1);
}
#endif

/* Whatever the index turns out to be, the word is one of `size`. */
OP_FN u32 op_check_LOAD_AT(OP_PARAMS, u32 args, u32 argc)
{
    return argc >= 4 && ARG(1) > 0u && op_readable(OP_PASS, ARG(0), ARG(1)) &&
                   op_readable(OP_PASS, ARG(2), 1) && op_writable(OP_PASS, ARG(3), 1)
               ? OP_GO
               : OP_FAULT;
}

OP_NEVER_WAITS(LOAD_AT)

OP_FN u32 op_run_LOAD_AT(OP_PARAMS, u32 args, u32 argc)
{
    OP_UNUSED(args, argc);
    BY_ORDER();
    u32 index = LOAD(ARG(2));
    u32 value = LOAD(ARG(0) + index % ARG(1));
    STORE(ARG(3), value);
    return OP_DONE;
}

#ifdef OP_FOOTPRINT
OP_FOOTPRINT(LOAD_AT)
{
    reads(w, arg(w, 2), 1);
    touch_at(w, OPERATION_LOAD, arg(w, 0), arg(w, 1), arg(w, 2));
    writes(w, arg(w, 3), 1);
}
#endif

OP_FN u32 op_check_STORE_AT(OP_PARAMS, u32 args, u32 argc)
{
    return argc >= 4 && ARG(1) > 0u && op_writable(OP_PASS, ARG(0), ARG(1)) &&
                   op_readable(OP_PASS, ARG(2), 1) && op_readable(OP_PASS, ARG(3), 1)
               ? OP_GO
               : OP_FAULT;
}

OP_NEVER_WAITS(STORE_AT)

OP_FN u32 op_run_STORE_AT(OP_PARAMS, u32 args, u32 argc)
{
    OP_UNUSED(args, argc);
    BY_ORDER();
    u32 index = LOAD(ARG(2));
    u32 value = LOAD(ARG(3));
    STORE(ARG(0) + index % ARG(1), value);
    return OP_DONE;
}

#ifdef OP_FOOTPRINT
OP_FOOTPRINT(STORE_AT)
{
    reads(w, arg(w, 2), 1);
    reads(w, arg(w, 3), 1);
    touch_at(w, OPERATION_STORE, arg(w, 0), arg(w, 1), arg(w, 2));
}
#endif

OP_FN u32 op_check_IF_EQ(OP_PARAMS, u32 args, u32 argc)
{
    return argc >= 2 && op_readable(OP_PASS, ARG(0), 1) ? OP_GO : OP_FAULT;
}

OP_NEVER_WAITS(IF_EQ)

OP_FN u32 op_run_IF_EQ(OP_PARAMS, u32 args, u32 argc)
{
    OP_UNUSED(args, argc);
    BY_ORDER();
    u32 value = LOAD(ARG(0));
    return value == ARG(1) ? OP_DONE : OP_GO;
}

#ifdef OP_FOOTPRINT
OP_FOOTPRINT(IF_EQ)
{
    decide_end(w, arg(w, 0), arg(w, 1));
}
#endif

#endif
