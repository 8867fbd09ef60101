#include "kernel/spin.h"

#include "kernel/block_spin.h"
#include "kernel/device_memory.h"

#include "base/array.h"

#include <string.h>
#include <xxhash.h>

/* ---- What is noted --------------------------------------------------------------------------- */

static struct spin *spin_of(const struct machine *m, uint32_t group)
{
    return m->spin_of[group] ? &m->spins[m->spin_of[group] - 1] : NULL;
}

/* The spin of a group, which gets one where it has none; NULL without memory. */
struct spin *spin_make(struct machine *m, uint32_t group)
{
    if (m->spin_of[group])
        return spin_of(m, group);
    if (array_reserve(&m->spins, m->spin_count, &m->spin_room, 1, sizeof *m->spins, m->err) !=
        VRRL_OK) {
        m->code = VRRL_NO_MEMORY;
        m->stops = true;
        return NULL;
    }
    struct spin *s = &m->spins[m->spin_count];
    s->visit_count = s->read_count = s->reads_done = s->since = 0;
    s->sees = s->reads_time = false;
    m->spin_of[group] = ++m->spin_count;
    m->spins_of_blocks += group > machine_host(m);
    return s;
}

void spin_forget(struct spin *s)
{
    s->visit_count = s->read_count = 0;
    s->sees = s->reads_time = false;
}

/* It has done something else that others can tell, or is another group now. */
static void clear(struct machine *m, uint32_t group)
{
    if (m->spin_of[group])
        spin_forget(spin_of(m, group));
    m->blocks[group_block(m, group)].local_hash ^= m->groups[group].local_hash;
    m->groups[group].local_hash = 0;
}

static void copy(struct spin *to, const struct spin *from)
{
    memcpy(to->visits, from->visits, from->visit_count * sizeof *from->visits);
    memcpy(to->reads, from->reads, from->read_count * sizeof *from->reads);
    to->visit_count = from->visit_count;
    to->read_count = from->read_count;
    to->reads_done = from->reads_done;
    to->since = from->since;
    to->sees = from->sees;
    to->reads_time = from->reads_time;
}

void spin_passes(struct machine *m, uint32_t group)
{
    if (!m->groups[group].idles)
        clear(m, group);
}

void spin_split(struct machine *m, uint32_t group, uint32_t child)
{
    m->groups[child].local_hash = 0;
    if (m->spin_of[child])
        spin_forget(spin_of(m, child));
    if (m->spin_of[group] && spin_make(m, child))
        copy(spin_of(m, child), spin_of(m, group));
}

static void note_word(struct spin *s, const struct spin_read *read)
{
    uint32_t i = 0;
    while (i < s->read_count && s->reads[i].at != read->at)
        i++;
    if (i == SPIN_READS || (i < s->read_count && s->reads[i].value != read->value)) {
        spin_forget(s);
        i = 0;
    }
    s->reads[i] = *read;
    s->read_count += i == s->read_count;
}

/* The spin of the block of a group, which gets none here; NULL. */
static struct spin *spin_of_block(const struct machine *m, uint32_t group)
{
    return m->spins_of_blocks ? spin_of(m, block_spin_index(m, group_block(m, group))) : NULL;
}

static void note_read(struct machine *m, struct spin *s, struct spin_read *read, uint64_t end,
                      uint64_t limit)
{
    for (; read->at < end && read->at < limit; read->at += 4) {
        read->value = (uint32_t)device_get(m, read->at, 4);
        read->last = s->reads_done;
        note_word(s, read);
    }
    s->reads_done++;
    s->sees = true;
}

void spin_note_read(struct machine *m, uint32_t group, uint32_t lane, uint32_t site, uint64_t at,
                    uint8_t size)
{
    struct spin_read read = {.at = at & ~3ull, .site = site, .lane = lane, .group = group};
    struct spin *s = spin_make(m, group), *of_block = spin_of_block(m, group);
    if (!s)
        return;
    struct spin_read again = read;
    note_read(m, s, &read, at + size, UINT64_MAX);
    /* Shared memory is part of the block's own state. */
    if (of_block)
        note_read(m, of_block, &again, at + size, m->kernel->shared_at);
}

void spin_reads_time(struct machine *m, uint32_t group)
{
    struct spin *s = spin_make(m, group), *of_block = spin_of_block(m, group);
    if (s)
        s->sees = s->reads_time = true;
    if (of_block)
        of_block->sees = of_block->reads_time = true;
}

static uint64_t mix(uint64_t a, uint64_t b)
{
    uint64_t z = (a ^ (b + 0x9E3779B97F4A7C15u)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 29)) * 0x94D049BB133111EBu;
    return z ^ (z >> 32);
}

