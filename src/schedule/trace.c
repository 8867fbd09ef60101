#include "schedule/trace.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

void trace_free(trace *t)
{
    free(t->list);
    *t = (trace){.list = NULL};
}

vrrl_code trace_decisions(const trace *t, decisions *to, vrrl_error *err)
{
    to->count = 0;
    vrrl_code code = array_room(to->list, 0, to->room, t->count + 1, err);
    for (uint32_t i = 0; code == VRRL_OK && i < t->count; i++) {
        if (!t->list[i].forced)
            to->list[to->count++] = t->list[i].decision;
    }
    return code;
}

static bool is_same_decision(const decision *a, const decision *b)
{
    return a->epoch == b->epoch && a->lane == b->lane && a->option == b->option;
}

uint32_t trace_common(const trace *a, const trace *b)
{
    uint32_t i = 0;
    while (i < a->count && i < b->count &&
           is_same_decision(&a->list[i].decision, &b->list[i].decision))
        i++;
    return i;
}

/* ---- Keeping --------------------------------------------------------------------------------- */

static void begin(void *context, uint32_t epoch, uint32_t slots, uint32_t lanes)
{
    tracer *t = context;
    t->epoch = epoch;
    t->current = 0;
    t->lanes = lanes;
    if (t->by && t->by->begin)
        t->by->begin(t->by->context, epoch, slots, lanes);
}

static void end(void *context, uint32_t epoch)
{
    tracer *t = context;
    if (t->by && t->by->end)
        t->by->end(t->by->context, epoch);
}

/* Buffers are first in, first out: the store of a lane that a drain brings to memory is the one that as
 * many came before as were drained. */
static uint32_t who_stored(const trace *t, uint32_t epoch, uint32_t lane)
{
    uint32_t drained = 0, stored = 0;
    for (uint32_t i = t->count; i-- > 0 && t->list[i].event.epoch == epoch;)
        drained += t->list[i].event.thread.number == lane && t->list[i].event.what == EVENT_DRAINS;
    for (uint32_t i = 0; i < t->count; i++) {
        const event *e = &t->list[i].event;
        bool stores = e->epoch == epoch && e->thread.number == lane && e->what == EVENT_OPERATES &&
                      e->kind == OPERATION_STORE;
        if (stores && stored++ == drained)
            return e->slot;
    }
    return VRRL_NO_INDEX;
}

static void keep(tracer *t, const chooser_lane *lane, uint32_t option, bool forced)
{
    trace *to = t->into;
    vrrl_error ignored;
    const event next = run_target_event(t->of, lane->lane, option);
    trace_entry step = {.decision = {.number = t->choices,
                                     .option = option,
                                     .epoch = t->epoch,
                                     .lane = lane->lane,
                                     .slot = next.slot},
                        .forced = forced,
                        .event = next};
    if (next.what == EVENT_DRAINS)
        step.event.slot = who_stored(to, t->epoch, lane->lane);
    t->choices += !forced;
    if (array_room(to->list, to->count, to->room, 1, &ignored) == VRRL_OK)
        to->list[to->count++] = step;
    else
        to->exhausted = true;
}

static void choose(void *context, const chooser_lane *lanes, uint32_t count, uint32_t *at,
                   uint32_t *option)
{
    tracer *t = context;
    bool forced = count == 1 && lanes[0].options == 1;
    if (!t->by)
        *at = decision_default(t->current, t->lanes, lanes, count);
    else if (!forced || t->tells_forced)
        t->by->choose(t->by->context, lanes, count, at, option);
    t->current = lanes[*at].lane;
    keep(t, &lanes[*at], *option, forced);
}

chooser tracer_chooser(tracer *t)
{
    t->into->count = 0;
    t->into->exhausted = false;
    t->current = t->choices = 0;
    t->lanes = 1;
    return (chooser){.context = t, .begin = begin, .choose = choose, .end = end};
}

