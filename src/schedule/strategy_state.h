/* What strategies share: a row and a file for each, strategy.c has the table. */
#ifndef VRRL_SCHEDULE_STRATEGY_STATE_H
#define VRRL_SCHEDULE_STRATEGY_STATE_H

#include "base/random.h"
#include "schedule/strategy.h"

/* A strategy. But for the name and `choose`, what it does not need is NULL. */
struct strategy_row {
    const char *name;
    bool has_depth; /* a schedule string of it has a depth of at least 1 */
    /* Before a run, with the seed drawn from: what it draws first. */
    void (*start)(struct strategy *s);
    /* How many points of the run it wants, which are drawn for it then. */
    uint32_t (*points)(const struct strategy_setup *setup);
    /* As a chooser's. One that draws no schedules has no `choose`. */
    void (*begin)(struct strategy *s, uint32_t slots, uint32_t lanes);
    void (*choose)(struct strategy *s, const struct chooser_lane *lanes, uint32_t count,
                   uint32_t *at, uint32_t *option);
};

extern const struct strategy_row strategy_random, strategy_pct, strategy_starve, strategy_preempt;

struct strategy {
    struct strategy_setup setup;
    const struct strategy_row *row;
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

#endif
