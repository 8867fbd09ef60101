#include "graph/graph_marks.h"

#include "base/error.h"
#include "race/rules.h"

#include <stdlib.h>

bool graph_is_made_in_step(vrrl_buffer_kind kind)
{
    return kind == VRRL_BUFFER_ACTIVATION || kind == VRRL_BUFFER_IO_OUTPUT;
}

/* Equal rectangles share one range, so that each is gone over once, whoever accesses it. */
static void mark_ranges(const vrrl_graph *graph, uint8_t *of_range)
{
    for (uint32_t i = 0; i < graph->access_count; i++) {
        vrrl_access_kind kind = graph->accesses[i].kind;
        bool reads = access_is_load(kind) || kind == VRRL_ACCESS_READ_WRITE;
        of_range[graph->accesses[i].range] |=
            (uint8_t)((reads ? MARK_READ : 0) | (access_is_load(kind) ? 0 : MARK_WRITTEN));
    }
}

static void mark_segments(const vrrl_graph *graph, const vrrl_graph_range *range, uint8_t mark,
                          uint8_t *marks)
{
    const vrrl_graph_buffer *buffer = &graph->buffers[range->buffer];
    for (uint32_t r = range->piece_row_first; r < range->piece_row_end; r++)
        for (uint32_t c = range->piece_column_first; c < range->piece_column_end; c++)
            marks[buffer->first_segment + r * buffer->column_pieces + c] |= mark;
}

vrrl_code graph_marks(const vrrl_graph *graph, uint8_t **marks, vrrl_error *err)
{
    uint8_t *of_range = calloc(graph->range_count + (size_t)1, 1);
    uint8_t *of_segment = calloc(graph->segment_count + (size_t)1, 1);
    if (!of_range || !of_segment) {
        free(of_range);
        free(of_segment);
        return error_no_memory(err, (uint64_t)graph->range_count + graph->segment_count);
    }
    mark_ranges(graph, of_range);
    for (uint32_t i = 0; i < graph->range_count; i++)
        if (of_range[i])
            mark_segments(graph, &graph->ranges[i], of_range[i], of_segment);
    free(of_range);
    *marks = of_segment;
    return VRRL_OK;
}

static bool row_is_wanted(const uint8_t *row, uint32_t first, uint32_t end, uint8_t wanted)
{
    for (uint32_t c = first; c < end; c++)
        if (row[c] != wanted)
            return false;
    return true;
}

static vrrl_graph_range range_of(const vrrl_graph *graph, uint32_t b, const uint32_t pieces[4])
{
    const uint64_t *rows = graph->cuts + graph->buffers[b].row_cuts;
    const uint64_t *columns = graph->cuts + graph->buffers[b].column_cuts;
    return (vrrl_graph_range){.buffer = b,
                              .row_first = rows[pieces[0]],
                              .row_end = rows[pieces[1]],
                              .column_first = columns[pieces[2]],
                              .column_end = columns[pieces[3]],
                              .piece_row_first = pieces[0],
                              .piece_row_end = pieces[1],
                              .piece_column_first = pieces[2],
                              .piece_column_end = pieces[3]};
}

bool graph_marked_next(struct marked *m, vrrl_graph_range *range)
{
    const vrrl_graph_buffer *buffer = &m->graph->buffers[m->buffer];
    uint8_t *marks = m->marks + buffer->first_segment;
    uint32_t width = buffer->column_pieces, segments = buffer->row_pieces * width;
    while (m->at < segments && marks[m->at] != m->wanted)
        m->at++;
    if (m->at == segments)
        return false;
    uint32_t row = m->at / width, column = m->at % width, row_end = row + 1, end = column + 1;
    while (end < width && marks[row * width + end] == m->wanted)
        end++;
    while (row_end < buffer->row_pieces &&
           row_is_wanted(marks + row_end * width, column, end, m->wanted))
        row_end++;
    for (uint32_t r = row; r < row_end; r++)
        for (uint32_t c = column; c < end; c++)
            marks[r * width + c] |= MARK_TAKEN;
    *range = range_of(m->graph, m->buffer, (const uint32_t[]){row, row_end, column, end});
    return true;
}

vrrl_code graph_find_lasting(vrrl_graph *graph, vrrl_error *err)
{
    uint8_t *marks;
    vrrl_code code = graph_marks(graph, &marks, err);
    for (uint32_t i = 0; code == VRRL_OK && i < graph->buffer_count; i++) {
        vrrl_graph_buffer *buffer = &graph->buffers[i];
        uint32_t segments = buffer->row_pieces * buffer->column_pieces;
        bool read = false, hole = false;
        for (uint32_t s = buffer->first_segment; s < buffer->first_segment + segments; s++) {
            read |= marks[s] & MARK_READ;
            hole |= marks[s] == MARK_READ;
        }
        if (hole || !read)
            buffer->kind = VRRL_BUFFER_KV_CACHE;
    }
    for (uint32_t i = 0; code == VRRL_OK && i < graph->access_count; i++)
        if (graph->accesses[i].kind == VRRL_ACCESS_READ_WRITE)
            graph->buffers[graph->ranges[graph->accesses[i].range].buffer].kind =
                VRRL_BUFFER_KV_CACHE;
    if (code == VRRL_OK)
        free(marks);
    return code;
}
