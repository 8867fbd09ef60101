/* What a state remembers of accesses, for those who compare states: nothing that no step to come can
 * ask for, and no number that depends on the order of steps. */
#include "race/monitor.h"

void race_forget(race_monitor *m, const race_scope *scope)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; scope->declared && i < m->entry_count; i++) {
        const race_entry *e = &m->entries[i];
        uint64_t others = scope->live & ~scope->party_slots[e->party];
        uint64_t meets = scope->writers[e->location] |
                         (race_is_load((race_kind)e->kind) ? 0 : scope->readers[e->location]);
        if (others & meets)
            m->entries[kept++] = *e;
    }
    if (scope->declared)
        m->entry_count = kept;
}

static void put_number(const race_sink *sink, uint64_t value)
{
    sink->add(sink->context, &value, sizeof value);
}

/* Ranks count from the least one that can still be read, as the memory's do. */
static uint64_t rank_from(int16_t rank, int16_t least)
{
    return rank == RACE_NO_RANK ? UINT64_MAX : (uint64_t)(rank - least + INT16_MAX);
}

static void put_entry(const race_sink *sink, const race_entry *e, const int16_t *least)
{
    put_number(sink, (uint64_t)e->location << 48 | (uint64_t)e->slot << 32 | e->value);
    put_number(sink, (uint64_t)e->kind << 1 | e->silent);
    put_number(sink, e->marks);
    put_number(sink, rank_from(e->cover, least[e->location]));
}

/* Of a party that goes on, for words of which it may yet access one. */
static void put_seen(const race_monitor *m, const race_scope *scope, uint32_t party,
                     const int16_t *least, uint32_t locations, const race_sink *sink)
{
    uint64_t live = scope->live & scope->party_slots[party];
    for (uint32_t i = 0; i < locations; i++) {
        int16_t rank = m->seen[(size_t)party * m->location_room + i];
        uint64_t touches = scope->readers[i] | scope->writers[i];
        bool alone = scope->declared && (!(touches & live) || !(touches & ~live));
        if (rank == RACE_NO_RANK || alone)
            continue;
        put_number(sink, (uint64_t)i << 32 | (uint32_t)(rank - least[i] + INT16_MAX));
    }
    put_number(sink, UINT64_MAX);
}

void race_encode(const race_monitor *m, const race_scope *scope, const int16_t *least,
                 uint32_t locations, const race_sink *sink)
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
void race_encode_row(const race_monitor *m, uint32_t row, uint32_t other, const race_sink *sink)
{
    const uint16_t *first = m->clocks + (size_t)row * m->party_count;
    const uint16_t *second = m->clocks + (size_t)other * m->party_count;
    uint64_t bits = 0;
    for (uint32_t i = 0; i < m->entry_count; i++) {
        const race_entry *e = &m->entries[i];
        bool before = first[e->party] > e->stamp || second[e->party] > e->stamp;
        bits |= (uint64_t)before << i % 64;
        if (i % 64 == 63 || i + 1 == m->entry_count) {
            put_number(sink, bits);
            bits = 0;
        }
    }
}
