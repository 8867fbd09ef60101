#include "schedule/trace.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

void trace_free(struct trace *t)
{
    free(t->list);
    decisions_free(&t->decisions);
    *t = (struct trace){.list = NULL};
}

vrrl_code trace_decisions(const struct trace *t, struct decisions *to, vrrl_error *err)
{
    return decisions_copy(&t->decisions, to, err);
}

static bool is_same_step(const struct trace_entry *a, const struct trace_entry *b)
{
    return a->event.epoch == b->event.epoch && a->event.thread.number == b->event.thread.number &&
           a->option == b->option;
}

uint32_t trace_common(const struct trace *a, const struct trace *b)
{
    uint32_t i = 0;
    while (i < a->count && i < b->count && is_same_step(&a->list[i], &b->list[i]))
        i++;
    return i;
}

/* ---- Keeping --------------------------------------------------------------------------------- */

static void trace_begin(void *context, uint32_t epoch, uint32_t slots, uint32_t lanes)
{
    const struct tracer *t = context;
    t->recorded.begin(t->recorded.context, epoch, slots, lanes);
}

static void trace_end(void *context, uint32_t epoch)
{
    const struct tracer *t = context;
    t->recorded.end(t->recorded.context, epoch);
}

/* Buffers are first in, first out: the store of a lane that a drain brings to memory is the one that as
 * many came before as were drained. */
static uint32_t who_stored(const struct trace *t, uint32_t epoch, uint32_t lane)
{
    uint32_t drained = 0, stored = 0;
    for (uint32_t i = t->count; i-- > 0 && t->list[i].event.epoch == epoch;)
        drained += t->list[i].event.thread.number == lane && t->list[i].event.what == EVENT_DRAINS;
    for (uint32_t i = 0; i < t->count; i++) {
        const struct event *e = &t->list[i].event;
        bool stores = e->epoch == epoch && e->thread.number == lane && e->what == EVENT_OPERATES &&
                      e->kind == OPERATION_STORE;
        if (stores && stored++ == drained)
            return e->slot;
    }
    return VRRL_NO_INDEX;
}

static void keep_step(struct tracer *t, const struct chooser_lane *lane, uint32_t option,
                      bool forced)
{
    struct trace *to = t->into;
    vrrl_error ignored;
    struct trace_entry step = {
        .event = run_target_event(t->of, lane->lane, option), .option = option, .forced = forced};
    if (step.event.what == EVENT_DRAINS)
        step.event.slot = who_stored(to, step.event.epoch, lane->lane);
    if (array_room(to->list, to->count, to->room, 1, &ignored) == VRRL_OK)
        to->list[to->count++] = step;
    else
        to->exhausted = true;
    to->exhausted = to->exhausted || to->decisions.exhausted;
}

static void trace_choose(void *context, const struct chooser_lane *lanes, uint32_t count,
                         uint32_t *at, uint32_t *option)
{
    struct tracer *t = context;
    bool forced = count == 1 && lanes[0].options == 1;
    if (!forced)
        t->recorded.choose(t->recorded.context, lanes, count, at, option);
    else if (t->tells_forced)
        t->by->choose(t->by->context, lanes, count, at, option);
    keep_step(t, &lanes[*at], *option, forced);
}

struct chooser tracer_chooser(struct tracer *t)
{
    const struct chooser_claims claims = run_target_claims_of(t->of);
    t->into->count = 0;
    t->into->exhausted = false;
    t->recorded = decision_record(&t->recorder, t->by, &claims, &t->into->decisions);
    return (struct chooser){
        .context = t, .begin = trace_begin, .choose = trace_choose, .end = trace_end};
}
