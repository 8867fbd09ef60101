/* What comes before what. */
#include "kernel/causality.h"

#include "kernel/clock_pool.h"
#include "kernel/messages.h"
#include "kernel/shadow.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

/* ---- Strands --------------------------------------------------------------------------------- */

static uint32_t *own(struct machine *m, uint32_t strand)
{
    return clock_words(&m->clocks, m->strands[strand].clock);
}

/* The strand's next accesses are none that anybody knows of. */
static void tick(struct machine *m, uint32_t strand)
{
    own(m, strand)[m->strands[strand].number]++;
}

static void join(struct machine *m, uint32_t strand, uint32_t clock)
{
    clock_join(&m->clocks, m->strands[strand].clock, clock);
}

/* A copy of what a strand has done, which the caller holds; the strand ticks. */
static uint32_t publish(struct machine *m, uint32_t strand)
{
    uint32_t copy = clock_copy(m, m->strands[strand].clock);
    tick(m, strand);
    return copy;
}

static void number_strand(struct machine *m, uint32_t strand)
{
    struct strand *s = &m->strands[strand];
    s->number = clock_number(m);
    if (array_reserve(&m->strand_of_number, s->number, &m->strand_number_room, 1,
                      sizeof *m->strand_of_number, m->err) != VRRL_OK) {
        m->code = VRRL_NO_MEMORY;
        m->stops = true;
        return;
    }
    m->strand_of_number[s->number] = strand;
    s->clock = clock_create(m);
}

void strand_begin(struct machine *m, uint32_t strand, uint32_t parent)
{
    struct strand *s = &m->strands[strand];
    if (s->number == KERNEL_NONE)
        number_strand(m, strand);
    if (m->stops)
        return;
    uint32_t before = own(m, strand)[s->number];
    if (parent != KERNEL_NONE) {
        memcpy(own(m, strand), own(m, parent), m->clocks.stride * sizeof(uint32_t));
        pending_copy(m, strand, parent);
        for (uint8_t scope = 0; scope < PTX_SCOPES; scope++)
            if (m->strands[parent].released[scope])
                released_join(m, strand, scope, m->strands[parent].released[scope] - 1);
        tick(m, parent);
    }
    own(m, strand)[s->number] = before + 1;
}

void strand_merge(struct machine *m, uint32_t into, uint32_t from)
{
    join(m, into, m->strands[from].clock);
    pending_copy(m, into, from);
    for (int scope = 0; scope < PTX_SCOPES; scope++)
        if (m->strands[from].released[scope])
            released_join(m, into, (uint8_t)scope, m->strands[from].released[scope] - 1);
    pending_clear(m, from);
    released_clear(m, from);
}

/* But for what strands of the warp itself did. */
static bool clocks_are_alike(const struct machine *m, const uint32_t *a, const uint32_t *b,
                             uint32_t warp)
{
    for (uint32_t i = 0; i < m->clocks.strands; i++)
        if (a[i] != b[i] && m->strand_of_number[i] / WARP_LANES != warp)
            return false;
    return true;
}

static bool pending_are_alike(const struct machine *m, uint32_t a, uint32_t b)
{
    uint32_t i = m->strands[a].pending, j = m->strands[b].pending;
    for (; i && j; i = m->contributions[i - 1].next, j = m->contributions[j - 1].next) {
        const struct contribution *x = &m->contributions[i - 1], *y = &m->contributions[j - 1];
        if (x->clock != y->clock || x->address != y->address || x->scope != y->scope ||
            x->strand != y->strand)
            return false;
    }
    return i == j;
}

bool strands_know_the_same(const struct machine *m, uint32_t a, uint32_t b)
{
    uint32_t warp = a / WARP_LANES;
    if (!clocks_are_alike(m, strand_clock(m, a), strand_clock(m, b), warp) ||
        !pending_are_alike(m, a, b))
        return false;
    for (uint32_t scope = 0; scope < PTX_SCOPES; scope++) {
        uint32_t x = m->strands[a].released[scope], y = m->strands[b].released[scope];
        if (!x != !y || (x && x != y &&
                         !clocks_are_alike(m, clock_words(&m->clocks, x - 1),
                                           clock_words(&m->clocks, y - 1), warp)))
            return false;
    }
    return true;
}

bool strand_is_behind(const struct machine *m, uint32_t strand, uint32_t by)
{
    const struct strand *s = &m->strands[strand];
    return s->number == KERNEL_NONE ||
           clock_has(strand_clock(m, by), s->number, strand_epoch(m, strand));
}

/* ---- Scopes ---------------------------------------------------------------------------------- */

