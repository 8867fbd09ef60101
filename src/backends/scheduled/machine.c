#include "backends/scheduled/state.h"

#include "vrrl/opcode.h"

#include <string.h>

/* ---- Locations ------------------------------------------------------------------------------ */

uint32_t sched_location(sched *s, uint32_t word)
{
    if (s->location[word])
        return s->location[word] - 1;
    if (s->location_count == s->location_room) {
        uint32_t room = s->location_room ? 2 * s->location_room : 64;
        uint32_t *words = realloc(s->words, room * sizeof *words);
        if (words)
            s->words = words;
        uint32_t *initial = words ? realloc(s->initial, room * sizeof *initial) : NULL;
        if (!initial) {
            s->exhausted = true;
            return 0;
        }
        s->initial = initial;
        s->location_room = room;
    }
    s->words[s->location_count] = word;
    s->initial[s->location_count] = s->arena[word];
    s->location[word] = ++s->location_count;
    return s->location_count - 1;
}

static void know_locations(sched *s, sched_state *state)
{
    if (s->exhausted || !memory_locations(&state->memory, s->location_count, s->initial))
        state->exhausted = true;
}

/* Value that others see once nothing is on its way. */
static uint32_t value_of(sched *s, sched_state *state, uint32_t word)
{
    uint32_t location = sched_location(s, word);
    know_locations(s, state);
    return state->exhausted ? 0 : memory_final(&state->memory, location);
}

/* ---- Bodies --------------------------------------------------------------------------------- */

/* Enters the body of the slot at `word`; true when it has returned. One that was admitted before is
 * not checked again: its waits are over, and what it checks does not change. */
static bool run_body(sched *s, uint32_t word)
{
    op_env *env = &s->env.env;
    if (setjmp(s->env.leave))
        return false;
    if (!s->admitted) {
        s->ended_as = op_admit(env, word);
        s->admitted = s->ended_as == OP_GO;
        s->admitted_met = s->env.met;
        s->admitted_log = s->env.log_next;
    }
    if (s->admitted)
        s->ended_as = op_run(env, env->slots[word + OP_SLOT_OPCODE], word + OP_SLOT_ARGS,
                             s->machine.geometry.slot_words - OP_SLOT_ARGS);
    if (vrrl_status_is_terminal(s->ended_as))
        op_account(env, word);
    op_step(
        env,
        (step_op){.kind = STEP_STORE, .order = STEP_RELEASE, .word = word, .value = s->ended_as});
    return true;
}

static void queue_operations(sched *s, lane *l)
{
    l->queued = s->env.queued;
    l->next = 0;
    for (uint32_t i = 0; i < l->queued; i++) {
        const step_op *from = &s->env.queue[i];
        lane_op *to = &l->queue[i];
        to->word = from->word;
        to->counts = from->kind == STEP_COUNT;
        s->counters_matter |=
            from->kind == STEP_FENCE || (!to->counts && from->word < VRRL_WORD_OBSERVABLE);
        to->returns = from->kind != STEP_STORE && from->kind < STEP_FENCE;
        to->op = (mem_op){.kind = from->kind == STEP_COUNT ? (uint8_t)MEM_ADD : from->kind,
                          .order = from->order,
                          .value = from->value,
                          .expected = from->expected};
        if (from->kind != STEP_FENCE)
            to->op.location = (uint16_t)sched_location(s, from->word);
    }
}

/* Up to the next operations of the lane's slot that the scheduler has not done. */
static void enter(sched *s, sched_state *state, uint32_t number)
{
    lane *l = &state->lanes[number];
    sched_slot *slot = &state->slots[l->slot];
    op_env_reset(&s->env.env);
    s->env.log = state->logs + (size_t)number * state->log_room;
    s->env.done = l->done;
    s->admitted = l->admitted;
    s->admitted_met = l->admitted_met;
    s->admitted_log = l->admitted_log;
    s->env.met = l->admitted ? l->admitted_met : 0;
    s->env.log_next = l->admitted ? l->admitted_log : 0;
    s->env.queued = 0;
    l->returned = run_body(s, s->word[l->slot]);
    l->admitted = s->admitted;
    l->admitted_met = s->admitted_met;
    l->admitted_log = s->admitted_log;
    queue_operations(s, l);
    know_locations(s, state);
    if (!l->returned)
        return;
    l->ended_as = s->ended_as;
    slot->result_fold = s->env.env.result_fold;
    slot->order_fold = s->env.env.order_fold;
    slot->wait_word = s->env.env.wait_word;
    slot->wait_value = s->env.env.wait_value;
}

