#include "search/slot_state.h"

#include "base/error.h"
#include "programs/batch_view.h"
#include "ring/ring.h"
#include "vrrl/opcode.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { STEP_LIMIT = 1000000, STEPS_A_SLOT = 8 };

/* ---- Memory ---------------------------------------------------------------------------------- */

static uint32_t line_count(const slot_engine *e)
{
    return e->layout.total_words / WATCHED_LINE_WORDS + 1;
}

static void mark_changed(slot_engine *e, uint32_t first, uint32_t words)
{
    for (uint32_t l = first / WATCHED_LINE_WORDS; l <= (first + words - 1) / WATCHED_LINE_WORDS;
         l++)
        e->changed[l] = 1;
}

static void put_back(slot_engine *e)
{
    for (uint32_t l = 0; l < line_count(e); l++) {
        uint32_t first = l * WATCHED_LINE_WORDS, words = WATCHED_LINE_WORDS;
        if (!e->changed[l])
            continue;
        e->changed[l] = 0;
        if (words > e->layout.total_words - first)
            words = e->layout.total_words - first;
        memcpy(e->arena + first, e->kept + first, words * sizeof *e->arena);
    }
}

/* ---- Publishing ------------------------------------------------------------------------------ */

static void publish_slot(slot_engine *e, const vrrl_slot_input *input, uint32_t position)
{
    uint32_t word = slot_word(e, position);
    ring_compose(&e->program->geometry, input, e->arena + word);
    mark_changed(e, word, e->program->geometry.slot_words);
}

static vrrl_slot_input input_of(const slot_engine *e, const vrrl_slot *slot)
{
    uint32_t room = e->program->geometry.slot_words - VRRL_SLOT_ARG0;
    return (vrrl_slot_input){.opcode = slot->opcode,
                             .tenant = slot->tenant,
                             .arg_count = slot->arg_count < room ? slot->arg_count : room,
                             .args = e->program->words + slot->args};
}

/* Whose the fence is: the first tenant that may run. */
static uint32_t fence_tenant(const slot_engine *e)
{
    uint32_t tenants = e->program->geometry.tenants;
    for (uint32_t t = 0; t < tenants; t++)
        if (e->arena[e->layout.tenant_base + t])
            return t;
    return 0;
}

static void publish(slot_engine *e)
{
    uint32_t args[3];
    for (uint32_t i = 0; i < e->count; i++) {
        vrrl_slot_input input = input_of(e, epoch_slot(e->program, e->epoch, i));
        publish_slot(e, &input, i);
    }
    vrrl_slot_input fence =
        ring_fence(e->count ? e->first_index : 0, e->count, e->epoch, VRRL_NO_WORKER, args);
    fence.tenant = fence_tenant(e);
    publish_slot(e, &fence, e->count);
    op_watched_write(&e->env.env, VRRL_WORD_EPOCH, e->arena[VRRL_WORD_EPOCH] + 1);
}

static vrrl_code run_prologue(slot_engine *e, vrrl_error *err)
{
    const vrrl_program *program = e->program;
    const vrrl_epoch *epoch = &program->epochs[e->epoch];
    uint32_t words[VRRL_SLOT_WORDS_MAX], argc = program->geometry.slot_words - VRRL_SLOT_ARG0;
    vrrl_code code = VRRL_OK;
    e->env.env.slots = words;
    for (uint32_t i = 0; code == VRRL_OK && i < epoch->prologue_count; i++) {
        vrrl_slot_input input = input_of(e, &program->prologue[epoch->prologue_first + i]);
        ring_compose(&program->geometry, &input, words);
        if (op_check(&e->env.env, input.opcode, VRRL_SLOT_ARG0, argc) == OP_GO)
            op_run(&e->env.env, input.opcode, VRRL_SLOT_ARG0, argc);
        else
            code = error_set(err, VRRL_REFUSED,
                             "Fix: read inside the arena; write observable words and user memory.",
                             "prologue slot %u, %s, reads or writes where it may not", i,
                             vrrl_opcode_name(input.opcode));
    }
    e->env.env.slots = e->arena;
    return code;
}