static bool block_includes(const struct machine *m, uint8_t scope, uint32_t block, uint32_t other)
{
    if (scope == PTX_SCOPE_SYS || block == other)
        return true;
    if (block == KERNEL_NONE || other == KERNEL_NONE)
        return false;
    const struct block_place *a = machine_block(m, block), *b = machine_block(m, other);
    if (scope == PTX_SCOPE_GPU)
        return a->device == b->device;
    return scope == PTX_SCOPE_CLUSTER && a->cluster == b->cluster;
}

static uint32_t strand_block(const struct machine *m, uint32_t strand)
{
    return strand == machine_host(m) ? KERNEL_NONE : group_block(m, strand);
}

bool scope_includes(const struct machine *m, uint8_t scope, uint32_t strand, uint32_t other)
{
    return strand == other ||
           block_includes(m, scope, strand_block(m, strand), strand_block(m, other));
}

/* ---- Messages -------------------------------------------------------------------------------- */

static struct message *message_at(const struct machine *m, uint64_t at, uint8_t size)
{
    if (m->shadow_rows[at / SHADOW_ROW_BYTES].is_one)
        return NULL;
    for (uint32_t i = m->shadow[at / 4].message; i; i = m->messages[i - 1].next)
        if (m->messages[i - 1].address == at && m->messages[i - 1].size == size)
            return &m->messages[i - 1];
    return NULL;
}

/* Both are strong, of the same bytes: each scope has to include the other's strand. */
static bool is_morally_strong(const struct machine *m, const struct message *w,
                              const struct strong_access *a)
{
    uint32_t block = strand_block(m, a->strand);
    return w->strand == a->strand || (block_includes(m, w->scope, w->block, block) &&
                                      block_includes(m, a->scope, block, w->block));
}

/* Joins a contribution, if both scopes include the other. */
static bool acquire_one(struct machine *m, uint32_t strand, uint8_t scope,
                        const struct contribution *c)
{
    uint32_t block = strand_block(m, strand);
    if (!block_includes(m, c->scope, c->block, block) || !block_includes(m, scope, block, c->block))
        return false;
    join(m, strand, c->clock);
    return true;
}

/* An acquire joins what was read of this word before, too; a fence (at == UINT64_MAX) of every word. */
static void acquire_pending(struct machine *m, uint32_t strand, uint8_t scope, uint64_t at)
{
    uint32_t *link = &m->strands[strand].pending;
    while (*link) {
        struct contribution *c = &m->contributions[*link - 1];
        if ((at == UINT64_MAX || c->address == at) && acquire_one(m, strand, scope, c))
            contribution_drop(m, link);
        else
            link = &c->next;
    }
}

static void take(struct machine *m, const struct strong_access *a, const struct message *w)
{
    for (uint32_t i = w->first; i && !m->stops; i = m->contributions[i - 1].next) {
        struct contribution c = m->contributions[i - 1];
        if (!a->acquires || !acquire_one(m, a->strand, a->scope, &c)) {
            c.address = a->at;
            contribution_add(m, &m->strands[a->strand].pending, &c);
        }
    }
}

bool strong_read(struct machine *m, const struct strong_access *a)
{
    const struct message *w = message_at(m, a->at, a->size);
    bool observes = w && is_morally_strong(m, w, a);
    if (observes)
        take(m, a, w);
    if (a->acquires)
        acquire_pending(m, a->strand, a->scope, a->at);
    return observes;
}

/* What the strand's own write contributes: its release, and what fences before it made it give. */
static void contribute(struct machine *m, const struct strong_access *a, uint32_t *first)
{
    struct contribution c = {.block = strand_block(m, a->strand), .strand = a->strand};
    for (uint8_t scope = 0; scope < PTX_SCOPES; scope++) {
        if (!m->strands[a->strand].released[scope])
            continue;
        c.scope = scope;
        c.clock = m->strands[a->strand].released[scope] - 1;
        contribution_add(m, first, &c);
    }
    if (!a->releases)
        return;
    c.scope = a->scope;
    c.clock = publish(m, a->strand);
    contribution_add(m, first, &c);
    clock_release(&m->clocks, c.clock);
}

/* Messages of which bytes are overwritten end; the contributions of the one that is wholly replaced are handed
 * over where `keeps` says so. */
static uint32_t end_messages(struct machine *m, uint64_t at, uint8_t size)
{
    uint32_t kept = 0;
    for (uint64_t word = at / 4; word <= (at + size - 1) / 4; word++) {
        uint32_t *link = &shadow_word_at(m, 4 * word)->message;
        while (*link) {
            struct message *w = &m->messages[*link - 1];
            bool overlaps = w->address < at + size && at < w->address + w->size;
            if (!overlaps) {
                link = &w->next;
                continue;
            }
            if (w->address == at && w->size == size && word == at / 4) {
                kept = w->first;
                w->first = 0;
            }
            message_drop(m, link);
        }
    }
    return kept;
}

