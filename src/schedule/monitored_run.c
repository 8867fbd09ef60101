/* The check of one run: each operation of it is held against vector clocks. */
#include "vrrl/analysis/verdict.h"

#include "schedule/monitored_run_state.h"
#include "schedule/stop.h"

#include "base/clock.h"
#include "base/error.h"
#include "check/check_program.h"
#include "program/batch_view.h"
#include "program/expect.h"
#include "schedule/monitored_run_steps.h"
#include "schedule/schedule_string.h"

#include <stdlib.h>

/* ---- Epochs ---------------------------------------------------------------------------------- */

static const struct slot_outcome *outcomes_of(const struct watch *w)
{
    const vrrl_recording *r = w->recording;
    const struct recorded_epoch *kept = r ? recorded_epoch_of(r, w->epoch) : NULL;
    return kept && kept->slot_count >= w->slot_count ? r->outcomes + kept->first_slot : NULL;
}

/* Whether what races in the epoch is asked for. */
static bool is_asked(const struct watch *w)
{
    if (w->request)
        return w->request->epoch == VRRL_NO_INDEX || w->request->epoch == w->epoch;
    const vrrl_epoch_check *item = check_item(w->check, w->epoch);
    return item && item->result->verdict != VRRL_CHECK_SAFE && !item->result->exact;
}

static void monitored_begin(void *context, uint32_t epoch, uint32_t slots, uint32_t lanes)
{
    struct watch *w = context;
    for (uint32_t e = w->epoch; e < epoch; e++)
        w->first_index = (uint32_t)((w->first_index + epoch_batch(w->program, e)->count + 1ull) %
                                    w->program->geometry.ring_slots);
    w->epoch = epoch;
    w->slot_count = slots;
    w->at = 0;
    w->outcomes = outcomes_of(w);
    w->judged =
        !w->failed && !w->run->stopped.kind && is_asked(w) && (!w->recording || w->outcomes);
    if (w->outcomes)
        recorded_order_begin(w->order, w->outcomes, slots);
    if (w->judged)
        w->failed = watch_prepare(w);
    w->by.begin(w->by.context, epoch, slots, lanes);
}

/* Whether the slots showed what they show in the recording. */
static bool shows_the_same(const struct watch *w)
{
    uint32_t count;
    const struct sched_slot *slots = run_target_slots(w->target, &count);
    bool same = true;
    for (uint32_t i = 0; same && i < w->slot_count && i < count; i++)
        same = !w->outcomes[i].completion_order ||
               (slots[i].status == w->outcomes[i].status &&
                slots[i].result_fold == w->outcomes[i].result_fold);
    return same;
}

static void keep_race(struct watch *w, const struct unordered_pair *m)
{
    vrrl_run_check *run = w->run;
    if (run->race_total++ >= VRRL_CHECK_DEFECTS_MAX)
        return;
    vrrl_run_race *race = &run->races[run->race_count++];
    *race = (vrrl_run_race){.epoch = w->epoch,
                            .slots = {m->first.slot, m->second.slot},
                            .kinds = {m->first.kind, m->second.kind},
                            .word = m->word,
                            .acquired = m->acquired};
    for (int i = 0; i < 2; i++)
        slot_name(w->program, w->epoch, race->slots[i], race->names[i], sizeof race->names[i]);
    vrrl_program_word_name(w->program, m->word, race->word_name, sizeof race->word_name);
}

static void tell_race(struct watch *w, const struct unordered_pair *m)
{
    if (w->request)
        w->request->race(w->request->context, w->epoch, m);
    else
        keep_race(w, m);
}

static void raise(struct watch *w, uint32_t epoch, vrrl_check_verdict to)
{
    vrrl_epoch_check *item = check_item(w->check, epoch);
    if (item)
        item->result->verdict = check_worse(item->result->verdict, to);
    w->check->verdict = check_worse(w->check->verdict, to);
}

static void monitored_end(void *context, uint32_t epoch)
{
    struct watch *w = context;
    const struct unordered_pair *list;
    if (w->outcomes)
        w->run->as_recorded &= shows_the_same(w);
    if (w->history && !w->failed) {
        uint32_t count = access_history_found(w->history, &list);
        for (uint32_t i = 0; i < count; i++)
            tell_race(w, &list[i]);
        if (count > 0 && !w->request)
            raise(w, epoch, VRRL_CHECK_RACY);
        struct access_history_excused excused = access_history_excused_of(w->history);
        w->run->equal_stores += excused.equal_stores;
        w->run->silent_stores += excused.silent_stores;
        w->run->validated_reads += excused.validated_reads;
        w->run->epochs += w->judged;
    }
    monitored_run_free_epoch(w);
}

