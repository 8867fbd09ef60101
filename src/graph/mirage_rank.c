#include "graph/mirage_rank.h"

#include "base/error.h"
#include "base/random.h"
#include "graph/mirage_events.h"

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

static int compare_extents(const struct mirage *m, const struct mirage_operand *a,
                           const struct mirage_operand *b)
{
    int order = compare_numbers(a->element_bytes, b->element_bytes);
    if (order == 0)
        order = compare_numbers(a->rank, b->rank);
    for (uint32_t i = 0; order == 0 && i < a->rank; i++) {
        uint32_t x = a->first_dimension + i, y = b->first_dimension + i;
        order = compare_numbers((int64_t)m->lengths[x], (int64_t)m->lengths[y]);
        if (order == 0)
            order = compare_numbers((int64_t)m->strides[x], (int64_t)m->strides[y]);
    }
    return order;
}

static int compare_operands(const struct mirage *m, const struct mirage_operand *a,
                            const struct mirage_operand *b)
{
    int order = compare_numbers(a->used, b->used);
    if (order == 0 && a->used)
        order = compare_numbers(m->buffers[a->buffer].place, m->buffers[b->buffer].place);
    if (order == 0)
        order = compare_numbers((int64_t)a->offset, (int64_t)b->offset);
    return order || !a->used ? order : compare_extents(m, a, b);
}

/* What they do. Outputs first: they differ most. */
static int compare_work(const struct mirage *m, uint32_t x, uint32_t y)
{
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
    return order ? order : compare_numbers(a->expert, b->expert);
}

static int compare_tasks(const void *left, const void *right, void *context)
{
    uint32_t x = *(const uint32_t *)left, y = *(const uint32_t *)right;
    int order = compare_work(context, x, y);
    return order ? order : compare_numbers(x, y);
}

/* ---- Tasks that do the same, by whom they wait for and who waits for them ----------------------- */

struct twins {
    const struct mirage *m;
    const uint32_t *launched_by;
    uint32_t *ranked, count;
    uint32_t *group; /* of each task, the place of the first of those that are like it so far */
    uint64_t
        *neighbours; /* of each task: its events, each by the groups of those that meet there */
    uint64_t *met;   /* of each event */
};

static uint64_t mixed(uint64_t number)
{
    return random_next(&number);
}

/* Sums, so that the order of a file's tasks is of no account. */
static void look_around(struct twins *w)
{
    const struct mirage *m = w->m;
    for (uint32_t e = 0; e < m->event_count; e++)
        w->met[e] = m->events[e].triggers;
    for (uint32_t pass = 0; pass < 2; pass++) {
        for (uint32_t t = MIRAGE_FIRST_TASK; t < m->task_count; t++) {
            struct mirage_waits waits = mirage_waits_of(m, w->launched_by, t);
            uint64_t trigger = m->tasks[t].trigger, seen = 0;
            for (uint32_t i = 0; i < waits.count; i++) {
                w->met[waits.events[i]] += pass == 0 ? mixed(2ull * w->group[t]) : 0;
                seen += mixed(2 * w->met[waits.events[i]]);
            }
            if (mirage_is_local(m, trigger)) {
                uint64_t *met = &w->met[mirage_index(trigger)];
                *met += pass == 0 ? mixed(2ull * w->group[t] + 1) : 0;
                seen += mixed(2 * *met + 1);
            }
            w->neighbours[t] = seen; /* of the second pass, which finds each event whole */
        }
    }
}

static int compare_twins(const void *left, const void *right, void *context)
{
    const struct twins *w = context;
    uint32_t x = *(const uint32_t *)left, y = *(const uint32_t *)right;
    int order = compare_numbers(w->group[x], w->group[y]);
    if (order == 0 && w->neighbours[x] != w->neighbours[y])
        order = w->neighbours[x] < w->neighbours[y] ? -1 : 1;
    return order ? order : compare_numbers(x, y);
}

/* Splits the groups by what was seen; how many there are. */
static uint32_t regroup(struct twins *w)
{
    uint32_t groups = 0, first = 0, old = 0;
    for (uint32_t i = 0; i < w->count; i++) {
        uint32_t t = w->ranked[i], own = w->group[t];
        bool differs = i == 0 || own != old || w->neighbours[t] != w->neighbours[w->ranked[i - 1]];
        first = differs ? i : first;
        groups += differs;
        old = own;
        w->group[t] = first;
    }
    return groups;
}

static uint32_t group_by_work(struct twins *w)
{
    for (uint32_t i = 0; i < w->count; i++) {
        uint32_t t = w->ranked[i], before = i > 0 ? w->ranked[i - 1] : t;
        w->group[t] = 0;
        w->neighbours[t] = w->neighbours[before] + (compare_work(w->m, before, t) != 0);
    }
    return regroup(w);
}

/* Until it tells no more of them apart: tasks that are still alike stand as they do in the file. */
static void part_twins(struct twins *w)
{
    uint32_t before = 0, groups = group_by_work(w);
    while (groups > before && groups < w->count) {
        before = groups;
        look_around(w);
        qsort_r(w->ranked, w->count, sizeof *w->ranked, compare_twins, w);
        groups = regroup(w);
    }
}

static vrrl_code rank_twins(struct mirage *m, const uint32_t *launched_by, uint32_t *ranked,
                            uint32_t count)
{
    struct twins w = {.m = m,
                      .launched_by = launched_by,
                      .ranked = ranked,
                      .count = count,
                      .group = calloc(m->task_count, sizeof *w.group),
                      .neighbours = calloc(m->task_count, sizeof *w.neighbours),
                      .met = calloc(m->event_count + (size_t)1, sizeof *w.met)};
    vrrl_code code = VRRL_OK;
    if (w.group && w.neighbours && w.met)
        part_twins(&w);
    else
        code = error_no_memory(m->err, 12ull * m->task_count + 8ull * m->event_count);
    free(w.group);
    free(w.neighbours);
    free(w.met);
    return code;
}

/* ---- All of them ------------------------------------------------------------------------------ */

vrrl_code mirage_rank(struct mirage *m, const uint32_t *launched_by, uint32_t **ranked)
{
    uint32_t count = m->task_count - MIRAGE_FIRST_TASK;
    MIRAGE_TRY(place_names(m));
    *ranked = malloc(count * sizeof **ranked);
    if (!*ranked)
        return error_no_memory(m->err, count * sizeof **ranked);
    for (uint32_t i = 0; i < count; i++)
        (*ranked)[i] = i + MIRAGE_FIRST_TASK;
    qsort_r(*ranked, count, sizeof **ranked, compare_tasks, m);
    return rank_twins(m, launched_by, *ranked, count);
}