static void begin_message(struct machine *m, const struct strong_access *a, uint32_t first)
{
    message_add(m, &(struct message){.address = a->at,
                                     .strand = a->strand,
                                     .block = strand_block(m, a->strand),
                                     .size = a->size,
                                     .scope = a->scope,
                                     .first = first});
}

void strong_write(struct machine *m, const struct strong_access *a)
{
    uint32_t first = end_messages(m, a->at, a->size);
    /* A release of the same word and strand goes on in its later strong writes. */
    for (uint32_t *link = &first; *link;) {
        if (m->contributions[*link - 1].strand == a->strand)
            link = &m->contributions[*link - 1].next;
        else
            contribution_drop(m, link);
    }
    contribute(m, a, &first);
    begin_message(m, a, first);
}

bool strong_update(struct machine *m, const struct strong_access *a)
{
    bool observes = strong_read(m, a);
    uint32_t first = end_messages(m, a->at, a->size);
    for (uint32_t *link = &first; *link && !observes;)
        if (m->contributions[*link - 1].strand == a->strand)
            link = &m->contributions[*link - 1].next;
        else
            contribution_drop(m, link);
    contribute(m, a, &first);
    begin_message(m, a, first);
    return observes;
}

void weak_write(struct machine *m, uint64_t at, uint8_t size)
{
    uint32_t first = end_messages(m, at, size);
    while (first)
        contribution_drop(m, &first);
}

/* ---- Fences and barriers ---------------------------------------------------------------------- */

/* What fence.sc of others there were, and this one among them. */
static void order_fences(struct machine *m, uint32_t strand, uint8_t scope)
{
    uint32_t block = strand_block(m, strand), *seen[4], count = 0;
    if (block != KERNEL_NONE) {
        const struct block_place *b = machine_block(m, block);
        seen[count++] = &m->fence_block[block];
        if (scope >= PTX_SCOPE_CLUSTER)
            seen[count++] = &m->fence_cluster[b->cluster];
        if (scope >= PTX_SCOPE_GPU)
            seen[count++] = &m->fence_device[b->device];
    }
    if (scope == PTX_SCOPE_SYS)
        seen[count++] = &m->fence_system;
    for (uint32_t i = 0; i < count; i++)
        barrier_take(m, strand, *seen[i]);
    for (uint32_t i = 0; i < count; i++)
        barrier_give(m, strand, seen[i]);
}

void fence(struct machine *m, uint32_t strand, uint8_t order, uint8_t scope)
{
    if (order != PTX_ORDER_RELEASE)
        acquire_pending(m, strand, scope, UINT64_MAX);
    if (order == PTX_ORDER_SC)
        order_fences(m, strand, scope);
    if (order == PTX_ORDER_ACQUIRE || m->stops)
        return;
    uint32_t clock = publish(m, strand);
    released_set(m, strand, scope, clock);
}

void barrier_give(struct machine *m, uint32_t strand, uint32_t *clock)
{
    if (!*clock)
        *clock = clock_create(m) + 1;
    if (m->stops)
        return;
    clock_join(&m->clocks, *clock - 1, m->strands[strand].clock);
    tick(m, strand);
}

void barrier_take(struct machine *m, uint32_t strand, uint32_t clock)
{
    if (clock)
        join(m, strand, clock - 1);
}

void barrier_clear(struct machine *m, uint32_t *clock)
{
    if (*clock)
        clock_release(&m->clocks, *clock - 1);
    *clock = 0;
}

/* ---- Runs ------------------------------------------------------------------------------------ */

static uint32_t strands_of(const struct machine *m)
{
    return machine_host(m) + 1;
}

void causality_reset(struct machine *m)
{
    clock_pool_clear(&m->clocks);
    m->contribution_count = m->contribution_free = 0;
    m->message_count = m->message_free = 0;
    for (uint32_t i = 0; i < strands_of(m); i++)
        m->strands[i] = (struct strand){.number = KERNEL_NONE};
    memset(m->fence_block, 0, m->kernel->most_blocks * sizeof *m->fence_block);
    memset(m->fence_cluster, 0, m->kernel->most_blocks * sizeof *m->fence_cluster);
    memset(m->fence_device, 0, LAUNCH_DEVICES_MAX * sizeof *m->fence_device);
    m->fence_system = 0;
}

void causality_free(struct machine *m)
{
    clock_pool_free(&m->clocks);
    free(m->contributions);
    free(m->messages);
    free(m->strand_of_number);
}
