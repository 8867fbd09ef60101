#include "base/array.h"
#include "base/clock.h"
#include "engine/machine.h"
#include "engine/slot_check.h"
#include "engine/slot_front.h"
#include "engine/slot_state.h"
#include "vrrl/run/opcode.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { STEP_LIMIT = 1000000, STEPS_A_SLOT = 8 };

/* ---- The start ------------------------------------------------------------------------------- */

static uint32_t line_count(const struct slot_engine *e)
{
    return e->layout.total_words / WATCHED_LINE_WORDS + 1;
}

static uint32_t words_of_line(const struct slot_engine *e, uint32_t line)
{
    uint32_t left = e->layout.total_words - line * WATCHED_LINE_WORDS;
    return left < WATCHED_LINE_WORDS ? left : WATCHED_LINE_WORDS;
}

static void put_back_memory(struct slot_engine *e)
{
    for (uint32_t l = 0; l < line_count(e); l++) {
        uint32_t first = l * WATCHED_LINE_WORDS;
        if (!e->changed[l])
            continue;
        e->changed[l] = 0;
        memcpy(e->arena + first, e->start + first, words_of_line(e, l) * sizeof *e->arena);
    }
}

static void copy_front(const struct slot_engine *e, struct slot_front *to,
                       const struct slot_front *from)
{
    to->ready_count = from->ready_count;
    memcpy(to->ready, from->ready, from->ready_count * sizeof *to->ready);
    if (!e->depth)
        return;
    memcpy(to->queues, from->queues, e->machine.model.queues * sizeof *to->queues);
    memcpy(to->does, from->does, e->count * sizeof *to->does);
}

static void keep_goals(struct slot_goals *goals)
{
    goals->kept_count = goals->count;
    memcpy(goals->kept, goals->list, goals->count * sizeof *goals->kept);
}

static void restore_goals(struct slot_goals *goals)
{
    goals->count = goals->kept_count;
    memcpy(goals->list, goals->kept, goals->count * sizeof *goals->list);
}

static void clear_run(struct slot_engine *e)
{
    e->ended = e->turn = e->queues_finished = 0;
    e->waits_io = e->over_limit = false;
    e->failed = VRRL_OK;
    e->stores.count = 0;
}

/* Back to the start. */
static void put_back(struct slot_engine *e)
{
    put_back_memory(e);
    clear_run(e);
    copy_front(e, &e->front, &e->start_front);
    slot_parking_restore(&e->parking);
    restore_goals(&e->goals);
    slot_front_sync(e);
    e->at_start = true;
}

static struct slot_lines check_slot(const struct slot_engine *e, uint32_t position)
{
    struct slot_checked checked = slot_check(&e->env.env, e->word[position]);
    if (!checked.is_good)
        return (struct slot_lines){.count = NOT_GOOD};
    if (checked.first > checked.last)
        return (struct slot_lines){.count = 0};
    uint32_t first = checked.first / WATCHED_LINE_WORDS, last = checked.last / WATCHED_LINE_WORDS;
    uint32_t count = last - first + 1;
    return (struct slot_lines){.first = first, .count = count > LINES_MAX ? NOT_GOOD : count};
}

/* The arena is new. */
static vrrl_code begin_at_arena(struct slot_engine *e, vrrl_error *err)
{
    clear_run(e);
    vrrl_code code = e->depth ? slot_queues_place(e, err) : VRRL_OK;
    if (code != VRRL_OK)
        return code;
    memset(e->changed, 0, line_count(e));
    for (uint32_t i = 0; i < e->count; i++)
        e->checked[i] = check_slot(e, i);
    slot_front_begin(e);
    copy_front(e, &e->start_front, &e->front);
    slot_parking_keep(&e->parking);
    keep_goals(&e->goals);
    memcpy(e->start, e->arena, e->layout.total_words * sizeof *e->start);
    memset(e->changed, 0, line_count(e));
    e->at_start = true;
    return e->failed;
}

void slot_engine_restart(struct slot_engine *e, const uint32_t *arena)
{
    memcpy(e->arena, arena, e->layout.total_words * sizeof *e->arena);
    begin_at_arena(e, NULL); /* the queues were good before */
}

/* ---- Turns ----------------------------------------------------------------------------------- */

