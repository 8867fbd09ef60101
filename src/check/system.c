#include "check/system.h"

#include "base/array.h"
#include "race/rules.h"

#include <stdlib.h>
#include <string.h>

/* What the queues add to their tasks' nodes. */
struct queue {
    uint32_t first, last; /* tasks */
    uint32_t tail;        /* node */
    uint32_t length;
    uint32_t rank; /* among the queues that hold tasks */
};

struct builder {
    struct system *system;
    const vrrl_assignment *assignment;
    enum system_orders orders;
    struct queue *queues; /* NULL in a pool */
    bool serial;
    struct threshold *thresholds; /* one a node_gate, before gates are shared */
    uint32_t node_gate_count, threshold_count, node_use_count;
    uint32_t node_room, node_gate_room, threshold_room, signal_room, node_use_room, use_room;
    uint32_t *use_of; /* by range and kind */
    bool *contested;  /* buffers that some task writes */
};

struct threshold {
    uint32_t counter, threshold, node_gate;
};

#define append(b, array, counter, roomy, element, err)                                             \
    do {                                                                                           \
        vrrl_code code_ = array_room(array, counter, (b)->roomy, 1, err);                          \
        if (code_ != VRRL_OK)                                                                      \
            return code_;                                                                          \
        (array)[(counter)++] = (element);                                                          \
    } while (0)

/* ---- Queues ---------------------------------------------------------------------------------

 * A queue is on when at most `resident` - 1 of those before it are unfinished; an empty one is
 * finished as soon as it gets on. So the queue of rank r waits until r - resident + 1 have
 finished.
 * The last task of a serial queue ends it; a pipelined queue ends when all its tasks have. */

static vrrl_code find_queues(struct builder *b, vrrl_error *err)
{
    const vrrl_worker_model *model = &b->assignment->model;
    uint32_t rank = 0;
    if (model->kind == VRRL_MODEL_POOL)
        return VRRL_OK;
    if (b->orders == ORDERS_OF_MEMORY && model->kind == VRRL_MODEL_PIPELINED && model->depth > 1)
        return VRRL_OK; /* each task is a thread of its own */
    /* With one slot in flight the next starts when it has ended: that is a serial queue. */
    b->serial = model->kind == VRRL_MODEL_SERIAL || model->depth == 1;
    b->queues = calloc(model->queues, sizeof *b->queues);
    if (!b->queues)
        return error_no_memory(err, model->queues * sizeof *b->queues);
    for (uint32_t i = 0; i < b->system->graph->task_count; i++) {
        uint32_t t = b->assignment->order[i];
        struct queue *queue = &b->queues[b->assignment->queue_of[t]];
        if (queue->length++ == 0)
            queue->first = t;
        queue->last = t;
    }
    for (uint32_t q = 0; q < model->queues; q++)
        if (b->queues[q].length > 0)
            b->queues[q].rank = rank++;
    if (model->resident > 0 && model->resident < rank && b->orders != ORDERS_OF_MEMORY)
        b->system->residency_counter = b->system->graph->counter_count;
    return VRRL_OK;
}

/* ---- Nodes ---------------------------------------------------------------------------------- */

static vrrl_code add_node(struct builder *b, uint32_t task, uint32_t *index, vrrl_error *err)
{
    struct system *s = b->system;
    struct node node = {.task = task,
                        .after = NONE,
                        .started = NONE,
                        .first_gate = b->node_gate_count,
                        .first_signal = s->signal_count,
                        .first_use = b->node_use_count};
    *index = s->node_count;
    append(b, s->nodes, s->node_count, node_room, node, err);
    return VRRL_OK;
}

static vrrl_code add_gate(struct builder *b, uint32_t node, uint32_t counter, uint32_t threshold,
                          bool sync, vrrl_error *err)
{
    struct threshold row = {counter, threshold, b->node_gate_count};
    struct node_gate gate = {.sync = sync};
    append(b, b->thresholds, b->threshold_count, threshold_room, row, err);
    append(b, b->system->node_gates, b->node_gate_count, node_gate_room, gate, err);
    b->system->nodes[node].gate_count++;
    return VRRL_OK;
}

