/* Mirage's task_graph.json, a format of task graphs. */
#include "base/error.h"
#include "graph/graph_format.h"
#include "graph/mirage_build.h"
#include "graph/mirage_events.h"
#include "graph/mirage_parts.h"
#include "graph/mirage_rank.h"
#include "graph/mirage_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD_BYTES = 4096, WORKERS_MAX = 65536 };

static bool begins(const char *text, size_t size)
{
    size_t head = size < HEAD_BYTES ? size : HEAD_BYTES;
    return size > 0 && text[0] == '{' &&
           (memmem(text, head, "\"all_tasks\"", 11) || memmem(text, head, "\"all_events\"", 12)) &&
           !memmem(text, head, "\"ir_version\"", 12);
}

/* ---- What reports say was imported ------------------------------------------------------------ */

static vrrl_code add_types(struct mirage *m, vrrl_graph_import *import)
{
    import->opcodes = calloc(m->type_count + (size_t)1, sizeof *import->opcodes);
    if (!import->opcodes)
        return error_no_memory(m->err, m->type_count * sizeof *import->opcodes);
    for (uint32_t i = 0; i < m->type_count; i++) {
        const struct mirage_type *type = &m->types[i];
        vrrl_graph_opcode *row = &import->opcodes[import->opcode_count];
        if (type->tasks == 0)
            continue;
        import->undescribed += type->described || type->rules.any ? 0 : type->tasks;
        *row = (vrrl_graph_opcode){.instructions = type->tasks, .tasks = type->tasks};
        MIRAGE_TRY(vrrl_graph_add_text(m->graph, type->name, &row->name, m->err));
        import->opcode_count++;
    }
    return VRRL_OK;
}

static vrrl_code add_corrections(struct mirage *m, vrrl_graph_import *import)
{
    for (uint32_t i = 0; i < m->type_count; i++) {
        const struct mirage_type *type = &m->types[i];
        if (type->tasks > 0)
            MIRAGE_TRY(rules_count(m->rules, m->rules_file, type->name, type->inputs, type->outputs,
                                   type->tasks, m->err));
    }
    return rules_add_corrections(m->rules, m->rules_file, m->graph, import, m->err);
}

static void count_events(const struct mirage *m, vrrl_graph_import *import)
{
    for (uint32_t e = 0; e < m->event_count; e++) {
        const struct mirage_event *event = &m->events[e];
        import->counters += event->triggered + event->awaited > 0;
        if (event->begins)
            import->first_dispatch = event->first;
    }
    import->odd_events = m->odd_events;
}

static vrrl_code summarize(struct mirage *m, const vrrl_import_options *options)
{
    vrrl_graph_import *import = calloc(1, sizeof *import);
    m->graph->import = import;
    if (!import)
        return error_no_memory(m->err, sizeof *import);
    import->of_tasks = true;
    import->instructions = m->task_count - MIRAGE_FIRST_TASK;
    import->workers_owned = options->workers ? options->workers : MIRAGE_WORKERS;
    bool looks = !options->pool && m->remote_tasks == 0; /* others may hold any task back */
    import->schedulers = !looks ? 0 : options->schedulers ? options->schedulers : MIRAGE_SCHEDULERS;
    import->remote_tasks = m->remote_tasks;
    import->thresholds_fixed = m->rules->fixed[0];
    if (import->workers_owned > WORKERS_MAX || import->schedulers > import->workers_owned)
        return error_set(m->err, VRRL_INVALID, "Fix: give each scheduler at least one worker.",
                         "%u workers and %u schedulers; expected at most %d workers, and no more "
                         "schedulers than workers",
                         import->workers_owned, import->schedulers, WORKERS_MAX);
    count_events(m, import);
    MIRAGE_TRY(vrrl_graph_add_text(m->graph, "Mirage task graph", &import->machine, m->err));
    MIRAGE_TRY(add_types(m, import));
    return add_corrections(m, import);
}

/* ---- All of it -------------------------------------------------------------------------------- */

static vrrl_code import(struct mirage *m, const char *text, size_t size,
                        const vrrl_import_options *options)
{
    uint32_t *launched_by = NULL, *ranked = NULL;
    vrrl_code code = mirage_read(m, text, size);
    if (code == VRRL_OK)
        code = mirage_find_parts(m);
    if (code == VRRL_OK)
        code = mirage_count_events(m, &launched_by);
    if (code == VRRL_OK)
        code = mirage_find_depths(m, launched_by);
    if (code == VRRL_OK)
        code = mirage_rank(m, launched_by, &ranked);
    if (code == VRRL_OK)
        code = mirage_compare_events(m);
    if (code == VRRL_OK)
        code = summarize(m, options);
    if (code == VRRL_OK)
        code = mirage_build(m, launched_by, ranked);
    free(launched_by);
    free(ranked);
    return code;
}

static void free_all(struct mirage *m)
{
    free(m->tasks);
    free(m->events);
    free(m->operands);
    free(m->lengths);
    free(m->strides);
    free(m->types);
    free(m->buffers);
    free(m->planes);
    hash_table_free(&m->types_by_number);
    hash_table_free(&m->buffers_by_hash);
}

static vrrl_code parse(const char *text, size_t size, const char *name,
                       const vrrl_import_options *options, vrrl_graph **graph, vrrl_error *err)
{
    struct rules rules = {.items = NULL};
    struct mirage m = {.file = name, .rules = &rules, .rules_file = options->rules, .err = err};
    vrrl_code code = rules_parse(&rules, (const char *)mirage_rules_text, mirage_rules_size,
                                 "mirage.rules", true, err);
    if (code == VRRL_OK && options->rules)
        code = rules_load(&rules, options->rules, err);
    if (code == VRRL_OK)
        code = vrrl_graph_create(name, &m.graph, err);
    if (code == VRRL_OK)
        code = import(&m, text, size, options);
    free_all(&m);
    rules_free(&rules);
    if (code == VRRL_OK)
        *graph = m.graph;
    else
        vrrl_graph_free(m.graph);
    return code;
}

const struct graph_format graph_format_mirage = {.begins = begins, .parse = parse};
