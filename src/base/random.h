/* Seeded random numbers: the same sequence on every machine, so that a seed reproduces a run. */
#ifndef VRRL_BASE_RANDOM_H
#define VRRL_BASE_RANDOM_H

#include <stdint.h>

/* One step of SplitMix64 (Steele, Lea, Flood 2014): advances *state, returns 64 mixed bits. Any
 * seed will do, 0 included. */
static inline uint64_t random_next(uint64_t *state)
{
    uint64_t z = (*state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

/* A number in [0, bound), bound > 0, by multiply and shift: the bias is under bound / 2^32. */
static inline uint32_t random_below(uint64_t *state, uint32_t bound)
{
    return (uint32_t)(((random_next(state) >> 32) * bound) >> 32);
}

#endif
