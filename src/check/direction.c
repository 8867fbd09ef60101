#include "check/direction.h"

#include "base/error.h"
#include "check/instructions.h"
#include "check/system.h"
#include "graph/graph_marks.h"
#include "race/rules.h"

#include <stdlib.h>
#include <string.h>

static const uint32_t MANY_WRITE = NONE - 1;

/* ---- What the file tells --------------------------------------------------------------------- */

static uint32_t place_of(const vrrl_graph *graph, uint32_t task)
{
    return graph->tasks[task].place;
}

/* Of each counter: the last place of those who signal it, and all that they add. */
struct last {
    uint64_t most;
    uint32_t place;
};

/* Whether each task that waits for all signals of a counter comes behind those who make them. */
static bool runs_in_order(const vrrl_graph *graph, const struct last *last)
{
    for (uint32_t t = 0; t < graph->task_count; t++) {
        const vrrl_graph_task *task = &graph->tasks[t];
        for (uint32_t i = 0; i < task->wait_count; i++) {
            const vrrl_graph_wait *wait = &graph->waits[task->first_wait + i];
            const struct last *l = &last[wait->counter];
            bool all = wait->threshold > graph->counters[wait->counter].init &&
                       wait->threshold == graph->counters[wait->counter].init + l->most;
            if (all && task->place < l->place)
                return false;
        }
    }
    return true;
}

static vrrl_code look_at_file(struct directions *d, vrrl_error *err)
{
    const vrrl_graph *graph = d->graph;
    struct last *last = calloc(graph->counter_count + (size_t)1, sizeof *last);
    if (!last)
        return error_no_memory(err, graph->counter_count * sizeof *last);
    for (uint32_t t = 0; t < graph->task_count; t++) {
        const vrrl_graph_task *task = &graph->tasks[t];
        for (uint32_t i = 0; i < task->signal_count; i++) {
            const vrrl_graph_signal *signal = &graph->signals[task->first_signal + i];
            struct last *l = &last[signal->counter];
            l->most += signal->amount;
            if (signal->amount > 0 && task->place > l->place)
                l->place = task->place;
        }
    }
    d->runs = runs_in_order(graph, last);
    free(last);
    return VRRL_OK;
}

/* ---- Who writes ------------------------------------------------------------------------------ */

static void note_writer(const struct directions *d, const vrrl_graph_range *range, uint32_t task)
{
    const vrrl_graph_buffer *buffer = &d->graph->buffers[range->buffer];
    for (uint32_t r = range->piece_row_first; r < range->piece_row_end; r++) {
        for (uint32_t c = range->piece_column_first; c < range->piece_column_end; c++) {
            uint32_t *writer = &d->writers[buffer->first_segment + r * buffer->column_pieces + c];
            *writer = *writer == NONE || *writer == task ? task : MANY_WRITE;
        }
    }
}

static void look_at_writers(const struct directions *d)
{
    const vrrl_graph *graph = d->graph;
    memset(d->writers, 0xFF, (graph->segment_count + (size_t)1) * sizeof *d->writers);
    for (uint32_t t = 0; t < graph->task_count; t++) {
        const vrrl_graph_task *task = &graph->tasks[t];
        for (uint32_t i = 0; i < task->access_count; i++) {
            const vrrl_graph_access *access = &graph->accesses[task->first_access + i];
            if (!access_is_load(access->kind))
                note_writer(d, &graph->ranges[access->range], t);
        }
    }
}

/* Whether all that the two have in common is what one of them alone writes. */
static bool is_only_writer(const struct directions *d, const vrrl_check_pair *pair, uint32_t side)
{
    const vrrl_graph_range *a = &d->graph->ranges[pair->ranges[0]],
                           *b = &d->graph->ranges[pair->ranges[1]];
    const vrrl_graph_buffer *buffer = &d->graph->buffers[pair->buffer];
    if (!graph_is_made_in_step(buffer->kind) || pair->kinds[!side] != VRRL_ACCESS_READ)
        return false;
    for (uint32_t r = a->piece_row_first; r < a->piece_row_end; r++) {
        for (uint32_t c = a->piece_column_first; c < a->piece_column_end; c++) {
            bool common = r >= b->piece_row_first && r < b->piece_row_end &&
                          c >= b->piece_column_first && c < b->piece_column_end;
            uint32_t segment = buffer->first_segment + r * buffer->column_pieces + c;
            if (common && d->writers[segment] != pair->tasks[side])
                return false;
        }
    }
    return true;
}

