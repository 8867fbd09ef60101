#include "explore/aggregate.h"

#include "base/array.h"
#include "base/clock.h"

#include <stdlib.h>
#include <string.h>

enum { SHOW_EVERY_MS = 100 };

/* ---- Distinct schedules ---------------------------------------------------------------------- */

enum { HASHES_MAX = 1 << 23 };

static vrrl_code count_distinct(struct aggregate *t, const struct schedule_spec *spec,
                                uint64_t hash, vrrl_error *err)
{
    uint64_t machine = spec->cell + 1 + ((uint64_t)spec->setup.in_flight << 32);
    if (t->hashes.count >= HASHES_MAX) {
        t->result->distinct_is_least = true;
        return VRRL_OK;
    }
    uint64_t mixed = (hash ^ machine * 0x9E3779B97F4A7C15u) * 0xD6E8FEB86659FD93u;
    mixed ^= mixed >> 32;
    uint32_t fresh = t->hashes.count, item = hash_table_item(&t->hashes, mixed, fresh);
    if (item == HASH_TABLE_NONE)
        return error_no_memory(err, hash_table_bytes(&t->hashes));
    t->result->total.distinct += item == fresh;
    return VRRL_OK;
}

/* ---- Defects --------------------------------------------------------------------------------- */

static vrrl_code add_defect(struct aggregate *t, const vrrl_run_outcome *outcome,
                            vrrl_defect **added, vrrl_error *err)
{
    vrrl_explore_result *r = t->result;
    vrrl_code code = array_room(r->defects, r->defect_count, t->defect_room, 1, err);
    if (code == VRRL_OK)
        code = array_room(t->origins, r->defect_count, t->origin_room, 1, err);
    if (code != VRRL_OK)
        return code;
    *added = &r->defects[r->defect_count++];
    **added = (vrrl_defect){.first = *outcome};
    r->total.defects = r->defect_count;
    return VRRL_OK;
}

static vrrl_defect *find_defect(const vrrl_explore_result *r, const vrrl_run_outcome *outcome)
{
    for (uint32_t i = 0; i < r->defect_count; i++) {
        if (vrrl_outcome_same_defect(&r->defects[i].first, outcome))
            return &r->defects[i];
    }
    return NULL;
}

vrrl_code aggregate_failure(struct aggregate *t, const struct schedule_spec *spec,
                            const vrrl_run_outcome *outcome, uint64_t failures, uint64_t index,
                            char *text, vrrl_error *err)
{
    const struct campaign_cell *cell = &t->plan->cells[spec->cell];
    vrrl_defect *defect = find_defect(t->result, outcome);
    if (defect) {
        free(text);
    } else {
        vrrl_code code = add_defect(t, outcome, &defect, err);
        if (code != VRRL_OK) {
            free(text);
            return code;
        }
        defect->found_after = t->result->total.schedules;
        defect->setup = spec->setup;
        defect->weakest = spec->setup.model;
        defect->strategy = spec->strategy;
        defect->schedule = text;
        t->origins[t->result->defect_count - 1] =
            (struct aggregate_origin){index, spec->strategy != VRRL_STRATEGY_EXHAUSTIVE};
    }
    defect->failures += failures;
    if (cell->target.setup.model < defect->weakest)
        defect->weakest = cell->target.setup.model;
    t->result->total.failures += failures;
    t->result->cells[spec->cell].failures += failures;
    return VRRL_OK;
}

/* ---- Outcomes -------------------------------------------------------------------------------- */

static vrrl_code add_outcome(struct aggregate *t, const struct outcome_key *key, vrrl_error *err)
{
    vrrl_explore_result *r = t->result;
    uint32_t words = t->outcomes.width, number = r->outcome_count;
    vrrl_code code = array_room(r->outcomes, number, t->outcome_room, 1, err);
    if (code == VRRL_OK)
        code = array_room(t->outcome_origins, number, t->outcome_origin_room, 1, err);
    uint32_t *values = code == VRRL_OK ? malloc(words * sizeof *values) : NULL;
    if (code == VRRL_OK && !values)
        code = error_no_memory(err, words * sizeof *values);
    if (code != VRRL_OK)
        return code;
    memcpy(values, key->values, words * sizeof *values);
    r->outcomes[r->outcome_count++] = (vrrl_explore_outcome){
        .values = values, .value_count = words, .stopped = (vrrl_defect_kind)key->stopped};
    return VRRL_OK;
}

static bool is_first(const vrrl_explore_outcome *row)
{
    for (vrrl_memory_model model = VRRL_MEMORY_SC; model < VRRL_MEMORY_MODELS; model++)
        if (row->counts[model] > 0)
            return false;
    return true;
}

vrrl_code aggregate_outcome(struct aggregate *t, uint32_t cell, const struct outcome_key *key,
                            uint64_t count, const uint64_t *drawn, char *text, vrrl_error *err)
{
    const struct run_target_options *of = &t->plan->cells[cell].target;
    uint32_t number;
    bool is_new;
    vrrl_code code = outcome_set_add(&t->outcomes, key, &number, &is_new, err);
    if (code == VRRL_OK && is_new)
        code = add_outcome(t, key, err);
    t->result->outcomes_left_out |= code == VRRL_OK && number == VRRL_NO_INDEX;
    if (code != VRRL_OK || number == VRRL_NO_INDEX) {
        free(text);
        return code;
    }
    vrrl_explore_outcome *row = &t->result->outcomes[number];
    if (is_first(row) || of->setup.model < row->setup.model) {
        char *before = row->schedule;
        row->setup = drawn ? campaign_spec_of(t->plan, *drawn).setup : of->setup;
        row->schedule = text;
        t->outcome_origins[number] = (struct aggregate_origin){drawn ? *drawn : 0, drawn != NULL};
        text = before;
    }
    free(text);
    row->counts[of->setup.model] += count;
    return VRRL_OK;
}

