/* What steps do, as events: the one place where an operation becomes one. */
#include "engine/events.h"

#include "engine/claims.h"
#include "engine/machine.h"
#include "engine/state.h"

static bool is_written(const struct sched_state *state, const struct operation *op, uint32_t read)
{
    switch (op->kind) {
    case OPERATION_LOAD:
    case OPERATION_FENCE:
        return false;
    case OPERATION_STORE:
        return !state->memory.buffers_stores;
    case OPERATION_CAS:
        return read == op->expected;
    default:
        return true;
    }
}

struct event sched_event_of(const struct sched_state *state, uint32_t number,
                            const struct operation *op, uint32_t read)
{
    const struct lane *l = &state->lanes[number];
    struct event e = {.what = op->admits ? EVENT_ADMITS : EVENT_OPERATES,
                      .slot = l->slot,
                      .thread = {.number = number},
                      .kind = op->kind,
                      .order = op->order,
                      .scope = op->scope,
                      .waits = op->kind == OPERATION_LOAD && !lane_ready(state, l),
                      .counts = op->counts,
                      .word = VRRL_NO_INDEX,
                      .at = state->steps};
    if (op->kind == OPERATION_FENCE)
        return e;
    e.word = op->word;
    e.count = 1;
    e.read = read;
    e.writes = is_written(state, op, read);
    if (operation_may_write(op))
        e.stored = op->kind == OPERATION_ADD ? read + op->value : op->value;
    return e;
}

/* The value that the lane's next operation reads by an option. */
static uint32_t value_read(const struct sched_state *state, uint32_t number,
                           const struct operation *op, uint32_t option)
{
    if (op->admits)
        return state_look(state, op);
    if (op->kind == OPERATION_FENCE)
        return 0;
    if (state->memory.model == VRRL_MEMORY_SC)
        return state->memory.values[op->location];
    return memory_peek(&state->memory, number, op, sched_outcome(state, number, option));
}

static struct event drain_event(const struct sched *s, const struct sched_state *state,
                                uint32_t number)
{
    const struct mem_pending *oldest = memory_buffer(&state->memory, number);
    return (struct event){.what = EVENT_DRAINS,
                          .slot = NO_SLOT,
                          .word = s->words[oldest->location],
                          .count = 1,
                          .writes = true,
                          .stored = oldest->value};
}

static struct event claim_event(const struct sched *s, const struct sched_state *state,
                                uint32_t slot)
{
    return (struct event){.what = EVENT_CLAIMS,
                          .slot = slot,
                          .word = s->word[slot],
                          .count = 1,
                          .writes = true,
                          .read = state->slots[slot].status,
                          .stored = VRRL_STATUS_CLAIMED};
}

struct event sched_event(struct sched *s, struct sched_state *state, uint32_t number,
                         uint32_t option)
{
    const struct lane *l = &state->lanes[number];
    struct event e = {.what = EVENT_LOOKS, .slot = NO_SLOT, .count = 1};
    if (option == l->own_options) {
        e = drain_event(s, state, number);
    } else if (l->slot != NO_SLOT) {
        const struct operation *op = &state->tree->ops[l->at];
        e = sched_event_of(state, number, op, value_read(state, number, op, option));
    } else if (s->may_shut_down && !l->looked) {
        e.word = s->words[s->shutdown];
    } else {
        e = claim_event(s, state, claims_at(s, state, number, option));
    }
    e.thread.number = number;
    e.at = state->steps + 1;
    return e;
}
