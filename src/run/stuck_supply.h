/* Who can bring a word to what a slot waits for: by sums where slots only add to it, by all orders where they
 * are few, else by an upper bound. */
#ifndef VRRL_RUN_STUCK_SUPPLY_H
#define VRRL_RUN_STUCK_SUPPLY_H

#include "run/stuck_state.h"

/* When a slot acts, seen from a waiter: ACT_BEFORE and the others. */
uint32_t stuck_acts(const struct stuck_state *s, uint32_t slot, uint32_t waiter);

/* A touch as far as it is known what it will do: by words that no slot changes that is left. */
struct stuck_touch stuck_resolved(const struct stuck_state *s, const struct stuck_touch *t);

/* What a word holds after a change. */
uint32_t stuck_changed(uint32_t now, const struct stuck_touch *t);

/* Who can bring what a wait is for: slots that can act before; else, with those, one that can act only behind
 * the waiter; else the waiter itself. */
void stuck_find_supply(struct stuck_state *s, const struct stuck_touch *wait,
                       struct stuck_link *link);

#endif
