#include "check/check.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/options.h"
#include "base/result.h"
#include "check/certain.h"
#include "check/closure.h"
#include "check/deadlock_roots.h"
#include "check/dispatch.h"
#include "check/faults.h"
#include "check/overshoot.h"
#include "check/race_reasons.h"
#include "check/witness.h"
#include "graph/graph_holes.h"
#include "graph/graph_lint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *vrrl_check_verdict_name(vrrl_check_verdict verdict)
{
    static const char *const names[] = {"safe",      "race",          "deadlock", "not-known",
                                        "unwritten", "order-depends", "fails"};
    return (size_t)verdict < sizeof names / sizeof names[0] ? names[verdict] : "?";
}

const char *vrrl_check_root_kind_name(vrrl_check_root_kind kind)
{
    static const char *const names[] = {"over-wait", "cycle", "queue order", "residency"};
    return (size_t)kind < 4 ? names[kind] : "?";
}

/* ---- One check ------------------------------------------------------------------------------ */

static bool has_atomics(const vrrl_graph *graph)
{
    bool any = false;
    for (uint32_t i = 0; i < graph->access_count && !any; i++)
        any = graph->accesses[i].kind >= VRRL_ACCESS_ATOMIC;
    return any;
}

/* What ran, as far as the system has it: ends of queues are none of memory's. */
static vrrl_code closure_within(const struct closure *ran, const struct system *system,
                                struct closure *out, vrrl_error *err)
{
    size_t nodes = system->node_count + (size_t)1;
    *out = (struct closure){.order = malloc(nodes * sizeof *out->order),
                            .position = malloc(nodes * sizeof *out->position)};
    if (!out->order || !out->position) {
        closure_free(out);
        return error_no_memory(err, 8 * nodes);
    }
    memset(out->position, 0xFF, nodes * sizeof *out->position);
    for (uint32_t i = 0; i < ran->count; i++) {
        if (ran->order[i] >= system->node_count)
            continue;
        out->position[ran->order[i]] = out->count;
        out->order[out->count++] = ran->order[i];
    }
    return VRRL_OK;
}

/* Pairs are looked for in blocks of what ran, each against all that ran up to the last access of what its tasks access:
 * in an order that goes deep that is near. */
static vrrl_code order_for_pairs(const struct outcome *o, struct closure *ran, vrrl_error *err)
{
    const struct closure_rules rules = {.without = NONE, .until = NONE, .deep = true};
    struct closure deep;
    vrrl_code code = closure_run(o->system, &rules, &deep, err);
    if (code != VRRL_OK)
        return code;
    code = closure_within(&deep, o->memory, ran, err);
    closure_free(&deep);
    return code;
}

static vrrl_code find_pairs(struct outcome *o, bool keep, vrrl_error *err)
{
    struct closure ran;
    struct races order = {0};
    vrrl_code code = order_for_pairs(o, &ran, err);
    if (code != VRRL_OK)
        return code;
    code = races_find(o->memory, &ran, access_conflicts, keep, &o->races, err);
    if (code == VRRL_OK && has_atomics(o->graph))
        code = races_find(o->memory, &ran, access_order_shows, false, &order, err);
    o->order_pairs = order.pairs;
    o->first_order = order.first;
    races_free(&order);
    closure_free(&ran);
    return code;
}

static vrrl_code create_systems(struct outcome *o, vrrl_error *err)
{
    vrrl_code code = system_create(o->graph, o->assignment, ORDERS_OF_TIME, &o->system, err);
    o->memory = o->system;
    if (code == VRRL_OK && system_has_orders_of_time(o->assignment))
        code = system_create(o->graph, o->assignment, ORDERS_OF_MEMORY, &o->memory, err);
    if (code == VRRL_OK)
        o->memory->until_ns = o->until_ns;
    return code;
}

