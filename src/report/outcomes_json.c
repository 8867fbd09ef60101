/* The values that words end up with, as JSON. */
#include "report/outcomes_json.h"

/* By model; those that were searched. */
static json_t *counts_json(const vrrl_explore_result *r, const vrrl_explore_outcome *o)
{
    json_t *counts = json_object();
    for (uint32_t i = 0; i < r->cell_count; i++)
        json_object_set_new(counts, vrrl_memory_model_name(r->cells[i].setup.model),
                            json_integer((json_int_t)o->counts[r->cells[i].setup.model]));
    return counts;
}

static json_t *row_json(const vrrl_explore_result *r, const vrrl_explore_outcome *o)
{
    json_t *values = json_array();
    for (uint32_t i = 0; i < o->value_count; i++)
        json_array_append_new(values, json_integer(o->values[i]));
    bool ended = o->stopped == VRRL_DEFECT_NONE;
    return json_pack("{s:o, s:o, s:o, s:s, s:o, s:o}", "values", values, "stopped",
                     ended ? json_null() : json_string(vrrl_defect_kind_name(o->stopped)), "counts",
                     counts_json(r, o), "model", vrrl_memory_model_name(o->setup.model), "workers",
                     o->setup.workers ? json_integer(o->setup.workers) : json_null(), "string",
                     o->schedule ? json_string(o->schedule) : json_null());
}

json_t *outcomes_json(const vrrl_program *program, const vrrl_explore_result *r)
{
    if (r->outcome_word_count == 0)
        return json_null();
    json_t *words = json_array(), *rows = json_array();
    char name[VRRL_NAME_MAX];
    for (uint32_t i = 0; i < r->outcome_word_count; i++) {
        vrrl_program_word_name(program, r->outcome_words[i], name, sizeof name);
        json_array_append_new(words, json_text(name));
    }
    for (uint32_t i = 0; i < r->outcome_count; i++)
        json_array_append_new(rows, row_json(r, &r->outcomes[i]));
    return json_pack("{s:o, s:o, s:b}", "word_names", words, "rows", rows, "left_out",
                     r->outcomes_left_out);
}
