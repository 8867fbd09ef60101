#include "schedule/run_target_state.h"

#include "base/error.h"
#include "diff/epoch.h"
#include "host/host.h"
#include "program/batch_view.h"
#include "run/observed.h"
#include "schedule/run_target_epoch.h"
#include "schedule/run_target_judge.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const vrrl_run_outcome no_failure = {
    .slot = VRRL_NO_INDEX, .other = VRRL_NO_INDEX, .word = VRRL_NO_INDEX};

static void choose_machine(struct run_target *s)
{
    const vrrl_program *program = s->program;
    bool pool = program->model.kind == VRRL_MODEL_POOL;
    bool whole = s->options.setup.grain == VRRL_GRAIN_SLOT;
    s->grain = whole ? &sched_grain_slot : &sched_grain_operation;
    s->machine =
        (vrrl_machine){.geometry = program->geometry,
                       .model = program->model,
                       .workers = pool && s->options.setup.workers ? s->options.setup.workers : 1,
                       .claim = VRRL_CLAIM_RANDOM};
    if (!pool && s->options.setup.workers)
        s->machine.model.resident = s->options.setup.workers;
    s->on_machine = *program;
    s->on_machine.model = s->machine.model;
}

static vrrl_code allocate_epochs(struct run_target *s, vrrl_error *err)
{
    const uint32_t epochs = s->program->epoch_count;
    size_t slots = program_largest_batch(s->program) + (size_t)1;
    s->kept = epochs == 0 ? 1 : epochs < EPOCHS_KEPT ? epochs : EPOCHS_KEPT;
    s->epochs = calloc(s->kept, sizeof *s->epochs);
    s->made_at = calloc(s->program->geometry.ring_slots, sizeof *s->made_at);
    s->hashed = calloc(2 * slots + 2, sizeof *s->hashed);
    s->claimed_at = calloc(slots, sizeof *s->claimed_at);
    s->ended_at = calloc(slots, sizeof *s->ended_at);
    if (!s->epochs || !s->made_at || !s->hashed || !s->claimed_at || !s->ended_at)
        return error_no_memory(err, slots * sizeof *s->hashed);
    for (uint32_t e = 0; e < s->kept; e++)
        s->epochs[e].of = e;
    s->now = s->epochs;
    return epoch_buffer_create(&s->buffer, s->program, err);
}

static vrrl_code make_host(struct run_target *s, vrrl_error *err)
{
    const vrrl_driver *driver;
    vrrl_code code = vrrl_driver_find("scheduled", &driver, err);
    if (!code)
        code = vrrl_host_create(driver, &s->machine, &s->host, err);
    if (code)
        return code;
    struct scheduled *backend = s->host->backend;
    backend->steering = run_target_steer;
    backend->context = s;
    program_load(s->program, vrrl_host_arena(s->host));
    return VRRL_OK;
}

static vrrl_code make_observer(struct run_target *s, vrrl_error *err)
{
    struct observed_state state;
    vrrl_code code = observed_state_of(s->program, &state, err);
    if (code)
        return code;
    state.undigested = true;
    s->replay = (struct replay){.host = s->host, .visit = run_target_judge, .context = s};
    return observer_create(&s->replay.observer, &state, s->program->geometry.ring_slots, err);
}

/* Words of user memory that are in no region, or in one that is ignored. */
static vrrl_code mark_unseen(struct run_target *s, vrrl_error *err)
{
    const vrrl_program *program = s->program;
    struct observed_state state;
    if (s->options.all_results || program->region_count == 0)
        return VRRL_OK;
    vrrl_code code = observed_state_of(program, &state, err);
    if (code)
        return code;
    s->unseen = calloc(program->layout.total_words, 1);
    if (s->unseen) {
        memset(s->unseen + program->layout.user_base, 1, program->geometry.user_words);
        for (uint32_t i = 0; i < state.range_count; i++)
            memset(s->unseen + state.ranges[i].first, 0, state.ranges[i].count);
    } else {
        code = error_no_memory(err, program->layout.total_words);
    }
    state_free(&state);
    return code;
}

