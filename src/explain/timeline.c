/* Timelines: who ran what, from which step to which. */
#include "explain/timeline.h"

#include "base/error.h"
#include "explain/explain.h"
#include "program/batch_view.h"

#include <stdlib.h>

enum { SHOWN = 10 };

static int by_time(const void *a, const void *b)
{
    const vrrl_timeline_slot *x = a, *y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return (x->lane > y->lane) - (x->lane < y->lane);
}

/* How far a slot's time is from that of the pair. */
static uint64_t distance(const struct sched_slot *slot, uint64_t from, uint64_t to)
{
    if (slot->ended_at && slot->ended_at < from)
        return from - slot->ended_at;
    return slot->claimed_at > to ? slot->claimed_at - to : 0;
}

/* The largest distance at which no more than SHOWN slots are shown. */
static bool is_shown(const struct sched_slot *slots, uint32_t count, uint32_t i, uint64_t from,
                     uint64_t to)
{
    uint32_t nearer = 0;
    uint64_t mine = distance(&slots[i], from, to);
    for (uint32_t k = 0; k < count && nearer <= SHOWN; k++)
        nearer += slots[k].claimed_at && distance(&slots[k], from, to) < mine + (k < i);
    return slots[i].claimed_at && nearer <= SHOWN;
}

static void span_of_pair(const vrrl_explain_result *r, const struct sched_slot *slots,
                         uint32_t count, uint64_t *from, uint64_t *to)
{
    const uint32_t pair[] = {r->first, r->second};
    *from = UINT64_MAX;
    *to = 0;
    for (int i = 0; i < 2; i++) {
        if (!r->pair || pair[i] >= count || !slots[pair[i]].claimed_at)
            continue;
        uint64_t end = slots[pair[i]].ended_at ? slots[pair[i]].ended_at : UINT64_MAX;
        *from = slots[pair[i]].claimed_at < *from ? slots[pair[i]].claimed_at : *from;
        *to = end > *to ? end : *to;
    }
}

static void fill_slot(const struct explainer *x, const struct sched_slot *slot, uint32_t epoch,
                      uint32_t position, vrrl_timeline_slot *out)
{
    const vrrl_explain_result *r = x->result;
    const vrrl_program *p = x->whole.program;
    bool slots = x->oracle.options.setup.grain == VRRL_GRAIN_SLOT;
    *out = (vrrl_timeline_slot){.position = position,
                                .lane = slots ? position : slot->lane,
                                .from = slot->claimed_at,
                                .to = slot->ended_at,
                                .first = r->pair && position == r->first,
                                .second = r->pair && position == r->second};
    slot_name(p, epoch, position, out->name, sizeof out->name);
}

/* Only the pair where a lane is a slot: a lane for each of thousands says nothing. */
static bool is_wanted(const struct explainer *x, const struct sched_slot *slots, uint32_t count,
                      uint32_t i, uint64_t from, uint64_t to)
{
    const vrrl_explain_result *r = x->result;
    bool pair = r->pair && (i == r->first || i == r->second);
    if (!slots[i].claimed_at)
        return false;
    if (pair || count <= SHOWN)
        return true;
    return x->oracle.options.setup.grain != VRRL_GRAIN_SLOT && is_shown(slots, count, i, from, to);
}

vrrl_code timeline_of(const struct explainer *x, const struct shown_run *run, vrrl_timeline *out,
                      vrrl_error *err)
{
    const struct sched_slot *slots = run->slots;
    uint32_t count = run->slot_count, epoch = x->result->outcome.epoch;
    uint64_t from, to;
    out->slots = calloc(count + (size_t)1, sizeof *out->slots);
    if (!out->slots)
        return error_no_memory(err, count * sizeof *out->slots);
    out->by_workers = x->oracle.options.setup.grain != VRRL_GRAIN_SLOT;
    out->places = out->by_workers && x->whole.program->model.kind == VRRL_MODEL_PIPELINED;
    span_of_pair(x->result, slots, count, &from, &to);
    for (uint32_t i = 0; i < count; i++)
        if (is_wanted(x, slots, count, i, from, to))
            fill_slot(x, &slots[i], epoch, i, &out->slots[out->count++]);
    out->hidden = count - out->count;
    if (out->count > 1)
        qsort(out->slots, out->count, sizeof *out->slots, by_time);
    return VRRL_OK;
}
