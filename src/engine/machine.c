#include "engine/machine.h"

#include "base/array.h"
#include "base/clock.h"
#include "engine/claims.h"
#include "engine/create.h"
#include "engine/monitored.h"
#include "engine/result.h"
#include "engine/state.h"

/* ---- Locations ------------------------------------------------------------------------------ */

static bool more_locations(struct sched *s)
{
    uint32_t room = s->location_room ? 2 * s->location_room : 64;
    if (s->location_count < s->location_room)
        return true;
    if (!array_resize(&s->words, room, sizeof *s->words) ||
        !array_resize(&s->initial, room, sizeof *s->initial) ||
        !array_resize(&s->readers, room, sizeof *s->readers) ||
        !array_resize(&s->writers, room, sizeof *s->writers))
        return false;
    s->location_room = room;
    return true;
}

uint32_t sched_location(struct sched *s, uint32_t word)
{
    if (s->location[word])
        return s->location[word] - 1;
    if (!more_locations(s)) {
        s->exhausted = true;
        return 0;
    }
    uint32_t number = s->location_count++;
    s->words[number] = word;
    s->initial[number] = s->arena[word];
    s->location[word] = number + 1;
    body_env_touches(s->env, word, &s->readers[number], &s->writers[number]);
    return number;
}

/* ---- Bodies --------------------------------------------------------------------------------- */

static inline void set_node(struct sched *s, struct sched_state *state, struct lane *l,
                            uint32_t node)
{
    know_locations(s, state);
    l->node = node;
    if (node == NO_NODE) {
        state->exhausted = true;
        return;
    }
    const struct body_node *n = &state->tree->nodes[node];
    state->moved |= n->moves;
    l->at = n->first;
    l->end = n->first + n->count;
}

/* ---- Options -------------------------------------------------------------------------------- */

/* A load of the goal that has changed: read another value than the last attempt did. */
static bool is_goal(const struct lane *l, const struct operation *next)
{
    return l->goal_moves && l->goal_word == next->word;
}

/* A load of the word that the slot was parked for: read what lets it go on, where there is such. */
static bool lets_go(const struct sched_state *state, uint32_t number, const struct operation *next,
                    uint32_t option)
{
    const struct lane *l = &state->lanes[number];
    uint32_t value = memory_peek(&state->memory, number, next, option);
    if (is_goal(l, next))
        return value != l->goal_value;
    return l->wait_value ? value >= l->wait_value : vrrl_status_is_terminal(value);
}

/* Without such a choice, attempts that read what is old could go on for ever under view. Those of a
 * slot happen one after the other, so that another goal than before is a newer one. */
static bool is_awaited(const struct sched_state *state, const struct lane *l,
                       const struct operation *next)
{
    return (l->wait_word == next->word || is_goal(l, next)) && next->kind == OPERATION_LOAD &&
           !lane_ready(state, l) && state->memory.orders;
}

/* Since its queue looked at it, so that the slot may go back and block those behind it. */
static bool is_lowered(const struct sched_state *state, uint32_t number,
                       const struct operation *next)
{
    return lane_admitted(state, &state->lanes[number]) && !lets_go(state, number, next, 0);
}

/* Outcomes of the lane's next operation; *outcome, an option, becomes an outcome of the memory. */
static uint32_t outcomes(const struct sched_state *state, uint32_t number, uint32_t *outcome)
{
    const struct lane *l = &state->lanes[number];
    const struct operation *next = &state->tree->ops[l->at];
    uint32_t count = memory_outcomes(&state->memory, number, next), fit = 0, wanted = *outcome;
    if (count < 2)
        return count;
    if (next->admits)
        return 1;
    if (!is_awaited(state, l, next) || is_lowered(state, number, next))
        return count;
    for (uint32_t k = 0; k < count; k++) {
        if (lets_go(state, number, next, k) && fit++ == wanted)
            *outcome = k;
    }
    return fit ? fit : count;
}

uint32_t sched_outcome(const struct sched_state *state, uint32_t number, uint32_t option)
{
    if (state->lanes[number].own_options > 1)
        outcomes(state, number, &option);
    return option;
}

static struct operation look_operation(const struct sched *s)
{
    return (struct operation){.kind = OPERATION_LOAD, .location = (uint16_t)s->shutdown};
}

/* Of a lane without a slot, that could claim `count` slots; a claim is a locked instruction, which waits
 * for the buffer (tso). */