vrrl_code run_target_create(const vrrl_program *program, const struct run_target_options *options,
                            struct run_target **made, vrrl_error *err)
{
    vrrl_code code = program_is_whole(program, err);
    if (code)
        return code;
    struct run_target *s = calloc(1, sizeof *s);
    if (!s)
        return error_no_memory(err, sizeof *s);
    s->program = program;
    s->options = *options;
    s->outcome = no_failure;
    s->stores_slot = s->end_with = VRRL_NO_INDEX;
    choose_machine(s);
    code = program_can_run(program, err);
    if (!code)
        code = allocate_epochs(s, err);
    if (!code)
        code = mark_unseen(s, err);
    if (!code)
        code = make_host(s, err);
    if (!code)
        code = make_observer(s, err);
    if (!code)
        code = reference_run_create(&s->reference, program, s->unseen, s->options.until_ns,
                                    vrrl_host_arena(s->host), err);
    if (!code)
        code = run_target_judge_reference(s, err);
    if (code) {
        run_target_destroy(s);
        return code;
    }
    *made = s;
    return VRRL_OK;
}

void run_target_destroy(struct run_target *s)
{
    if (!s)
        return;
    if (s->epochs)
        run_target_drop_engines(s);
    for (uint32_t e = 0; s->epochs && e < s->kept; e++)
        free(s->epochs[e].good);
    free(s->epochs);
    free(s->made_at);
    free(s->hashed);
    free(s->claimed_at);
    free(s->ended_at);
    epoch_buffer_free(&s->buffer);
    observer_free(&s->replay.observer);
    vrrl_host_free(s->host);
    reference_run_free(&s->reference);
    diff_result_clear(&s->diff);
    free(s->reference_stores.list);
    free(s->unseen);
    free(s);
}

const vrrl_run_outcome *run_target_reference(const struct run_target *s)
{
    return &s->reference_outcome;
}

static bool same_but_for_seed(vrrl_setup a, const vrrl_setup *b)
{
    a.seed = b->seed;
    return vrrl_setup_same(&a, b);
}

void run_target_set_up(struct run_target *s, const vrrl_setup *setup)
{
    const vrrl_setup *now = &s->options.setup;
    assert(setup->grain == now->grain && setup->model == now->model &&
           setup->workers == now->workers);
    if (s->one_way && !same_but_for_seed(*setup, now)) {
        for (uint32_t e = 0; e < s->kept; e++)
            s->epochs[e].one_way = false;
        s->one_way = false;
    }
    s->options.setup = *setup;
}

void run_target_go_on(struct run_target *s, bool goes_on)
{
    s->goes_on = goes_on;
}

void run_target_end_with(struct run_target *s, uint32_t epoch)
{
    s->end_with = epoch;
}

bool run_target_place(const struct run_target *s, struct run_target_place *place)
{
    *place = (struct run_target_place){.epoch = s->epoch + 1,
                                       .first_index =
                                           (uint32_t)((s->now->first_index + s->slot_count + 1ull) %
                                                      s->program->geometry.ring_slots),
                                       .steps = s->outcome.steps,
                                       .schedule = s->outcome.schedule};
    return s->exact && !s->over && s->outcome.kind == VRRL_DEFECT_NONE;
}

void run_target_begin_at(struct run_target *s, const struct run_target_place *place)
{
    s->begin_at = place ? *place : (struct run_target_place){.epoch = 0};
}

void run_target_until(struct run_target *s, uint64_t until_ns)
{
    s->options.until_ns = until_ns;
}

bool run_target_reference_shuts_down(const struct run_target *s, uint32_t *epoch)
{
    uint32_t count = s->reference.epoch_count;
    *epoch = count - 1;
    return count > 0 && s->reference.verdict == VRRL_VERDICT_SHUTDOWN;
}

uint32_t run_target_reference_epochs(const struct run_target *s)
{
    return s->reference.epoch_count;
}

vrrl_code run_target_run(struct run_target *s, const struct chooser *with,
                         vrrl_run_outcome *outcome, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    s->chooser = with;
    s->exact = true;
    s->over = false;
    s->in_host = true;
    s->outcome = s->broken = no_failure;
    if (s->compared) {
        diff_result_clear(&s->diff);
        s->compared = false;
    }
    uint32_t first_index = s->begin_at.first_index;
    s->outcome.steps = s->begin_at.steps;
    s->outcome.schedule = s->begin_at.schedule;
    for (s->epoch = s->begin_at.epoch; s->epoch < s->program->epoch_count; s->epoch++) {
        code = run_target_run_epoch(s, first_index, err);
        first_index =
            (uint32_t)((first_index + s->slot_count + 1ull) % s->program->geometry.ring_slots);
        if (code || s->over || s->epoch == s->end_with || s->epoch + 1 == s->program->epoch_count)
            break;
    }
    *outcome = s->outcome;
    return code;
}

/* ---- Of the last run ------------------------------------------------------------------------- */

const vrrl_run_outcome *run_target_broken(const struct run_target *s)
{
    return &s->broken;
}

