/* Shrinking: delta debugging over the parts of a program, each candidate judged by a failure oracle. */
#include "shrink/shrink.h"

#include "base/clock.h"
#include "base/ddmin.h"
#include "base/error.h"
#include "base/options.h"
#include "base/result.h"
#include "edit/edit_copy.h"
#include "edit/edit_parts.h"
#include "edit/relayout.h"
#include "failure/failure.h"
#include "memory/memory_models.h"
#include "program/batch_view.h"
#include "schedule/effects.h"
#include "schedule/names.h"
#include "shrink/proof.h"
#include "shrink/shrink_schedule.h"
#include "shrink/shrink_slice.h"
#include "shrink/shrinker.h"

#include <stdlib.h>
#include <string.h>

enum { SCHEDULES = 1000, FREEZE_MAX = 256, FREEZE_MANY = 64, PROVED_SLOTS_MAX = 64 };
enum { PROOF_STATES = 300000 }; /* of all candidates together */
enum { GLANCE_SLOT_RUNS = 50000 };
enum { SLOT_RUNS_ALL = 8000000 }; /* where no time is limited */

/* ---- Measures -------------------------------------------------------------------------------- */

static uint32_t parts_of(const vrrl_program *p, enum program_grain grain)
{
    struct program_part *parts;
    uint32_t count;
    vrrl_error ignored;
    if (program_parts(p, grain, &parts, &count, &ignored) != VRRL_OK)
        return 0;
    free(parts);
    return count;
}

static vrrl_program_size size_of(const struct shrinker *s)
{
    const vrrl_program *p = s->now.program;
    return (vrrl_program_size){.epochs = p->epoch_count,
                               .slots = p->slot_count,
                               .rows = parts_of(p, PARTS_ROWS),
                               .words = parts_of(p, PARTS_WORDS),
                               .memory = p->geometry.user_words,
                               .workers = s->oracle.options.setup.workers,
                               .in_flight = s->oracle.options.setup.in_flight,
                               .preemptions = shrink_preemptions(&s->caught.decisions)};
}

static void show(struct shrinker *s)
{
    const uint64_t tenth_ns = 100000000, now_ns = clock_steady_ns();
    if (!s->options->progress || now_ns - s->shown_ns < tenth_ns)
        return;
    s->shown_ns = now_ns;
    vrrl_shrink_progress progress = {.stage = s->stage,
                                     .now = size_of(s),
                                     .programs = s->oracle.programs,
                                     .runs = s->oracle.runs,
                                     .seconds = (double)(now_ns - s->started_ns) / 1e9};
    s->options->progress(s->options->progress_context, &progress);
}

bool shrink_is_over(void *context)
{
    struct shrinker *s = context;
    show(s);
    s->result->out_of_work = s->slot_runs_max && s->oracle.slot_runs >= s->slot_runs_max;
    s->out_of_time = s->result->out_of_work || limit_is_over(&s->oracle.limit);
    return s->out_of_time;
}

/* ---- Candidates ------------------------------------------------------------------------------ */

/* Whether a model that spares the whole program fails, too: then it is another bug, of which less is
 * asked, such as a missing wait where the wait orders too little. */
static vrrl_code fails_under(struct shrinker *s, const struct edited *candidate,
                             vrrl_memory_model model, bool *fails, vrrl_error *err)
{
    struct oracle_result caught = {.runs = 0};
    const struct run_target_options before = s->oracle.options;
    s->oracle.options.setup.model = model;
    vrrl_code code = oracle_in(&s->oracle, candidate, fails, &caught, err);
    s->oracle.options = before;
    decisions_free(&caught.decisions);
    return code;
}

