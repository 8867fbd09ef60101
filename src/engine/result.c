/* What a run shows, and the encoding of its state. */
#include "engine/result.h"

#include "base/error.h"
#include "engine/claims.h"
#include "engine/monitored.h"
#include "engine/reduce.h"
#include "race/monitor_encode.h"

bool sched_exhausted(const struct sched_state *state)
{
    return state_exhausted(state);
}

static const char split_it[] =
    "Fix: explore a smaller program, or split its epochs; see docs/memory-models.md.";

static vrrl_code too_many(vrrl_error *err, const char *what, uint32_t most)
{
    return error_set(err, VRRL_TOO_LARGE, split_it,
                     "a run has more than %u %s, the most that its memory model takes", most, what);
}

/* It was found before the memory was taken. */
static vrrl_code too_large(vrrl_error *err, const struct memory *m)
{
    return error_set(err, VRRL_TOO_LARGE, split_it,
                     "what a run must remember for its memory model would take %zu MiB, and it may "
                     "take %zu",
                     (m->wanted >> 20) + 1, m->bytes_max >> 20);
}

vrrl_code sched_check(const struct sched_state *state, vrrl_error *err)
{
    switch (state->memory.limit) {
    case MEM_LACKS_MEMORY:
        return error_no_memory(err, 0);
    case MEM_TOO_MANY_LOCATIONS:
        return too_many(err, "words that slots touch", MEM_LOCATIONS_MAX);
    case MEM_TOO_LARGE:
        return too_large(err, &state->memory);
    case MEM_TOO_MANY_STORES:
        return too_many(err, "stores to one word", MEM_STORES_MAX);
    case MEM_TOO_MANY_FENCES:
        return too_many(err, "seq_cst fences", MEM_FENCES_MAX);
    case MEM_TOO_MANY_ORDERING:
        return too_many(err, "words by which slots are ordered", RACE_SYNC_MAX);
    default:
        break;
    }
    if (state->moved)
        return error_set(err, VRRL_UNSUPPORTED,
                         "Fix: give the descriptors' writer an epoch of its own.",
                         "a slot changes a descriptor so that another slot writes descriptors");
    return state->exhausted ? error_no_memory(err, 0) : VRRL_OK;
}

vrrl_verdict sched_verdict(const struct sched *s, const struct sched_state *state)
{
    bool left = false, waits_io = false;
    for (uint32_t i = 0; i < s->slot_count; i++) {
        left |= !vrrl_status_is_terminal(state->slots[i].status);
        waits_io |= state->slots[i].status == VRRL_STATUS_WAIT_IO;
    }
    if (!left)
        return VRRL_VERDICT_COMPLETE;
    if (s->may_shut_down && memory_final(&state->memory, s->shutdown))
        return VRRL_VERDICT_SHUTDOWN;
    return waits_io ? VRRL_VERDICT_HANG : VRRL_VERDICT_DEADLOCK;
}

uint32_t sched_steps(const struct sched_state *state)
{
    return state->steps;
}

const struct sched_slot *sched_slot_at(const struct sched_state *state, uint32_t position)
{
    return &state->slots[position];
}

const uint32_t *sched_words(const struct sched_state *state, const struct sched *s, uint32_t *count)
{
    *count = state->memory.location_count;
    return s->words;
}

uint32_t sched_value(const struct sched_state *state, uint32_t number)
{
    return memory_final(&state->memory, number);
}

static void encode_wait(const struct sched_slot *slot, struct mem_bytes *bytes)
{
    uint32_t words[] = {slot->wait_word, slot->goal_word, slot->goal_value};
    mem_bytes_add(bytes, &slot->wait_value, sizeof slot->wait_value);
    mem_bytes_add(bytes, words, sizeof words);
}

static void encode_slots(const struct sched_state *state, struct mem_bytes *bytes)
{
    for (uint32_t i = 0; i < state->slot_count; i++) {
        const struct sched_slot *slot = &state->slots[i];
        mem_bytes_add(bytes, &slot->status, sizeof slot->status);
        if (vrrl_status_is_terminal(slot->status))
            mem_bytes_add(bytes, &slot->result_fold, sizeof slot->result_fold);
        else if (slot->status != VRRL_STATUS_PUBLISHED && slot->status != VRRL_STATUS_CLAIMED)
            encode_wait(slot, bytes);
    }
}

static void add_bytes(void *context, const void *data, size_t size)
{
    mem_bytes_add(context, data, size);
}

static void encode_races(struct sched *s, const struct sched_state *state, struct mem_bytes *bytes)
{
    const struct memory *m = &state->memory;
    const struct race_scope scope = monitor_scope(s, state);
    const struct race_sink sink = {add_bytes, bytes};
    race_encode(m->race, &scope, m->least, m->location_count, &sink);
}

/* While no body looks at a STATUS, how often a slot was put back is nobody's business. The first locations
 * are those of STATUS. What a slot that is a thread of its own had seen is in its STATUS until it is
 * claimed again; else its lane has it. */
static void hide_statuses(const struct sched *s, struct sched_state *state)
{
    state->memory.hidden = s->met.statuses ? 0 : s->slot_count;
    state->memory.handed = 0;
    for (uint32_t i = 0; i < s->slot_count && s->own_threads; i++) {
        uint32_t status = state->slots[i].status;
        bool back = !vrrl_status_is_terminal(status) && status != VRRL_STATUS_CLAIMED;
        state->memory.handed |= (uint64_t)back << i;
    }
}

void sched_encode_shared(struct sched *s, struct sched_state *state, struct mem_bytes *bytes)
{
    know_locations(s, state);
    if (state->memory.orders)
        reduce_done(s, state);
    if (state->memory.race) {
        const struct race_scope scope = monitor_scope(s, state);
        race_forget(state->memory.race, &scope);
        hide_statuses(s, state);
    }
    memory_encode_shared(&state->memory, bytes);
    if (state->memory.race)
        encode_races(s, state, bytes);
    encode_slots(state, bytes);
}

void sched_encode_lane(const struct sched_state *state, uint32_t number, struct mem_bytes *bytes)
{
    const struct lane *l = &state->lanes[number];
    uint64_t wanted = l->wait_word == VRRL_NO_INDEX ? 0 : l->wait_value;
    uint32_t words[] = {l->node,      l->end - l->at,   l->looked * 2u + l->left,
                        l->wait_word, (uint32_t)wanted, (uint32_t)(wanted >> 32),
                        l->goal_word, l->goal_value,    l->goal_moves};
    mem_bytes_add(bytes, words, sizeof words);
}

void sched_encode(struct sched *s, struct sched_state *state, struct mem_bytes *bytes)
{
    sched_encode_shared(s, state, bytes);
    for (uint32_t i = 0; i < state->lane_count; i++) {
        sched_encode_lane(state, i, bytes);
        memory_encode_thread(&state->memory, i, bytes);
    }
}
