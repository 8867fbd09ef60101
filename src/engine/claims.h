/* Which slots a lane may claim. */
#ifndef VRRL_ENGINE_CLAIMS_H
#define VRRL_ENGINE_CLAIMS_H

#include "engine/state.h"

/* Makes room for so many locations; false where memory lacks. */
bool claims_locations(struct sched_state *state, uint32_t count);

/* Room for what has been met since the state last looked. */
static inline void know_locations(struct sched *s, struct sched_state *state)
{
    if (state->memory.location_count < s->location_count || s->exhausted) {
        if (s->exhausted || !memory_locations(&state->memory, s->location_count, s->initial) ||
            !claims_locations(state, s->location_count))
            state->exhausted = true;
    }
}

void claims_reset(const struct sched *s, struct sched_state *state);
/* Who waits for what, where there is room for it. Before the others are copied. */
void claims_copy_waiters(struct sched_state *to, const struct sched_state *from);
/* How many slots a lane may claim now, as far as the slots go. */
uint32_t claims_count(struct sched *s, struct sched_state *state, uint32_t lane);
/* The slot that it claims by an option below that. */
uint32_t claims_at(struct sched *s, struct sched_state *state, uint32_t lane, uint32_t option);
/* The option by which it claims that one, as sched_claim_of. */
uint32_t claims_option(struct sched *s, struct sched_state *state, uint32_t lane,
                       uint32_t position);
/* All of the first `count` options. */
void claims_list(struct sched *s, struct sched_state *state, uint32_t lane, uint32_t count,
                 uint32_t *slots);
/* Of a pool: those that were put back and can be claimed again, as sched_claims_again. */
uint32_t claims_again(struct sched *s, struct sched_state *state, uint32_t *slots);
/* The word that a parked slot waits for does not have the value that its last attempt wanted. */
bool claims_unmet(struct sched *s, struct sched_state *state, const struct sched_slot *slot);
struct operation claims_operation(const struct sched *s, const struct sched_state *state,
                                  uint32_t position);
/* Whether a write of a word may let a parked slot go on, or hold it. */
static inline bool claims_watch(const struct sched_state *state, uint32_t location)
{
    return state->parked_count && state->waiters[location].count;
}

/* A word has changed that claims_watch tells of; or any may have. */
void claims_changed(const struct sched *s, struct sched_state *state, uint32_t word);
void claims_all_changed(const struct sched *s, struct sched_state *state);
/* What a queue can claim may have changed. */
static inline void claims_queue_changed(struct sched_state *state, uint32_t q)
{
    state->queue_stale[q / 64] |= (uint64_t)1 << q % 64;
    state->idle_stale = true;
}

/* A slot is claimed, or its attempt has ended in its status. */
void claims_take(struct sched *s, struct sched_state *state, uint32_t position);
void claims_give(struct sched *s, struct sched_state *state, uint32_t position);

#endif
