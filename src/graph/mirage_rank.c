#include "graph/mirage_rank.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>

static int compare_numbers(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* ---- Names, each by its place among all -------------------------------------------------------- */

static int compare_types(const void *a, const void *b, void *context)
{
    const struct mirage *m = context;
    return strcmp(m->types[*(const uint32_t *)a].name, m->types[*(const uint32_t *)b].name);
}

static const char *buffer_name(const struct mirage *m, uint32_t buffer)
{
    return vrrl_graph_text_at(m->graph, m->buffers[buffer].name);
}

static int compare_buffers(const void *a, const void *b, void *context)
{
    const struct mirage *m = context;
    return strcmp(buffer_name(m, *(const uint32_t *)a), buffer_name(m, *(const uint32_t *)b));
}

static vrrl_code place_names(struct mirage *m)
{
    uint32_t most = m->type_count > m->buffer_count ? m->type_count : m->buffer_count;
    uint32_t *order = malloc((most + (size_t)1) * sizeof *order);
    if (!order)
        return error_no_memory(m->err, most * sizeof *order);
    for (uint32_t i = 0; i < most; i++)
        order[i] = i;
    qsort_r(order, m->type_count, sizeof *order, compare_types, m);
    for (uint32_t i = 0; i < m->type_count; i++)
        m->types[order[i]].place = i;
    for (uint32_t i = 0; i < most; i++)
        order[i] = i;
    qsort_r(order, m->buffer_count, sizeof *order, compare_buffers, m);
    for (uint32_t i = 0; i < m->buffer_count; i++)
        m->buffers[order[i]].place = i;
    free(order);
    return VRRL_OK;
}

/* ---- Tasks ------------------------------------------------------------------------------------ */

static int compare_operands(const struct mirage *m, const struct mirage_operand *a,
                            const struct mirage_operand *b)
{
    int order = compare_numbers(a->used, b->used);
    if (order == 0 && a->used)
        order = compare_numbers(m->buffers[a->buffer].place, m->buffers[b->buffer].place);
    return order ? order : compare_numbers((int64_t)a->offset, (int64_t)b->offset);
}

/* Outputs first: they differ most. */
static int compare_tasks(const void *left, const void *right, void *context)
{
    const struct mirage *m = context;
    uint32_t x = *(const uint32_t *)left, y = *(const uint32_t *)right;
    const struct mirage_task *a = &m->tasks[x], *b = &m->tasks[y];
    int order = compare_numbers(a->depth, b->depth);
    if (order == 0)
        order = compare_numbers(m->types[a->type].place, m->types[b->type].place);
    if (order == 0)
        order = compare_numbers(a->inputs, b->inputs);
    if (order == 0)
        order = compare_numbers(a->outputs, b->outputs);
    for (uint32_t i = 0, all = (uint32_t)a->inputs + a->outputs; order == 0 && i < all; i++) {
        uint32_t k = (i + a->inputs) % all;
        order = compare_operands(m, &m->operands[a->first_operand + k],
                                 &m->operands[b->first_operand + k]);
    }
    if (order == 0)
        order = compare_numbers(a->request, b->request);
    if (order == 0)
        order = compare_numbers(a->kv, b->kv);
    if (order == 0)
        order = compare_numbers(a->expert, b->expert);
    return order ? order : compare_numbers(x, y);
}

vrrl_code mirage_rank(struct mirage *m, uint32_t **ranked)
{
    uint32_t count = m->task_count - MIRAGE_FIRST_TASK;
    MIRAGE_TRY(place_names(m));
    *ranked = malloc(count * sizeof **ranked);
    if (!*ranked)
        return error_no_memory(m->err, count * sizeof **ranked);
    for (uint32_t i = 0; i < count; i++)
        (*ranked)[i] = i + MIRAGE_FIRST_TASK;
    qsort_r(*ranked, count, sizeof **ranked, compare_tasks, m);
    return VRRL_OK;
}
