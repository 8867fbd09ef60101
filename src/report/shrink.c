/* A shrunk failure, as text and as JSON. */
#include "vrrl/analysis/report.h"

#include "base/json_text.h"
#include "program/batch_view.h"
#include "report/schedule_text.h"
#include "report/setup_words.h"
#include "report/unfinished.h"

/* ---- Text ------------------------------------------------------------------------------------ */

static void print_size(FILE *out, const char *what, uint32_t before, uint32_t after)
{
    char a[27], b[27];
    if (before != 0 || after != 0)
        fprintf(out, "  %-24s %9s -> %s\n", what, vrrl_report_number(before, a),
                vrrl_report_number(after, b));
}

static void print_sizes(FILE *out, const vrrl_shrink_result *r)
{
    const vrrl_program_size *a = &r->before, *b = &r->after;
    print_size(out, "epochs", a->epochs, b->epochs);
    print_size(out, "slots", a->slots, b->slots);
    print_size(out, "operations", a->rows, b->rows);
    print_size(out, "values that are not 0", a->words, b->words);
    print_size(out, "words of memory", a->memory, b->memory);
    print_size(out, "workers", a->workers, b->workers);
    if (a->in_flight && !b->in_flight)
        fprintf(out, "  %-24s %9u -> any\n", "slots in flight at most", a->in_flight);
    else
        print_size(out, "slots in flight at most", a->in_flight, b->in_flight);
    print_size(out, "choices of the schedule", a->preemptions, b->preemptions);
}

static void print_slots(FILE *out, const vrrl_program *program)
{
    enum { SHOWN = 8 };
    fprintf(out, "  left:");
    for (uint32_t e = 0, shown = 0; e < program->epoch_count; e++) {
        const vrrl_batch *batch = epoch_batch(program, e);
        for (uint32_t i = 0; i < batch->count && shown <= SHOWN; i++, shown++) {
            char name[VRRL_NAME_MAX];
            slot_name(program, e, i, name, sizeof name);
            fprintf(out, "%s %s", shown ? "," : "", shown == SHOWN ? "..." : name);
        }
    }
    fprintf(out, "\n");
}

static void print_claim(FILE *out, const vrrl_shrink_result *r)
{
    char schedules[27], runs[27];
    if (r->minimal)
        fprintf(out, "  1-minimal: without any one part of it no schedule fails so; all were"
                     " searched\n");
    else if (r->tried)
        fprintf(out,
                "  no smaller one seen in %s schedules, of up to %s for each program;\n"
                "  not all schedules were searched of what has one part less\n",
                vrrl_report_number(r->runs, runs), vrrl_report_number(r->schedules, schedules));
    else if (r->out_of_work && !r->interrupted)
        fprintf(out,
                "  not known to be minimal: it ended after %s runs of slots\n"
                "  (with --time it goes on for that long)\n",
                vrrl_report_number(r->slot_runs, runs));
    else
        fprintf(out, "  not known to be minimal: %s\n",
                r->interrupted ? "it was interrupted" : "time ran out");
}

void vrrl_report_shrink(const vrrl_shrink_result *r, const vrrl_report_shrunk *paths, FILE *out)
{
    char programs[27], runs[27], machine[SETUP_TEXT_MAX];
    fprintf(out, "SHRUNK  %s at %s   %s, %s\n", vrrl_defect_kind_name(r->outcome.kind), r->name,
            setup_machine(r->program, &r->setup, machine), vrrl_memory_model_name(r->setup.model));
    print_sizes(out, r);
    print_slots(out, r->program);
    print_claim(out, r);
    fprintf(out, "  tried: %s programs, %s schedules, %.1f s\n",
            vrrl_report_number(r->programs, programs), vrrl_report_number(r->runs, runs),
            r->seconds);
    if (paths->recording)
        fprintf(out, "  wrote: %s, %s\n", paths->program, paths->recording);
    else if (paths->program)
        fprintf(out, "  wrote: %s; no recording, which is made by a schedule string\n",
                paths->program);
    report_unfinished(out, paths->of);
    if (r->schedule)
        fprintf(out, "  again: vrrl replay %s --schedule %s\n",
                paths->word ? paths->word : "MIN.mk", r->schedule);
    else
        schedule_print_too_long(out);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static json_t *size_json(const vrrl_program_size *s)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "epochs", (json_int_t)s->epochs,
                     "slots", (json_int_t)s->slots, "operations", (json_int_t)s->rows, "values",
                     (json_int_t)s->words, "memory", (json_int_t)s->memory, "workers",
                     (json_int_t)s->workers, "in_flight", (json_int_t)s->in_flight, "choices",
                     (json_int_t)s->preemptions);
}

static json_t *labels_json(const vrrl_program *program)
{
    json_t *names = json_array();
    for (uint32_t e = 0; e < program->epoch_count; e++) {
        const vrrl_batch *batch = epoch_batch(program, e);
        for (uint32_t i = 0; i < batch->count; i++) {
            char name[VRRL_NAME_MAX];
            slot_name(program, e, i, name, sizeof name);
            json_array_append_new(names, json_text(name));
        }
    }
    return names;
}

void vrrl_report_shrink_json(const vrrl_shrink_result *r, const vrrl_report_shrunk *paths,
                             FILE *out)
{
    json_t *json = json_pack(
        "{s:s, s:o, s:o, s:s, s:o, s:o, s:o, s:b, s:b, s:b, s:b, s:I, s:I, s:I, s:I, s:o, s:o, "
        "s:o}",
        "kind", vrrl_defect_kind_name(r->outcome.kind), "name", json_text(r->name), "was",
        json_text(r->before_name), "model", vrrl_memory_model_name(r->setup.model), "before",
        size_json(&r->before), "after", size_json(&r->after), "labels", labels_json(r->program),
        "minimal", r->minimal, "tried", r->tried, "interrupted", r->interrupted, "out_of_work",
        r->out_of_work, "programs", (json_int_t)r->programs, "schedules", (json_int_t)r->runs,
        "schedules_each", (json_int_t)r->schedules, "slot_runs", (json_int_t)r->slot_runs, "string",
        json_text_or_null(r->schedule), "program", json_text_or_null(paths->program), "recording",
        json_text_or_null(paths->recording));
    setup_add_json(json, &r->setup, " model grain workers in_flight ", false);
    report_unfinished_json(json, paths->of);
    json_dumpf(json, out, JSON_COMPACT);
    fputc('\n', out);
    json_decref(json);
}