static uint32_t idle_options(const struct sched *s, const struct sched_state *state,
                             uint32_t number, uint32_t count)
{
    const struct lane *l = &state->lanes[number];
    count = l->left ? 0 : count;
    if (count && s->may_shut_down && !l->looked) {
        struct operation look = look_operation(s);
        return memory_outcomes(&state->memory, number, &look);
    }
    return memory_can_drain(&state->memory, number) ? 0 : count;
}

static void set_options(struct sched_state *state, uint32_t number, uint32_t own)
{
    struct lane *l = &state->lanes[number];
    bool drain = memory_can_drain(&state->memory, number);
    state->list_stale |= own != l->own_options || drain != l->can_drain;
    l->own_options = own;
    l->can_drain = drain;
}

/* Whether what the lane could claim is found anew before it is asked for. */
static bool is_stale(const struct sched *s, const struct sched_state *state, uint32_t number)
{
    uint32_t q = number / s->depth;
    return state->idle_stale && (!s->queued || (state->queue_stale[q / 64] >> q % 64 & 1));
}

static void refresh(struct sched *s, struct sched_state *state, uint32_t number)
{
    uint32_t own, first = 0;
    bool idle = state->lanes[number].slot == NO_SLOT;
    if (state->exhausted || (idle && is_stale(s, state, number)))
        return;
    if (idle)
        own = idle_options(s, state, number, claims_count(s, state, number));
    else
        own = state->memory.model == VRRL_MEMORY_SC ? 1 : outcomes(state, number, &first);
    set_options(state, number, own);
}

/* The lanes of a queue in which something has changed. */
static void refresh_queue(struct sched *s, struct sched_state *state, uint32_t q)
{
    uint32_t end = (q + 1) * s->depth;
    for (uint32_t i = q * s->depth; i < end && i < s->lane_count; i++)
        if (state->lanes[i].slot == NO_SLOT)
            refresh(s, state, i);
}

static void refresh_queues(struct sched *s, struct sched_state *state)
{
    uint32_t queues = s->machine.model.queues;
    for (uint32_t w = 0; w < (queues + 63) / 64; w++) {
        uint64_t left = state->queue_stale[w];
        state->queue_stale[w] = 0;
        for (; left; left &= left - 1)
            refresh_queue(s, state, w * 64 + (uint32_t)__builtin_ctzll(left));
    }
}

/* What one worker of a pool could claim, each could. */
static void refresh_idle(struct sched *s, struct sched_state *state)
{
    uint32_t count = s->queued ? 0 : claims_count(s, state, 0);
    state->idle_stale = false;
    if (s->queued) {
        refresh_queues(s, state);
        return;
    }
    for (uint32_t i = 0; i < s->lane_count && !state->exhausted; i++)
        if (state->lanes[i].slot == NO_SLOT)
            set_options(state, i, idle_options(s, state, i, count));
}

static void list_lane(struct sched_state *state, uint32_t number)
{
    const struct lane *l = &state->lanes[number];
    uint32_t options = l->own_options + l->can_drain;
    if (options)
        state->ready[state->ready_count++] =
            (struct chooser_lane){number, l->slot, options, l->can_drain};
}

static void list_lanes(const struct sched *s, struct sched_state *state)
{
    uint32_t starved = s->options.starved;
    state->ready_count = 0;
    for (uint32_t i = 0; i < s->lane_count; i++) {
        if (i != starved)
            list_lane(state, i);
    }
    if (!state->ready_count && starved < s->lane_count)
        list_lane(state, starved);
    state->list_stale = false;
}

/* Apart, so that most steps, which change no options, cost little. */
__attribute__((noinline)) static void list_again(struct sched *s, struct sched_state *state)
{
    if (state->idle_stale)
        refresh_idle(s, state);
    if (state->list_stale)
        list_lanes(s, state);
}

const struct chooser_lane *sched_ready(struct sched *s, struct sched_state *state, uint32_t *count)
{
    if (state->idle_stale || state->list_stale)
        list_again(s, state);
    *count = state_exhausted(state) ? 0 : state->ready_count;
    return state->ready;
}

uint32_t sched_claims(struct sched *s, struct sched_state *state, uint32_t number, uint32_t *slots)
{
    const struct lane *l = &state->lanes[number];
    if (state_exhausted(state) || l->slot != NO_SLOT || (s->may_shut_down && !l->looked))
        return 0;
    if (slots)
        claims_list(s, state, number, l->own_options, slots);
    return l->own_options;
}

