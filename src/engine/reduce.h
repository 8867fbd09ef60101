/*
 * Partial-order reduction: which steps commute, and which alone are enough to take.
 *
 * Vocabulary
 *   effect    what a lane's next step does to what others see: the location that it reads or writes,
 *             or that it is a claim. Steps of two lanes that do not meet in one commute: either order
 *             leads to the same state, and neither makes the other impossible.
 *   asleep    a lane whose next step was tried from a state further up, and has met nothing since
 *             that it does not commute with: what it would lead to has been seen.
 *   local     a step that commutes with all that can happen before it in any run from here. It is
 *             enough to take it alone.
 *
 * The argument, and what it stands on: docs/memory-models.md. Lanes are bits: up to 64 of them, and up
 * to 64 slots, can be told apart; with more, nothing is left out.
 */
#ifndef VRRL_ENGINE_REDUCE_H
#define VRRL_ENGINE_REDUCE_H

#include "engine/state.h"

/* Bits by lane: for its next operation, look or claims; and for the drain of its buffer (tso). */
struct lane_set {
    uint64_t own, drains;
};

struct effect {
    uint32_t location; /* NO_LOCATION: none */
    bool writes;
    bool claims;
    bool ring;   /* the location is in the ring: claims meet it */
    bool orders; /* among seq_cst fences (view): it may exclude what another lane could do */
};

#define NO_LOCATION UINT32_MAX

/* Which of a lane's steps is meant. */
struct effect reduce_effect(const struct sched *s, const struct sched_state *state, uint32_t lane,
                            bool drain);
bool reduce_commute(const struct effect *a, const struct effect *b);
/* Whether the lane's next operation, or its drain, is local. */
bool reduce_local(const struct sched *s, const struct sched_state *state, uint32_t lane,
                  bool drain);
/* Whether the lane's next count may be done at once: nothing that comes after it in the lane can tell
 * when it was done. */
bool reduce_count(const struct sched *s, const struct sched_state *state, uint32_t lane);
/* Tells the memory which lanes will run nothing more. */
void reduce_done(const struct sched *s, struct sched_state *state);
/* Whether a schedule can be reduced at all. */
bool reduce_possible(const struct sched *s);

#endif
