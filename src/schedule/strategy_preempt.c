/* A lane goes on until its slot ends or must wait, but for a few points of the run. */
#include "schedule/strategy_state.h"

static void preempt_choose(struct strategy *s, const struct chooser_lane *lanes, uint32_t count,
                           uint32_t *at, uint32_t *option)
{
    uint32_t current = chooser_lane_at(lanes, count, s->current);
    bool in_slot = current < count && lanes[current].slot != VRRL_NO_INDEX &&
                   (s->current_slot == VRRL_NO_INDEX || lanes[current].slot == s->current_slot);
    if (!in_slot)
        *at = strategy_any(s, count);
    else if (count > 1 && strategy_is_point(s))
        *at = strategy_any_but(s, count, current);
    else
        *at = current;
    s->current = lanes[*at].lane;
    s->current_slot = lanes[*at].slot;
    *option = strategy_any(s, lanes[*at].options);
}

static uint32_t points(const struct strategy_setup *setup)
{
    return setup->bound < STRATEGY_BOUND_MAX ? setup->bound : STRATEGY_BOUND_MAX;
}

const struct strategy_row strategy_preempt = {
    .name = "preempt", .points = points, .choose = preempt_choose};
