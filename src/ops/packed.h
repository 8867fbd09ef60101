/* PACKED_SLOT: several inner operations in one slot. */
#ifndef OPS_PACKED
#define OPS_PACKED(X)                                                                              \
    X(PACKED_SLOT, 0x80000001u, 1, 1, "*packed", "inner operations, in order")
#endif
