#include "memory/view_rows.h"

#include "memory/view_room.h"

#include <string.h>

enum { NEVER = MEM_RANK_MAX };

/* ---- Nodes ---------------------------------------------------------------------------------- */

/* 0 where there is no room. */
static uint32_t new_node(struct memory *m, uint32_t owner)
{
    if (!view_node_room(m, 1))
        return 0;
    m->nodes[m->node_count].owner = owner;
    return m->node_count++;
}

static void list_leaf(struct memory *m, uint32_t leaf, uint32_t place)
{
    m->nodes[leaf].next = m->leaves[place];
    m->leaves[place] = leaf;
}

static uint32_t new_leaf(struct memory *m, uint32_t owner, const int16_t *ranks, uint32_t place)
{
    uint32_t at = new_node(m, owner);
    if (!at)
        return 0;
    memcpy(m->nodes[at].ranks, ranks, sizeof m->nodes[at].ranks);
    list_leaf(m, at, place);
    return at;
}

static uint32_t new_inner(struct memory *m, uint32_t owner, const uint32_t *below)
{
    uint32_t at = new_node(m, owner);
    if (at)
        memcpy(m->nodes[at].below, below, sizeof m->nodes[at].below);
    return at;
}

/* A node whose first part is that one, and all others `rest`. */
static uint32_t node_above(struct memory *m, uint32_t first, uint32_t rest, uint32_t owner)
{
    uint32_t below[MEM_BELOW] = {first};
    for (uint32_t i = 1; i < MEM_BELOW; i++)
        below[i] = rest;
    return new_inner(m, owner, below);
}

int16_t *view_own_path(struct memory *m, uint32_t row, uint32_t location)
{
    uint32_t owner = m->rows[row].owner, place = location / MEM_LEAF, *at = &m->rows[row].root;
    if (!view_node_room(m, m->depth + 1))
        return NULL;
    for (uint32_t d = m->depth;; d--) {
        if (m->nodes[*at].owner != owner) {
            struct mem_node *own = &m->nodes[m->node_count];
            *own = m->nodes[*at];
            own->owner = owner;
            *at = m->node_count++;
            if (d == 0)
                list_leaf(m, *at, place);
        }
        if (d == 0)
            return &m->nodes[*at].ranks[location % MEM_LEAF];
        at = &m->nodes[*at].below[place >> 4 * (d - 1) & (MEM_BELOW - 1)];
    }
}

void view_shift(struct memory *m, uint32_t location, int16_t from)
{
    for (uint32_t at = m->leaves[location / MEM_LEAF]; at; at = m->nodes[at].next) {
        int16_t *rank = &m->nodes[at].ranks[location % MEM_LEAF];
        if (*rank >= from && *rank != NEVER)
            ++*rank;
    }
}

/* ---- Rows ----------------------------------------------------------------------------------- */

void view_clear(struct memory *m, uint32_t row)
{
    m->rows[row].root = 0;
    m->rows[row].fences = 0;
}

/* A tree of those: at each depth a node, that of all locations. */
static void make_never(struct memory *m)
{
    uint32_t at = new_node(m, 0); /* in no list of leaves */
    for (uint32_t i = 0; at && i < MEM_LEAF; i++)
        m->nodes[at].ranks[i] = NEVER;
    for (uint32_t d = 0; at && d < m->depth; d++)
        at = node_above(m, at, at, 0);
    m->never = at;
}

void view_fill(struct memory *m, uint32_t row)
{
    if (!m->never)
        make_never(m);
    m->rows[row].root = m->never;
}

/* ---- Joins ---------------------------------------------------------------------------------- */

/* A join of two nodes, and whether it is the same as either. */
struct joined {
    uint32_t node;
    bool as_to, as_from;
};

struct join {
    struct memory *m;
    uint32_t to_owner, from_owner;
};

/* The other row does not write in the node any more, nor in those below. */
static bool can_take(const struct join *j, uint32_t from)
{
    return j->m->nodes[from].owner != j->from_owner;
}

static struct joined join_leaves(const struct join *j, uint32_t to, uint32_t from, uint32_t place)
{
    struct memory *m = j->m;
    int16_t most[MEM_LEAF];
    const int16_t *own = m->nodes[to].ranks, *other = m->nodes[from].ranks;
    for (uint32_t i = 0; i < MEM_LEAF; i++)
        most[i] = other[i] > own[i] ? other[i] : own[i];
    if (m->nodes[to].owner == j->to_owner) {
        memcpy(m->nodes[to].ranks, most, sizeof most);
        return (struct joined){.node = to, .as_to = true};
    }
    if (can_take(j, from) && memcmp(most, other, sizeof most) == 0)
        return (struct joined){from, memcmp(most, own, sizeof most) == 0, true};
    if (memcmp(most, own, sizeof most) == 0)
        return (struct joined){.node = to, .as_to = true};
    return (struct joined){.node = new_leaf(m, j->to_owner, most, place)};
}

/* Nodes `depth` above the leaves; `place` is that of their first leaf. */
static struct joined join_nodes(const struct join *j, uint32_t to, uint32_t from, uint32_t depth,
                                uint32_t place)
{
    struct memory *m = j->m;
    uint32_t below[MEM_BELOW];
    if (to == from || from == 0)
        return (struct joined){to, true, to == from};
    if (to == 0 && can_take(j, from))
        return (struct joined){.node = from, .as_from = true};
    if (depth == 0)
        return join_leaves(j, to, from, place);
    bool own = m->nodes[to].owner == j->to_owner;
    struct joined made = {.node = to, .as_to = true, .as_from = !own && can_take(j, from)};
    for (uint32_t i = 0; i < MEM_BELOW && !m->limit; i++) {
        struct joined part = join_nodes(j, m->nodes[to].below[i], m->nodes[from].below[i],
                                        depth - 1, place + (i << 4 * (depth - 1)));
        made.as_to &= part.as_to;
        made.as_from &= part.as_from;
        below[i] = part.node;
    }
    if (m->limit)
        return made;
    if (own)
        memcpy(m->nodes[to].below, below, sizeof below);
    else if (made.as_from)
        made.node = from;
    else if (!made.as_to)
        made.node = new_inner(m, j->to_owner, below);
    return made;
}

void view_join(struct memory *m, uint32_t into, uint32_t from)
{
    struct mem_row *to = &m->rows[into];
    const struct mem_row *other = &m->rows[from];
    const struct join j = {m, to->owner, other->owner};
    to->root = join_nodes(&j, to->root, other->root, m->depth, 0).node;
    to->fences |= other->fences;
}

/* ---- More locations ------------------------------------------------------------------------- */

/* Whether it is one of a fence's rows of lowest ranks. */
static bool is_lowest(const struct memory *m, uint32_t row)
{
    for (uint32_t f = 0; f < m->fence_count; f++) {
        if (row == m->fences[f].row + 1 || row == m->fences[f].row + 2)
            return true;
    }
    return false;
}

static void add_depth(struct memory *m)
{
    for (uint32_t row = 0; row < m->row_count && !m->limit; row++) {
        struct mem_row *r = &m->rows[row];
        uint32_t rest = is_lowest(m, row) ? m->never : 0;
        if (r->root || rest)
            r->root = node_above(m, r->root, rest, r->owner);
    }
    if (m->never && !m->limit)
        m->never = node_above(m, m->never, m->never, 0);
    m->depth++;
}

bool view_deepen(struct memory *m, uint32_t locations)
{
    while (!m->limit && locations > (uint32_t)MEM_LEAF << 4 * m->depth)
        add_depth(m);
    return !m->limit;
}
