#include "schedule/strategy_state.h"

#include <stdlib.h>

static bool is_point(const strategy *s)
{
    for (uint32_t i = 0; i < s->point_count; i++) {
        if (s->points[i] == s->number)
            return true;
    }
    return false;
}

static uint64_t below(strategy *s, uint64_t bound)
{
    return bound <= UINT32_MAX ? random_below(&s->random, (uint32_t)bound)
                               : random_next(&s->random) % bound;
}

/* ---- Random ---------------------------------------------------------------------------------- */

static uint32_t any(strategy *s, uint32_t count)
{
    return count > 1 ? random_below(&s->random, count) : 0;
}

static void choose_random(strategy *s, const chooser_lane *lanes, uint32_t count, uint32_t *at,
                          uint32_t *option)
{
    *at = any(s, count);
    *option = any(s, lanes[*at].options);
}

/* Any but lanes[index], of at least two. */
static uint32_t any_but(strategy *s, uint32_t count, uint32_t index)
{
    uint32_t at = any(s, count - 1);
    return at + (at >= index);
}

/* Index of a lane; `count` where it is not among them. */
static uint32_t find_lane(const chooser_lane *lanes, uint32_t count, uint32_t lane)
{
    uint32_t i = 0;
    while (i < count && lanes[i].lane != lane)
        i++;
    return i;
}

/* ---- Starve ---------------------------------------------------------------------------------- */

/* 1, 2, 4 … up to what is more than a run. */
static uint64_t log_length(strategy *s)
{
    uint32_t bits = 1;
    while (bits < 40 && s->setup.choices >> bits)
        bits++;
    return 1ull << any(s, bits + 1);
}

/* One that is in a slot, if any is: to hold back one that is idle changes little. */
static uint32_t lane_to_hold(strategy *s, const chooser_lane *lanes, uint32_t count)
{
    uint32_t busy = 0, found = lanes[any(s, count)].lane;
    for (uint32_t i = 0; i < count; i++) {
        if (lanes[i].slot != VRRL_NO_INDEX && any(s, ++busy) == 0)
            found = lanes[i].lane;
    }
    return found;
}

/* Any but the one that goes last. It need not be there. */
static void choose_but_held(strategy *s, const chooser_lane *lanes, uint32_t count, uint32_t *at,
                            uint32_t *option)
{
    *at = any(s, count);
    if (lanes[*at].lane == s->setup.held)
        *at = *at + 1 < count ? *at + 1 : 0;
    *option = any(s, lanes[*at].options);
}

static void choose_starving(strategy *s, const chooser_lane *lanes, uint32_t count, uint32_t *at,
                            uint32_t *option)
{
    if (s->number >= s->from) {
        s->held = lane_to_hold(s, lanes, count);
        s->until = s->number + log_length(s);
        s->from = s->until + log_length(s);
    }
    uint32_t held = s->number < s->until ? find_lane(lanes, count, s->held) : count;
    *at = held < count && count > 1 ? any_but(s, count, held) : any(s, count);
    *option = any(s, lanes[*at].options);
}

/* ---- Preempt --------------------------------------------------------------------------------- */

static void choose_preempting(strategy *s, const chooser_lane *lanes, uint32_t count, uint32_t *at,
                              uint32_t *option)
{
    uint32_t current = find_lane(lanes, count, s->current);
    bool in_slot = current < count && lanes[current].slot != VRRL_NO_INDEX &&
                   (s->current_slot == VRRL_NO_INDEX || lanes[current].slot == s->current_slot);
    if (!in_slot)
        *at = any(s, count);
    else if (count > 1 && is_point(s))
        *at = any_but(s, count, current);
    else
        *at = current;
    s->current = lanes[*at].lane;
    s->current_slot = lanes[*at].slot;
    *option = any(s, lanes[*at].options);
}

/* ---- All of them ----------------------------------------------------------------------------- */

static void begin(void *context, uint32_t epoch, uint32_t slots, uint32_t lanes)
{
    strategy *s = context;
    (void)epoch;
    s->current = s->current_slot = VRRL_NO_INDEX;
    if (s->setup.kind == VRRL_STRATEGY_PCT)
        pct_begin(s, slots, lanes);
}

static void choose(void *context, const chooser_lane *lanes, uint32_t count, uint32_t *at,
                   uint32_t *option)
{
    strategy *s = context;
    s->number++;
    switch (s->exhausted ? VRRL_STRATEGY_RANDOM : s->setup.kind) {
    case VRRL_STRATEGY_PCT:
        pct_choose(s, lanes, count, at, option);
        break;
    case VRRL_STRATEGY_STARVE:
        if (s->setup.holds_one)
            choose_but_held(s, lanes, count, at, option);
        else
            choose_starving(s, lanes, count, at, option);
        break;
    case VRRL_STRATEGY_PREEMPT:
        choose_preempting(s, lanes, count, at, option);
        break;
    default:
        choose_random(s, lanes, count, at, option);
    }
}

static uint32_t points_of(const strategy_setup *setup)
{
    if (setup->kind == VRRL_STRATEGY_PCT)
        return setup->depth < STRATEGY_DEPTH_MAX ? setup->depth - 1 : STRATEGY_DEPTH_MAX - 1;
    if (setup->kind == VRRL_STRATEGY_PREEMPT)
        return setup->bound < STRATEGY_BOUND_MAX ? setup->bound : STRATEGY_BOUND_MAX;
    return 0;
}

void strategy_start(strategy *s, const strategy_setup *setup)
{
    s->setup = *setup;
    s->random = setup->seed;
    s->number = 0;
    s->held = s->current = s->current_slot = VRRL_NO_INDEX;
    s->until = 0;
    s->from = setup->kind == VRRL_STRATEGY_STARVE ? log_length(s) : 0;
    s->point_count = points_of(setup);
    for (uint32_t i = 0; i < s->point_count; i++)
        s->points[i] = 1 + below(s, setup->choices);
}

strategy *strategy_create(void)
{
    return calloc(1, sizeof(strategy));
}

void strategy_destroy(strategy *s)
{
    if (!s)
        return;
    free(s->slot_priority);
    free(s->lane_priority);
    free(s->claims);
    free(s->after);
    free(s->ranked);
    free(s);
}

chooser strategy_chooser(strategy *s)
{
    return (chooser){.context = s, .begin = begin, .choose = choose};
}

uint64_t strategy_choices(const strategy *s)
{
    return s->number;
}

bool strategy_exhausted(const strategy *s)
{
    return s->exhausted;
}