/* ---- The run --------------------------------------------------------------------------------- */

static void begin_given(void *context, uint32_t epoch, uint32_t slots, uint32_t lanes)
{
    const struct watch *w = context;
    if (w->given && w->given->begin)
        w->given->begin(w->given->context, epoch, slots, lanes);
}

static void choose_slot(void *context, const struct chooser_lane *lanes, uint32_t count,
                        uint32_t *at, uint32_t *option)
{
    struct watch *w = context;
    if (w->given) {
        w->given->choose(w->given->context, lanes, count, at, option);
    } else if (w->outcomes) {
        recorded_order_choose(w->order, w->target, lanes, count, at, option);
    } else if (w->backwards) {
        *at = count - 1;
        *option = lanes[*at].options - 1;
    }
}

static void monitored_choose(void *context, const struct chooser_lane *lanes, uint32_t count,
                             uint32_t *at, uint32_t *option)
{
    struct watch *w = context;
    bool forced = count == 1 && lanes[0].options == 1;
    if (!forced)
        w->by.choose(w->by.context, lanes, count, at, option);
    if (!w->judged || w->failed)
        return;
    const struct event next = run_target_event(w->target, lanes[*at].lane, *option);
    if (w->request && w->request->step)
        w->request->step(w->request->context, &next);
    monitored_run_step(w, &next);
}

static bool breaks_expectation(const struct watch *w, const vrrl_run_outcome *outcome)
{
    const uint32_t *arena = run_target_arena(w->target);
    vrrl_expectation_failure failure;
    return outcome->kind == VRRL_DEFECT_EXPECT ||
           (arena && expectations_check(w->program, outcome->epoch, arena, &failure));
}

static void tell_outcome(struct watch *w, const vrrl_run_outcome *outcome)
{
    w->run->last = outcome->epoch;
    w->run->stuck = outcome->kind == VRRL_DEFECT_DEADLOCK;
    w->run->fails = outcome->kind != VRRL_DEFECT_NONE && !w->run->stuck;
    w->run->breaks = w->run->fails && breaks_expectation(w, outcome);
    if (w->run->breaks && w->as_run)
        raise(w, outcome->epoch, VRRL_CHECK_FAILS);
    if (w->run->stuck)
        raise(w, outcome->epoch, VRRL_CHECK_DEADLOCK);
}

static bool shows_something(const vrrl_run_check *run)
{
    return run->race_count > 0 || run->stuck || run->fails;
}

static vrrl_code make_run(struct watch *w, vrrl_run_outcome *outcome, vrrl_error *err)
{
    const struct chooser inner = {.context = w, .begin = begin_given, .choose = choose_slot};
    const struct chooser with = {
        .context = w, .begin = monitored_begin, .choose = monitored_choose, .end = monitored_end};
    w->by = decision_record(&w->recorder, &inner, NULL, w->deviations);
    w->epoch = w->first_index = w->run->epochs = 0;
    vrrl_code code = run_target_run(w->target, &with, outcome, err);
    if (code == VRRL_OK && w->failed) {
        *err = w->error;
        code = w->failed;
    }
    return code;
}

static vrrl_code run_watched(struct watch *w, vrrl_error *err)
{
    vrrl_run_outcome outcome;
    vrrl_code code = make_run(w, &outcome, err);
    if (code == VRRL_OK)
        tell_outcome(w, &outcome);
    return code;
}

static vrrl_code run_all(struct watch *w, const struct run_target_options *options, vrrl_error *err)
{
    vrrl_error ignored;
    vrrl_code code = run_watched(w, err);
    if (code == VRRL_OK && !w->given && !w->recording && !shows_something(w->run)) {
        w->backwards = true;
        code = run_watched(w, err);
    }
    if (code == VRRL_OK && shows_something(w->run) && !w->deviations->exhausted &&
        schedule_of_run(w->program, options, w->deviations, NULL, &w->run->schedule, &ignored))
        w->run->schedule = NULL;
    return code;
}