/* ---- Epochs ---------------------------------------------------------------------------------- */

/* The batch of an epoch is the one under way. */
static void clear_epoch(slot_engine *e, uint32_t epoch)
{
    uint32_t next = e->first_index + e->count + 1; /* the host publishes one after the other */
    e->first_index = epoch ? next % e->program->geometry.ring_slots : 0;
    e->epoch = epoch;
    e->count = e->program->batches[e->program->epochs[epoch].batch].count;
    e->ended = 0;
    e->turn = 0;
    e->queues_finished = 0;
    e->waits_io = false;
    e->failed = VRRL_OK;
    memset(e->ended_at, 0, e->count * sizeof *e->ended_at);
    memset(e->folds, 0, e->count * sizeof *e->folds);
}

static vrrl_code begin_epoch(slot_engine *e, uint32_t epoch, vrrl_error *err)
{
    clear_epoch(e, epoch);
    vrrl_code code = e->depth ? slot_queues_place(e, err) : VRRL_OK;
    if (code == VRRL_OK)
        code = run_prologue(e, err);
    if (code != VRRL_OK)
        return code;
    publish(e);
    e->err = err;
    slot_front_begin(e);
    return e->failed;
}

static void keep_front(slot_engine *e)
{
    e->kept_front.ready_count = e->front.ready_count;
    memcpy(e->kept_front.ready, e->front.ready, e->front.ready_count * sizeof *e->front.ready);
    memcpy(e->kept_front.queues, e->front.queues,
           e->program->model.queues * sizeof *e->front.queues);
    slot_parking_keep(&e->parking);
}

/* Puts back who may run at the beginning of epoch 0. */
static void restore_front(slot_engine *e)
{
    clear_epoch(e, 0);
    e->front.ready_count = e->kept_front.ready_count;
    memcpy(e->front.ready, e->kept_front.ready, e->front.ready_count * sizeof *e->front.ready);
    memcpy(e->front.queues, e->kept_front.queues,
           e->program->model.queues * sizeof *e->front.queues);
    slot_parking_restore(&e->parking);
    slot_front_sync(e);
}

/* ---- Turns ----------------------------------------------------------------------------------- */

static void end_slot(slot_engine *e, uint32_t position, uint32_t word, uint32_t status)
{
    e->folds[position] = e->env.env.result_fold;
    e->ended_at[position] = e->turn;
    e->order[e->ended++] = position;
    op_account(&e->env.env, word);
    op_watched_write(&e->env.env, word, status);
    slot_front_ended(e, position);
}

static void take_turn(slot_engine *e, uint32_t at)
{
    uint32_t position = e->front.ready[at].lane, word = slot_word(e, position);
    e->turn++;
    op_env_reset(&e->env.env);
    e->arena[word] = VRRL_STATUS_CLAIMED;
    uint32_t status = op_attempt(&e->env.env, word);
    if (status == OP_YIELD) {
        op_watched_write(&e->env.env, word, status);
        return;
    }
    e->front.ready[at] = e->front.ready[--e->front.ready_count];
    if (status == OP_REQUEUE) {
        slot_front_park(e, position);
    } else if (vrrl_status_is_terminal(status)) {
        end_slot(e, position, word, status);
    } else {
        op_watched_write(&e->env.env, word, status);
        e->waits_io = true;
    }
    slot_front_follow(e);
}

static uint32_t choose(slot_engine *e, const chooser *by)
{
    uint32_t at = 0, option = 0;
    if (e->front.ready_count > 1)
        by->choose(by->context, e->front.ready, e->front.ready_count, &at, &option);
    assert(at < e->front.ready_count);
    return at;
}

