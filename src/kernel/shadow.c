#include "kernel/shadow.h"

#include "kernel/finding.h"

#include "base/array.h"

#include <string.h>

/* ---- Whether two accesses race ---------------------------------------------------------------- */

static uint32_t strand_of(const struct machine *m, const struct shadow_access *old)
{
    return m->strand_of_number[old->strand];
}

static uint32_t warp_of(const struct machine *m, uint32_t strand)
{
    return strand == machine_host(m) ? KERNEL_NONE : strand / WARP_LANES;
}

/* What lacks for them to be morally strong; 0: nothing. */
static uint32_t lacks(const struct machine *m, const struct shadow_access *old,
                      const struct shadowed *a, uint8_t bytes)
{
    uint32_t other = strand_of(m, old), lacking = 0;
    if (old->scope == PTX_SCOPE_NONE || a->scope == PTX_SCOPE_NONE)
        lacking |= KERNEL_LACKS_STRENGTH;
    if (old->scope != PTX_SCOPE_NONE && !scope_includes(m, old->scope, other, a->strand))
        lacking |= KERNEL_LACKS_SCOPE;
    if (a->scope != PTX_SCOPE_NONE && !scope_includes(m, a->scope, a->strand, other))
        lacking |= KERNEL_LACKS_SCOPE;
    if ((old->size & SHADOW_SIZE) != a->size || old->bytes != bytes)
        lacking |= KERNEL_LACKS_OVERLAP;
    return lacking;
}

/* Lanes of a group that did not synchronise since. */
static bool lanes_are_unordered(const struct machine *m, const struct shadow_access *old,
                                const struct shadowed *a)
{
    uint32_t other = strand_of(m, old);
    return a->strand != machine_host(m) && warp_of(m, other) == warp_of(m, a->strand) &&
           ((old->detail & SHADOW_LANE) != a->lane || (old->size & SHADOW_MANY) || a->is_of_many) &&
           old->tick == m->ticks[a->strand / WARP_LANES];
}

static bool comes_before(const struct machine *m, const struct shadow_access *old,
                         const struct shadowed *a)
{
    return clock_has(strand_clock(m, a->strand), old->strand, old->epoch) &&
           !lanes_are_unordered(m, old, a);
}

/* A write that was observed comes before what comes behind the read that observed it. */
static bool is_observed_before(const struct machine *m, const struct shadow_word *w,
                               const struct shadow_access *old, const struct shadowed *a)
{
    if (old->scope == PTX_SCOPE_NONE || old != &w->write)
        return false;
    if ((w->read.detail & SHADOW_OBSERVES) && w->read.epoch && comes_before(m, &w->read, a))
        return true;
    for (uint32_t i = w->more; i; i = m->more[i - 1].next) {
        const struct shadow_access *r = &m->more[i - 1].access;
        if (!(r->detail & SHADOW_IS_WRITE) && (r->detail & SHADOW_OBSERVES) &&
            comes_before(m, r, a))
            return true;
    }
    return false;
}

/* Threads of a block that store one value to the same bytes by one weak instruction are no race. */
static bool stores_the_same(const struct machine *m, const struct shadow_access *old,
                            const struct shadowed *a, uint8_t bytes)
{
    uint32_t other = strand_of(m, old);
    return a->repeats && (old->detail & SHADOW_IS_WRITE) && old->site == a->site &&
           old->bytes == bytes && (old->size & SHADOW_SIZE) == a->size &&
           old->scope == PTX_SCOPE_NONE && other != machine_host(m) &&
           a->strand != machine_host(m) && group_block(m, other) == group_block(m, a->strand);
}

/* Whether the reader has stored what `old` did, by the same instruction. */
static bool is_own(const struct machine *m, const struct shadow_access *own,
                   const struct shadow_access *old, const struct shadowed *a)
{
    return own->epoch && (own->detail & SHADOW_IS_WRITE) && strand_of(m, own) == a->strand &&
           own->site == old->site && own->bytes == old->bytes && own->scope == PTX_SCOPE_NONE &&
           ((own->size & SHADOW_MANY) ||
            (!a->is_of_many && (own->detail & SHADOW_LANE) == a->lane));
}

/* What several threads of a block stored by one instruction: each of them reads what it stored. */
static bool is_own_too(const struct machine *m, const struct shadow_word *w,
                       const struct shadow_access *old, const struct shadowed *a)
{
    if (a->writes || !(old->detail & SHADOW_IS_WRITE) || old->scope != PTX_SCOPE_NONE)
        return false;
    if (is_own(m, &w->write, old, a))
        return true;
    for (uint32_t i = w->more; i; i = m->more[i - 1].next)
        if (is_own(m, &m->more[i - 1].access, old, a))
            return true;
    return false;
}

