/* The arrays of `view`: room in them, and copies. */
#include "memory/view_room.h"

#include "base/array.h"
#include "memory/memory_models.h"
#include "memory/view.h"
#include "memory/view_rows.h"

#include <stdlib.h>
#include <string.h>

/* ---- Arrays that grow ------------------------------------------------------------------------- */

/* Whether it may take so much more; else sets the limit. */
static bool may_take(struct memory *m, size_t more)
{
    size_t wanted = memory_bytes(m) + more;
    if (wanted <= m->bytes_max)
        return true;
    m->limit = MEM_TOO_LARGE;
    m->wanted = wanted;
    return false;
}

/* Room for `wanted` elements in *array, half as much again as there is or more. What is new is not
 * cleared, so that it takes no memory before it is used. */
static bool grow(struct memory *m, void *array, size_t element, uint32_t *room, uint32_t wanted)
{
    enum { LEAST = 32 };
    uint32_t wide = *room + *room / 2;
    wide = wide > LEAST ? wide : LEAST;
    wide = wide > wanted ? wide : wanted;
    if (wanted <= *room)
        return true;
    if (!may_take(m, (wide - *room) * element))
        return false;
    if (!array_resize(array, wide, element)) {
        m->limit = MEM_LACKS_MEMORY;
        return false;
    }
    *room = wide;
    return true;
}

static bool message_room(struct memory *m, uint32_t messages)
{
    return grow(m, &m->messages, sizeof *m->messages, &m->message_room, messages);
}

static bool row_room(struct memory *m, uint32_t rows)
{
    if (!grow(m, &m->rows, sizeof *m->rows, &m->row_room, rows))
        return false;
    if (m->race && !race_rows(m->race, m->row_room))
        m->limit = MEM_LACKS_MEMORY;
    return !m->limit;
}

bool view_grow_nodes(struct memory *m, uint32_t nodes)
{
    return grow(m, &m->nodes, sizeof *m->nodes, &m->node_room, nodes);
}

static bool page_room(struct memory *m, uint32_t pages)
{
    return grow(m, &m->released, MEM_LEAF * sizeof *m->released, &m->page_room, pages);
}

bool view_grow(struct memory *m, uint32_t messages, uint32_t rows)
{
    return message_room(m, m->message_count + messages) && row_room(m, m->row_count + rows);
}

/* ---- What release stores gave ----------------------------------------------------------------- */

bool view_new_page(struct memory *m, uint32_t *page)
{
    if (!page_room(m, m->page_count + 1))
        return false;
    memset(m->released + (size_t)m->page_count * MEM_LEAF, 0, MEM_LEAF * sizeof *m->released);
    *page = m->page_count++;
    return true;
}

void view_clear_released(struct memory *m, uint32_t thread)
{
    for (uint32_t i = 0; i < m->location_room; i += MEM_LEAF) {
        size_t page = *view_page(m, thread, i);
        if (page)
            memset(m->released + page * MEM_LEAF, 0, MEM_LEAF * sizeof *m->released);
    }
}

static bool widen_released(struct memory *m, uint32_t old, uint32_t room)
{
    size_t pages = room / MEM_LEAF, before = old / MEM_LEAF;
    uint32_t *wide = calloc(pages * m->thread_count, sizeof *wide);
    if (!wide)
        return false;
    for (uint32_t t = 0; t < m->thread_count && old; t++)
        memcpy(wide + t * pages, m->released_page + t * before, before * sizeof *wide);
    free(m->released_page);
    m->released_page = wide;
    return true;
}

/* ---- Of the model ----------------------------------------------------------------------------- */

bool view_widen(struct memory *m, uint32_t old, uint32_t room)
{
    return array_resize_zeroed(&m->newest, old, room, sizeof *m->newest) &&
           array_resize_zeroed(&m->least, old, room, sizeof *m->least) &&
           array_resize_zeroed(&m->leaves, old / MEM_LEAF, room / MEM_LEAF, sizeof *m->leaves) &&
           widen_released(m, old, room) && view_deepen(m, room);
}