/* The fence: the host's own slot, which ends where all others have. */
static void run_fence(slot_engine *e)
{
    uint32_t word = slot_word(e, e->count);
    op_env_reset(&e->env.env);
    uint32_t status = op_attempt(&e->env.env, word);
    if (!vrrl_status_is_terminal(status))
        return;
    op_account(&e->env.env, word);
    op_watched_write(&e->env.env, word, status);
}

static vrrl_verdict verdict_of(const slot_engine *e)
{
    if (e->ended == e->count)
        return VRRL_VERDICT_COMPLETE;
    if (e->arena[VRRL_WORD_SHUTDOWN])
        return VRRL_VERDICT_SHUTDOWN;
    return e->front.ready_count || e->waits_io ? VRRL_VERDICT_HANG : VRRL_VERDICT_DEADLOCK;
}

static uint64_t step_limit(const slot_engine *e)
{
    uint64_t least = (uint64_t)STEPS_A_SLOT * e->count;
    if (e->options.step_limit)
        return e->options.step_limit;
    return least > STEP_LIMIT ? least : STEP_LIMIT;
}

vrrl_code slot_engine_run_epoch(slot_engine *e, const chooser *by, vrrl_verdict *verdict,
                                vrrl_error *err)
{
    vrrl_code code = e->next_epoch ? begin_epoch(e, e->next_epoch, err) : VRRL_OK;
    if (code != VRRL_OK)
        return code;
    e->next_epoch++;
    e->err = err;
    if (by->begin)
        by->begin(by->context, e->epoch, e->count, e->count);
    uint64_t limit = step_limit(e);
    while (e->front.ready_count > 0 && e->turn < limit && !e->arena[VRRL_WORD_SHUTDOWN] &&
           e->failed == VRRL_OK)
        take_turn(e, choose(e, by));
    *verdict = verdict_of(e);
    if (*verdict == VRRL_VERDICT_COMPLETE)
        run_fence(e);
    return e->failed;
}

void slot_engine_reset(slot_engine *e)
{
    put_back(e);
    if (e->program->epoch_count > 0)
        restore_front(e);
    e->next_epoch = 0;
}

/* ---- Made and asked -------------------------------------------------------------------------- */

static vrrl_code allocate(slot_engine *e, vrrl_error *err)
{
    size_t words = e->layout.total_words, queues = e->program->model.queues + (size_t)1,
           slots = program_largest_batch(e->program) + (size_t)1;
    e->arena = calloc(words, sizeof *e->arena);
    e->kept = malloc(words * sizeof *e->kept);
    e->changed = calloc(line_count(e), sizeof *e->changed);
    e->front.ready = malloc(slots * sizeof *e->front.ready);
    e->front.queues = calloc(queues, sizeof *e->front.queues);
    e->kept_front.ready = malloc(slots * sizeof *e->kept_front.ready);
    e->kept_front.queues = calloc(queues, sizeof *e->kept_front.queues);
    e->queue_slots = calloc(slots, sizeof *e->queue_slots);
    e->queues_by_rank = calloc(queues, sizeof *e->queues_by_rank);
    e->order = calloc(slots, sizeof *e->order);
    e->folds = calloc(slots, sizeof *e->folds);
    e->ended_at = calloc(slots, sizeof *e->ended_at);
    if (!e->arena || !e->kept || !e->changed || !e->front.ready || !e->front.queues ||
        !e->kept_front.ready || !e->kept_front.queues || !e->queue_slots || !e->queues_by_rank ||
        !e->order || !e->folds || !e->ended_at)
        return error_no_memory(err, 8 * words + 80 * slots);
    return slot_parking_init(&e->parking, (uint32_t)slots, err);
}

static void wrote(watched_env *env, uint32_t word)
{
    slot_engine *e = (slot_engine *)((char *)env - offsetof(slot_engine, env));
    slot_parking_wrote(&e->parking, word);
}

static void load_memory(slot_engine *e)
{
    ring r = {.arena = e->arena, .geometry = e->program->geometry, .layout = e->layout};
    ring_init(&r);
    program_load(e->program, e->arena);
}

