#include "memory/view.h"

#include <string.h>

enum { NEVER = MEM_RANK_MAX }; /* in a fence's rows of lowest ranks: no such access yet */

static int16_t *row_at(const memory *m, uint32_t row)
{
    return m->rows + (size_t)row * m->location_room;
}

static int16_t *thread_row(const memory *m, uint32_t thread, uint32_t which)
{
    return row_at(m, view_row(thread, which));
}

static void join(memory *m, uint32_t into, uint32_t from)
{
    int16_t *restrict to = row_at(m, into);
    const int16_t *restrict other = row_at(m, from);
    for (uint32_t i = 0; i < m->location_count; i++)
        to[i] = other[i] > to[i] ? other[i] : to[i];
    m->row_fences[into] |= m->row_fences[from];
    if (m->race)
        race_row_join(m->race, into, from);
}

/* A new row, equal to `from`; 0 where there is no room. */
static uint32_t new_row(memory *m, uint32_t from)
{
    if (!memory_room(m, 0, 1))
        return 0;
    uint32_t row = m->row_count++;
    if (m->location_room)
        memcpy(row_at(m, row), row_at(m, from), m->location_room * sizeof *m->rows);
    m->row_fences[row] = m->row_fences[from];
    if (m->race)
        race_row_copy(m->race, row, from);
    return row;
}

/* A row that a release of the thread gives. */
static uint32_t release(memory *m, uint32_t thread)
{
    uint32_t current = view_row(thread, VIEW_CURRENT);
    if (m->race)
        race_release(m->race, thread, current);
    return new_row(m, current);
}

static void clear_row(memory *m, uint32_t row)
{
    if (m->location_room)
        memset(row_at(m, row), 0, m->location_room * sizeof *m->rows);
    m->row_fences[row] = 0;
    if (m->race)
        race_row_clear(m->race, row);
}

void view_reset(memory *m)
{
    uint32_t rows = view_row(m->thread_count, 0);
    m->message_count = m->row_count = m->fence_count = 0;
    if (!memory_room(m, 0, rows))
        return;
    m->row_count = rows;
    memset(m->row_fences, 0, rows * sizeof *m->row_fences);
    for (uint32_t row = 0; m->race && row < rows; row++)
        race_row_clear(m->race, row);
    if (!m->location_room)
        return;
    memset(m->rows, 0, (size_t)rows * m->location_room * sizeof *m->rows);
    memset(m->released, 0, (size_t)m->thread_count * m->location_room * sizeof *m->released);
}

/* What it had given to others stays with them. */
void view_forget(memory *m, uint32_t thread)
{
    for (uint32_t which = 0; which < VIEW_THREAD_ROWS; which++)
        clear_row(m, view_row(thread, which));
    if (m->location_room)
        memset(m->released + (size_t)thread * m->location_room, 0,
               m->location_room * sizeof *m->released);
    m->threads[thread].released = 0;
    m->threads[thread].acquirable = false;
}

bool view_locations(memory *m, uint32_t count, const uint32_t *initial)
{
    if (!memory_room(m, count - m->location_count, 0))
        return false;
    for (uint32_t i = m->location_count; i < count; i++) {
        m->newest[i] = (uint16_t)m->message_count;
        m->messages[m->message_count++] =
            (mem_message){.value = initial[i], .older = MEM_NO_MESSAGE};
    }
    return true;
}

/* The least rank that a thread may read, and after which it may write. Coherence asks for what
 * happens before; the order of seq_cst fences, for what happens before the fences that must precede
 * those that the thread has seen. */
static int16_t bound(const memory *m, uint32_t thread, uint32_t location)
{
    int16_t least = thread_row(m, thread, VIEW_CURRENT)[location];
    if (!m->fence_count)
        return least;
    int16_t ordered = thread_row(m, thread, VIEW_ORDERED)[location];
    return ordered > least ? ordered : least;
}

/*
 * The message that an outcome stands for: the one that is read, or that a store comes right after.
 * A message that a read-modify-write has read takes no store and no second read-modify-write after
 * it. Walks from the newest; with `outcome` out of range, counts. Of a chain of read-modify-writes all but
 * the newest are taken: it is passed over where only the others count.
 */
static uint32_t find(const memory *m, uint32_t thread, const operation *op, uint32_t outcome,
                     uint32_t *count)
{
    const int16_t least = bound(m, thread, op->location);
    const bool passes = op->kind != OPERATION_LOAD && op->kind != OPERATION_CAS;
    bool taken = false;
    uint32_t seen = 0, at = m->newest[op->location];
    while (at != MEM_NO_MESSAGE) {
        const mem_message *message = &m->messages[at];
        if (message->rank < least)
            break;
        bool fits = !taken || op->kind == OPERATION_LOAD ||
                    (op->kind == OPERATION_CAS && message->value != op->expected);
        if (fits && seen++ == outcome)
            break;
        taken = message->rmw;
        at = taken && passes ? message->base : message->older;
    }
    *count = seen;
    return at;
}

