#include "check/faults.h"

#include "base/error.h"
#include "check/fault_lives.h"
#include "check/fault_pages.h"
#include "graph/graph_abi.h"
#include "race/rules.h"

#include <stdlib.h>

void faults_add(vrrl_check_faults *faults, const vrrl_check_fault *fault)
{
    faults->total++;
    faults->unwritten +=
        fault->kind == VRRL_CHECK_FAULT_EARLY || fault->kind == VRRL_CHECK_FAULT_OUTPUT;
    if (faults->count < VRRL_CHECK_FAULTS_MAX)
        faults->list[faults->count++] = *fault;
}

/* ---- Outputs that nobody computes ------------------------------------------------------------- */

static vrrl_code find_outputs(const vrrl_graph *graph, vrrl_check_faults *faults, vrrl_error *err)
{
    bool *written = calloc(graph->buffer_count + (size_t)1, sizeof *written);
    if (!written)
        return error_no_memory(err, graph->buffer_count);
    for (uint32_t i = 0; i < graph->access_count; i++)
        if (!access_is_load(graph->accesses[i].kind))
            written[graph->ranges[graph->accesses[i].range].buffer] = true;
    for (uint32_t b = 0; b < graph->buffer_count; b++)
        if (graph->buffers[b].kind == VRRL_BUFFER_IO_OUTPUT && !written[b])
            faults_add(faults, &(vrrl_check_fault){.kind = VRRL_CHECK_FAULT_OUTPUT,
                                                   .tasks = {NONE, NONE},
                                                   .buffers = {b, NONE}});
    free(written);
    return VRRL_OK;
}

/* ---- Memory of one worker --------------------------------------------------------------------- */

static bool is_on_chip(const vrrl_graph_buffer *buffer)
{
    return buffer->space == VRRL_MEMORY_SPACE_SMEM || buffer->space == VRRL_MEMORY_SPACE_REGISTER;
}

/* Of each buffer on chip the first task that runs on another worker than its first. Which worker runs a task of a pool
 * is not told. */
static vrrl_code find_placements(const struct outcome *o, vrrl_check_faults *faults,
                                 vrrl_error *err)
{
    const vrrl_graph *graph = o->graph;
    const uint32_t *queue_of = o->assignment->queue_of;
    uint32_t *first = malloc((graph->buffer_count + (size_t)1) * sizeof *first);
    if (!first)
        return error_no_memory(err, graph->buffer_count * sizeof *first);
    for (uint32_t b = 0; b < graph->buffer_count; b++)
        first[b] = NONE;
    for (uint32_t t = 0; t < graph->task_count; t++) {
        const vrrl_graph_task *task = &graph->tasks[t];
        for (uint32_t i = 0; i < task->access_count && queue_of[t] != NONE; i++) {
            uint32_t b = graph->ranges[graph->accesses[task->first_access + i].range].buffer;
            if (!is_on_chip(&graph->buffers[b]) || first[b] == graph->task_count)
                continue;
            if (first[b] == NONE) {
                first[b] = t;
            } else if (queue_of[first[b]] != queue_of[t]) {
                faults_add(faults,
                           &(vrrl_check_fault){.kind = VRRL_CHECK_FAULT_PLACEMENT,
                                               .tasks = {first[b], t},
                                               .buffers = {b, NONE},
                                               .workers = {queue_of[first[b]], queue_of[t]}});
                first[b] = graph->task_count; /* it was told */
            }
        }
    }
    free(first);
    return VRRL_OK;
}

/* ---- The ABI ---------------------------------------------------------------------------------- */

static void add_count(vrrl_check_faults *faults, vrrl_check_fault_kind kind, uint32_t task,
                      uint32_t found, uint32_t least, uint32_t most)
{
    if (found == VRRL_GRAPH_NOT_LISTED || (found >= least && found <= most))
        return;
    faults_add(faults, &(vrrl_check_fault){.kind = kind,
                                           .tasks = {task, NONE},
                                           .buffers = {NONE, NONE},
                                           .found = found,
                                           .least = least,
                                           .most = most});
}

/* Of each buffer that has more dimensions than the ABI holds the first task that accesses it. */
static vrrl_code find_ranks(const vrrl_graph *graph, vrrl_check_faults *faults, vrrl_error *err)
{
    bool *told = calloc(graph->buffer_count + (size_t)1, sizeof *told);
    if (!told)
        return error_no_memory(err, graph->buffer_count);
    for (uint32_t t = 0; t < graph->task_count; t++) {
        const vrrl_graph_task *task = &graph->tasks[t];
        for (uint32_t i = 0; i < task->access_count; i++) {
            uint32_t b = graph->ranges[graph->accesses[task->first_access + i].range].buffer;
            if (graph->buffers[b].rank <= ABI_RANK_MAX || told[b])
                continue;
            told[b] = true;
            faults_add(faults, &(vrrl_check_fault){.kind = VRRL_CHECK_FAULT_RANK,
                                                   .tasks = {t, NONE},
                                                   .buffers = {b, NONE},
                                                   .found = graph->buffers[b].rank,
                                                   .most = ABI_RANK_MAX});
        }
    }
    free(told);
    return VRRL_OK;
}

static void find_limits(const vrrl_graph *graph, vrrl_check_faults *faults)
{
    for (uint32_t t = 0; t < graph->task_count; t++) {
        const vrrl_graph_task *task = &graph->tasks[t];
        add_count(faults, VRRL_CHECK_FAULT_INPUTS, t, task->inputs, 0, ABI_INPUTS_MAX);
        add_count(faults, VRRL_CHECK_FAULT_OUTPUTS, t, task->outputs, 0, ABI_OUTPUTS_MAX);
        add_count(faults, VRRL_CHECK_FAULT_WAITS, t, task->wait_count, 0, ABI_WAITS_MAX);
    }
}

static void find_arity(const vrrl_graph *graph, vrrl_check_faults *faults)
{
    for (uint32_t t = 0; t < graph->task_count; t++) {
        const vrrl_graph_task *task = &graph->tasks[t];
        const struct abi_operation *op = abi_operation_of(vrrl_graph_text_at(graph, task->op));
        if (!op)
            continue;
        /* Over the ABI's own limit was told. */
        if (task->inputs <= ABI_INPUTS_MAX)
            add_count(faults, VRRL_CHECK_FAULT_INPUT_COUNT, t, task->inputs, op->least_inputs,
                      op->most_inputs);
        if (task->outputs <= ABI_OUTPUTS_MAX)
            add_count(faults, VRRL_CHECK_FAULT_OUTPUT_COUNT, t, task->outputs, op->outputs,
                      op->outputs);
    }
}

/* ---- All of it -------------------------------------------------------------------------------- */

vrrl_code faults_find(const struct outcome *o, vrrl_check_faults *faults, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    *faults = (vrrl_check_faults){.count = 0};
    if (!o->graph->kinds_told)
        return VRRL_OK;
    bool ordered = o->races.pairs == 0 && o->stuck_count == 0 && o->overshoots.count == 0;
    if (ordered)
        code = fault_early_reads(o, faults, err);
    if (code == VRRL_OK)
        code = find_outputs(o->graph, faults, err);
    if (code == VRRL_OK)
        code = fault_pages(o, ordered, faults, err);
    if (code == VRRL_OK)
        code = find_placements(o, faults, err);
    if (code == VRRL_OK && o->graph->for_abi) {
        find_limits(o->graph, faults);
        find_arity(o->graph, faults);
        code = find_ranks(o->graph, faults, err);
    }
    return code;
}
