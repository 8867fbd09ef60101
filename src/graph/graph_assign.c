/* Which worker runs which task, and in what order. */
#include "vrrl/run/graph.h"

#include "base/error.h"
#include "base/options.h"
#include "base/result.h"
#include "graph/graph_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { QUEUES_MAX = 65536, DEPTH_MAX = 64 };

/* ---- Tasks by label ------------------------------------------------------------------------- */

struct by_label {
    const char *label;
    uint32_t task;
};

static int compare_labels(const void *a, const void *b)
{
    const struct by_label *x = a, *y = b;
    int order = strcmp(x->label, y->label);
    return order ? order : (x->task > y->task) - (x->task < y->task);
}

/* ---- An assignment file --------------------------------------------------------------------- */

struct reader {
    const vrrl_graph *graph;
    const char *path;
    uint32_t line;
    struct by_label *labels; /* sorted */
    uint32_t *line_of;       /* where each task was assigned; 0: not yet */
    vrrl_assignment *out;
    uint32_t assigned;
};

static vrrl_code find_task(const struct reader *reader, const char *text, uint32_t *task,
                           vrrl_error *err)
{
    const vrrl_graph *graph = reader->graph;
    uint32_t low = 0, high = graph->task_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (strcmp(reader->labels[middle].label, text) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < graph->task_count && strcmp(reader->labels[low].label, text) == 0;
    bool again =
        found && low + 1 < graph->task_count && strcmp(reader->labels[low + 1].label, text) == 0;
    if (again)
        return error_set(err, VRRL_PARSE, "Fix: name the task by its id.",
                         "%s:%u: several tasks are called %.80s (%u and %u, for two)", reader->path,
                         reader->line, text, graph->tasks[reader->labels[low].task].id,
                         graph->tasks[reader->labels[low + 1].task].id);
    if (found) {
        *task = reader->labels[low].task;
        return VRRL_OK;
    }
    char *end;
    errno = 0;
    unsigned long id = strtoul(text, &end, 10);
    bool number = text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0;
    *task = number && id < VRRL_GRAPH_NONE ? vrrl_graph_find_task(graph, (uint32_t)id)
                                           : VRRL_GRAPH_NONE;
    if (*task != VRRL_GRAPH_NONE)
        return VRRL_OK;
    return error_set(err, VRRL_PARSE, "Fix: use the id or the label of a task of the graph.",
                     "%s:%u: there is no task %.80s", reader->path, reader->line, text);
}

static vrrl_code read_pair(struct reader *reader, const char *worker_text, const char *task_text,
                           vrrl_error *err)
{
    char *end;
    errno = 0;
    unsigned long worker = strtoul(worker_text, &end, 10);
    if (worker_text[0] < '0' || worker_text[0] > '9' || *end || errno || worker >= QUEUES_MAX)
        return error_set(err, VRRL_PARSE, "Fix: write lines of WORKER TASK.",
                         "%s:%u: the worker is %.40s; expected a number from 0 to %u", reader->path,
                         reader->line, worker_text, QUEUES_MAX - 1);
    uint32_t task;
    vrrl_code code = find_task(reader, task_text, &task, err);
    if (code != VRRL_OK)
        return code;
    if (reader->line_of[task] != 0)
        return error_set(err, VRRL_PARSE, "Fix: remove one of the two lines.",
                         "%s:%u: task %.80s is already assigned, in line %u", reader->path,
                         reader->line, task_text, reader->line_of[task]);
    reader->line_of[task] = reader->line;
    reader->out->queue_of[task] = (uint32_t)worker;
    reader->out->order[reader->assigned++] = task;
    return VRRL_OK;
}

static char *trim(char *text)
{
    while (*text == ' ' || *text == '\t')
        text++;
    size_t size = strlen(text);
    while (size > 0 && strchr(" \t\r\n", text[size - 1]))
        text[--size] = '\0';
    return text;
}

/* A label may hold blanks: the task is all that follows the first word. */
static vrrl_code read_line(struct reader *reader, char *line, vrrl_error *err)
{
    char *text = trim(line);
    if (*text == '\0' || *text == '#')
        return VRRL_OK;
    char *gap = strpbrk(text, " \t");
    if (!gap)
        return error_set(err, VRRL_PARSE, "Fix: write lines of WORKER TASK.",
                         "%s:%u: found only %.40s; expected a worker and a task", reader->path,
                         reader->line, text);
    *gap = '\0';
    return read_pair(reader, text, trim(gap + 1), err);
}

/* The bytes end in a zero of ours. */
static vrrl_code read_lines(struct reader *reader, char *bytes, size_t size, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    for (char *line = bytes, *next; code == VRRL_OK && line < bytes + size; line = next) {
        char *end = memchr(line, '\n', (size_t)(bytes + size - line));
        end = end ? end : bytes + size;
        next = end + 1;
        *end = '\0';
        reader->line++;
        code = line + strlen(line) == end
                   ? read_line(reader, line, err)
                   : error_set(err, VRRL_PARSE, "Fix: write a text file.", "%s:%u: a zero byte",
                               reader->path, reader->line);
    }
    return code;
}

static vrrl_code read_file(struct reader *reader, vrrl_error *err)
{
    char *bytes;
    size_t size;
    vrrl_code code =
        graph_read_file(reader->path, "Fix: give a file of lines WORKER TASK.", &bytes, &size, err);
    if (code != VRRL_OK) {
        if (code == VRRL_IO)
            error_fix(err, "Fix: --assign takes pool, rr:N or the path of an assignment file.");
        return code;
    }
    code = read_lines(reader, bytes, size, err);
    free(bytes);
    return code;
}

static vrrl_code all_assigned(const struct reader *reader, vrrl_error *err)
{
    for (uint32_t t = 0; t < reader->graph->task_count; t++)
        if (reader->line_of[t] == 0)
            return error_set(err, VRRL_PARSE, "Fix: assign every task to a worker.",
                             "%s: %u of %u tasks have no line, the first is %u (%.80s)",
                             reader->path, reader->graph->task_count - reader->assigned,
                             reader->graph->task_count, reader->graph->tasks[t].id,
                             vrrl_graph_label(reader->graph, t));
    return VRRL_OK;
}

static vrrl_code assign_from_file(const vrrl_graph *graph, const char *path, vrrl_assignment *out,
                                  vrrl_error *err)
{
    struct reader reader = {.graph = graph, .path = path, .out = out};
    size_t count = graph->task_count + (size_t)1;
    reader.labels = malloc(count * sizeof *reader.labels);
    reader.line_of = calloc(count, sizeof *reader.line_of);
    vrrl_code code = VRRL_OK;
    if (!reader.labels || !reader.line_of)
        code = error_no_memory(err, count * sizeof *reader.labels);
    for (uint32_t t = 0; code == VRRL_OK && t < graph->task_count; t++)
        reader.labels[t] = (struct by_label){vrrl_graph_label(graph, t), t};
    if (code == VRRL_OK) {
        qsort(reader.labels, graph->task_count, sizeof *reader.labels, compare_labels);
        code = read_file(&reader, err);
    }
    if (code == VRRL_OK)
        code = all_assigned(&reader, err);
    free(reader.labels);
    free(reader.line_of);
    return code;
}

/* ---- The others ----------------------------------------------------------------------------- */

static vrrl_code assign_round_robin(const vrrl_graph *graph, const char *text, vrrl_assignment *out,
                                    vrrl_error *err)
{
    char *end;
    errno = 0;
    unsigned long workers = strtoul(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end || errno || workers < 1 || workers > QUEUES_MAX)
        return error_set(err, VRRL_INVALID, "Fix: give --assign rr:N, such as rr:82.",
                         "rr:%.40s: expected a number of workers from 1 to %u", text, QUEUES_MAX);
    for (uint32_t t = 0; t < graph->task_count; t++)
        out->queue_of[t] = t % (uint32_t)workers;
    out->model.queues = (uint32_t)workers;
    return VRRL_OK;
}

/* Whatever queues there are. */
static vrrl_code assign_pool(const vrrl_graph *graph, vrrl_assignment *out)
{
    for (uint32_t t = 0; t < graph->task_count; t++)
        out->queue_of[t] = VRRL_GRAPH_NONE;
    return VRRL_OK;
}

static vrrl_code assign_as_declared(const vrrl_graph *graph, vrrl_assignment *out, vrrl_error *err)
{
    uint32_t with = VRRL_GRAPH_NONE, without = VRRL_GRAPH_NONE;
    for (uint32_t t = 0; t < graph->task_count; t++) {
        out->queue_of[t] = graph->tasks[t].worker;
        *(graph->tasks[t].worker == VRRL_GRAPH_NONE ? &without : &with) = t;
    }
    if (with != VRRL_GRAPH_NONE && without != VRRL_GRAPH_NONE)
        return error_set(err, VRRL_INVALID,
                         "Fix: set sm for all tasks or for none, or give --assign.",
                         "%s: task %u (%.60s) has the worker %u, but task %u (%.60s) has none",
                         vrrl_graph_text_at(graph, graph->name), graph->tasks[with].id,
                         vrrl_graph_label(graph, with), graph->tasks[with].worker,
                         graph->tasks[without].id, vrrl_graph_label(graph, without));
    return VRRL_OK;
}

static vrrl_code set_model(const vrrl_graph *graph, const vrrl_assign_options *options,
                           vrrl_assignment *out, vrrl_error *err)
{
    for (uint32_t t = 0; t < graph->task_count; t++)
        if (out->queue_of[t] != VRRL_GRAPH_NONE && out->queue_of[t] >= out->model.queues)
            out->model.queues = out->queue_of[t] + 1;
    bool pool = out->model.queues == 0;
    if (pool && (options->pipelined || options->resident))
        return error_set(err, VRRL_INVALID, "Fix: give --assign rr:N or an assignment file too.",
                         "--%s needs queues, and the graph's tasks have no workers",
                         options->pipelined ? "pipelined" : "resident");
    if (options->pipelined > DEPTH_MAX)
        return error_set(err, VRRL_INVALID, "Fix: give a smaller depth.",
                         "--pipelined %u: expected 1 to %u slots in flight", options->pipelined,
                         DEPTH_MAX);
    if (options->resident > QUEUES_MAX)
        return error_set(err, VRRL_INVALID, "Fix: give fewer, or leave it out: all run.",
                         "--resident %u: expected 1 to %u queues", options->resident, QUEUES_MAX);
    out->model.kind = pool                 ? VRRL_MODEL_POOL
                      : options->pipelined ? VRRL_MODEL_PIPELINED
                                           : VRRL_MODEL_SERIAL;
    out->model.depth = options->pipelined;
    out->model.resident = options->resident < out->model.queues ? options->resident : 0;
    return VRRL_OK;
}

static vrrl_code fill_assignment(const vrrl_graph *graph, const vrrl_assign_options *options,
                                 vrrl_assignment *out, vrrl_error *err)
{
    bool queued = graph->queue_order && !options->assign;
    for (uint32_t i = 0; i < graph->task_count; i++)
        out->order[i] = queued ? graph->queue_order[i] : i;
    vrrl_code code;
    if (!options->assign)
        code = assign_as_declared(graph, out, err);
    else if (strcmp(options->assign, "pool") == 0)
        code = assign_pool(graph, out);
    else if (strncmp(options->assign, "rr:", 3) == 0)
        code = assign_round_robin(graph, options->assign + 3, out, err);
    else
        code = assign_from_file(graph, options->assign, out, err);
    return code == VRRL_OK ? set_model(graph, options, out, err) : code;
}

vrrl_code vrrl_assignment_create(const vrrl_graph *graph, const vrrl_assign_options *options,
                                 vrrl_assignment **assignment, vrrl_error *err)
{
    vrrl_assignment *out = result_create(sizeof *out, err);
    *assignment = NULL;
    size_t count = graph->task_count + (size_t)1;
    vrrl_assign_options own;
    vrrl_code code = OPTIONS_READ(vrrl_assign_options, &own, options, err);
    if (out) {
        out->queue_of = malloc(count * sizeof *out->queue_of);
        out->order = malloc(count * sizeof *out->order);
    }
    if (!out || !out->queue_of || !out->order)
        code = error_no_memory(err, 2 * count * sizeof(uint32_t));
    if (code == VRRL_OK)
        code = fill_assignment(graph, &own, out, err);
    if (code == VRRL_OK)
        *assignment = out;
    else
        vrrl_assignment_free(out);
    return code;
}

void vrrl_assignment_free(vrrl_assignment *assignment)
{
    if (!assignment)
        return;
    free(assignment->queue_of);
    free(assignment->order);
    free(assignment);
}
