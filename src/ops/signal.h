/* User opcodes that order slots: a counter is signalled, and waited for. */
#ifndef OPS_SIGNAL
#define OPS_SIGNAL(X)                                                                              \
    X(WAIT_GE, 0x40000000u, 1, 0, "@word value", "requeue until word >= value; acquire")           \
    X(SIGNAL, 0x40000001u, 0, 1, "@word amount", "word += amount; release")
#endif
