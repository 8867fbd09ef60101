#include "check/dispatch.h"

#include "base/error.h"
#include "check/closure.h"

#include <stdlib.h>
#include <string.h>

static vrrl_code create(const vrrl_graph *graph, uint32_t queues, vrrl_assignment **out,
                        vrrl_error *err)
{
    size_t bytes = (graph->task_count + (size_t)1) * sizeof(uint32_t);
    vrrl_assignment *a = calloc(1, sizeof *a);
    if (a) {
        a->model = (vrrl_worker_model){.kind = VRRL_MODEL_SERIAL, .queues = queues};
        a->queue_of = calloc(1, bytes);
        a->order = malloc(bytes);
    }
    if (!a || !a->queue_of || !a->order) {
        vrrl_assignment_free(a);
        return error_no_memory(err, 2 * bytes);
    }
    memcpy(a->order, graph->queue_order, graph->task_count * sizeof(uint32_t));
    *out = a;
    return VRRL_OK;
}

/* Scheduler s has the workers [first, end): the rest of the division goes to the first ones. */
static void workers_of(uint32_t workers, uint32_t schedulers, uint32_t s, uint32_t *first,
                       uint32_t *end)
{
    uint32_t each = workers / schedulers, rest = workers % schedulers;
    *first = each * s + (s < rest ? s : rest);
    *end = *first + each + (s < rest);
}

/* In rounds of as many tasks as there are workers, a scheduler takes those at the places of its workers, and deals
 * them to its workers in turn. Scheduler 0 has dealt out the task that begins the iteration before. */
static void deal(const vrrl_graph *graph, const vrrl_assignment *a)
{
    uint32_t workers = graph->import->workers_owned, schedulers = graph->import->schedulers;
    for (uint32_t s = 0; s < schedulers; s++) {
        uint32_t first, end;
        workers_of(workers, schedulers, s, &first, &end);
        uint32_t next = s == 0 && end - first > 1 ? first + 1 : first;
        for (uint64_t round = 0; round < graph->task_count; round += workers) {
            for (uint64_t i = round + first; i < round + end && i < graph->task_count; i++) {
                a->queue_of[graph->queue_order[i]] = next;
                next = next + 1 == end ? first : next + 1;
            }
        }
    }
}

/* How many tasks do not run; *task: the first of them in the order of the file. */
static vrrl_code count_stuck(const vrrl_graph *graph, const vrrl_assignment *a, uint32_t *stuck,
                             uint32_t *task, vrrl_error *err)
{
    const struct closure_rules rules = {.without = NONE, .until = NONE};
    struct system *system;
    struct closure ran;
    *stuck = 0;
    vrrl_code code = system_create(graph, a, ORDERS_OF_TIME, &system, err);
    if (code != VRRL_OK)
        return code;
    code = closure_run(system, &rules, &ran, err);
    for (uint32_t i = 0; code == VRRL_OK && i < graph->task_count; i++) {
        uint32_t t = graph->queue_order[i];
        if (!task_ran(system, &ran, t) && (*stuck)++ == 0)
            *task = t;
    }
    if (code == VRRL_OK)
        closure_free(&ran);
    system_free(system);
    return code;
}

/* Where one worker alone, which takes all tasks in their order, gets to the end, no task needs a later one; and then
 * no workers that keep that order can hang. */
vrrl_code dispatch_judge(const vrrl_graph *graph, vrrl_check_dispatch *dispatch,
                         vrrl_assignment **assignment, vrrl_error *err)
{
    vrrl_assignment *a = NULL;
    uint32_t stuck = 0;
    *assignment = NULL;
    vrrl_code code = create(graph, 1, &a, err);
    if (code != VRRL_OK)
        return code;
    code = count_stuck(graph, a, &stuck, &dispatch->task, err);
    dispatch->kind = VRRL_CHECK_DISPATCH_ALWAYS;
    if (code == VRRL_OK && stuck > 0 && graph->task_count <= graph->import->workers_owned) {
        dispatch->kind = VRRL_CHECK_DISPATCH_ONE;
    } else if (code == VRRL_OK && stuck > 0) {
        uint32_t ignored;
        a->model.queues = graph->import->workers_owned;
        deal(graph, a);
        code = count_stuck(graph, a, &stuck, &ignored, err);
        dispatch->kind = stuck > 0 ? VRRL_CHECK_DISPATCH_STUCK : VRRL_CHECK_DISPATCH_FIRST;
    }
    if (code == VRRL_OK && dispatch->kind == VRRL_CHECK_DISPATCH_STUCK)
        *assignment = a;
    else
        vrrl_assignment_free(a);
    return code;
}