uint32_t view_outcomes(const memory *m, uint32_t thread, const operation *op)
{
    uint32_t count;
    if (op->kind == OPERATION_FENCE)
        return 1;
    if (op->kind == OPERATION_LOAD)
        return (uint32_t)(m->messages[m->newest[op->location]].rank -
                          bound(m, thread, op->location)) +
               1;
    find(m, thread, op, UINT32_MAX, &count);
    return count;
}

uint32_t view_peek(const memory *m, uint32_t thread, const operation *op, uint32_t outcome)
{
    uint32_t count;
    return m->messages[find(m, thread, op, outcome, &count)].value;
}

/* ---- seq_cst fences ------------------------------------------------------------------------- */

/* Joins what happens before each fence that must precede one that the thread has seen. */
static void order_thread(memory *m, uint32_t thread)
{
    uint64_t seen = m->row_fences[view_row(thread, VIEW_CURRENT)], before = 0;
    for (uint32_t f = 0; f < m->fence_count; f++)
        before |= seen >> f & 1 ? m->fences[f].before : 0;
    for (uint32_t f = 0; f < m->fence_count; f++) {
        if (before >> f & 1)
            join(m, view_row(thread, VIEW_ORDERED), m->fences[f].row);
    }
}

/* All that must precede one of `fences`. */
static uint64_t closure(const memory *m, uint64_t fences)
{
    uint64_t before = 0;
    for (uint32_t f = 0; f < m->fence_count; f++)
        before |= fences >> f & 1 ? m->fences[f].before : 0;
    return before;
}

static void precede(memory *m, uint64_t fences, uint32_t fence)
{
    uint64_t before = closure(m, fences);
    for (uint32_t f = 0; f < m->fence_count; f++) {
        if (m->fences[f].before >> fence & 1)
            m->fences[f].before |= before;
    }
}

/* The thread has accessed `rank`: the fences that it has seen come before those that happen after
 * something later in extended coherence order. */
static void order_access(memory *m, uint32_t thread, uint32_t location, int16_t rank, bool write)
{
    uint64_t seen = m->row_fences[view_row(thread, VIEW_CURRENT)];
    for (uint32_t f = 0; f < m->fence_count && seen; f++) {
        if (!(seen >> f & 1))
            continue;
        int16_t *lowest = &row_at(m, m->fences[f].row + (write ? 1u : 2u))[location];
        *lowest = rank < *lowest ? rank : *lowest;
    }
    for (uint32_t f = 0; f < m->fence_count && seen; f++) {
        int16_t known = row_at(m, m->fences[f].row)[location];
        if (known > rank || (write && known == rank))
            precede(m, seen, f);
    }
    for (uint32_t t = 0; t < m->thread_count && m->fence_count; t++)
        order_thread(m, t);
}

/* Whether something after fence f comes before, in extended coherence order, what `row` has seen.
 */
static bool comes_before(const memory *m, const mem_fence *f, uint32_t row)
{
    const int16_t *known = row_at(m, row), *written = row_at(m, f->row + 1u);
    const int16_t *read = row_at(m, f->row + 2u);
    for (uint32_t i = 0; i < m->location_count; i++) {
        if (known[i] >= written[i] || known[i] > read[i])
            return true;
    }
    return false;
}

static void add_fence(memory *m, uint32_t thread)
{
    uint32_t current = view_row(thread, VIEW_CURRENT), number = m->fence_count;
    uint32_t row = new_row(m, current), written = new_row(m, 0), read = new_row(m, 0);
    if (number == MEM_FENCES_MAX)
        m->limit = MEM_TOO_MANY_FENCES;
    if (m->limit)
        return;
    for (uint32_t i = 0; i < m->location_room; i++)
        row_at(m, written)[i] = row_at(m, read)[i] = NEVER;
    uint64_t before = m->row_fences[current];
    for (uint32_t f = 0; f < number; f++) {
        if (comes_before(m, &m->fences[f], row))
            before |= (uint64_t)1 << f;
    }
    before = closure(m, before) | (uint64_t)1 << number;
    m->fences[m->fence_count++] =
        (mem_fence){.before = before, .row = (uint16_t)row, .thread = (uint16_t)thread};
    m->row_fences[current] |= (uint64_t)1 << number;
    order_thread(m, thread);
}

