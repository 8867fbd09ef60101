#include "vrrl/run/graph.h"

#include "base/array.h"
#include "base/hash_table.h"
#include "base/result.h"
#include "graph/graph_rooms.h"

#include <stdlib.h>
#include <string.h>

struct vrrl_range_index {
    struct hash_table by_hash;
};

vrrl_code vrrl_graph_create(const char *name, vrrl_graph **out, vrrl_error *err)
{
    vrrl_graph *graph = *out = result_create(sizeof *graph, err);
    if (!graph)
        return VRRL_NO_MEMORY;
    vrrl_code code = VRRL_OK;
    graph->rooms = calloc(1, sizeof *graph->rooms);
    if (!graph->rooms)
        code = error_no_memory(err, sizeof *graph->rooms);
    if (code == VRRL_OK)
        code = array_room(graph->text, 0, graph->rooms->text, 1, err);
    if (code == VRRL_OK) {
        graph->text[0] = '\0'; /* offset 0 is the empty text */
        graph->text_size = 1;
        code = vrrl_graph_add_text(graph, name, &graph->name, err);
    }
    if (code != VRRL_OK) {
        vrrl_graph_free(graph);
        *out = NULL;
    }
    return code;
}

void vrrl_graph_free(vrrl_graph *graph)
{
    if (!graph)
        return;
    free(graph->rooms);
    free(graph->text);
    free(graph->buffers);
    free(graph->counters);
    free(graph->tasks);
    free(graph->accesses);
    free(graph->waits);
    free(graph->signals);
    free(graph->ranges);
    free(graph->cuts);
    free(graph->remarks);
    free(graph->queue_order);
    if (graph->import) {
        free(graph->import->opcodes);
        free(graph->import->corrections);
    }
    free(graph->import);
    if (graph->range_index)
        hash_table_free(&graph->range_index->by_hash);
    free(graph->range_index);
    free(graph);
}

vrrl_code vrrl_graph_add_text(vrrl_graph *graph, const char *text, vrrl_graph_text *at,
                              vrrl_error *err)
{
    *at = 0;
    size_t size = strlen(text) + 1;
    if (size == 1)
        return VRRL_OK;
    if (size > UINT32_MAX)
        return error_set(err, VRRL_TOO_LARGE, "Fix: shorten it.", "a text of %zu bytes", size);
    vrrl_code code =
        array_room(graph->text, graph->text_size, graph->rooms->text, (uint32_t)size, err);
    if (code != VRRL_OK)
        return code;
    memcpy(graph->text + graph->text_size, text, size);
    *at = graph->text_size;
    graph->text_size += (uint32_t)size;
    return VRRL_OK;
}

static vrrl_code limit(const vrrl_graph *graph, const char *what, uint32_t count, uint32_t most,
                       vrrl_error *err)
{
    if (count < most)
        return VRRL_OK;
    return error_set(err, VRRL_TOO_LARGE, "Fix: split the graph.", "%s: more than %u %s",
                     vrrl_graph_text_at(graph, graph->name), most, what);
}

/* Appends one element to an array of the graph. */
#define append(graph, array, counter, roomy, element, err)                                         \
    do {                                                                                           \
        vrrl_code code_ = array_room((graph)->array, (graph)->counter, (graph)->roomy, 1, (err));  \
        if (code_ != VRRL_OK)                                                                      \
            return code_;                                                                          \
        (graph)->array[(graph)->counter++] = (element);                                            \
    } while (0)

vrrl_code vrrl_graph_add_buffer(vrrl_graph *graph, const vrrl_graph_buffer *buffer, vrrl_error *err)
{
    vrrl_code code = limit(graph, "buffers", graph->buffer_count, VRRL_GRAPH_BUFFERS_MAX, err);
    if (code != VRRL_OK)
        return code;
    append(graph, buffers, buffer_count, rooms->buffers, *buffer, err);
    return VRRL_OK;
}

vrrl_code vrrl_graph_add_counter(vrrl_graph *graph, const vrrl_graph_counter *counter,
                                 vrrl_error *err)
{
    vrrl_code code = limit(graph, "counters", graph->counter_count, VRRL_GRAPH_BUFFERS_MAX, err);
    if (code != VRRL_OK)
        return code;
    append(graph, counters, counter_count, rooms->counters, *counter, err);
    return VRRL_OK;
}

vrrl_code vrrl_graph_add_task(vrrl_graph *graph, const vrrl_graph_task *task, vrrl_error *err)
{
    vrrl_code code = limit(graph, "tasks", graph->task_count, VRRL_GRAPH_TASKS_MAX, err);
    if (code != VRRL_OK)
        return code;
    vrrl_graph_task added = *task;
    added.first_access = graph->access_count;
    added.first_wait = graph->wait_count;
    added.first_signal = graph->signal_count;
    added.access_count = added.wait_count = added.signal_count = 0;
    added.place = graph->task_count;
    append(graph, tasks, task_count, rooms->tasks, added, err);
    return VRRL_OK;
}

vrrl_code vrrl_graph_add_remark(vrrl_graph *graph, const char *text, vrrl_error *err)
{
    vrrl_graph_text at;
    vrrl_code code = vrrl_graph_add_text(graph, text, &at, err);
    if (code != VRRL_OK)
        return code;
    append(graph, remarks, remark_count, rooms->remarks, at, err);
    return VRRL_OK;
}

