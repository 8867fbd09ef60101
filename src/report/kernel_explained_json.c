/* Why a kernel fails, for programs. */
#include "base/json_text.h"
#include "report/kernel_json.h"
#include "report/kernel_repair_words.h"
#include "vrrl/analysis/report.h"

#include <jansson.h>

static json_t *place_json(const struct vrrl_kernel *k, const struct kernel_side *side)
{
    char text[KERNEL_WORDS_BYTES];
    return json_text(kernel_place_words(k, side, text));
}

static json_t *event_json(const struct vrrl_kernel *k, const struct kernel_event *e)
{
    static const char *const kinds[] = {"read", "write", "update", "fence", "barrier", "warp"};
    char text[KERNEL_WORDS_BYTES];
    json_t *o = json_object();
    json_object_set_new(o, "step", json_integer((json_int_t)e->step));
    json_object_set_new(o, "who", json_text(kernel_thread_words(k, &e->side, text)));
    json_object_set_new(o, "place", place_json(k, &e->side));
    json_object_set_new(o, "kind", json_string(kinds[e->kind]));
    if (e->at == UINT64_MAX)
        return o;
    json_object_set_new(o, "access", json_text(kernel_access_words(k, &e->side, text)));
    json_object_set_new(o, "word", json_text(kernel_where_words(k, &e->where, text)));
    json_object_set_new(o, "before", json_integer((json_int_t)e->before));
    json_object_set_new(o, "after", json_integer((json_int_t)e->after));
    return o;
}

static json_t *timeline_json(const struct vrrl_kernel *k, const struct timeline_events *t)
{
    json_t *o = json_object(), *events = json_array();
    for (uint32_t i = 0; i < t->count; i++)
        json_array_append_new(events, event_json(k, &t->list[i]));
    json_object_set_new(o, "events", events);
    json_object_set_new(o, "left_out", json_integer(t->left_out));
    if (t->first >= 0)
        json_object_set_new(o, "first", json_integer(t->first));
    if (t->second >= 0)
        json_object_set_new(o, "second", json_integer(t->second));
    return o;
}

static json_t *writers_json(const vrrl_kernel_explanation *e, const struct vrrl_kernel *k)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < e->writer_count; i++) {
        const struct word_writer *w = &e->writers[i];
        char text[KERNEL_WORDS_BYTES];
        json_t *o = json_object();
        json_object_set_new(o, "place", place_json(k, &w->side));
        json_object_set_new(o, "who", json_text(kernel_thread_words(k, &w->side, text)));
        json_object_set_new(o, "access", json_text(kernel_access_words(k, &w->side, text)));
        json_object_set_new(o, "of_the_word", json_boolean(w->is_of_word));
        json_object_set_new(o, "in_this_run", json_boolean(w->in_failing));
        json_object_set_new(o, "waits", json_boolean(w->waits));
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *adds_json(uint32_t adds)
{
    static const char *const names[] = {"order", "scope", "fence", "barrier", "strength"};
    json_t *list = json_array();
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        if (adds >> i & 1)
            json_array_append_new(list, json_string(names[i]));
    return list;
}

static json_t *edit_json(const struct vrrl_kernel *k, const struct kernel_repair *r, uint32_t i)
{
    static const char *const kinds[] = {"order", "fence", "warp barrier", "barrier"};
    const struct ptx_edit *e = &r->what.edits[i];
    const struct ptx_module *m = k->input.module;
    char text[KERNEL_WORDS_BYTES];
    json_t *o = json_object();
    json_object_set_new(o, "kind", json_string(kinds[e->kind]));
    json_object_set_new(o, "place", place_json(k, &r->beside[i]));
    if (r->beside[i].place < m->place_count)
        json_object_set_new(o, "ptx_line", json_integer(m->places[r->beside[i].place].ptx_line));
    if (e->kind == PTX_EDIT_ORDER || e->kind == PTX_EDIT_FENCE) {
        json_object_set_new(o, "order", json_string(ptx_order_name((enum ptx_order)e->order)));
        json_object_set_new(o, "scope", json_string(ptx_scope_name((enum ptx_scope)e->scope)));
    }
    if (e->kind != PTX_EDIT_ORDER)
        json_object_set_new(o, "behind", json_boolean(e->behind));
    json_object_set_new(o, "ptx", json_text(kernel_edit_ptx(k, e, text)));
    json_object_set_new(o, "cuda", json_text(kernel_edit_cuda(k, e, text)));
    json_object_set_new(o, "copies", json_integer(r->copies[i]));
    json_object_set_new(o, "all_copies", json_boolean(e->alike));
    return o;
}

static json_t *repair_json(const struct vrrl_kernel *k, const struct kernel_repair *r)
{
    json_t *o = json_object(), *edits = json_array();
    for (uint32_t i = 0; i < r->what.count; i++)
        json_array_append_new(edits, edit_json(k, r, i));
    json_object_set_new(o, "edits", edits);
    json_object_set_new(o, "adds", adds_json(kernel_repair_adds(k, r)));
    json_object_set_new(o, "schedules", json_integer((json_int_t)r->schedules));
    json_object_set_new(o, "only_hides", json_boolean(r->what.hides));
    json_object_set_new(o, "in_part", json_boolean(r->in_part));
    return o;
}

void vrrl_report_kernel_explanation_json(const vrrl_kernel_explanation *explanation,
                                         const char *target, FILE *out)
{
    const vrrl_kernel_explanation *e = explanation;
    const struct vrrl_kernel *k = e->shown->kernel;
    const struct campaign_result *found = &e->shown->found;
    json_t *o = json_object(), *repairs = json_array();
    json_object_set_new(o, "kernel", json_text(k->input.module->name));
    json_object_set_new(o, "launch", json_text(k->input.launch->name));
    json_object_set_new(o, "searched", json_integer((json_int_t)e->searched));
    json_object_set_new(o, "defect",
                        found->defect_count ? kernel_defect_json(k, &found->defects[0], target)
                                            : json_null());
    json_object_set_new(o, "choices", json_integer(e->choices));
    json_object_set_new(o, "choices_before", json_integer(e->choices_before));
    json_object_set_new(o, "minimal", json_boolean(e->is_minimal));
    json_object_set_new(o, "timeline", timeline_json(k, &e->timeline));
    json_object_set_new(o, "writers", writers_json(e, k));
    json_object_set_new(o, "tried", json_integer(e->repairs.tried));
    json_object_set_new(o, "stopped", json_boolean(e->repairs.stopped));
    for (uint32_t i = 0; i < e->repairs.count; i++)
        json_array_append_new(repairs, repair_json(k, &e->repairs.list[i]));
    json_object_set_new(o, "repairs", repairs);
    json_dumpf(o, out, JSON_COMPACT);
    fputc('\n', out);
    json_decref(o);
}