static vrrl_code fails_alike(struct shrinker *s, const struct edited *candidate, bool *fails,
                             struct oracle_result *caught, vrrl_error *err)
{
    bool spared_too = false;
    vrrl_code code = oracle_in(&s->oracle, candidate, fails, caught, err);
    if (code == VRRL_OK && *fails && s->spared != s->oracle.options.setup.model)
        code = fails_under(s, candidate, s->spared, &spared_too, err);
    if (code == VRRL_OK && *fails && !spared_too)
        code = cause_shows(&s->oracle, &s->cause, candidate, caught, fails, err);
    /* A search that was cut short has not seen that the other model spares it. */
    *fails = *fails && !spared_too && !limit_is_over(&s->oracle.limit);
    return code;
}

/* The same by all schedules of the candidate: what the failure oracle has not seen may be there all the same. Under
 * a model that spares the whole program the answer of a failure oracle will do where a search does not end. */
static vrrl_code is_proved(struct shrinker *s, const struct edited *candidate, bool *fails,
                           struct oracle_result *caught, vrrl_error *err)
{
    enum proof_answer answer, other = PROOF_NO;
    struct oracle_result spared = {.runs = 0};
    const struct run_target_options before = s->oracle.options;
    vrrl_code code = proof_fails(&s->oracle, candidate, &s->states_left, &answer, caught, err);
    if (code == VRRL_OK && answer != PROOF_NO && s->spared != before.setup.model) {
        s->oracle.options.setup.model = s->spared;
        code = proof_fails(&s->oracle, candidate, &s->states_left, &other, &spared, err);
        s->oracle.options = before;
        decisions_free(&spared.decisions);
        if (code == VRRL_OK && other == PROOF_UNKNOWN && answer == PROOF_YES) {
            bool shows;
            code = fails_under(s, candidate, s->spared, &shows, err);
            other = shows ? PROOF_YES : PROOF_NO;
        }
    }
    *fails = code == VRRL_OK && answer == PROOF_YES && other == PROOF_NO;
    if (*fails)
        code = cause_shows(&s->oracle, &s->cause, candidate, caught, fails, err);
    s->proved = s->proved && !limit_is_over(&s->oracle.limit) &&
                (answer == PROOF_NO || other == PROOF_YES || *fails);
    return code;
}

vrrl_code shrink_judge(struct shrinker *s, struct edited *candidate, bool *fails, vrrl_error *err)
{
    struct oracle_result caught = {.runs = 0};
    bool kept;
    *fails = false;
    s->oracle.schedules = s->glances ? failure_schedules_for(candidate->program, GLANCE_SLOT_RUNS,
                                                             s->result->schedules)
                                     : failure_schedules(candidate->program, s->result->schedules);
    vrrl_code code = cause_is_kept(&s->cause, candidate, &kept, err);
    if (code == VRRL_OK && kept)
        code = (s->proves ? is_proved : fails_alike)(s, candidate, fails, &caught, err);
    if (code == VRRL_OK && *fails) {
        edited_free(&s->now);
        decisions_free(&s->caught.decisions);
        s->now = *candidate;
        s->caught = caught;
        s->oracle.last = caught.decisions;
        return VRRL_OK;
    }
    decisions_free(&caught.decisions);
    edited_free(candidate);
    return code;
}

vrrl_code shrink_without(void *context, const bool *keep, bool *fails, vrrl_error *err)
{
    struct shrinker *s = context;
    struct edited candidate;
    *fails = false;
    vrrl_code code = program_without(&s->base, s->parts, keep, s->count, &candidate, err);
    if (code == VRRL_REFUSED)
        return VRRL_OK;
    if (code == VRRL_OK)
        code = shrink_judge(s, &candidate, fails, err);
    s->any = s->any || *fails;
    return code;
}

/* ---- One list of parts ----------------------------------------------------------------------- */