/* Whose the slot is: a pool is one worker here. */
static uint32_t lane_of(const struct slot_engine *e, uint32_t position)
{
    return e->queue_of[position] * e->depth;
}

static void end_slot(struct slot_engine *e, uint32_t position, uint32_t word, uint32_t status)
{
    e->slots[position] = (struct sched_slot){.status = status,
                                             .lane = lane_of(e, position),
                                             .wait_word = VRRL_NO_INDEX,
                                             .goal_word = VRRL_NO_INDEX,
                                             .claimed_at = e->turn,
                                             .ended_at = e->turn,
                                             .result_fold = e->env.env.result_fold,
                                             .order_fold = e->env.env.order_fold};
    e->ended++;
    op_account(&e->env.env, word);
    op_watched_write(&e->env.env, word, status);
    slot_front_ended(e, position);
}

/* As op_attempt, but for a check that stands. */
static uint32_t attempt(struct slot_engine *e, uint32_t position, uint32_t word)
{
    op_env *env = &e->env.env;
    uint32_t argc = e->machine.geometry.slot_words - OP_SLOT_ARGS;
    uint32_t opcode = e->arena[word + OP_SLOT_OPCODE];
    op_env_reset(env);
    e->stores_first[position] = e->stores.count;
    uint32_t status = slot_is_checked(e, position)
                          ? op_ready(env, opcode, word + OP_SLOT_ARGS, argc)
                          : op_admit(env, word);
    return status == OP_GO ? op_run(env, opcode, word + OP_SLOT_ARGS, argc) : status;
}

static void take_turn(struct slot_engine *e, uint32_t at)
{
    uint32_t position = e->front.ready[at].lane, word = e->word[position];
    e->turn++;
    e->arena[word] = VRRL_STATUS_CLAIMED;
    uint32_t status = attempt(e, position, word);
    e->stores_count[position] = e->stores.count - e->stores_first[position];
    if (status == OP_YIELD) {
        op_watched_write(&e->env.env, word, status);
        return;
    }
    e->front.ready[at] = e->front.ready[--e->front.ready_count];
    if (status == OP_REQUEUE) {
        slot_front_put_back(e, position);
    } else if (vrrl_status_is_terminal(status)) {
        end_slot(e, position, word, status);
    } else {
        op_watched_write(&e->env.env, word, status);
        e->waits_io = true;
    }
    slot_front_follow(e);
}

static vrrl_verdict verdict_of(const struct slot_engine *e)
{
    if (e->ended == e->count)
        return VRRL_VERDICT_COMPLETE;
    if (e->arena[VRRL_WORD_SHUTDOWN])
        return VRRL_VERDICT_SHUTDOWN;
    return e->front.ready_count || e->waits_io ? VRRL_VERDICT_HANG : VRRL_VERDICT_DEADLOCK;
}

void slot_engine_until(struct slot_engine *e, uint64_t steady_ns)
{
    e->until_ns = steady_ns;
}

static bool is_late(const struct slot_engine *e)
{
    enum { TURNS_PER_LOOK = 16 };
    return e->until_ns && e->turn % TURNS_PER_LOOK == 0 && clock_steady_ns() > e->until_ns;
}

vrrl_verdict slot_engine_run(struct slot_engine *e, sched_pick pick, void *context)
{
    if (!e->at_start)
        put_back(e);
    e->at_start = false;
    while (e->front.ready_count > 0 && !e->arena[VRRL_WORD_SHUTDOWN] && e->failed == VRRL_OK) {
        uint32_t at = 0, option = 0;
        if (e->turn == e->step_limit) {
            e->over_limit = true;
            break;
        }
        if (is_late(e))
            break;
        if (e->front.ready_count > 1)
            pick(context, e->front.ready, e->front.ready_count, &at, &option);
        assert(at < e->front.ready_count);
        take_turn(e, at);
    }
    return verdict_of(e);
}

/* ---- What a run leaves ----------------------------------------------------------------------- */

bool slot_engine_exhausted(const struct slot_engine *e)
{
    return e->failed != VRRL_OK;
}

bool slot_engine_over_limit(const struct slot_engine *e)
{
    return e->over_limit;
}

uint32_t slot_engine_steps(const struct slot_engine *e)
{
    return e->turn;
}

