#include "memory/view.h"

#include "memory/view_room.h"
#include "memory/view_rows.h"

#include <string.h>

static void join(struct memory *m, uint32_t into, uint32_t from)
{
    view_join(m, into, from);
    if (m->race)
        race_row_join(m->race, into, from);
}

static inline void set_rank(struct memory *m, uint32_t row, uint32_t location, int16_t rank)
{
    int16_t *known = view_own(m, row, location);
    if (known)
        *known = rank;
}

/* A new row, equal to `from`; 0 where there is no room. */
static uint32_t new_row(struct memory *m, uint32_t from)
{
    if (!view_room(m, 0, 1))
        return 0;
    uint32_t row = m->row_count++;
    view_share(m, row, from);
    if (m->race)
        race_row_copy(m->race, row, from);
    return row;
}

/* A row that a release of the thread gives. */
static uint32_t release(struct memory *m, uint32_t thread)
{
    uint32_t current = view_row(thread, VIEW_CURRENT);
    if (m->race)
        race_release(m->race, thread, current);
    uint32_t row = new_row(m, current);
    m->rows[row].thread = (uint16_t)thread;
    m->rows[row].release = ++m->threads[thread].releases;
    return row;
}

/* What a thread gives grows from release to release, until it is forgotten: nothing is new in one that
 * comes before another that was acquired. */
static void acquire(struct memory *m, uint32_t thread, uint32_t row)
{
    const struct mem_row *given = &m->rows[row];
    uint32_t *last = &m->acquired[(size_t)thread * m->thread_count + given->thread];
    bool has = given->release <= *last || given->thread == thread;
    if (has && !given->more && given->release > m->threads[given->thread].forgot)
        return;
    join(m, view_row(thread, VIEW_CURRENT), row);
    *last = given->release > *last ? given->release : *last;
}

/* What it had given to others stays with them. */
void view_forget(struct memory *m, uint32_t thread)
{
    for (uint32_t which = 0; which < VIEW_THREAD_ROWS; which++) {
        view_clear(m, view_row(thread, which));
        if (m->race)
            race_row_clear(m->race, view_row(thread, which));
    }
    view_clear_released(m, thread);
    memset(m->acquired + (size_t)thread * m->thread_count, 0,
           m->thread_count * sizeof *m->acquired);
    m->threads[thread].released = 0;
    m->threads[thread].forgot = m->threads[thread].releases;
    m->threads[thread].acquirable = false;
}

bool view_locations(struct memory *m, uint32_t count, const uint32_t *initial)
{
    if (!view_room(m, count - m->location_count, 0))
        return false;
    uint32_t number = m->message_count;
    for (uint32_t i = m->location_count; i < count; i++, number++) {
        m->newest[i] = number;
        m->messages[number] = (struct mem_message){.value = initial[i], .older = MEM_NO_MESSAGE};
    }
    m->message_count = number;
    return true;
}

/* The least rank that a thread may read, and after which it may write. Coherence asks for what
 * happens before; the order of seq_cst fences, for what happens before the fences that must precede
 * those that the thread has seen. */
static int16_t later_bound(const struct memory *m, uint32_t thread, uint32_t location,
                           int16_t least)
{
    int16_t ordered = view_rank(m, view_row(thread, VIEW_ORDERED), location);
    return ordered > least ? ordered : least;
}

static inline int16_t bound(const struct memory *m, uint32_t thread, uint32_t location)
{
    int16_t least = view_rank(m, view_row(thread, VIEW_CURRENT), location);
    return m->fence_count ? later_bound(m, thread, location, least) : least;
}

/*
 * The message that an outcome stands for: the one that is read, or that a store comes right after.
 * A message that a read-modify-write has read takes no store and no second read-modify-write after
 * it. Walks from the newest; with `outcome` out of range, counts. Of a chain of read-modify-writes all but
 * the newest are taken: it is passed over where only the others count.
 */
