#include "graph/graph_holes.h"

#include "base/plural.h"
#include "base/printable.h"
#include "graph/graph_marks.h"
#include "race/rules.h"

#include <stdlib.h>

/* ---- Holes ---------------------------------------------------------------------------------- */

static bool overlap(const vrrl_graph_range *a, const vrrl_graph_range *b)
{
    return a->buffer == b->buffer && a->row_first < b->row_end && b->row_first < a->row_end &&
           a->column_first < b->column_end && b->column_first < a->column_end;
}

/* Whether it reads, or writes, some of a range. */
static bool accesses(const vrrl_graph *graph, uint32_t task, bool write,
                     const vrrl_graph_range *range)
{
    const vrrl_graph_task *t = &graph->tasks[task];
    for (uint32_t i = 0; i < t->access_count; i++) {
        const vrrl_graph_access *access = &graph->accesses[t->first_access + i];
        bool loads = access_is_load(access->kind);
        bool wanted = write ? !loads : loads || access->kind == VRRL_ACCESS_READ_WRITE;
        if (wanted && overlap(&graph->ranges[access->range], range))
            return true;
    }
    return false;
}

static void describe(const vrrl_graph *graph, vrrl_lint_hole *hole)
{
    const vrrl_graph_buffer *buffer = &graph->buffers[hole->range.buffer];
    const vrrl_graph_range whole = {
        .buffer = hole->range.buffer, .row_end = buffer->rows, .column_end = buffer->columns};
    for (uint32_t t = 0; t < graph->task_count; t++) {
        if (accesses(graph, t, false, &hole->range) && hole->readers++ == 0)
            hole->reader = t;
        hole->writers += accesses(graph, t, true, &whole);
    }
    hole->id = graph->tasks[hole->reader].id;
    hole->is_part = graph->tasks[hole->reader].instruction > 0;
    snprintf(hole->label, sizeof hole->label, "%s", vrrl_graph_label(graph, hole->reader));
    make_printable(hole->label, strlen(hole->label), false);
    vrrl_graph_range_name(graph, &hole->range, hole->name, sizeof hole->name);
    make_printable(hole->name, strlen(hole->name), false);
}

vrrl_code graph_holes_find(const vrrl_graph *graph, vrrl_graph_lint *lint, uint32_t *total,
                           vrrl_error *err)
{
    uint8_t *marks;
    vrrl_graph_range range;
    vrrl_code code = graph_marks(graph, &marks, err);
    *total = 0;
    for (uint32_t b = 0; code == VRRL_OK && b < graph->buffer_count; b++) {
        struct marked holes = {graph, marks, b, 0, MARK_READ};
        while (graph_is_made_in_step(graph->buffers[b].kind) && graph_marked_next(&holes, &range)) {
            if (lint && *total < VRRL_LINT_KEPT) {
                lint->holes[*total] = (vrrl_lint_hole){.range = range};
                describe(graph, &lint->holes[*total]);
            }
            ++*total;
        }
    }
    if (code != VRRL_OK)
        return code;
    free(marks);
    if (lint) {
        lint->hole_total = *total;
        lint->hole_count = *total < VRRL_LINT_KEPT ? *total : VRRL_LINT_KEPT;
    }
    return VRRL_OK;
}

/* ---- Never read, and outputs that are not written -------------------------------------------- */

static uint32_t first_writer(const vrrl_graph *graph, const vrrl_graph_range *range)
{
    for (uint32_t t = 0; t < graph->task_count; t++)
        if (accesses(graph, t, true, range))
            return t;
    return VRRL_GRAPH_NONE;
}

static vrrl_code warn_part(const vrrl_graph *graph, vrrl_graph_lint *lint, vrrl_lint_kind kind,
                           const vrrl_graph_range *range, vrrl_error *err)
{
    char name[240];
    const char *buffer_kind = vrrl_buffer_kind_name(graph->buffers[range->buffer].kind);
    vrrl_graph_range_name(graph, range, name, sizeof name);
    if (kind == VRRL_LINT_OUTPUT)
        return graph_warn(lint, kind, err, "no task writes %s, which is %s", name, buffer_kind);
    uint32_t writer = first_writer(graph, range);
    if (writer == VRRL_GRAPH_NONE)
        return graph_warn(lint, kind, err, "no task reads %s, which is %s", name, buffer_kind);
    return graph_warn(lint, kind, err, "no task reads %s, which task %u (%.80s) writes", name,
                      graph->tasks[writer].id, vrrl_graph_label(graph, writer));
}

/* Goes on to count past those that are kept. */
static vrrl_code warn_parts(const vrrl_graph *graph, vrrl_graph_lint *lint, struct marked *parts,
                            vrrl_lint_kind kind, uint32_t *count, vrrl_error *err)
{
    vrrl_graph_range range;
    vrrl_code code = VRRL_OK;
    while (code == VRRL_OK && graph_marked_next(parts, &range))
        if (++*count <= VRRL_LINT_KEPT)
            code = warn_part(graph, lint, kind, &range, err);
    return code;
}

static vrrl_code warn_rest(vrrl_graph_lint *lint, vrrl_lint_kind kind, uint32_t count,
                           const char *what, vrrl_error *err)
{
    uint32_t rest = count > VRRL_LINT_KEPT ? count - VRRL_LINT_KEPT : 0;
    return rest ? graph_warn(lint, kind, err, "and %u more part%s of buffers that no task %s", rest,
                             plural(rest), what)
                : VRRL_OK;
}

static vrrl_code find_unread(const vrrl_graph *graph, uint8_t *marks, vrrl_graph_lint *lint,
                             vrrl_error *err)
{
    uint32_t count = 0;
    vrrl_code code = VRRL_OK;
    for (uint32_t b = 0; code == VRRL_OK && b < graph->buffer_count; b++) {
        vrrl_buffer_kind kind = graph->buffers[b].kind;
        struct marked written = {graph, marks, b, 0, MARK_WRITTEN}, whole = {graph, marks, b, 0, 0};
        if (kind == VRRL_BUFFER_ACTIVATION)
            code = warn_parts(graph, lint, &written, VRRL_LINT_UNREAD, &count, err);
        else if (vrrl_buffer_is_read_only(kind))
            code = warn_parts(graph, lint, &whole, VRRL_LINT_UNREAD, &count, err);
    }
    return code == VRRL_OK ? warn_rest(lint, VRRL_LINT_UNREAD, count, "reads", err) : code;
}

static vrrl_code find_unwritten_outputs(const vrrl_graph *graph, uint8_t *marks,
                                        vrrl_graph_lint *lint, vrrl_error *err)
{
    uint32_t count = 0;
    vrrl_code code = VRRL_OK;
    for (uint32_t b = 0; code == VRRL_OK && b < graph->buffer_count; b++) {
        struct marked missing = {graph, marks, b, 0, 0};
        if (graph->buffers[b].kind == VRRL_BUFFER_IO_OUTPUT)
            code = warn_parts(graph, lint, &missing, VRRL_LINT_OUTPUT, &count, err);
    }
    return code == VRRL_OK ? warn_rest(lint, VRRL_LINT_OUTPUT, count, "writes", err) : code;
}

vrrl_code graph_unread_find(const vrrl_graph *graph, vrrl_graph_lint *lint, vrrl_error *err)
{
    uint8_t *marks;
    vrrl_code code = graph_marks(graph, &marks, err);
    if (code != VRRL_OK)
        return code;
    code = find_unread(graph, marks, lint, err);
    if (code == VRRL_OK)
        code = find_unwritten_outputs(graph, marks, lint, err);
    free(marks);
    return code;
}
