#include "kernel/handover.h"

#include "base/array.h"
#include "base/hash_table.h"

#include <stdlib.h>

bool side_is_of_block(const struct kernel_side *a, const struct kernel_side *b)
{
    return a->host == b->host && (a->host || (a->launch == b->launch && a->block == b->block));
}

bool side_is_of_warp(const struct kernel_side *a, const struct kernel_side *b)
{
    return side_is_of_block(a, b) && a->warp == b->warp;
}

static bool reads(const struct kernel_event *e)
{
    return e->kind == KERNEL_EVENT_READ || e->kind == KERNEL_EVENT_UPDATE;
}

static bool writes(const struct kernel_event *e)
{
    return e->kind == KERNEL_EVENT_WRITE || e->kind == KERNEL_EVENT_UPDATE;
}

/* Who wrote what an event reads: the last one, but of the own warp's read-modify-writes whoever they read from. */
static uint32_t writer_of(const struct kernel_trace *t, const uint32_t *before, uint32_t event)
{
    uint32_t from = before[event];
    while (from != HASH_TABLE_NONE && t->list[from].kind == KERNEL_EVENT_UPDATE &&
           side_is_of_warp(&t->list[from].side, &t->list[event].side))
        from = before[from];
    return from != HASH_TABLE_NONE && side_is_of_warp(&t->list[from].side, &t->list[event].side)
               ? HASH_TABLE_NONE
               : from;
}

static bool add(struct handovers *found, struct handover h)
{
    vrrl_error ignored;
    if (array_reserve(&found->list, found->count, &found->room, 1, sizeof *found->list, &ignored) !=
        VRRL_OK)
        return false;
    found->list[found->count++] = h;
    return true;
}

/* Each read between the two of what another warp wrote between them. `before`: room for an event of each number up to
 * `last`, for the write that was the last one of its word. False: memory lacks. */
static bool find_all(const struct kernel_trace *t, uint32_t first, uint32_t last, uint32_t *before,
                     struct handovers *found)
{
    struct hash_table writers = {.count = 0}; /* by address: the event that wrote last */
    bool room = true;
    for (uint32_t i = first; room && i <= last; i++) {
        const struct kernel_event *e = &t->list[i];
        before[i] = HASH_TABLE_NONE;
        if (e->at == UINT64_MAX || !e->is_strong)
            continue;
        before[i] = hash_table_find(&writers, e->at);
        uint32_t from = reads(e) ? writer_of(t, before, i) : HASH_TABLE_NONE;
        if (from != HASH_TABLE_NONE)
            room = add(found, (struct handover){from, i});
        if (!writes(e))
            continue;
        room = room && hash_table_item(&writers, e->at, i) != HASH_TABLE_NONE;
        if (room)
            hash_table_entry(&writers, e->at)->item = i + 1;
    }
    hash_table_free(&writers);
    return room;
}

/* The blocks that something can have come to, or can still come from. */
struct reached {
    const struct kernel_side **sides;
    uint32_t count;
};

static bool is_reached(const struct reached *r, const struct kernel_side *side)
{
    for (uint32_t i = 0; i < r->count; i++)
        if (side_is_of_block(r->sides[i], side))
            return true;
    return false;
}

static void reach(struct reached *r, const struct kernel_side *side)
{
    if (!is_reached(r, side))
        r->sides[r->count++] = side;
}

/* Of those found keeps what lies on a way from block to block. */
static void keep_ways(const struct kernel_trace *t, uint32_t first, uint32_t last,
                      struct handovers *h, struct reached *r)
{
    uint32_t kept = 0;
    r->count = 0;
    reach(r, &t->list[first].side);
    for (uint32_t i = 0; i < h->count; i++) {
        struct handover o = h->list[i];
        if (!is_reached(r, &t->list[o.from].side))
            continue;
        reach(r, &t->list[o.to].side);
        h->list[kept++] = o;
    }
    h->count = kept;
    r->count = 0;
    reach(r, &t->list[last].side);
    for (uint32_t i = h->count; i-- > 0;) {
        struct handover o = h->list[i];
        if (!is_reached(r, &t->list[o.to].side))
            continue;
        reach(r, &t->list[o.from].side);
        h->list[--kept] = o;
    }
    h->count -= kept;
    for (uint32_t i = 0; i < h->count; i++)
        h->list[i] = h->list[kept + i];
}

vrrl_code handovers_find(const struct kernel_trace *trace, uint32_t first, uint32_t last,
                         struct handovers *found, vrrl_error *err)
{
    *found = (struct handovers){.list = NULL};
    uint32_t *before = malloc((last + (size_t)1) * sizeof *before);
    bool room = before && find_all(trace, first, last, before, found);
    struct reached r = {.sides = malloc((2 * (size_t)found->count + 2) * sizeof(void *))};
    room = room && r.sides;
    if (room)
        keep_ways(trace, first, last, found, &r);
    free(r.sides);
    free(before);
    return room ? VRRL_OK : error_no_memory(err, last * sizeof *before);
}

vrrl_code handovers_find_all(const struct kernel_trace *trace, struct handovers *found,
                             vrrl_error *err)
{
    *found = (struct handovers){.list = NULL};
    uint32_t *before = malloc((trace->count + (size_t)1) * sizeof *before);
    bool room = before && (!trace->count || find_all(trace, 0, trace->count - 1, before, found));
    free(before);
    return room ? VRRL_OK : error_no_memory(err, trace->count * sizeof *before);
}

void handovers_free(struct handovers *h)
{
    free(h->list);
    *h = (struct handovers){.list = NULL};
}