/* The node and the page that nobody writes to, and what has one size. */
static bool first_of_each(struct memory *m)
{
    size_t threads = m->thread_count;
    if (!view_node_room(m, 1) || !page_room(m, 1))
        return false;
    m->acquired = calloc(threads * threads, sizeof *m->acquired);
    if (!m->acquired) {
        m->limit = MEM_LACKS_MEMORY;
        return false;
    }
    m->nodes[0] = (struct mem_node){0};
    memset(m->released, 0, MEM_LEAF * sizeof *m->released);
    return true;
}

void view_reset(struct memory *m)
{
    uint32_t rows = view_row(m->thread_count, 0);
    m->message_count = m->row_count = m->node_count = m->page_count = m->fence_count = 0;
    m->never = 0;
    if (!view_room(m, 0, rows) || (!m->acquired && !first_of_each(m)))
        return;
    for (uint32_t row = 0; row < rows; row++)
        m->rows[row] = (struct mem_row){.owner = row + 1};
    for (uint32_t row = 0; m->race && row < rows; row++)
        race_row_clear(m->race, row);
    m->row_count = m->owners = rows;
    m->node_count = m->page_count = 1;
    memset(m->acquired, 0, (size_t)m->thread_count * m->thread_count * sizeof *m->acquired);
    size_t pages = m->location_room / MEM_LEAF;
    if (!pages)
        return;
    memset(m->leaves, 0, pages * sizeof *m->leaves);
    memset(m->released_page, 0, m->thread_count * pages * sizeof *m->released_page);
}

bool view_fit(struct memory *to, const struct memory *from)
{
    to->bytes_max = from->bytes_max;
    return message_room(to, from->message_count) && row_room(to, from->row_count) &&
           view_grow_nodes(to, from->node_count) && page_room(to, from->page_count);
}

void view_copy(struct memory *to, const struct memory *from)
{
    size_t pages = from->location_room / MEM_LEAF;
    memcpy(to->newest, from->newest, from->location_count * sizeof *to->newest);
    memcpy(to->messages, from->messages, from->message_count * sizeof *to->messages);
    memcpy(to->rows, from->rows, from->row_count * sizeof *to->rows);
    memcpy(to->nodes, from->nodes, from->node_count * sizeof *to->nodes);
    memcpy(to->leaves, from->leaves, pages * sizeof *to->leaves);
    memcpy(to->released, from->released, from->page_count * MEM_LEAF * sizeof *to->released);
    memcpy(to->released_page, from->released_page,
           from->thread_count * pages * sizeof *to->released_page);
    memcpy(to->acquired, from->acquired,
           (size_t)from->thread_count * from->thread_count * sizeof *to->acquired);
    memcpy(to->fences, from->fences, from->fence_count * sizeof *to->fences);
    to->message_count = from->message_count;
    to->row_count = from->row_count;
    to->node_count = from->node_count;
    to->page_count = from->page_count;
    to->fence_count = from->fence_count;
    to->depth = from->depth;
    to->owners = from->owners;
    to->never = from->never;
}

size_t view_bytes(const struct memory *m)
{
    size_t locations = m->location_room, pages = locations / MEM_LEAF;
    size_t bytes = m->message_room * sizeof *m->messages + m->row_room * sizeof *m->rows +
                   m->node_room * sizeof *m->nodes +
                   (size_t)m->page_room * MEM_LEAF * sizeof *m->released +
                   pages * (sizeof *m->leaves + m->thread_count * sizeof *m->released_page) +
                   (size_t)m->thread_count * m->thread_count * sizeof *m->acquired +
                   locations * (sizeof *m->newest + sizeof *m->least);
    return bytes + (m->race ? race_bytes(m->race) : 0);
}
