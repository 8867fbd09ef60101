/* From ids to dense indices, and from ranges to segments. */
#include "vrrl/run/graph.h"

#include "base/array.h"
#include "base/sorted.h"
#include "graph/graph_rooms.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Buffers, counters and tasks all begin with their id. */
static uint32_t id_at(const void *array, size_t size, uint32_t index)
{
    return sorted_key((const char *)array + size * index);
}

/* Sorts by id where needed; the index of the second of two equal ids, or VRRL_GRAPH_NONE. */
static uint32_t sort_by_id(void *array, uint32_t count, size_t size)
{
    bool ascending = true;
    for (uint32_t i = 1; i < count && ascending; i++)
        ascending = id_at(array, size, i - 1) < id_at(array, size, i);
    if (ascending)
        return VRRL_GRAPH_NONE;
    qsort(array, count, size, sorted_order);
    for (uint32_t i = 1; i < count; i++)
        if (id_at(array, size, i - 1) == id_at(array, size, i))
            return i;
    return VRRL_GRAPH_NONE;
}

static uint32_t find_id(const void *array, uint32_t count, size_t size, uint32_t id)
{
    if (id < count && id_at(array, size, id) == id)
        return id; /* ids are dense in what compilers write */
    uint32_t at = sorted_from(array, count, size, id);
    return at < count && id_at(array, size, at) == id ? at : VRRL_GRAPH_NONE;
}

uint32_t vrrl_graph_find_buffer(const vrrl_graph *graph, uint32_t id)
{
    return find_id(graph->buffers, graph->buffer_count, sizeof *graph->buffers, id);
}

uint32_t vrrl_graph_find_counter(const vrrl_graph *graph, uint32_t id)
{
    return find_id(graph->counters, graph->counter_count, sizeof *graph->counters, id);
}

uint32_t vrrl_graph_find_task(const vrrl_graph *graph, uint32_t id)
{
    return find_id(graph->tasks, graph->task_count, sizeof *graph->tasks, id);
}

static vrrl_code twice(const vrrl_graph *graph, const char *what, uint32_t id, const char *first,
                       const char *second, vrrl_error *err)
{
    return error_set(err, VRRL_PARSE, "Fix: give each its own id.",
                     "%s: two %ss have the id %u (%.80s and %.80s)",
                     vrrl_graph_text_at(graph, graph->name), what, id, first, second);
}

vrrl_code vrrl_graph_index(vrrl_graph *graph, vrrl_error *err)
{
    uint32_t at = sort_by_id(graph->buffers, graph->buffer_count, sizeof *graph->buffers);
    if (at != VRRL_GRAPH_NONE)
        return twice(graph, "buffer", graph->buffers[at].id,
                     vrrl_graph_text_at(graph, graph->buffers[at - 1].name),
                     vrrl_graph_text_at(graph, graph->buffers[at].name), err);
    at = sort_by_id(graph->counters, graph->counter_count, sizeof *graph->counters);
    if (at != VRRL_GRAPH_NONE)
        return twice(graph, "counter", graph->counters[at].id,
                     vrrl_graph_text_at(graph, graph->counters[at - 1].note),
                     vrrl_graph_text_at(graph, graph->counters[at].note), err);
    return VRRL_OK;
}

/* ---- Segments ------------------------------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* Sorts cuts[first …] and drops repeats; the number of pieces between them. */
static uint32_t settle_cuts(vrrl_graph *graph, uint32_t first)
{
    uint64_t *cuts = graph->cuts + first;
    uint32_t count = graph->cut_count - first, kept = 1;
    qsort(cuts, count, sizeof *cuts, by_value);
    for (uint32_t i = 1; i < count; i++)
        if (cuts[i] != cuts[kept - 1])
            cuts[kept++] = cuts[i];
    graph->cut_count = first + kept;
    return kept - 1;
}

static vrrl_code add_cuts(vrrl_graph *graph, uint64_t first, uint64_t end, vrrl_error *err)
{
    vrrl_code code = array_room(graph->cuts, graph->cut_count, graph->rooms->cuts, 2, err);
    if (code != VRRL_OK)
        return code;
    graph->cuts[graph->cut_count++] = first;
    graph->cuts[graph->cut_count++] = end;
    return VRRL_OK;
}

static uint32_t piece_of(const uint64_t *cuts, uint32_t pieces, uint64_t cut)
{
    const uint64_t *at = bsearch(&cut, cuts, pieces + (size_t)1, sizeof *cuts, by_value);
    return (uint32_t)(at - cuts);
}

