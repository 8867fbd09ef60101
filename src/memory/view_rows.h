/*
 * The rows of `view`: what each thread has seen, and what each release gives. A row is a rank for each
 * location.
 *
 * In full, the rows of a run take its releases times its words, and that is quadratic: n slots release 3 n
 * times or more, and have 2 n words or more, so that 4,000 slots took a gigabyte. But a row is a copy of
 * another one but for a few words. So rows are trees, which share what they have in common: a leaf has
 * the ranks of MEM_LEAF locations, any other node MEM_BELOW nodes. Node 0 is all that nobody has seen
 * anything of: a leaf of ranks 0, and a node with itself below, of any size.
 *
 * *Who may write*: each row has a number, and writes in the nodes that were made under it, which are
 * below such nodes alone. All others may be shared, and are copied first, from the root down. As a row is
 * copied both get new numbers: what they have is shared from then on.
 *
 * *A join* ends where two rows have the same node, or one has node 0. It takes over a node of the other row
 * that has all that the own one has, if that row does not write in it any more. So threads that go on from
 * each other share nearly all; only where both have stored since, a node is made. A release that was
 * acquired, or comes before one that was, is not joined (view.c): its nodes may be older than all that the
 * own row has, so that a join would walk the whole trees.
 *
 * *What it takes*: a node is made only to write in it, and at most once between two copies of its row (or
 * two slots, where each is a thread of its own). So a run never takes more than its rows would in full, and
 * a quarter (a node has 8 bytes besides its 64, and one of 16 is no leaf). By far most take little of that:
 * the first store behind a release makes `depth` + 1 nodes, at most 4, and so does each word that was stored
 * on both sides of a join. So n slots that each store a few words take n times a constant, whether they are
 * independent, in serial queues, or wait for each other in a chain. Most is taken where what many threads
 * have stored is acquired by all of them, again and again.
 */
#ifndef VRRL_MEMORY_VIEW_ROWS_H
#define VRRL_MEMORY_VIEW_ROWS_H

#include "memory/memory.h"

/* The leaf that has the rank of a location. */
static inline struct mem_node *view_leaf(const struct memory *m, uint32_t row, uint32_t location)
{
    uint32_t at = m->rows[row].root, place = location / MEM_LEAF;
    for (uint32_t d = m->depth; d; d--)
        at = m->nodes[at].below[place >> 4 * (d - 1) & (MEM_BELOW - 1)];
    return &m->nodes[at];
}

static inline int16_t view_rank(const struct memory *m, uint32_t row, uint32_t location)
{
    return view_leaf(m, row, location)->ranks[location % MEM_LEAF];
}

/* The same, to write it; NULL where there is no room. What is above a node of the row's own is its own. */
int16_t *view_own_path(struct memory *m, uint32_t row, uint32_t location);
static inline int16_t *view_own(struct memory *m, uint32_t row, uint32_t location)
{
    struct mem_node *leaf = view_leaf(m, row, location);
    return leaf->owner == m->rows[row].owner ? &leaf->ranks[location % MEM_LEAF]
                                             : view_own_path(m, row, location);
}

/* Ranks of the row are at least those of the other. */
void view_join(struct memory *m, uint32_t into, uint32_t from);
/* The row becomes a copy of the other. */
static inline void view_share(struct memory *m, uint32_t row, uint32_t from)
{
    struct mem_row *to = &m->rows[row], *other = &m->rows[from];
    *to = *other;
    to->owner = ++m->owners;
    other->owner = ++m->owners;
}
/* The row is not written any more: joins may take over all that it has. */
static inline void view_freeze(struct memory *m, uint32_t row)
{
    m->rows[row].owner = ++m->owners;
}
/* The row becomes empty; or all its ranks MEM_RANK_MAX. */
void view_clear(struct memory *m, uint32_t row);
void view_fill(struct memory *m, uint32_t row);
/* All ranks of the location from that one on go up by one. */
void view_shift(struct memory *m, uint32_t location, int16_t from);
/* Trees for so many locations. False where there is no room. */
bool view_deepen(struct memory *m, uint32_t locations);

#endif