struct run_target_options monitored_run_options(const vrrl_program *program,
                                                const vrrl_recording *recording)
{
    bool pool = program->model.kind == VRRL_MODEL_POOL;
    return (struct run_target_options){.setup.grain = VRRL_GRAIN_OPERATION,
                                       .setup.model = VRRL_MEMORY_SC,
                                       .setup.workers =
                                           pool && recording ? recording->manifest.workers : 0,
                                       .all_results = recording != NULL,
                                       .ask_always = true};
}

static vrrl_code watch(struct watch *w, const struct run_target_options *options, vrrl_error *err)
{
    const vrrl_program *p = w->program;
    w->order = recorded_order_create(program_largest_batch(p));
    w->marks = calloc(p->layout.total_words, 1);
    if (!w->order || !w->marks)
        return error_no_memory(err, p->layout.total_words);
    vrrl_code code = run_target_create(p, options, &w->target, err);
    return code == VRRL_OK ? run_all(w, options, err) : code;
}

static bool knows_all(const vrrl_program_check *check)
{
    bool known = check->verdict != VRRL_CHECK_NOT_KNOWN;
    for (uint32_t i = 0; known && i < check->count; i++)
        known = check->items[i].result->verdict != VRRL_CHECK_NOT_KNOWN;
    return known;
}

static vrrl_code add_watched(struct watch *w, const struct run_target_options *options,
                             vrrl_error *err)
{
    bool expects = w->as_run && w->program->expectation_count > 0;
    struct decisions deviations = {.list = NULL};
    if (w->check->run || (knows_all(w->check) && !expects))
        return VRRL_OK;
    w->run = w->check->run = calloc(1, sizeof *w->run);
    if (w->run)
        w->run->races = calloc(VRRL_CHECK_DEFECTS_MAX, sizeof *w->run->races);
    if (!w->run || !w->run->races)
        return error_no_memory(err, sizeof *w->run);
    w->run->recorded = w->run->as_recorded = w->recording != NULL;
    if (clock_is_past(options->until_ns)) {
        w->run->stopped.kind = VRRL_STOP_UNBEGUN;
        return VRRL_OK;
    }
    w->deviations = &deviations;
    vrrl_code code = watch(w, options, err);
    if (code != VRRL_OK && code != VRRL_NO_MEMORY) {
        stop_by_error(&w->run->stopped, err);
        code = VRRL_OK;
    }
    monitored_run_free_epoch(w);
    run_target_destroy(w->target);
    recorded_order_free(w->order);
    decisions_free(&deviations);
    free(w->marks);
    return code;
}

vrrl_code vrrl_program_check_watch(vrrl_program_check *check, const vrrl_program *program,
                                   const vrrl_recording *recording, vrrl_error *err)
{
    struct watch w = {.program = program,
                      .recording = recording,
                      .check = check,
                      .as_run = check->as_run && recording};
    struct run_target_options options = monitored_run_options(program, recording);
    options.until_ns = check->until_ns;
    return add_watched(&w, &options, err);
}

vrrl_code monitored_run_by(const vrrl_program *program, const struct chooser *order,
                           const struct run_target_options *options, vrrl_program_check *check,
                           vrrl_error *err)
{
    struct watch w = {.program = program, .check = check, .given = order};
    return add_watched(&w, options, err);
}

vrrl_code monitored_run_races(const vrrl_program *program,
                              const struct monitored_run_request *request,
                              struct decisions *deviations, vrrl_run_outcome *outcome,
                              vrrl_error *err)
{
    vrrl_run_check run = {.recorded = false};
    struct watch w = {.program = program,
                      .request = request,
                      .run = &run,
                      .target = request->target,
                      .given = request->by,
                      .deviations = deviations};
    w.marks = calloc(program->layout.total_words, 1);
    if (!w.marks)
        return error_no_memory(err, program->layout.total_words);
    vrrl_code code = make_run(&w, outcome, err);
    if (code == VRRL_OK && deviations->exhausted)
        code = error_no_memory(err, 0);
    if (code == VRRL_OK && run.stopped.kind)
        code = error_set(err, VRRL_TOO_LARGE, "Fix: watch a smaller program.",
                         "epoch %u is too large to be watched for races", run.stopped.epoch);
    monitored_run_free_epoch(&w);
    free(w.marks);
    return code;
}
