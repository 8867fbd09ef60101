#include "memory/memory_models.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

enum { LOCATIONS_AT_ONCE = 32 };

bool memory_init(struct memory *m, vrrl_memory_model model, uint32_t threads)
{
    const struct memory_model *row = &memory_models[model];
    *m = (struct memory){.model = model,
                         .row = row,
                         .buffers_stores = row->buffers_stores,
                         .orders = row->orders,
                         .bytes_max = (size_t)MEM_MIB_MAX << 20,
                         .thread_count = threads};
    m->threads = calloc(threads, sizeof *m->threads);
    if (m->threads)
        memory_reset(m);
    return m->threads && !m->limit;
}

void memory_free(struct memory *m)
{
    free(m->threads);
    free(m->values);
    free(m->buffers);
    free(m->waiting);
    free(m->newest);
    free(m->least);
    free(m->messages);
    free(m->rows);
    free(m->nodes);
    free(m->leaves);
    free(m->released);
    free(m->released_page);
    free(m->acquired);
    race_free(m->race);
    *m = (struct memory){0};
}

bool memory_watch(struct memory *m, uint32_t parties)
{
    m->race = race_create(m->thread_count, parties);
    return m->race && race_rows(m->race, m->row_room) && race_locations(m->race, m->location_room);
}

void memory_reset(struct memory *m)
{
    m->limit = MEM_UNLIMITED;
    m->location_count = 0;
    memset(m->threads, 0, m->thread_count * sizeof *m->threads);
    if (m->race)
        race_reset(m->race);
    if (m->row->reset)
        m->row->reset(m);
}

/* Room for so many locations in everything that has one entry for each. */
static bool location_room(struct memory *m, uint32_t count)
{
    uint32_t old = m->location_room, room = old ? old : LOCATIONS_AT_ONCE;
    if (count <= old)
        return true;
    while (room < count)
        room *= 2;
    if (!array_resize_zeroed(&m->values, old, room, sizeof *m->values))
        return false;
    if (m->row->widen && !m->row->widen(m, old, room))
        return false;
    if (m->race && !race_locations(m->race, room))
        return false;
    m->location_room = room;
    return true;
}

bool memory_locations(struct memory *m, uint32_t count, const uint32_t *initial)
{
    if (count <= m->location_count)
        return !m->limit;
    if (m->limit)
        return false;
    if (count > MEM_LOCATIONS_MAX) {
        m->limit = MEM_TOO_MANY_LOCATIONS;
        return false;
    }
    if (!location_room(m, count)) {
        m->limit = MEM_LACKS_MEMORY;
        return false;
    }
    if (m->row->locations && !m->row->locations(m, count, initial))
        return false;
    for (uint32_t i = m->location_count; i < count; i++)
        m->values[i] = initial[i];
    m->location_count = count;
    return true;
}

size_t memory_bytes(const struct memory *m)
{
    return m->location_room * sizeof *m->values + m->thread_count * sizeof *m->threads +
           (m->row->bytes ? m->row->bytes(m) : 0);
}

/* *to gets the widths of *from, and at least its room. */
static bool fit(struct memory *to, const struct memory *from)
{
    bool same = to->model == from->model && to->thread_count == from->thread_count &&
                to->location_room == from->location_room;
    if (!same) {
        memory_free(to);
        if (!memory_init(to, from->model, from->thread_count) ||
            (from->race && !memory_watch(to, from->race->party_count)) ||
            !location_room(to, from->location_room))
            return false;
    }
    return !to->row->fit || to->row->fit(to, from);
}

bool memory_copy(struct memory *to, const struct memory *from)
{
    if (!fit(to, from))
        return false;
    to->limit = from->limit;
    to->location_count = from->location_count;
    memcpy(to->threads, from->threads, from->thread_count * sizeof *to->threads);
    if (!from->location_count)
        return true;
    memcpy(to->values, from->values, from->location_count * sizeof *to->values);
    if (to->row->copy)
        to->row->copy(to, from);
    return !from->race || race_copy(to->race, from->race, from->row_count);
}

/* ---- Steps ---------------------------------------------------------------------------------- */

uint32_t memory_outcomes(const struct memory *m, uint32_t thread, const struct operation *op)
{
    return m->row->outcomes(m, thread, op);
}

uint32_t memory_peek(const struct memory *m, uint32_t thread, const struct operation *op,
                     uint32_t outcome)
{
    return m->row->peek(m, thread, op, outcome);
}

uint32_t memory_step_weak(struct memory *m, uint32_t thread, const struct operation *op,
                          uint32_t outcome)
{
    return m->row->step(m, thread, op, outcome);
}

void memory_forget(struct memory *m, uint32_t thread)
{
    if (m->row->forget)
        m->row->forget(m, thread);
}

/* ---- Encoding ------------------------------------------------------------------------------- */

void mem_bytes_add(struct mem_bytes *bytes, const void *data, size_t size)
{
    size_t room = bytes->room ? bytes->room : 1024;
    if (size == 0) /* an epoch without slots has no words, and they lie nowhere */
        return;
    while (room < bytes->used + size)
        room *= 2;
    if (room > bytes->room) {
        if (!array_resize(&bytes->data, room, 1)) {
            bytes->exhausted = true;
            return;
        }
        bytes->room = room;
    }
    memcpy(bytes->data + bytes->used, data, size);
    bytes->used += size;
}

void memory_drain(struct memory *m, uint32_t thread)
{
    struct mem_thread *t = &m->threads[thread];
    const struct mem_pending *store = memory_buffer(m, thread);
    m->values[store->location] = store->value;
    struct mem_waiting *waiting = &m->waiting[store->location];
    if (--waiting->count == 0)
        waiting->threads = 0;
    t->oldest = --t->buffered ? t->oldest + 1 : 0;
}

void memory_encode_shared(const struct memory *m, struct mem_bytes *bytes)
{
    mem_bytes_add(bytes, m->values, m->location_count * sizeof *m->values);
    if (m->row->encode_shared)
        m->row->encode_shared(m, bytes);
}

void memory_encode_thread(const struct memory *m, uint32_t thread, struct mem_bytes *bytes)
{
    if (m->row->encode_thread)
        m->row->encode_thread(m, thread, bytes);
}
