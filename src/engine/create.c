#include "engine/create.h"

#include "base/error.h"
#include "engine/body_tree.h"
#include "engine/claims.h"
#include "engine/machine.h"
#include "engine/monitored.h"
#include "engine/state.h"

#include <assert.h>
#include <string.h>

/* A counting sort by queue: keeps publish order inside each. */
static vrrl_code sort_into_queues(struct sched *s, const vrrl_batch_view *batch, vrrl_error *err)
{
    uint32_t queues = s->machine.model.queues;
    for (uint32_t i = 0; i < batch->count; i++) {
        if (batch->queues[i] >= queues)
            return error_set(err, VRRL_REFUSED, "Fix: name a queue that the machine has.",
                             "slot %u of the batch is for queue %u of %u", i, batch->queues[i],
                             queues);
    }
    uint32_t at = 0;
    for (uint32_t q = 0; q < queues; q++) {
        s->queue_first[q] = at;
        for (uint32_t i = 0; i < batch->count; i++) {
            if (batch->queues[i] != q)
                continue;
            s->queue_of[i] = q;
            s->queue_slots[at++] = i;
        }
    }
    s->queue_first[queues] = at;
    return VRRL_OK;
}

static vrrl_code allocate_schedule(struct sched *s, vrrl_error *err)
{
    size_t words = s->layout.total_words, slots = s->slot_count;
    s->arena = s->own_arena = malloc(words * sizeof *s->arena);
    s->location = calloc(words, sizeof *s->location);
    s->status = calloc(slots + 1, sizeof *s->status);
    s->word = calloc(slots + 1, sizeof *s->word);
    s->queue_first = calloc(s->machine.model.queues + 1, sizeof *s->queue_first);
    s->queue_slots = calloc(slots + 1, sizeof *s->queue_slots);
    s->queue_of = calloc(slots + 1, sizeof *s->queue_of);
    s->env = body_env_create(s);
    if (!s->arena || !s->location || !s->status || !s->word || !s->queue_first || !s->queue_slots ||
        !s->queue_of || !s->env)
        return error_no_memory(err, words * sizeof *s->arena);
    return VRRL_OK;
}

static void place_slots(struct sched *s, const vrrl_batch_view *batch)
{
    const vrrl_geometry *geometry = &s->machine.geometry;
    for (uint32_t i = 0; i < batch->count; i++) {
        s->word[i] = s->layout.ring_base + batch->indices[i] * geometry->slot_words;
        s->status[i] = sched_location(s, s->word[i]);
        s->may_shut_down |= s->arena[s->word[i] + VRRL_SLOT_OPCODE] == 0xFFFFFFFFu;
    }
    if (s->may_shut_down)
        s->shutdown = sched_location(s, VRRL_WORD_SHUTDOWN);
}

static vrrl_code count_lanes(struct sched *s, vrrl_error *err)
{
    const vrrl_worker_model *model = &s->machine.model;
    s->queued = model->kind != VRRL_MODEL_POOL;
    s->depth = model->kind == VRRL_MODEL_PIPELINED ? model->depth : 1;
    s->resident = model->resident;
    uint64_t lanes = s->queued ? (uint64_t)model->queues * s->depth : s->machine.workers;
    if (lanes < 1 || lanes > 1024)
        return error_set(err, VRRL_INVALID, "Fix: choose 1 to 1024 workers.",
                         "%llu workers under the scheduler", (unsigned long long)lanes);
    s->lane_count = (uint32_t)lanes;
    s->own_threads = s->depth > 1;
    s->plain = s->depth == 1 && !s->options.races;
    return VRRL_OK;
}

vrrl_code sched_create(const vrrl_machine *machine, const uint32_t *arena,
                       const vrrl_batch_view *batch, const struct sched_options *options,
                       struct sched **made, vrrl_error *err)
{
    struct sched *s = calloc(1, sizeof *s);
    if (!s)
        return error_no_memory(err, sizeof *s);
    s->machine = *machine;
    s->options = *options;
    s->slot_count = batch->count;
    sched_set_up(s, &options->setup);
    vrrl_code code = vrrl_geometry_layout(&machine->geometry, &s->layout, err);
    if (!code)
        code = count_lanes(s, err);
    if (!code)
        code = allocate_schedule(s, err);
    if (!code && s->queued)
        code = sort_into_queues(s, batch, err);
    if (!code && options->races)
        code = monitor_create(s, err);
    if (code) {
        sched_destroy(s);
        return code;
    }
    memcpy(s->arena, arena, s->layout.total_words * sizeof *arena);
    place_slots(s, batch);
    if (!body_env_restart(s)) {
        sched_destroy(s);
        return error_no_memory(err, s->layout.total_words * sizeof *s->arena);
    }
    *made = s;
    return VRRL_OK;
}

void sched_destroy(struct sched *s)
{
    if (!s)
        return;
    free(s->own_arena);
    free(s->location);
    free(s->status);
    free(s->word);
    free(s->queue_first);
    free(s->queue_slots);
    free(s->queue_of);
    body_env_free(s->env);
    body_tree_release(s->tree);
    free(s->words);
    free(s->initial);
    free(s->readers);
    free(s->writers);
    monitor_free(s);
    free(s);
}

void sched_restart(struct sched *s, uint32_t *arena)
{
    free(s->own_arena);
    s->own_arena = NULL;
    s->arena = arena;
    for (uint32_t i = 0; i < s->location_count; i++)
        s->initial[i] = arena[s->words[i]];
    body_env_restart(s);
}

