#include "failure/failure.h"

#include "base/error.h"
#include "explore/campaign.h"
#include "failure/failure_pairs.h"
#include "memory/memory_models.h"
#include "program/batch_view.h"
#include "schedule/schedule.h"
#include "schedule/schedule_run.h"
#include "schedule/schedule_string.h"

#include <stdio.h>
#include <stdlib.h>

enum { SCHEDULES = 2000, VARYING_SCHEDULES = 1000, SLOT_RUNS_MAX = 1000000, SCHEDULES_LEAST = 40 };
enum { FEW_SLOT_RUNS = 30000, FEW_LEAST = 4, FEW_PART = 8 };

uint32_t failure_schedules(const vrrl_program *program, uint32_t most)
{
    return failure_schedules_for(program, SLOT_RUNS_MAX, most);
}

uint32_t failure_schedules_for(const vrrl_program *program, uint32_t slot_runs, uint32_t most)
{
    uint64_t fair = slot_runs / (program_work(program) + 1);
    if (fair < SCHEDULES_LEAST)
        fair = SCHEDULES_LEAST;
    return fair < most ? (uint32_t)fair : most;
}

vrrl_code failure_text(const vrrl_program *program, const struct run_target_options *options,
                       const struct decisions *of, char **text, vrrl_error *err)
{
    struct run_target *s;
    vrrl_run_outcome outcome;
    *text = NULL;
    vrrl_code code = run_target_create(program, options, &s, err);
    if (code != VRRL_OK)
        return code;
    struct decision_player again = {.list = NULL};
    struct decision_recorder recorder;
    struct decisions deviations = {.list = NULL};
    const struct chooser by = decision_play(&again, of->list, of->count, NULL),
                         with = decision_record(&recorder, &by, NULL, &deviations);
    code = run_target_run(s, &with, &outcome, err);
    if (code == VRRL_OK) {
        code = schedule_of_run(program, options, &deviations, NULL, text, err);
        code = code == VRRL_TOO_LARGE ? VRRL_OK : code; /* the string, not the run */
    }
    decisions_free(&deviations);
    decision_player_free(&again);
    run_target_destroy(s);
    return code;
}

/* ---- By a string ----------------------------------------------------------------------------- */

static vrrl_code run_text(const struct schedule *text, struct run_target *s,
                          struct oracle_result *caught, vrrl_error *err)
{
    struct schedule_maker maker = {0};
    struct chooser by;
    vrrl_code code = schedule_make(&maker, text, run_target_claims_of(s), &by, err);
    if (code == VRRL_OK)
        code = oracle_run(s, &by, caught, err);
    if (code == VRRL_OK)
        code = schedule_made(&maker, err);
    schedule_maker_free(&maker);
    return code;
}

static vrrl_code run_given(struct failure_oracle *h, const struct edited *whole,
                           const struct schedule *text, struct oracle_result *caught,
                           vrrl_error *err)
{
    struct run_target *s;
    h->options = text->target;
    h->options.until_ns = limit_runs_until(&h->limit);
    vrrl_code code = run_target_create(whole->program, &h->options, &s, err);
    if (code != VRRL_OK)
        return code;
    caught->reference = run_target_reference(s)->kind;
    h->varies = caught->reference == VRRL_DEFECT_NONE;
    code = run_text(text, s, caught, err);
    h->runs++;
    h->found_after = 1;
    run_target_destroy(s);
    return code;
}

static vrrl_code find_given(struct failure_oracle *h, const struct edited *whole,
                            const char *string, struct oracle_result *caught, vrrl_error *err)
{
    struct schedule text;
    vrrl_code code = schedule_read(whole->program, string, &text, err);
    if (code != VRRL_OK)
        return code;
    code = run_given(h, whole, &text, caught, err);
    schedule_free(&text);
    if (code == VRRL_OK && caught->outcome.kind == VRRL_DEFECT_NONE)
        return error_set(err, VRRL_NOT_FOUND, "Fix: give the schedule of a failure.",
                         "the program does not fail under this schedule");
    return code;
}

/* ---- By exploring ---------------------------------------------------------------------------- */

/* A cell as it is, and then with each cap in turn, which together get as many schedules. */
static vrrl_code explore_cell(struct failure_oracle *h, const struct edited *whole,
                              const struct campaign *plan, const struct campaign_cell *cell,
                              struct oracle_result *caught, bool *found, vrrl_error *err)
{
    const uint32_t schedules = h->schedules;
    const uint64_t before = h->runs, shown = h->runs - h->too_long;
    h->options = cell->target;
    h->options.until_ns = limit_runs_until(&h->limit);
    vrrl_code code = oracle_in(h, whole, found, caught, err);
    for (uint32_t i = 0; code == VRRL_OK && !*found && i < cell->cap_count; i++) {
        decisions_free(&caught->decisions);
        h->options.setup.in_flight = plan->caps[i];
        h->schedules = schedules / cell->cap_count + 1;
        code = oracle_in(h, whole, found, caught, err);
    }
    h->schedules = schedules;
    h->ran[cell - plan->cells] |= h->runs - h->too_long > shown;
    if (*found)
        h->found_after = h->runs - before;
    return code;
}

