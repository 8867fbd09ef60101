#include "memory/memory.h"

#include "memory/view.h"

#include <stdlib.h>
#include <string.h>

enum { LOCATIONS_AT_ONCE = 32, BUFFER_FIRST = 8 };

/* Grows *array to `room` elements, the new ones zero. */
static bool grow(void *array, size_t element, size_t old, size_t room)
{
    void *now;
    memcpy(&now, array, sizeof now);
    unsigned char *grown = realloc(now, room * element);
    if (!grown)
        return false;
    memset(grown + old * element, 0, (room - old) * element);
    memcpy(array, &grown, sizeof grown);
    return true;
}

bool memory_init(memory *m, mem_model model, uint32_t threads)
{
    *m = (memory){.model = model, .thread_count = threads};
    m->threads = calloc(threads, sizeof *m->threads);
    if (m->threads)
        memory_reset(m);
    return m->threads && !m->limit;
}

void memory_free(memory *m)
{
    free(m->threads);
    free(m->values);
    free(m->buffers);
    free(m->waiting);
    free(m->newest);
    free(m->least);
    free(m->messages);
    free(m->rows);
    free(m->row_fences);
    free(m->released);
    race_free(m->race);
    *m = (memory){0};
}

bool memory_watch(memory *m, uint32_t parties)
{
    m->race = race_create(m->thread_count, parties);
    return m->race && race_rows(m->race, m->row_room) && race_locations(m->race, m->location_room);
}

void memory_reset(memory *m)
{
    m->limit = MEM_UNLIMITED;
    m->location_count = 0;
    memset(m->threads, 0, m->thread_count * sizeof *m->threads);
    if (m->waiting)
        memset(m->waiting, 0, m->location_room * sizeof *m->waiting);
    if (m->race)
        race_reset(m->race);
    if (m->model == MEM_VIEW)
        view_reset(m);
}

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

/* Room for so many locations in everything that has one entry for each. */
static bool location_room(memory *m, uint32_t count)
{
    uint32_t old = m->location_room, room = old ? old : LOCATIONS_AT_ONCE;
    if (count <= old)
        return true;
    while (room < count)
        room *= 2;
    if (!grow(&m->values, sizeof *m->values, old, room))
        return false;
    if (m->model == MEM_TSO && !grow(&m->waiting, sizeof *m->waiting, old, room))
        return false;
    if (m->model == MEM_VIEW &&
        (!grow(&m->newest, sizeof *m->newest, old, room) ||
         !grow(&m->least, sizeof *m->least, old, room) ||
         !widen(&m->rows, m->row_count, old, room, m->row_room) || !widen_released(m, old, room)))
        return false;
    if (m->race && !race_locations(m->race, room))
        return false;
    m->location_room = room;
    return true;
}

bool memory_locations(memory *m, uint32_t count, const uint32_t *initial)
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
    if (m->model == MEM_VIEW && !memory_room(m, count - m->location_count, 0))
        return false;
    for (uint32_t i = m->location_count; i < count; i++) {
        m->values[i] = initial[i];
        if (m->model == MEM_VIEW)
            view_add_location(m, i, initial[i]);
    }
    m->location_count = count;
    return true;
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
    if (!grow(&m->row_fences, sizeof *m->row_fences, m->row_room, room))
        return false;
    if (m->location_room && !grow(&m->rows, m->location_room * sizeof *m->rows, m->row_room, room))
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
    if (!grow(&m->messages, sizeof *m->messages, m->message_room, room))
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

size_t memory_bytes(const memory *m)
{
    size_t locations = m->location_room, rows = m->row_room, threads = m->thread_count;
    size_t bytes = locations * sizeof *m->values + threads * sizeof *m->threads +
                   threads * m->buffer_room * sizeof *m->buffers +
                   (m->waiting ? locations * sizeof *m->waiting : 0);
    if (m->model != MEM_VIEW)
        return bytes;
    bytes += m->message_room * sizeof *m->messages + rows * sizeof *m->row_fences;
    bytes += locations * (rows * sizeof *m->rows + threads * sizeof *m->released +
                          sizeof *m->newest + sizeof *m->least);
    return bytes + (m->race ? race_bytes(m->race) : 0);
}

static bool buffer_room(memory *m, uint32_t count)
{
    uint32_t old = m->buffer_room, room = old ? old : BUFFER_FIRST;
    if (count <= old)
        return true;
    while (room < count)
        room *= 2;
    mem_pending *wide = calloc((size_t)room * m->thread_count, sizeof *wide);
    if (!wide)
        return false;
    for (uint32_t t = 0; t < m->thread_count && old; t++)
        memcpy(wide + (size_t)t * room, m->buffers + (size_t)t * old, old * sizeof *wide);
    free(m->buffers);
    m->buffers = wide;
    m->buffer_room = room;
    return true;
}

static void copy_view(memory *to, const memory *from)
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

/* *to gets the widths of *from, and at least its room. */
static bool fit(memory *to, const memory *from)
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
    if (from->model == MEM_VIEW) {
        uint32_t messages = from->message_count, rows = from->row_count;
        return memory_room(to, messages > to->message_count ? messages - to->message_count : 0,
                           rows > to->row_count ? rows - to->row_count : 0);
    }
    return buffer_room(to, from->buffer_room);
}

