/* Opcodes that act on the machine itself. */
#ifndef OPS_SYSTEM
#define OPS_SYSTEM(X)                                                                              \
    X(PRINTF, 0xFFFEu, 0, 1, "format a b c", "one debug-log record")                               \
    X(SHUTDOWN, 0xFFFFFFFFu, 0, 1, "", "SHUTDOWN word = 1: workers leave")
#endif
