/* A campaign as JSON: one object on one line. */
#include "vrrl/analysis/report.h"

#include "base/json_text.h"
#include "graph/graph_lint_json.h"
#include "program/batch_view.h"
#include "report/check_parts.h"
#include "report/explore_groups.h"
#include "report/outcomes_json.h"
#include "report/schedule_text.h"
#include "report/setup_words.h"
#include "report/stuck_json.h"
#include "report/unfinished.h"

#include <stdlib.h>

static json_t *number_or_null(uint32_t value)
{
    return value == VRRL_NO_INDEX ? json_null() : json_integer(value);
}

/* Adds a slot's position and label, under the keys that are given; null where there is none. */
static void add_slot(json_t *json, const char *slot, const char *label, const vrrl_program *program,
                     uint32_t epoch, uint32_t position)
{
    char name[VRRL_DEFECT_NAME_MAX];
    bool any = position != VRRL_NO_INDEX;
    if (any)
        slot_name(program, epoch, position, name, sizeof name);
    json_object_set_new(json, slot, number_or_null(position));
    json_object_set_new(json, label, any ? json_text(name) : json_null());
}

static void add_word(json_t *json, const vrrl_program *program, uint32_t epoch, uint32_t word)
{
    char name[VRRL_NAME_MAX];
    bool any = word != VRRL_NO_INDEX;
    if (any)
        epoch_word_name(program, epoch, word, name, sizeof name);
    json_object_set_new(json, "word", number_or_null(word));
    json_object_set_new(json, "word_name", any ? json_text(name) : json_null());
}

static json_t *values_json(const vrrl_program *program, const vrrl_expectation *e)
{
    json_t *values = json_array();
    for (uint32_t i = 0; i < e->value_count; i++)
        json_array_append_new(values, json_integer(program->words[e->values + i]));
    return values;
}

static json_t *defect_json(const vrrl_program *program, const vrrl_defect *d, const char *target)
{
    const vrrl_run_outcome *o = &d->first;
    json_t *json =
        json_pack("{s:s, s:o, s:I, s:I, s:I, s:I, s:I}", "kind", vrrl_defect_kind_name(o->kind),
                  "name", json_text(d->name), "epoch", (json_int_t)o->epoch, "expected",
                  (json_int_t)o->expected, "found", (json_int_t)o->found, "failures",
                  (json_int_t)d->failures, "found_after", (json_int_t)d->found_after);
    add_slot(json, "slot", "label", program, o->epoch, o->slot);
    add_slot(json, "other_slot", "other_label", program, o->epoch, o->other);
    add_word(json, program, o->epoch, o->word);
    setup_add_json(json, &d->setup, " model grain ", true);
    setup_add_rest(
        json, json_pack("{s:s, s:s, s:s, s:b}", "model", vrrl_memory_model_name(d->setup.model),
                        "strategy", vrrl_strategy_name(d->strategy), "weakest",
                        vrrl_memory_model_name(d->weakest), "weakest_proved", d->weakest_proved));
    if (d->stuck && d->stuck->waiter_count > 0)
        json_object_set_new(json, "stuck", stuck_json(program, o->epoch, d->stuck));
    const vrrl_expectation *e =
        o->kind == VRRL_DEFECT_EXPECT ? schedule_expectation(program, o) : NULL;
    if (e && e->value_count > 1)
        json_object_set_new(json, "expected_any", values_json(program, e));
    if (o->kind == VRRL_DEFECT_VALUE)
        json_object_set_new(json, "overwritten", json_boolean(o->overwritten));
    if (d->schedule) {
        json_object_set_new(json, "string", json_string(d->schedule));
        json_object_set_new(json, "target", json_text(target));
    }
    return json;
}

static json_t *defects_json(const vrrl_program *program, const vrrl_explore_result *r,
                            const char *target)
{
    json_t *rows = json_array();
    uint32_t *group_of = calloc(r->defect_count + (size_t)1, sizeof *group_of), count;
    struct explore_group *groups = NULL;
    bool grouped = group_of && !explore_groups_make(program, r, &groups, &count, group_of);
    for (uint32_t i = 0; i < r->defect_count; i++) {
        json_t *row = defect_json(program, &r->defects[i], target);
        json_object_set_new(row, "group", grouped ? json_integer(group_of[i]) : json_null());
        json_array_append_new(rows, row);
    }
    free(groups);
    free(group_of);
    return rows;
}

static json_t *cells_json(const vrrl_explore_result *r)
{
    json_t *rows = json_array();
    for (uint32_t i = 0; i < r->cell_count; i++) {
        const vrrl_explore_cell *cell = &r->cells[i];
        json_array_append_new(
            rows,
            json_pack("{s:o, s:s, s:I, s:I, s:b, s:b}", "workers",
                      number_or_null(cell->setup.workers ? cell->setup.workers : VRRL_NO_INDEX),
                      "model", vrrl_memory_model_name(cell->setup.model), "schedules",
                      (json_int_t)cell->schedules, "failures", (json_int_t)cell->failures,
                      "complete", cell->complete, "too_large", cell->too_large));
    }
    return rows;
}

