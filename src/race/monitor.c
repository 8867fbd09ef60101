#include "race/monitor.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

/* ---- Memory ---------------------------------------------------------------------------------- */

struct race_monitor *race_create(uint32_t threads, uint32_t parties)
{
    struct race_monitor *m = calloc(1, sizeof *m);
    if (!m)
        return NULL;
    m->party_count = parties;
    m->thread_count = threads;
    m->party_of = calloc(threads + (size_t)1, sizeof *m->party_of);
    m->releases = calloc(parties + (size_t)1, sizeof *m->releases);
    m->written = calloc(parties + (size_t)1, sizeof *m->written);
    m->over = calloc(parties + (size_t)1, sizeof *m->over);
    if (!m->party_of || !m->releases || !m->written || !m->over) {
        race_free(m);
        return NULL;
    }
    race_reset(m);
    return m;
}

void race_free(struct race_monitor *m)
{
    if (!m)
        return;
    free(m->party_of);
    free(m->clocks);
    free(m->releases);
    free(m->written);
    free(m->over);
    free(m->seen);
    free(m->entries);
    free(m->pending);
    free(m->found);
    free(m);
}

void race_reset(struct race_monitor *m)
{
    for (uint32_t t = 0; t < m->thread_count; t++)
        m->party_of[t] = (uint16_t)(t < m->party_count ? t : 0);
    memset(m->releases, 0, m->party_count * sizeof *m->releases);
    memset(m->written, 0, m->party_count * sizeof *m->written);
    memset(m->over, 0, m->party_count * sizeof *m->over);
    for (size_t i = 0; i < (size_t)m->party_count * m->location_room; i++)
        m->seen[i] = RACE_NO_RANK;
    m->entry_count = m->pending_count = m->found_count = 0;
    m->read = m->wrote = RACE_NO_RANK;
    m->exhausted = false;
}

size_t race_bytes(const struct race_monitor *m)
{
    return m->party_count * ((size_t)m->row_room * sizeof *m->clocks +
                             (size_t)m->location_room * sizeof *m->seen) +
           m->entry_room * sizeof *m->entries + m->pending_room * sizeof *m->pending;
}

bool race_rows(struct race_monitor *m, uint32_t room)
{
    size_t width = m->party_count * sizeof *m->clocks;
    if (room <= m->row_room || width == 0)
        return true;
    if (!array_resize_zeroed(&m->clocks, m->row_room, room, width))
        return false;
    m->row_room = room;
    return true;
}

bool race_locations(struct race_monitor *m, uint32_t room)
{
    if (room <= m->location_room)
        return true;
    int16_t *seen = malloc(((size_t)m->party_count * room + 1) * sizeof *seen);
    if (!seen)
        return false;
    for (uint32_t p = 0; p < m->party_count; p++) {
        for (uint32_t i = 0; i < room; i++)
            seen[(size_t)p * room + i] = i < m->location_room
                                             ? m->seen[(size_t)p * m->location_room + i]
                                             : (int16_t)RACE_NO_RANK;
    }
    free(m->seen);
    m->seen = seen;
    m->location_room = room;
    return true;
}

/* A copy takes along what is there, and not what the last step has found. */
bool race_copy(struct race_monitor *to, const struct race_monitor *from, uint32_t rows)
{
    size_t parties = from->party_count;
    if (!race_rows(to, rows) || !race_locations(to, from->location_room) ||
        array_room(to->entries, 0, to->entry_room, from->entry_count, NULL) != VRRL_OK ||
        array_room(to->pending, 0, to->pending_room, from->pending_count, NULL) != VRRL_OK)
        return false;
    memcpy(to->party_of, from->party_of, from->thread_count * sizeof *to->party_of);
    memcpy(to->releases, from->releases, parties * sizeof *to->releases);
    memcpy(to->written, from->written, parties * sizeof *to->written);
    memcpy(to->over, from->over, parties * sizeof *to->over);
    if (rows > 0 && parties > 0)
        memcpy(to->clocks, from->clocks, rows * parties * sizeof *to->clocks);
    for (size_t p = 0; p < parties && from->location_room; p++)
        memcpy(to->seen + p * to->location_room, from->seen + p * from->location_room,
               from->location_room * sizeof *to->seen);
    if (from->entry_count)
        memcpy(to->entries, from->entries, from->entry_count * sizeof *to->entries);
    if (from->pending_count)
        memcpy(to->pending, from->pending, from->pending_count * sizeof *to->pending);
    to->entry_count = from->entry_count;
    to->pending_count = from->pending_count;
    to->found_count = 0;
    to->read = from->read;
    to->wrote = from->wrote;
    to->exhausted = from->exhausted;
    return true;
}