static vrrl_code add_signal(struct builder *b, uint32_t node, uint32_t counter, uint32_t amount,
                            bool sync, vrrl_error *err)
{
    struct system *s = b->system;
    struct signal signal = {counter, amount, node, sync};
    append(b, s->signals, s->signal_count, signal_room, signal, err);
    s->nodes[node].signal_count++;
    return VRRL_OK;
}

static vrrl_code add_use(struct builder *b, uint32_t node, const vrrl_graph_access *access,
                         vrrl_error *err)
{
    struct system *s = b->system;
    if (!b->contested[s->graph->ranges[access->range].buffer])
        return VRRL_OK;
    uint32_t *use = &b->use_of[ACCESS_KINDS * (size_t)access->range + access->kind];
    if (*use == NONE) {
        struct use added = {access->range, access->kind};
        *use = s->use_count;
        append(b, s->uses, s->use_count, use_room, added, err);
    }
    append(b, s->node_uses, b->node_use_count, node_use_room, *use, err);
    s->nodes[node].use_count++;
    return VRRL_OK;
}

static vrrl_code add_residency_gate(struct builder *b, uint32_t node, uint32_t t, vrrl_error *err)
{
    uint32_t finished = b->system->residency_counter;
    if (finished == NONE)
        return VRRL_OK;
    const struct queue *queue = &b->queues[b->assignment->queue_of[t]];
    uint32_t resident = b->assignment->model.resident;
    if (queue->first != t || queue->rank < resident)
        return VRRL_OK;
    return add_gate(b, node, finished, queue->rank - resident + 1, true, err);
}

static vrrl_code add_residency_signal(struct builder *b, uint32_t node, uint32_t t, vrrl_error *err)
{
    uint32_t finished = b->system->residency_counter, q = b->assignment->queue_of[t];
    if (finished == NONE)
        return VRRL_OK;
    if (!b->serial)
        return add_signal(b, node, finished + 1 + q, 1, true, err);
    return b->queues[q].last == t ? add_signal(b, node, finished, 1, true, err) : VRRL_OK;
}

/* Of each pipelined queue a node that starts when all its tasks have finished. */
static vrrl_code add_queue_ends(struct builder *b, vrrl_error *err)
{
    uint32_t finished = b->system->residency_counter, node;
    vrrl_code code = VRRL_OK;
    if (finished == NONE || b->serial)
        return VRRL_OK;
    for (uint32_t q = 0; code == VRRL_OK && q < b->assignment->model.queues; q++) {
        if (b->queues[q].length == 0)
            continue;
        code = add_node(b, NONE, &node, err);
        if (code == VRRL_OK)
            code = add_gate(b, node, finished + 1 + q, b->queues[q].length, true, err);
        if (code == VRRL_OK)
            code = add_signal(b, node, finished, 1, true, err);
    }
    return code;
}

/* Queue order, between the tasks' nodes. */
static void chain_queues(struct builder *b)
{
    struct system *s = b->system;
    for (uint32_t i = 0; b->queues && i < s->graph->task_count; i++) {
        uint32_t t = b->assignment->order[i];
        struct queue *queue = &b->queues[b->assignment->queue_of[t]];
        struct node *node = &s->nodes[s->first_node[t]];
        if (queue->first != t && b->serial) {
            node->after = queue->tail;
            node->after_queue = true;
        } else if (queue->first != t) {
            node->started = queue->tail;
        }
        queue->tail = last_node(s, t);
    }
}

/* ---- Tasks ---------------------------------------------------------------------------------- */

