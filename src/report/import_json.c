#include "report/import_json.h"

#include "base/json_text.h"

static json_t *text_at(const vrrl_graph *graph, vrrl_graph_text at)
{
    return json_text(vrrl_graph_text_at(graph, at));
}

static json_t *opcodes_json(const vrrl_graph *graph, const vrrl_graph_import *import)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < import->opcode_count; i++) {
        const vrrl_graph_opcode *opcode = &import->opcodes[i];
        if (opcode->instructions > 0)
            json_array_append_new(list,
                                  json_pack("{s:o, s:I, s:I}", "name", text_at(graph, opcode->name),
                                            "instructions", (json_int_t)opcode->instructions,
                                            "tasks", (json_int_t)opcode->tasks));
    }
    return list;
}

static json_t *corrections_json(const vrrl_graph *graph, const vrrl_graph_import *import)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < import->correction_count; i++) {
        const vrrl_graph_correction *c = &import->corrections[i];
        json_array_append_new(
            list, json_pack("{s:o, s:o, s:o, s:I, s:b}", "type", text_at(graph, c->type), "what",
                            text_at(graph, c->what), "reason", text_at(graph, c->reason), "tasks",
                            (json_int_t)c->tasks, "built_in", c->built_in));
    }
    return list;
}

static json_t *import_json(const vrrl_graph *graph, const vrrl_graph_import *import)
{
    return json_pack(
        "{s:o, s:I, s:o, s:I, s:o, s:b, s:I, s:I, s:I}", "machine", text_at(graph, import->machine),
        "instructions", (json_int_t)import->instructions, "opcodes", opcodes_json(graph, import),
        "counters", (json_int_t)import->counters, "corrections", corrections_json(graph, import),
        "thresholds_fixed", import->thresholds_fixed, "undescribed",
        (json_int_t)import->undescribed, "unplaced", (json_int_t)import->unplaced, "remote_tasks",
        (json_int_t)import->remote_tasks);
}

static json_t *dispatch_json(const vrrl_graph *graph, const vrrl_check_dispatch *d)
{
    static const char *const kinds[] = {[VRRL_CHECK_DISPATCH_NONE] = "none",
                                        [VRRL_CHECK_DISPATCH_ALWAYS] = "always",
                                        [VRRL_CHECK_DISPATCH_ONE] = "one",
                                        [VRRL_CHECK_DISPATCH_FIRST] = "first",
                                        [VRRL_CHECK_DISPATCH_STUCK] = "stuck"};
    bool task = d->kind == VRRL_CHECK_DISPATCH_FIRST || d->kind == VRRL_CHECK_DISPATCH_STUCK;
    bool stuck = d->kind == VRRL_CHECK_DISPATCH_STUCK;
    return json_pack("{s:s, s:I, s:I, s:o, s:o}", "kind", kinds[d->kind], "workers",
                     (json_int_t)graph->import->workers_owned, "schedulers",
                     (json_int_t)graph->import->schedulers, "task",
                     task ? json_integer(graph->tasks[d->task].id) : json_null(), "pool_pairs",
                     stuck ? json_integer((json_int_t)d->pool_pairs) : json_null());
}

void import_add_json(json_t *object, const vrrl_graph *graph, const vrrl_check_result *result)
{
    if (graph->import)
        json_object_set_new(object, "import", import_json(graph, graph->import));
    if (result->dispatch.kind != VRRL_CHECK_DISPATCH_NONE)
        json_object_set_new(object, "dispatch", dispatch_json(graph, &result->dispatch));
    if (result->step > 0 || result->steps > 0)
        json_object_set_new(object, "steps",
                            json_pack("{s:I, s:I, s:b}", "step", (json_int_t)result->step,
                                      "checked", (json_int_t)result->steps, "alike",
                                      result->steps_alike));
}
