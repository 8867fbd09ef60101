/* What a state remembers of accesses, for those who compare states: nothing that no step to come can
 * ask for, and no number that depends on the order of steps. */
#include "race/monitor_encode.h"

#include "race/monitor.h"

/* Slots that may yet do what conflicts with an access. */
static uint64_t meets(const struct race_entry *e, const struct race_scope *scope)
{
    const struct race_touch *t = &scope->touches[e->location];
    uint64_t others = scope->live & ~scope->party_slots[e->side.party];
    switch ((vrrl_access_kind)e->side.kind) {
    case VRRL_ACCESS_ATOMIC:
        return others & t->stores;
    case VRRL_ACCESS_READ:
    case VRRL_ACCESS_RELEASE:
        return others & (t->stores | t->updates);
    default:
        return others & (t->loads | t->writes);
    }
}

/* Whether the access comes before all that a party has yet to do: what it has seen it goes on to have seen. */
static bool is_before(const struct race_monitor *m, const struct race_entry *e, uint32_t party,
                      uint32_t row)
{
    const uint16_t *clock = m->clocks + (size_t)row * m->party_count;
    int16_t seen = m->seen[(size_t)party * m->location_room + e->location];
    return clock[e->side.party] > e->stamp || (e->cover != RACE_NO_RANK && seen >= e->cover);
}

static bool may_be_met(const struct race_monitor *m, const struct race_entry *e,
                       const struct race_scope *scope)
{
    uint64_t others = meets(e, scope);
    for (uint32_t p = 0; p < m->party_count && others; p++) {
        if ((others & scope->party_slots[p]) && !is_before(m, e, p, scope->party_rows[p]))
            return true;
    }
    return false;
}

void race_forget(struct race_monitor *m, const struct race_scope *scope)
{
    uint32_t kept = 0;
    if (!scope->declared)
        return;
    for (uint32_t i = 0; i < m->entry_count; i++) {
        if (may_be_met(m, &m->entries[i], scope))
            m->entries[kept++] = m->entries[i];
    }
    m->entry_count = kept;
}

static void put_number(const struct race_sink *sink, uint64_t value)
{
    sink->add(sink->context, &value, sizeof value);
}

/* Ranks count from the least one that can still be read, as the memory's do. */
static uint64_t rank_from(int16_t rank, int16_t least)
{
    return rank == RACE_NO_RANK ? UINT64_MAX : (uint64_t)(rank - least + INT16_MAX);
}

static void put_entry(const struct race_sink *sink, const struct race_entry *e,
                      const int16_t *least)
{
    put_number(sink, (uint64_t)e->location << 48 | (uint64_t)e->side.slot << 32 | e->side.value);
    put_number(sink, (uint64_t)e->side.kind << 1 | e->side.silent);
    put_number(sink, e->marks);
    put_number(sink, rank_from(e->cover, least[e->location]));
    put_number(sink, rank_from(e->seen, least[e->location]));
}

/* Whether accesses of a location can race at all, and the party may yet access it. */
static bool may_race(const struct race_scope *scope, uint32_t party, uint32_t location)
{
    const struct race_touch *t = &scope->touches[location];
    uint64_t live = scope->live & scope->party_slots[party];
    return !scope->declared || ((t->stores | t->updates) && (live & (t->loads | t->writes)));
}

static void put_seen(const struct race_monitor *m, const struct race_scope *scope, uint32_t party,
                     const int16_t *least, uint32_t locations, const struct race_sink *sink)
{
    for (uint32_t i = 0; i < locations; i++) {
        int16_t rank = m->seen[(size_t)party * m->location_room + i];
        if (rank != RACE_NO_RANK && may_race(scope, party, i))
            put_number(sink, (uint64_t)i << 32 | (uint32_t)(rank - least[i] + INT16_MAX));
    }
    put_number(sink, UINT64_MAX);
}

void race_encode(const struct race_monitor *m, const struct race_scope *scope, const int16_t *least,
                 uint32_t locations, const struct race_sink *sink)
{
    put_number(sink, (uint64_t)m->entry_count << 32 | m->pending_count);
    for (uint32_t i = 0; i < m->entry_count; i++)
        put_entry(sink, &m->entries[i], least);
    for (uint32_t i = 0; i < m->pending_count; i++) {
        put_number(sink, race_pair_key(&m->pending[i].pair));
        put_number(sink, m->pending[i].marks);
    }
    for (uint32_t p = 0; p < m->party_count; p++) {
        put_number(sink, m->over[p]);
        if (m->over[p])
            continue;
        put_number(sink, m->written[p]);
        put_seen(m, scope, p, least, locations, sink);
    }
}

/* A bit for each access that is kept: whether it happens before what follows from the rows. */
void race_encode_row(const struct race_monitor *m, uint32_t row, uint32_t other,
                     const struct race_sink *sink)
{
    const uint16_t *first = m->clocks + (size_t)row * m->party_count;
    const uint16_t *second = m->clocks + (size_t)other * m->party_count;
    uint64_t bits = 0;
    for (uint32_t i = 0; i < m->entry_count; i++) {
        const struct race_entry *e = &m->entries[i];
        bool before = first[e->side.party] > e->stamp || second[e->side.party] > e->stamp;
        bits |= (uint64_t)before << i % 64;
        if (i % 64 == 63 || i + 1 == m->entry_count) {
            put_number(sink, bits);
            bits = 0;
        }
    }
}
