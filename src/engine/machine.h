/* Who may go, and the step that is taken: one step at a time, or a whole run. */
#ifndef VRRL_ENGINE_MACHINE_H
#define VRRL_ENGINE_MACHINE_H

#include "engine/schedule.h"

/* The lanes that can take a step, *count of them, by number; 0: the run is over. Valid up to the
 * next step. */
const struct chooser_lane *sched_ready(struct sched *s, struct sched_state *state, uint32_t *count);
/* Takes one of the options of a lane that sched_ready has just listed; then ask it again. */
void sched_step(struct sched *s, struct sched_state *state, uint32_t lane, uint32_t option);
/* Of a lane that is listed and has no slot: the slots that it would claim, by option, into `slots`
 * (room for all of them; NULL: they are only counted); returns how many. 0: its options are no
 * claims. */
uint32_t sched_claims(struct sched *s, struct sched_state *state, uint32_t lane, uint32_t *slots);
/* Those of them that were claimed before, and put back. */
uint32_t sched_claims_again(struct sched *s, struct sched_state *state, uint32_t *slots);
/* Where its options are claims: the one by which it claims that slot; CLAIM_NOT_NOW, CLAIM_NEVER. */
uint32_t sched_claim_of(struct sched *s, struct sched_state *state, uint32_t lane, uint32_t slot);
/* The slot that one of its options claims; VRRL_NO_INDEX: that is no claim. */
uint32_t sched_claimed_by(struct sched *s, struct sched_state *state, uint32_t lane,
                          uint32_t option);

/* A chooser that sees the lanes: sets *at, an index into them, and *option, below that lane's; both
 * are 0 before. Asked where there is more than one way to go on. */
typedef void (*sched_pick)(void *context, const struct chooser_lane *lanes, uint32_t count,
                           uint32_t *at, uint32_t *option);

/* From the start to the end; VRRL_VERDICT_HANG beyond the step limit. */
vrrl_verdict sched_run(struct sched *s, struct sched_state *state, sched_pick pick, void *context);
/* From the next run on, this is the options' until_ns. */
void sched_until(struct sched *s, uint64_t until_ns);

/* Returns the memory's outcome by which the lane's next operation is done as that option. */
uint32_t sched_outcome(const struct sched_state *state, uint32_t lane, uint32_t option);
/* Does the lane's next operation if it is a count that nothing hinders; returns whether it did. */
bool sched_count(struct sched *s, struct sched_state *state, uint32_t lane);
/* Returns the location of a word, and gives it one where it has none. */
uint32_t sched_location(struct sched *s, uint32_t word);

#endif
