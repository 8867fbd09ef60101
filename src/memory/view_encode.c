/*
 * The encoding of a `view` state: ranks from the least that any thread may still read, rows by
 * their content, fences by thread. Numbers of messages, rows and fences depend on the order of
 * steps and stay out.
 */
#include "memory/view_encode.h"

#include "memory/view.h"
#include "memory/view_room.h"
#include "memory/view_rows.h"
#include "race/monitor_encode.h"

enum { BELOW_ALL = 0, LEAST = 1 };

struct encoder {
    const struct memory *m;
    struct mem_bytes *bytes;
    uint8_t place[MEM_FENCES_MAX]; /* of each fence in the order of the encoding */
};

static int16_t newest_of(const struct memory *m, uint32_t location)
{
    return m->messages[m->newest[location]].rank;
}

/* The least rank of each location that any thread may still read. */
static void find_least(const struct memory *m)
{
    for (uint32_t i = 0; i < m->location_count; i++)
        m->least[i] = newest_of(m, i);
    for (uint32_t t = 0; t < m->thread_count; t++) {
        const int16_t *known = NULL;
        for (uint32_t i = 0; i < m->location_count && !m->threads[t].done; i++) {
            if (i % MEM_LEAF == 0)
                known = view_leaf(m, view_row(t, VIEW_CURRENT), i)->ranks;
            int16_t rank = known[i % MEM_LEAF];
            m->least[i] = rank < m->least[i] ? rank : m->least[i];
        }
    }
}

static void add_bytes(void *context, const void *data, size_t size)
{
    mem_bytes_add(context, data, size);
}

static void add_u64(struct encoder *e, uint64_t value)
{
    mem_bytes_add(e->bytes, &value, sizeof value);
}

static void add_u16(struct encoder *e, int value)
{
    uint16_t number = (uint16_t)value;
    mem_bytes_add(e->bytes, &number, sizeof number);
}

static void add_fences(struct encoder *e, uint64_t fences)
{
    uint64_t placed = 0;
    if (!e->m->fence_count)
        return;
    for (uint32_t f = 0; f < e->m->fence_count; f++)
        placed |= (fences >> f & 1) << e->place[f];
    add_u64(e, placed);
}

/* Ranks that all threads are past count as the least one. Where `reads`, the rank of a read: there
 * a rank below the least comes before the least itself. */
static uint16_t encoded(int16_t rank, int16_t least, bool reads)
{
    if (rank == MEM_RANK_MAX)
        return MEM_RANK_MAX;
    if (rank < least)
        return reads ? BELOW_ALL : LEAST;
    return (uint16_t)(rank - least + LEAST);
}

/* Of a row that is the join of two; those of a leaf at once. */
static void add_ranks(struct encoder *e, uint32_t row, uint32_t other, bool reads)
{
    const struct memory *m = e->m;
    uint16_t found[MEM_LEAF];
    for (uint32_t i = m->hidden, end; i < m->location_count; i = end) {
        const int16_t *ranks = view_leaf(m, row, i)->ranks, *second = view_leaf(m, other, i)->ranks;
        uint32_t count = 0, at = i % MEM_LEAF;
        end = i - at + MEM_LEAF < m->location_count ? i - at + MEM_LEAF : m->location_count;
        for (uint32_t k = i; k < end; k++, at++)
            found[count++] =
                encoded(second[at] > ranks[at] ? second[at] : ranks[at], m->least[k], reads);
        mem_bytes_add(e->bytes, found, count * sizeof *found);
    }
}

/* A row that is the join of two. */
static void add_row(struct encoder *e, uint32_t row, uint32_t other)
{
    const struct race_sink sink = {add_bytes, e->bytes};
    add_ranks(e, row, other, false);
    add_fences(e, e->m->rows[row].fences | e->m->rows[other].fences);
    if (e->m->race)
        race_encode_row(e->m->race, row, other, &sink);
}

static void add_messages(struct encoder *e, uint32_t location)
{
    const struct memory *m = e->m;
    int16_t least = m->least[location];
    add_u16(e, newest_of(m, location) - least);
    for (uint32_t at = m->newest[location]; at != MEM_NO_MESSAGE && m->messages[at].rank >= least;
         at = m->messages[at].older) {
        const struct mem_message *message = &m->messages[at];
        mem_bytes_add(e->bytes, &message->value, sizeof message->value);
        /* Nobody can write before the least one: what it read does not matter. */
        add_u16(e, (message->rmw && message->rank > least) * 2 + (message->row != 0));
        if (message->row)
            add_row(e, message->row, 0);
    }
}

static void add_thread(struct encoder *e, uint32_t t)
{
    const struct memory *m = e->m;
    uint32_t current = view_row(t, VIEW_CURRENT);
    add_row(e, current, 0);
    /* What it has read matters as far as it goes beyond what it has seen. */
    add_row(e, current, view_row(t, VIEW_READ));
    add_row(e, m->threads[t].released, 0);
    for (uint32_t i = m->hidden; i < m->location_count; i++) {
        uint32_t row = view_released(m, t, i);
        if (!row)
            continue;
        add_u16(e, (int)i);
        add_row(e, row, 0);
    }
    add_u16(e, 0xFFFF);
}

static void place_fences(struct encoder *e)
{
    const struct memory *m = e->m;
    uint8_t next = 0;
    for (uint32_t t = 0; t < m->thread_count; t++) {
        for (uint32_t f = 0; f < m->fence_count; f++) {
            if (m->fences[f].thread == t)
                e->place[f] = next++;
        }
    }
}

static void add_fence(struct encoder *e, uint32_t place)
{
    const struct memory *m = e->m;
    uint32_t f = 0;
    while (e->place[f] != place)
        f++;
    add_fences(e, m->fences[f].before);
    add_ranks(e, m->fences[f].row, 0, false);
    add_ranks(e, m->fences[f].row + 1u, 0, false);
    add_ranks(e, m->fences[f].row + 2u, 0, true);
}

void view_encode(const struct memory *m, struct mem_bytes *bytes)
{
    struct encoder e = {.m = m, .bytes = bytes};
    find_least(m);
    place_fences(&e);
    add_u16(&e, (int)m->fence_count);
    for (uint32_t i = 0; i < m->hidden; i++) {
        if (m->handed >> i % 64 & 1)
            add_row(&e, m->messages[m->newest[i]].row, 0);
    }
    for (uint32_t i = m->hidden; i < m->location_count; i++)
        add_messages(&e, i);
    for (uint32_t t = 0; t < m->thread_count; t++) {
        if (!m->threads[t].done)
            add_thread(&e, t);
    }
    for (uint32_t f = 0; f < m->fence_count; f++)
        add_fence(&e, f);
}
