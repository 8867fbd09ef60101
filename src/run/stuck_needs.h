/* What the slots of a stuck epoch need, and what ends where some of it is given. */
#ifndef VRRL_RUN_STUCK_NEEDS_H
#define VRRL_RUN_STUCK_NEEDS_H

#include "run/stuck_state.h"

/* The queue of a slot; VRRL_NO_INDEX: it has none. */
uint32_t stuck_queue_of(const struct stuck_state *s, uint32_t slot);

/* Free it with stuck_state_free, whatever came of it. */
vrrl_code stuck_state_create(struct stuck_state *s, const vrrl_waiter *waiters, uint32_t count,
                             vrrl_error *err);
void stuck_state_free(struct stuck_state *s);

/* Why a slot that is left cannot go on. */
struct stuck_link stuck_link_of(struct stuck_state *s, uint32_t slot);

/* Whether a slot would go on if it had what it lacks first. */
bool stuck_lacks_only(const struct stuck_state *s, uint32_t slot, const struct stuck_link *link);

/* The value that a wait is for. */
uint64_t stuck_wanted(const struct stuck_state *s, const struct stuck_touch *wait);

/* Gives a slot the value that one of its waits is for. */
void stuck_give(struct stuck_state *s, uint32_t touch);

/* It ends, whatever it waits for. */
void stuck_end(struct stuck_state *s, uint32_t slot);

/* A slot, or those of any queue, may be able to go on. */
void stuck_look_at(struct stuck_state *s, uint32_t slot);
void stuck_look_at_all(struct stuck_state *s);

/* Ends all that can end, as far as is known of what they leave. */
void stuck_go_on(struct stuck_state *s);

#endif
