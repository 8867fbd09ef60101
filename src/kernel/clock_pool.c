#include "kernel/clock_pool.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

static void fail(struct machine *m)
{
    m->code = error_no_memory(m->err, 0);
    m->stops = true;
}

static bool make_room(struct clocks *c, uint32_t stride, uint32_t room)
{
    uint32_t *words = calloc((size_t)stride * room, sizeof *words);
    if (!words || !array_resize(&c->uses, room, sizeof *c->uses) ||
        !array_resize(&c->unused, room, sizeof *c->unused)) {
        free(words);
        return false;
    }
    for (uint32_t i = 0; i < c->count; i++)
        memcpy(words + (size_t)i * stride, c->words + (size_t)i * c->stride,
               c->stride * sizeof *words);
    free(c->words);
    c->words = words;
    c->stride = stride;
    c->room = room;
    return true;
}

uint32_t clock_number(struct machine *m)
{
    struct clocks *c = &m->clocks;
    if (c->strands == c->stride &&
        !make_room(c, c->stride ? 2 * c->stride : 16, c->room ? c->room : 64))
        fail(m);
    return m->stops ? 0 : c->strands++;
}

uint32_t clock_create(struct machine *m)
{
    struct clocks *c = &m->clocks;
    uint32_t clock = c->unused_count ? c->unused[c->unused_count - 1] : c->count;
    if (clock == c->room && !make_room(c, c->stride ? c->stride : 16, c->room ? 2 * c->room : 64))
        fail(m);
    if (m->stops)
        return 0;
    if (c->unused_count)
        c->unused_count--;
    else
        c->count++;
    c->uses[clock] = 1;
    memset(clock_words(c, clock), 0, c->stride * sizeof *c->words);
    return clock;
}

uint32_t clock_copy(struct machine *m, uint32_t from)
{
    uint32_t copy = clock_create(m);
    struct clocks *c = &m->clocks;
    if (!m->stops)
        memcpy(clock_words(c, copy), clock_words(c, from), c->stride * sizeof *c->words);
    return copy;
}

void clock_release(struct clocks *c, uint32_t clock)
{
    if (--c->uses[clock] == 0)
        c->unused[c->unused_count++] = clock;
}

void clock_join(struct clocks *c, uint32_t to, uint32_t from)
{
    uint32_t *a = clock_words(c, to);
    const uint32_t *b = clock_words(c, from);
    for (uint32_t i = 0; i < c->strands; i++)
        a[i] = a[i] > b[i] ? a[i] : b[i];
}

bool clock_covers(const struct clocks *c, uint32_t late, uint32_t early)
{
    const uint32_t *a = clock_words(c, late), *b = clock_words(c, early);
    uint32_t less = 0;
    for (uint32_t i = 0; i < c->strands; i++)
        less |= a[i] < b[i];
    return !less;
}

void clock_pool_clear(struct clocks *c)
{
    c->count = c->unused_count = c->strands = 0;
}

void clock_pool_free(struct clocks *c)
{
    free(c->words);
    free(c->uses);
    free(c->unused);
    *c = (struct clocks){.words = NULL};
}