uint32_t sched_claims_again(struct sched *s, struct sched_state *state, uint32_t *slots)
{
    return state_exhausted(state) ? 0 : claims_again(s, state, slots);
}

uint32_t sched_claim_of(struct sched *s, struct sched_state *state, uint32_t number, uint32_t slot)
{
    return state_exhausted(state) ? CLAIM_NOT_NOW : claims_option(s, state, number, slot);
}

uint32_t sched_claimed_by(struct sched *s, struct sched_state *state, uint32_t number,
                          uint32_t option)
{
    bool claims = option < sched_claims(s, state, number, NULL);
    return claims ? claims_at(s, state, number, option) : VRRL_NO_INDEX;
}

/* ---- Steps ---------------------------------------------------------------------------------- */

/* What a step may have changed for others: what is parked for the word, and (view) which outcomes
 * their next operations have. Among seq_cst fences a load, too, may put one before another, which
 * bounds what others read. */
static void refresh_others(struct sched *s, struct sched_state *state, uint32_t number,
                           uint32_t location)
{
    const struct memory *m = &state->memory;
    for (uint32_t i = 0; i < s->lane_count; i++) {
        const struct lane *l = &state->lanes[i];
        if (i != number && l->slot != NO_SLOT &&
            (m->fence_count || state->tree->ops[l->at].location == location))
            refresh(s, state, i);
    }
}

/* `unseen`: a counter, which no body looks at, and so none waits for. */
static inline void written(struct sched *s, struct sched_state *state, uint32_t number,
                           const struct operation *op, bool unseen)
{
    if ((operation_may_write(op) && !unseen) || state->memory.fence_count) {
        if (s->may_shut_down || (state->parked_count && state->memory.fence_count))
            claims_all_changed(s, state);
        else if (claims_watch(state, op->location))
            claims_changed(s, state, s->words[op->location]);
    }
    if (state->memory.orders && (op->kind != OPERATION_LOAD || state->memory.fence_count))
        refresh_others(s, state, number, op->location);
}

/* What a slot was parked for, as it is claimed again. */
static void remember_wait(struct sched *s, struct sched_state *state, struct lane *l,
                          const struct sched_slot *slot)
{
    l->wait_word = slot->wait_word;
    l->wait_value = slot->wait_value;
    l->goal_word = slot->goal_word;
    l->goal_value = slot->goal_value;
    l->goal_moves = l->goal_word != VRRL_NO_INDEX && claims_unmet(s, state, slot);
}

/* With another goal it wants another value. */
static inline void forget_wait(struct lane *l, uint32_t word, uint32_t value)
{
    if (l->goal_word == word && value != l->goal_value) {
        l->wait_word = l->goal_word = VRRL_NO_INDEX;
        l->goal_value = 0;
        l->goal_moves = false;
    }
}

static void claim(struct sched *s, struct sched_state *state, uint32_t number, uint32_t position)
{
    struct lane *l = &state->lanes[number];
    struct sched_slot *slot = &state->slots[position];
    struct operation op = claims_operation(s, state, position);
    bool parked = slot->status == VRRL_STATUS_REQUEUE;
    if (s->race)
        monitor_claim(s, state, number, position);
    memory_step(&state->memory, number, &op, 0);
    claims_take(s, state, position);
    slot->lane = number;
    slot->claimed_at = state->steps;
    lane_reset(l);
    l->slot = position;
    if (parked)
        remember_wait(s, state, l, slot);
    set_node(s, state, l, body_root(s, state->tree, position));
    written(s, state, number, &op, false);
    state->list_stale = true;
}

/* The lane has no slot any more: who comes next knows nothing of it where it is a thread of its own. */
static void leave(const struct sched *s, struct sched_state *state, uint32_t number)
{
    uint32_t slot = state->lanes[number].slot;
    if (state->memory.race && vrrl_status_is_terminal(state->slots[slot].status))
        monitor_end(s, state, slot);
    if (s->own_threads)
        memory_forget(&state->memory, number);
}

static void end_attempt(struct sched *s, struct sched_state *state, uint32_t number)
{
    struct lane *l = &state->lanes[number];
    const struct body_node *n = &state->tree->nodes[l->node];
    struct sched_slot *slot = &state->slots[l->slot];
    slot->status = n->ended_as;
    slot->wait_word = n->wait_word;
    slot->wait_value = n->wait_value;
    slot->goal_word = n->goal_word;
    slot->goal_value = n->goal_value;
    slot->result_fold = n->result_fold;
    slot->order_fold = n->order_fold;
    if (vrrl_status_is_terminal(slot->status))
        slot->ended_at = state->steps;
    claims_give(s, state, l->slot);
    if (!s->plain)
        leave(s, state, number);
    lane_reset(l);
    state->list_stale = true;
}

