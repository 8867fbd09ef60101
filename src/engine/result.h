/* What a run shows when it is over; and a state as bytes, to be compared with others. */
#ifndef VRRL_ENGINE_RESULT_H
#define VRRL_ENGINE_RESULT_H

#include "engine/schedule.h"

/* How a run that is over ended. */
vrrl_verdict sched_verdict(const sched *s, const sched_state *state);
/* A limit was met, and the run means nothing: sched_check says which one, or VRRL_OK. */
bool sched_exhausted(const sched_state *state);
vrrl_code sched_check(const sched_state *state, vrrl_error *err);
/* Returns how many steps were taken. */
uint32_t sched_steps(const sched_state *state);
/* The words that the runs so far have met, by the numbers below *count, and what one holds at the
 * end of a run: all others are as at the start. */
const uint32_t *sched_words(const sched_state *state, const sched *s, uint32_t *count);
uint32_t sched_value(const sched_state *state, uint32_t number);
/* What a state knows of the slot at a position of the batch; valid as long as the state. */
const sched_slot *sched_slot_at(const sched_state *state, uint32_t position);

/* Appends an encoding that is equal for two states if and only if they are the same; see memory.h. */
void sched_encode(sched *s, sched_state *state, mem_bytes *bytes);
/* The encoding in parts: what the lanes share, and what is a lane's own. */
void sched_encode_shared(sched *s, sched_state *state, mem_bytes *bytes);
void sched_encode_lane(const sched_state *state, uint32_t lane, mem_bytes *bytes);

#endif