/* Of the models before `end`, the strongest first. */
static vrrl_code explore_cells(struct failure_oracle *h, const struct edited *whole,
                               const struct campaign *plan, vrrl_memory_model end,
                               struct oracle_result *caught, bool *found, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    for (vrrl_memory_model model = VRRL_MEMORY_SC; model < end; model++)
        for (uint32_t c = 0; code == VRRL_OK && !*found && c < plan->cell_count; c++) {
            if (plan->cells[c].target.setup.model != model || limit_is_over(&h->limit))
                continue;
            decisions_free(&caught->decisions);
            code = explore_cell(h, whole, plan, &plan->cells[c], caught, found, err);
        }
    return code;
}

/* Of each cell a few schedules, before any has all of them: so many; 0: the program is so small that this
 * would gain nothing. */
static uint32_t few_schedules(const vrrl_program *program, uint32_t all)
{
    uint64_t few = FEW_SLOT_RUNS / (program_work(program) + 1);
    few = few < FEW_LEAST ? FEW_LEAST : few;
    return few * FEW_PART <= all ? (uint32_t)few : 0;
}

/* So many slots that schedules which are drawn seldom show what is about two of them. */
static bool has_many_slots(const vrrl_program *program)
{
    return few_schedules(program, failure_schedules(program, SCHEDULES)) > 0;
}

/* What a few schedules showed under a weak model its pair may show under a stronger one; or, where none is known,
 * more of them: half of all. */
static vrrl_code take_stronger(struct failure_oracle *h, const struct edited *whole,
                               const struct campaign *plan, struct oracle_result *caught,
                               vrrl_error *err)
{
    const struct run_target_options found_with = h->options;
    struct oracle_result seen = {.runs = 0};
    struct failure_by_pairs pairs;
    bool found = false;
    if (memory_models[found_with.setup.model].weakens == found_with.setup.model)
        return VRRL_OK;
    h->any = false;
    h->signature = signature_of(whole, caught);
    h->from = whole;
    h->last = caught->decisions;
    h->schedules = (h->schedules + 1) / 2;
    vrrl_code code = failure_by_pairs(h, whole, plan, found_with.setup.model, &seen, &pairs, err);
    found = pairs.found;
    if (code == VRRL_OK && !pairs.named)
        code = explore_cells(h, whole, plan, found_with.setup.model, &seen, &found, err);
    if (pairs.found)
        h->found_after = pairs.runs;
    h->from = NULL;
    h->last = (struct decisions){.list = NULL};
    decisions_free(found ? &caught->decisions : &seen.decisions);
    if (found)
        *caught = seen;
    else
        h->options = found_with;
    return code;
}

static vrrl_code explore_plan(struct failure_oracle *h, const struct edited *whole,
                              const struct campaign *plan, struct oracle_result *caught,
                              bool *found, vrrl_error *err)
{
    const uint32_t all = h->schedules, few = few_schedules(whole->program, all);
    const uint64_t seed = h->seed;
    struct failure_by_pairs pairs = {.found = false};
    vrrl_code code = VRRL_OK;
    if (few > 0) {
        h->schedules = few;
        code = explore_cells(h, whole, plan, VRRL_MEMORY_MODELS, caught, found, err);
        h->schedules = all;
        h->seed += few; /* the others are other ones */
    }
    if (code == VRRL_OK && *found)
        code = take_stronger(h, whole, plan, caught, err);
    else if (code == VRRL_OK && has_many_slots(whole->program))
        code = failure_by_pairs(h, whole, plan, VRRL_MEMORY_MODELS, caught, &pairs, err);
    if (pairs.found)
        h->found_after = pairs.runs;
    *found = *found || pairs.found;
    if (code == VRRL_OK && !*found)
        code = explore_cells(h, whole, plan, VRRL_MEMORY_MODELS, caught, found, err);
    h->seed = seed;
    return code;
}

/* "view", "tso of 2 workers, of 3": the cells of which no schedule came to its end. Returns how many did. */
static uint32_t list_not_run(const struct failure_oracle *h, const struct campaign *plan, char *out,
                             size_t size)
{
    vrrl_memory_model model = VRRL_MEMORY_MODELS;
    uint32_t ran = 0;
    size_t at = 0;
    out[0] = '\0';
    for (uint32_t c = 0; c < plan->cell_count; c++) {
        const vrrl_setup *setup = &plan->cells[c].target.setup;
        ran += h->ran[c];
        if (h->ran[c] || at >= size)
            continue;
        at += (size_t)snprintf(out + at, size - at, "%s%s", at > 0 ? ", " : "",
                               model == setup->model ? "" : vrrl_memory_model_name(setup->model));
        if (setup->workers > 0 && at < size)
            at +=
                (size_t)snprintf(out + at, size - at, "%sof %u%s", model == setup->model ? "" : " ",
                                 setup->workers, model == setup->model ? "" : " workers");
        model = setup->model;
    }
    return ran;
}

