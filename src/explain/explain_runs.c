/* The two runs of an explanation: the one that fails, and the one closest to it that does not. */
#include "explain/explain_runs.h"

#include "base/error.h"
#include "base/result.h"
#include "explain/explain.h"
#include "explain/explain_luck.h"
#include "explain/explain_pair.h"
#include "explain/explain_steps.h"
#include "explain/timeline.h"
#include "schedule/strategy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CRITICAL_SLOT_RUNS = 320000 }; /* of 800 slots and more fewer runs are tried from a point */
enum { PASSING_SCHEDULES = 400, TURN_RUNS = 48, TURN_RUNS_LEAST = 6, LUCKY_RUNS = 16 };

void shown_run_free(struct shown_run *run)
{
    trace_free(&run->trace);
    free(run->slots);
    *run = (struct shown_run){.slot_count = 0};
}

/* ---- A run that is shown --------------------------------------------------------------------- */

/* Passes all on to a tracer, and keeps the slots at the end of one epoch: a run may go on behind it. */
struct watcher {
    struct chooser by;
    const struct run_target *of;
    uint32_t epoch;
    struct shown_run *run;
    bool exhausted;
};

static void shown_begin(void *context, uint32_t epoch, uint32_t slots, uint32_t lanes)
{
    struct watcher *w = context;
    w->by.begin(w->by.context, epoch, slots, lanes);
}

static void shown_choose(void *context, const struct chooser_lane *lanes, uint32_t count,
                         uint32_t *at, uint32_t *option)
{
    struct watcher *w = context;
    w->by.choose(w->by.context, lanes, count, at, option);
}

static void shown_end(void *context, uint32_t epoch)
{
    struct watcher *w = context;
    uint32_t count;
    const struct sched_slot *slots = run_target_slots(w->of, &count);
    if (w->by.end)
        w->by.end(w->by.context, epoch);
    if (epoch != w->epoch)
        return;
    free(w->run->slots);
    w->run->slots = malloc((count + (size_t)1) * sizeof *slots);
    w->exhausted = !w->run->slots;
    w->run->slot_count = w->exhausted ? 0 : count;
    if (w->run->slot_count > 0)
        memcpy(w->run->slots, slots, count * sizeof *slots);
}

static vrrl_code run_shown(const struct explainer *x, struct run_target *s,
                           const struct chooser *by, struct shown_run *run,
                           vrrl_run_outcome *outcome, vrrl_error *err)
{
    struct tracer tracing = {.by = by, .of = s, .into = &run->trace};
    struct watcher w = {
        .by = tracer_chooser(&tracing), .of = s, .epoch = x->caught.outcome.epoch, .run = run};
    struct chooser with = {
        .context = &w, .begin = shown_begin, .choose = shown_choose, .end = shown_end};
    vrrl_code code = run_target_run(s, &with, outcome, err);
    if (code == VRRL_OK && (w.exhausted || run->trace.exhausted))
        code = error_no_memory(err, run->trace.count * sizeof *run->trace.list);
    return code;
}

static vrrl_code run_decisions(const struct explainer *x, struct run_target *s,
                               const struct decisions *of, struct shown_run *run,
                               vrrl_run_outcome *outcome, vrrl_error *err)
{
    struct decision_player again = {.list = NULL};
    struct chooser by = decision_play(&again, of->list, of->count, NULL);
    vrrl_code code = run_shown(x, s, &by, run, outcome, err);
    decision_player_free(&again);
    return code;
}

static vrrl_code draw(const struct explainer *x, const struct shown_run *run,
                      const struct decisions *of, vrrl_timeline *out, vrrl_error *err)
{
    vrrl_code code = timeline_of(x, run, out, err);
    explain_writes(x, run, out);
    return code == VRRL_OK
               ? failure_text(x->whole.program, &x->oracle.options, of, &out->schedule, err)
               : code;
}

/* ---- The run that fails ----------------------------------------------------------------------- */

static vrrl_code run_failing(struct explainer *x, struct run_target *s, vrrl_error *err)
{
    vrrl_explain_result *r = x->result;
    vrrl_code code = run_decisions(x, s, &x->caught.decisions, &x->failing, &r->outcome, err);
    if (code != VRRL_OK)
        return code;
    explain_pair(x, run_target_diff(s));
    return r->outcome.kind == VRRL_DEFECT_DEADLOCK ? run_target_stuck(s, &r->stuck, err) : VRRL_OK;
}

/* Where the runs themselves show no two slots that conflict. A livelock has too many steps. */
static vrrl_code seek_critical_step(struct explainer *x, vrrl_error *err)
{
    const vrrl_explain_result *r = x->result;
    uint32_t runs =
        failure_schedules_for(x->whole.program, CRITICAL_SLOT_RUNS, PASSING_SCHEDULES) / 8;
    runs = runs < TURN_RUNS_LEAST ? TURN_RUNS_LEAST : runs > TURN_RUNS ? TURN_RUNS : runs;
    if (r->pair || r->every_schedule || r->outcome.kind == VRRL_DEFECT_LIVELOCK)
        return VRRL_OK;
    vrrl_code code = critical_step_find(&x->oracle, x->whole.program, &x->caught.decisions, runs,
                                        &x->critical_step, err);
    if (code == VRRL_OK && x->critical_step.known)
        explain_critical_step(x);
    return code;
}