static vrrl_code open_parts(struct shrinker *s, enum program_grain grain, vrrl_error *err)
{
    vrrl_code code = edited_copy(&s->now, &s->base, err);
    if (code == VRRL_OK)
        code = program_parts(s->base.program, grain, &s->parts, &s->count, err);
    if (code != VRRL_OK)
        return code;
    s->keep = malloc((s->count + (size_t)1) * sizeof *s->keep);
    if (!s->keep)
        return error_no_memory(err, s->count);
    memset(s->keep, true, s->count + (size_t)1);
    return VRRL_OK;
}

static void close_parts(struct shrinker *s)
{
    edited_free(&s->base);
    free(s->parts);
    free(s->keep);
    s->parts = NULL;
    s->keep = NULL;
}

/* ---- Slots by what they leave ----------------------------------------------------------------- */

/* All steps of the run that fails now. */
static vrrl_code trace_now(struct shrinker *s, struct trace *run, vrrl_error *err)
{
    struct run_target *on;
    vrrl_run_outcome outcome;
    struct run_target_options options = s->oracle.options;
    options.ask_always = true;
    vrrl_code code = run_target_create(s->now.program, &options, &on, err);
    if (code != VRRL_OK)
        return code;
    const struct decisions *of = &s->caught.decisions;
    struct decision_player again = {.list = NULL};
    const struct chooser by = decision_play(&again, of->list, of->count, NULL);
    struct tracer tracing = {.by = &by, .of = on, .into = run};
    struct chooser with = tracer_chooser(&tracing);
    code = run_target_run(on, &with, &outcome, err);
    if (code == VRRL_OK && run->exhausted)
        code = error_no_memory(err, run->count * sizeof *run->list);
    decision_player_free(&again);
    run_target_destroy(on);
    return code;
}

/* Slots that are frozen together, as the run that fails with all of them left them. */
struct frozen {
    struct shrinker *shrinker;
    struct edited base;
    struct trace run;
};

static vrrl_code freeze(struct shrinker *s, const bool *keep, bool *fails, vrrl_error *err)
{
    struct edited candidate;
    struct trace run = {.list = NULL};
    vrrl_code code = trace_now(s, &run, err);
    if (code == VRRL_OK)
        code = freeze_slots(&s->now, keep, &run, &candidate, err);
    trace_free(&run);
    return code == VRRL_OK ? shrink_judge(s, &candidate, fails, err) : code;
}

static vrrl_code freeze_one(struct shrinker *s, uint32_t position, bool *fails, vrrl_error *err)
{
    bool keep[FREEZE_MAX];
    memset(keep, true, sizeof keep);
    keep[position] = false;
    return freeze(s, keep, fails, err);
}

static vrrl_code without_frozen(void *context, const bool *keep, bool *fails, vrrl_error *err)
{
    struct frozen *f = context;
    struct edited candidate;
    *fails = false;
    vrrl_code code = freeze_slots(&f->base, keep, &f->run, &candidate, err);
    if (code == VRRL_OK)
        code = shrink_judge(f->shrinker, &candidate, fails, err);
    f->shrinker->any = f->shrinker->any || *fails;
    return code;
}

static bool frozen_is_over(void *context)
{
    return shrink_is_over(((struct frozen *)context)->shrinker);
}

/* By halves, where there are many slots, and none of them can be left out without what it leaves. */
static vrrl_code freeze_many(struct shrinker *s, vrrl_error *err)
{
    struct frozen f = {.shrinker = s};
    const struct ddmin_problem problem = {&f, without_frozen, frozen_is_over};
    const uint32_t count = s->now.program->slot_count;
    struct ddmin_result result;
    bool *keep = malloc(count + (size_t)1);
    vrrl_code code = keep ? edited_copy(&s->now, &f.base, err) : error_no_memory(err, count);
    if (code == VRRL_OK)
        code = trace_now(s, &f.run, err);
    if (code == VRRL_OK) {
        memset(keep, true, count + (size_t)1);
        s->glances = true;
        code = ddmin(&problem, keep, count, &result, err);
        s->glances = false;
    }
    trace_free(&f.run);
    edited_free(&f.base);
    free(keep);
    return code;
}

