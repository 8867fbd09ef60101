/*
 * Races: what each word of global and shared memory remembers of who accessed it, and what is held against it.
 *
 * Two accesses that overlap, one of them a write, race unless the earlier comes before the later, or both are
 * strong, of the same bytes, each with a scope that includes the other's strand. A word keeps the last write of
 * each byte and the reads since. Among lanes of a warp, what a lane did comes before what another does when they have
 * synchronised since.
 */
#ifndef VRRL_KERNEL_SHADOW_H
#define VRRL_KERNEL_SHADOW_H

#include "kernel/causality.h"

/* An access of one lane, or of the host. */
struct shadowed {
    uint32_t strand, site;
    uint64_t at; /* of the machine's bytes */
    uint8_t size;
    uint8_t scope; /* NONE: weak */
    uint8_t lane;
    bool writes, is_atomic;
    bool is_of_many; /* several lanes of a group read it at once; `lane` is one of them */
    bool repeats;    /* a weak store of what is there already */
    bool observes;   /* a strong read that is morally strong with the write that it reads */
};

/* Holds an access against those before it, and keeps it. The first race is the machine's finding. */
void shadow_slow(struct machine *m, const struct shadowed *a);

/* The words of a row are what they say again. */
void shadow_spread(struct machine *m, uint64_t row);
static inline struct shadow_word *shadow_word_at(struct machine *m, uint64_t at)
{
    if (m->shadow_rows[at / SHADOW_ROW_BYTES].is_one)
        shadow_spread(m, at / SHADOW_ROW_BYTES);
    return &m->shadow[at / 4];
}

/* What another lane of the warp did, since when its lanes have not synchronised. */
static inline bool shadow_is_of_other_lane(const struct machine *m, const struct shadow_access *old,
                                           const struct shadowed *a, uint32_t tick)
{
    return old->epoch && old->tick == tick &&
           ((old->detail & SHADOW_LANE) != a->lane || (old->size & SHADOW_MANY) || a->is_of_many) &&
           m->strand_of_number[old->strand] / WARP_LANES == a->strand / WARP_LANES;
}

/* The same of weak accesses of whole words, or parts of one, which are most: what needs no look at lists is done
 * at once. `clock` is the strand's. */
static inline bool shadow_quick_read(struct machine *m, const struct shadowed *a,
                                     const uint32_t *clock, uint32_t number, uint32_t tick)
{
    struct shadow_word *w = shadow_word_at(m, a->at);
    uint8_t bytes = (uint8_t)(((1u << a->size) - 1) << (a->at & 3));
    const struct shadow_access *r = &w->read, *old = &w->write;
    if (a->size > 4 || w->more || old->epoch > clock[old->strand] ||
        shadow_is_of_other_lane(m, old, a, tick))
        return false;
    if (r->epoch && r->strand == number && r->tick == tick && r->scope == PTX_SCOPE_NONE &&
        (r->bytes & bytes) == bytes && (r->size & SHADOW_SIZE) == a->size)
        return r->epoch == clock[number] &&
               ((r->size & SHADOW_MANY) ||
                (!a->is_of_many && (r->detail & SHADOW_LANE) == a->lane));
    if (r->epoch &&
        (r->epoch > clock[r->strand] || r->scope != PTX_SCOPE_NONE || (r->bytes & ~bytes) ||
         (r->detail & ~SHADOW_LANE) || shadow_is_of_other_lane(m, r, a, tick)))
        return false;
    w->read = (struct shadow_access){.epoch = clock[number],
                                     .strand = number,
                                     .site = a->site,
                                     .bytes = bytes,
                                     .size = (uint8_t)(a->size | (a->is_of_many ? SHADOW_MANY : 0)),
                                     .detail = a->lane,
                                     .tick = tick};
    return true;
}

static inline bool shadow_quick_write(struct machine *m, const struct shadowed *a,
                                      const uint32_t *clock, uint32_t number, uint32_t tick)
{
    struct shadow_word *w = shadow_word_at(m, a->at);
    uint8_t bytes = (uint8_t)(((1u << a->size) - 1) << (a->at & 3));
    struct shadow_access *old = &w->write;
    const struct shadow_access *r = &w->read;
    if (a->size > 4 || w->more || w->message ||
        (r->epoch && ((r->bytes & ~bytes) || r->epoch > clock[r->strand] ||
                      shadow_is_of_other_lane(m, r, a, tick))) ||
        (old->epoch && ((old->bytes & ~bytes) || old->epoch > clock[old->strand] ||
                        shadow_is_of_other_lane(m, old, a, tick))))
        return false;
    w->read.epoch = 0;
    *old = (struct shadow_access){.epoch = clock[number],
                                  .strand = number,
                                  .site = a->site,
                                  .bytes = bytes,
                                  .size = a->size,
                                  .detail = (uint8_t)(a->lane | SHADOW_IS_WRITE),
                                  .tick = tick};
    return true;
}

/* The same of a whole row that is one, by a warp that has all its lanes in the group: weak accesses of whole words,
 * lane i of word i. `a` is of lane 0. */
static inline bool shadow_row_read(struct machine *m, const struct shadowed *a,
                                   const uint32_t *clock, uint32_t number, uint32_t tick)
{
    struct shadow_row *row = &m->shadow_rows[a->at / SHADOW_ROW_BYTES];
    struct shadow_access *r = &row->read;
    if (!row->is_one || row->write.epoch > clock[row->write.strand] || r->epoch > clock[r->strand])
        return false;
    if (r->epoch && r->strand == number && r->tick == tick)
        return r->epoch == clock[number];
    *r = (struct shadow_access){.epoch = clock[number],
                                .strand = number,
                                .site = a->site,
                                .bytes = 0xF,
                                .size = 4,
                                .tick = tick};
    return true;
}

static inline bool shadow_row_write(struct machine *m, const struct shadowed *a,
                                    const uint32_t *clock, uint32_t number, uint32_t tick)
{
    struct shadow_row *row = &m->shadow_rows[a->at / SHADOW_ROW_BYTES];
    if (!row->is_one || row->write.epoch > clock[row->write.strand] ||
        row->read.epoch > clock[row->read.strand])
        return false;
    row->read.epoch = 0;
    row->write = (struct shadow_access){.epoch = clock[number],
                                        .strand = number,
                                        .site = a->site,
                                        .bytes = 0xF,
                                        .size = 4,
                                        .detail = SHADOW_IS_WRITE,
                                        .tick = tick};
    return true;
}

/* All words of the row were written so, one by one: it is one again. `a` is of lane 0. */
void shadow_join(struct machine *m, const struct shadowed *a);

/* Lanes of a warp synchronise: what they did comes before what the others do. */
static inline void shadow_tick(struct machine *m, uint32_t warp)
{
    m->ticks[warp]++;
}

/* All that is remembered is forgotten: launches that follow each other. */
void shadow_clear(struct machine *m);

#endif
