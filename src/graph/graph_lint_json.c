#include "graph/graph_lint_json.h"

#include "base/json_text.h"

void graph_lint_add_json(json_t *object, const vrrl_graph_lint *lint)
{
    json_t *holes = json_array(), *warnings = json_array();
    for (uint32_t i = 0; i < lint->hole_count; i++) {
        const vrrl_lint_hole *hole = &lint->holes[i];
        json_array_append_new(
            holes, json_pack("{s:o, s:I, s:o, s:I, s:I}", "range", json_text(hole->name), "task",
                             (json_int_t)hole->id, "label", json_text(hole->label), "readers",
                             (json_int_t)hole->readers, "writers", (json_int_t)hole->writers));
    }
    for (uint32_t i = 0; i < lint->warning_count; i++)
        json_array_append_new(warnings, json_pack("{s:s, s:o}", "kind",
                                                  vrrl_lint_kind_name(lint->warnings[i].kind),
                                                  "text", json_text(lint->warnings[i].text)));
    json_object_set_new(object, "unwritten", holes);
    json_object_set_new(object, "unwritten_count", json_integer(lint->hole_total));
    json_object_set_new(object, "warnings", warnings);
}