/* ---- Claims --------------------------------------------------------------------------------- */

static bool still_waits(sched *s, sched_state *state, const sched_slot *slot)
{
    if (slot->wait_word >= s->layout.total_words)
        return slot->status == OP_REQUEUE;
    uint32_t found = value_of(s, state, slot->wait_word);
    return slot->wait_value ? found < slot->wait_value : !vrrl_status_is_terminal(found);
}

static bool claimable(sched *s, sched_state *state, uint32_t position)
{
    const sched_slot *slot = &state->slots[position];
    if (slot->status == VRRL_STATUS_DONE || slot->status == VRRL_STATUS_CLAIMED)
        return false;
    /* Its last STATUS may still be in a buffer (tso). */
    if (slot->status == OP_WAIT_IO || vrrl_status_is_terminal(slot->status) ||
        memory_final(&state->memory, s->status[position]) != slot->status)
        return false;
    return slot->status == VRRL_STATUS_PUBLISHED || !still_waits(s, state, slot);
}

static bool queue_finished(const sched *s, const sched_state *state, uint32_t q)
{
    for (uint32_t i = s->queue_first[q]; i < s->queue_first[q + 1]; i++) {
        if (!vrrl_status_is_terminal(state->slots[s->queue_slots[i]].status))
            return false;
    }
    return true;
}

/* The first so many queues that are not finished are on. */
static bool queue_is_on(const sched *s, const sched_state *state, uint32_t q)
{
    uint32_t before = 0;
    for (uint32_t k = 0; k < q && s->resident; k++)
        before += !queue_finished(s, state, k);
    return !s->resident || before < s->resident;
}

/* Option `option` of what a queue's lane may claim: one slot, at most. */
static uint32_t queue_claim(sched *s, sched_state *state, uint32_t q)
{
    if (!queue_is_on(s, state, q))
        return NO_SLOT;
    for (uint32_t i = s->queue_first[q]; i < s->queue_first[q + 1]; i++) {
        uint32_t position = s->queue_slots[i];
        const sched_slot *slot = &state->slots[position];
        if (vrrl_status_is_terminal(slot->status))
            continue;
        if (slot->status != VRRL_STATUS_CLAIMED)
            return claimable(s, state, position) ? position : NO_SLOT;
        if (!state->lanes[slot->lane].admitted)
            return NO_SLOT; /* it may not be ready, and then it blocks those behind it */
    }
    return NO_SLOT;
}

/* The slot that a lane claims by option `option`, or how many options there are. */
static uint32_t find_claim(sched *s, sched_state *state, uint32_t number, uint32_t option,
                           uint32_t *count)
{
    uint32_t seen = 0, found = NO_SLOT;
    bool scan = s->machine.claim == VRRL_CLAIM_SCAN;
    *count = 0;
    if (s->options.claims && state->in_flight >= s->options.claims)
        return NO_SLOT;
    if (s->queued) {
        found = queue_claim(s, state, number / s->depth);
        *count = found != NO_SLOT;
        return found;
    }
    for (uint32_t i = 0; i < s->slot_count && !(scan && seen); i++) {
        if (!claimable(s, state, i))
            continue;
        if (seen++ == option)
            found = i;
    }
    *count = seen;
    return found;
}

static mem_op claim_operation(const sched *s, const sched_state *state, uint32_t position)
{
    return (mem_op){.kind = MEM_CAS,
                    .order = MEM_ACQ_REL,
                    .location = (uint16_t)s->status[position],
                    .value = VRRL_STATUS_CLAIMED,
                    .expected = state->slots[position].status};
}

static void claim(sched *s, sched_state *state, uint32_t number, uint32_t position)
{
    lane *l = &state->lanes[number];
    sched_slot *slot = &state->slots[position];
    mem_op op = claim_operation(s, state, position);
    bool parked = slot->status == OP_REQUEUE;
    memory_step(&state->memory, number, &op, 0);
    lane_reset(l);
    l->slot = position;
    l->wait_word = parked ? slot->wait_word : VRRL_NO_INDEX;
    l->wait_value = slot->wait_value;
    slot->status = VRRL_STATUS_CLAIMED;
    slot->lane = number;
    slot->claimed_at = state->steps;
    state->in_flight++;
    enter(s, state, number);
}

/* ---- Options -------------------------------------------------------------------------------- */

/* A load of the word that the slot was parked for: read what lets it go on, where there is such. */
static bool lets_go(const sched_state *state, uint32_t number, const lane_op *next, uint32_t option)
{
    const lane *l = &state->lanes[number];
    uint32_t value = memory_peek(&state->memory, number, &next->op, option);
    return l->wait_value ? value >= l->wait_value : vrrl_status_is_terminal(value);
}