/* The accesses that come after `low` … `high` - 1 waits. */
static vrrl_code add_uses(struct builder *b, uint32_t node, const vrrl_graph_task *task,
                          uint32_t low, uint32_t high, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; code == VRRL_OK && i < task->access_count; i++) {
        const vrrl_graph_access *access = &b->system->graph->accesses[task->first_access + i];
        if (access->after_waits >= low && access->after_waits < high)
            code = add_use(b, node, access, err);
    }
    return code;
}

/* The next wait before which the task accesses something, past `from`; its wait count if none. */
static uint32_t next_phase(const vrrl_graph *graph, const vrrl_graph_task *task, uint32_t from)
{
    uint32_t next = task->wait_count;
    for (uint32_t i = 0; i < task->access_count; i++) {
        uint32_t phase = graph->accesses[task->first_access + i].after_waits;
        if (phase > from && phase < next)
            next = phase;
    }
    return next;
}

static bool accesses_first(const vrrl_graph *graph, const vrrl_graph_task *task)
{
    for (uint32_t i = 0; i < task->access_count; i++)
        if (graph->accesses[task->first_access + i].after_waits == 0)
            return task->wait_count > 0;
    return false;
}

/* One node of a task: waits [from, to), and what comes before wait `to` + 1. */
static vrrl_code add_part(struct builder *b, uint32_t t, uint32_t from, uint32_t to,
                          vrrl_error *err)
{
    struct system *s = b->system;
    const vrrl_graph_task *task = &s->graph->tasks[t];
    uint32_t node, before = s->node_count;
    vrrl_code code = add_node(b, t, &node, err);
    if (code != VRRL_OK)
        return code;
    if (before > s->first_node[t]) {
        s->nodes[node].after = before - 1;
        s->in_parts = true;
    } else {
        code = add_residency_gate(b, node, t, err);
    }
    for (uint32_t i = from; code == VRRL_OK && i < to; i++) {
        const vrrl_graph_wait *wait = &s->graph->waits[task->first_wait + i];
        bool sync = wait->order == VRRL_SYNC_ORDER_SYNC || b->orders == ORDERS_ALL;
        s->relaxed |= !sync;
        code = add_gate(b, node, wait->counter, wait->threshold, sync, err);
    }
    bool last = to == task->wait_count;
    if (code == VRRL_OK)
        code = add_uses(b, node, task, to, last ? UINT32_MAX : to + 1, err);
    for (uint32_t i = 0; code == VRRL_OK && last && i < task->signal_count; i++) {
        const vrrl_graph_signal *signal = &s->graph->signals[task->first_signal + i];
        bool sync = signal->order == VRRL_SYNC_ORDER_SYNC || b->orders == ORDERS_ALL;
        s->relaxed |= !sync;
        code = add_signal(b, node, signal->counter, signal->amount, sync, err);
    }
    return code == VRRL_OK && last ? add_residency_signal(b, node, t, err) : code;
}

static vrrl_code add_task(struct builder *b, uint32_t t, vrrl_error *err)
{
    struct system *s = b->system;
    const vrrl_graph_task *task = &s->graph->tasks[t];
    vrrl_code code = VRRL_OK;
    uint32_t from = 0, to;
    s->first_node[t] = s->node_count;
    if (accesses_first(s->graph, task))
        code = add_part(b, t, 0, 0, err);
    do {
        to = next_phase(s->graph, task, from);
        if (code == VRRL_OK)
            code = add_part(b, t, from, to, err);
        from = to;
    } while (code == VRRL_OK && to < task->wait_count);
    return code;
}

/* ---- Indices: gates by counter, waiters by gate, signals by counter ------------------------- */

static int by_counter_and_threshold(const void *a, const void *b)
{
    const struct threshold *x = a, *y = b;
    if (x->counter != y->counter)
        return x->counter < y->counter ? -1 : 1;
    return (x->threshold > y->threshold) - (x->threshold < y->threshold);
}

