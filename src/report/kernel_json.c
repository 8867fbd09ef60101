/* What was found of a kernel, for programs. */
#include "report/kernel_json.h"

#include "base/json_text.h"
#include "kernel/finding.h"
#include "report/kernel_words.h"

#include <stdlib.h>

static json_t *side_json(const struct vrrl_kernel *k, const struct kernel_side *side)
{
    char place[KERNEL_WORDS_BYTES], access[KERNEL_WORDS_BYTES];
    json_t *o = json_object();
    json_object_set_new(o, "place", json_text(kernel_place_words(k, side, place)));
    if (side->host) {
        json_object_set_new(o, "host", json_true());
    } else {
        json_object_set_new(o, "entry", json_text(k->input.launch->launches[side->launch].entry));
        json_object_set_new(o, "block", json_integer(side->block));
        json_object_set_new(o, "warp", json_integer(side->warp));
        if (side->lane != KERNEL_NONE)
            json_object_set_new(o, "lane", json_integer(side->lane));
    }
    json_object_set_new(o, "access", json_text(kernel_access_words(k, side, access)));
    return o;
}

static json_t *lacks_json(uint32_t lacks)
{
    static const char *const names[] = {"strength", "scope", "overlap", "order"};
    json_t *list = json_array();
    for (unsigned i = 0; i < 4; i++)
        if (lacks >> i & 1)
            json_array_append_new(list, json_string(names[i]));
    return list;
}

static json_t *wait_json(const struct vrrl_kernel *k, const struct kernel_wait *w)
{
    static const char *const kinds[] = {"word", "barrier", "cluster", "warp",
                                        "host", "block",   "room",    "mbarrier"};
    char where[KERNEL_WORDS_BYTES];
    json_t *o = json_object();
    json_object_set_new(o, "for", json_string(kinds[w->kind]));
    json_object_set_new(o, "who", side_json(k, &w->side));
    if (w->kind == KERNEL_WAITS_WORD || w->kind == KERNEL_WAITS_HOST) {
        json_object_set_new(o, "word", json_text(kernel_where_words(k, &w->where, where)));
        json_object_set_new(o, "seen", json_integer(w->seen));
    }
    if (w->kind == KERNEL_WAITS_MBARRIER)
        json_object_set_new(o, "word", json_text(kernel_where_words(k, &w->where, where)));
    if (w->kind == KERNEL_WAITS_BARRIER)
        json_object_set_new(o, "barrier", json_integer(w->number));
    if (w->kind == KERNEL_WAITS_BARRIER || w->kind == KERNEL_WAITS_MBARRIER) {
        json_object_set_new(o, "arrived", json_integer(w->arrived));
        json_object_set_new(o, "wanted", json_integer(w->wanted));
    }
    return o;
}

static json_t *command_json(const char *target, const char *schedule)
{
    char *text;
    if (asprintf(&text, "vrrl replay %s --schedule %s", target, schedule) < 0)
        return json_null();
    json_t *command = json_text(text);
    free(text);
    return command;
}

json_t *kernel_defect_json(const struct vrrl_kernel *k, const struct campaign_defect *d,
                           const char *target)
{
    const struct kernel_finding *f = &d->finding;
    char where[KERNEL_WORDS_BYTES];
    json_t *o = json_object(), *sides = json_array(), *waits = json_array();
    json_object_set_new(o, "kind", json_string(kernel_finding_name(f->kind)));
    if (kernel_has_where(f))
        json_object_set_new(o, "where", json_text(kernel_where_words(k, &f->where, where)));
    for (uint32_t i = 0; i < f->side_count; i++)
        json_array_append_new(sides, side_json(k, &f->sides[i]));
    json_object_set_new(o, "sides", sides);
    if (f->kind == KERNEL_FINDS_RACE)
        json_object_set_new(o, "missing", lacks_json(f->lacks));
    for (uint32_t i = 0; i < f->wait_count; i++)
        json_array_append_new(waits, wait_json(k, &f->waits[i]));
    json_object_set_new(o, "waits", waits);
    if (f->kind == KERNEL_FINDS_VALUE || f->kind == KERNEL_FINDS_EXPECTATION) {
        json_object_set_new(o, "found", json_integer((json_int_t)f->found));
        json_object_set_new(o, "expected", json_integer((json_int_t)f->expected));
    }
    json_object_set_new(o, "text", json_text(f->text));
    json_object_set_new(o, "runs", json_integer((json_int_t)d->runs));
    json_object_set_new(o, "schedule", json_string(d->schedule));
    json_object_set_new(o, "replay", command_json(target, d->schedule));
    return o;
}

void vrrl_report_kernel_json(const vrrl_kernel_result *result, const char *target, FILE *out)
{
    const struct campaign_result *f = &result->found;
    json_t *o = json_object(), *defects = json_array();
    json_object_set_new(o, "kernel", json_text(result->kernel->input.module->name));
    json_object_set_new(o, "launch", json_text(result->kernel->input.launch->name));
    json_object_set_new(o, "schedules", json_integer((json_int_t)f->schedules));
    json_object_set_new(o, "distinct", json_integer((json_int_t)f->distinct));
    json_object_set_new(o, "failures", json_integer((json_int_t)f->failures));
    json_object_set_new(o, "stopped", json_boolean(f->stopped));
    json_object_set_new(o, "instructions", json_integer((json_int_t)f->instructions));
    json_object_set_new(o, "steps", json_integer((json_int_t)f->steps));
    for (uint32_t i = 0; i < f->defect_count; i++)
        json_array_append_new(defects, kernel_defect_json(result->kernel, &f->defects[i], target));
    json_object_set_new(o, "defects", defects);
    json_dumpf(o, out, JSON_COMPACT);
    fputc('\n', out);
    json_decref(o);
}
