/* The states that a search has seen, by a 128-bit hash of their encoding. */
#ifndef VRRL_ENGINE_VISITED_H
#define VRRL_ENGINE_VISITED_H

#include "base/hash_table.h"
#include "engine/reduce.h"

#include <xxhash.h>

/* A state, and which lanes were asleep in all visits so far, by their places in the order below. */
typedef struct visited_state {
    XXH128_hash_t hash;
    lane_set asleep;
} visited_state;

typedef struct visited_set {
    visited_state *states;
    uint32_t count, room;
    hash_table by_hash; /* by the low half */
    size_t
        bytes_max; /* of the states and the table; they are not made more once that would not do, */
    uint32_t wanted_mib; /* but for this many; 0: it did */
    mem_bytes bytes;     /* the state that was encoded last */
    mem_bytes lanes;
} visited_set;

/* Lanes by place, in an order that is the same for states that are equal but for the names of lanes;
 * and places by lane. Of the first 64. */
typedef struct visited_order {
    uint8_t lane[64], place[64];
} visited_order;

typedef enum visited_result {
    VISITED_NEW,
    VISITED_AGAIN, /* and *left are the lanes that were asleep before and are not now */
    VISITED_FAILED,
} visited_result;

/* Whether lanes can be exchanged: they have nothing of their own but what they run and buffer. */
bool visited_symmetric(const sched *s);
void visited_encode(visited_set *set, sched *s, sched_state *state, bool symmetric,
                    visited_order *order);
/* Visits the state that was encoded last, with these lanes asleep; *asleep becomes what was asleep
 * in all visits. */
visited_result visited_visit(visited_set *set, const visited_order *order, lane_set *asleep,
                             lane_set *left);
void visited_clear(visited_set *set);
void visited_free(visited_set *set);

#endif
