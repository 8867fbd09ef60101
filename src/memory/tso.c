#include "memory/tso.h"

#include "base/array.h"
#include "memory/memory_models.h"

#include <stdlib.h>
#include <string.h>

enum { BUFFER_FIRST = 8 };

/* ---- Arrays --------------------------------------------------------------------------------- */

void tso_reset(struct memory *m)
{
    if (m->waiting)
        memset(m->waiting, 0, m->location_room * sizeof *m->waiting);
}

bool tso_widen(struct memory *m, uint32_t old, uint32_t room)
{
    return array_resize_zeroed(&m->waiting, old, room, sizeof *m->waiting);
}

static bool buffer_room(struct memory *m, uint32_t count)
{
    uint32_t old = m->buffer_room, room = old ? old : BUFFER_FIRST;
    if (count <= old)
        return true;
    while (room < count)
        room *= 2;
    struct mem_pending *wide = calloc((size_t)room * m->thread_count, sizeof *wide);
    if (!wide)
        return false;
    for (uint32_t t = 0; t < m->thread_count && old; t++)
        memcpy(wide + (size_t)t * room, m->buffers + (size_t)t * old, old * sizeof *wide);
    free(m->buffers);
    m->buffers = wide;
    m->buffer_room = room;
    return true;
}

bool tso_fit(struct memory *to, const struct memory *from)
{
    return buffer_room(to, from->buffer_room);
}

void tso_copy(struct memory *to, const struct memory *from)
{
    memcpy(to->waiting, from->waiting, from->location_count * sizeof *to->waiting);
    for (uint32_t t = 0; t < from->thread_count; t++) {
        to->threads[t].oldest = 0;
        if (from->threads[t].buffered)
            memcpy(to->buffers + (size_t)t * to->buffer_room, memory_buffer(from, t),
                   from->threads[t].buffered * sizeof *to->buffers);
    }
}

size_t tso_bytes(const struct memory *m)
{
    return m->thread_count * (size_t)m->buffer_room * sizeof *m->buffers +
           m->location_room * sizeof *m->waiting;
}

/* ---- Steps ---------------------------------------------------------------------------------- */

/* Whether a store of the thread may be on its way; false spares a look at its whole buffer. */
static bool may_wait(const struct memory *m, uint32_t thread, uint32_t location)
{
    return m->waiting[location].threads >> thread % 64 & 1;
}

static uint32_t buffered_value(const struct memory *m, uint32_t thread, uint32_t location)
{
    const struct mem_pending *buffer = memory_buffer(m, thread);
    for (uint32_t i = may_wait(m, thread, location) ? m->threads[thread].buffered : 0; i > 0; i--) {
        if (buffer[i - 1].location == location)
            return buffer[i - 1].value;
    }
    return m->values[location];
}

/* Where more room has been left behind than is in use: each store is moved once, on the average. */
static void move_to_front(struct memory *m, uint32_t thread)
{
    struct mem_thread *t = &m->threads[thread];
    memmove(m->buffers + (size_t)thread * m->buffer_room, memory_buffer(m, thread),
            t->buffered * sizeof *m->buffers);
    t->oldest = 0;
}

static uint32_t buffer_store(struct memory *m, uint32_t thread, const struct operation *op)
{
    struct mem_thread *t = &m->threads[thread];
    if (t->oldest > t->buffered)
        move_to_front(m, thread);
    if (!buffer_room(m, t->oldest + t->buffered + 1)) {
        m->limit = MEM_LACKS_MEMORY;
        return 0;
    }
    m->buffers[(size_t)thread * m->buffer_room + t->oldest + t->buffered++] =
        (struct mem_pending){op->location, op->value};
    m->waiting[op->location].count++;
    m->waiting[op->location].threads |= (uint64_t)1 << thread % 64;
    return 0;
}

/* A locked instruction or a full fence waits until the buffer is empty; so says the x86 manual of
 * both. Acquire and release fences are nothing there. */
static bool must_drain(const struct operation *op)
{
    return op->kind == OPERATION_FENCE ? op->order == ORDER_SEQ_CST
                                       : op->kind != OPERATION_LOAD && op->kind != OPERATION_STORE;
}

uint32_t tso_outcomes(const struct memory *m, uint32_t thread, const struct operation *op)
{
    return !(m->threads[thread].buffered && must_drain(op));
}

uint32_t tso_peek(const struct memory *m, uint32_t thread, const struct operation *op,
                  uint32_t outcome)
{
    (void)outcome;
    return m->threads[thread].buffered ? buffered_value(m, thread, op->location)
                                       : m->values[op->location];
}

uint32_t tso_step(struct memory *m, uint32_t thread, const struct operation *op, uint32_t outcome)
{
    (void)outcome;
    if (op->kind == OPERATION_STORE)
        return buffer_store(m, thread, op);
    if (m->threads[thread].buffered && op->kind == OPERATION_LOAD)
        return buffered_value(m, thread, op->location);
    return memory_step_strong(m, op);
}

void tso_encode_thread(const struct memory *m, uint32_t thread, struct mem_bytes *bytes)
{
    uint32_t count = m->threads[thread].buffered;
    mem_bytes_add(bytes, &count, sizeof count);
    if (count)
        mem_bytes_add(bytes, memory_buffer(m, thread), count * sizeof *m->buffers);
}
