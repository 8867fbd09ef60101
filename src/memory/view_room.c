/* The arrays of `view`: room in them, and copies. */
#include "memory/memory_models.h"

#include "base/array.h"
#include "memory/view.h"

#include <stdlib.h>
#include <string.h>

/* Rows of `old` locations, laid out anew for `room`. */
static bool widen(int16_t **rows, uint32_t count, uint32_t old, uint32_t room, uint32_t row_room)
{
    int16_t *wide = calloc((size_t)room * row_room, sizeof *wide);
    if (!wide)
        return false;
    for (uint32_t r = 0; r < count && old; r++)
        memcpy(wide + (size_t)r * room, *rows + (size_t)r * old, old * sizeof *wide);
    free(*rows);
    *rows = wide;
    return true;
}

static bool widen_released(memory *m, uint32_t old, uint32_t room)
{
    uint16_t *wide = calloc((size_t)room * m->thread_count, sizeof *wide);
    if (!wide)
        return false;
    for (uint32_t t = 0; t < m->thread_count && old; t++)
        memcpy(wide + (size_t)t * room, m->released + (size_t)t * old, old * sizeof *wide);
    free(m->released);
    m->released = wide;
    return true;
}

bool view_widen(memory *m, uint32_t old, uint32_t room)
{
    return array_resize_zeroed(&m->newest, old, room, sizeof *m->newest) &&
           array_resize_zeroed(&m->least, old, room, sizeof *m->least) &&
           widen(&m->rows, m->row_count, old, room, m->row_room) && widen_released(m, old, room);
}

/* Twice the room that there is, or more, up to the most that numbers of 16 bits can tell apart. */
static uint32_t more_room(uint32_t old, uint32_t first, uint32_t wanted)
{
    uint32_t room = old ? old : first;
    while (room < wanted)
        room *= 2;
    return room < MEM_MESSAGES_MAX ? room : MEM_MESSAGES_MAX;
}

static bool row_room(memory *m, uint32_t room)
{
    if (room <= m->row_room)
        return true;
    if (!array_resize_zeroed(&m->row_fences, m->row_room, room, sizeof *m->row_fences))
        return false;
    if (m->location_room &&
        !array_resize_zeroed(&m->rows, m->row_room, room, m->location_room * sizeof *m->rows))
        return false;
    if (m->race && !race_rows(m->race, room))
        return false;
    m->row_room = room;
    return true;
}

static bool message_room(memory *m, uint32_t room)
{
    if (room <= m->message_room)
        return true;
    if (!array_resize_zeroed(&m->messages, m->message_room, room, sizeof *m->messages))
        return false;
    m->message_room = room;
    return true;
}

bool memory_grow(memory *m, uint32_t messages, uint32_t rows)
{
    messages += m->message_count;
    rows += m->row_count;
    if (messages > MEM_MESSAGES_MAX || rows > MEM_MESSAGES_MAX) {
        m->limit = MEM_TOO_MANY_MESSAGES;
        return false;
    }
    if (!message_room(m, more_room(m->message_room, 64, messages)) ||
        !row_room(m, more_room(m->row_room, 32, rows))) {
        m->limit = MEM_LACKS_MEMORY;
        return false;
    }
    return true;
}

bool view_fit(memory *to, const memory *from)
{
    uint32_t messages = from->message_count, rows = from->row_count;
    return memory_room(to, messages > to->message_count ? messages - to->message_count : 0,
                       rows > to->row_count ? rows - to->row_count : 0);
}

void view_copy(memory *to, const memory *from)
{
    size_t width = from->location_room;
    memcpy(to->newest, from->newest, from->location_count * sizeof *to->newest);
    memcpy(to->messages, from->messages, from->message_count * sizeof *to->messages);
    memcpy(to->row_fences, from->row_fences, from->row_count * sizeof *to->row_fences);
    memcpy(to->rows, from->rows, from->row_count * width * sizeof *to->rows);
    memcpy(to->released, from->released, from->thread_count * width * sizeof *to->released);
    memcpy(to->fences, from->fences, from->fence_count * sizeof *to->fences);
    to->message_count = from->message_count;
    to->row_count = from->row_count;
    to->fence_count = from->fence_count;
}

size_t view_bytes(const memory *m)
{
    size_t locations = m->location_room, rows = m->row_room, threads = m->thread_count;
    size_t bytes = m->message_room * sizeof *m->messages + rows * sizeof *m->row_fences +
                   locations * (rows * sizeof *m->rows + threads * sizeof *m->released +
                                sizeof *m->newest + sizeof *m->least);
    return bytes + (m->race ? race_bytes(m->race) : 0);
}
