#include "check/edit.h"

#include "base/array.h"
#include "base/result.h"
#include "check/closure.h"
#include "check/system.h"
#include "graph/graph_rooms.h"

#include <stdlib.h>
#include <string.h>

vrrl_code edits_add(struct edits *edits, const vrrl_check_change *edit, vrrl_error *err)
{
    for (uint32_t i = 0; i < edits->count; i++) {
        vrrl_check_change *there = &edits->items[i];
        if (there->kind != edit->kind || there->task != edit->task ||
            there->counter != edit->counter || there->other != edit->other)
            continue;
        if (edit->value > there->value)
            there->value = edit->value;
        return VRRL_OK;
    }
    edits->cut = edits->count == EDITS_MAX;
    return edits->cut ? VRRL_OK : edits_append(edits, edit, err);
}

vrrl_code edits_append(struct edits *edits, const vrrl_check_change *edit, vrrl_error *err)
{
    vrrl_code code = array_room(edits->items, edits->count, edits->room, 1, err);
    if (code == VRRL_OK)
        edits->items[edits->count++] = *edit;
    return code;
}

vrrl_code edits_add_all(struct edits *edits, const struct edits *more, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; code == VRRL_OK && !edits->cut && i < more->count; i++)
        code = edits_add(edits, &more->items[i], err);
    edits->cut |= more->cut;
    edits->hides |= more->hides;
    return code;
}

void edits_free(struct edits *edits)
{
    free(edits->items);
    *edits = (struct edits){0};
}

void edits_tell(const struct edits *edits, vrrl_check_repair *repair)
{
    const vrrl_check_change *items = edits->items;
    repair->change = items[0];
    repair->more = edits->count - 1;
    if (!edits->of_instructions)
        return;
    /* Sorted by task and counter: what the first task waits for is one change, and each other task one like it. */
    uint32_t own = 1;
    repair->more = 0;
    repair->change.counter_last = items[0].counter;
    while (own < edits->count && items[own].task == items[0].task)
        own++;
    for (uint32_t i = 1; i < own; i++)
        repair->change.counter_last +=
            items[i].counter == repair->change.counter_last + 1 && items[i].value == items[0].value;
    repair->change.others = own - 1 - (repair->change.counter_last - items[0].counter);
    for (uint32_t i = own; i < edits->count; i++)
        repair->more += items[i].task != items[i - 1].task;
}

/* ---- Copies --------------------------------------------------------------------------------- */

/* Without its segments: they are cut again when the copy is finished. */
static vrrl_code copy_graph(const vrrl_graph *from, vrrl_graph **out, vrrl_error *err)
{
    vrrl_graph *to = result_create(sizeof *to, err);
    vrrl_code code = VRRL_OK;
    if (!to)
        return VRRL_NO_MEMORY;
    to->rooms = calloc(1, sizeof *to->rooms);
    if (!to->rooms)
        code = error_no_memory(err, sizeof *to->rooms);
    to->name = from->name;
    to->shared_pages = from->shared_pages;
    to->for_abi = from->for_abi;
    to->kinds_told = from->kinds_told;
    to->order = from->order;
    to->instruction_count = from->instruction_count;
#define COPY(array, count, room)                                                                   \
    if (code == VRRL_OK)                                                                           \
    code = array_duplicate(to, from, array, count, room, err)
    COPY(text, text_size, rooms->text);
    COPY(buffers, buffer_count, rooms->buffers);
    COPY(counters, counter_count, rooms->counters);
    COPY(tasks, task_count, rooms->tasks);
    COPY(accesses, access_count, rooms->accesses);
    COPY(waits, wait_count, rooms->waits);
    COPY(signals, signal_count, rooms->signals);
    COPY(ranges, range_count, rooms->ranges);
#undef COPY
    if (code == VRRL_OK)
        *out = to;
    else
        vrrl_graph_free(to);
    return code;
}

static vrrl_code copy_words(const uint32_t *from, uint32_t count, uint32_t **to, vrrl_error *err)
{
    uint32_t copied, room = 0;
    return array_copy((void **)to, &copied, &room, from, count, sizeof *from, err);
}

static vrrl_code copy_assignment(const vrrl_assignment *from, uint32_t tasks, vrrl_assignment **out,
                                 vrrl_error *err)
{
    vrrl_assignment *to = result_create(sizeof *to, err);
    if (!to)
        return VRRL_NO_MEMORY;
    to->model = from->model;
    vrrl_code code = copy_words(from->queue_of, tasks, &to->queue_of, err);
    if (code == VRRL_OK)
        code = copy_words(from->order, tasks, &to->order, err);
    if (code == VRRL_OK)
        *out = to;
    else
        vrrl_assignment_free(to);
    return code;
}

