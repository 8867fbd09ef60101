/* vrrl ptx: what a module has, as JSON. */
#include "vrrl/analysis/ptx.h"

#include "base/json_text.h"
#include "ptx/ptx.h"
#include "report/ptx_operations.h"

static json_t *place_json(const struct ptx_module *m, uint32_t place)
{
    const struct ptx_place *it = ptx_place_outermost(m, place);
    return json_pack("{sososo}", "file", it ? json_text(m->files[it->file].name) : json_null(),
                     "line", it ? json_integer(it->line) : json_null(), "ptx_line",
                     json_integer(m->places[place].ptx_line));
}

static json_t *sizes_json(const uint32_t sizes[3])
{
    return sizes[0] ? json_pack("[iii]", (int)sizes[0], (int)sizes[1], (int)sizes[2]) : json_null();
}

static json_t *parameters_json(const struct ptx_function *f)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < f->parameter_count; i++) {
        const struct ptx_parameter *p = &f->parameters[i];
        json_array_append_new(list, json_pack("{sosssIsIsb}", "name", json_text(p->name), "type",
                                              ptx_type_name((enum ptx_type)p->type), "offset",
                                              (json_int_t)p->offset, "bytes", (json_int_t)p->bytes,
                                              "array", (int)p->is_array));
    }
    return list;
}

static json_t *entry_json(const struct ptx_module *m, const struct ptx_function *f)
{
    bool dynamic;
    uint64_t shared = ptx_shared_bytes(m, f, &dynamic);
    return json_pack("{sosososIsbsIsIsIsosososI}", "name", json_text(f->name), "place",
                     place_json(m, f->instruction_count ? f->places[0] : f->place), "parameters",
                     parameters_json(f), "shared_bytes", (json_int_t)shared, "dynamic_shared",
                     (int)dynamic, "register_bytes", (json_int_t)f->register_bytes, "local_bytes",
                     (json_int_t)f->local_bytes, "instructions", (json_int_t)f->instruction_count,
                     "max_threads", sizes_json(f->max_threads), "required_threads",
                     sizes_json(f->required_threads), "required_cluster",
                     sizes_json(f->required_cluster), "min_blocks", (json_int_t)f->min_blocks);
}

static json_t *functions_json(const struct ptx_module *m, bool entries)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < m->function_count; i++) {
        const struct ptx_function *f = &m->functions[i];
        if (f->is_entry != entries || (entries && !f->has_body))
            continue;
        json_array_append_new(list, entries ? entry_json(m, f)
                                            : json_pack("{sosb}", "name", json_text(f->name),
                                                        "body", (int)f->has_body));
    }
    return list;
}

static json_t *operations_json(const struct ptx_module *m)
{
    struct ptx_operations operations;
    json_t *list = json_array();
    vrrl_code code = ptx_operations_find(&operations, m);
    for (uint32_t i = 0; i < operations.count; i++) {
        const struct ptx_operation *o = &operations.items[i];
        json_t *places = json_array();
        for (uint32_t k = 0; k < o->count; k++)
            json_array_append_new(places, place_json(m, o->places[k]));
        json_array_append_new(list, json_pack("{sssbso}", "operation", o->text, "weak",
                                              (int)o->is_weak, "places", places));
    }
    ptx_operations_free(&operations);
    if (code == VRRL_OK)
        return list;
    json_decref(list);
    return NULL;
}

static json_t *unsupported_json(const struct ptx_module *m)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < m->unsupported_count; i++)
        json_array_append_new(list, json_pack("{soso}", "text", json_text(m->unsupported[i].text),
                                              "place", place_json(m, m->unsupported[i].place)));
    return list;
}

static json_t *spelled_json(const struct ptx_module *m)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < m->spelled_count; i++)
        json_array_append_new(list, json_pack("{sssIsb}", "name", m->spelled[i].text, "count",
                                              (json_int_t)m->spelled[i].count, "supported",
                                              (int)m->spelled[i].is_supported));
    return list;
}

void vrrl_report_ptx_json(const vrrl_ptx *ptx, FILE *out)
{
    const struct ptx_module *m = ptx->module;
    json_t *json = json_pack("{sosososososososo}", "ptx", json_text(m->name), "version",
                             json_sprintf("%u.%u", m->version_major, m->version_minor), "target",
                             json_text(m->target), "entries", functions_json(m, true), "functions",
                             functions_json(m, false), "operations", operations_json(m),
                             "unsupported", unsupported_json(m), "instructions", spelled_json(m));
    if (json)
        json_dumpf(json, out, JSON_COMPACT);
    json_decref(json);
}
