#include "tensor/megatriton_read.h"

#include "base/error.h"
#include "base/sorted.h"
#include "tensor/archive.h"
#include "tensor/npy.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const char see[] = "Fix: write the members of one compiled model, by numpy.savez.";

void megatriton_task_name(const struct megatriton *m, uint32_t task, char *out, size_t size)
{
    const struct megatriton_task *t = &m->tasks[task];
    snprintf(out, size, "%.60s(layer %u, task %u, tile %u)",
             t->described ? vrrl_graph_text_at(m->graph, m->operations.texts[t->operation])
                          : "task",
             t->layer, t->node, t->tile);
}

/* ---- Members ---------------------------------------------------------------------------------- */

/* The bytes of a member are the tensor's; tensor_free frees them. */
static vrrl_code read_member(struct megatriton *m, const char *bytes, size_t size,
                             const char *member, const struct npy_types *types, uint32_t rank,
                             struct tensor *tensor)
{
    char name[200], *plain;
    size_t plain_size;
    snprintf(name, sizeof name, "%.120s:%s", m->file, member);
    MEGATRITON_TRY(archive_member(m->file, bytes, size, member, &plain, &plain_size, m->err));
    vrrl_code code = npy_parse_as(name, plain, plain_size, types, tensor, m->err);
    if (code == VRRL_OK && tensor->rank != rank)
        code = error_set(m->err, VRRL_PARSE, see, "%s has %u dimensions; expected %u", name,
                         tensor->rank, rank);
    if (code == VRRL_OK)
        tensor->owned = plain;
    else
        free(plain);
    return code;
}

static const struct npy_types words = {{"<i4", "<u4"}, "<i4 or <u4 (int32 or uint32)"};

/* ---- The scoreboard --------------------------------------------------------------------------- */

static int64_t number_at(const struct tensor *tensor, uint64_t index)
{
    if (tensor->item_bytes == 4)
        return tensor_at(tensor, index);
    return (int64_t)load_le64(tensor->words + 8 * index);
}

static vrrl_code read_scoreboard(struct megatriton *m, const char *bytes, size_t size)
{
    static const struct npy_types types = {{"<i8", "<i4"}, "<i8 or <i4 (int64 or int32)"};
    struct tensor tensor;
    int64_t flags = 1, length = 0;
    MEGATRITON_TRY(read_member(m, bytes, size, "scoreboard_shape", &types, 1, &tensor));
    bool fits = tensor.count == 3;
    for (uint32_t i = 0; fits && i < 3; i++) {
        length = number_at(&tensor, i);
        m->scoreboard[i] = (uint64_t)length;
        fits = length > 0 && !__builtin_mul_overflow(flags, length, &flags) &&
               flags <= MEGATRITON_FLAGS_MAX;
    }
    tensor_free(&tensor);
    return fits ? VRRL_OK
                : error_set(m->err, VRRL_PARSE, see,
                            "%s:scoreboard_shape: expected layers, tasks and tiles, at least 1 "
                            "each, and less than 2^31 flags in all",
                            m->file);
}

static uint32_t flag_count(const struct megatriton *m)
{
    return (uint32_t)(m->scoreboard[0] * m->scoreboard[1] * m->scoreboard[2]);
}

/* ---- Queues ----------------------------------------------------------------------------------- */

static vrrl_code read_sizes(struct megatriton *m, const char *bytes, size_t size)
{
    struct tensor tensor;
    uint64_t tasks = 0;
    vrrl_code code = VRRL_OK;
    MEGATRITON_TRY(read_member(m, bytes, size, "num_tasks", &words, 1, &tensor));
    if (tensor.count != m->queues)
        code = error_set(m->err, VRRL_PARSE, see,
                         "%s:num_tasks has %" PRIu64 " numbers, and there are %u queues", m->file,
                         tensor.count, m->queues);
    m->queue_sizes = calloc(m->queues + (size_t)1, sizeof *m->queue_sizes);
    if (code == VRRL_OK && !m->queue_sizes)
        code = error_no_memory(m->err, m->queues * sizeof *m->queue_sizes);
    for (uint32_t q = 0; code == VRRL_OK && q < m->queues; q++) {
        int64_t count = tensor_at(&tensor, q);
        if (count < 0 || count > m->entries)
            code = error_set(m->err, VRRL_PARSE, see,
                             "%s:num_tasks: queue %u has %" PRId64 " tasks; expected 0 to %u",
                             m->file, q, count, m->entries);
        m->queue_sizes[q] = (uint32_t)count;
        tasks += (uint32_t)count;
    }
    tensor_free(&tensor);
    if (code == VRRL_OK && tasks == 0)
        return error_set(m->err, VRRL_PARSE, "Fix: see if the model was compiled.",
                         "%s: the queues are empty", m->file);
    if (code == VRRL_OK && tasks > VRRL_GRAPH_TASKS_MAX)
        return error_set(m->err, VRRL_TOO_LARGE, "Fix: take fewer layers.",
                         "%s: more than %u tasks", m->file, VRRL_GRAPH_TASKS_MAX);
    m->task_count = (uint32_t)tasks;
    return code;
}

