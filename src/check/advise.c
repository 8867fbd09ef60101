/* What a graph could do without: residents and waits, each tried. */
#include "base/clock.h"
#include "base/error.h"
#include "check/check.h"

#include <stdlib.h>

/* ---- Resident queues -------------------------------------------------------------------------- */

static vrrl_code hangs_with(const vrrl_graph *graph, vrrl_assignment *assignment, uint32_t resident,
                            bool *hangs, vrrl_error *err)
{
    const struct closure_rules rules = {.without = NONE, .until = NONE};
    struct system *system;
    struct closure ran;
    assignment->model.resident = resident < assignment->model.queues ? resident : 0;
    vrrl_code code = system_create(graph, assignment, ORDERS_OF_TIME, &system, err);
    if (code != VRRL_OK)
        return code;
    code = closure_run(system, &rules, &ran, err);
    *hangs = false;
    for (uint32_t t = 0; code == VRRL_OK && !*hangs && t < graph->task_count; t++)
        *hangs = !task_ran(system, &ran, t);
    if (code == VRRL_OK)
        closure_free(&ran);
    system_free(system);
    return code;
}

/* More residents hold nothing back that fewer do not: the least number is found by halves. */
static vrrl_code find_least(const vrrl_graph *graph, vrrl_assignment *assignment,
                            vrrl_check_advice *advice, vrrl_error *err)
{
    uint32_t low = 1, high = assignment->model.queues, given = assignment->model.resident;
    bool hangs;
    advice->queues = high;
    vrrl_code code = hangs_with(graph, assignment, high, &hangs, err);
    if (code == VRRL_OK && hangs)
        low = high = 0;
    while (code == VRRL_OK && low < high) {
        uint32_t middle = low + (high - low) / 2;
        code = hangs_with(graph, assignment, middle, &hangs, err);
        low = hangs ? middle + 1 : low;
        high = hangs ? high : middle;
    }
    advice->least = low;
    assignment->model.resident = given;
    return code;
}

/* ---- Waits ------------------------------------------------------------------------------------ */

static vrrl_code is_safe(const vrrl_graph *graph, const vrrl_assignment *assignment,
                         uint64_t until_ns, bool *safe, vrrl_error *err)
{
    struct outcome outcome;
    vrrl_code code = outcome_create(graph, assignment, false, NULL, until_ns, &outcome, err);
    *safe = code == VRRL_OK && outcome_verdict(&outcome) == VRRL_CHECK_SAFE;
    if (code == VRRL_OK)
        outcome_free(&outcome);
    return code;
}

static void keep_wait(vrrl_check_advice *advice, uint32_t task, const vrrl_graph_wait *wait)
{
    if (advice->redundant < VRRL_CHECK_ADVICE_MAX)
        advice->list[advice->redundant] = (vrrl_check_change){.kind = VRRL_CHECK_CHANGE_DROP_WAIT,
                                                              .task = task,
                                                              .other = NONE,
                                                              .counter = wait->counter,
                                                              .value = wait->threshold};
    advice->redundant++;
}

/* A wait that is dropped holds nothing back, and so makes no deadlock; what conflicts has to be ordered still. Those
 * that were dropped stay so, since two may each do for the other. A wait that is open from the start is none. */
static vrrl_code find_redundant(const vrrl_graph *given, const vrrl_assignment *assignment,
                                uint64_t until_ns, vrrl_check_advice *advice, vrrl_error *err)
{
    const struct edits none = {.items = NULL};
    vrrl_assignment *same;
    vrrl_graph *graph;
    vrrl_code code = edits_apply(&none, given, assignment, &graph, &same, err);
    if (code != VRRL_OK)
        return code;
    for (uint32_t t = 0; code == VRRL_OK && t < graph->task_count; t++) {
        const vrrl_graph_task *task = &graph->tasks[t];
        for (uint32_t i = 0; code == VRRL_OK && i < task->wait_count; i++) {
            vrrl_graph_wait *wait = &graph->waits[task->first_wait + i];
            const vrrl_graph_wait before = *wait;
            bool safe;
            if (graph->counters[wait->counter].internal || wait->threshold == 0)
                continue;
            advice->waits++;
            advice->late |= clock_is_past(until_ns);
            if (advice->late)
                continue;
            wait->threshold = 0;
            code = is_safe(graph, same, until_ns, &safe, err);
            advice->late = code == VRRL_TOO_LARGE && clock_is_past(until_ns);
            code = advice->late ? VRRL_OK : code;
            advice->looked_at += !advice->late;
            if (safe)
                keep_wait(advice, t, &before);
            else
                *wait = before;
        }
    }
    vrrl_graph_free(graph);
    vrrl_assignment_free(same);
    return code;
}

/* ---- All of it -------------------------------------------------------------------------------- */

vrrl_code vrrl_check_advise(vrrl_check_result *result, const vrrl_graph *graph,
                            const vrrl_assign_options *assign, vrrl_error *err)
{
    vrrl_assignment *assignment;
    bool alike = true;
    vrrl_check_advice *advice = calloc(1, sizeof *advice);
    if (!advice)
        return error_no_memory(err, sizeof *advice);
    vrrl_code code = vrrl_assignment_create(graph, assign, &assignment, err);
    if (code == VRRL_OK && assignment->model.kind != VRRL_MODEL_POOL)
        code = find_least(graph, assignment, advice, err);
    if (code == VRRL_OK)
        code = vrrl_graph_steps_alike(graph, &alike, err);
    advice->tried = result->verdict == VRRL_CHECK_SAFE && alike;
    if (code == VRRL_OK && advice->tried)
        code = find_redundant(graph, assignment, result->until_ns, advice, err);
    vrrl_assignment_free(assignment);
    free(result->advice);
    result->advice = advice;
    return code;
}
