/* Which slots a lane may claim. */
#ifndef VRRL_ENGINE_CLAIMS_H
#define VRRL_ENGINE_CLAIMS_H

#include "engine/state.h"

/* Makes room for so many locations; false where memory lacks. */
bool claims_locations(sched_state *state, uint32_t count);

/* Room for what has been met since the state last looked. */
static inline void know_locations(sched *s, sched_state *state)
{
    if (state->memory.location_count < s->location_count || s->exhausted) {
        if (s->exhausted || !memory_locations(&state->memory, s->location_count, s->initial) ||
            !claims_locations(state, s->location_count))
            state->exhausted = true;
    }
}

void claims_reset(const sched *s, sched_state *state);
/* Who waits for what, where there is room for it. Before the others are copied. */
void claims_copy_waiters(sched_state *to, const sched_state *from);
/* How many slots a lane may claim now, as far as the slots go. */
uint32_t claims_count(sched *s, sched_state *state, uint32_t lane);
/* The slot that it claims by an option below that. */
uint32_t claims_at(sched *s, sched_state *state, uint32_t lane, uint32_t option);
/* The option by which it claims that one, as sched_claim_of. */
uint32_t claims_option(sched *s, sched_state *state, uint32_t lane, uint32_t position);
/* All of the first `count` options. */
void claims_list(sched *s, sched_state *state, uint32_t lane, uint32_t count, uint32_t *slots);
/* Of a pool: those that were put back and can be claimed again, as sched_claims_again. */
uint32_t claims_again(sched *s, sched_state *state, uint32_t *slots);
/* The word that a parked slot waits for does not have the value that its last attempt wanted. */
bool claims_unmet(sched *s, sched_state *state, const sched_slot *slot);
operation claims_operation(const sched *s, const sched_state *state, uint32_t position);
/* Whether a write of a word may let a parked slot go on, or hold it. */
static inline bool claims_watch(const sched_state *state, uint32_t location)
{
    return state->parked_count && state->waiters[location].count;
}

/* A word has changed that claims_watch tells of; or any may have. */
void claims_changed(const sched *s, sched_state *state, uint32_t word);
void claims_all_changed(const sched *s, sched_state *state);
/* What a queue can claim may have changed. */
static inline void claims_queue_changed(sched_state *state, uint32_t q)
{
    state->queue_stale[q / 64] |= (uint64_t)1 << q % 64;
    state->idle_stale = true;
}

/* A slot is claimed, or its attempt has ended in its status. */
void claims_take(sched *s, sched_state *state, uint32_t position);
void claims_give(sched *s, sched_state *state, uint32_t position);

#endif