/* Equal (counter, threshold) share a gate. */
static vrrl_code share_gates(struct builder *b, vrrl_error *err)
{
    struct system *s = b->system;
    if (b->threshold_count > 0) /* else there is no array */
        qsort(b->thresholds, b->threshold_count, sizeof *b->thresholds, by_counter_and_threshold);
    s->gates = calloc(b->threshold_count + (size_t)1, sizeof *s->gates);
    if (!s->gates)
        return error_no_memory(err, b->threshold_count * sizeof *s->gates);
    for (uint32_t i = 0; i < b->threshold_count; i++) {
        const struct threshold *row = &b->thresholds[i];
        if (i == 0 || by_counter_and_threshold(row - 1, row) != 0) {
            struct counter *counter = &s->counters[row->counter];
            if (counter->gate_count++ == 0)
                counter->first_gate = s->gate_count;
            s->gates[s->gate_count++] =
                (struct gate){.counter = row->counter, .threshold = row->threshold};
        }
        s->node_gates[row->node_gate].gate = s->gate_count - 1;
        s->gates[s->gate_count - 1].waiter_count++;
    }
    return VRRL_OK;
}

static vrrl_code index_waiters(struct builder *b, vrrl_error *err)
{
    struct system *s = b->system;
    s->waiters = malloc((b->node_gate_count + (size_t)1) * sizeof *s->waiters);
    if (!s->waiters)
        return error_no_memory(err, b->node_gate_count * sizeof *s->waiters);
    for (uint32_t g = 0, first = 0; g < s->gate_count; g++) {
        s->gates[g].first_waiter = first;
        first += s->gates[g].waiter_count;
        s->gates[g].waiter_count = 0;
    }
    for (uint32_t n = 0; n < s->node_count; n++) {
        for (uint32_t i = 0; i < s->nodes[n].gate_count; i++) {
            struct gate *gate = &s->gates[s->node_gates[s->nodes[n].first_gate + i].gate];
            s->waiters[gate->first_waiter + gate->waiter_count++] = n;
        }
    }
    return VRRL_OK;
}

static vrrl_code index_signals(struct system *s, vrrl_error *err)
{
    s->signallers = malloc((s->signal_count + (size_t)1) * sizeof *s->signallers);
    if (!s->signallers)
        return error_no_memory(err, s->signal_count * sizeof *s->signallers);
    for (uint32_t i = 0; i < s->signal_count; i++)
        s->counters[s->signals[i].counter].signallers++;
    for (uint32_t c = 0, first = 0; c < s->counter_count; c++) {
        s->counters[c].first_signaller = first;
        first += s->counters[c].signallers;
        s->counters[c].signallers = 0;
    }
    for (uint32_t i = 0; i < s->signal_count; i++) {
        struct counter *counter = &s->counters[s->signals[i].counter];
        s->signallers[counter->first_signaller + counter->signallers++] = i;
        counter->most += s->signals[i].amount;
    }
    return VRRL_OK;
}

static vrrl_code index_successors(struct system *s, vrrl_error *err)
{
    size_t bytes = (s->node_count + (size_t)1) * sizeof *s->next_after;
    s->next_after = malloc(bytes);
    s->next_started = malloc(bytes);
    if (!s->next_after || !s->next_started)
        return error_no_memory(err, 2 * bytes);
    memset(s->next_after, 0xFF, bytes);
    memset(s->next_started, 0xFF, bytes);
    for (uint32_t n = 0; n < s->node_count; n++) {
        if (s->nodes[n].after != NONE)
            s->next_after[s->nodes[n].after] = n;
        if (s->nodes[n].started != NONE)
            s->next_started[s->nodes[n].started] = n;
    }
    return VRRL_OK;
}

/* ---- All of it ------------------------------------------------------------------------------ */

