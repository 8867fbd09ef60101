/* MegaTriton's work queues, an archive that tells itself what its members are, as a task graph. */
#include "tensor/megatriton.h"

#include "base/error.h"
#include "graph/graph_file.h"
#include "tensor/archive.h"
#include "tensor/megatriton_build.h"
#include "tensor/megatriton_footprints.h"
#include "tensor/megatriton_order.h"
#include "tensor/megatriton_read.h"
#include "vrrl/run/tensor.h"

#include <stdlib.h>

/* ---- What reports say was imported ------------------------------------------------------------ */

static vrrl_code count_rules(struct megatriton *m, vrrl_graph_import *import)
{
    for (uint32_t i = 0; i < m->rules->item_count; i++) {
        const struct rule *rule = &m->rules->items[i];
        if (rule->other_gpus || rule->gives.by)
            return error_set(
                m->err, VRRL_PARSE, "Fix: say `inputs` or `outputs`, and what tasks do with them.",
                "%s:%u: `other GPUs` and `by` are for Mirage's graphs", m->rules_file, rule->line);
    }
    if (m->rules->fixed[0] || m->rules->type_count > 0)
        return error_set(m->err, VRRL_PARSE, "Fix: leave them out.",
                         "%s: `type` and `thresholds` are for Mirage's graphs", m->rules_file);
    for (uint32_t i = 0; i < m->operations.count; i++)
        if (m->operation_tasks[i] > 0)
            MEGATRITON_TRY(rules_count(
                m->rules, m->rules_file, vrrl_graph_text_at(m->graph, m->operations.texts[i]),
                m->operation_inputs[i], m->operation_outputs[i], m->operation_tasks[i], m->err));
    return rules_add_corrections(m->rules, m->rules_file, m->graph, import, m->err);
}

static vrrl_code summarize(struct megatriton *m)
{
    vrrl_graph_import *import = calloc(1, sizeof *import);
    m->graph->import = import;
    if (!import)
        return error_no_memory(m->err, sizeof *import);
    import->of_tasks = import->of_queues = true;
    import->workers = m->queues;
    import->instructions = m->task_count;
    import->counters = m->range_count;
    for (uint32_t q = 0; q < m->queues; q++)
        import->entries = m->queue_sizes[q] > import->entries ? m->queue_sizes[q] : import->entries;
    import->empty = (uint32_t)((uint64_t)import->entries * m->queues - m->task_count);
    for (uint32_t t = 0; t < m->task_count; t++)
        import->unplaced += m->tasks[t].unplaced;
    MEGATRITON_TRY(
        vrrl_graph_add_text(m->graph, "MegaTriton work queues", &import->machine, m->err));
    import->opcodes = calloc(m->operations.count + (size_t)1, sizeof *import->opcodes);
    if (!import->opcodes)
        return error_no_memory(m->err, m->operations.count * sizeof *import->opcodes);
    for (uint32_t i = 0; i < m->operations.count; i++)
        import->opcodes[import->opcode_count++] =
            (vrrl_graph_opcode){.name = m->operations.texts[i],
                                .instructions = m->operation_tasks[i],
                                .tasks = m->operation_tasks[i]};
    return count_rules(m, import);
}

/* ---- All of it -------------------------------------------------------------------------------- */

static vrrl_code import(struct megatriton *m, const char *bytes, size_t size)
{
    MEGATRITON_TRY(megatriton_read(m, bytes, size));
    MEGATRITON_TRY(megatriton_footprints(m, bytes, size));
    MEGATRITON_TRY(megatriton_order(m));
    MEGATRITON_TRY(summarize(m));
    return megatriton_build(m);
}

static void free_names(struct megatriton_names *names)
{
    free(names->texts);
    hash_table_free(&names->by_hash);
}

static void free_all(struct megatriton *m)
{
    free(m->queue_sizes);
    free(m->tasks);
    free(m->flags);
    free(m->deps);
    free(m->ranges);
    free(m->first_range);
    free(m->ranges_of);
    free(m->operands);
    free(m->boxes);
    free(m->buffers);
    free_names(&m->operations);
    free_names(&m->buffer_names);
    free(m->operation_rules);
    free(m->operation_tasks);
    free(m->operation_inputs);
    free(m->operation_outputs);
    free(m->ranked);
}

static vrrl_code parse_archive(const char *bytes, size_t size, const char *name,
                               const vrrl_import_options *options, vrrl_graph **graph,
                               vrrl_error *err)
{
    struct rules rules = {.items = NULL};
    struct megatriton m = {.file = name, .rules = &rules, .rules_file = options->rules, .err = err};
    if (!archive_is(bytes, size))
        return error_set(err, VRRL_PARSE, "Fix: name an archive that numpy.savez wrote.",
                         "%s is no archive of tensors", name);
    vrrl_code code = options->rules ? rules_load(&rules, options->rules, err) : VRRL_OK;
    if (code == VRRL_OK)
        code = vrrl_graph_create(name, &m.graph, err);
    if (code == VRRL_OK)
        code = import(&m, bytes, size);
    free_all(&m);
    rules_free(&rules);
    if (code == VRRL_OK)
        *graph = m.graph;
    else
        vrrl_graph_free(m.graph);
    return code;
}

bool vrrl_graph_is_work_queues(const void *bytes, size_t size)
{
    static const char *const members[] = {"work_queues", "num_tasks", "task_deps"};
    char *plain = NULL;
    size_t plain_size;
    vrrl_error ignored;
    bool all = true;
    if (graph_is_zstd(bytes, size)) {
        if (graph_decompress("", bytes, size, &plain, &plain_size, &ignored) != VRRL_OK)
            return false;
        bytes = plain;
        size = plain_size;
    }
    for (size_t i = 0; all && i < sizeof members / sizeof members[0]; i++)
        all = archive_has(bytes, size, members[i]);
    free(plain);
    return all;
}

vrrl_code vrrl_graph_parse_work_queues(const void *bytes, size_t size, const char *name,
                                       const vrrl_import_options *options, vrrl_graph **graph,
                                       vrrl_error *err)
{
    return graph_parse_plain(parse_archive, bytes, size, name, options, graph, err);
}