/* ---- Changes -------------------------------------------------------------------------------- */

/* Moves the task's waits to the end of the array, where one more can be added. */
static vrrl_code add_wait(vrrl_graph *graph, uint32_t task, const vrrl_graph_wait *wait,
                          vrrl_error *err)
{
    vrrl_graph_task *t = &graph->tasks[task];
    vrrl_code code =
        array_room(graph->waits, graph->wait_count, graph->rooms->waits, t->wait_count + 1, err);
    if (code != VRRL_OK)
        return code;
    for (uint32_t i = 0; i < t->access_count; i++) {
        /* The wait comes first, before every access. */
        graph->accesses[t->first_access + i].after_waits++;
    }
    graph->waits[graph->wait_count] = *wait;
    memcpy(&graph->waits[graph->wait_count + 1], &graph->waits[t->first_wait],
           t->wait_count * sizeof *wait);
    t->first_wait = graph->wait_count;
    graph->wait_count += ++t->wait_count;
    return VRRL_OK;
}

static vrrl_code set_wait(vrrl_graph *graph, const vrrl_check_change *edit, vrrl_error *err)
{
    vrrl_graph_task *task = &graph->tasks[edit->task];
    bool there = false;
    for (uint32_t i = 0; i < task->wait_count; i++) {
        vrrl_graph_wait *wait = &graph->waits[task->first_wait + i];
        if (wait->counter != edit->counter)
            continue;
        wait->threshold = edit->value;
        wait->order = VRRL_SYNC_ORDER_SYNC;
        there = true;
    }
    if (there)
        return VRRL_OK;
    vrrl_graph_wait wait = {.counter = edit->counter,
                            .threshold = edit->value,
                            .order = VRRL_SYNC_ORDER_SYNC,
                            .scope = VRRL_SYNC_SCOPE_DEVICE};
    return add_wait(graph, edit->task, &wait, err);
}

/* A wait for 0 holds nothing back. */
static void drop_wait(vrrl_graph *graph, const vrrl_check_change *edit)
{
    vrrl_graph_task *task = &graph->tasks[edit->task];
    for (uint32_t i = 0; i < task->wait_count; i++) {
        vrrl_graph_wait *wait = &graph->waits[task->first_wait + i];
        if (wait->counter == edit->counter)
            wait->threshold = 0;
    }
}

static void set_orders(vrrl_graph *graph, const vrrl_check_change *edit)
{
    const vrrl_graph_task *early = &graph->tasks[edit->other], *late = &graph->tasks[edit->task];
    for (uint32_t i = 0; i < early->signal_count; i++)
        if (graph->signals[early->first_signal + i].counter == edit->counter)
            graph->signals[early->first_signal + i].order = VRRL_SYNC_ORDER_SYNC;
    for (uint32_t i = 0; i < late->wait_count; i++)
        if (graph->waits[late->first_wait + i].counter == edit->counter)
            graph->waits[late->first_wait + i].order = VRRL_SYNC_ORDER_SYNC;
}

static vrrl_code tie(vrrl_graph *graph, const vrrl_check_change *edit, vrrl_error *err)
{
    vrrl_graph_task *other = &graph->tasks[edit->other];
    uint32_t counter = graph->counter_count;
    vrrl_graph_counter added = {.id = counter ? graph->counters[counter - 1].id + 1 : 0};
    vrrl_code code = vrrl_graph_add_counter(graph, &added, err);
    if (code == VRRL_OK)
        code = array_room(graph->signals, graph->signal_count, graph->rooms->signals,
                          other->signal_count + 1, err);
    if (code != VRRL_OK)
        return code;
    memcpy(&graph->signals[graph->signal_count], &graph->signals[other->first_signal],
           other->signal_count * sizeof *graph->signals);
    other->first_signal = graph->signal_count;
    graph->signal_count += ++other->signal_count;
    graph->signals[graph->signal_count - 1] = (vrrl_graph_signal){.counter = counter,
                                                                  .amount = 1,
                                                                  .order = VRRL_SYNC_ORDER_SYNC,
                                                                  .scope = VRRL_SYNC_SCOPE_DEVICE};
    vrrl_graph_wait wait = {.counter = counter,
                            .threshold = 1,
                            .order = VRRL_SYNC_ORDER_SYNC,
                            .scope = VRRL_SYNC_SCOPE_DEVICE};
    return add_wait(graph, edit->task, &wait, err);
}