static bool can_freeze(const struct shrinker *s)
{
    return s->oracle.varies && /* what every schedule comes to is told by who wrote it */
           s->now.program->epoch_count == 1 &&
           s->oracle.options.setup.grain == VRRL_GRAIN_OPERATION &&
           s->oracle.signature.kind != VRRL_DEFECT_LIVELOCK;
}

/* What others need of a slot, a ticket or a value, is there from the start instead. */
static vrrl_code reduce_to_effects(struct shrinker *s, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    s->stage = "effects";
    if (!can_freeze(s) || s->now.program->slot_count > FREEZE_MAX)
        return VRRL_OK;
    for (uint32_t i = 0; code == VRRL_OK && i < s->now.program->slot_count && !shrink_is_over(s);) {
        bool fails = false;
        code = freeze_one(s, i, &fails, err);
        s->any = s->any || fails;
        i += !fails;
    }
    return code;
}

/* ---- A list of parts --------------------------------------------------------------------------- */

/* What takes many slots away at once: a slice; where none fails, what is left of them. */
static vrrl_code cut_slots(struct shrinker *s, vrrl_error *err)
{
    vrrl_code code = shrink_to_slice(s, err);
    bool sliced = code != VRRL_OK || memchr(s->keep, false, s->count);
    if (sliced || s->now.program->slot_count <= FREEZE_MANY || !can_freeze(s))
        return code;
    close_parts(s);
    code = freeze_many(s, err);
    return code == VRRL_OK ? open_parts(s, PARTS_SLOTS, err) : code;
}

static vrrl_code reduce(struct shrinker *s, enum program_grain grain, bool *minimal,
                        vrrl_error *err)
{
    static const char *const names[] = {
        [PARTS_EPOCHS] = "epochs", [PARTS_SLOTS] = "slots",   [PARTS_ROWS] = "operations",
        [PARTS_WORDS] = "words",   [PARTS_QUEUES] = "queues",
    };
    const struct ddmin_problem problem = {
        .context = s, .fails = shrink_without, .stop = shrink_is_over};
    struct ddmin_result result = {.minimal = false};
    s->stage = names[grain];
    vrrl_code code = open_parts(s, grain, err);
    if (code == VRRL_OK && grain == PARTS_SLOTS)
        code = cut_slots(s, err);
    if (code == VRRL_OK)
        code = ddmin(&problem, s->keep, s->count, &result, err);
    close_parts(s);
    *minimal = *minimal && result.minimal;
    return code;
}

/* ---- Single parts, searched to the end ------------------------------------------------------- */

/* Leaves out one part after the other, until one stays out. */
static vrrl_code prove_parts(struct shrinker *s, enum program_grain grain, vrrl_error *err)
{
    vrrl_code code = open_parts(s, grain, err);
    for (uint32_t i = 0; code == VRRL_OK && i < s->count && !s->any && !shrink_is_over(s); i++) {
        bool fails;
        s->keep[i] = false;
        code = shrink_without(s, s->keep, &fails, err);
        s->keep[i] = true;
    }
    close_parts(s);
    return code;
}

/* Whether any one thing less fails in the same way, in any of its schedules. A livelock is not among what
 * such a search finds. */
static vrrl_code prove(struct shrinker *s, vrrl_error *err)
{
    static const enum program_grain grains[] = {PARTS_EPOCHS, PARTS_SLOTS, PARTS_ROWS, PARTS_WORDS,
                                                PARTS_QUEUES};
    vrrl_code code = VRRL_OK;
    s->proved = s->now.program->slot_count <= PROVED_SLOTS_MAX &&
                s->oracle.signature.kind != VRRL_DEFECT_LIVELOCK;
    if (!s->proved)
        return VRRL_OK;
    s->proves = true;
    for (size_t i = 0; code == VRRL_OK && i < sizeof grains / sizeof grains[0] && !s->any; i++)
        code = prove_parts(s, grains[i], err);
    if (code == VRRL_OK && !s->any)
        code = reduce_to_effects(s, err);
    if (code == VRRL_OK && !s->any)
        code = shrink_workers(s, err);
    if (code == VRRL_OK && !s->any)
        code = shrink_cap(s, err);
    s->proves = false;
    return code;
}

