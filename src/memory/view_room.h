/* The arrays of the `view` model: room in them, and copies. */
#ifndef VRRL_MEMORY_VIEW_ROOM_H
#define VRRL_MEMORY_VIEW_ROOM_H

#include "memory/memory.h"

/* As the functions of memory_models.h that have these names. */
void view_reset(struct memory *m);
bool view_widen(struct memory *m, uint32_t old, uint32_t room);
bool view_fit(struct memory *to, const struct memory *from);
void view_copy(struct memory *to, const struct memory *from);
size_t view_bytes(const struct memory *m);

/* Makes room for so many more messages and rows, or for `nodes` nodes in all. False where that cannot be: the
 * limit is set then. Who needs room calls the two below. */
bool view_grow(struct memory *m, uint32_t messages, uint32_t rows);
bool view_grow_nodes(struct memory *m, uint32_t nodes);
static inline bool view_room(struct memory *m, uint32_t messages, uint32_t rows)
{
    return (m->message_count + messages <= m->message_room && m->row_count + rows <= m->row_room) ||
           view_grow(m, messages, rows);
}

static inline bool view_node_room(struct memory *m, uint32_t more)
{
    return m->node_count + more <= m->node_room || view_grow_nodes(m, m->node_count + more);
}

/* Where the page stands of what a thread's last release stores gave. */
static inline uint32_t *view_page(const struct memory *m, uint32_t thread, uint32_t location)
{
    size_t pages = m->location_room / MEM_LEAF;
    return &m->released_page[thread * pages + location / MEM_LEAF];
}

/* Returns the row that a thread's last release store to a location gave, or 0. */
static inline uint32_t view_released(const struct memory *m, uint32_t thread, uint32_t location)
{
    size_t page = *view_page(m, thread, location);
    return m->released[page * MEM_LEAF + location % MEM_LEAF];
}

/* Makes an empty page, *page; false where there is no room. */
bool view_new_page(struct memory *m, uint32_t *page);
static inline void view_set_released(struct memory *m, uint32_t thread, uint32_t location,
                                     uint32_t row)
{
    uint32_t *page = view_page(m, thread, location);
    if (*page || view_new_page(m, page))
        m->released[(size_t)*page * MEM_LEAF + location % MEM_LEAF] = row;
}

/* Forgets what the thread's release stores gave, for all locations. */
void view_clear_released(struct memory *m, uint32_t thread);

#endif