static vrrl_code read_row(struct megatriton *m, const struct tensor *queues, uint32_t queue,
                          uint32_t entry, uint32_t task)
{
    uint64_t at = ((uint64_t)entry * m->queues + queue) * queues->dims[2];
    uint32_t w[MEGATRITON_HEAD_WORDS];
    for (uint32_t i = 0; i < MEGATRITON_HEAD_WORDS; i++)
        w[i] = (uint32_t)tensor_at(queues, at + i);
    if (w[1] >= m->scoreboard[0] || w[2] >= m->scoreboard[1] || w[3] >= m->scoreboard[2])
        return error_set(m->err, VRRL_PARSE, see,
                         "%s: entry %u of queue %u: layer %u, task %u, tile %u has no flag; the "
                         "scoreboard is %" PRIu64 " x %" PRIu64 " x %" PRIu64,
                         m->file, entry, queue, w[1], w[2], w[3], m->scoreboard[0],
                         m->scoreboard[1], m->scoreboard[2]);
    if (w[4] > w[5] || w[5] > m->dep_count)
        return error_set(m->err, VRRL_PARSE, see,
                         "%s: entry %u of queue %u: dependencies %u to %u; there are %u", m->file,
                         entry, queue, w[4], w[5], m->dep_count);
    m->tasks[task] = (struct megatriton_task){.layer = w[1],
                                              .node = w[2],
                                              .tile = w[3],
                                              .queue = queue,
                                              .entry = entry,
                                              .first_dep = w[4],
                                              .dep_end = w[5]};
    uint64_t flag = (w[1] * m->scoreboard[1] + w[2]) * m->scoreboard[2] + w[3];
    m->flags[task] = (struct megatriton_flag){(uint32_t)flag, task};
    return VRRL_OK;
}

/* Entry by entry, and in it by queue. */
static vrrl_code read_rows(struct megatriton *m, const struct tensor *queues)
{
    uint32_t task = 0;
    m->tasks = calloc(m->task_count, sizeof *m->tasks);
    m->flags = calloc(m->task_count, sizeof *m->flags);
    if (!m->tasks || !m->flags)
        return error_no_memory(m->err, m->task_count * sizeof *m->tasks);
    for (uint32_t entry = 0; entry < m->entries && task < m->task_count; entry++)
        for (uint32_t q = 0; q < m->queues; q++)
            if (entry < m->queue_sizes[q])
                MEGATRITON_TRY(read_row(m, queues, q, entry, task++));
    qsort(m->flags, m->task_count, sizeof *m->flags, sorted_order);
    for (uint32_t i = 1; i < m->task_count; i++) {
        const struct megatriton_task *a = &m->tasks[m->flags[i - 1].task],
                                     *b = &m->tasks[m->flags[i].task];
        if (m->flags[i - 1].flag == m->flags[i].flag)
            return error_set(m->err, VRRL_PARSE, see,
                             "%s: layer %u, task %u, tile %u is in two places: entry %u of queue "
                             "%u, and entry %u of queue %u",
                             m->file, a->layer, a->node, a->tile, a->entry, a->queue, b->entry,
                             b->queue);
    }
    return VRRL_OK;
}

static vrrl_code read_queues(struct megatriton *m, const char *bytes, size_t size)
{
    struct tensor queues;
    MEGATRITON_TRY(read_member(m, bytes, size, "work_queues", &words, 3, &queues));
    vrrl_code code = VRRL_OK;
    if (queues.dims[0] > VRRL_GRAPH_TASKS_MAX || queues.dims[1] > MEGATRITON_QUEUES_MAX ||
        queues.dims[1] == 0 || queues.dims[2] < MEGATRITON_HEAD_WORDS)
        code = error_set(m->err, VRRL_PARSE, see,
                         "%s:work_queues: expected entries, 1 to %d queues, and at least %d words "
                         "a task",
                         m->file, MEGATRITON_QUEUES_MAX, MEGATRITON_HEAD_WORDS);
    m->entries = (uint32_t)queues.dims[0];
    m->queues = (uint32_t)queues.dims[1];
    if (code == VRRL_OK)
        code = read_sizes(m, bytes, size);
    if (code == VRRL_OK)
        code = read_rows(m, &queues);
    tensor_free(&queues);
    return code;
}

/* ---- Dependencies ----------------------------------------------------------------------------- */

