/*
 * Every atomic operation of the project, under a name that says its order. Works on plain integers
 * that are only ever touched through these while shared. Each call site says what the order
 * protects and which other site it pairs with.
 */
#ifndef VRRL_BASE_ATOMICS_H
#define VRRL_BASE_ATOMICS_H

#include <stdbool.h>
#include <stdint.h>

#define load_relaxed(p)     __atomic_load_n((p), __ATOMIC_RELAXED)
#define load_acquire(p)     __atomic_load_n((p), __ATOMIC_ACQUIRE)
#define store_relaxed(p, v) __atomic_store_n((p), (v), __ATOMIC_RELAXED)
#define store_release(p, v) __atomic_store_n((p), (v), __ATOMIC_RELEASE)

/* All return the old value. */
#define add_relaxed(p, v)      __atomic_fetch_add((p), (v), __ATOMIC_RELAXED)
#define or_relaxed(p, v)       __atomic_fetch_or((p), (v), __ATOMIC_RELAXED)
#define add_release(p, v)      __atomic_fetch_add((p), (v), __ATOMIC_RELEASE)
#define add_acq_rel(p, v)      __atomic_fetch_add((p), (v), __ATOMIC_ACQ_REL)
#define exchange_acq_rel(p, v) __atomic_exchange_n((p), (v), __ATOMIC_ACQ_REL)

#define fence_acquire() __atomic_thread_fence(__ATOMIC_ACQUIRE)
#define fence_release() __atomic_thread_fence(__ATOMIC_RELEASE)
#define fence_seq_cst() __atomic_thread_fence(__ATOMIC_SEQ_CST)

/* Compare and swap, acquire-release; false leaves the value found in *expected. */
static inline bool cas_acq_rel_u32(uint32_t *p, uint32_t *expected, uint32_t desired)
{
    return __atomic_compare_exchange_n(p, expected, desired, false, __ATOMIC_ACQ_REL,
                                       __ATOMIC_ACQUIRE);
}

/* Orders nothing. */
static inline bool cas_relaxed_u32(uint32_t *p, uint32_t *expected, uint32_t desired)
{
    return __atomic_compare_exchange_n(p, expected, desired, false, __ATOMIC_RELAXED,
                                       __ATOMIC_RELAXED);
}

/* Makes the number at least that, and returns what it is then. Orders nothing. */
static inline uint64_t raise_relaxed_u64(uint64_t *p, uint64_t least)
{
    uint64_t found = __atomic_load_n(p, __ATOMIC_RELAXED);
    while (found < least &&
           !__atomic_compare_exchange_n(p, &found, least, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        continue;
    return found < least ? least : found;
}

/* Takes a lock word that is 0; where it is seen taken, without a store that its holder would meet. */
static inline bool try_lock(uint32_t *word)
{
    return load_relaxed(word) == 0 && exchange_acq_rel(word, 1u) == 0;
}

/* Orders nothing. */
static inline bool cas_relaxed_i32(int32_t *p, int32_t *expected, int32_t desired)
{
    return __atomic_compare_exchange_n(p, expected, desired, false, __ATOMIC_RELAXED,
                                       __ATOMIC_RELAXED);
}

#endif