/* ---- Clocks ---------------------------------------------------------------------------------- */

static uint16_t *clock_of(const struct race_monitor *m, uint32_t row)
{
    return m->clocks + (size_t)row * m->party_count;
}

void race_row_clear(struct race_monitor *m, uint32_t row)
{
    memset(clock_of(m, row), 0, m->party_count * sizeof *m->clocks);
}

void race_row_copy(struct race_monitor *m, uint32_t to, uint32_t from)
{
    memcpy(clock_of(m, to), clock_of(m, from), m->party_count * sizeof *m->clocks);
}

void race_row_join(struct race_monitor *m, uint32_t into, uint32_t from)
{
    uint16_t *to = clock_of(m, into);
    const uint16_t *other = clock_of(m, from);
    for (uint32_t p = 0; p < m->party_count; p++)
        to[p] = other[p] > to[p] ? other[p] : to[p];
}

void race_release(struct race_monitor *m, uint32_t thread, uint32_t row)
{
    uint32_t party = m->party_of[thread];
    clock_of(m, row)[party] = ++m->releases[party];
}

void race_shift(struct race_monitor *m, uint32_t location, int16_t from)
{
    for (uint32_t i = 0; i < m->entry_count; i++) {
        struct race_entry *e = &m->entries[i];
        if (e->location != location)
            continue;
        if (e->cover >= from)
            e->cover++;
        if (e->seen >= from)
            e->seen++;
    }
    for (uint32_t p = 0; p < m->party_count; p++) {
        int16_t *seen = &m->seen[(size_t)p * m->location_room + location];
        if (*seen >= from)
            ++*seen;
    }
}

/* ---- What is found --------------------------------------------------------------------------- */

static void report(struct race_monitor *m, struct race_pair pair, enum race_verdict verdict)
{
    if (array_room(m->found, m->found_count, m->found_room, 1, NULL) != VRRL_OK) {
        m->exhausted = true;
        return;
    }
    pair.verdict = (uint8_t)verdict;
    m->found[m->found_count++] = pair;
}