static vrrl_code fill_deps(struct megatriton *m, const struct tensor *deps)
{
    if (deps->dims[1] != 2 || deps->dims[0] > MEGATRITON_EDGES_MAX)
        return error_set(m->err, VRRL_PARSE, see,
                         "%s:task_deps: expected two columns, and at most %u rows", m->file,
                         MEGATRITON_EDGES_MAX);
    m->dep_count = (uint32_t)deps->dims[0];
    m->deps = calloc(m->dep_count + (size_t)1, sizeof *m->deps);
    if (!m->deps)
        return error_no_memory(m->err, m->dep_count * sizeof *m->deps);
    for (uint32_t i = 0; i < m->dep_count; i++) {
        int64_t first = tensor_at(deps, 2 * (uint64_t)i),
                end = tensor_at(deps, 2 * (uint64_t)i + 1);
        if (first < 0 || end < first || end > flag_count(m))
            return error_set(m->err, VRRL_PARSE, see,
                             "%s:task_deps: row %u is flags %" PRId64 " to %" PRId64
                             "; the scoreboard has %u",
                             m->file, i, first, end, flag_count(m));
        m->deps[i] = (struct megatriton_dep){(uint32_t)first, (uint32_t)end, 0};
    }
    return VRRL_OK;
}

static vrrl_code read_deps(struct megatriton *m, const char *bytes, size_t size)
{
    struct tensor deps;
    MEGATRITON_TRY(read_member(m, bytes, size, "task_deps", &words, 2, &deps));
    vrrl_code code = fill_deps(m, &deps);
    tensor_free(&deps);
    return code;
}

/* ---- Distinct ranges -------------------------------------------------------------------------- */

static vrrl_code add_range(struct megatriton *m, struct hash_table *table,
                           struct megatriton_dep *dep)
{
    dep->counter = hash_table_item(table, hash_table_of_pair(dep->first, dep->end), m->range_count);
    if (dep->counter == HASH_TABLE_NONE)
        return error_no_memory(m->err, hash_table_bytes(table));
    if (dep->counter < m->range_count)
        return VRRL_OK;
    m->ranges[m->range_count++] = (struct megatriton_range){
        .first = dep->first,
        .end = dep->end,
        .first_flag = sorted_from(m->flags, m->task_count, sizeof *m->flags, dep->first),
        .flag_end = sorted_from(m->flags, m->task_count, sizeof *m->flags, dep->end)};
    return VRRL_OK;
}

/* Only those that some task waits for; an empty one is over before it begins. */
static vrrl_code find_ranges(struct megatriton *m, struct hash_table *table)
{
    uint64_t waits = 0, signals = 0;
    for (uint32_t t = 0; t < m->task_count; t++) {
        for (uint32_t i = m->tasks[t].first_dep; i < m->tasks[t].dep_end; i++) {
            struct megatriton_dep *dep = &m->deps[i];
            if (++waits > MEGATRITON_EDGES_MAX)
                break;
            if (dep->first == dep->end)
                continue;
            MEGATRITON_TRY(add_range(m, table, dep));
        }
    }
    for (uint32_t i = 0; i < m->range_count; i++)
        signals += m->ranges[i].flag_end - m->ranges[i].first_flag;
    return waits <= MEGATRITON_EDGES_MAX && signals <= MEGATRITON_EDGES_MAX &&
                   m->range_count <= VRRL_GRAPH_BUFFERS_MAX
               ? VRRL_OK
               : error_set(m->err, VRRL_TOO_LARGE, "Fix: take fewer layers.",
                           "%s: tasks wait for more flags than %u together", m->file,
                           MEGATRITON_EDGES_MAX);
}

static vrrl_code list_ranges(struct megatriton *m)
{
    size_t signals = 1;
    for (uint32_t i = 0; i < m->range_count; i++)
        signals += m->ranges[i].flag_end - m->ranges[i].first_flag;
    m->first_range = calloc(m->task_count + (size_t)2, sizeof *m->first_range);
    m->ranges_of = malloc(signals * sizeof *m->ranges_of);
    if (!m->first_range || !m->ranges_of)
        return error_no_memory(m->err, 4 * (signals + m->task_count));
    for (uint32_t pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; i < m->range_count; i++) {
            for (uint32_t k = m->ranges[i].first_flag; k < m->ranges[i].flag_end; k++) {
                if (pass == 0)
                    m->first_range[m->flags[k].task + 2]++;
                else
                    m->ranges_of[m->first_range[m->flags[k].task + 1]++] = i;
            }
        }
        for (uint32_t t = 0; pass == 0 && t < m->task_count; t++)
            m->first_range[t + 2] += m->first_range[t + 1];
    }
    return VRRL_OK;
}

vrrl_code megatriton_read(struct megatriton *m, const char *bytes, size_t size)
{
    struct hash_table table = {.room = 0};
    MEGATRITON_TRY(read_scoreboard(m, bytes, size));
    MEGATRITON_TRY(read_deps(m, bytes, size));
    MEGATRITON_TRY(read_queues(m, bytes, size));
    m->ranges = calloc(m->dep_count + (size_t)1, sizeof *m->ranges);
    if (!m->ranges)
        return error_no_memory(m->err, m->dep_count * sizeof *m->ranges);
    vrrl_code code = find_ranges(m, &table);
    hash_table_free(&table);
    return code == VRRL_OK ? list_ranges(m) : code;
}
