#include "program/made.h"

#include "base/array.h"
#include "base/error.h"
#include "base/sorted.h"
#include "ops/role.h"
#include "program/batch_view.h"
#include "race/rules.h"

#include <stdlib.h>

struct collecting {
    struct made *made;
    uint32_t position;
    vrrl_code code;
    vrrl_error *err;
};

static void note_made(void *context, const struct declared_event *access)
{
    struct collecting *c = context;
    struct made *m = c->made;
    bool signals = access->signals || declared_updates(access);
    if (access->kind != OPERATION_STORE && !signals)
        return;
    if (c->code == VRRL_OK)
        c->code = array_room(m->list, m->count, m->room, 1, c->err);
    if (c->code != VRRL_OK)
        return;
    m->list[m->count++] = (struct made_range){.first = access->word,
                                              .end = access->word + access->count,
                                              .position = c->position,
                                              .signals = signals};
    if (access->count > m->longest)
        m->longest = access->count;
}

static int by_first(const void *a, const void *b)
{
    const struct made_range *x = a, *y = b;
    if (x->first != y->first)
        return x->first < y->first ? -1 : 1;
    return (x->position > y->position) - (x->position < y->position);
}

vrrl_code made_create(const vrrl_program *program, const vrrl_batch *batch, struct made *made,
                      vrrl_error *err)
{
    struct collecting c = {.made = made, .err = err};
    *made = (struct made){.count = 0};
    for (; c.position < batch->count; c.position++)
        slot_footprint(program, &program->slots[batch->first + c.position], note_made, &c);
    if (c.code == VRRL_OK && made->count > 1)
        qsort(made->list, made->count, sizeof *made->list, by_first);
    return c.code;
}

void made_free(struct made *made)
{
    free(made->list);
}

void made_each(const struct made *made, const struct declared_event *access, bool signals,
               void (*visit)(void *context, uint32_t position), void *context)
{
    uint32_t end = access->word + access->count;
    uint32_t least = access->word > made->longest ? access->word - made->longest : 0;
    for (uint32_t i = sorted_from(made->list, made->count, sizeof *made->list, least);
         i < made->count && made->list[i].first < end; i++)
        if (made->list[i].end > access->word && (!signals || made->list[i].signals))
            visit(context, made->list[i].position);
}

/* ---- Who waits for whom ------------------------------------------------------------------------ */

struct waiting {
    const struct made *made;
    bool *inside;
    uint32_t *todo, count;
};

static void add(void *context, uint32_t position)
{
    struct waiting *w = context;
    if (w->inside[position])
        return;
    w->inside[position] = true;
    w->todo[w->count++] = position;
}

/* A wait for nothing, which always holds, is none. */
static void add_awaited(void *context, const struct declared_event *access)
{
    struct waiting *w = context;
    bool sets = access->from != DECLARED_NO_WORD; /* memory says how much more */
    if (access->waits && (access->value > 0 || sets))
        made_each(w->made, access, false, add, w);
}

vrrl_code made_awaits(const vrrl_program *program, uint32_t epoch, uint32_t slot, uint32_t other,
                      bool *awaits, vrrl_error *err)
{
    const vrrl_batch *batch = epoch_batch(program, epoch);
    struct made made;
    struct waiting w = {.made = &made};
    vrrl_code code = made_create(program, batch, &made, err);
    w.inside = calloc(batch->count + (size_t)1, sizeof *w.inside);
    w.todo = calloc(batch->count + (size_t)1, sizeof *w.todo);
    if (code == VRRL_OK && (!w.inside || !w.todo))
        code = error_no_memory(err, (uint64_t)batch->count * 5);
    *awaits = false;
    if (code == VRRL_OK && other < batch->count) {
        slot_footprint(program, &program->slots[batch->first + slot], add_awaited, &w);
        for (uint32_t i = 0; i < w.count && !w.inside[other]; i++)
            slot_footprint(program, &program->slots[batch->first + w.todo[i]], add_awaited, &w);
        *awaits = w.inside[other];
    }
    free(w.inside);
    free(w.todo);
    made_free(&made);
    return code;
}

/* ---- Whether an order is what lacks ------------------------------------------------------------ */

static void note_choice(void *context, const struct declared_event *d)
{
    *(bool *)context |= declared_chooses(d);
}

bool made_chooses(const vrrl_program *program, uint32_t epoch, uint32_t slot)
{
    bool found = false;
    slot_footprint(program, epoch_slot(program, epoch, slot), note_choice, &found);
    return found;
}

/* Whether two slots have accesses that race where nothing orders them. */
struct meeting {
    const vrrl_program *program;
    const vrrl_slot *other;
    const struct declared_event *mine;
    bool races;
};

static void meet_one(void *context, const struct declared_event *access)
{
    struct meeting *m = context;
    m->races |= declared_overlap(m->mine, access) &&
                access_conflicts(access_of_declared(m->mine), access_of_declared(access));
}

static void meet(void *context, const struct declared_event *access)
{
    struct meeting *m = context;
    m->mine = access;
    if (!m->races)
        slot_footprint(m->program, m->other, meet_one, m);
}

static bool would_race(const vrrl_program *program, uint32_t epoch, uint32_t slot, uint32_t other)
{
    struct meeting m = {.program = program, .other = epoch_slot(program, epoch, other)};
    slot_footprint(program, epoch_slot(program, epoch, slot), meet, &m);
    return m.races;
}

vrrl_code made_order_is_missing(const vrrl_program *program, uint32_t epoch, uint32_t slot,
                                uint32_t other, enum made_order *order, vrrl_error *err)
{
    bool awaits = false, awaited = false;
    *order = ORDER_LACKS;
    if (made_chooses(program, epoch, slot) || made_chooses(program, epoch, other))
        *order = ORDER_CHOSEN;
    else if (!would_race(program, epoch, slot, other))
        *order = ORDER_UNTOLD;
    if (*order != ORDER_LACKS)
        return VRRL_OK;
    vrrl_code code = made_awaits(program, epoch, slot, other, &awaits, err);
    if (code == VRRL_OK)
        code = made_awaits(program, epoch, other, slot, &awaited, err);
    if (awaits || awaited)
        *order = ORDER_TOO_WEAK;
    return code;
}
