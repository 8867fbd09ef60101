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
