#include "explain/mover.h"

#include <string.h>

static void begin_moved(void *context, uint32_t epoch, uint32_t slots, uint32_t lanes)
{
    struct mover *m = context;
    m->epoch = epoch;
    while (m->next < m->of->count && m->of->list[m->next].event.epoch < epoch)
        m->next++;
    if (m->then && m->then->begin)
        m->then->begin(m->then->context, epoch, slots, lanes);
}

/* The option by which a lane takes the same step again; false: it would take another. */
static bool same_step(const struct mover *m, const struct chooser_lane *lane,
                      const struct trace_entry *step, uint32_t *option)
{
    *option = 0;
    if (step->event.what == EVENT_DRAINS) {
        *option = lane->options - 1;
        return lane->drains;
    }
    if (lane->drains && lane->options == 1)
        return false;
    if (step->event.what == EVENT_CLAIMS && lane->slot == VRRL_NO_INDEX) {
        const struct chooser_claims claims = run_target_claims_of(m->target);
        uint32_t count = claims.list(claims.context, lane->lane, NULL);
        *option = count ? claims.option(claims.context, lane->lane, step->event.slot) : 0;
        return *option < count;
    }
    bool fits = !m->newest && step->option + lane->drains < lane->options;
    *option = fits ? step->option : 0;
    return true;
}

/* The first step of the trace that was not taken yet and can be. */
static bool take_next(struct mover *m, const struct chooser_lane *lanes, uint32_t count, bool held,
                      uint32_t *at, uint32_t *option)
{
    const struct trace_entry *list = m->of->list;
    uint32_t holder = list[m->prefix].event.thread.number;
    for (uint32_t i = m->next; i < m->of->count && list[i].event.epoch == m->epoch; i++) {
        if (m->used[i] || (held && list[i].event.thread.number == holder))
            continue;
        *at = chooser_lane_at(lanes, count, list[i].event.thread.number);
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
static void go_on(const struct mover *m, const struct chooser_lane *lanes, uint32_t count,
                  bool held, uint32_t *at)
{
    uint32_t holder = m->of->list[m->prefix].event.thread.number;
    *at = chooser_lane_at(lanes, count, m->current);
    if (*at == count || (held && m->current == holder))
        *at = count > 1 && held && lanes[0].lane == holder ? 1 : 0;
}

static void choose_moved(void *context, const struct chooser_lane *lanes, uint32_t count,
                         uint32_t *at, uint32_t *option)
{
    struct mover *m = context;
    const struct trace_entry *list = m->of->list;
    bool is_prefix = m->next < m->prefix && m->next < m->of->count;
    *option = 0;
    if (is_prefix || (m->next == m->prefix && !m->then && m->behind == 0)) {
        *at = chooser_lane_at(lanes, count, list[m->next].event.thread.number) % count;
        *option = is_prefix ? list[m->next].option : m->option;
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

struct chooser mover_chooser(struct mover *m)
{
    memset(m->used, 0, m->of->count);
    m->next = m->passed = m->epoch = 0;
    m->current = VRRL_NO_INDEX;
    return (struct chooser){.context = m, .begin = begin_moved, .choose = choose_moved};
}