vrrl_code outcome_create(const vrrl_graph *graph, const vrrl_assignment *assignment, bool keep,
                         const struct pair_values *values, uint64_t until_ns,
                         struct outcome *outcome, vrrl_error *err)
{
    const struct closure_rules rules = {.without = NONE, .until = NONE};
    *outcome = (struct outcome){
        .graph = graph, .assignment = assignment, .values = values, .until_ns = until_ns};
    vrrl_code code = create_systems(outcome, err);
    if (code == VRRL_OK)
        code = closure_run(outcome->system, &rules, &outcome->closure, err);
    if (code == VRRL_OK)
        code = find_pairs(outcome, keep, err);
    if (code == VRRL_OK && keep)
        code = pairs_judge(outcome, values, err);
    if (code == VRRL_OK)
        code = graph_holes_find(graph, NULL, &outcome->hole_count, err);
    for (uint32_t t = 0; code == VRRL_OK && t < graph->task_count; t++)
        outcome->stuck_count += !task_ran(outcome->system, &outcome->closure, t);
    if (code == VRRL_OK)
        code = overshoots_find(outcome, &outcome->overshoots, err);
    if (code == VRRL_OK)
        code = faults_find(outcome, &outcome->faults, err);
    if (code != VRRL_OK)
        outcome_free(outcome);
    return code;
}

void outcome_free(struct outcome *outcome)
{
    races_free(&outcome->races);
    closure_free(&outcome->closure);
    if (outcome->memory != outcome->system)
        system_free(outcome->memory);
    system_free(outcome->system);
    *outcome = (struct outcome){0};
}

vrrl_check_verdict outcome_verdict(const struct outcome *outcome)
{
    if (outcome->stuck_count > 0 || outcome->overshoots.count > 0)
        return VRRL_CHECK_DEADLOCK;
    if (outcome->races.pairs > 0)
        return VRRL_CHECK_RACY;
    if (outcome->hole_count + outcome->faults.unwritten > 0)
        return VRRL_CHECK_UNWRITTEN;
    return outcome->faults.total > 0 ? VRRL_CHECK_UNFIT : VRRL_CHECK_SAFE;
}

vrrl_code try_repair(const struct outcome *outcome, const struct edits *edits,
                     vrrl_check_repair *repair, vrrl_error *err)
{
    vrrl_graph *graph;
    vrrl_assignment *assignment;
    struct outcome again;
    vrrl_code code =
        edits_apply(edits, outcome->graph, outcome->assignment, &graph, &assignment, err);
    if (code != VRRL_OK)
        return code;
    code = outcome_create(graph, assignment, outcome->excused + outcome->ordered > 0,
                          outcome->values, outcome->until_ns, &again, err);
    if (code == VRRL_OK) {
        repair->after = outcome_verdict(&again);
        repair->pairs_left = again.races.pairs;
        repair->pairs_before = outcome->races.pairs;
        repair->stuck_left = again.stuck_count;
        repair->holes_left = again.hole_count;
        outcome_free(&again);
    }
    vrrl_graph_free(graph);
    vrrl_assignment_free(assignment);
    return code;
}

/* ---- Repairs -------------------------------------------------------------------------------- */

bool repair_holds(const vrrl_check_repair *repair, uint64_t pairs, uint32_t stuck)
{
    return repair->stuck_left < stuck ||
           (repair->stuck_left == stuck && repair->pairs_left < pairs);
}

static bool is_late(const struct outcome *o, vrrl_code code)
{
    return code == VRRL_TOO_LARGE && clock_is_past(o->until_ns);
}

/* One that leaves as much wrong as there was is none: then the other way is tried. Edits that stay are in
 * edits->first. `pairs` are those of the defect. */
static vrrl_code settle_repair(const struct outcome *o, struct vrrl_check_edits *edits,
                               uint64_t pairs, vrrl_check_repair *repair, bool *late,
                               vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    bool holds = false;
    for (int way = 0; way < 2 && code == VRRL_OK && !holds; way++) {
        struct edits list = way ? edits->instead : edits->first;
        if (list.count == 0 || list.cut)
            continue;
        *late |= clock_is_past(o->until_ns);
        if (*late)
            break;
        code = try_repair(o, &list, repair, err);
        if (is_late(o, code)) {
            *late = true;
            code = VRRL_OK;
            break;
        }
        if (code != VRRL_OK && code != VRRL_NO_MEMORY) {
            repair->unmade++;
            code = VRRL_OK;
            continue;
        }
        holds = code == VRRL_OK && repair_holds(repair, o->races.pairs, o->stuck_count) &&
                !(list.partial && repair->pairs_left > o->races.pairs - pairs);
        repair->refused += !holds;
        repair->hides = list.hides;
        if (way == 1 || !repair->change.kind)
            edits_tell(&list, repair);
        if (way == 1 && holds) {
            edits->instead = edits->first;
            edits->first = list;
        }
    }
    if (!holds) {
        repair->change.kind = VRRL_CHECK_CHANGE_NONE;
        edits_free(&edits->first);
    }
    return code;
}

