/* The states that a search has seen, by a 128-bit hash of their encoding. */
#ifndef VRRL_ENGINE_VISITED_H
#define VRRL_ENGINE_VISITED_H

#include "base/hash_table.h"
#include "engine/reduce.h"

#include <xxhash.h>

/* A state, and which lanes were asleep in all visits so far, by their places in the order below. */
struct visited_state {
    XXH128_hash_t hash;
    struct lane_set asleep;
};

struct visited_set {
    struct visited_state *states;
    uint32_t count, room;
    struct hash_table by_hash; /* by the low half */
    size_t
        bytes_max; /* of the states and the table; they are not made more once that would not do, */
    uint32_t wanted_mib;    /* but for this many; 0: it did */
    struct mem_bytes bytes; /* the state that was encoded last */
    struct mem_bytes lanes;
};

/* Lanes by place, in an order that is the same for states that are equal but for the names of lanes;
 * and places by lane. Of the first 64. */
struct visited_order {
    uint8_t lane[64], place[64];
};

enum visited_result {
    VISITED_NEW,
    VISITED_AGAIN, /* and *left are the lanes that were asleep before and are not now */
    VISITED_FAILED,
};

/* Whether lanes can be exchanged: they have nothing of their own but what they run and buffer. */
bool visited_symmetric(const struct sched *s);
void visited_encode(struct visited_set *set, struct sched *s, struct sched_state *state,
                    bool symmetric, struct visited_order *order);
/* Visits the state that was encoded last, with these lanes asleep; *asleep becomes what was asleep
 * in all visits. */
enum visited_result visited_visit(struct visited_set *set, const struct visited_order *order,
                                  struct lane_set *asleep, struct lane_set *left);
void visited_clear(struct visited_set *set);
void visited_free(struct visited_set *set);

#endif
