/*
 * Parking: which slots a worker has passed over, by the word that they wait for. With it, a sweep
 * that ends a slot goes on with those that it has made ready, and a long chain of slots does not
 * take a sweep a link. Only a hint, and a worker's own: what it misses, the next sweep finds.
 */
#ifndef VRRL_BACKENDS_PARKING_H
#define VRRL_BACKENDS_PARKING_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct parking {
    uint32_t *first; /* by hash of the word: ring index + 1 of the last one parked; 0: none */
    uint32_t *next;  /* by ring index: the one parked before it */
    uint32_t mask;   /* buckets - 1 */
};

/* 0 where memory lacks; parking_free takes what there is. */
static inline int parking_init(struct parking *p, uint32_t ring_slots)
{
    uint32_t buckets = 2;
    while (buckets < ring_slots)
        buckets *= 2;
    p->mask = buckets - 1;
    p->first = calloc(buckets, sizeof *p->first);
    p->next = calloc(ring_slots, sizeof *p->next);
    return p->first && p->next;
}

static inline void parking_free(struct parking *p)
{
    free(p->first);
    free(p->next);
}

static inline void parking_clear(struct parking *p)
{
    memset(p->first, 0, (p->mask + (size_t)1) * sizeof *p->first);
}

static inline uint32_t *parking_bucket(struct parking *p, uint32_t word)
{
    return &p->first[word * 2654435769u >> 7 & p->mask];
}

/* At most once for each slot between two clears. */
static inline void parking_add(struct parking *p, uint32_t word, uint32_t index)
{
    uint32_t *bucket = parking_bucket(p, word);
    p->next[index] = *bucket;
    *bucket = index + 1;
}

#endif