/* Waits, signals and accesses are those of the task before them. */
static vrrl_code no_task(const vrrl_graph *graph, vrrl_error *err)
{
    if (graph->task_count > 0)
        return VRRL_OK;
    return error_set(err, VRRL_INVALID, "Fix: add a task first.", "there is no task yet");
}

static vrrl_graph_task *last_task(vrrl_graph *graph)
{
    return &graph->tasks[graph->task_count - 1];
}

static vrrl_code no_counter(const vrrl_graph *graph, uint32_t counter, vrrl_error *err)
{
    if (counter < graph->counter_count)
        return VRRL_OK;
    return error_set(err, VRRL_INVALID, "Fix: add the counter first.",
                     "counter index %u, there are %u", counter, graph->counter_count);
}

vrrl_code vrrl_graph_add_wait(vrrl_graph *graph, const vrrl_graph_wait *wait, vrrl_error *err)
{
    vrrl_code code = no_counter(graph, wait->counter, err);
    if (code == VRRL_OK)
        code = no_task(graph, err);
    if (code != VRRL_OK)
        return code;
    append(graph, waits, wait_count, rooms->waits, *wait, err);
    last_task(graph)->wait_count++;
    return VRRL_OK;
}

vrrl_code vrrl_graph_add_signal(vrrl_graph *graph, const vrrl_graph_signal *signal, vrrl_error *err)
{
    vrrl_code code = no_counter(graph, signal->counter, err);
    if (code == VRRL_OK)
        code = no_task(graph, err);
    if (code != VRRL_OK)
        return code;
    append(graph, signals, signal_count, rooms->signals, *signal, err);
    last_task(graph)->signal_count++;
    return VRRL_OK;
}

/* ---- Ranges: equal rectangles share one entry, found by an open-addressed table ------------- */

static uint64_t range_hash(const vrrl_graph_range *range)
{
    uint64_t hash = range->buffer;
    const uint64_t edges[] = {range->row_first, range->row_end, range->column_first,
                              range->column_end};
    for (size_t i = 0; i < 4; i++) {
        hash = (hash ^ edges[i]) * 0x9E3779B97F4A7C15u;
        hash ^= hash >> 29;
    }
    return hash;
}

static bool range_equal(const vrrl_graph_range *a, const vrrl_graph_range *b)
{
    return a->buffer == b->buffer && a->row_first == b->row_first && a->row_end == b->row_end &&
           a->column_first == b->column_first && a->column_end == b->column_end;
}

static vrrl_code intern_range(vrrl_graph *graph, const vrrl_graph_range *range, uint32_t *index,
                              vrrl_error *err)
{
    if (!graph->range_index)
        graph->range_index = calloc(1, sizeof *graph->range_index);
    if (!graph->range_index)
        return error_no_memory(err, sizeof *graph->range_index);
    struct hash_table *table = &graph->range_index->by_hash;
    vrrl_code code = array_room(graph->ranges, graph->range_count, graph->rooms->ranges, 1, err);
    for (uint64_t key = range_hash(range); code == VRRL_OK; key++) {
        *index = hash_table_item(table, key, graph->range_count);
        if (*index == HASH_TABLE_NONE)
            return error_no_memory(err, hash_table_bytes(table));
        if (*index == graph->range_count)
            graph->ranges[graph->range_count++] = *range;
        if (range_equal(&graph->ranges[*index], range))
            break;
    }
    return code;
}

static bool is_inside(const vrrl_graph *graph, const vrrl_graph_range *range)
{
    if (range->buffer >= graph->buffer_count)
        return false;
    const vrrl_graph_buffer *buffer = &graph->buffers[range->buffer];
    return range->row_first < range->row_end && range->row_end <= buffer->rows &&
           range->column_first < range->column_end && range->column_end <= buffer->columns;
}

vrrl_code vrrl_graph_add_access(vrrl_graph *graph, const vrrl_graph_range *range,
                                vrrl_access_kind kind, uint32_t after_waits, vrrl_error *err)
{
    vrrl_graph_access access = {.after_waits = after_waits, .kind = kind};
    if (!is_inside(graph, range))
        return error_set(err, VRRL_INVALID, "Fix: keep the range inside its buffer.",
                         "a range that is empty or outside buffer index %u", range->buffer);
    vrrl_code code = no_task(graph, err);
    if (code == VRRL_OK)
        code = intern_range(graph, range, &access.range, err);
    if (code != VRRL_OK)
        return code;
    append(graph, accesses, access_count, rooms->accesses, access, err);
    last_task(graph)->access_count++;
    return VRRL_OK;
}

const char *vrrl_graph_text_at(const vrrl_graph *graph, vrrl_graph_text at)
{
    return at < graph->text_size ? graph->text + at : "";
}

const char *vrrl_graph_label(const vrrl_graph *graph, uint32_t task)
{
    return vrrl_graph_text_at(graph, graph->tasks[task].label);
}

const char *vrrl_memory_space_name(vrrl_memory_space space)
{
    static const char *const names[] = {
#define X(code, name) [VRRL_MEMORY_SPACE_##code] = name,
        VRRL_MEMORY_SPACE_TABLE(X)
#undef X
    };
    return (size_t)space < sizeof names / sizeof names[0] ? names[space] : "";
}
