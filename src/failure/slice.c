#include "failure/slice.h"

#include "base/error.h"
#include "program/batch_view.h"
#include "program/made.h"

#include <stdlib.h>
#include <string.h>

struct slice {
    const vrrl_program *program;
    const vrrl_batch *batch;
    struct made made;
    bool *inside; /* by position */
    uint32_t *todo;
    uint32_t todo_count;
    bool signals_only;
};

static void add(struct slice *s, uint32_t position)
{
    if (position >= s->batch->count || s->inside[position])
        return;
    s->inside[position] = true;
    s->todo[s->todo_count++] = position;
}

static void add_maker(void *context, uint32_t position)
{
    add(context, position);
}

static void add_makers(struct slice *s, const struct declared_event *access, bool signals)
{
    made_each(&s->made, access, signals, add_maker, s);
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

static void add_seeds(struct slice *s, const uint32_t *seeds, uint32_t seed_count)
{
    for (uint32_t i = 0; i < seed_count; i++)
        add(s, seeds[i]);
}

static vrrl_code begin_slice(struct slice *s, const vrrl_program *program, uint32_t epoch,
                             vrrl_error *err)
{
    *s = (struct slice){.program = program, .batch = epoch_batch(program, epoch)};
    s->inside = calloc(s->batch->count + (size_t)1, sizeof *s->inside);
    s->todo = calloc(s->batch->count + (size_t)1, sizeof *s->todo);
    if (!s->inside || !s->todo)
        return error_no_memory(err, (uint64_t)s->batch->count * 5);
    return made_create(program, s->batch, &s->made, err);
}

static void end_slice(struct slice *s)
{
    made_free(&s->made);
    free(s->inside);
    free(s->todo);
}

vrrl_code slice_of(const vrrl_program *program, uint32_t epoch, const uint32_t *seeds,
                   uint32_t seed_count, enum slice_kind kind, bool *keep, vrrl_error *err)
{
    struct slice s;
    vrrl_code code = begin_slice(&s, program, epoch, err);
    if (code == VRRL_OK) {
        add_seeds(&s, seeds, seed_count);
        if (seed_count == 1)
            visit(&s, seeds[0], add_conflicting);
        spread(&s, kind);
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
    if (code == VRRL_OK) {
        add_seeds(&s, seeds, seed_count);
        for (uint32_t i = 0; i < s.todo_count && i < VISITS_MAX; i++)
            visit(&s, s.todo[i], add_conflicting);
        for (uint32_t i = 0; i < s.batch->count; i++)
            add(&s, i);
        memcpy(order, s.todo, s.todo_count * sizeof *order);
    }
    end_slice(&s);
    return code;
}