static bool is_awaited(const sched_state *state, uint32_t number, const lane_op *next)
{
    const lane *l = &state->lanes[number];
    return l->wait_word == next->word && next->op.kind == MEM_LOAD && !l->admitted &&
           state->memory.model == MEM_VIEW;
}

/* Outcomes of the lane's next operation; *outcome, an option, becomes an outcome of the memory. */
static uint32_t outcomes(const sched_state *state, uint32_t number, uint32_t *outcome)
{
    const lane *l = &state->lanes[number];
    const lane_op *next = &l->queue[l->next];
    if (state->memory.model == MEM_SC)
        return 1;
    uint32_t count = memory_outcomes(&state->memory, number, &next->op), fit = 0, wanted = *outcome;
    if (count < 2 || !is_awaited(state, number, next))
        return count;
    for (uint32_t k = 0; k < count; k++) {
        if (lets_go(state, number, next, k) && fit++ == wanted)
            *outcome = k;
    }
    return fit ? fit : count;
}

static mem_op look_operation(const sched *s)
{
    return (mem_op){.kind = MEM_LOAD, .location = (uint16_t)s->shutdown};
}

/* Without the drain. */
static uint32_t own_options(sched *s, sched_state *state, uint32_t number)
{
    const lane *l = &state->lanes[number];
    uint32_t count, first = 0;
    if (l->slot != NO_SLOT)
        return outcomes(state, number, &first);
    if (l->left)
        return 0;
    uint32_t position = find_claim(s, state, number, 0, &count);
    if (!count)
        return 0;
    if (s->may_shut_down && !l->looked) {
        mem_op look = look_operation(s);
        return memory_outcomes(&state->memory, number, &look);
    }
    mem_op op = claim_operation(s, state, position);
    return memory_outcomes(&state->memory, number, &op) ? count : 0;
}

static uint32_t find_options(sched *s, sched_state *state, uint32_t number)
{
    lane *l = &state->lanes[number];
    bool strong = state->memory.model == MEM_SC && l->slot != NO_SLOT;
    l->own_options = strong ? 1 : own_options(s, state, number);
    l->can_drain = memory_can_drain(&state->memory, number);
    return l->own_options + l->can_drain;
}

static void list_lane(sched *s, sched_state *state, uint32_t number, uint32_t *count)
{
    uint32_t options = find_options(s, state, number);
    const lane *l = &state->lanes[number];
    if (options)
        state->ready[(*count)++] = (sched_lane){number, l->slot, options, l->can_drain};
}

bool sched_drains(const sched_state *state, uint32_t number)
{
    return state->lanes[number].can_drain;
}

uint32_t sched_slot_of(const sched_state *state, uint32_t number)
{
    return state->lanes[number].slot;
}

uint32_t sched_claims(sched *s, sched_state *state, uint32_t number, uint32_t *slots)
{
    const lane *l = &state->lanes[number];
    uint32_t count = 0;
    if (l->slot != NO_SLOT || l->own_options == 0 || (s->may_shut_down && !l->looked))
        return 0;
    slots[0] = find_claim(s, state, number, 0, &count);
    if (count > 1) {
        count = 0;
        for (uint32_t i = 0; i < s->slot_count; i++) {
            if (claimable(s, state, i))
                slots[count++] = i;
        }
    }
    return count;
}

const sched_lane *sched_ready(sched *s, sched_state *state, uint32_t *count)
{
    uint32_t starved = s->options.starved;
    *count = 0;
    for (uint32_t i = 0; i < s->lane_count && !sched_exhausted(state); i++) {
        if (i != starved)
            list_lane(s, state, i, count);
    }
    if (!*count && starved < s->lane_count && !sched_exhausted(state))
        list_lane(s, state, starved, count);
    return state->ready;
}

/* ---- Steps ---------------------------------------------------------------------------------- */

static bool add_to_log(sched_state *state, uint32_t number, uint32_t value)
{
    lane *l = &state->lanes[number];
    if (l->log_count == state->log_room) {
        uint32_t old = state->log_room, room = old ? 2 * old : 32;
        uint32_t *logs = calloc((size_t)room * state->lane_count, sizeof *logs);
        if (!logs)
            return false;
        for (uint32_t i = 0; i < state->lane_count && old; i++)
            memcpy(logs + (size_t)i * room, state->logs + (size_t)i * old, old * sizeof *logs);
        free(state->logs);
        state->logs = logs;
        state->log_room = room;
    }
    state->logs[(size_t)number * state->log_room + l->log_count++] = value;
    return true;
}

