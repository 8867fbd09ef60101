/* Sets of hashes, of the oracle of the check. */
#ifndef VRRL_TEST_ORACLE_SET_H
#define VRRL_TEST_ORACLE_SET_H

#include "test.h"

#include <xxhash.h>

/* A set of hashes: open addressing, zero is free. */
typedef struct oracle_set {
    XXH128_hash_t *hashes;
    uint32_t count, room;
} oracle_set;

static inline bool oracle_place(oracle_set *set, XXH128_hash_t hash)
{
    uint64_t at = hash.low64 & (set->room - 1);
    for (; set->hashes[at].low64 || set->hashes[at].high64; at = (at + 1) & (set->room - 1))
        if (XXH128_isEqual(set->hashes[at], hash))
            return false;
    set->hashes[at] = hash;
    return true;
}

/* Whether it is new. */
static inline bool oracle_add(oracle_set *set, XXH128_hash_t hash)
{
    if (2 * set->count >= set->room) {
        oracle_set wide = {.room = set->room ? 4 * set->room : 64};
        wide.hashes = calloc(wide.room, sizeof *wide.hashes);
        assert_non_null(wide.hashes);
        for (uint32_t i = 0; i < set->room; i++)
            if (set->hashes[i].low64 || set->hashes[i].high64)
                oracle_place(&wide, set->hashes[i]);
        free(set->hashes);
        wide.count = set->count;
        *set = wide;
    }
    bool is_new = oracle_place(set, hash);
    set->count += is_new;
    return is_new;
}

static inline void oracle_clear(oracle_set *set)
{
    free(set->hashes);
    *set = (oracle_set){.count = 0};
}

#endif
