/* A few slots that fail without all the others, looked for from the cause on: slices first, then ever more
 * of what is near. Where one is found, its size, and not that of the program, is what shrinking takes. */
#include "shrink/shrink_slice.h"

#include "base/error.h"
#include "failure/slice.h"
#include "program/batch_view.h"
#include "shrink/shrink.h"
#include "shrink/shrinker.h"

#include <stdlib.h>
#include <string.h>

enum { SLICE_FROM = 8, SEEDS = 4 };

struct slicer {
    struct shrinker *shrinker;
    uint32_t epoch;
    uint32_t seeds[SEEDS]; /* positions: what went wrong, and the cause */
    uint32_t seed_count;
    bool *slots, *keep;
};

static void add_seed(struct slicer *c, uint32_t position)
{
    for (uint32_t i = 0; i < c->seed_count; i++)
        if (c->seeds[i] == position)
            return;
    if (position != VRRL_NO_INDEX)
        c->seeds[c->seed_count++] = position;
}

static uint32_t position_of(const struct slicer *c, uint32_t origin)
{
    const struct edited *e = &c->shrinker->base;
    const vrrl_batch *batch = epoch_batch(e->program, c->epoch);
    for (uint32_t i = 0; i < batch->count; i++)
        if (e->slot_origin[batch->first + i] == origin)
            return i;
    return VRRL_NO_INDEX;
}

static void find_seeds(struct slicer *c)
{
    const struct shrinker *s = c->shrinker;
    add_seed(c, s->caught.outcome.slot);
    add_seed(c, s->caught.outcome.other);
    add_seed(c, position_of(c, s->cause.first));
    add_seed(c, position_of(c, s->cause.second));
}

/* The slots that are marked; what a prologue stores stays, and what is expected where that is the failure. */
static vrrl_code try_slots(struct slicer *c, bool *fails, vrrl_error *err)
{
    struct shrinker *s = c->shrinker;
    for (uint32_t i = 0; i < s->count; i++) {
        const struct program_part *part = &s->parts[i];
        c->keep[i] = part->kind == PART_SLOT       ? c->slots[part->at]
                     : part->kind == PART_PROLOGUE ? true
                                                   : s->oracle.signature.kind == VRRL_DEFECT_EXPECT;
    }
    if (!memchr(c->keep, false, s->count)) /* it leaves nothing out */
        return VRRL_OK;
    vrrl_code code = shrink_without(s, c->keep, fails, err);
    if (code == VRRL_OK && *fails)
        memcpy(s->keep, c->keep, s->count);
    return code;
}

static vrrl_code try_slices(struct slicer *c, bool *fails, vrrl_error *err)
{
    const vrrl_program *p = c->shrinker->base.program;
    vrrl_code code = VRRL_OK;
    for (int kind = 0;
         code == VRRL_OK && kind < SLICE_KINDS && !*fails && !shrink_is_over(c->shrinker); kind++) {
        code = slice_of(p, c->epoch, c->seeds, c->seed_count, (enum slice_kind)kind, c->slots, err);
        if (code == VRRL_OK)
            code = try_slots(c, fails, err);
    }
    return code;
}

/* Twice as many each time, up to the half. */
static vrrl_code grow(struct slicer *c, bool *fails, vrrl_error *err)
{
    const vrrl_program *p = c->shrinker->base.program;
    const vrrl_batch *batch = epoch_batch(p, c->epoch);
    uint32_t *order = malloc((batch->count + (size_t)1) * sizeof *order);
    vrrl_code code = order ? slice_order(p, c->epoch, c->seeds, c->seed_count, order, err)
                           : (vrrl_code)error_no_memory(err, batch->count * sizeof *order);
    memset(c->slots, false, p->slot_count);
    for (uint32_t marked = 0, size = c->seed_count;
         code == VRRL_OK && !*fails && size <= batch->count / 2 && !shrink_is_over(c->shrinker);
         size *= 2) {
        while (marked < size)
            c->slots[batch->first + order[marked++]] = true;
        code = try_slots(c, fails, err);
    }
    free(order);
    return code;
}

vrrl_code shrink_to_slice(struct shrinker *s, vrrl_error *err)
{
    struct slicer c = {.shrinker = s, .epoch = s->caught.outcome.epoch};
    bool fails = false;
    if (s->base.program->slot_count < SLICE_FROM)
        return VRRL_OK;
    find_seeds(&c);
    if (c.seed_count == 0)
        return VRRL_OK;
    c.slots = malloc(s->base.program->slot_count + (size_t)1);
    c.keep = malloc(s->count + (size_t)1);
    vrrl_code code = c.slots && c.keep ? VRRL_OK : (vrrl_code)error_no_memory(err, s->count);
    if (code == VRRL_OK)
        code = try_slices(&c, &fails, err);
    if (code == VRRL_OK && !fails)
        code = grow(&c, &fails, err);
    free(c.slots);
    free(c.keep);
    return code;
}
