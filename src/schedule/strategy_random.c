/* Any lane that can go, and any of its options. */
#include "schedule/strategy_state.h"

static void random_choose(struct strategy *s, const struct chooser_lane *lanes, uint32_t count,
                          uint32_t *at, uint32_t *option)
{
    *at = strategy_any(s, count);
    *option = strategy_any(s, lanes[*at].options);
}

const struct strategy_row strategy_random = {.name = "random", .choose = random_choose};