static vrrl_code settle_each(const struct outcome *outcome, vrrl_check_result *result,
                             struct vrrl_check_edits *race_edits,
                             struct vrrl_check_edits *root_edits, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; code == VRRL_OK && i < result->race_count; i++)
        code = settle_repair(outcome, &race_edits[i], result->races[i].pairs,
                             &result->races[i].repair, &result->untried, err);
    for (uint32_t i = 0; code == VRRL_OK && i < result->root_count; i++)
        code = settle_repair(outcome, &root_edits[i], 0, &result->roots[i].repair, &result->untried,
                             err);
    return code;
}

static vrrl_code try_all(const struct outcome *outcome, vrrl_check_result *result,
                         const struct vrrl_check_edits *race_edits,
                         const struct vrrl_check_edits *root_edits, struct vrrl_check_edits *all,
                         vrrl_error *err)
{
    uint32_t repairs = 0;
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; code == VRRL_OK && i < VRRL_CHECK_DEFECTS_MAX; i++) {
        repairs += race_edits[i].first.count > 0 ? 1 : 0;
        repairs += root_edits[i].first.count > 0 ? 1 : 0;
        code = edits_add_all(&all->first, &race_edits[i].first, err);
        if (code == VRRL_OK)
            code = edits_add_all(&all->first, &root_edits[i].first, err);
    }
    if (code != VRRL_OK || repairs < 2) {
        edits_free(&all->first);
        return code;
    }
    result->all.change = (vrrl_check_change){.kind = VRRL_CHECK_CHANGE_ALL, .value = repairs};
    return settle_repair(outcome, all, 0, &result->all, &result->untried, err);
}

/* The edits of what is printed go with it: whoever runs the program tries them there. */
static vrrl_code keep_edits(struct vrrl_check_edits *edits, vrrl_check_repair *repair,
                            vrrl_error *err)
{
    if (!repair->change.kind)
        return VRRL_OK;
    repair->edits = malloc(sizeof *repair->edits);
    if (!repair->edits)
        return error_no_memory(err, sizeof *repair->edits);
    *repair->edits = *edits;
    *edits = (struct vrrl_check_edits){0};
    return VRRL_OK;
}

static void free_edits(struct vrrl_check_edits *edits)
{
    if (!edits)
        return;
    edits_free(&edits->first);
    edits_free(&edits->instead);
}

static void forget_repairs(vrrl_check_result *result)
{
    for (uint32_t i = 0; i < result->race_count; i++)
        result->races[i].repair.change.kind = VRRL_CHECK_CHANGE_NONE;
    for (uint32_t i = 0; i < result->root_count; i++)
        result->roots[i].repair.change.kind = VRRL_CHECK_CHANGE_NONE;
}

static vrrl_code explain(const struct outcome *outcome, const vrrl_check_options *options,
                         vrrl_check_result *result, vrrl_error *err)
{
    struct vrrl_check_edits race_edits[VRRL_CHECK_DEFECTS_MAX] = {0};
    struct vrrl_check_edits root_edits[VRRL_CHECK_DEFECTS_MAX] = {0}, all = {0};
    vrrl_code code = VRRL_OK;
    if (!options->no_lint)
        code = vrrl_graph_lint_create(outcome->graph, &result->lint, err);
    if (code == VRRL_OK && outcome->stuck_count > 0)
        code = explain_deadlock(outcome, result, root_edits, err);
    result->untried = is_late(outcome, code);
    code = result->untried ? VRRL_OK : code;
    if (code == VRRL_OK && outcome->races.pairs > 0)
        code = explain_races(outcome, result, race_edits, err);
    if (code == VRRL_OK && outcome->races.pairs > 0)
        code = build_witness(outcome, result, err);
    if (options->no_repairs)
        forget_repairs(result);
    if (code == VRRL_OK && !options->no_repairs)
        code = settle_each(outcome, result, race_edits, root_edits, err);
    if (code == VRRL_OK && !options->no_repairs)
        code = try_all(outcome, result, race_edits, root_edits, &all, err);
    for (uint32_t i = 0; code == VRRL_OK && i < result->race_count; i++)
        code = keep_edits(&race_edits[i], &result->races[i].repair, err);
    for (uint32_t i = 0; code == VRRL_OK && i < result->root_count; i++)
        code = keep_edits(&root_edits[i], &result->roots[i].repair, err);
    if (code == VRRL_OK)
        code = keep_edits(&all, &result->all, err);
    for (uint32_t i = 0; i < VRRL_CHECK_DEFECTS_MAX; i++) {
        free_edits(&race_edits[i]);
        free_edits(&root_edits[i]);
    }
    free_edits(&all);
    return code;
}

