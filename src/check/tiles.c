#include "check/tiles.h"

#include "base/error.h"
#include "base/least.h"

#include <stdlib.h>
#include <string.h>

struct grid {
    uint64_t height, width; /* of a whole tile */
    uint64_t rows, columns; /* cells */
    uint32_t *holder;       /* of each cell: the sibling that lies in it, or NONE */
    uint32_t *odd;          /* siblings that lie in no cell of their own, ascending */
    uint32_t odd_count, free_count;
};

static const vrrl_graph_range *range_of(const vrrl_graph *graph, const struct siblings *siblings,
                                        uint32_t i)
{
    const vrrl_graph_task *task = &graph->tasks[siblings->tasks[i]];
    for (uint32_t k = 0; k < task->access_count; k++) {
        const vrrl_graph_access *access = &graph->accesses[task->first_access + k];
        if (access->kind != VRRL_ACCESS_READ &&
            graph->ranges[access->range].buffer == siblings->buffer)
            return &graph->ranges[access->range];
    }
    return NULL; /* never: siblings that write do write */
}

/* The commonest size by majority vote. */
static void find_size(const vrrl_graph *graph, const struct siblings *siblings, struct grid *grid)
{
    uint32_t votes = 0;
    for (uint32_t i = 0; i < siblings->count; i++) {
        const vrrl_graph_range *range = range_of(graph, siblings, i);
        uint64_t height = range->row_end - range->row_first;
        uint64_t width = range->column_end - range->column_first;
        if (votes == 0) {
            grid->height = height;
            grid->width = width;
        }
        votes += height == grid->height && width == grid->width ? 1 : -1u;
    }
}

static vrrl_graph_range cell_range(const vrrl_graph *graph, const struct siblings *siblings,
                                   const struct grid *grid, uint64_t cell)
{
    const vrrl_graph_buffer *buffer = &graph->buffers[siblings->buffer];
    uint64_t row = cell / grid->columns * grid->height, column = cell % grid->columns * grid->width;
    return (vrrl_graph_range){.buffer = siblings->buffer,
                              .row_first = row,
                              .row_end = least(row + grid->height, buffer->rows),
                              .column_first = column,
                              .column_end = least(column + grid->width, buffer->columns)};
}

static bool is_in_cell(const vrrl_graph_range *range, const vrrl_graph_range *cell)
{
    return range->row_first == cell->row_first && range->row_end == cell->row_end &&
           range->column_first == cell->column_first && range->column_end == cell->column_end;
}

static void place(const vrrl_graph *graph, const struct siblings *siblings, struct grid *grid)
{
    for (uint32_t i = 0; i < siblings->count; i++) {
        const vrrl_graph_range *range = range_of(graph, siblings, i);
        uint64_t cell =
            range->row_first / grid->height * grid->columns + range->column_first / grid->width;
        vrrl_graph_range expected = cell_range(graph, siblings, grid, cell);
        if (!is_in_cell(range, &expected))
            grid->odd[grid->odd_count++] = i;
        else if (grid->holder[cell] == NONE)
            grid->holder[cell] = i;
        else if (grid->holder[cell] != cell) {
            /* Two in one cell: the one whose turn it is, in order of id, stays. */
            uint32_t other = i == cell ? grid->holder[cell] : i;
            grid->holder[cell] = i == cell ? i : grid->holder[cell];
            grid->odd[grid->odd_count++] = other;
        } else {
            grid->odd[grid->odd_count++] = i;
        }
    }
}

/* False where the siblings make no grid; then there is nothing to free. */
static vrrl_code make_grid(const vrrl_graph *graph, const struct siblings *siblings,
                           struct grid *grid, bool *made, vrrl_error *err)
{
    const vrrl_graph_buffer *buffer = &graph->buffers[siblings->buffer];
    *grid = (struct grid){0};
    *made = false;
    if (siblings->count < 2 || !siblings->write)
        return VRRL_OK;
    find_size(graph, siblings, grid);
    grid->rows = (buffer->rows + grid->height - 1) / grid->height;
    grid->columns = (buffer->columns + grid->width - 1) / grid->width;
    if (grid->rows > siblings->count || grid->columns > siblings->count ||
        grid->rows * grid->columns != siblings->count)
        return VRRL_OK;
    grid->holder = malloc(siblings->count * sizeof *grid->holder);
    grid->odd = malloc(siblings->count * sizeof *grid->odd);
    if (!grid->holder || !grid->odd) {
        free(grid->holder);
        free(grid->odd);
        return error_no_memory(err, siblings->count * 8ull);
    }
    memset(grid->holder, 0xFF, siblings->count * sizeof *grid->holder);
    place(graph, siblings, grid);
    *made = true;
    return VRRL_OK;
}

static void free_grid(struct grid *grid)
{
    free(grid->holder);
    free(grid->odd);
}

/* The k-th odd one belongs into the k-th free cell; NONE where that is neither of the pair. */
static uint32_t odd_of_pair(const struct siblings *siblings, const struct grid *grid,
                            const vrrl_check_pair *pair, uint64_t *cell)
{
    uint32_t k = 0;
    for (uint64_t c = 0; c < siblings->count; c++) {
        if (grid->holder[c] != NONE)
            continue;
        uint32_t task = siblings->tasks[grid->odd[k++]];
        *cell = c;
        if (task == pair->tasks[0] || task == pair->tasks[1])
            return task;
    }
    return NONE;
}

vrrl_code tiles_restore(const vrrl_graph *graph, const struct siblings *siblings,
                        const vrrl_check_pair *pair, vrrl_check_change *edit, bool *found,
                        vrrl_error *err)
{
    struct grid grid;
    uint64_t cell = 0;
    vrrl_code code = make_grid(graph, siblings, &grid, found, err);
    if (code != VRRL_OK || !*found)
        return code;
    uint32_t task = odd_of_pair(siblings, &grid, pair, &cell);
    *found = task != NONE;
    if (*found)
        *edit = (vrrl_check_change){.kind = VRRL_CHECK_CHANGE_RANGE,
                                    .task = task,
                                    .other = NONE,
                                    .counter = NONE,
                                    .range = cell_range(graph, siblings, &grid, cell)};
    free_grid(&grid);
    return VRRL_OK;
}

vrrl_code tiles_grid(const vrrl_graph *graph, const struct siblings *siblings,
                     vrrl_odd_one_out *odd, vrrl_error *err)
{
    struct grid grid;
    bool found;
    *odd = (vrrl_odd_one_out){.kind = VRRL_ODD_NONE};
    vrrl_code code = make_grid(graph, siblings, &grid, &found, err);
    if (code != VRRL_OK || !found)
        return code;
    *odd = (vrrl_odd_one_out){.kind = VRRL_ODD_GRID,
                              .some = siblings->count - grid.odd_count,
                              .all = siblings->count,
                              .writers = true,
                              .buffer = siblings->buffer,
                              .height = grid.height,
                              .width = grid.width};
    free_grid(&grid);
    return VRRL_OK;
}