static vrrl_code set_counters(struct builder *b, vrrl_error *err)
{
    struct system *s = b->system;
    s->counter_count = s->graph->counter_count;
    if (s->residency_counter != NONE)
        s->counter_count += 1 + b->assignment->model.queues;
    s->counters = calloc(s->counter_count + (size_t)1, sizeof *s->counters);
    if (!s->counters)
        return error_no_memory(err, s->counter_count * sizeof *s->counters);
    for (uint32_t c = 0; c < s->graph->counter_count; c++)
        s->counters[c].init = s->counters[c].most = s->graph->counters[c].init;
    return VRRL_OK;
}

static vrrl_code find_contested(struct builder *b, vrrl_error *err)
{
    const vrrl_graph *graph = b->system->graph;
    b->contested = calloc(graph->buffer_count + (size_t)1, sizeof *b->contested);
    size_t uses = ACCESS_KINDS * (size_t)graph->range_count;
    b->use_of = malloc((uses + 1) * sizeof *b->use_of);
    if (!b->contested || !b->use_of)
        return error_no_memory(err, 4 * uses + graph->buffer_count);
    memset(b->use_of, 0xFF, uses * sizeof *b->use_of);
    for (uint32_t i = 0; i < graph->access_count; i++)
        if (!access_is_load(graph->accesses[i].kind))
            b->contested[graph->ranges[graph->accesses[i].range].buffer] = true;
    for (uint32_t i = 0; i < graph->buffer_count; i++)
        b->contested[i] &=
            !graph->buffers[i].internal; /* what it holds is ordered as it was made */
    return VRRL_OK;
}

static vrrl_code build_system(struct builder *b, vrrl_error *err)
{
    struct system *s = b->system;
    s->first_node = malloc((s->graph->task_count + (size_t)1) * sizeof *s->first_node);
    if (!s->first_node)
        return error_no_memory(err, s->graph->task_count * sizeof *s->first_node);
    vrrl_code code = find_queues(b, err);
    if (code == VRRL_OK)
        code = find_contested(b, err);
    if (code == VRRL_OK)
        code = set_counters(b, err);
    for (uint32_t t = 0; code == VRRL_OK && t < s->graph->task_count; t++)
        code = add_task(b, t, err);
    s->first_node[s->graph->task_count] = s->node_count;
    if (code == VRRL_OK)
        code = add_queue_ends(b, err);
    if (code == VRRL_OK) {
        chain_queues(b);
        code = share_gates(b, err);
    }
    if (code == VRRL_OK)
        code = index_waiters(b, err);
    if (code == VRRL_OK)
        code = index_signals(s, err);
    if (code == VRRL_OK)
        code = index_successors(s, err);
    return code;
}

bool system_has_orders_of_time(const vrrl_assignment *assignment)
{
    const vrrl_worker_model *model = &assignment->model;
    bool window = model->kind == VRRL_MODEL_PIPELINED && model->depth > 1;
    return window || (model->kind != VRRL_MODEL_POOL && model->resident > 0);
}

vrrl_code system_create(const vrrl_graph *graph, const vrrl_assignment *assignment,
                        enum system_orders orders, struct system **system, vrrl_error *err)
{
    struct system *s = calloc(1, sizeof *s);
    if (!s)
        return error_no_memory(err, sizeof *s);
    s->graph = graph;
    s->residency_counter = NONE;
    struct builder b = {.system = s, .assignment = assignment, .orders = orders};
    vrrl_code code = build_system(&b, err);
    free(b.queues);
    free(b.thresholds);
    free(b.use_of);
    free(b.contested);
    if (code == VRRL_OK)
        *system = s;
    else
        system_free(s);
    return code;
}

void system_free(struct system *system)
{
    if (!system)
        return;
    free(system->nodes);
    free(system->node_gates);
    free(system->gates);
    free(system->waiters);
    free(system->signals);
    free(system->signallers);
    free(system->counters);
    free(system->uses);
    free(system->node_uses);
    free(system->first_node);
    free(system->next_after);
    free(system->next_started);
    free(system);
}