/* ---- Schedules ------------------------------------------------------------------------------- */

static void count_capped(struct aggregate *t, const struct schedule_spec *spec, bool fails)
{
    vrrl_explore_result *r = t->result;
    for (uint32_t i = 0; spec->capped && i < r->cap_count; i++) {
        if (r->caps[i].in_flight != spec->setup.in_flight)
            continue;
        r->caps[i].schedules++;
        r->caps[i].failures += fails;
    }
}

vrrl_code aggregate_schedule(struct aggregate *t, uint64_t index,
                             const struct runner_report *report, vrrl_error *err)
{
    struct schedule_spec spec = campaign_spec_of(t->plan, index);
    vrrl_explore_result *r = t->result;
    if (report->too_large) {
        r->too_large++;
        return VRRL_OK;
    }
    r->total.schedules++;
    r->held_slots += spec.held != VRRL_NO_INDEX && spec.cell == 0;
    r->cells[spec.cell].schedules++;
    r->not_deterministic += report->differed;
    t->pct_runs[spec.cell][spec.depth] += spec.strategy == VRRL_STRATEGY_PCT && !spec.capped;
    count_capped(t, &spec, report->outcome.kind != VRRL_DEFECT_NONE);
    vrrl_code code = count_distinct(t, &spec, report->outcome.schedule, err);
    if (code == VRRL_OK && report->outcome.kind != VRRL_DEFECT_NONE)
        code = aggregate_failure(t, &spec, &report->outcome, 1, index, NULL, err);
    if (code == VRRL_OK && t->outcomes.width > 0)
        code = aggregate_outcome(t, spec.cell, &report->key, 1, &index, NULL, err);
    return code;
}

void aggregate_order(struct aggregate *t, uint32_t order)
{
    if (order < 2 * t->result->total.pairs && !t->orders[order]) {
        t->orders[order] = 1;
        t->result->total.ordered_pairs++;
    }
}

void aggregate_searched(struct aggregate *t, uint32_t cell, uint64_t ends, uint64_t states,
                        uint64_t pruned, bool complete)
{
    vrrl_explore_result *r = t->result;
    vrrl_explore_cell *row = &r->cells[cell];
    row->schedules += ends;
    row->complete = complete;
    r->total.schedules += ends;
    r->total.distinct += ends;
    r->states += states;
    r->pruned += pruned;
}

void aggregate_show(struct aggregate *t, bool at_once)
{
    const vrrl_explore_options *o = &t->plan->options;
    uint64_t now = clock_steady_ns();
    t->result->total.seconds = (double)(now - t->began_ns) / 1e9;
    if (!o->progress || (!at_once && now - t->shown_ns < SHOW_EVERY_MS * 1000000ull))
        return;
    t->shown_ns = now;
    o->progress(o->progress_context, &t->result->total);
}

/* ---- Life ------------------------------------------------------------------------------------ */

static void make_rows(const struct campaign *plan, vrrl_explore_result *r)
{
    for (uint32_t i = 0; i < plan->cell_count; i++) {
        r->cells[i].setup = plan->cells[i].target.setup;
    }
    for (uint32_t i = 0; i < plan->cap_count; i++)
        r->caps[i].in_flight = plan->caps[i];
    r->cap_count = plan->cap_count;
}

static vrrl_code name_outcomes(const struct campaign *plan, vrrl_explore_result *r, vrrl_error *err)
{
    size_t bytes = plan->options.outcome_word_count * sizeof *r->outcome_words;
    if (bytes == 0)
        return VRRL_OK;
    r->outcome_words = malloc(bytes);
    if (!r->outcome_words)
        return error_no_memory(err, bytes);
    memcpy(r->outcome_words, plan->options.outcome_words, bytes);
    r->outcome_word_count = plan->options.outcome_word_count;
    return VRRL_OK;
}

vrrl_code aggregate_init(struct aggregate *t, const struct campaign *plan, uint32_t pairs,
                         vrrl_explore_result *result, vrrl_error *err)
{
    *t = (struct aggregate){.plan = plan, .result = result, .began_ns = clock_steady_ns()};
    t->shown_ns = t->began_ns;
    t->outcomes.width = plan->options.outcome_word_count;
    result->strategy = plan->options.strategy;
    result->setup = plan->options.setup;
    if (plan->whole) {
        result->setup.grain = VRRL_GRAIN_SLOT;
        result->setup.in_flight = 0;
    }
    result->total.pairs = pairs;
    result->held_of = plan->held_count;
    for (uint32_t i = 0; i < VRRL_PCT_DEPTHS; i++)
        result->miss_bounds[i] = 1;
    result->cells = calloc(plan->cell_count, sizeof *result->cells);
    t->orders = calloc(2 * (size_t)pairs + 1, 1);
    t->pct_runs = calloc(plan->cell_count, sizeof *t->pct_runs);
    if (!result->cells || !t->orders || !t->pct_runs)
        return error_no_memory(err, 2 * (uint64_t)pairs);
    result->cell_count = plan->cell_count;
    make_rows(plan, result);
    return name_outcomes(plan, result, err);
}

void aggregate_free(struct aggregate *t)
{
    free(t->origins);
    outcome_set_free(&t->outcomes);
    free(t->outcome_origins);
    hash_table_free(&t->hashes);
    free(t->orders);
    free(t->pct_runs);
}