static int compare_numbers(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int compare_pending(const struct race_pending *a, const struct race_pending *b)
{
    int order = compare_numbers(race_pair_key(&a->pair), race_pair_key(&b->pair));
    return order ? order : compare_numbers(a->marks, b->marks);
}

/* In an order that is the same for equal states; the same one is not kept twice. */
static void put_pending(struct race_monitor *m, const struct race_pending *p)
{
    uint32_t at = 0;
    while (at < m->pending_count && compare_pending(&m->pending[at], p) < 0)
        at++;
    if (at < m->pending_count && compare_pending(&m->pending[at], p) == 0)
        return;
    if (array_room(m->pending, m->pending_count, m->pending_room, 1, NULL) != VRRL_OK) {
        m->exhausted = true;
        return;
    }
    memmove(m->pending + at + 1, m->pending + at, (m->pending_count - at) * sizeof *m->pending);
    m->pending[at] = *p;
    m->pending_count++;
}

/* Of a read and a write that nothing orders: whether the reader has looked again, or still may. */
static void weigh_read(struct race_monitor *m, const struct race_entry *read,
                       const struct race_entry *write, const struct race_pair *pair)
{
    const struct race_pending p = {
        .pair = *pair, .reader = (uint16_t)read->side.party, .marks = write->marks};
    if (read->marks & write->marks) {
        report(m, *pair, RACE_VALIDATED);
    } else if (!write->marks || m->over[read->side.party]) {
        report(m, *pair, RACE_FOUND);
    } else {
        put_pending(m, &p);
    }
}

static void meet(struct race_monitor *m, const struct race_entry *before,
                 const struct race_entry *now)
{
    const struct race_pair pair = {.location = now->location,
                                   .slots = {(uint16_t)before->side.slot, (uint16_t)now->side.slot},
                                   .kinds = {before->side.kind, now->side.kind}};
    enum race_verdict verdict = race_judge(&before->side, &now->side);
    if (verdict == RACE_NONE)
        return;
    if (verdict != RACE_FOUND)
        report(m, pair, verdict);
    else if (access_is_load(before->side.kind))
        weigh_read(m, before, now, &pair);
    else if (access_is_load(now->side.kind))
        weigh_read(m, now, before, &pair);
    else
        report(m, pair, RACE_FOUND);
}

/* ---- Accesses -------------------------------------------------------------------------------- */

/* What tells the accesses of which only the last is kept from others. */
static int compare_keys(const struct race_entry *a, const struct race_entry *b)
{
    uint64_t first = (uint64_t)a->location << 32 | a->side.slot,
             second = (uint64_t)b->location << 32 | b->side.slot;
    int order = compare_numbers(first, second);
    if (!order)
        order = compare_numbers(
            (uint64_t)a->side.kind << 40 | (uint64_t)a->side.silent << 32 | a->side.value,
            (uint64_t)b->side.kind << 40 | (uint64_t)b->side.silent << 32 | b->side.value);
    if (!order && !access_is_load(a->side.kind))
        order = compare_numbers(a->marks, b->marks);
    if (!order)
        order = a->seen - b->seen;
    return order;
}

static void put_entry(struct race_monitor *m, const struct race_entry *e)
{
    uint32_t at = 0;
    while (at < m->entry_count && compare_keys(&m->entries[at], e) < 0)
        at++;
    if (at < m->entry_count && compare_keys(&m->entries[at], e) == 0) {
        m->entries[at] = *e;
        return;
    }
    if (array_room(m->entries, m->entry_count, m->entry_room, 1, NULL) != VRRL_OK) {
        m->exhausted = true;
        return;
    }
    memmove(m->entries + at + 1, m->entries + at, (m->entry_count - at) * sizeof *m->entries);
    m->entries[at] = *e;
    m->entry_count++;
}

/* The access that the memory has just done, as it is kept. A write that is a release itself comes before what
 * it gives. */
static struct race_entry entry_of(const struct race_monitor *m, const struct event *e,
                                  uint16_t location, int16_t seen)
{
    uint16_t party = m->party_of[e->thread.number];
    bool releases = e->writes && (e->order & ORDER_RELEASE);
    return (struct race_entry){.side = race_side_of(e, party),
                               .location = location,
                               .stamp = (uint16_t)(m->releases[party] - releases),
                               .cover = m->wrote,
                               .seen = seen,
                               .marks = access_is_load(e->access) ? 0 : m->written[party]};
}

static bool coheres(const struct race_entry *before, const struct race_entry *after)
{
    return before->cover != RACE_NO_RANK && after->seen >= before->cover;
}

void race_access_data(struct race_monitor *m, const struct event *e, uint32_t row,
                      uint16_t location)
{
    uint16_t party = m->party_of[e->thread.number];
    const uint16_t *clock = clock_of(m, row);
    int16_t *seen = &m->seen[(size_t)party * m->location_room + location];
    int16_t reads = m->read > *seen ? m->read : *seen;
    const struct race_entry now = entry_of(m, e, location, e->writes ? reads : *seen);
    for (uint32_t i = 0; i < m->entry_count; i++) {
        struct race_entry *other = &m->entries[i];
        if (other->location != location)
            continue;
        if (other->side.party == party && other->cover == RACE_NO_RANK)
            other->cover = m->wrote;
        if (other->side.party != party && clock[other->side.party] <= other->stamp &&
            !coheres(other, &now) && !coheres(&now, other))
            meet(m, other, &now);
    }
    if (e->access != VRRL_ACCESS_LOOK)
        put_entry(m, &now);
    *seen = reads;
}

/* ---- What makes reads good ------------------------------------------------------------------- */

void race_sync_written(struct race_monitor *m, uint32_t thread, uint32_t mark)
{
    m->written[m->party_of[thread]] |= (uint64_t)1 << mark;
}

void race_sync_looked(struct race_monitor *m, uint32_t thread, uint32_t mark)
{
    uint32_t party = m->party_of[thread], kept = 0;
    uint64_t bit = (uint64_t)1 << mark;
    for (uint32_t i = 0; i < m->entry_count; i++) {
        struct race_entry *e = &m->entries[i];
        if (e->side.party == party && access_is_load(e->side.kind))
            e->marks |= bit;
    }
    for (uint32_t i = 0; i < m->pending_count; i++) {
        const struct race_pending *p = &m->pending[i];
        if (p->reader == party && (p->marks & bit))
            report(m, p->pair, RACE_VALIDATED);
        else
            m->pending[kept++] = *p;
    }
    m->pending_count = kept;
}

void race_party_over(struct race_monitor *m, uint32_t party)
{
    uint32_t kept = 0;
    m->over[party] = true;
    for (uint32_t i = 0; i < m->pending_count; i++) {
        const struct race_pending *p = &m->pending[i];
        if (p->reader == party)
            report(m, p->pair, RACE_FOUND);
        else
            m->pending[kept++] = *p;
    }
    m->pending_count = kept;
}