/* Of a value in local memory. The address is mixed by itself, first: else the same values, each at another one of the addresses
 * of a warp, would be as many values that are all one higher. */
static uint64_t cell(uint64_t at, uint64_t value)
{
    return mix(mix(at, 0), value);
}

void spin_writes_local(struct machine *m, uint32_t group, uint64_t at, uint64_t old, uint64_t new)
{
    if (old != new)
        m->groups[group].local_hash ^= cell(at, old) ^ cell(at, new);
}

void spin_returns(struct machine *m, uint32_t group, uint32_t depth)
{
    struct spin *s = spin_of(m, group);
    while (s && s->visit_count && s->visits[s->visit_count - 1].depth > depth)
        s->visit_count--;
}

static bool has_visit(const struct spin *s, const struct spin_visit *visit)
{
    for (uint32_t i = 0; i < s->visit_count; i++)
        if (memcmp(&s->visits[i], visit, sizeof *visit) == 0)
            return true;
    return false;
}

void spin_merge(struct machine *m, uint32_t into, uint32_t from)
{
    m->groups[into].local_hash ^= m->groups[from].local_hash;
    if (!m->spin_of[from] || !spin_make(m, into)) {
        if (m->spin_of[into])
            spin_forget(spin_of(m, into));
        return;
    }
    struct spin *a = spin_of(m, into), *b = spin_of(m, from);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < a->visit_count; i++)
        if (has_visit(b, &a->visits[i]))
            a->visits[kept++] = a->visits[i];
    a->visit_count = kept;
    for (uint32_t i = 0; i < b->read_count; i++)
        note_word(a, &b->reads[i]);
    a->reads_done = a->reads_done > b->reads_done ? a->reads_done : b->reads_done;
    a->sees |= b->sees;
    a->reads_time |= b->reads_time;
    spin_forget(b);
}

/* ---- Who is woken ---------------------------------------------------------------------------- */

static uint64_t watch_bit(uint64_t at)
{
    return UINT64_C(1) << (mix(at / 4, 0) >> 58);
}

void spin_wake(struct machine *m, uint32_t group)
{
    struct group *g = &m->groups[group];
    if (g->state == GROUP_PARKED)
        g->state = GROUP_READY;
    g->ready_since = m->steps;
    g->idles = false;
    m->parked--;
    clear(m, group);
    if (!m->parked)
        m->watched = 0;
}

static bool waits_for(const struct spin *s, uint64_t first, uint64_t end)
{
    for (uint32_t i = 0; i < s->read_count; i++)
        if (s->reads[i].last >= s->since && s->reads[i].at < end && first < s->reads[i].at + 4)
            return true;
    return false;
}

void spin_note_write(struct machine *m, uint32_t strand, uint64_t at, uint8_t size)
{
    if (strand != machine_host(m)) {
        if (m->spin_of[strand])
            spin_forget(spin_of(m, strand));
        struct spin *of_block = at < m->kernel->shared_at ? spin_of_block(m, strand) : NULL;
        if (of_block)
            spin_forget(of_block);
    }
    if (!m->parked || !((watch_bit(at & ~3ull) | watch_bit((at + size - 1) & ~3ull)) & m->watched))
        return;
    for (uint32_t i = 0; i < machine_together(m)->warps * WARP_LANES; i++) {
        const struct group *g = &m->groups[i];
        if (g->lanes && (g->state == GROUP_PARKED || g->idles) &&
            waits_for(spin_of(m, i), at, at + size))
            spin_wake(m, i);
    }
}

/* ---- Whether a state repeats ------------------------------------------------------------------ */

static uint64_t hash_row32(const uint32_t *row, uint32_t lanes, uint64_t hash)
{
    if (lanes == UINT32_MAX)
        return XXH3_64bits_withSeed(row, 4 * WARP_LANES, hash);
    for (; lanes; lanes &= lanes - 1)
        hash = mix(hash, row[__builtin_ctz(lanes)]);
    return hash;
}

static uint64_t hash_row64(const uint64_t *row, uint32_t lanes, uint64_t hash)
{
    if (lanes == UINT32_MAX)
        return XXH3_64bits_withSeed(row, 8 * WARP_LANES, hash);
    for (; lanes; lanes &= lanes - 1)
        hash = mix(hash, row[__builtin_ctz(lanes)]);
    return hash;
}