/* ---- One that does not ----------------------------------------------------------------------- */

/* What comes before a boundary that sets the second of the pair apart: where all went well, all that
 * had ended when it began; and where the two overlapped there, all that ended no later than the
 * first. */
static vrrl_code note_before(struct explainer *x, vrrl_error *err)
{
    const vrrl_explain_result *r = x->result;
    const struct sched_slot *slots = x->passing.slots;
    uint32_t count = x->passing.slot_count;
    x->before = calloc(count + (size_t)1, sizeof *x->before);
    if (!x->before)
        return error_no_memory(err, count);
    if (!r->pair || r->first >= count || r->second >= count)
        return VRRL_OK;
    uint32_t until =
        explain_good_order(x, &x->passing) ? slots[r->second].claimed_at : slots[r->first].ended_at;
    for (uint32_t i = 0; i < count; i++)
        x->before[i] = slots[i].ended_at && slots[i].ended_at <= until && i != r->second;
    return VRRL_OK;
}

static vrrl_code take_passing(struct explainer *x, const struct decisions *run, vrrl_error *err)
{
    vrrl_code code = draw(x, &x->passing, run, &x->result->passing, err);
    return code == VRRL_OK ? note_before(x, err) : code;
}

/* A run that another might be better than, since it passes by luck. */
struct lucky_run {
    struct decisions run;
    vrrl_luck luck;
    uint32_t count; /* that were seen */
};

/* Takes the run that was just shown, unless it passes by luck: of such the first is kept. The first that is
 * drawn is as slots are meant to be taken. */
static vrrl_code take_drawn(struct explainer *x, struct run_target *s, bool meant,
                            struct lucky_run *lucky, vrrl_error *err)
{
    vrrl_explain_result *r = x->result;
    struct decisions run = {.list = NULL};
    r->luck = (vrrl_luck){.kind = VRRL_LUCK_NONE};
    vrrl_code code = trace_decisions(&x->passing.trace, &run, err);
    if (code == VRRL_OK && !meant)
        code = explain_luck(x, s, &run, err);
    if (code == VRRL_OK && r->luck.kind == VRRL_LUCK_NONE) {
        code = take_passing(x, &run, err);
    } else if (code == VRRL_OK && lucky->count++ == 0) {
        lucky->run = run;
        lucky->luck = r->luck;
        return VRRL_OK;
    }
    decisions_free(&run);
    return code;
}

/* The first schedule that does not fail, has the pair in the other order, and does not pass by luck. */
static vrrl_code draw_runs(struct explainer *x, struct run_target *s, struct lucky_run *lucky,
                           vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    struct strategy *random = strategy_create();
    uint32_t most = failure_schedules(x->whole.program, PASSING_SCHEDULES);
    if (!random)
        return error_no_memory(err, 0);
    for (uint32_t i = 0; code == VRRL_OK && i < most && !x->before; i++) {
        if (limit_is_over(&x->oracle.limit) || lucky->count == LUCKY_RUNS)
            break;
        struct strategy_setup setup = {
            .kind = VRRL_STRATEGY_RANDOM, .seed = x->oracle.seed + i, .choices = 1};
        vrrl_run_outcome outcome;
        strategy_start(random, &setup);
        struct chooser by = strategy_chooser(random);
        code = run_shown(x, s, i ? &by : NULL, &x->passing, &outcome, err);
        if (code == VRRL_TOO_LARGE) { /* too long for its memory model: it shows nothing */
            code = VRRL_OK;
            continue;
        }
        if (code == VRRL_OK && outcome.kind == VRRL_DEFECT_NONE &&
            (!x->result->pair || explain_good_order(x, &x->passing)))
            code = take_drawn(x, s, i == 0, lucky, err);
    }
    strategy_destroy(random);
    return code;
}

/* One that passes by luck, where no other was seen. */
static vrrl_code show_lucky(struct explainer *x, struct run_target *s, const struct decisions *run,
                            const vrrl_luck *luck, vrrl_error *err)
{
    vrrl_run_outcome outcome;
    vrrl_code code = run_decisions(x, s, run, &x->passing, &outcome, err);
    x->result->luck = *luck;
    return code == VRRL_OK ? take_passing(x, run, err) : code;
}

static vrrl_code show_drawn(struct explainer *x, struct run_target *s, vrrl_error *err)
{
    struct lucky_run lucky = {.count = 0};
    vrrl_code code = draw_runs(x, s, &lucky, err);
    if (code == VRRL_OK && !x->before && lucky.count > 0)
        code = show_lucky(x, s, &lucky.run, &lucky.luck, err);
    decisions_free(&lucky.run);
    return code;
}