/* As explore says it: some cells of the table are not known. */
static vrrl_code not_all_was_run(const struct failure_oracle *h, const struct campaign *plan,
                                 unsigned long long shown, vrrl_error *err)
{
    char cells[300];
    uint32_t ran = list_not_run(h, plan, cells, sizeof cells);
    const char *why = h->too_long > 0 ? h->why.text : "the time was over before";
    vrrl_code code =
        error_set(err, VRRL_NOT_FOUND,
                  h->too_long > 0 ? h->why.fix : "Fix: give it more --time, or fewer --schedules.",
                  "no failure in %llu schedules; not all was run: none came to its end under %s, "
                  "since %.300s",
                  shown, cells, why);
    if (err) {
        err->found = ran;
        err->expected = plan->cell_count;
    }
    return code;
}

static bool all_was_run(const struct failure_oracle *h, const struct campaign *plan)
{
    for (uint32_t c = 0; c < plan->cell_count; c++)
        if (!h->ran[c])
            return false;
    return true;
}

static vrrl_code nothing_found(const struct failure_oracle *h, const struct campaign *plan,
                               vrrl_error *err)
{
    unsigned long long shown = h->runs - h->too_long;
    bool stopped = limit_is_stopped(&h->limit);
    if (shown == 0 && !stopped)
        return error_set(err, VRRL_UNSUPPORTED, "Fix: give it more --time, or a stronger --model.",
                         "no schedule was run to its end: %s",
                         h->too_long && !limit_is_late(&h->limit)
                             ? "each is too long for its memory model"
                             : "the time was over before");
    if (stopped)
        return error_set(err, VRRL_NOT_FOUND,
                         "Fix: give the --schedule that fails, or let it search to the end.",
                         "interrupted: no failure in %llu schedules so far", shown);
    if (!all_was_run(h, plan))
        return not_all_was_run(h, plan, shown, err);
    return error_set(err, VRRL_NOT_FOUND,
                     "Fix: give the --schedule that fails, or try more --schedules.",
                     "no failure in %llu schedules%s", shown,
                     limit_is_late(&h->limit) ? ": the time was over" : "");
}

static vrrl_code find_by_exploring(struct failure_oracle *h, const struct edited *whole,
                                   const vrrl_failure_source *source, struct oracle_result *caught,
                                   vrrl_error *err)
{
    struct campaign *plan = calloc(1, sizeof *plan);
    const vrrl_explore_options options = {.size = sizeof options,
                                          .setup = source->setup,
                                          .cells = source->cells,
                                          .mutation = source->mutation};
    if (!plan)
        return error_no_memory(err, sizeof *plan);
    bool found = false, ran[CAMPAIGN_CELLS_MAX] = {false};
    h->any = true;
    h->varies = false;
    h->ran = ran;
    h->schedules =
        failure_schedules(whole->program, source->schedules ? source->schedules : SCHEDULES);
    vrrl_code code = campaign_plan(whole->program, &options, plan, err);
    if (code == VRRL_OK)
        code = explore_plan(h, whole, plan, caught, &found, err);
    h->any = false;
    h->varies = caught->varies;
    if (code == VRRL_OK && !found)
        code = nothing_found(h, plan, err);
    h->ran = NULL;
    free(plan);
    return code;
}

/* Where the reference fails as well, whether other runs do not: what is left must be as lucky; and, where that was
 * asked for, whether the first of them fail in this very way. A livelock is not asked about: its runs are too
 * long. */
static vrrl_code see_whether_it_varies(struct failure_oracle *h, const struct edited *whole,
                                       const struct oracle_result *caught, vrrl_error *err)
{
    struct oracle_result seen = {.runs = 0};
    bool both;
    if (caught->reference == VRRL_DEFECT_NONE || caught->varies ||
        h->signature.kind == VRRL_DEFECT_LIVELOCK) {
        h->alike = false;
        return VRRL_OK;
    }
    h->varies = true;
    h->schedules = failure_schedules(whole->program, VARYING_SCHEDULES);
    vrrl_code code = oracle_in(h, whole, &both, &seen, err);
    h->varies = both;
    h->alike = h->alike && code == VRRL_OK && !both && !seen.varies && !seen.others;
    decisions_free(&seen.decisions);
    return code;
}

vrrl_code failure_find(struct failure_oracle *h, const struct edited *whole,
                       const vrrl_failure_source *source, struct oracle_result *caught,
                       vrrl_error *err)
{
    vrrl_code code = source->schedule ? find_given(h, whole, source->schedule, caught, err)
                                      : find_by_exploring(h, whole, source, caught, err);
    if (code != VRRL_OK)
        return code;
    h->signature = signature_of(whole, caught);
    return see_whether_it_varies(h, whole, caught, err);
}
