#include "explore/coverage.h"

#include "base/array.h"
#include "program/batch_view.h"

#include <stdlib.h>
#include <string.h>

/* Looked for no further: a program where everything conflicts with everything has more than enough. */
#define OVERLAPS_MAX 20000000u

struct pair {
    uint32_t batch, a, b; /* a < b */
};

/* A slot touches words first … end - 1. */
struct touch {
    uint64_t end;
    uint32_t first, slot;
    bool reads, writes, updates;
};

struct coverage {
    const vrrl_program *program;
    struct pair *pairs; /* by batch */
    uint32_t count, room;
    uint32_t *batch_first; /* in pairs, for each batch and its end */
    uint8_t *seen;         /* by order */

    /* While they are collected. */
    struct touch *touches;
    uint32_t touch_count, touch_room;
    uint32_t slot, batch, overlaps;
    uint64_t mask; /* of a pair's hash: those with 0 there are kept */
    vrrl_code failed;
    vrrl_error *err;
};

static void add_touch(void *context, const struct declared_event *access)
{
    struct coverage *c = context;
    if (access->waits || c->failed)
        return;
    c->failed = array_room(c->touches, c->touch_count, c->touch_room, 1, c->err);
    if (c->failed)
        return;
    c->touches[c->touch_count++] =
        (struct touch){.end = (uint64_t)access->word + access->count,
                       .first = access->word,
                       .slot = c->slot,
                       .reads = declared_reads(access),
                       .writes = access->kind == OPERATION_STORE,
                       .updates = declared_updates(access) || access->signals};
}

static int by_first(const void *a, const void *b)
{
    const struct touch *x = a, *y = b;
    if (x->first != y->first)
        return x->first < y->first ? -1 : 1;
    return x->slot < y->slot ? -1 : x->slot > y->slot;
}

static int by_slots(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    if (x->batch != y->batch)
        return x->batch < y->batch ? -1 : 1;
    if (x->a != y->a)
        return x->a < y->a ? -1 : 1;
    return x->b < y->b ? -1 : x->b > y->b;
}

/* Whether it may show who of the two comes first, also where the rules of race/rules.h tell no race. */
static bool order_may_show(const struct touch *x, const struct touch *y)
{
    return x->writes || y->writes || (x->updates && y->reads) || (x->reads && y->updates);
}

/* Depends on the pair alone: what is drawn of many does not depend on where they were met. */
static uint64_t hash_of(const struct pair *pair)
{
    uint64_t x = ((uint64_t)pair->a << 32 | pair->b) * 0x9E3779B97F4A7C15u;
    x ^= x >> 32;
    x *= 0xD6E8FEB86659FD93u;
    return x ^ x >> 32;
}

/* Each pair once, and of too many about half. */
static void thin_out(struct coverage *c, uint32_t most)
{
    uint32_t kept = 0;
    qsort(c->pairs, c->count, sizeof *c->pairs, by_slots);
    for (uint32_t i = 0; i < c->count; i++) {
        if (i == 0 || by_slots(&c->pairs[i], &c->pairs[i - 1]))
            c->pairs[kept++] = c->pairs[i];
    }
    c->count = kept;
    while (c->count > most) {
        c->mask = c->mask * 2 + 1;
        kept = 0;
        for (uint32_t i = 0; i < c->count; i++) {
            if (!(hash_of(&c->pairs[i]) & c->mask))
                c->pairs[kept++] = c->pairs[i];
        }
        c->count = kept;
    }
}

static void add_pair(struct coverage *c, uint32_t x, uint32_t y)
{
    const struct pair pair = {c->batch, x < y ? x : y, x < y ? y : x};
    if (c->failed || hash_of(&pair) & c->mask)
        return;
    if (c->count == 4 * COVERAGE_PAIRS_MAX)
        thin_out(c, 2 * COVERAGE_PAIRS_MAX);
    c->failed = array_room(c->pairs, c->count, c->room, 1, c->err);
    if (!c->failed)
        c->pairs[c->count++] = pair;
}

