/* Built-in opcodes 0–7. */
#ifndef OPS_BUILTIN
/* X(name, number, can it wait, has it an effect, operands, one line) */
#define OPS_BUILTIN(X)                                                                             \
    X(NOP, 0x0u, 0, 0, "", "nothing")                                                              \
    X(STORE_U32, 0x1u, 0, 1, "value @word", "word = value")                                        \
    X(ATOMIC_ADD, 0x2u, 0, 1, "value @word", "word += value, atomically")                          \
    X(LOAD_U32, 0x3u, 0, 1, "@word index", "observable[index] = word")                             \
    X(COMPARE_SWAP, 0x4u, 0, 1, "@word expected desired",                                          \
      "word = desired if it is expected, atomically")                                              \
    X(MEMCPY, 0x5u, 0, 1, "@from @to #words", "to[i] = from[i], in ascending order")               \
    X(DFA_STEP, 0x6u, 0, 1, "state input @table @next",                                            \
      "next = table[state * 256 + input], input < 256")                                            \
    X(BATCH_FENCE, 0x7u, 1, 0, "first #count tag",                                                 \
      "requeue until ring slots first … first + count - 1, modulo the ring, are terminal")
#endif

#if defined OP_PARAMS && !defined OPS_BUILTIN_BODIES
#define OPS_BUILTIN_BODIES

OP_FN u32 op_check_NOP(OP_PARAMS, u32 args, u32 argc)
{
    OP_UNUSED(args, argc);
    return OP_GO;
}

OP_NEVER_WAITS(NOP)

OP_FN u32 op_run_NOP(OP_PARAMS, u32 args, u32 argc)
{
    OP_UNUSED(args, argc);
    return OP_DONE;
}

OP_TOUCHES_NOTHING(NOP)

OP_FN u32 op_check_STORE_U32(OP_PARAMS, u32 args, u32 argc)
{
    return argc >= 2 && op_writable(OP_PASS, ARG(1), 1) ? OP_GO : OP_FAULT;
}

OP_NEVER_WAITS(STORE_U32)

OP_FN u32 op_run_STORE_U32(OP_PARAMS, u32 args, u32 argc)
{
    OP_UNUSED(args, argc);
    STORE(ARG(1), ARG(0));
    return OP_DONE;
}

#ifdef OP_FOOTPRINT
OP_FOOTPRINT(STORE_U32)
{
    sync_on(w, OPERATION_STORE, arg(w, 1), arg(w, 0), false);
}
#endif

OP_FN u32 op_check_ATOMIC_ADD(OP_PARAMS, u32 args, u32 argc)
{
    return op_check_STORE_U32(OP_PASS, args, argc);
}

OP_NEVER_WAITS(ATOMIC_ADD)

OP_FN u32 op_run_ATOMIC_ADD(OP_PARAMS, u32 args, u32 argc)
{
    OP_UNUSED(args, argc);
    ADD(ARG(1), ARG(0));
    return OP_DONE;
}

#ifdef OP_FOOTPRINT
OP_FOOTPRINT(ATOMIC_ADD)
{
    sync_on(w, OPERATION_ADD, arg(w, 1), arg(w, 0), false);
}
#endif

OP_FN u32 op_check_LOAD_U32(OP_PARAMS, u32 args, u32 argc)
{
    return argc >= 2 && op_readable(OP_PASS, ARG(0), 1) && ARG(1) < OBSERVABLE_WORDS ? OP_GO
                                                                                     : OP_FAULT;
}

OP_NEVER_WAITS(LOAD_U32)

OP_FN u32 op_run_LOAD_U32(OP_PARAMS, u32 args, u32 argc)
{
    OP_UNUSED(args, argc);
    u32 value = LOAD(ARG(0));
    STORE(OP_WORD_OBSERVABLE + ARG(1), value);
    return OP_DONE;
}

#ifdef OP_FOOTPRINT
OP_FOOTPRINT(LOAD_U32)
{
    reads(w, arg(w, 0), 1);
    if (arg(w, 1) < UINT32_MAX - OP_WORD_OBSERVABLE)
        copies(w, arg(w, 0), OP_WORD_OBSERVABLE + arg(w, 1), 1);
}
#endif

OP_FN u32 op_check_COMPARE_SWAP(OP_PARAMS, u32 args, u32 argc)
{
    return argc >= 3 && op_writable(OP_PASS, ARG(0), 1) ? OP_GO : OP_FAULT;
}

OP_NEVER_WAITS(COMPARE_SWAP)