uint64_t spin_hash(const struct machine *m, uint32_t group)
{
    const struct group *g = &m->groups[group];
    const struct frame *f = machine_frame(m, group);
    const struct ptx_function *function = machine_function(m, group);
    const struct ptx_block *block = &function->blocks[function->block_of[f->pc]];
    const uint32_t *live = function->live_bits + block->live;
    const struct kernel *k = m->kernel;
    uint64_t hash = mix(g->local_hash, g->lanes);
    uint32_t wide = function->rows[PTX_32], lanes = wide + function->rows[PTX_64];
    for (uint32_t word = 0; word < function->live_words; word++)
        for (uint32_t bits = live[word]; bits; bits &= bits - 1) {
            uint32_t row = 32 * word + (uint32_t)__builtin_ctz(bits);
            if (row < wide)
                hash = hash_row32(m->rows32[(size_t)g->warp * k->rows32 + f->rows32 + row],
                                  g->lanes, hash);
            else if (row < lanes)
                hash = hash_row64(m->rows64[(size_t)g->warp * k->rows64 + f->rows64 + row - wide],
                                  g->lanes, hash);
            else
                hash = mix(hash, m->lanes[(size_t)g->warp * k->lanes + f->lanes + row - lanes] &
                                     g->lanes);
        }
    const struct frame *first = &m->frames[(size_t)group * DEPTH_MAX];
    return mix(hash, XXH3_64bits(first, g->depth * sizeof *first));
}

bool spin_words_are_as_read(const struct machine *m, const struct spin *s, uint32_t since)
{
    for (uint32_t i = 0; i < s->read_count; i++)
        if (s->reads[i].last >= since && device_get(m, s->reads[i].at, 4) != s->reads[i].value)
            return false;
    return true;
}

/* Until one of the words changes that its spin waits for. */
static void wait(struct machine *m, uint32_t group, const struct spin *s)
{
    struct group *g = &m->groups[group];
    for (uint32_t i = 0; i < s->read_count; i++)
        if (s->reads[i].last >= s->since)
            m->watched |= watch_bit(s->reads[i].at);
    m->parked++;
    g->idles = m->options.no_park;
    if (!g->idles)
        g->state = GROUP_PARKED;
}

static bool park(struct machine *m, uint32_t group, struct spin *s, uint32_t since)
{
    s->since = since;
    if (m->groups[group].idles)
        return m->notes_weak;
    if (!spin_words_are_as_read(m, s, since)) {
        spin_forget(s);
        return false;
    }
    wait(m, group, s);
    return !m->groups[group].idles || m->notes_weak;
}

bool spin_park_with(struct machine *m, uint32_t group, const struct spin *s, uint32_t since)
{
    struct spin *own = spin_make(m, group);
    if (!own || m->groups[group].idles)
        return own != NULL;
    copy(own, s);
    own->visit_count = 0;
    own->since = since;
    wait(m, group, own);
    return true;
}

enum { WEAK_PART = 1 << 18, WEAK_FROM = 1 << 16, WEAK_NOTED = 1 << 12 };

void spin_notes_weak(struct machine *m, uint32_t group)
{
    uint64_t at = (m->instructions - m->step_began) % WEAK_PART;
    bool notes = at >= WEAK_FROM && at < WEAK_FROM + WEAK_NOTED;
    if (notes && !m->notes_weak)
        clear(m, group);
    m->notes_weak = notes;
}

bool spin_looks(struct machine *m, uint32_t group)
{
    struct spin *s = spin_of(m, group);
    if (!s || !s->sees || m->options.no_judge)
        return false;
    struct spin_visit visit = {.hash = spin_hash(m, group),
                               .site = machine_site(m, group),
                               .depth = m->groups[group].depth,
                               .reads = s->reads_done};
    s->sees = false;
    for (uint32_t i = s->visit_count; i-- > 0;)
        if (s->visits[i].hash == visit.hash && s->visits[i].site == visit.site)
            return park(m, group, s, s->visits[i].reads);
    if (s->visit_count == SPIN_VISITS)
        memmove(s->visits, s->visits + 1, --s->visit_count * sizeof *s->visits);
    s->visits[s->visit_count++] = visit;
    return false;
}

/* A loop that goes round over queues keeps its own place in shared memory: words that all blocks see come first. */
static bool read_tells_more(const struct machine *m, const struct spin_read *a,
                            const struct spin_read *b)
{
    bool a_is_global = a->at < m->kernel->shared_at, b_is_global = b->at < m->kernel->shared_at;
    return a_is_global != b_is_global ? a_is_global : a->last > b->last;
}

const struct spin_read *spin_word(const struct machine *m, uint32_t group)
{
    const struct spin *s = spin_of(m, group);
    const struct spin_read *found = NULL;
    for (uint32_t i = 0; s && i < s->read_count; i++)
        if (s->reads[i].last >= s->since && (!found || read_tells_more(m, &s->reads[i], found)))
            found = &s->reads[i];
    return found;
}