static vrrl_code cut_buffer(vrrl_graph *graph, uint32_t b, const uint32_t *ranges, uint32_t count,
                            vrrl_error *err)
{
    vrrl_graph_buffer *buffer = &graph->buffers[b];
    buffer->row_cuts = graph->cut_count;
    vrrl_code code = add_cuts(graph, 0, buffer->rows, err);
    for (uint32_t i = 0; code == VRRL_OK && i < count; i++)
        code = add_cuts(graph, graph->ranges[ranges[i]].row_first, graph->ranges[ranges[i]].row_end,
                        err);
    if (code != VRRL_OK)
        return code;
    buffer->row_pieces = settle_cuts(graph, buffer->row_cuts);
    buffer->column_cuts = graph->cut_count;
    code = add_cuts(graph, 0, buffer->columns, err);
    for (uint32_t i = 0; code == VRRL_OK && i < count; i++)
        code = add_cuts(graph, graph->ranges[ranges[i]].column_first,
                        graph->ranges[ranges[i]].column_end, err);
    if (code != VRRL_OK)
        return code;
    buffer->column_pieces = settle_cuts(graph, buffer->column_cuts);
    for (uint32_t i = 0; i < count; i++) {
        vrrl_graph_range *range = &graph->ranges[ranges[i]];
        const uint64_t *rows = graph->cuts + buffer->row_cuts;
        const uint64_t *columns = graph->cuts + buffer->column_cuts;
        range->piece_row_first = piece_of(rows, buffer->row_pieces, range->row_first);
        range->piece_row_end = piece_of(rows, buffer->row_pieces, range->row_end);
        range->piece_column_first = piece_of(columns, buffer->column_pieces, range->column_first);
        range->piece_column_end = piece_of(columns, buffer->column_pieces, range->column_end);
    }
    return VRRL_OK;
}

static vrrl_code number_segments(vrrl_graph *graph, vrrl_error *err)
{
    const char *fix = "Fix: let tiles share their edges, or split the graph.";
    uint64_t total = 0, span = 0;
    for (uint32_t b = 0; b < graph->buffer_count; b++) {
        vrrl_graph_buffer *buffer = &graph->buffers[b];
        buffer->first_segment = (uint32_t)total;
        total += (uint64_t)buffer->row_pieces * buffer->column_pieces;
        if (total > VRRL_GRAPH_SEGMENTS_MAX)
            return error_set(err, VRRL_TOO_LARGE, fix,
                             "%s: tiles cut the buffers into more than %u segments (buffer %u, "
                             "%.80s: %u x %u)",
                             vrrl_graph_text_at(graph, graph->name), VRRL_GRAPH_SEGMENTS_MAX,
                             buffer->id, vrrl_graph_text_at(graph, buffer->name),
                             buffer->row_pieces, buffer->column_pieces);
    }
    graph->segment_count = (uint32_t)total;
    for (uint32_t i = 0; i < graph->range_count; i++) {
        const vrrl_graph_range *range = &graph->ranges[i];
        span += (uint64_t)(range->piece_row_end - range->piece_row_first) *
                (range->piece_column_end - range->piece_column_first);
    }
    if (span > VRRL_GRAPH_SPAN_MAX)
        return error_set(err, VRRL_TOO_LARGE, fix,
                         "%s: its %u distinct ranges cover %" PRIu64 " segments, the limit is %u",
                         vrrl_graph_text_at(graph, graph->name), graph->range_count, span,
                         VRRL_GRAPH_SPAN_MAX);
    return VRRL_OK;
}

static vrrl_code cut_segments(vrrl_graph *graph, vrrl_error *err)
{
    /* Ranges by buffer: a counting sort. */
    uint32_t *first = calloc(graph->buffer_count + (size_t)2, sizeof *first);
    uint32_t *ranges = malloc((graph->range_count + (size_t)1) * sizeof *ranges);
    vrrl_code code = VRRL_OK;
    if (!first || !ranges)
        code = error_no_memory(err, ((uint64_t)graph->buffer_count + graph->range_count) * 4);
    for (uint32_t i = 0; code == VRRL_OK && i < graph->range_count; i++)
        first[graph->ranges[i].buffer + 2]++;
    for (uint32_t b = 0; code == VRRL_OK && b < graph->buffer_count; b++)
        first[b + 2] += first[b + 1];
    for (uint32_t i = 0; code == VRRL_OK && i < graph->range_count; i++)
        ranges[first[graph->ranges[i].buffer + 1]++] = i;
    graph->cut_count = 0;
    for (uint32_t b = 0; code == VRRL_OK && b < graph->buffer_count; b++)
        code = cut_buffer(graph, b, ranges + first[b], first[b + 1] - first[b], err);
    free(first);
    free(ranges);
    return code == VRRL_OK ? number_segments(graph, err) : code;
}

