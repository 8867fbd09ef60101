#include "tensor/megatriton_order.h"

#include "base/error.h"

#include <stdlib.h>

struct rounds {
    struct megatriton *m;
    uint32_t *first;   /* of each range, its waiters in waiters[]; one more at the end */
    uint32_t *waiters; /* tasks */
    uint32_t *missing; /* of each range, flags that are not set */
    uint32_t *
        pending; /* of each task: ranges that are not set, and 1 for the one before it in its queue */
    uint32_t *next; /* of each task, the one behind it in its queue */
    bool *ran;
    uint32_t ranked;
};

static void add_waiters(struct rounds *r)
{
    struct megatriton *m = r->m;
    for (uint32_t pass = 0; pass < 2; pass++) {
        for (uint32_t t = 0; t < m->task_count; t++) {
            for (uint32_t i = m->tasks[t].first_dep; i < m->tasks[t].dep_end; i++) {
                const struct megatriton_dep *dep = &m->deps[i];
                if (dep->first == dep->end)
                    continue;
                r->pending[t] += pass == 0;
                if (pass == 0)
                    r->first[dep->counter + 2]++;
                else
                    r->waiters[r->first[dep->counter + 1]++] = t;
            }
        }
        for (uint32_t i = 0; pass == 0 && i < m->range_count; i++)
            r->first[i + 2] += r->first[i + 1];
    }
}

/* Tasks lie entry by entry. */
static vrrl_code link_queues(struct rounds *r)
{
    struct megatriton *m = r->m;
    uint32_t *last = malloc((m->queues + (size_t)1) * sizeof *last);
    if (!last)
        return error_no_memory(m->err, m->queues * sizeof *last);
    for (uint32_t q = 0; q < m->queues; q++)
        last[q] = VRRL_GRAPH_NONE;
    for (uint32_t t = 0; t < m->task_count; t++) {
        uint32_t *before = &last[m->tasks[t].queue];
        r->next[t] = VRRL_GRAPH_NONE;
        r->pending[t] += *before != VRRL_GRAPH_NONE;
        if (*before != VRRL_GRAPH_NONE)
            r->next[*before] = t;
        *before = t;
    }
    free(last);
    return VRRL_OK;
}

static void start(struct rounds *r, uint32_t task)
{
    r->m->ranked[r->ranked++] = task;
    r->ran[task] = true;
}

static void end(struct rounds *r, uint32_t task)
{
    const struct megatriton *m = r->m;
    for (uint32_t i = m->first_range[task]; i < m->first_range[task + 1]; i++) {
        uint32_t range = m->ranges_of[i];
        if (--r->missing[range] > 0)
            continue;
        for (uint32_t k = r->first[range]; k < r->first[range + 1]; k++)
            if (--r->pending[r->waiters[k]] == 0)
                start(r, r->waiters[k]);
    }
    if (r->next[task] != VRRL_GRAPH_NONE && --r->pending[r->next[task]] == 0)
        start(r, r->next[task]);
}

static int by_place(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Those of a round stand as they do in the queues. */
static void run_rounds(struct rounds *r)
{
    struct megatriton *m = r->m;
    for (uint32_t i = 0; i < m->range_count; i++)
        r->missing[i] = m->ranges[i].end - m->ranges[i].first;
    for (uint32_t t = 0; t < m->task_count; t++)
        if (r->pending[t] == 0)
            start(r, t);
    for (uint32_t first = 0; first < r->ranked;) {
        uint32_t round_end = r->ranked;
        qsort(m->ranked + first, round_end - first, sizeof *m->ranked, by_place);
        for (; first < round_end; first++)
            end(r, m->ranked[first]);
    }
    for (uint32_t t = 0; t < m->task_count; t++)
        if (!r->ran[t])
            m->ranked[r->ranked++] = t;
}

static vrrl_code allocate(struct rounds *r)
{
    const struct megatriton *m = r->m;
    size_t tasks = m->task_count + (size_t)2, ranges = m->range_count + (size_t)2;
    size_t waits = 1;
    for (uint32_t t = 0; t < m->task_count; t++)
        waits += m->tasks[t].dep_end - m->tasks[t].first_dep;
    r->first = calloc(ranges, sizeof *r->first);
    r->waiters = malloc(waits * sizeof *r->waiters);
    r->missing = calloc(ranges, sizeof *r->missing);
    r->pending = calloc(tasks, sizeof *r->pending);
    r->next = malloc(tasks * sizeof *r->next);
    r->ran = calloc(tasks, sizeof *r->ran);
    bool all = r->first && r->waiters && r->missing && r->pending && r->next && r->ran;
    return all ? VRRL_OK : (vrrl_code)error_no_memory(m->err, 4 * (waits + 4 * tasks));
}

vrrl_code megatriton_order(struct megatriton *m)
{
    struct rounds r = {.m = m};
    m->ranked = malloc((m->task_count + (size_t)1) * sizeof *m->ranked);
    if (!m->ranked)
        return error_no_memory(m->err, m->task_count * sizeof *m->ranked);
    for (uint32_t t = 0; t < m->task_count; t++)
        m->ranked[t] = t;
    if (m->queues == 1)
        return VRRL_OK;
    vrrl_code code = allocate(&r);
    if (code == VRRL_OK)
        code = link_queues(&r);
    if (code == VRRL_OK) {
        add_waiters(&r);
        run_rounds(&r);
    }
    free(r.first);
    free(r.waiters);
    free(r.missing);
    free(r.pending);
    free(r.next);
    free(r.ran);
    return code;
}