void sched_set_up(struct sched *s, const vrrl_setup *setup)
{
    assert(setup->model == s->options.setup.model);
    s->options.setup = *setup;
    if (!setup->step_limit)
        s->options.setup.step_limit = STEP_LIMIT;
}

const uint32_t *sched_start(const struct sched *s)
{
    return s->arena;
}

struct sched_state *sched_state_create(struct sched *s)
{
    struct sched_state *state = calloc(1, sizeof *state);
    size_t groups = (s->slot_count + 63) / 64 + 1, queues = s->machine.model.queues;
    if (!state)
        return NULL;
    state->lane_count = s->lane_count;
    state->slot_count = s->slot_count;
    state->queue_count = s->machine.model.queues;
    state->lanes = calloc(s->lane_count, sizeof *state->lanes);
    state->ready = calloc(s->lane_count, sizeof *state->ready);
    state->slots = calloc(s->slot_count + 1, sizeof *state->slots);
    state->groups = calloc(groups, sizeof *state->groups);
    state->count_in = calloc(groups / CLAIM_BLOCK + 1, sizeof *state->count_in);
    state->stale = calloc(groups / 64 + 1, sizeof *state->stale);
    state->queue_head = calloc(queues + 1, sizeof *state->queue_head);
    state->queue_stale = calloc(queues / 64 + 1, sizeof *state->queue_stale);
    bool made = memory_init(&state->memory, s->options.setup.model, s->lane_count) &&
                (!s->race || memory_watch(&state->memory, s->race->parties));
    if (!made || !state->lanes || !state->ready || !state->slots || !state->groups ||
        !state->count_in || !state->stale || !state->queue_head || !state->queue_stale) {
        sched_state_free(state);
        return NULL;
    }
    sched_reset(s, state);
    return state;
}

void sched_state_free(struct sched_state *state)
{
    if (!state)
        return;
    memory_free(&state->memory);
    body_tree_release(state->tree);
    free(state->lanes);
    free(state->ready);
    free(state->slots);
    free(state->groups);
    free(state->count_in);
    free(state->waiters);
    free(state->stale);
    free(state->queue_head);
    free(state->queue_stale);
    free(state);
}

static void hold_tree(struct sched_state *state, struct body_tree *tree)
{
    if (state->tree == tree)
        return;
    body_tree_release(state->tree);
    state->tree = tree;
    if (tree)
        tree->holders++;
}

/* The schedule's tree, or a new one where that has grown large. */
static void take_tree(struct sched *s, struct sched_state *state)
{
    if (s->tree && s->tree->node_count > TREE_NODES_MAX) {
        body_tree_release(s->tree);
        s->tree = body_tree_create(s->env, s->slot_count);
    }
    s->exhausted |= !s->tree;
    hold_tree(state, s->tree);
}

void sched_reset(struct sched *s, struct sched_state *state)
{
    memory_reset(&state->memory);
    take_tree(s, state);
    state->exhausted = s->exhausted;
    state->moved = false;
    if (!memory_locations(&state->memory, s->location_count, s->initial) ||
        !claims_locations(state, s->location_count))
        state->exhausted = true;
    state->steps = 0;
    state->live = s->slot_count < 64 ? ((uint64_t)1 << s->slot_count) - 1 : ~(uint64_t)0;
    for (uint32_t i = 0; i < state->lane_count; i++)
        lane_reset(&state->lanes[i]);
    for (uint32_t i = 0; i < state->slot_count; i++)
        state->slots[i] = (struct sched_slot){.status = VRRL_STATUS_PUBLISHED,
                                              .lane = VRRL_NO_WORKER,
                                              .wait_word = VRRL_NO_INDEX,
                                              .goal_word = VRRL_NO_INDEX};
    claims_reset(s, state);
    state->idle_stale = state->list_stale = true;
}

bool sched_copy(struct sched_state *to, const struct sched_state *from)
{
    size_t groups = (from->slot_count + 63) / 64;
    if (!memory_copy(&to->memory, &from->memory) || !claims_locations(to, from->waiter_room))
        return false;
    hold_tree(to, from->tree);
    memcpy(to->lanes, from->lanes, from->lane_count * sizeof *to->lanes);
    memcpy(to->slots, from->slots, from->slot_count * sizeof *to->slots);
    memcpy(to->groups, from->groups, groups * sizeof *to->groups);
    memcpy(to->count_in, from->count_in, (groups / CLAIM_BLOCK + 1) * sizeof *to->count_in);
    claims_copy_waiters(to, from);
    memcpy(to->stale, from->stale, (groups + 63) / 64 * sizeof *to->stale);
    memcpy(to->queue_head, from->queue_head, from->queue_count * sizeof *to->queue_head);
    memcpy(to->queue_stale, from->queue_stale,
           (from->queue_count + 63) / 64 * sizeof *to->queue_stale);
    to->live = from->live;
    to->open_count = from->open_count;
    to->parked_count = from->parked_count;
    to->able_count = from->able_count;
    to->queues_on = from->queues_on;
    to->steps = from->steps;
    to->in_flight = from->in_flight;
    to->exhausted = from->exhausted;
    to->moved = from->moved;
    to->idle_stale = from->idle_stale;
    to->list_stale = true;
    return true;
}

uint32_t sched_lanes(const struct sched *s)
{
    return s->lane_count;
}
