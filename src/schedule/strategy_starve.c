/* One lane after another is held back for a while; or one is, all the time. */
#include "schedule/strategy_state.h"

/* 1, 2, 4 … up to what is more than a run. */
static uint64_t log_length(struct strategy *s)
{
    uint32_t bits = 1;
    while (bits < 40 && s->setup.choices >> bits)
        bits++;
    return 1ull << strategy_any(s, bits + 1);
}

/* One that is in a slot, if any is: to hold back one that is idle changes little. */
static uint32_t lane_to_hold(struct strategy *s, const struct chooser_lane *lanes, uint32_t count)
{
    uint32_t busy = 0, found = lanes[strategy_any(s, count)].lane;
    for (uint32_t i = 0; i < count; i++) {
        if (lanes[i].slot != VRRL_NO_INDEX && strategy_any(s, ++busy) == 0)
            found = lanes[i].lane;
    }
    return found;
}

/* Any but the one that goes last. It need not be there. */
static void choose_but_held(struct strategy *s, const struct chooser_lane *lanes, uint32_t count,
                            uint32_t *at, uint32_t *option)
{
    *at = strategy_any(s, count);
    if (lanes[*at].lane == s->setup.held)
        *at = *at + 1 < count ? *at + 1 : 0;
    *option = strategy_any(s, lanes[*at].options);
}

static void choose_starving(struct strategy *s, const struct chooser_lane *lanes, uint32_t count,
                            uint32_t *at, uint32_t *option)
{
    if (s->number >= s->from) {
        s->held = lane_to_hold(s, lanes, count);
        s->until = s->number + log_length(s);
        s->from = s->until + log_length(s);
    }
    uint32_t held = s->number < s->until ? chooser_lane_at(lanes, count, s->held) : count;
    *at = held < count && count > 1 ? strategy_any_but(s, count, held) : strategy_any(s, count);
    *option = strategy_any(s, lanes[*at].options);
}

static void starve_choose(struct strategy *s, const struct chooser_lane *lanes, uint32_t count,
                          uint32_t *at, uint32_t *option)
{
    if (s->setup.holds_one)
        choose_but_held(s, lanes, count, at, option);
    else
        choose_starving(s, lanes, count, at, option);
}

static void start(struct strategy *s)
{
    s->from = log_length(s);
}

const struct strategy_row strategy_starve = {
    .name = "starve", .start = start, .choose = starve_choose};
