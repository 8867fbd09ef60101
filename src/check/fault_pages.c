#include "check/fault_pages.h"

#include "base/error.h"
#include "check/fault_lives.h"
#include "race/rules.h"

#include <stdlib.h>

/* ---- Which buffers share a page ---------------------------------------------------------------- */

struct placed {
    uint32_t page_after, buffer;
};

static int by_page(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    if (x->page_after != y->page_after)
        return x->page_after < y->page_after ? -1 : 1;
    return (x->buffer > y->buffer) - (x->buffer < y->buffer);
}

/* `places[b]` is where buffer b stands among those of its page. */
static void number_pages(struct placed *placed, uint32_t count, struct shared_pages *shared,
                         uint32_t *places)
{
    qsort(placed, count, sizeof *placed, by_page);
    for (uint32_t first = 0, end; first < count; first = end) {
        for (end = first + 1; end < count && placed[end].page_after == placed[first].page_after;)
            end++;
        if (end - first < 2)
            continue;
        shared->numbers[shared->count] = placed[first].page_after - 1;
        for (uint32_t i = first; i < end; i++) {
            shared->page_of[placed[i].buffer] = shared->count;
            places[placed[i].buffer] = i - first;
        }
        shared->count++;
    }
}

static vrrl_code find_shared(const vrrl_graph *graph, struct shared_pages *shared, uint32_t *places,
                             vrrl_error *err)
{
    size_t buffers = graph->buffer_count + (size_t)1;
    struct placed *placed = malloc(buffers * sizeof *placed);
    uint32_t count = 0;
    *shared = (struct shared_pages){.page_of = malloc(buffers * sizeof *shared->page_of),
                                    .numbers = malloc(buffers * sizeof *shared->numbers),
                                    .told = calloc(buffers, sizeof *shared->told)};
    vrrl_code code = VRRL_OK;
    if (!placed || !shared->page_of || !shared->numbers || !shared->told)
        code = error_no_memory(err, buffers * 20);
    for (uint32_t b = 0; code == VRRL_OK && b < graph->buffer_count; b++) {
        shared->page_of[b] = NONE;
        if (graph->buffers[b].page_after > 0)
            placed[count++] = (struct placed){graph->buffers[b].page_after, b};
    }
    if (code == VRRL_OK && count > 0)
        number_pages(placed, count, shared, places);
    free(placed);
    return code;
}

static void free_shared(struct shared_pages *shared)
{
    free(shared->page_of);
    free(shared->numbers);
    free(shared->told);
}

/* ---- The same tasks, on pages ------------------------------------------------------------------ */

/* A use of one buffer and a write of another on its page conflict, and nothing else: for each bit of a buffer's place,
 * and either value of it, there is an element that those with this value read when they are used, and those with the
 * other add to when they are written. The places of two buffers differ in some bit. */
static vrrl_code add_page_access(vrrl_graph *graph, const vrrl_graph_access *access, uint32_t page,
                                 uint32_t place, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    for (uint32_t bit = 0; code == VRRL_OK && 2 * bit < graph->buffers[page].columns; bit++) {
        uint32_t own = 2 * bit + (place >> bit & 1), other = own ^ 1;
        vrrl_graph_range range = {
            .buffer = page, .row_end = 1, .column_first = own, .column_end = own + 1};
        code = vrrl_graph_add_access(graph, &range, VRRL_ACCESS_READ, access->after_waits, err);
        range.column_first = other;
        range.column_end = other + 1;
        if (code == VRRL_OK && !access_is_load(access->kind))
            code = vrrl_graph_add_access(graph, &range, VRRL_ACCESS_ACCUMULATE, access->after_waits,
                                         err);
    }
    return code;
}

static vrrl_code add_task(const vrrl_graph *from, uint32_t t, const struct shared_pages *shared,
                          const uint32_t *places, vrrl_graph *to, vrrl_error *err)
{
    const vrrl_graph_task *task = &from->tasks[t];
    const vrrl_graph_task added = {.id = t, .worker = task->worker};
    vrrl_code code = vrrl_graph_add_task(to, &added, err);
    for (uint32_t i = 0; code == VRRL_OK && i < task->wait_count; i++)
        code = vrrl_graph_add_wait(to, &from->waits[task->first_wait + i], err);
    for (uint32_t i = 0; code == VRRL_OK && i < task->access_count; i++) {
        const vrrl_graph_access *access = &from->accesses[task->first_access + i];
        uint32_t buffer = from->ranges[access->range].buffer;
        if (shared->page_of[buffer] != NONE)
            code = add_page_access(to, access, shared->page_of[buffer], places[buffer], err);
    }
    for (uint32_t i = 0; code == VRRL_OK && i < task->signal_count; i++)
        code = vrrl_graph_add_signal(to, &from->signals[task->first_signal + i], err);
    return code;
}