static bool was_own(const struct shadow_access *own, const struct shadow_access *read,
                    const struct shadowed *a, uint8_t bytes)
{
    return own->epoch && (own->detail & SHADOW_IS_WRITE) && own->strand == read->strand &&
           own->site == a->site && own->bytes == bytes && own->scope == PTX_SCOPE_NONE &&
           ((own->size & SHADOW_MANY) ||
            (!(read->size & SHADOW_MANY) && !((own->detail ^ read->detail) & SHADOW_LANE)));
}

/* The same the other way round: it is stored again behind the read of a thread that had stored it itself. */
static bool was_own_too(const struct machine *m, const struct shadow_word *w,
                        const struct shadow_access *read, const struct shadowed *a, uint8_t bytes)
{
    uint32_t reader = strand_of(m, read);
    if (!a->repeats || (read->detail & SHADOW_IS_WRITE) || reader == machine_host(m) ||
        a->strand == machine_host(m) || group_block(m, reader) != group_block(m, a->strand))
        return false;
    if (was_own(&w->write, read, a, bytes))
        return true;
    for (uint32_t i = w->more; i; i = m->more[i - 1].next)
        if (was_own(&m->more[i - 1].access, read, a, bytes))
            return true;
    return false;
}

static void hold_against(struct machine *m, const struct shadow_word *w,
                         const struct shadow_access *old, const struct shadowed *a, uint8_t bytes)
{
    if (!old->epoch || !(old->bytes & bytes) || m->stops || comes_before(m, old, a))
        return;
    /* What observes the last write comes behind it. */
    if ((a->observes && old == &w->write) || stores_the_same(m, old, a, bytes) ||
        is_own_too(m, w, old, a) || was_own_too(m, w, old, a, bytes))
        return;
    uint32_t lacking = lacks(m, old, a, bytes);
    if (lacking && !is_observed_before(m, w, old, a))
        finding_race(m, old, (old->detail & SHADOW_IS_WRITE) != 0, a, lacking);
}

/* ---- What is kept ----------------------------------------------------------------------------- */

static void drop_more(struct machine *m, uint32_t *link)
{
    uint32_t dropped = *link;
    *link = m->more[dropped - 1].next;
    m->more[dropped - 1].next = m->more_free;
    m->more_free = dropped;
}

static void keep_more(struct machine *m, struct shadow_word *w, const struct shadow_access *access)
{
    uint32_t made = m->more_free;
    if (made) {
        m->more_free = m->more[made - 1].next;
    } else {
        if (array_reserve(&m->more, m->more_count, &m->more_room, 1, sizeof *m->more, m->err) !=
            VRRL_OK) {
            m->code = VRRL_NO_MEMORY;
            m->stops = true;
            return;
        }
        made = ++m->more_count;
    }
    m->more[made - 1] = (struct shadow_more){*access, w->more};
    w->more = made;
}

/* Bytes that are written have no other last write, and no reads since. */
static void forget_bytes(struct machine *m, struct shadow_word *w, uint8_t bytes)
{
    w->read.bytes &= (uint8_t)~bytes;
    if (!w->read.bytes)
        w->read.epoch = 0;
    for (uint32_t *link = &w->more; *link;) {
        struct shadow_access *old = &m->more[*link - 1].access;
        old->bytes &= (uint8_t)~bytes;
        if (old->bytes)
            link = &m->more[*link - 1].next;
        else
            drop_more(m, link);
    }
    w->write.bytes &= (uint8_t)~bytes;
    if (w->write.epoch && w->write.bytes)
        keep_more(m, w, &w->write);
}

static bool is_alike(const struct shadow_access *old, const struct shadow_access *new)
{
    return (old->bytes & ~new->bytes) == 0 && old->scope == new->scope &&
           (old->size & SHADOW_SIZE) == (new->size &SHADOW_SIZE) &&
           (old->detail & ~SHADOW_LANE) == (new->detail & ~SHADOW_LANE);
}

/* Whether the new read says all that the old one does: of the same kind, and behind it. Those of several lanes of
 * a group are one. */
static bool replaces(const struct machine *m, const struct shadow_access *old,
                     struct shadow_access *new, const struct shadowed *a)
{
    if (!is_alike(old, new))
        return false;
    if (old->strand == new->strand && old->tick == new->tick) {
        bool others = (old->size & SHADOW_MANY) || (old->detail & SHADOW_LANE) != a->lane;
        new->size |= others ? SHADOW_MANY : 0;
        return true;
    }
    return comes_before(m, old, a);
}

static void keep_read(struct machine *m, struct shadow_word *w, struct shadow_access *new,
                      const struct shadowed *a)
{
    if (!w->read.epoch || replaces(m, &w->read, new, a)) {
        w->read = *new;
        return;
    }
    for (uint32_t i = w->more; i; i = m->more[i - 1].next)
        if (!(m->more[i - 1].access.detail & SHADOW_IS_WRITE) &&
            replaces(m, &m->more[i - 1].access, new, a)) {
            m->more[i - 1].access = *new;
            return;
        }
    keep_more(m, w, new);
}