static void fence(memory *m, uint32_t thread, uint32_t order)
{
    mem_thread *t = &m->threads[thread];
    if ((order & ORDER_ACQUIRE) && t->acquirable) {
        join(m, view_row(thread, VIEW_CURRENT), view_row(thread, VIEW_READ));
        if (m->fence_count)
            order_thread(m, thread);
    }
    if (order == ORDER_SEQ_CST)
        add_fence(m, thread);
    if (!(order & ORDER_RELEASE))
        return;
    uint32_t row = release(m, thread);
    if (!row)
        return;
    m->threads[thread].released = (uint16_t)row;
    /* What a release store gave before is part of what this fence gives. */
    memset(m->released + (size_t)thread * m->location_room, 0,
           m->location_room * sizeof *m->released);
}

/* ---- Accesses ------------------------------------------------------------------------------- */

static void see(memory *m, uint32_t thread, uint32_t location, int16_t rank)
{
    int16_t *known = &thread_row(m, thread, VIEW_CURRENT)[location];
    *known = rank > *known ? rank : *known;
}

static void read_message(memory *m, uint32_t thread, const operation *op, uint32_t at)
{
    mem_message message = m->messages[at];
    see(m, thread, op->location, message.rank);
    if (message.row && (op->order & ORDER_ACQUIRE)) {
        join(m, view_row(thread, VIEW_CURRENT), message.row);
    } else if (message.row) {
        join(m, view_row(thread, VIEW_READ), message.row);
        m->threads[thread].acquirable = true;
    }
}

/* Makes room for a rank: all that is as high moves up, in every row. */
static void shift(memory *m, uint32_t location, int16_t from)
{
    for (uint32_t at = m->newest[location]; at != MEM_NO_MESSAGE && m->messages[at].rank >= from;
         at = m->messages[at].older)
        m->messages[at].rank++;
    int16_t *entry = m->rows + location;
    for (uint32_t r = 0; r < m->row_count; r++, entry += m->location_room) {
        if (*entry >= from && *entry != NEVER)
            ++*entry;
    }
    if (m->race)
        race_shift(m->race, location, from);
}

/* What the new message gives to who acquires it. A release store gives all that the thread has
 * seen; one after it to the same location, or after a release fence, what those gave. */
static uint32_t release_row(memory *m, uint32_t thread, const operation *op)
{
    uint16_t *last = &m->released[(size_t)thread * m->location_room + op->location];
    if (op->order & ORDER_RELEASE)
        *last = (uint16_t)release(m, thread);
    return *last ? *last : m->threads[thread].released;
}

/* Right after message `after`, which a read-modify-write has read. */
static void write_message(memory *m, uint32_t thread, const operation *op, uint32_t after,
                          uint32_t value, bool rmw)
{
    uint32_t location = op->location, source = rmw ? m->messages[after].row : 0;
    int16_t rank = (int16_t)(m->messages[after].rank + 1);
    bool last = m->newest[location] == after;
    if (m->messages[m->newest[location]].rank >= MEM_STORES_MAX)
        m->limit = MEM_TOO_MANY_STORES;
    if (m->limit || !memory_room(m, 1, 0))
        return;
    if (!last)
        shift(m, location, rank);
    see(m, thread, location, rank);
    uint32_t row = release_row(m, thread, op);
    if (source && row && row != source) {
        row = new_row(m, row);
        join(m, row, source);
    } else if (!row) {
        row = source; /* a release sequence goes on through read-modify-writes of any order */
    }
    uint16_t number = (uint16_t)m->message_count++;
    m->messages[number] =
        (mem_message){.value = value,
                      .older = (uint16_t)after,
                      .rank = rank,
                      .row = (uint16_t)row,
                      .base = m->messages[after].rmw ? m->messages[after].base : (uint16_t)after,
                      .rmw = rmw};
    if (last) {
        m->newest[location] = number;
        m->values[location] = value;
        return;
    }
    uint32_t at = m->newest[location];
    while (m->messages[at].older != after)
        at = m->messages[at].older;
    m->messages[at].older = number;
}

uint32_t view_step(memory *m, uint32_t thread, const operation *op, uint32_t outcome)
{
    uint32_t count;
    if (op->kind == OPERATION_FENCE) {
        fence(m, thread, op->order);
        return 0;
    }
    uint32_t at = outcome ? find(m, thread, op, outcome, &count) : m->newest[op->location];
    uint32_t old = m->messages[at].value;
    m->met = at;
    bool writes = op->kind != OPERATION_LOAD && (op->kind != OPERATION_CAS || old == op->expected);
    bool reads = op->kind != OPERATION_STORE;
    int16_t rank = m->messages[at].rank;
    if (reads)
        read_message(m, thread, op, at);
    if (writes)
        write_message(m, thread, op, at, op->kind == OPERATION_ADD ? old + op->value : op->value,
                      reads);
    if (m->fence_count && !m->limit)
        order_access(m, thread, op->location, writes ? (int16_t)(rank + 1) : rank, writes);
    return old;
}