const uint32_t *slot_engine_arena(const struct slot_engine *e)
{
    return e->arena;
}

bool slot_engine_stores(const struct slot_engine *e, uint32_t position, op_stores *out)
{
    for (uint32_t i = 0; i < e->stores_count[position]; i++) {
        const op_stored *one = &e->stores.list[e->stores_first[position] + i];
        op_stores_add(out, one->word, one->value);
    }
    return !e->stores.failed && !out->failed;
}

/* One that has not ended. What it waits for, if it was put back, is told by another attempt, which
 * has no effect. */
static void describe_waiter(struct slot_engine *e, uint32_t position)
{
    op_env *env = &e->env.env;
    uint32_t status = e->arena[e->word[position]];
    op_env_reset(env);
    if (status == VRRL_STATUS_REQUEUE)
        op_admit(env, e->word[position]);
    e->slots[position] = (struct sched_slot){
        .status = status,
        .lane = status == VRRL_STATUS_PUBLISHED ? VRRL_NO_WORKER : lane_of(e, position),
        .wait_word = env->wait_word,
        .wait_value = env->wait_value,
        .goal_word = env->goal_word,
        .goal_value = env->goal_value};
}

const struct sched_slot *slot_engine_slots(struct slot_engine *e)
{
    for (uint32_t i = 0; i < e->count && e->ended < e->count; i++)
        if (!vrrl_status_is_terminal(e->arena[e->word[i]]))
            describe_waiter(e, i);
    return e->slots;
}

/* Words of the ring change in STATUS alone. */
static void add_line(struct slot_engine *e, uint32_t line)
{
    uint32_t first = line * WATCHED_LINE_WORDS, words = words_of_line(e, line);
    for (uint32_t word = first; word < first + words; word++)
        if (word < e->layout.ring_base || word >= e->layout.user_base)
            e->words[e->word_count++] = word;
    e->listed[line] = 1;
}

static vrrl_code reserve_words(struct slot_engine *e)
{
    uint32_t room = e->count;
    for (uint32_t l = 0; l < line_count(e); l++)
        room += e->listed[l] || e->changed[l] ? WATCHED_LINE_WORDS : 0;
    vrrl_code code = array_room(e->words, 0, e->word_room, room, NULL);
    return code ? code : array_room(e->values, 0, e->value_room, room, NULL);
}

uint32_t slot_engine_words(struct slot_engine *e, const uint32_t **words, const uint32_t **values)
{
    if (reserve_words(e) != VRRL_OK) {
        e->failed = VRRL_NO_MEMORY;
        return 0;
    }
    for (uint32_t i = e->word_count; i < e->count; i++)
        e->words[e->word_count++] = e->word[i];
    for (uint32_t l = 0; l < line_count(e); l++)
        if (e->changed[l] && !e->listed[l])
            add_line(e, l);
    for (uint32_t i = 0; i < e->word_count; i++)
        e->values[i] = e->arena[e->words[i]];
    *words = e->words;
    *values = e->values;
    return e->word_count;
}

/* ---- Made ------------------------------------------------------------------------------------ */

static vrrl_code allocate_engine(struct slot_engine *e, vrrl_error *err)
{
    size_t words = e->layout.total_words, queues = e->machine.model.queues + (size_t)1,
           slots = e->count + (size_t)1;
    e->arena = malloc(words * sizeof *e->arena);
    e->start = malloc(words * sizeof *e->start);
    e->changed = calloc(line_count(e), sizeof *e->changed);
    e->listed = calloc(line_count(e), sizeof *e->listed);
    e->checked = calloc(slots, sizeof *e->checked);
    e->word = calloc(slots, sizeof *e->word);
    e->queue_of = calloc(slots, sizeof *e->queue_of);
    e->queue_slots = calloc(slots, sizeof *e->queue_slots);
    e->queues_by_rank = calloc(queues, sizeof *e->queues_by_rank);
    e->front.ready = calloc(slots, sizeof *e->front.ready);
    e->front.queues = calloc(queues, sizeof *e->front.queues);
    e->start_front.ready = calloc(slots, sizeof *e->start_front.ready);
    e->start_front.queues = calloc(queues, sizeof *e->start_front.queues);
    e->front.does = calloc(slots, sizeof *e->front.does);
    e->start_front.does = calloc(slots, sizeof *e->start_front.does);
    e->slots = calloc(slots, sizeof *e->slots);
    e->stores_first = calloc(slots, sizeof *e->stores_first);
    e->stores_count = calloc(slots, sizeof *e->stores_count);
    e->goals.list = calloc(slots, sizeof *e->goals.list);
    e->goals.kept = calloc(slots, sizeof *e->goals.kept);
    if (!e->arena || !e->start || !e->changed || !e->listed || !e->checked || !e->word ||
        !e->queue_of || !e->queue_slots || !e->queues_by_rank || !e->front.ready ||
        !e->front.queues || !e->front.does || !e->start_front.does || !e->start_front.ready ||
        !e->start_front.queues || !e->slots || !e->stores_first || !e->stores_count ||
        !e->goals.list || !e->goals.kept)
        return error_no_memory(err, 8 * words + 100 * slots);
    return slot_parking_init(&e->parking, e->count, err);
}

