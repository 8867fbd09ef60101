/* How values are folded to 64 bits: a slot's result, the same on every backend. */
#ifndef VRRL_OPS_FOLD_H
#define VRRL_OPS_FOLD_H

#include <stdint.h>

/* The fold of no value is 0. Order counts, and so does a value of 0. */
static inline uint64_t fold_u32(uint64_t fold, uint32_t value)
{
    fold = (fold ^ value) + 0x9E3779B97F4A7C15u;
    fold = (fold ^ fold >> 30) * 0xBF58476D1CE4E5B9u;
    fold = (fold ^ fold >> 27) * 0x94D049BB133111EBu;
    return fold ^ fold >> 31;
}

#endif