/* Where a slot ends, or begins; it is no single step of a run. */
static vrrl_step whole_slot(const struct explainer *x, vrrl_step_kind kind, uint32_t slot,
                            const char name[VRRL_DEFECT_NAME_MAX])
{
    vrrl_step step = {.kind = kind,
                      .epoch = x->result->outcome.epoch,
                      .worker = VRRL_NO_INDEX,
                      .slot = slot,
                      .word = VRRL_NO_INDEX};
    memcpy(step.name, name, sizeof step.name);
    return step;
}

/* Instead of the run of the critical step, which passes by luck. */
static vrrl_code show_another(struct explainer *x, struct run_target *s,
                              const struct decisions *turned, vrrl_error *err)
{
    vrrl_explain_result *r = x->result;
    const vrrl_luck luck = r->luck;
    struct lucky_run lucky = {.count = 0};
    vrrl_code code = draw_runs(x, s, &lucky, err);
    decisions_free(&lucky.run);
    if (code == VRRL_OK && !x->before)
        return show_lucky(x, s, turned, &luck, err);
    r->critical_step.moved = false;
    r->critical_step.good[0] = whole_slot(x, VRRL_STEP_ENDS, r->first, r->first_name);
    r->critical_step.good[1] = whole_slot(x, VRRL_STEP_BEGINS, r->second, r->second_name);
    r->critical_step.good_count = 2;
    return code;
}

static vrrl_code show_critical(struct explainer *x, struct run_target *s, vrrl_error *err)
{
    struct decisions run = {.list = NULL};
    vrrl_run_outcome outcome;
    vrrl_code code = trace_decisions(&x->critical_step.passing, &run, err);
    if (code == VRRL_OK)
        code = run_decisions(x, s, &run, &x->passing, &outcome, err);
    bool passes = code == VRRL_OK && outcome.kind == VRRL_DEFECT_NONE;
    if (passes)
        code = explain_luck(x, s, &run, err);
    if (code == VRRL_OK && passes)
        code = x->result->luck.kind == VRRL_LUCK_NONE ? take_passing(x, &run, err)
                                                      : show_another(x, s, &run, err);
    decisions_free(&run);
    return code;
}

static vrrl_code run_both(struct explainer *x, struct run_target *s, vrrl_error *err)
{
    vrrl_code code = run_failing(x, s, err);
    if (code == VRRL_OK)
        code = seek_critical_step(x, err);
    if (code == VRRL_OK)
        code = explain_direction(x, run_target_arena(s), err);
    if (code == VRRL_OK)
        code = draw(x, &x->failing, &x->caught.decisions, &x->result->failing, err);
    if (x->result->every_schedule || x->result->by_steps)
        explain_causes(x, &x->failing, &x->result->failing);
    if (code != VRRL_OK || x->result->every_schedule)
        return code;
    return x->critical_step.known ? show_critical(x, s, err) : show_drawn(x, s, err);
}

vrrl_code explain_runs(struct explainer *x, vrrl_error *err)
{
    struct run_target *s;
    struct run_target_options options = x->oracle.options;
    options.ask_always = true;
    vrrl_code code = run_target_create(x->whole.program, &options, &s, err);
    if (code == VRRL_OK)
        code = run_both(x, s, err);
    run_target_destroy(s);
    return code;
}

static vrrl_code find_pair(struct explainer *x, bool by_critical_step, vrrl_error *err)
{
    struct run_target *s;
    struct run_target_options options = x->oracle.options;
    options.ask_always = true;
    vrrl_code code = run_target_create(x->whole.program, &options, &s, err);
    if (code != VRRL_OK)
        return code;
    code = run_failing(x, s, err);
    if (code == VRRL_OK && by_critical_step)
        code = seek_critical_step(x, err);
    run_target_destroy(s);
    return code;
}

vrrl_code explain_pair_of(struct failure_oracle *h, const struct edited *whole,
                          const struct oracle_result *caught, bool by_critical_step,
                          uint32_t *first, uint32_t *second, vrrl_error *err)
{
    const vrrl_explain_options options = {.size = sizeof options, .failure.schedule = NULL};
    vrrl_explain_result *result = result_create(sizeof *result, err);
    struct explainer x = {
        .options = &options, .result = result, .oracle = *h, .whole = *whole, .caught = *caught};
    *first = *second = VRRL_NO_INDEX;
    if (!result)
        return VRRL_NO_MEMORY;
    result->outcome = caught->outcome;
    result->setup.model = h->options.setup.model;
    result->every_schedule = !h->varies;
    vrrl_code code = find_pair(&x, by_critical_step, err);
    if (code == VRRL_OK && result->pair) {
        *first = result->first;
        *second = result->second;
    }
    h->runs = x.oracle.runs;
    shown_run_free(&x.failing);
    critical_step_free(&x.critical_step);
    vrrl_explain_result_free(result);
    return code;
}