/* ---- Moving a step --------------------------------------------------------------------------- */

static void begin_moved(void *context, uint32_t epoch, uint32_t slots, uint32_t lanes)
{
    mover *m = context;
    m->epoch = epoch;
    while (m->next < m->of->count && m->of->list[m->next].decision.epoch < epoch)
        m->next++;
    if (m->then && m->then->begin)
        m->then->begin(m->then->context, epoch, slots, lanes);
}

/* The option by which a lane takes the same step again; false: it would take another. */
static bool same_step(const mover *m, const chooser_lane *lane, const trace_entry *step,
                      uint32_t *option)
{
    uint32_t claims[256];
    *option = 0;
    if (step->event.what == EVENT_DRAINS) {
        *option = lane->options - 1;
        return lane->drains;
    }
    if (lane->drains && lane->options == 1)
        return false;
    if (step->event.what == EVENT_CLAIMS && lane->options <= sizeof claims / sizeof claims[0]) {
        uint32_t count = run_target_claims(m->target, lane->lane, claims);
        while (*option < count && claims[*option] != step->event.slot)
            ++*option;
        return *option < count;
    }
    bool fits = !m->newest && step->decision.option + lane->drains < lane->options;
    *option = fits ? step->decision.option : 0;
    return true;
}

/* The first step of the trace that was not taken yet and can be. */
static bool take_next(mover *m, const chooser_lane *lanes, uint32_t count, bool held, uint32_t *at,
                      uint32_t *option)
{
    const trace_entry *list = m->of->list;
    uint32_t holder = list[m->prefix].decision.lane;
    for (uint32_t i = m->next; i < m->of->count && list[i].decision.epoch == m->epoch; i++) {
        if (m->used[i] || (held && list[i].decision.lane == holder))
            continue;
        *at = chooser_lane_at(lanes, count, list[i].decision.lane);
        if (*at == count || !same_step(m, &lanes[*at], &list[i], option))
            continue;
        m->used[i] = true;
        while (m->next < m->of->count && m->used[m->next])
            m->next++;
        return true;
    }
    return false;
}

/* Who went last goes on; but not one that is held back while others can go. */
static void go_on(const mover *m, const chooser_lane *lanes, uint32_t count, bool held,
                  uint32_t *at)
{
    uint32_t holder = m->of->list[m->prefix].decision.lane;
    *at = chooser_lane_at(lanes, count, m->current);
    if (*at == count || (held && m->current == holder))
        *at = count > 1 && held && lanes[0].lane == holder ? 1 : 0;
}

static void choose_moved(void *context, const chooser_lane *lanes, uint32_t count, uint32_t *at,
                         uint32_t *option)
{
    mover *m = context;
    const trace_entry *list = m->of->list;
    bool is_prefix = m->next < m->prefix && m->next < m->of->count;
    *option = 0;
    if (is_prefix || (m->next == m->prefix && !m->then && m->behind == 0)) {
        *at = chooser_lane_at(lanes, count, list[m->next].decision.lane) % count;
        *option = is_prefix ? list[m->next].decision.option : m->option;
        *option = *option < lanes[*at].options ? *option : 0;
        m->used[m->next++] = true;
    } else if (m->then) {
        bool forced = count == 1 && lanes[0].options == 1;
        *at = 0;
        if (!forced)
            m->then->choose(m->then->context, lanes, count, at, option);
    } else {
        bool held = m->passed++ < m->behind;
        if (!take_next(m, lanes, count, held, at, option)) {
            *option = 0;
            go_on(m, lanes, count, held, at);
        }
    }
    m->current = lanes[*at].lane;
}

chooser mover_chooser(mover *m)
{
    memset(m->used, 0, m->of->count);
    m->next = m->passed = m->epoch = 0;
    m->current = VRRL_NO_INDEX;
    return (chooser){.context = m, .begin = begin_moved, .choose = choose_moved};
}