/* By first word, what overlaps a range begins before its end. */
static void add_pairs(struct coverage *c)
{
    const struct touch *t = c->touches;
    if (c->touch_count > 0)
        qsort(c->touches, c->touch_count, sizeof *c->touches, by_first);
    for (uint32_t i = 0; i < c->touch_count; i++) {
        for (uint32_t j = i + 1; j < c->touch_count && t[j].first < t[i].end; j++) {
            if (c->overlaps++ > OVERLAPS_MAX || c->failed)
                return;
            if (t[i].slot != t[j].slot && order_may_show(&t[i], &t[j]))
                add_pair(c, t[i].slot, t[j].slot);
        }
    }
}

static vrrl_code collect(struct coverage *c)
{
    const vrrl_program *program = c->program;
    for (c->batch = 0; c->batch < program->batch_count && !c->failed; c->batch++) {
        const vrrl_batch *batch = &program->batches[c->batch];
        c->touch_count = 0;
        for (c->slot = 0; c->slot < batch->count; c->slot++)
            slot_footprint(program, &program->slots[batch->first + c->slot], add_touch, c);
        add_pairs(c);
    }
    if (!c->failed && c->count > 0)
        thin_out(c, COVERAGE_PAIRS_MAX);
    return c->failed;
}

static vrrl_code index_pairs(struct coverage *c, vrrl_error *err)
{
    uint32_t batches = c->program->batch_count;
    c->seen = calloc(2 * (size_t)c->count + 1, 1);
    c->batch_first = calloc((size_t)batches + 1, sizeof *c->batch_first);
    if (!c->seen || !c->batch_first)
        return error_no_memory(err, 2 * (uint64_t)c->count);
    for (uint32_t i = 0; i < c->count; i++)
        c->batch_first[c->pairs[i].batch + 1]++;
    for (uint32_t i = 0; i < batches; i++)
        c->batch_first[i + 1] += c->batch_first[i];
    return VRRL_OK;
}

vrrl_code coverage_create(const vrrl_program *program, struct coverage **made, vrrl_error *err)
{
    struct coverage *c = calloc(1, sizeof *c);
    if (!c)
        return error_no_memory(err, sizeof *c);
    c->program = program;
    c->err = err;
    vrrl_code code = collect(c);
    if (code == VRRL_OK)
        code = index_pairs(c, err);
    free(c->touches);
    c->touches = NULL;
    if (code != VRRL_OK) {
        coverage_destroy(c);
        return code;
    }
    *made = c;
    return VRRL_OK;
}

void coverage_destroy(struct coverage *c)
{
    if (!c)
        return;
    free(c->pairs);
    free(c->batch_first);
    free(c->seen);
    free(c);
}

uint32_t coverage_pairs(const struct coverage *c)
{
    return c->count;
}

void coverage_pair(const struct coverage *c, uint32_t pair, uint32_t *batch, uint32_t *a,
                   uint32_t *b)
{
    *batch = c->pairs[pair].batch;
    *a = c->pairs[pair].a;
    *b = c->pairs[pair].b;
}

void coverage_look(struct coverage *c, uint32_t epoch, const uint64_t *claimed_at,
                   const uint64_t *ended_at, void (*found)(void *context, uint32_t order),
                   void *context)
{
    uint32_t batch = epoch_row(c->program, epoch)->batch;
    for (uint32_t i = c->batch_first[batch]; i < c->batch_first[batch + 1]; i++) {
        uint32_t a = c->pairs[i].a, b = c->pairs[i].b;
        bool forth = ended_at[a] && ended_at[a] < claimed_at[b];
        bool back = ended_at[b] && ended_at[b] < claimed_at[a];
        uint32_t order = 2 * i + back;
        if ((forth || back) && !c->seen[order]) {
            c->seen[order] = 1;
            found(context, order);
        }
    }
}