/* ---- The end --------------------------------------------------------------------------------- */

/* Unused memory goes where that does not matter; a program that computes addresses stays as it is. */
static vrrl_code compact(struct shrinker *s, vrrl_error *err)
{
    struct edited candidate;
    struct word_map map;
    const struct relayout smallest = {0};
    bool fails = false;
    s->stage = "memory";
    vrrl_code code = program_relayout(&s->now, &smallest, &candidate, &map, err);
    if (code != VRRL_OK)
        return code == VRRL_UNSUPPORTED ? VRRL_OK : code;
    const struct failure_signature before = s->oracle.signature;
    if (before.word != VRRL_NO_INDEX)
        s->oracle.signature.word = word_map_at(&map, before.word);
    code = shrink_judge(s, &candidate, &fails, err);
    if (!fails)
        s->oracle.signature = before;
    free(map.to);
    return code;
}

static vrrl_code shrink_all(struct shrinker *s, vrrl_error *err)
{
    static const enum program_grain grains[] = {PARTS_EPOCHS, PARTS_SLOTS, PARTS_ROWS, PARTS_WORDS,
                                                PARTS_QUEUES};
    vrrl_code code = VRRL_OK;
    bool minimal = false;
    for (s->any = true; code == VRRL_OK && s->any && !s->out_of_time;) {
        minimal = true;
        s->any = false;
        for (size_t i = 0; code == VRRL_OK && i < sizeof grains / sizeof grains[0]; i++)
            code = reduce(s, grains[i], &minimal, err);
        if (code == VRRL_OK)
            code = reduce_to_effects(s, err);
        if (code == VRRL_OK)
            code = shrink_workers(s, err);
        if (code == VRRL_OK)
            code = shrink_cap(s, err);
        if (code == VRRL_OK && !s->any && !s->out_of_time)
            code = prove(s, err);
    }
    if (code == VRRL_OK)
        code = compact(s, err);
    if (code == VRRL_OK)
        code = shrink_choices(s, &minimal, err);
    s->result->tried = minimal && !s->any && !s->out_of_time;
    s->result->minimal = s->result->tried && s->proved;
    return code;
}

/* ---- The beginning --------------------------------------------------------------------------- */

/* A run that is so much longer than the one that failed is another failure, or none. */
static uint32_t step_limit_of(const vrrl_run_outcome *outcome)
{
    uint64_t limit = 20 * outcome->steps + 10000;
    return limit < 1000000 ? (uint32_t)limit : 1000000;
}

/* From the weakest of the stronger models on: what it does not show, those before it do not either. */
static vrrl_code note_spared(struct shrinker *s, vrrl_error *err)
{
    bool fails = true;
    vrrl_code code = VRRL_OK;
    s->spared = s->oracle.options.setup.model;
    s->oracle.schedules = failure_schedules(s->now.program, s->result->schedules);
    vrrl_memory_model m = s->spared;
    while (code == VRRL_OK && fails && memory_models[m].weakens != m) {
        m = memory_models[m].weakens;
        code = fails_under(s, &s->now, m, &fails, err);
        if (code == VRRL_OK && !fails)
            s->spared = m;
    }
    return code;
}

