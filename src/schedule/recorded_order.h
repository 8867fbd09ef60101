/*
 * A chooser that runs an epoch's slots in the order in which a recorded run claimed and ended them, as
 * far as that can be: it tells of slots, not of what their operations did in between. A slot that waits
 * for what another does before that one ends lets it go on first.
 */
#ifndef VRRL_SCHEDULE_RECORDED_ORDER_H
#define VRRL_SCHEDULE_RECORDED_ORDER_H

#include "host/observation.h"
#include "schedule/run_target.h"

struct recorded_order;

/* A claim of a slot, or its end. */
struct recorded_moment {
    uint64_t order;
    uint32_t slot;
};

/* For batches of at most `slots` slots. NULL where memory lacks. */
struct recorded_order *recorded_order_create(uint32_t slots);
void recorded_order_free(struct recorded_order *o);
/* Before the first choice of an epoch: its slots, by position, as the run showed them. */
void recorded_order_begin(struct recorded_order *o, const struct slot_outcome *slots,
                          uint32_t count);
/* Of that epoch: the last claims of its slots, and their ends, each in their order. */
const struct recorded_moment *recorded_order_claims(const struct recorded_order *o,
                                                    uint32_t *count);
const struct recorded_moment *recorded_order_ends(const struct recorded_order *o, uint32_t *count);
/* As a chooser's choose, of a run of `s`. */
void recorded_order_choose(struct recorded_order *o, const struct run_target *s,
                           const struct chooser_lane *lanes, uint32_t count, uint32_t *at,
                           uint32_t *option);

#endif
