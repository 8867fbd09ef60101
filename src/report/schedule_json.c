/* The run of a schedule string, as JSON: one object on one line. */
#include "vrrl/analysis/schedule.h"

#include "base/json_text.h"
#include "report/diff_json.h"
#include "report/schedule_text.h"
#include "report/setup_words.h"
#include "report/unfinished.h"
#include "vrrl/analysis/report.h"

static json_t *expectation_json(const vrrl_program *program, const vrrl_run_outcome *outcome)
{
    const vrrl_expectation *e = schedule_expectation(program, outcome);
    char name[VRRL_NAME_MAX];
    json_t *values = json_array();
    for (uint32_t k = 0; e && k < e->value_count; k++)
        json_array_append_new(values, json_integer(program->words[e->values + k]));
    vrrl_program_word_name(program, outcome->word, name, sizeof name);
    return json_pack("{s:I, s:o, s:I, s:I, s:o, s:o}", "epoch", (json_int_t)outcome->epoch,
                     "word_name", json_text(name), "word", (json_int_t)outcome->word, "found",
                     (json_int_t)outcome->found, "any_of", values, "source",
                     json_text(e ? vrrl_program_text(program, e->source) : ""));
}

static json_t *schedule_json(const vrrl_schedule_result *r)
{
    json_t *json = json_object();
    setup_add_json(json, &r->setup, "", false);
    setup_add_rest(json,
                   json_pack("{s:I, s:o, s:o}", "steps", (json_int_t)r->outcome.steps, "deviations",
                             r->drawn ? json_null() : json_integer(r->choices), "hash",
                             json_sprintf("0x%016llx", (unsigned long long)r->outcome.schedule)));
    return json;
}

static json_t *races_json(const vrrl_schedule_result *r)
{
    json_t *races = json_array();
    for (uint32_t i = 0; i < r->race_count; i++) {
        const vrrl_run_race *race = &r->races[i];
        json_array_append_new(
            races, json_pack("{s:I, s:[I,I], s:[o,o], s:I, s:o}", "epoch", (json_int_t)race->epoch,
                             "slots", (json_int_t)race->slots[0], (json_int_t)race->slots[1],
                             "labels", json_text(race->names[0]), json_text(race->names[1]), "word",
                             (json_int_t)race->word, "word_name", json_text(race->word_name)));
    }
    return races;
}

static json_t *run_json(const vrrl_program *program, const vrrl_schedule_result *r)
{
    struct schedule_report_sides sides;
    schedule_sides(r, &sides);
    json_t *json = diff_json(program, r->diff, &sides.a, &sides.b);
    json_object_set_new(json, "kind", json_string(vrrl_defect_kind_name(r->outcome.kind)));
    json_object_set_new(json, "schedule", schedule_json(r));
    json_object_set_new(json, "races", races_json(r));
    if (r->outcome.kind == VRRL_DEFECT_EXPECT)
        json_object_set_new(json, "expect", expectation_json(program, &r->outcome));
    report_unfinished_json(json, program);
    return json;
}

static void write_line(json_t *json, FILE *out)
{
    json_dumpf(json, out, JSON_COMPACT);
    fputc('\n', out);
    json_decref(json);
}

void vrrl_report_schedule_json(const vrrl_program *program, const vrrl_schedule_result *r,
                               FILE *out)
{
    write_line(run_json(program, r), out);
}

/* Of a run that did not end as recorded, too, at which slot. */
static json_t *as_recorded_json(const vrrl_as_recorded *a)
{
    json_t *json = json_pack("{s:s, s:I, s:b}", "string", a->schedule, "epochs",
                             (json_int_t)a->epochs, "same", a->same);
    if (!a->same)
        setup_add_rest(json, json_pack("{s:I, s:I, s:o}", "epoch", (json_int_t)a->epoch, "slot",
                                       (json_int_t)a->slot, "label", json_text(a->slot_name)));
    return json;
}

void vrrl_report_as_recorded_json(const vrrl_program *program, const vrrl_as_recorded *as_recorded,
                                  const vrrl_schedule_result *r, FILE *out)
{
    json_t *json = run_json(program, r);
    json_object_set_new(json, "as_recorded", as_recorded_json(as_recorded));
    write_line(json, out);
}