/* Waits mean what they say only while no counter wraps. */
static vrrl_code no_wrap(const vrrl_graph *graph, vrrl_error *err)
{
    uint64_t *most = calloc(graph->counter_count + (size_t)1, sizeof *most);
    if (!most)
        return error_no_memory(err, graph->counter_count * sizeof *most);
    vrrl_code code = VRRL_OK;
    /* By task: an edit that moves a task's signals leaves the old ones behind. */
    for (uint32_t t = 0; t < graph->task_count; t++) {
        const vrrl_graph_task *task = &graph->tasks[t];
        for (uint32_t i = 0; i < task->signal_count; i++) {
            const vrrl_graph_signal *signal = &graph->signals[task->first_signal + i];
            most[signal->counter] += signal->amount;
        }
    }
    for (uint32_t c = 0; code == VRRL_OK && c < graph->counter_count; c++)
        if (most[c] + graph->counters[c].init > UINT32_MAX)
            code = error_set(err, VRRL_TOO_LARGE, "Fix: start the counter lower.",
                             "%s: counter %u starts at %u and its signals take it past 2^32 - 1",
                             vrrl_graph_text_at(graph, graph->name), graph->counters[c].id,
                             graph->counters[c].init);
    free(most);
    return code;
}

vrrl_code vrrl_graph_finish(vrrl_graph *graph, vrrl_error *err)
{
    uint32_t at = sort_by_id(graph->tasks, graph->task_count, sizeof *graph->tasks);
    if (at != VRRL_GRAPH_NONE)
        return twice(graph, "task", graph->tasks[at].id, vrrl_graph_label(graph, at - 1),
                     vrrl_graph_label(graph, at), err);
    vrrl_code code = no_wrap(graph, err);
    return code == VRRL_OK ? cut_segments(graph, err) : code;
}

/* ---- Names ---------------------------------------------------------------------------------- */

static const struct {
    const char *name;
} kinds[] = {
#define X(name, text) {#name},
    VRRL_BUFFER_KIND_TABLE(X)
#undef X
};

const char *vrrl_buffer_kind_name(vrrl_buffer_kind kind)
{
    return (size_t)kind < sizeof kinds / sizeof kinds[0] ? kinds[kind].name : "?";
}

bool vrrl_buffer_is_read_only(vrrl_buffer_kind kind)
{
    return kind == VRRL_BUFFER_WEIGHT || kind == VRRL_BUFFER_CONST || kind == VRRL_BUFFER_IO_INPUT;
}

void vrrl_graph_range_name(const vrrl_graph *graph, const vrrl_graph_range *range, char *out,
                           size_t size)
{
    const vrrl_graph_buffer *buffer = &graph->buffers[range->buffer];
    const char *name = vrrl_graph_text_at(graph, buffer->name);
    if (range->row_first == 0 && range->row_end == buffer->rows)
        snprintf(out, size, "%.120s[%" PRIu64 ":%" PRIu64 "]", name, range->column_first,
                 range->column_end);
    else
        snprintf(out, size, "%.120s[%" PRIu64 ":%" PRIu64 ",%" PRIu64 ":%" PRIu64 "]", name,
                 range->row_first, range->row_end, range->column_first, range->column_end);
}

void vrrl_graph_segment_name(const vrrl_graph *graph, uint32_t b, uint32_t segment, char *out,
                             size_t size)
{
    const vrrl_graph_buffer *buffer = &graph->buffers[b];
    const uint64_t *row = graph->cuts + buffer->row_cuts + segment / buffer->column_pieces;
    const uint64_t *column = graph->cuts + buffer->column_cuts + segment % buffer->column_pieces;
    vrrl_graph_range range = {.buffer = b,
                              .row_first = row[0],
                              .row_end = row[1],
                              .column_first = column[0],
                              .column_end = column[1]};
    vrrl_graph_range_name(graph, &range, out, size);
}

/* Up to the parenthesis that ends its operands: the label goes on to tell which part it is, and where. */
void vrrl_graph_task_name(const vrrl_graph *graph, uint32_t task, char *out, size_t size)
{
    const vrrl_graph_task *t = &graph->tasks[task];
    const char *label = vrrl_graph_label(graph, task);
    if (t->instruction)
        snprintf(out, size, "%.*s", (int)strcspn(label, ")") + 1, label);
    else
        snprintf(out, size, "%u", t->id);
}

void vrrl_graph_queue_name(const vrrl_graph *graph, uint32_t queue, char *out, size_t size)
{
    const vrrl_graph_import *import = graph->import;
    if (import && import->roles > 0)
        snprintf(out, size, "worker %u, %.60s", queue / import->roles,
                 vrrl_graph_text_at(graph, import->role_names[queue % import->roles]));
    else
        snprintf(out, size, "worker %u", queue);
}

void vrrl_graph_counter_name(const vrrl_graph *graph, uint32_t counter, char *out, size_t size)
{
    const vrrl_graph_counter *c = &graph->counters[counter];
    if (c->named)
        snprintf(out, size, "%.160s", vrrl_graph_text_at(graph, c->note));
    else
        snprintf(out, size, "counter %u", c->id);
}