OP_FN u32 op_run_COMPARE_SWAP(OP_PARAMS, u32 args, u32 argc)
{
    OP_UNUSED(args, argc);
    COMPARE_SWAP(ARG(0), ARG(1), ARG(2));
    return OP_DONE;
}

#ifdef OP_FOOTPRINT
OP_FOOTPRINT(COMPARE_SWAP)
{
    compare_swap(w, arg(w, 0), arg(w, 1), arg(w, 2));
}
#endif

OP_FN u32 op_check_MEMCPY(OP_PARAMS, u32 args, u32 argc)
{
    if (argc < 3)
        return OP_FAULT;
    u32 words = ARG(2);
    return op_readable(OP_PASS, ARG(0), words) && op_writable(OP_PASS, ARG(1), words) ? OP_GO
                                                                                      : OP_FAULT;
}

OP_NEVER_WAITS(MEMCPY)

OP_FN u32 op_run_MEMCPY(OP_PARAMS, u32 args, u32 argc)
{
    OP_UNUSED(args, argc);
    u32 from = ARG(0), to = ARG(1), words = ARG(2);
    for (u32 i = LOOP_FIRST(1); i < words; i++) {
        LOOP_AT(1, i, 0u);
        u32 value = LOAD(from + i);
        STORE(to + i, value);
    }
    return OP_DONE;
}

#ifdef OP_FOOTPRINT
OP_FOOTPRINT(MEMCPY)
{
    reads(w, arg(w, 0), arg(w, 2));
    copies(w, arg(w, 0), arg(w, 1), arg(w, 2));
}
#endif

/* The table's entry for state and input is inside the arena, in a form that cannot overflow. */
OP_FN u32 op_check_DFA_STEP(OP_PARAMS, u32 args, u32 argc)
{
    if (argc < 4 || ARG(1) > 255u || ARG(0) > 0xFFFFFFu)
        return OP_FAULT;
    u32 entry = ARG(0) * 256u + ARG(1), table = ARG(2);
    return table < ARENA_WORDS && entry < ARENA_WORDS - table && op_writable(OP_PASS, ARG(3), 1)
               ? OP_GO
               : OP_FAULT;
}

OP_NEVER_WAITS(DFA_STEP)

OP_FN u32 op_run_DFA_STEP(OP_PARAMS, u32 args, u32 argc)
{
    OP_UNUSED(args, argc);
    u32 value = LOAD(ARG(2) + ARG(0) * 256u + ARG(1));
    STORE(ARG(3), value);
    return OP_DONE;
}

#ifdef OP_FOOTPRINT
OP_FOOTPRINT(DFA_STEP)
{
    reads(w, arg(w, 2) + arg(w, 0) * 256u + arg(w, 1), 1);
    writes(w, arg(w, 3), 1);
}
#endif

OP_FN u32 op_check_BATCH_FENCE(OP_PARAMS, u32 args, u32 argc)
{
    return argc >= 3 && ARG(0) < RING_SLOTS && ARG(1) <= RING_SLOTS ? OP_GO : OP_FAULT;
}

/* From the last slot backwards: slots mostly end in ring order, so the one that is waited for is
 * mostly the last to end, and the range is not scanned again for each that ends before it.
 * Acquire: pairs with the release of each slot's STATUS; what follows the fence sees all effects.
 */
OP_FN u32 op_ready_BATCH_FENCE(OP_PARAMS, u32 args, u32 argc)
{
    OP_UNUSED(args, argc);
    u32 first = ARG(0), count = ARG(1);
    for (u32 i = LOOP_FIRST(1); i < count; i++) {
        LOOP_AT(1, i, 0u);
        u32 index = first + (count - i) - 1;
        if (index >= RING_SLOTS)
            index -= RING_SLOTS;
        u32 word = RING_BASE + index * SLOT_WORDS;
        u32 status = LOAD_ACQUIRE(word);
        if (status != 0u && status != OP_DONE && status != OP_FAULT) {
            REQUEUE_ON(word, 0u);
            return OP_REQUEUE;
        }
    }
    return OP_GO;
}

OP_FN u32 op_run_BATCH_FENCE(OP_PARAMS, u32 args, u32 argc)
{
    OP_UNUSED(args, argc);
    return OP_DONE;
}

#ifdef OP_FOOTPRINT
OP_FOOTPRINT(BATCH_FENCE)
{
    waits_for_slots(w, arg(w, 0), arg(w, 1));
}
#endif

#endif