/* Adds to a write of the group in this tick that it was of several lanes. */
static bool adds_lanes(const struct machine *m, struct shadow_access *old,
                       const struct shadow_access *new, const struct shadowed *a, uint8_t bytes)
{
    if (old->strand != new->strand || old->tick != new->tick || !stores_the_same(m, old, a, bytes))
        return false;
    if ((old->detail & SHADOW_LANE) != a->lane)
        old->size |= SHADOW_MANY;
    return true;
}

/* A store of what another thread of the block stored, in no order with it: both are kept. False: it is another. */
static bool keep_same(struct machine *m, struct shadow_word *w, const struct shadow_access *new,
                      const struct shadowed *a, uint8_t bytes)
{
    if (!w->write.epoch || !stores_the_same(m, &w->write, a, bytes) ||
        comes_before(m, &w->write, a))
        return false;
    if (adds_lanes(m, &w->write, new, a, bytes))
        return true;
    for (uint32_t i = w->more; i; i = m->more[i - 1].next)
        if (adds_lanes(m, &m->more[i - 1].access, new, a, bytes))
            return true;
    keep_more(m, w, new);
    return true;
}

/* ---- Accesses --------------------------------------------------------------------------------- */

static void one_word(struct machine *m, const struct shadowed *a, uint64_t word, uint8_t bytes)
{
    struct shadow_word *w = shadow_word_at(m, 4 * word);
    hold_against(m, w, &w->write, a, bytes);
    if (a->writes)
        hold_against(m, w, &w->read, a, bytes);
    for (uint32_t i = w->more; i && !m->stops; i = m->more[i - 1].next)
        if (a->writes || (m->more[i - 1].access.detail & SHADOW_IS_WRITE))
            hold_against(m, w, &m->more[i - 1].access, a, bytes);
    if (m->stops)
        return;
    struct shadow_access new = {
        .epoch = strand_epoch(m, a->strand),
        .strand = m->strands[a->strand].number,
        .site = a->site,
        .bytes = bytes,
        .size = (uint8_t)(a->size | (a->is_of_many ? SHADOW_MANY : 0)),
        .scope = a->scope,
        .detail =
            (uint8_t)(a->lane | (a->is_atomic ? SHADOW_ATOMIC : 0) |
                      (a->observes ? SHADOW_OBSERVES : 0) | (a->writes ? SHADOW_IS_WRITE : 0)),
        .tick = a->strand == machine_host(m) ? 0 : m->ticks[a->strand / WARP_LANES],
    };
    if (!a->writes) {
        keep_read(m, w, &new, a);
        return;
    }
    if (keep_same(m, w, &new, a, bytes))
        return;
    forget_bytes(m, w, bytes);
    w->write = new;
}

void shadow_slow(struct machine *m, const struct shadowed *a)
{
    uint64_t end = a->at + a->size;
    for (uint64_t word = a->at / 4; word <= (end - 1) / 4 && !m->stops; word++) {
        uint64_t low = a->at > 4 * word ? a->at - 4 * word : 0;
        uint64_t high = end < 4 * word + 4 ? end - 4 * word : 4;
        one_word(m, a, word, (uint8_t)((1u << high) - (1u << low)));
    }
}

/* ---- Rows ------------------------------------------------------------------------------------- */

void shadow_spread(struct machine *m, uint64_t row)
{
    struct shadow_row *one = &m->shadow_rows[row];
    for (uint32_t lane = 0; lane < SHADOW_ROW_WORDS; lane++) {
        struct shadow_word *w = &m->shadow[row * SHADOW_ROW_WORDS + lane];
        *w = (struct shadow_word){.write = one->write, .read = one->read};
        w->write.detail |= (uint8_t)lane;
        w->read.detail |= (uint8_t)lane;
    }
    one->is_one = false;
}

void shadow_join(struct machine *m, const struct shadowed *a)
{
    struct shadow_row *row = &m->shadow_rows[a->at / SHADOW_ROW_BYTES];
    *row = (struct shadow_row){.write = m->shadow[a->at / 4].write, .is_one = true};
    row->write.detail = SHADOW_IS_WRITE;
}

void shadow_clear(struct machine *m)
{
    uint32_t rows = (1u << PAGE_SHIFT) / SHADOW_ROW_BYTES;
    for (uint32_t i = 0; i < m->dirty_count; i++)
        for (uint64_t row = (uint64_t)m->dirty_list[i] * rows, end = row + rows;
             row < end && row * SHADOW_ROW_BYTES < m->kernel->local_at; row++)
            m->shadow_rows[row] = (struct shadow_row){.is_one = true};
    m->more_count = m->more_free = 0;
}