static vrrl_code make_graph(const vrrl_graph *from, const struct shared_pages *shared,
                            const uint32_t *places, vrrl_graph *to, vrrl_error *err)
{
    uint32_t bits = 1;
    while (bits < 31 && from->buffer_count >> bits)
        bits++;
    vrrl_code code = VRRL_OK;
    for (uint32_t p = 0; code == VRRL_OK && p < shared->count; p++) {
        const vrrl_graph_buffer page = {
            .id = p, .kind = VRRL_BUFFER_KV_CACHE, .rows = 1, .columns = 2 * bits};
        code = vrrl_graph_add_buffer(to, &page, err);
    }
    for (uint32_t c = 0; code == VRRL_OK && c < from->counter_count; c++) {
        const vrrl_graph_counter counter = {.id = c, .init = from->counters[c].init};
        code = vrrl_graph_add_counter(to, &counter, err);
    }
    if (code == VRRL_OK)
        code = vrrl_graph_index(to, err);
    for (uint32_t t = 0; code == VRRL_OK && t < from->task_count; t++)
        code = add_task(from, t, shared, places, to, err);
    return code == VRRL_OK ? vrrl_graph_finish(to, err) : code;
}

/* ---- What it tells ----------------------------------------------------------------------------- */

/* The pages on which task `user` uses a buffer and task `writer` writes another. */
static void tell_pages(const vrrl_graph *graph, struct shared_pages *shared, uint32_t user,
                       uint32_t writer, vrrl_check_faults *faults)
{
    const vrrl_graph_task *x = &graph->tasks[user], *y = &graph->tasks[writer];
    for (uint32_t i = 0; i < x->access_count; i++) {
        uint32_t used = graph->ranges[graph->accesses[x->first_access + i].range].buffer;
        uint32_t page = shared->page_of[used];
        for (uint32_t k = 0; k < y->access_count && page != NONE && !shared->told[page]; k++) {
            const vrrl_graph_access *access = &graph->accesses[y->first_access + k];
            uint32_t written = graph->ranges[access->range].buffer;
            if (access_is_load(access->kind) || written == used || shared->page_of[written] != page)
                continue;
            shared->told[page] = true;
            faults_add(faults, &(vrrl_check_fault){.kind = VRRL_CHECK_FAULT_PAGE,
                                                   .tasks = {user, writer},
                                                   .buffers = {used, written},
                                                   .page = shared->numbers[page]});
        }
    }
}

static vrrl_code look(const struct outcome *o, bool ordered, struct shared_pages *shared,
                      const uint32_t *places, vrrl_check_faults *faults, vrrl_error *err)
{
    struct outcome of_pages;
    vrrl_graph *graph;
    vrrl_code code = vrrl_graph_create("", &graph, err);
    if (code == VRRL_OK)
        code = make_graph(o->graph, shared, places, graph, err);
    if (code == VRRL_OK)
        code = outcome_create(graph, o->assignment, true, NULL, o->until_ns, &of_pages, err);
    for (uint32_t t = 0; code == VRRL_OK && t < o->graph->task_count; t++)
        tell_pages(o->graph, shared, t, t, faults); /* what it reads is overwritten while it does */
    if (code == VRRL_OK) {
        const struct races *races = &of_pages.races;
        for (uint32_t i = 0; i < races->kept_count; i++) {
            const uint32_t *tasks = races->kept[i].tasks;
            tell_pages(o->graph, shared, tasks[0], tasks[1], faults);
            tell_pages(o->graph, shared, tasks[1], tasks[0], faults);
        }
        if (ordered && races->pairs == races->kept_count)
            code = fault_overwritten(o, shared, faults, err);
        outcome_free(&of_pages);
    }
    vrrl_graph_free(graph);
    return code;
}

vrrl_code fault_pages(const struct outcome *o, bool ordered, vrrl_check_faults *faults,
                      vrrl_error *err)
{
    struct shared_pages shared;
    uint32_t *places = calloc(o->graph->buffer_count + (size_t)1, sizeof *places);
    if (!places)
        return error_no_memory(err, o->graph->buffer_count * sizeof *places);
    vrrl_code code = find_shared(o->graph, &shared, places, err);
    if (code == VRRL_OK && shared.count > 0)
        code = look(o, ordered, &shared, places, faults, err);
    free_shared(&shared);
    free(places);
    return code;
}