static vrrl_code set_range(vrrl_graph *graph, const vrrl_check_change *edit, vrrl_error *err)
{
    const vrrl_graph_task *task = &graph->tasks[edit->task];
    vrrl_code code = array_room(graph->ranges, graph->range_count, graph->rooms->ranges, 1, err);
    if (code != VRRL_OK)
        return code;
    graph->ranges[graph->range_count++] = edit->range;
    for (uint32_t i = 0; i < task->access_count; i++) {
        vrrl_graph_access *access = &graph->accesses[task->first_access + i];
        if (access->kind != VRRL_ACCESS_READ &&
            graph->ranges[access->range].buffer == edit->range.buffer)
            access->range = graph->range_count - 1;
    }
    return VRRL_OK;
}

static void move_task(vrrl_assignment *assignment, uint32_t tasks, const vrrl_check_change *edit)
{
    uint32_t from = NONE, to = NONE;
    for (uint32_t i = 0; i < tasks; i++) {
        if (assignment->order[i] == edit->other)
            from = i;
        if (assignment->order[i] == edit->task)
            to = i;
    }
    if (from == NONE || to == NONE || from <= to)
        return;
    memmove(&assignment->order[to + 1], &assignment->order[to],
            (from - to) * sizeof *assignment->order);
    assignment->order[to] = edit->other;
}

/* In the order in which a pool runs them no queue can be stuck behind itself. */
static vrrl_code sort_queues(const vrrl_graph *graph, vrrl_assignment *assignment, vrrl_error *err)
{
    struct system *system;
    struct closure closure;
    struct closure_rules rules = {.without = NONE,
                                  .until = NONE,
                                  .no_queue_order = true,
                                  .no_residency = true,
                                  .clamp = true};
    vrrl_code code = system_create(graph, assignment, ORDERS_OF_TIME, &system, err);
    if (code != VRRL_OK)
        return code;
    code = closure_run(system, &rules, &closure, err);
    if (code == VRRL_OK) {
        uint32_t count = 0;
        for (uint32_t i = 0; i < closure.count; i++) {
            uint32_t task = system->nodes[closure.order[i]].task;
            if (task != NONE && closure.order[i] == last_node(system, task))
                assignment->order[count++] = task;
        }
        for (uint32_t t = 0; t < graph->task_count; t++)
            if (!task_ran(system, &closure, t))
                assignment->order[count++] = t;
        closure_free(&closure);
    }
    system_free(system);
    return code;
}

static vrrl_code apply(const vrrl_check_change *edit, vrrl_graph *graph,
                       vrrl_assignment *assignment, vrrl_error *err)
{
    switch (edit->kind) {
    case VRRL_CHECK_CHANGE_WAIT:
        return set_wait(graph, edit, err);
    case VRRL_CHECK_CHANGE_DROP_WAIT:
        drop_wait(graph, edit);
        return VRRL_OK;
    case VRRL_CHECK_CHANGE_TIE:
        return tie(graph, edit, err);
    case VRRL_CHECK_CHANGE_RANGE:
        return set_range(graph, edit, err);
    case VRRL_CHECK_CHANGE_ORDER:
        set_orders(graph, edit);
        return VRRL_OK;
    case VRRL_CHECK_CHANGE_MOVE:
        move_task(assignment, graph->task_count, edit);
        return VRRL_OK;
    case VRRL_CHECK_CHANGE_RESIDENT:
        assignment->model.resident = edit->value < assignment->model.queues ? edit->value : 0;
        return VRRL_OK;
    case VRRL_CHECK_CHANGE_NONE:
    case VRRL_CHECK_CHANGE_ALL:
    case VRRL_CHECK_CHANGE_KINDS:
    case VRRL_CHECK_CHANGE_SORT:  /* last of all, when the graph is as it will be */
    case VRRL_CHECK_CHANGE_RESET: /* of programs */
    case VRRL_CHECK_CHANGE_GROW:
        return VRRL_OK;
    }
    return VRRL_OK;
}

vrrl_code edits_apply(const struct edits *edits, const vrrl_graph *graph,
                      const vrrl_assignment *assignment, vrrl_graph **edited,
                      vrrl_assignment **reassigned, vrrl_error *err)
{
    bool sort = false;
    *edited = NULL;
    *reassigned = NULL;
    vrrl_code code = copy_graph(graph, edited, err);
    if (code == VRRL_OK)
        code = copy_assignment(assignment, graph->task_count, reassigned, err);
    for (uint32_t i = 0; code == VRRL_OK && i < edits->count; i++) {
        code = apply(&edits->items[i], *edited, *reassigned, err);
        sort |= edits->items[i].kind == VRRL_CHECK_CHANGE_SORT;
    }
    if (code == VRRL_OK)
        code = vrrl_graph_finish(*edited, err); /* ranges may have changed */
    if (code == VRRL_OK && sort)
        code = sort_queues(*edited, *reassigned, err);
    if (code != VRRL_OK) {
        vrrl_graph_free(*edited);
        vrrl_assignment_free(*reassigned);
    }
    return code;
}
