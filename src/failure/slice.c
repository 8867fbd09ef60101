#include "failure/slice.h"

#include "base/array.h"
#include "base/sorted.h"
#include "program/batch_view.h"

#include <stdlib.h>
#include <string.h>

/* A range that a slot brings about: writes, or adds to. */
struct range {
    uint32_t first, end;
    uint32_t position;
    bool signals;
};

struct slice {
    const vrrl_program *program;
    const vrrl_batch *batch;
    struct range *made; /* by all slots, by first word */
    uint32_t made_count, made_room;
    uint32_t longest; /* words of a range, at most */
    bool *inside;     /* by position */
    uint32_t *todo;
    uint32_t todo_count;
    uint32_t position; /* while one is looked at */
    bool signals_only;
    vrrl_code code;
    vrrl_error *err;
};

static void note_made(void *context, const struct declared_event *access)
{
    struct slice *s = context;
    bool signals = access->signals || declared_updates(access);
    if (access->kind != OPERATION_STORE && !signals)
        return;
    if (s->code == VRRL_OK)
        s->code = array_room(s->made, s->made_count, s->made_room, 1, s->err);
    if (s->code != VRRL_OK)
        return;
    s->made[s->made_count++] = (struct range){.first = access->word,
                                              .end = access->word + access->count,
                                              .position = s->position,
                                              .signals = signals};
    if (access->count > s->longest)
        s->longest = access->count;
}

static int by_first(const void *a, const void *b)
{
    const struct range *x = a, *y = b;
    if (x->first != y->first)
        return x->first < y->first ? -1 : 1;
    return (x->position > y->position) - (x->position < y->position);
}

static void add(struct slice *s, uint32_t position)
{
    if (position >= s->batch->count || s->inside[position])
        return;
    s->inside[position] = true;
    s->todo[s->todo_count++] = position;
}

/* The first range that may reach into `word`. */
static uint32_t first_range(const struct slice *s, uint32_t word)
{
    uint32_t least = word > s->longest ? word - s->longest : 0;
    return sorted_from(s->made, s->made_count, sizeof *s->made, least);
}

static void add_makers(struct slice *s, const struct declared_event *access, bool signals)
{
    uint32_t end = access->word + access->count;
    for (uint32_t i = first_range(s, access->word); i < s->made_count && s->made[i].first < end;
         i++)
        if (s->made[i].end > access->word && (!signals || s->made[i].signals))
            add(s, s->made[i].position);
}

static void add_needed(void *context, const struct declared_event *access)
{
    struct slice *s = context;
    if (access->waits)
        add_makers(s, access, true);
    else if (declared_reads(access) && !s->signals_only)
        add_makers(s, access, false);
}

/* Whoever makes what it reads or writes. */
static void add_conflicting(void *context, const struct declared_event *access)
{
    if (declared_reads(access) || access->kind == OPERATION_STORE)
        add_makers(context, access, false);
    else if (access->waits)
        add_makers(context, access, true);
}

static void visit(struct slice *s, uint32_t position, footprint_visitor *visitor)
{
    s->position = position;
    slot_footprint(s->program, &s->program->slots[s->batch->first + position], visitor, s);
}

static void spread(struct slice *s, enum slice_kind kind)
{
    uint32_t first_round = s->todo_count;
    if (kind == SLICE_PAIR)
        return;
    s->signals_only = kind == SLICE_SIGNALS;
    for (uint32_t i = 0; i < s->todo_count && (kind == SLICE_CONE || i < first_round); i++)
        visit(s, s->todo[i], add_needed);
}

/* By all slots of the batch. */
static vrrl_code collect_made(struct slice *s)
{
    for (uint32_t i = 0; i < s->batch->count; i++)
        visit(s, i, note_made);
    if (s->code == VRRL_OK && s->made_count > 1)
        qsort(s->made, s->made_count, sizeof *s->made, by_first);
    return s->code;
}

static void add_seeds(struct slice *s, const uint32_t *seeds, uint32_t seed_count)
{
    for (uint32_t i = 0; i < seed_count; i++)
        add(s, seeds[i]);
}

static vrrl_code begin_slice(struct slice *s, const vrrl_program *program, uint32_t epoch,
                             vrrl_error *err)
{
    *s = (struct slice){.program = program, .batch = epoch_batch(program, epoch), .err = err};
    s->inside = calloc(s->batch->count + (size_t)1, sizeof *s->inside);
    s->todo = calloc(s->batch->count + (size_t)1, sizeof *s->todo);
    return s->inside && s->todo ? VRRL_OK : error_no_memory(err, (uint64_t)s->batch->count * 5);
}

static void end_slice(struct slice *s)
{
    free(s->made);
    free(s->inside);
    free(s->todo);
}

vrrl_code slice_of(const vrrl_program *program, uint32_t epoch, const uint32_t *seeds,
                   uint32_t seed_count, enum slice_kind kind, bool *keep, vrrl_error *err)
{
    struct slice s;
    vrrl_code code = begin_slice(&s, program, epoch, err);
    if (code == VRRL_OK)
        code = collect_made(&s);
    if (code == VRRL_OK) {
        add_seeds(&s, seeds, seed_count);
        if (seed_count == 1)
            visit(&s, seeds[0], add_conflicting);
        spread(&s, kind);
        code = s.code;
    }
    for (uint32_t i = 0; code == VRRL_OK && i < program->slot_count; i++)
        keep[i] = i >= s.batch->first && i - s.batch->first < s.batch->count &&
                  s.inside[i - s.batch->first];
    end_slice(&s);
    return code;
}

vrrl_code slice_order(const vrrl_program *program, uint32_t epoch, const uint32_t *seeds,
                      uint32_t seed_count, uint32_t *order, vrrl_error *err)
{
    enum { VISITS_MAX = 1000 }; /* each may meet all slots */
    struct slice s;
    vrrl_code code = begin_slice(&s, program, epoch, err);
    if (code == VRRL_OK)
        code = collect_made(&s);
    if (code == VRRL_OK) {
        add_seeds(&s, seeds, seed_count);
        for (uint32_t i = 0; i < s.todo_count && i < VISITS_MAX; i++)
            visit(&s, s.todo[i], add_conflicting);
        for (uint32_t i = 0; i < s.batch->count; i++)
            add(&s, i);
        memcpy(order, s.todo, s.todo_count * sizeof *order);
        code = s.code;
    }
    end_slice(&s);
    return code;
}

/* A wait for nothing, which always holds, is none. */
static void add_awaited(void *context, const struct declared_event *access)
{
    struct slice *s = context;
    bool sets = access->from != DECLARED_NO_WORD; /* memory says how much more */
    if (access->waits && (access->value > 0 || sets))
        add_makers(s, access, false);
}

vrrl_code slice_awaits(const vrrl_program *program, uint32_t epoch, uint32_t slot, uint32_t other,
                       bool *awaits, vrrl_error *err)
{
    struct slice s;
    vrrl_code code = begin_slice(&s, program, epoch, err);
    if (code == VRRL_OK)
        code = collect_made(&s);
    if (code == VRRL_OK)
        visit(&s, slot, add_awaited);
    for (uint32_t i = 0; code == VRRL_OK && i < s.todo_count && !s.inside[other]; i++)
        visit(&s, s.todo[i], add_awaited);
    *awaits = code == VRRL_OK && other < s.batch->count && s.inside[other];
    end_slice(&s);
    return code;
}
