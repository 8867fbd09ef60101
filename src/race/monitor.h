/*
 * The race monitor of a `view` execution: plain data that lives in its state, and can be copied and
 * encoded with it.
 *
 * Vocabulary
 *   party     what program order orders, as in rules.h.
 *   release   of a party: its release stores, release fences and read-modify-writes that release,
 *             counted from 1. A row of the memory has, for each party, how many of its releases
 *             happen before what follows from that row; rows are joined as the ranks in them are.
 *   stamp     of an access: how many releases its party had made before it; one that releases is not
 *             among them. It happens before what follows from a row if that row has more.
 *   cover     of an access: the rank of the first store of its party to the word at or after it.
 *   seen      of a party and a word: the highest rank of a store of it that the party has read; of an
 *             access: the same, before it. A read-modify-write reads before it writes.
 *
 * An access races with one that was done before, of another party, with which it conflicts (rules.h),
 * unless that one happens before it (stamps), or coherence orders the two. It orders x before y if the
 * party of y had seen a rank that is not below the cover of x; either may have been done first, for
 * under view a store can enter the modification order behind others.
 *
 * It is asked when the second of the two is done, and a load may get its cover later: a store of its
 * party that enters before what the other one had seen would order the two after all. But then there is
 * an execution that is the same up to there, and in which that store enters at the end, and orders
 * nothing: the pair races in that one.
 *
 * Of a party's accesses of a word that are alike (kind, value, what was seen) only the last is kept: what
 * comes after it comes after those before it.
 *
 * A read that its party makes good, by looking again at a word by which slots are ordered and which the
 * writer had written before (a seqlock's number), is excused. Until the party looks, or is over, the
 * pair is pending.
 */
#ifndef VRRL_RACE_MONITOR_H
#define VRRL_RACE_MONITOR_H

#include "race/rules.h"

#include <stddef.h>

enum { RACE_NO_RANK = -1, RACE_SYNC_MAX = 64 };

struct race_entry {
    struct race_side side; /* declared: the same for all of a slot and location */
    uint16_t location;
    uint16_t stamp;
    int16_t cover; /* RACE_NO_RANK: there is no such store yet */
    int16_t seen;  /* RACE_NO_RANK: nothing */
    /* Words by which slots are ordered: of a write, those that its party had written before; of a load, those
     * that its party has looked at since. */
    uint64_t marks;
};

/* Two accesses that nothing orders. */
struct race_pair {
    uint16_t location;
    uint16_t slots[2]; /* as the accesses came */
    uint8_t kinds[2];  /* vrrl_access_kind */
    uint8_t verdict;   /* race_verdict, but RACE_NONE */
};

static inline uint64_t race_pair_key(const struct race_pair *p)
{
    return (uint64_t)p->location << 48 | (uint64_t)p->slots[0] << 32 | (uint64_t)p->slots[1] << 16 |
           (uint64_t)p->kinds[0] << 8 | p->kinds[1];
}

/* A pair whose read may still be made good. */
struct race_pending {
    struct race_pair pair;
    uint16_t reader; /* its party */
    uint64_t marks;  /* by a look at any of these */
};

struct race_monitor {
    uint32_t party_count, thread_count, location_room, row_room;
    uint16_t *party_of;         /* by thread of the memory */
    uint16_t *clocks;           /* row r begins at r * party_count */
    uint16_t *releases;         /* by party */
    uint64_t *written;          /* by party: words by which slots are ordered */
    bool *over;                 /* by party: it does nothing any more */
    int16_t *seen;              /* at party * location_room + location */
    struct race_entry *entries; /* sorted: by location first */
    struct race_pending *pending;
    struct race_pair *found; /* by the last step */
    uint32_t entry_count, entry_room, pending_count, pending_room, found_count, found_room;
    int16_t read, wrote; /* by the memory's last step: ranks, or RACE_NO_RANK */
    bool exhausted;      /* memory lacked */
};

/* NULL where memory lacks. Thread t is party t at first. */
struct race_monitor *race_create(uint32_t threads, uint32_t parties);
void race_free(struct race_monitor *m);
void race_reset(struct race_monitor *m);
/* *to, made for as many threads and parties, becomes the same as *from, of whose rows the first
 * `rows` count. */
bool race_copy(struct race_monitor *to, const struct race_monitor *from, uint32_t rows);
size_t race_bytes(const struct race_monitor *m);
bool race_rows(struct race_monitor *m, uint32_t room);
bool race_locations(struct race_monitor *m, uint32_t room);

/* ---- Of the memory --------------------------------------------------------------------------- */

void race_row_clear(struct race_monitor *m, uint32_t row);
void race_row_copy(struct race_monitor *m, uint32_t to, uint32_t from);
void race_row_join(struct race_monitor *m, uint32_t into, uint32_t from);
/* The thread, whose view is that row, makes a release: what it gives is the row as it is then. */
void race_release(struct race_monitor *m, uint32_t thread, uint32_t row);
/* Ranks of a location from that one on move up by one. */
void race_shift(struct race_monitor *m, uint32_t location, int16_t from);

/* ---- Of who steps ---------------------------------------------------------------------------- */

/* An access of data, which the memory has just done by `read` and `wrote`: of a thread of the memory, whose view
 * after it is that row. Appends to `found`. */
void race_access_data(struct race_monitor *m, const struct event *e, uint32_t row,
                      uint16_t location);
/* The thread writes, or looks at, the `mark`-th word by which slots are ordered. */
void race_sync_written(struct race_monitor *m, uint32_t thread, uint32_t mark);
void race_sync_looked(struct race_monitor *m, uint32_t thread, uint32_t mark);
/* The party does nothing any more: reads that it has not made good are races. */
void race_party_over(struct race_monitor *m, uint32_t party);

#endif