static uint32_t find(const struct memory *m, uint32_t thread, const struct operation *op,
                     uint32_t outcome, uint32_t *count)
{
    const int16_t least = bound(m, thread, op->location);
    const bool passes = op->kind != OPERATION_LOAD && op->kind != OPERATION_CAS;
    bool taken = false;
    uint32_t seen = 0, at = m->newest[op->location];
    while (at != MEM_NO_MESSAGE) {
        const struct mem_message *message = &m->messages[at];
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

uint32_t view_outcomes(const struct memory *m, uint32_t thread, const struct operation *op)
{
    uint32_t count;
    if (op->kind == OPERATION_FENCE)
        return 1;
    int16_t newest = m->messages[m->newest[op->location]].rank;
    uint32_t older = (uint32_t)(newest - bound(m, thread, op->location));
    if (older == 0 || op->kind == OPERATION_LOAD)
        return older + 1;
    find(m, thread, op, UINT32_MAX, &count);
    return count;
}

uint32_t view_peek(const struct memory *m, uint32_t thread, const struct operation *op,
                   uint32_t outcome)
{
    uint32_t count;
    return m->messages[find(m, thread, op, outcome, &count)].value;
}

/* ---- seq_cst fences ------------------------------------------------------------------------- */

/* Joins what happens before each fence that must precede one that the thread has seen. */
static void order_thread(struct memory *m, uint32_t thread)
{
    uint64_t seen = m->rows[view_row(thread, VIEW_CURRENT)].fences, before = 0;
    for (uint32_t f = 0; f < m->fence_count; f++)
        before |= seen >> f & 1 ? m->fences[f].before : 0;
    for (uint32_t f = 0; f < m->fence_count; f++) {
        if (before >> f & 1)
            join(m, view_row(thread, VIEW_ORDERED), m->fences[f].row);
    }
}

/* All that must precede one of `fences`. */
static uint64_t closure(const struct memory *m, uint64_t fences)
{
    uint64_t before = 0;
    for (uint32_t f = 0; f < m->fence_count; f++)
        before |= fences >> f & 1 ? m->fences[f].before : 0;
    return before;
}

static void precede(struct memory *m, uint64_t fences, uint32_t fence)
{
    uint64_t before = closure(m, fences);
    for (uint32_t f = 0; f < m->fence_count; f++) {
        if (m->fences[f].before >> fence & 1)
            m->fences[f].before |= before;
    }
}

/* The thread has accessed `rank`: the fences that it has seen come before those that happen after
 * something later in extended coherence order. */
static void order_access(struct memory *m, uint32_t thread, uint32_t location, int16_t rank,
                         bool write)
{
    uint64_t seen = m->rows[view_row(thread, VIEW_CURRENT)].fences;
    for (uint32_t f = 0; f < m->fence_count && seen; f++) {
        if (!(seen >> f & 1))
            continue;
        uint32_t lowest = m->fences[f].row + (write ? 1 : 2);
        if (rank < view_rank(m, lowest, location))
            set_rank(m, lowest, location, rank);
    }
    for (uint32_t f = 0; f < m->fence_count && seen; f++) {
        int16_t known = view_rank(m, m->fences[f].row, location);
        if (known > rank || (write && known == rank))
            precede(m, seen, f);
    }
    for (uint32_t t = 0; t < m->thread_count && m->fence_count; t++)
        order_thread(m, t);
}

/* Whether something after fence f comes before, in extended coherence order, what `row` has seen.
 */
static bool comes_before(const struct memory *m, const struct mem_fence *f, uint32_t row)
{
    for (uint32_t first = 0; first < m->location_count; first += MEM_LEAF) {
        const int16_t *known = view_leaf(m, row, first)->ranks;
        const int16_t *written = view_leaf(m, f->row + 1, first)->ranks;
        const int16_t *read = view_leaf(m, f->row + 2, first)->ranks;
        for (uint32_t i = 0; i < MEM_LEAF && first + i < m->location_count; i++) {
            if (known[i] >= written[i] || known[i] > read[i])
                return true;
        }
    }
    return false;
}

static void add_fence(struct memory *m, uint32_t thread)
{
    uint32_t current = view_row(thread, VIEW_CURRENT), number = m->fence_count;
    uint32_t row = new_row(m, current), written = new_row(m, 0), read = new_row(m, 0);
    if (number == MEM_FENCES_MAX)
        m->limit = MEM_TOO_MANY_FENCES;
    if (m->limit)
        return;
    view_fill(m, written);
    view_fill(m, read);
    if (m->limit)
        return;
    uint64_t before = m->rows[current].fences;
    for (uint32_t f = 0; f < number; f++) {
        if (comes_before(m, &m->fences[f], row))
            before |= (uint64_t)1 << f;
    }
    before = closure(m, before) | (uint64_t)1 << number;
    m->fences[m->fence_count++] =
        (struct mem_fence){.before = before, .row = row, .thread = thread};
    m->rows[current].fences |= (uint64_t)1 << number;
    order_thread(m, thread);
}

static void fence(struct memory *m, uint32_t thread, uint32_t order)
{
    struct mem_thread *t = &m->threads[thread];
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
    m->threads[thread].released = row;
    /* What a release store gave before is part of what this fence gives. */
    view_clear_released(m, thread);
}

/* ---- Accesses ------------------------------------------------------------------------------- */

/* Joins what the message gives. */
static void read_message(struct memory *m, uint32_t thread, const struct operation *op,
                         uint32_t row)
{
    if (op->order & ORDER_ACQUIRE) {
        acquire(m, thread, row);
    } else {
        join(m, view_row(thread, VIEW_READ), row);
        m->threads[thread].acquirable = true;
    }
}

/* Makes room for a rank: all that is as high moves up, in every row. */
static void shift(struct memory *m, uint32_t location, int16_t from)
{
    for (uint32_t at = m->newest[location]; at != MEM_NO_MESSAGE && m->messages[at].rank >= from;
         at = m->messages[at].older)
        m->messages[at].rank++;
    view_shift(m, location, from);
    if (m->race)
        race_shift(m->race, location, from);
}

/* What the new message gives to who acquires it. A release store gives all that the thread has
 * seen; one after it to the same location, or after a release fence, what those gave. */
static uint32_t release_row(struct memory *m, uint32_t thread, const struct operation *op)
{
    if (op->order & ORDER_RELEASE) {
        uint32_t row = release(m, thread);
        view_set_released(m, thread, op->location, row);
        return row;
    }
    uint32_t last = view_released(m, thread, op->location);
    return last ? last : m->threads[thread].released;
}

/* Right after message `after`, which a read-modify-write has read. */
static void write_message(struct memory *m, uint32_t thread, const struct operation *op,
                          uint32_t after, uint32_t value, bool rmw)
{
    uint32_t location = op->location, source = rmw ? m->messages[after].row : 0;
    int16_t rank = (int16_t)(m->messages[after].rank + 1);
    bool last = m->newest[location] == after;
    if (m->messages[m->newest[location]].rank >= MEM_STORES_MAX)
        m->limit = MEM_TOO_MANY_STORES;
    if (m->limit || !view_room(m, 1, 0))
        return;
    if (!last)
        shift(m, location, rank);
    set_rank(m, view_row(thread, VIEW_CURRENT), location, rank);
    uint32_t row = release_row(m, thread, op);
    bool has_both =
        (op->order & ORDER_ACQ_REL) == ORDER_ACQ_REL; /* it gives what it has acquired */
    if (source && row && row != source && !has_both) {
        row = new_row(m, row);
        m->rows[row].more = true;
        join(m, row, source);
        view_freeze(m, row);
    } else if (!row) {
        row = source; /* a release sequence goes on through read-modify-writes of any order */
    }
    uint32_t number = m->message_count++;
    struct mem_message *message = &m->messages[number];
    const struct mem_message *behind = &m->messages[after];
    *message =
        (struct mem_message){.value = value, .older = after, .row = row, .rank = rank, .rmw = rmw};
    message->base = behind->rmw ? behind->base : after;
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

uint32_t view_step(struct memory *m, uint32_t thread, const struct operation *op, uint32_t outcome)
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
    if (reads && m->messages[at].row)
        read_message(m, thread, op, m->messages[at].row);
    if (!writes && rank > view_rank(m, view_row(thread, VIEW_CURRENT), op->location))
        set_rank(m, view_row(thread, VIEW_CURRENT), op->location, rank);
    if (writes)
        write_message(m, thread, op, at, op->kind == OPERATION_ADD ? old + op->value : op->value,
                      reads);
    if (m->fence_count && !m->limit)
        order_access(m, thread, op->location, writes ? (int16_t)(rank + 1) : rank, writes);
    return old;
}