static void wrote(watched_env *env, uint32_t word)
{
    struct slot_engine *e = (struct slot_engine *)((char *)env - offsetof(struct slot_engine, env));
    slot_parking_wrote(&e->parking, word);
}

static void place_slots(struct slot_engine *e, const vrrl_batch_view *batch)
{
    for (uint32_t i = 0; i < e->count; i++) {
        e->word[i] = e->layout.ring_base + batch->indices[i] * e->machine.geometry.slot_words;
        e->queue_of[i] = e->depth ? batch->queues[i] : 0;
    }
    e->env = (watched_env){.env = {.arena = e->arena,
                                   .slots = e->arena,
                                   .geometry = e->machine.geometry,
                                   .layout = e->layout},
                           .changed = e->changed,
                           .filter = e->parking.filter,
                           .wrote = wrote};
}

static uint32_t depth_of(const vrrl_worker_model *model)
{
    if (model->kind == VRRL_MODEL_POOL)
        return 0;
    return model->kind == VRRL_MODEL_SERIAL ? 1 : model->depth;
}

void slot_engine_set_up(struct slot_engine *e, const vrrl_setup *setup)
{
    uint64_t least = (uint64_t)STEPS_A_SLOT * e->count;
    e->step_limit = least > STEP_LIMIT ? least : STEP_LIMIT;
    if (setup->step_limit)
        e->step_limit = setup->step_limit;
}

vrrl_code slot_engine_create(const vrrl_machine *machine, const uint32_t *arena,
                             const vrrl_batch_view *batch, const struct sched_options *options,
                             struct slot_engine **made, vrrl_error *err)
{
    struct slot_engine *e = calloc(1, sizeof *e);
    if (!e)
        return error_no_memory(err, sizeof *e);
    e->machine = *machine;
    e->count = batch->count;
    e->depth = depth_of(&machine->model);
    slot_engine_set_up(e, &options->setup);
    vrrl_code code = vrrl_geometry_layout(&machine->geometry, &e->layout, err);
    if (code == VRRL_OK)
        code = allocate_engine(e, err);
    if (code == VRRL_OK) {
        place_slots(e, batch);
        e->env.env.unseen = options->unseen;
        e->env.env.stores = options->keeps_stores ? &e->stores : NULL;
        memcpy(e->arena, arena, e->layout.total_words * sizeof *arena);
        code = begin_at_arena(e, err);
    }
    if (code == VRRL_OK)
        *made = e;
    else
        slot_engine_destroy(e);
    return code;
}

void slot_engine_destroy(struct slot_engine *e)
{
    if (!e)
        return;
    slot_parking_free(&e->parking);
    free(e->arena);
    free(e->start);
    free(e->changed);
    free(e->listed);
    free(e->checked);
    free(e->word);
    free(e->queue_of);
    free(e->queue_slots);
    free(e->queues_by_rank);
    free(e->front.ready);
    free(e->front.queues);
    free(e->start_front.ready);
    free(e->start_front.queues);
    free(e->front.does);
    free(e->start_front.does);
    free(e->slots);
    free(e->stores.list);
    free(e->stores_first);
    free(e->stores_count);
    free(e->goals.list);
    free(e->goals.kept);
    free(e->words);
    free(e->values);
    free(e);
}
