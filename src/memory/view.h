/* The `view` model. The argument for it: docs/memory-models.md. */
#ifndef VRRL_MEMORY_VIEW_H
#define VRRL_MEMORY_VIEW_H

#include "memory/memory.h"

/* Rows that every thread has; row 0 is empty. */
enum {
    VIEW_CURRENT, /* what happens before its next step */
    VIEW_READ,    /* what its relaxed loads have read, for the next acquire fence */
    VIEW_ORDERED, /* what happens before a fence that precedes one of those it has seen */
    VIEW_THREAD_ROWS,
};

static inline uint32_t view_row(uint32_t thread, uint32_t which)
{
    return 1 + thread * VIEW_THREAD_ROWS + which;
}

void view_reset(memory *m);
bool view_widen(memory *m, uint32_t old, uint32_t room);
bool view_locations(memory *m, uint32_t count, const uint32_t *initial);
bool view_fit(memory *to, const memory *from);
void view_copy(memory *to, const memory *from);
size_t view_bytes(const memory *m);
uint32_t view_outcomes(const memory *m, uint32_t thread, const operation *op);
uint32_t view_peek(const memory *m, uint32_t thread, const operation *op, uint32_t outcome);
uint32_t view_step(memory *m, uint32_t thread, const operation *op, uint32_t outcome);
void view_forget(memory *m, uint32_t thread);
void view_encode(const memory *m, mem_bytes *bytes);

/* Room in its arrays for so many more messages and rows, and for so many nodes; else sets the limit. */
bool view_grow(memory *m, uint32_t messages, uint32_t rows);
bool view_grow_nodes(memory *m, uint32_t nodes);
static inline bool view_room(memory *m, uint32_t messages, uint32_t rows)
{
    return (m->message_count + messages <= m->message_room && m->row_count + rows <= m->row_room) ||
           view_grow(m, messages, rows);
}
static inline bool view_node_room(memory *m, uint32_t more)
{
    return m->node_count + more <= m->node_room || view_grow_nodes(m, m->node_count + more);
}

/* The page of what a thread's last release stores gave. */
static inline uint32_t *view_page(const memory *m, uint32_t thread, uint32_t location)
{
    size_t pages = m->location_room / MEM_LEAF;
    return &m->released_page[thread * pages + location / MEM_LEAF];
}
/* What that to a location gave: a row, or 0. */
static inline uint32_t view_released(const memory *m, uint32_t thread, uint32_t location)
{
    size_t page = *view_page(m, thread, location);
    return m->released[page * MEM_LEAF + location % MEM_LEAF];
}
bool view_new_page(memory *m, uint32_t *page);
static inline void view_set_released(memory *m, uint32_t thread, uint32_t location, uint32_t row)
{
    uint32_t *page = view_page(m, thread, location);
    if (*page || view_new_page(m, page))
        m->released[(size_t)*page * MEM_LEAF + location % MEM_LEAF] = row;
}
/* There is none any more, for any location. */
void view_clear_released(memory *m, uint32_t thread);

#endif