/* ---- The result ----------------------------------------------------------------------------- */

void check_judge(vrrl_check_result *result, bool may_excuse, bool may_miss)
{
    bool unsure = result->pairs > 0 && result->unsure_pairs == result->pairs;
    result->may_excuse = (may_excuse || unsure) && result->pairs > 0;
    result->may_miss |= may_miss;
    result->may_depend |= result->order_pairs > 0;
    result->exact = !result->may_excuse && !result->may_miss && !result->may_depend &&
                    result->unsure_pairs == 0;
    if ((result->verdict == VRRL_CHECK_RACY && result->may_excuse) ||
        (result->verdict == VRRL_CHECK_SAFE && !result->exact))
        result->verdict = VRRL_CHECK_NOT_KNOWN;
}

bool check_is_certain(const vrrl_check_result *result, const vrrl_check_race *race)
{
    return (!result->may_excuse && !race->pair.unsure) || race->pair.races || race->schedule;
}

const vrrl_check_pair *check_kept_pair(const vrrl_check_result *result, uint32_t a, uint32_t b)
{
    uint32_t low = a < b ? a : b, high = a < b ? b : a, first = 0, end = result->kept_count;
    while (first < end) {
        uint32_t middle = first + (end - first) / 2;
        const vrrl_check_pair *pair = &result->kept[middle];
        if (pair->tasks[0] == low && pair->tasks[1] == high)
            return pair;
        if (pair->tasks[0] < low || (pair->tasks[0] == low && pair->tasks[1] < high))
            first = middle + 1;
        else
            end = middle;
    }
    return NULL;
}

static vrrl_code fill_result(const struct outcome *outcome, vrrl_check_result *result,
                             vrrl_error *err)
{
    result->verdict = outcome_verdict(outcome);
    result->unsure_pairs = outcome->unsure;
    result->excused_pairs = outcome->excused;
    result->order_pairs = outcome->order_pairs;
    result->first_order = outcome->first_order;
    result->overshoots = outcome->overshoots;
    result->faults = outcome->faults;
    check_judge(result, false,
                outcome->overshoots.undecided ||
                    result->dispatch.kind == VRRL_CHECK_DISPATCH_FIRST);
    result->task_count = outcome->graph->task_count;
    result->model = outcome->assignment->model;
    result->pairs = outcome->races.pairs;
    result->instruction_pairs = outcome->races.instruction_pairs;
    result->first = outcome->races.first;
    result->relaxed = outcome->system->relaxed;
    result->in_parts = outcome->system->in_parts;
    result->stuck = malloc((outcome->stuck_count + (size_t)1) * sizeof *result->stuck);
    if (!result->stuck)
        return error_no_memory(err, outcome->stuck_count * sizeof *result->stuck);
    for (uint32_t t = 0; t < outcome->graph->task_count; t++)
        if (!task_ran(outcome->system, &outcome->closure, t))
            result->stuck[result->stuck_count++] = t;
    return VRRL_OK;
}

/* What other GPUs wait for and do may order any two tasks, and hang any. */
static void judge_remote(const vrrl_graph *graph, vrrl_check_result *result)
{
    if (graph->import && graph->import->remote_tasks > 0)
        check_judge(result, true, true);
}

static void keep_pairs(struct outcome *outcome, vrrl_check_result *result)
{
    result->kept = outcome->races.kept;
    result->kept_count = outcome->races.kept_count;
    outcome->races.kept = NULL;
}

/* Nothing is known but how many tasks there are. */
static void tell_late(const vrrl_graph *graph, const vrrl_assignment *assignment,
                      vrrl_check_result *result)
{
    result->verdict = VRRL_CHECK_NOT_KNOWN;
    result->out_of_time = result->may_miss = true;
    result->task_count = graph->task_count;
    result->model = assignment->model;
}

