/* What a run shows when it is over; and a state as bytes, to be compared with others. */
#ifndef VRRL_ENGINE_RESULT_H
#define VRRL_ENGINE_RESULT_H

#include "engine/schedule.h"

/* How a run that is over ended. */
vrrl_verdict sched_verdict(const struct sched *s, const struct sched_state *state);
/* A limit was met, and the run means nothing: sched_check says which one, or VRRL_OK. */
bool sched_exhausted(const struct sched_state *state);
vrrl_code sched_check(const struct sched_state *state, vrrl_error *err);
/* Returns how many steps were taken. */
uint32_t sched_steps(const struct sched_state *state);
/* The words that the runs so far have met, by the numbers below *count, and what one holds at the
 * end of a run: all others are as at the start. */
const uint32_t *sched_words(const struct sched_state *state, const struct sched *s,
                            uint32_t *count);
uint32_t sched_value(const struct sched_state *state, uint32_t number);
/* What a state knows of the slot at a position of the batch; valid as long as the state. */
const struct sched_slot *sched_slot_at(const struct sched_state *state, uint32_t position);

/* Appends an encoding that is equal for two states if and only if they are the same; see memory.h. */
void sched_encode(struct sched *s, struct sched_state *state, struct mem_bytes *bytes);
/* The encoding in parts: what the lanes share, and what is a lane's own. */
void sched_encode_shared(struct sched *s, struct sched_state *state, struct mem_bytes *bytes);
void sched_encode_lane(const struct sched_state *state, uint32_t lane, struct mem_bytes *bytes);

#endif