uint32_t run_target_claims(const struct run_target *s, uint32_t lane, uint32_t *slots)
{
    return s->grain->claims(s->now->engine, lane, slots);
}

static uint32_t list_claims(const void *context, uint32_t lane, uint32_t *slots)
{
    return run_target_claims(context, lane, slots);
}

static uint32_t claims_again(const void *context, uint32_t *slots)
{
    const struct run_target *s = context;
    return s->grain->claims_again(s->now->engine, slots);
}

static uint32_t claim_of(const void *context, uint32_t lane, uint32_t slot)
{
    const struct run_target *s = context;
    return s->grain->claim_of(s->now->engine, lane, slot);
}

static uint32_t claimed_by(const void *context, uint32_t lane, uint32_t option)
{
    const struct run_target *s = context;
    return s->grain->claimed_by(s->now->engine, lane, option);
}

struct chooser_claims run_target_claims_of(const struct run_target *s)
{
    return (struct chooser_claims){.context = s,
                                   .list = list_claims,
                                   .again = claims_again,
                                   .option = claim_of,
                                   .slot = claimed_by};
}

struct event run_target_event(const struct run_target *s, uint32_t lane, uint32_t option)
{
    struct event next = s->grain->next(s->now->engine, lane, option);
    next.epoch = s->epoch;
    return next;
}

struct sched *run_target_schedule(const struct run_target *s)
{
    void *engine = s->now->engine;
    return engine && s->grain == &sched_grain_operation ? sched_grain_schedule(engine) : NULL;
}

const struct sched_slot *run_target_slots(const struct run_target *s, uint32_t *count)
{
    *count = s->now->engine ? s->slot_count : 0;
    return *count ? s->grain->slots(s->now->engine) : NULL;
}

const uint64_t *run_target_claimed_at(const struct run_target *s)
{
    uint32_t count;
    const struct sched_slot *slots = run_target_slots(s, &count);
    for (uint32_t i = 0; i < count; i++)
        s->claimed_at[i] = slots[i].claimed_at;
    return s->claimed_at;
}

const uint64_t *run_target_ended_at(const struct run_target *s)
{
    uint32_t count;
    const struct sched_slot *slots = run_target_slots(s, &count);
    for (uint32_t i = 0; i < count; i++)
        s->ended_at[i] = slots[i].ended_at;
    return s->ended_at;
}

const vrrl_diff_result *run_target_diff(const struct run_target *s)
{
    return &s->diff;
}

vrrl_code run_target_take_diff(struct run_target *s, vrrl_diff_result **diff, vrrl_error *err)
{
    *diff = diff_result_create(err);
    if (!*diff)
        return VRRL_NO_MEMORY;
    **diff = s->diff;
    s->diff.stuck = NULL;
    diff_result_clear(&s->diff);
    return VRRL_OK;
}

/* Of an epoch that the host has not had: what its engine has changed, and where it started. */
static uint32_t value_of_engine(const struct run_target *s, uint32_t word)
{
    const uint32_t *words, *values;
    uint32_t count = s->grain->words(s->now->engine, &words, &values);
    for (uint32_t i = 0; i < count; i++)
        if (words[i] == word)
            return values[i];
    return s->now->start[word];
}

vrrl_defect_kind run_target_final(const struct run_target *s, const uint32_t *words, uint32_t count,
                                  uint32_t *values)
{
    const uint32_t *arena = s->in_host ? vrrl_host_arena(s->host) : NULL;
    bool at_end = s->epoch + 1 >= s->program->epoch_count && s->outcome.kind < VRRL_DEFECT_DEADLOCK;
    for (uint32_t i = 0; i < count; i++)
        values[i] = arena ? arena[words[i]] : value_of_engine(s, words[i]);
    return at_end ? VRRL_DEFECT_NONE : s->outcome.kind;
}

const uint32_t *run_target_arena(const struct run_target *s)
{
    return s->outcome.kind == VRRL_DEFECT_NONE ? NULL : vrrl_host_arena(s->host);
}

vrrl_code run_target_stuck(struct run_target *s, vrrl_stuck **stuck, vrrl_error *err)
{
    *stuck = NULL;
    if (s->verdict == VRRL_VERDICT_COMPLETE || s->outcome.kind == VRRL_DEFECT_NONE)
        return error_set(err, VRRL_INVALID, "Fix: ask of a run that got stuck.",
                         "the last run got stuck nowhere");
    return vrrl_stuck_analyse(&s->on_machine, s->epoch, vrrl_host_arena(s->host),
                              s->host->result.waiters, s->host->result.waiter_count, stuck, err);
}