/* Where the dispatch hangs and a pool does not, the outcome is that of the dispatch. */
static vrrl_code look_at_dispatch(struct outcome *outcome, vrrl_assignment **assignment,
                                  const vrrl_assign_options *assign, vrrl_check_result *result,
                                  vrrl_error *err)
{
    const vrrl_graph *graph = outcome->graph;
    vrrl_assignment *dispatched;
    if (!graph->import || graph->import->schedulers == 0 || outcome->stuck_count > 0 ||
        (assign && assign->assign))
        return VRRL_OK;
    vrrl_code code = dispatch_judge(graph, &result->dispatch, &dispatched, err);
    if (code != VRRL_OK || !dispatched)
        return code;
    const struct pair_values *values = outcome->values;
    result->dispatch.pool_pairs = outcome->races.pairs;
    outcome_free(outcome);
    vrrl_assignment_free(*assignment);
    *assignment = dispatched;
    return outcome_create(graph, dispatched, true, values, result->until_ns, outcome, err);
}

static vrrl_code check(const vrrl_graph *graph, const vrrl_check_options *options,
                       const struct pair_values *values, vrrl_check_result *result, vrrl_error *err)
{
    vrrl_assignment *assignment;
    struct outcome outcome;
    uint64_t start = clock_steady_ns();
    vrrl_code code = vrrl_assignment_create(graph, options->assign, &assignment, err);
    if (code != VRRL_OK)
        return code;
    result->until_ns = clock_until(options->milliseconds);
    code = outcome_create(graph, assignment, !options->verdict_only, values, result->until_ns,
                          &outcome, err);
    if (code == VRRL_OK)
        code = look_at_dispatch(&outcome, &assignment, options->assign, result, err);
    result->elapsed_ns = clock_steady_ns() - start;
    if (code == VRRL_TOO_LARGE && clock_is_past(result->until_ns)) {
        tell_late(graph, assignment, result);
        code = VRRL_OK;
    } else if (code == VRRL_OK) {
        code = fill_result(&outcome, result, err);
        judge_remote(graph, result);
        if (code == VRRL_OK && !options->verdict_only)
            code = explain(&outcome, options, result, err);
        if (values)
            keep_pairs(&outcome, result);
        outcome_free(&outcome);
    }
    vrrl_assignment_free(assignment);
    return code;
}

vrrl_code vrrl_check(const vrrl_graph *graph, const vrrl_check_options *options,
                     vrrl_check_result **result, vrrl_error *err)
{
    return check_with(graph, options, NULL, result, err);
}

vrrl_code check_with(const vrrl_graph *graph, const vrrl_check_options *options,
                     const struct pair_values *values, vrrl_check_result **result, vrrl_error *err)
{
    vrrl_check_options own;
    *result = NULL;
    vrrl_code code = OPTIONS_READ(vrrl_check_options, &own, options, err);
    if (code != VRRL_OK)
        return code;
    vrrl_check_result *out = result_create(sizeof *out, err);
    if (!out)
        return VRRL_NO_MEMORY;
    code = check(graph, &own, values, out, err);
    if (code == VRRL_OK)
        *result = out;
    else
        vrrl_check_result_free(out);
    return code;
}

static void free_repair(vrrl_check_repair *repair)
{
    free_edits(repair->edits);
    free(repair->edits);
    vrrl_program_free(repair->program);
}

void check_drop_roots(vrrl_check_result *result)
{
    for (uint32_t i = 0; i < result->root_count; i++)
        free_repair(&result->roots[i].repair);
    result->stuck_count = result->root_count = result->root_total = 0;
}

void vrrl_check_result_free(vrrl_check_result *result)
{
    if (!result)
        return;
    for (uint32_t i = 0; i < result->race_count; i++) {
        free_repair(&result->races[i].repair);
        free(result->races[i].schedule);
        free(result->races[i].replay);
    }
    check_drop_roots(result);
    free_repair(&result->all);
    free(result->races);
    free(result->kept);
    free(result->roots);
    free(result->stuck);
    free(result->witness);
    free(result->replay);
    free(result->string);
    free(result->advice);
    vrrl_graph_lint_free(result->lint);
    free(result);
}