static void end_attempt(sched_state *state, lane *l)
{
    sched_slot *slot = &state->slots[l->slot];
    slot->status = l->ended_as;
    if (vrrl_status_is_terminal(slot->status))
        slot->ended_at = state->steps;
    state->in_flight--;
    lane_reset(l);
}

static void do_operation(sched *s, sched_state *state, uint32_t number, uint32_t option)
{
    lane *l = &state->lanes[number];
    const lane_op *next = &l->queue[l->next];
    if (l->own_options > 1)
        outcomes(state, number, &option);
    uint32_t value = memory_step(&state->memory, number, &next->op, option);
    l->done++;
    l->next++;
    if (next->returns && !add_to_log(state, number, value))
        state->exhausted = true;
    if (l->next < l->queued)
        return;
    if (l->returned)
        end_attempt(state, l);
    else
        enter(s, state, number);
}

bool sched_count(sched *s, sched_state *state, uint32_t number)
{
    lane *l = &state->lanes[number];
    if (l->slot == NO_SLOT || sched_exhausted(state) || !l->queue[l->next].counts ||
        memory_outcomes(&state->memory, number, &l->queue[l->next].op) != 1)
        return false;
    l->own_options = 1;
    state->steps++;
    do_operation(s, state, number, 0);
    return true;
}

void sched_step(sched *s, sched_state *state, uint32_t number, uint32_t option)
{
    lane *l = &state->lanes[number];
    uint32_t count;
    state->steps++;
    if (option == l->own_options) {
        memory_drain(&state->memory, number);
    } else if (l->slot != NO_SLOT) {
        do_operation(s, state, number, option);
    } else if (s->may_shut_down && !l->looked) {
        mem_op look = look_operation(s);
        l->left = memory_step(&state->memory, number, &look, option) != 0;
        l->looked = true;
    } else {
        claim(s, state, number, find_claim(s, state, number, option, &count));
    }
}

vrrl_verdict sched_verdict(const sched *s, const sched_state *state)
{
    bool left = false, waits_io = false;
    for (uint32_t i = 0; i < s->slot_count; i++) {
        left |= !vrrl_status_is_terminal(state->slots[i].status);
        waits_io |= state->slots[i].status == OP_WAIT_IO;
    }
    if (!left)
        return VRRL_VERDICT_COMPLETE;
    if (s->may_shut_down && memory_final(&state->memory, s->shutdown))
        return VRRL_VERDICT_SHUTDOWN;
    return waits_io ? VRRL_VERDICT_HANG : VRRL_VERDICT_DEADLOCK;
}

uint32_t sched_steps(const sched_state *state)
{
    return state->steps;
}

const sched_slot *sched_slot_at(const sched_state *state, uint32_t position)
{
    return &state->slots[position];
}

void sched_arena(const sched *s, const sched_state *state, uint32_t *arena)
{
    memcpy(arena, s->arena, s->layout.total_words * sizeof *arena);
    for (uint32_t i = 0; i < state->memory.location_count; i++)
        arena[s->words[i]] = memory_final(&state->memory, i);
}

const uint32_t *sched_words(const sched_state *state, const sched *s, uint32_t *count)
{
    *count = state->memory.location_count;
    return s->words;
}

uint32_t sched_value(const sched_state *state, uint32_t number)
{
    return memory_final(&state->memory, number);
}

void sched_encode(sched *s, sched_state *state, mem_bytes *bytes)
{
    know_locations(s, state);
    memory_encode(&state->memory, bytes);
    for (uint32_t i = 0; i < state->slot_count; i++) {
        const sched_slot *slot = &state->slots[i];
        uint64_t words[4] = {slot->status};
        if (slot->status == OP_REQUEUE || slot->status == OP_YIELD)
            words[1] = slot->wait_word, words[2] = slot->wait_value;
        if (vrrl_status_is_terminal(slot->status))
            words[3] = slot->result_fold;
        mem_bytes_add(bytes, words, sizeof words);
    }
    for (uint32_t i = 0; i < state->lane_count; i++) {
        const lane *l = &state->lanes[i];
        uint32_t words[6] = {l->slot,      l->done,      (uint32_t)(l->looked * 2 + l->left),
                             l->wait_word, l->log_count, l->wait_word + 1 ? l->wait_value : 0};
        mem_bytes_add(bytes, words, sizeof words);
        if (l->log_count)
            mem_bytes_add(bytes, state->logs + (size_t)i * state->log_room,
                          l->log_count * sizeof *state->logs);
    }
}