/* An operation where a queue may look at it instead, or the monitor of races at what it does. */
static uint32_t step_or_look(struct sched *s, struct sched_state *state, uint32_t number,
                             uint32_t option)
{
    const struct operation *op = &state->tree->ops[state->lanes[number].at];
    if (op->admits)
        return state_look(state, op);
    uint32_t value = memory_step(&state->memory, number, op, option);
    if (state->memory.race)
        monitor_step(s, state, number, op, value);
    return value;
}

static inline void operate(struct sched *s, struct sched_state *state, uint32_t number,
                           uint32_t option)
{
    struct lane *l = &state->lanes[number];
    uint32_t word = state->tree->ops[l->at].word;
    bool unseen = state->tree->ops[l->at].counts && !s->met.counters;
    struct operation op = state->tree->ops[l->at];
    if (l->own_options > 1)
        outcomes(state, number, &option);
    uint32_t value = s->plain ? memory_step(&state->memory, number, &op, option)
                              : step_or_look(s, state, number, option);
    forget_wait(l, word, value);
    if (++l->at == l->end) {
        if (s->queued)
            claims_queue_changed(state, number / s->depth);
        if (state->tree->nodes[l->node].returned)
            end_attempt(s, state, number);
        else
            set_node(s, state, l, body_next(s, state->tree, l->node, value));
    }
    written(s, state, number, &op, unseen);
}

bool sched_count(struct sched *s, struct sched_state *state, uint32_t number)
{
    struct lane *l = &state->lanes[number];
    if (l->slot == NO_SLOT || !state->tree->ops[l->at].counts || state_exhausted(state) ||
        (state->memory.buffers_stores && memory_can_drain(&state->memory, number)))
        return false;
    state->steps++;
    operate(s, state, number, 0);
    if (state->memory.model != VRRL_MEMORY_SC)
        refresh(s, state, number);
    return true;
}

static void drain(struct sched *s, struct sched_state *state, uint32_t number)
{
    uint32_t word = s->words[memory_buffer(&state->memory, number)->location];
    memory_drain(&state->memory, number);
    claims_changed(s, state, word);
    if (s->queued)
        claims_queue_changed(state, number / s->depth);
}

static inline void step(struct sched *s, struct sched_state *state, uint32_t number,
                        uint32_t option)
{
    struct lane *l = &state->lanes[number];
    state->steps++;
    if (state->memory.model == VRRL_MEMORY_SC && l->slot != NO_SLOT) {
        operate(s, state, number, 0);
        return;
    }
    if (option == l->own_options) {
        drain(s, state, number);
    } else if (l->slot != NO_SLOT) {
        operate(s, state, number, option);
    } else if (s->may_shut_down && !l->looked) {
        struct operation look = look_operation(s);
        l->left = memory_step(&state->memory, number, &look, option) != 0;
        l->looked = true;
    } else {
        claim(s, state, number, claims_at(s, state, number, option));
    }
    refresh(s, state, number);
}

void sched_step(struct sched *s, struct sched_state *state, uint32_t number, uint32_t option)
{
    step(s, state, number, option);
}

/* ---- Runs ----------------------------------------------------------------------------------- */

static bool is_late(const struct sched *s, const struct sched_state *state)
{
    enum { STEPS_PER_LOOK = 64 };
    return s->options.until_ns && state->steps % STEPS_PER_LOOK == 0 &&
           clock_steady_ns() > s->options.until_ns;
}

void sched_until(struct sched *s, uint64_t until_ns)
{
    s->options.until_ns = until_ns;
}

vrrl_verdict sched_run(struct sched *s, struct sched_state *state, sched_pick pick, void *context)
{
    uint32_t count;
    const struct chooser_lane *ready;
    sched_reset(s, state);
    while (ready = sched_ready(s, state, &count), count != 0) {
        uint32_t at = 0, option = 0;
        if (state->steps == s->options.setup.step_limit || is_late(s, state))
            return VRRL_VERDICT_HANG;
        if (count > 1 || ready->options > 1 || s->options.ask_always)
            pick(context, ready, count, &at, &option);
        step(s, state, ready[at].lane, option);
    }
    return sched_verdict(s, state);
}
