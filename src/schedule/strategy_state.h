/* What strategy.c and strategy_pct.c share. */
#ifndef VRRL_SCHEDULE_STRATEGY_STATE_H
#define VRRL_SCHEDULE_STRATEGY_STATE_H

#include "base/random.h"
#include "schedule/strategy.h"

struct strategy {
    strategy_setup setup;
    uint64_t random;
    uint64_t number; /* of the choice that is asked for; the first is 1 */
    bool exhausted;

    /* starve: `held` is held back before choice `until`; then the next lane is, from `from` on. */
    uint32_t held;
    uint64_t from, until;

    /* preempt: the lane that went last, and what it ran. */
    uint32_t current, current_slot;

    /* pct: where the i-th change of a priority is; preempt: the preemptions. */
    uint64_t points[STRATEGY_DEPTH_MAX];
    uint32_t point_count;

    /* pct: the higher goes first. A lane's own is that of its store buffer, and of its looks at the
     * SHUTDOWN word. */
    uint64_t *slot_priority, *lane_priority;
    uint32_t *claims;
    uint32_t slot_room, lane_room;
    /* Slots by priority, the highest first, and how many of the first were claimed before. Of those that
     * have not ended, as far as known, the first, and what comes after each. Made when it is asked for. */
    uint32_t slot_count, claimed_count, first, *after;
    struct ranked *ranked;
    bool is_sorted;
};

void pct_begin(strategy *s, uint32_t slots, uint32_t lanes);
void pct_choose(strategy *s, const chooser_lane *lanes, uint32_t count, uint32_t *at,
                uint32_t *option);

#endif