/* ---- What they wait for ---------------------------------------------------------------------- */

static bool task_waits_for(const vrrl_graph *graph, uint32_t waiter, uint32_t signaller)
{
    const vrrl_graph_task *w = &graph->tasks[waiter], *s = &graph->tasks[signaller];
    for (uint32_t i = 0; i < w->wait_count; i++)
        for (uint32_t k = 0; k < s->signal_count; k++)
            if (graph->waits[w->first_wait + i].counter ==
                    graph->signals[s->first_signal + k].counter &&
                graph->signals[s->first_signal + k].amount > 0)
                return true;
    return false;
}

/* Some part of the one's instruction for some part of the other's. */
static bool waits_for(const vrrl_graph *graph, uint32_t waiter, uint32_t signaller)
{
    const struct task_span w = span_of(graph, waiter), s = span_of(graph, signaller);
    bool found = false;
    for (uint32_t a = w.first; !found && a < w.end; a++)
        for (uint32_t b = s.first; !found && b < s.end; b++)
            found = task_waits_for(graph, a, b);
    return found;
}

/* ---- All of it ------------------------------------------------------------------------------- */

vrrl_code directions_create(const vrrl_graph *graph, struct directions *d, vrrl_error *err)
{
    size_t segments = graph->segment_count + (size_t)1;
    *d = (struct directions){.graph = graph, .writers = malloc(segments * sizeof *d->writers)};
    if (!d->writers)
        return error_no_memory(err, segments * sizeof *d->writers);
    look_at_writers(d);
    return look_at_file(d, err);
}

void directions_free(struct directions *d)
{
    free(d->writers);
    d->writers = NULL;
}

static void turn(vrrl_check_pair *pair)
{
    *pair = (vrrl_check_pair){.tasks = {pair->tasks[1], pair->tasks[0]},
                              .buffer = pair->buffer,
                              .ranges = {pair->ranges[1], pair->ranges[0]},
                              .kinds = {pair->kinds[1], pair->kinds[0]},
                              .unsure = pair->unsure};
}

/* Ids of another tool's graph are an order of our own, which does not change where its tasks are numbered otherwise;
 * the place in the file is their author's, as far as they could run so. */
static bool has_own_ids(const vrrl_graph *graph)
{
    return graph->import && graph->import->of_tasks;
}

static bool comes_later(const struct directions *d, uint32_t a, uint32_t b)
{
    if (has_own_ids(d->graph) && !d->runs)
        return a > b;
    return place_of(d->graph, a) > place_of(d->graph, b);
}

bool directions_turn(const struct directions *d, vrrl_check_pair *pair)
{
    uint32_t a = pair->tasks[0], b = pair->tasks[1];
    bool b_waits = waits_for(d->graph, b, a), a_waits = waits_for(d->graph, a, b);
    bool a_writes = is_only_writer(d, pair, 0), b_writes = is_only_writer(d, pair, 1);
    bool later = comes_later(d, a, b), known = true;
    if (a_waits != b_waits)
        later = a_waits;
    else if (a_writes || b_writes)
        later = b_writes;
    else
        known = d->graph->order == VRRL_GRAPH_ORDER_DECLARED ||
                (d->graph->order == VRRL_GRAPH_ORDER_OF_FILE && d->runs);
    if (later)
        turn(pair);
    return known;
}

/* Of ids of our own whichever comes first is looked at first: the two may stand the other way round in another file. */
static void order_of(const vrrl_graph *graph, const vrrl_check_pair *pair, uint32_t order[2])
{
    bool own = has_own_ids(graph);
    for (int i = 0; i < 2; i++)
        order[i] = own ? pair->tasks[i] : place_of(graph, pair->tasks[i]);
    if (own && order[0] > order[1]) {
        uint32_t first = order[0];
        order[0] = order[1];
        order[1] = first;
    }
}

int directions_compare(const vrrl_graph *graph, const vrrl_check_pair *a, const vrrl_check_pair *b)
{
    uint32_t x[2], y[2];
    order_of(graph, a, x);
    order_of(graph, b, y);
    for (int i = 0; i < 2; i++)
        if (x[i] != y[i])
            return x[i] < y[i] ? -1 : 1;
    return 0;
}