static json_t *caps_json(const vrrl_explore_result *r)
{
    json_t *rows = json_array();
    for (uint32_t i = 0; i < r->cap_count; i++)
        json_array_append_new(rows, json_pack("{s:I, s:I, s:I}", "in_flight",
                                              (json_int_t)r->caps[i].in_flight, "schedules",
                                              (json_int_t)r->caps[i].schedules, "failures",
                                              (json_int_t)r->caps[i].failures));
    return rows;
}

static json_t *met_label(const vrrl_program *program, const vrrl_met_pair *met, int k)
{
    char name[VRRL_DEFECT_NAME_MAX];
    batch_slot_name(program, met->batch, met->slots[k], name, sizeof name);
    return json_text(name);
}

/* Pairs that met in both orders. */
static json_t *met_json(const vrrl_program *program, const vrrl_explore_result *r)
{
    json_t *rows = json_array();
    for (uint32_t i = 0; i < r->met_count && i < VRRL_MET_MAX; i++) {
        const vrrl_met_pair *met = &r->met[i];
        json_array_append_new(
            rows, json_pack("{s:I, s:[I, I], s:[o, o]}", "batch", (json_int_t)met->batch, "slots",
                            (json_int_t)met->slots[0], (json_int_t)met->slots[1], "labels",
                            met_label(program, met, 0), met_label(program, met, 1)));
    }
    return json_pack("{s:I, s:o}", "count", (json_int_t)r->met_count, "pairs", rows);
}

/* A load that hardware may let read a later store. */
static json_t *buffered_json(const vrrl_program *program, const vrrl_buffered *b)
{
    if (b->count == 0)
        return json_null();
    json_t *json =
        json_pack("{s:I, s:I}", "count", (json_int_t)b->count, "epoch", (json_int_t)b->epoch);
    add_slot(json, "slot", "label", program, b->epoch, b->load);
    add_slot(json, "other_slot", "other_label", program, b->epoch, b->store);
    add_word(json, program, b->epoch, b->word);
    return json;
}

static json_t *pct_json(const vrrl_explore_result *r)
{
    if (r->pct_schedules == 0)
        return json_null();
    json_t *bounds = json_array();
    for (uint32_t d = 1; d <= r->pct_depth && d <= VRRL_PCT_DEPTHS; d++)
        json_array_append_new(bounds, json_real(r->miss_bounds[d - 1]));
    return json_pack("{s:I, s:I, s:I, s:I, s:o}", "depth", (json_int_t)r->pct_depth, "schedules",
                     (json_int_t)r->pct_schedules, "slots", (json_int_t)r->pct_slots, "choices",
                     (json_int_t)r->pct_choices, "miss_bounds", bounds);
}

void vrrl_report_explore_json(const vrrl_program *program, const vrrl_explore_result *r,
                              const char *target, FILE *out)
{
    json_t *json = json_pack(
        "{s:s, s:o, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:b, s:I, s:I, s:I, s:I, "
        "s:I, "
        "s:b, s:o, s:[I, I], s:I, s:b, s:o, s:b}",
        "strategy", vrrl_strategy_name(r->strategy), "seed",
        json_sprintf("%llu", (unsigned long long)r->setup.seed), "schedules",
        (json_int_t)r->total.schedules, "distinct", (json_int_t)r->total.distinct, "failures",
        (json_int_t)r->total.failures, "defects", defects_json(program, r, target), "cells",
        cells_json(r), "caps", caps_json(r), "pct", pct_json(r), "complete", r->complete, "states",
        (json_int_t)r->states, "pruned", (json_int_t)r->pruned, "not_deterministic",
        (json_int_t)r->not_deterministic, "ordered_pairs", (json_int_t)r->total.ordered_pairs,
        "pairs", (json_int_t)r->total.pairs, "out_of_time", r->out_of_time, "met_both_ways",
        met_json(program, r), "went_last", (json_int_t)r->held_slots, (json_int_t)r->held_of,
        "too_large", (json_int_t)r->too_large, "distinct_is_least", r->distinct_is_least,
        "outcomes", outcomes_json(program, r), "interrupted", r->interrupted);
    stop_add_json(json, "search_stopped", &r->search_stopped);
    json_object_set_new(json, "shutdown_epoch",
                        number_or_null(r->shuts_down ? r->shutdown_epoch : VRRL_NO_INDEX));
    setup_add_json(json, &r->setup, " model workers ", true);
    if (r->lint)
        graph_lint_add_json(json, r->lint);
    report_unfinished_json(json, program);
    json_object_set_new(json, "load_buffering", buffered_json(program, &r->buffered));
    json_dumpf(json, out, JSON_COMPACT);
    fputc('\n', out);
    json_decref(json);
}