static vrrl_code prepare(slot_engine *e, vrrl_error *err)
{
    vrrl_code code = allocate(e, err);
    if (code != VRRL_OK)
        return code;
    e->env = (watched_env){.env = {.arena = e->arena,
                                   .slots = e->arena,
                                   .geometry = e->program->geometry,
                                   .layout = e->layout},
                           .changed = e->changed,
                           .filter = e->parking.filter,
                           .wrote = wrote};
    load_memory(e);
    if (e->program->epoch_count > 0)
        code = begin_epoch(e, 0, err);
    if (code != VRRL_OK)
        return code;
    memcpy(e->kept, e->arena, e->layout.total_words * sizeof *e->kept);
    memset(e->changed, 0, line_count(e));
    keep_front(e);
    return VRRL_OK;
}

vrrl_code slot_engine_create(const vrrl_program *program, const slot_engine_options *options,
                             slot_engine **made, vrrl_error *err)
{
    slot_engine *e = calloc(1, sizeof *e);
    if (!e)
        return error_no_memory(err, sizeof *e);
    e->program = program;
    e->layout = program->layout;
    e->options = *options;
    if (!e->options.resident)
        e->options.resident = program->model.resident;
    e->depth = program->model.kind == VRRL_MODEL_POOL     ? 0
               : program->model.kind == VRRL_MODEL_SERIAL ? 1
                                                          : program->model.depth;
    vrrl_code code = prepare(e, err);
    if (code == VRRL_OK)
        *made = e;
    else
        slot_engine_destroy(e);
    return code;
}

void slot_engine_destroy(slot_engine *e)
{
    if (!e)
        return;
    slot_parking_free(&e->parking);
    free(e->arena);
    free(e->kept);
    free(e->changed);
    free(e->front.ready);
    free(e->front.queues);
    free(e->kept_front.ready);
    free(e->kept_front.queues);
    free(e->queue_slots);
    free(e->queues_by_rank);
    free(e->order);
    free(e->folds);
    free(e->ended_at);
    free(e);
}

const uint32_t *slot_engine_arena(const slot_engine *e)
{
    return e->arena;
}

const uint32_t *slot_engine_order(const slot_engine *e, uint32_t *count)
{
    *count = e->ended;
    return e->order;
}

const uint64_t *slot_engine_result_folds(const slot_engine *e)
{
    return e->folds;
}

const uint64_t *slot_engine_ended_at(const slot_engine *e)
{
    return e->ended_at;
}

uint32_t slot_engine_status(const slot_engine *e, uint32_t position)
{
    return e->arena[slot_word(e, position)];
}

uint64_t slot_engine_turns(const slot_engine *e)
{
    return e->turn;
}

static vrrl_waiter waiter_of(slot_engine *e, uint32_t position)
{
    const vrrl_slot *slot = epoch_slot(e->program, e->epoch, position);
    uint32_t word = slot_word(e, position), queues = e->program->model.queues;
    op_env *env = &e->env.env;
    op_env_reset(env);
    if (e->arena[word] == VRRL_STATUS_REQUEUE)
        op_admit(env, word); /* for what it waits for */
    bool waits = env->wait_word != VRRL_NO_INDEX;
    return (vrrl_waiter){.index = (word - e->layout.ring_base) / e->program->geometry.slot_words,
                         .status = e->arena[word],
                         .worker = slot     ? slot->queue
                                   : queues ? queues - 1
                                            : VRRL_NO_WORKER,
                         .wait_word = env->wait_word,
                         .wait_value = env->wait_value,
                         .seen_value = waits ? e->arena[env->wait_word] : 0};
}

uint32_t slot_engine_waiters(slot_engine *e, vrrl_waiter *waiters)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i <= e->count; i++)
        if (!vrrl_status_is_terminal(e->arena[slot_word(e, i)]))
            waiters[count++] = waiter_of(e, i);
    return count;
}