bool memory_copy(memory *to, const memory *from)
{
    if (!fit(to, from))
        return false;
    to->limit = from->limit;
    to->location_count = from->location_count;
    memcpy(to->threads, from->threads, from->thread_count * sizeof *to->threads);
    if (!from->location_count)
        return true;
    memcpy(to->values, from->values, from->location_count * sizeof *to->values);
    if (from->model == MEM_VIEW)
        copy_view(to, from);
    if (from->model == MEM_TSO)
        memcpy(to->waiting, from->waiting, from->location_count * sizeof *to->waiting);
    if (from->race && !race_copy(to->race, from->race, from->row_count))
        return false;
    for (uint32_t t = 0; t < from->thread_count && from->model == MEM_TSO; t++) {
        to->threads[t].oldest = 0;
        if (from->threads[t].buffered)
            memcpy(to->buffers + (size_t)t * to->buffer_room, memory_buffer(from, t),
                   from->threads[t].buffered * sizeof *to->buffers);
    }
    return true;
}

/* ---- sc and tso ----------------------------------------------------------------------------- */

/* Whether a store of the thread may be on its way; false spares a look at its whole buffer. */
static bool may_wait(const memory *m, uint32_t thread, uint32_t location)
{
    return m->waiting[location].threads >> thread % 64 & 1;
}

static uint32_t buffered_value(const memory *m, uint32_t thread, uint32_t location)
{
    const mem_pending *buffer = memory_buffer(m, thread);
    for (uint32_t i = may_wait(m, thread, location) ? m->threads[thread].buffered : 0; i > 0; i--) {
        if (buffer[i - 1].location == location)
            return buffer[i - 1].value;
    }
    return m->values[location];
}

/* Where more room has been left behind than is in use: each store is moved once, on the average. */
static void move_to_front(memory *m, uint32_t thread)
{
    mem_thread *t = &m->threads[thread];
    memmove(m->buffers + (size_t)thread * m->buffer_room, memory_buffer(m, thread),
            t->buffered * sizeof *m->buffers);
    t->oldest = 0;
}

static uint32_t buffer_store(memory *m, uint32_t thread, const mem_op *op)
{
    mem_thread *t = &m->threads[thread];
    if (t->oldest > t->buffered)
        move_to_front(m, thread);
    if (!buffer_room(m, t->oldest + t->buffered + 1)) {
        m->limit = MEM_LACKS_MEMORY;
        return 0;
    }
    m->buffers[(size_t)thread * m->buffer_room + t->oldest + t->buffered++] =
        (mem_pending){op->location, op->value};
    m->waiting[op->location].count++;
    m->waiting[op->location].threads |= (uint64_t)1 << thread % 64;
    return 0;
}

/* A locked instruction or a full fence waits until the buffer is empty; so says the x86 manual of
 * both. Acquire and release fences are nothing there. */
static bool must_drain(const mem_op *op)
{
    return op->kind == MEM_FENCE ? op->order == MEM_SEQ_CST
                                 : op->kind != MEM_LOAD && op->kind != MEM_STORE;
}

uint32_t memory_outcomes(const memory *m, uint32_t thread, const mem_op *op)
{
    if (m->model == MEM_VIEW)
        return view_outcomes(m, thread, op);
    return !(m->threads[thread].buffered && must_drain(op));
}

uint32_t memory_peek(const memory *m, uint32_t thread, const mem_op *op, uint32_t outcome)
{
    if (m->model == MEM_VIEW)
        return view_peek(m, thread, op, outcome);
    return m->threads[thread].buffered ? buffered_value(m, thread, op->location)
                                       : m->values[op->location];
}

uint32_t memory_step_weak(memory *m, uint32_t thread, const mem_op *op, uint32_t outcome)
{
    if (m->model == MEM_VIEW)
        return view_step(m, thread, op, outcome);
    if (m->model == MEM_TSO && op->kind == MEM_STORE)
        return buffer_store(m, thread, op);
    if (m->threads[thread].buffered && op->kind == MEM_LOAD)
        return buffered_value(m, thread, op->location);
    return memory_step_strong(m, op);
}

void memory_drain(memory *m, uint32_t thread)
{
    mem_thread *t = &m->threads[thread];
    const mem_pending *store = memory_buffer(m, thread);
    m->values[store->location] = store->value;
    mem_waiting *waiting = &m->waiting[store->location];
    if (--waiting->count == 0)
        waiting->threads = 0;
    t->oldest = --t->buffered ? t->oldest + 1 : 0;
}

void memory_forget(memory *m, uint32_t thread)
{
    if (m->model == MEM_VIEW)
        view_forget(m, thread);
}

/* ---- Encoding ------------------------------------------------------------------------------- */

void mem_bytes_add(mem_bytes *bytes, const void *data, size_t size)
{
    size_t room = bytes->room ? bytes->room : 1024;
    if (size == 0) /* an epoch without slots has no words, and they lie nowhere */
        return;
    while (room < bytes->used + size)
        room *= 2;
    if (room > bytes->room) {
        uint8_t *grown = realloc(bytes->data, room);
        if (!grown) {
            bytes->exhausted = true;
            return;
        }
        bytes->data = grown;
        bytes->room = room;
    }
    memcpy(bytes->data + bytes->used, data, size);
    bytes->used += size;
}

void memory_encode_shared(const memory *m, mem_bytes *bytes)
{
    mem_bytes_add(bytes, m->values, m->location_count * sizeof *m->values);
    if (m->model == MEM_VIEW)
        view_encode(m, bytes);
}

void memory_encode_thread(const memory *m, uint32_t thread, mem_bytes *bytes)
{
    uint32_t count = m->threads[thread].buffered;
    if (m->model != MEM_TSO)
        return;
    mem_bytes_add(bytes, &count, sizeof count);
    if (count)
        mem_bytes_add(bytes, memory_buffer(m, thread), count * sizeof *m->buffers);
}

void memory_encode(const memory *m, mem_bytes *bytes)
{
    memory_encode_shared(m, bytes);
    for (uint32_t t = 0; t < m->thread_count; t++)
        memory_encode_thread(m, t, bytes);
}