static vrrl_code begin_shrinking(struct shrinker *s, const vrrl_program *program, vrrl_error *err)
{
    vrrl_failure_source source = s->options->failure;
    source.schedules *= 2;
    s->oracle.alike = true;
    vrrl_code code = edited_begin(program, &s->now, err);
    if (code == VRRL_OK)
        code = failure_find(&s->oracle, &s->now, &source, &s->caught, err);
    if (code == VRRL_OK)
        code = cause_find(&s->oracle, &s->now, &s->caught, &s->cause, err);
    if (code != VRRL_OK)
        return code;
    s->states_left = PROOF_STATES;
    s->oracle.always = !s->oracle.varies && s->caught.outcome.kind != VRRL_DEFECT_LIVELOCK;
    s->oracle.alike = s->oracle.alike && s->oracle.always;
    s->oracle.from = &s->now;
    s->oracle.last = s->caught.decisions;
    s->step_limit = s->oracle.options.setup.step_limit;
    if (s->caught.outcome.kind != VRRL_DEFECT_LIVELOCK) /* candidates may spin for nothing */
        s->oracle.options.setup.step_limit = step_limit_of(&s->caught.outcome);
    s->result->before = size_of(s);
    s->result->before_outcome = s->caught.outcome;
    outcome_name(program, &s->caught.outcome, s->result->before_name,
                 sizeof s->result->before_name);
    return note_spared(s, err);
}

static void finish(struct shrinker *s)
{
    vrrl_shrink_result *r = s->result;
    r->after = size_of(s);
    r->outcome = s->caught.outcome;
    r->setup = s->oracle.options.setup;
    r->programs = s->oracle.programs;
    r->runs = s->oracle.runs;
    r->slot_runs = s->oracle.slot_runs;
    r->interrupted = limit_is_stopped(&s->oracle.limit);
    r->seconds = (double)(clock_steady_ns() - s->started_ns) / 1e9;
    r->program = s->now.program;
    s->now.program = NULL;
    outcome_name(r->program, &r->outcome, r->name, sizeof r->name);
}

static vrrl_code shrink(const vrrl_program *program, const vrrl_shrink_options *options,
                        vrrl_shrink_result *result, vrrl_error *err)
{
    vrrl_shrink_options own;
    struct shrinker s = {.options = &own, .result = result, .started_ns = clock_steady_ns()};
    vrrl_code code = OPTIONS_READ(vrrl_shrink_options, &own, options, err);
    if (code != VRRL_OK)
        return code;
    result->schedules = own.failure.schedules ? own.failure.schedules : SCHEDULES;
    own.failure.setup.seed = s.oracle.seed = seed_of_option(own.failure.setup.seed);
    s.oracle.limit.stop = own.stop;
    if (own.milliseconds)
        s.oracle.limit.deadline_ns = s.started_ns + UINT64_C(1000000) * own.milliseconds;
    s.slot_runs_max = own.slot_runs || own.milliseconds ? own.slot_runs : SLOT_RUNS_ALL;
    code = begin_shrinking(&s, program, err);
    if (code == VRRL_OK)
        code = shrink_all(&s, err);
    s.oracle.options.setup.step_limit = s.step_limit;
    if (code == VRRL_OK)
        code = failure_text(s.now.program, &s.oracle.options, &s.caught.decisions,
                            &result->schedule, err);
    if (code == VRRL_OK)
        finish(&s);
    decisions_free(&s.caught.decisions);
    edited_free(&s.now);
    return code;
}

vrrl_code vrrl_shrink(const vrrl_program *program, const vrrl_shrink_options *options,
                      vrrl_shrink_result **result, vrrl_error *err)
{
    *result = NULL;
    vrrl_code code = program_is_whole(program, err);
    if (code != VRRL_OK)
        return code;
    *result = result_create(sizeof **result, err);
    code = *result ? shrink(program, options, *result, err) : VRRL_NO_MEMORY;
    if (code != VRRL_OK) {
        vrrl_shrink_result_free(*result);
        *result = NULL;
    }
    return code;
}

void vrrl_shrink_result_free(vrrl_shrink_result *result)
{
    if (!result)
        return;
    vrrl_program_free(result->program);
    free(result->schedule);
    free(result);
}
