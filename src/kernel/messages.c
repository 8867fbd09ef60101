#include "kernel/messages.h"

#include "kernel/clock_pool.h"
#include "kernel/shadow.h"

#include "base/array.h"

/* An entry of a pool: the first free one, or a new one. Its index + 1; 0 without memory. */
#define POOL_TAKE(m, pool, count, room, unused)                                                    \
    ((m)->unused ? pool_reuse(&(m)->unused, (m)->pool[(m)->unused - 1].next)                       \
     : array_reserve(&(m)->pool, (m)->count, &(m)->room, 1, sizeof *(m)->pool, (m)->err) ==        \
             VRRL_OK                                                                               \
         ? ++(m)->count                                                                            \
         : pool_fail(m))

static uint32_t pool_reuse(uint32_t *unused, uint32_t next)
{
    uint32_t taken = *unused;
    *unused = next;
    return taken;
}

static uint32_t pool_fail(struct machine *m)
{
    m->code = VRRL_NO_MEMORY;
    m->stops = true;
    return 0;
}

/* ---- Contributions --------------------------------------------------------------------------- */

/* An entry of the same strand comes after all that both come after. */
static void merge(struct machine *m, struct contribution *into, uint32_t clock)
{
    struct clocks *c = &m->clocks;
    if (into->clock == clock || clock_covers(c, into->clock, clock))
        return;
    if (clock_covers(c, clock, into->clock)) {
        clock_keep(c, clock);
        clock_release(c, into->clock);
        into->clock = clock;
        return;
    }
    uint32_t both = clock_copy(m, into->clock);
    if (m->stops)
        return;
    clock_join(c, both, clock);
    clock_release(c, into->clock);
    into->clock = both;
}

void contribution_add(struct machine *m, uint32_t *first, const struct contribution *c)
{
    if (m->stops)
        return;
    for (uint32_t i = *first; i; i = m->contributions[i - 1].next) {
        struct contribution *old = &m->contributions[i - 1];
        if (old->strand == c->strand && old->scope == c->scope && old->block == c->block &&
            old->address == c->address) {
            merge(m, old, c->clock);
            return;
        }
    }
    uint32_t made =
        POOL_TAKE(m, contributions, contribution_count, contribution_room, contribution_free);
    if (!made)
        return;
    m->contributions[made - 1] = *c;
    m->contributions[made - 1].next = *first;
    clock_keep(&m->clocks, c->clock);
    *first = made;
}

void contribution_drop(struct machine *m, uint32_t *link)
{
    uint32_t dropped = *link;
    struct contribution *c = &m->contributions[dropped - 1];
    *link = c->next;
    clock_release(&m->clocks, c->clock);
    c->next = m->contribution_free;
    m->contribution_free = dropped;
}

/* ---- Messages -------------------------------------------------------------------------------- */

void message_add(struct machine *m, const struct message *message)
{
    uint32_t made =
        m->stops ? 0 : POOL_TAKE(m, messages, message_count, message_room, message_free);
    if (!made)
        return;
    uint32_t *first = &shadow_word_at(m, message->address)->message;
    m->messages[made - 1] = *message;
    m->messages[made - 1].next = *first;
    *first = made;
}

void message_drop(struct machine *m, uint32_t *link)
{
    uint32_t dropped = *link;
    struct message *w = &m->messages[dropped - 1];
    while (w->first)
        contribution_drop(m, &w->first);
    *link = w->next;
    w->next = m->message_free;
    m->message_free = dropped;
}

/* ---- Strands --------------------------------------------------------------------------------- */

void pending_copy(struct machine *m, uint32_t to, uint32_t from)
{
    for (uint32_t i = m->strands[from].pending; i && !m->stops; i = m->contributions[i - 1].next) {
        struct contribution c = m->contributions[i - 1];
        contribution_add(m, &m->strands[to].pending, &c);
    }
}

void pending_clear(struct machine *m, uint32_t strand)
{
    while (m->strands[strand].pending)
        contribution_drop(m, &m->strands[strand].pending);
}

void released_set(struct machine *m, uint32_t strand, uint8_t scope, uint32_t clock)
{
    uint32_t *released = &m->strands[strand].released[scope];
    if (*released)
        clock_release(&m->clocks, *released - 1);
    *released = clock + 1;
}

void released_join(struct machine *m, uint32_t strand, uint8_t scope, uint32_t clock)
{
    uint32_t *released = &m->strands[strand].released[scope];
    uint32_t both = clock_copy(m, clock);
    if (m->stops)
        return;
    if (*released)
        clock_join(&m->clocks, both, *released - 1);
    released_set(m, strand, scope, both);
}

void released_clear(struct machine *m, uint32_t strand)
{
    for (int scope = 0; scope < PTX_SCOPES; scope++) {
        if (m->strands[strand].released[scope])
            clock_release(&m->clocks, m->strands[strand].released[scope] - 1);
        m->strands[strand].released[scope] = 0;
    }
}
