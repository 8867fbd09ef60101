/* MIX: one task of a task graph. */
#ifndef OPS_MIX
#define OPS_MIX(X)                                                                                 \
    X(MIX, 0x40000002u, 1, 1, "@descriptor",                                                       \
      "one task: wait, read segments, mix, write segments, signal")
#endif
