/* The repairs of a check, each tried on the whole program: checked again, and run. */
#include "program/batch_view.h"
#include "program/made.h"
#include "vrrl/analysis/explore.h"
#include "vrrl/analysis/schedule.h"
#include "vrrl/analysis/verdict.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/options.h"
#include "check/check.h"
#include "check/edit_program.h"
#include "edit/edit_copy.h"
#include "graph/graph_lower.h"
#include "schedule/limit.h"
#include "schedule/stop.h"
#include "verdict/try_schedules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A step of a graph is a slot, one of a program an operation: its slots take longer. */
enum { SLOT_RUNS = 4000000, PROGRAM_SLOT_RUNS = 1000000 };
enum { SCHEDULES_MAX = 1000, SCHEDULES_LEAST = 4 };
/* Of all repairs together, where slots alone do not tell; and of one at least. */
enum { STATES = 100000, STATES_LEAST = 2000 };

struct trial {
    const vrrl_graph *graph;     /* of a graph's check, */
    vrrl_assignment *assignment; /* and its own */
    struct edited whole;         /* of a program's */
    uint64_t pairs;              /* before */
    uint32_t stuck;
    bool can_stick, can_break; /* some execution got stuck, or broke an expectation, before */
    uint64_t slot_runs;        /* left */
    uint32_t repairs;          /* left */
    bool keep, late;           /* some are not tried: the time was over */
    struct search_limit limit;
    vrrl_error *err;
};

/* ---- Running one ------------------------------------------------------------------------------ */

/* Each repair gets as many as the others. */
static uint64_t fair_schedules(const struct trial *t, const vrrl_program *program)
{
    uint64_t runs = t->slot_runs / (t->repairs ? t->repairs : 1);
    uint64_t fair = runs / ((uint64_t)program->slot_count * program->epoch_count + 1);
    return fair < SCHEDULES_MAX ? fair : SCHEDULES_MAX;
}

static void note_failure(void *context, const vrrl_defect *defect)
{
    (void)defect;
    *(bool *)context = false;
}

/* No failure in any schedule that was tried. Where there is no room for a few, nothing is. */
static vrrl_code run(struct trial *t, const vrrl_program *program, vrrl_check_repair *repair,
                     bool *holds)
{
    const vrrl_explore_options options = {.size = sizeof options,
                                          .schedules = fair_schedules(t, program),
                                          .setup.seed = 1,
                                          .stop_first = true,
                                          .milliseconds = clock_left_ms(t->limit.deadline_ns)};
    struct tried_schedules tried = {.fails = note_failure, .context = holds};
    if (options.schedules < SCHEDULES_LEAST) {
        repair->not_run.kind = VRRL_STOP_RUNS;
        return VRRL_OK;
    }
    vrrl_code code = try_schedules(program, &options, &tried, t->err);
    if (code != VRRL_OK)
        return code;
    if (limit_is_over(&t->limit) && !tried.complete) {
        t->late = true;
        *holds = false;
        return VRRL_OK;
    }
    uint64_t used = tried.schedules * program->slot_count;
    t->slot_runs -= used < t->slot_runs ? used : t->slot_runs;
    repair->tried = true;
    repair->cells = tried.cells;
    repair->schedules = tried.schedules;
    repair->complete = tried.complete;
    return VRRL_OK;
}

/* A copy of what was run stays with its repair. */
static vrrl_code keep_program(const struct trial *t, const vrrl_program *program,
                              vrrl_check_repair *repair)
{
    struct edited copied;
    vrrl_program_free(repair->program);
    repair->program = NULL;
    if (!t->keep || !repair->tried)
        return VRRL_OK;
    vrrl_code code = edited_begin(program, &copied, t->err);
    if (code != VRRL_OK)
        return code;
    repair->program = copied.program;
    copied.program = NULL;
    edited_free(&copied);
    return VRRL_OK;
}

/* A program that cannot be run is not tried, and the repair says so: that is no reason against it. */
static vrrl_code run_or_leave(struct trial *t, const vrrl_program *program,
                              vrrl_check_repair *repair, bool *holds)
{
    vrrl_code code = run(t, program, repair, holds);
    bool cannot = code == VRRL_TOO_LARGE || code == VRRL_UNSUPPORTED || code == VRRL_REFUSED ||
                  code == VRRL_INVALID;
    if (cannot)
        stop_by_error(&repair->not_run, t->err);
    code = cannot ? VRRL_OK : code;
    return code == VRRL_OK ? keep_program(t, program, repair) : code;
}

static bool is_mended(const vrrl_check_repair *repair)
{
    return repair->pairs_left == 0 && repair->stuck_left == 0;
}

/* ---- Of a graph ------------------------------------------------------------------------------- */

/* One of the pair last, then the other. */
static vrrl_code try_witness(struct trial *t, const vrrl_program *program,
                             const vrrl_assignment *assignment, const vrrl_check_pair *pair,
                             bool *holds)
{
    vrrl_run_outcome outcome;
    char *schedule = NULL;
    uint32_t tasks = t->graph->task_count;
    vrrl_code code =
        vrrl_schedule_witness(program, lowered_position(assignment, tasks, pair->tasks[0]),
                              lowered_position(assignment, tasks, pair->tasks[1]),
                              clock_left_ms(t->limit.deadline_ns), &schedule, &outcome, t->err);
    *holds = *holds && !(code == VRRL_OK && schedule);
    free(schedule);
    return code;
}

static vrrl_code run_graph(struct trial *t, const vrrl_graph *graph,
                           const vrrl_assignment *assignment, const vrrl_check_pair *pair,
                           vrrl_check_repair *repair, bool *holds)
{
    vrrl_program *program;
    if (t->slot_runs / t->repairs < (uint64_t)SCHEDULES_LEAST * graph->task_count) {
        repair->not_run.kind = VRRL_STOP_RUNS; /* to lower it alone would take longer */
        return VRRL_OK;
    }
    vrrl_code code = graph_lower_assigned(graph, assignment, 1, &program, t->err);
    if (code != VRRL_OK) {
        stop_by_error(&repair->not_run, t->err);
        return code == VRRL_NO_MEMORY ? code : VRRL_OK;
    }
    if (pair)
        code = try_witness(t, program, assignment, pair, holds);
    if (code == VRRL_OK && *holds)
        code = run_or_leave(t, program, repair, holds);
    vrrl_program_free(program);
    return code;
}

/* That it cannot be made here is no fault of the program's: it is left out, and counted. */
static vrrl_code leave_out(struct trial *t, vrrl_code code, vrrl_check_repair *repair)
{
    if (code == VRRL_NO_MEMORY)
        return code;
    t->late |= limit_is_over(&t->limit);
    repair->unmade += !t->late;
    return VRRL_OK;
}

static vrrl_code try_on_graph(struct trial *t, const struct edits *edits,
                              const vrrl_check_pair *pair, vrrl_check_repair *repair, bool *holds)
{
    vrrl_graph *graph;
    vrrl_assignment *assignment;
    struct outcome again;
    *holds = false;
    vrrl_code code = edits_apply(edits, t->graph, t->assignment, &graph, &assignment, t->err);
    if (code != VRRL_OK)
        return leave_out(t, code, repair);
    code = outcome_create(graph, assignment, false, NULL, t->limit.deadline_ns, &again, t->err);
    if (code == VRRL_OK) {
        repair->after = outcome_verdict(&again);
        repair->pairs_left = again.races.pairs;
        repair->pairs_before = t->pairs;
        repair->stuck_left = again.stuck_count;
        outcome_free(&again);
        *holds = repair_holds(repair, t->pairs, t->stuck);
    }
    if (code == VRRL_OK && *holds && is_mended(repair))
        code = run_graph(t, graph, assignment, pair, repair, holds);
    *holds = *holds && code == VRRL_OK;
    vrrl_graph_free(graph);
    vrrl_assignment_free(assignment);
    return code == VRRL_OK ? code : leave_out(t, code, repair);
}

/* ---- Of a program ----------------------------------------------------------------------------- */

/* Pairs that race or may, in slots, in a run or in executions that were searched: each once. */
static uint64_t pairs_of(const vrrl_program_check *check, uint32_t *stuck)
{
    const vrrl_all_check *all = check->all;
    bool known = all && all->complete;
    uint64_t pairs = all ? all->race_total : 0;
    *stuck = 0;
    for (uint32_t i = 0; i < check->count; i++) {
        pairs += check->items[i].result->pairs;
        *stuck += check->items[i].result->stuck_count;
    }
    if (check->run && !known) {
        pairs += check->run->race_total - check->run->told;
        *stuck += check->run->stuck;
    }
    return pairs;
}

static bool can_stick(const vrrl_program_check *check)
{
    return (check->all && check->all->deadlock.found) || (check->run && check->run->stuck);
}

static bool can_break(const vrrl_program_check *check)
{
    return check->breaks.found || (check->all && check->all->breaks.found);
}

/* What no pair and no slot that is stuck for certain tells: some execution gets stuck, or ends otherwise. */
static bool ends_badly(const vrrl_program_check *check)
{
    return can_stick(check) || can_break(check) || (check->all && check->all->differs.found);
}

/* Whether it goes wrong with the repair in a way in which it did not before. */
static bool is_worse(const struct trial *t, const vrrl_program_check *again)
{
    return (can_stick(again) && !t->can_stick) || (can_break(again) && !t->can_break);
}

static vrrl_code check_again(struct trial *t, const vrrl_program *program,
                             vrrl_check_repair *repair, bool *holds)
{
    const uint64_t fair = STATES / (t->repairs ? t->repairs : 1);
    const vrrl_check_search_options options = {.size = sizeof options,
                                               .states = fair > STATES_LEAST ? fair : STATES_LEAST};
    const vrrl_program_check_options how = {.size = sizeof how,
                                            .milliseconds = clock_left_ms(t->limit.deadline_ns)};
    vrrl_program_check *again;
    vrrl_code code = vrrl_check_program(program, &how, &again, t->err);
    if (code != VRRL_OK)
        return code;
    code = vrrl_program_check_watch(again, program, NULL, t->err);
    if (code == VRRL_OK)
        code = vrrl_program_check_search(again, program, &options, t->err);
    if (code == VRRL_OK) {
        repair->after = again->verdict;
        repair->pairs_left = pairs_of(again, &repair->stuck_left);
        repair->pairs_before = t->pairs;
        /* An epoch that the reference does not come to may hide what it has. */
        *holds = again->epochs_left == 0 && repair_holds(repair, t->pairs, t->stuck) &&
                 !is_worse(t, again) && !(is_mended(repair) && ends_badly(again));
    }
    vrrl_program_check_free(again);
    return code;
}

static vrrl_code try_on_program(struct trial *t, const vrrl_epoch_check *item,
                                const struct edits *edits, vrrl_check_repair *repair, bool *holds)
{
    const struct repair_room room = edits_room(edits, t->whole.program);
    uint32_t batch = epoch_row(t->whole.program, item->first_epoch)->batch;
    struct repair r;
    *holds = false;
    vrrl_code code = repair_begin(&t->whole, &room, &r, t->err);
    if (code != VRRL_OK)
        return leave_out(t, code, repair);
    if (!edits_apply_program(edits, item->graph, batch, &r, t->err)) {
        repair_free(&r);
        return leave_out(t, VRRL_UNSUPPORTED, repair);
    }
    code = check_again(t, r.edited.program, repair, holds);
    if (code == VRRL_OK && *holds && is_mended(repair)) {
        code = run_or_leave(t, r.edited.program, repair, holds);
        /* What the check does not know, all schedules may. */
        *holds = *holds && (repair->after == VRRL_CHECK_SAFE || repair->tried);
    }
    *holds = *holds && code == VRRL_OK;
    repair_free(&r);
    return code == VRRL_OK ? code : leave_out(t, code, repair);
}

/* ---- Ways to repair one defect ---------------------------------------------------------------- */

enum { WAYS_MAX = 4 };

/* Whether an earlier epoch has left something in the counter. */
static bool is_left(const struct trial *t, const vrrl_graph_counter *counter)
{
    const vrrl_program *p = t->whole.program;
    uint32_t at = counter->word_after - 1 - p->layout.user_base;
    return counter->word_after > p->layout.user_base && at < p->geometry.user_words &&
           counter->up_from == 0 && counter->init != p->initial[at];
}

/* Instead of waits for more: words that are as at first when each epoch begins, or waits that grow. */
static vrrl_code add_for_epochs(const struct trial *t, const vrrl_graph *graph,
                                const struct edits *from, vrrl_check_change_kind kind,
                                struct edits *to)
{
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; code == VRRL_OK && i < from->count; i++) {
        const vrrl_check_change *e = &from->items[i];
        const vrrl_check_change edit = {
            .kind = kind, .task = NONE, .other = NONE, .counter = e->counter};
        if (e->kind == VRRL_CHECK_CHANGE_WAIT && is_left(t, &graph->counters[e->counter]))
            code = edits_add(to, &edit, t->err);
    }
    return code;
}

struct ways {
    struct edits list[WAYS_MAX];
    bool own[WAYS_MAX]; /* made here: freed here */
    uint32_t count;
};

static void add_way(struct ways *w, const struct edits *edits, bool own)
{
    if (edits->count == 0 || edits->cut)
        return;
    w->own[w->count] = own;
    w->list[w->count++] = *edits;
}

static vrrl_code ways_of(const struct trial *t, const vrrl_epoch_check *item,
                         const struct vrrl_check_edits *edits, struct ways *w)
{
    static const vrrl_check_change_kind kinds[] = {VRRL_CHECK_CHANGE_RESET, VRRL_CHECK_CHANGE_GROW};
    vrrl_code code = VRRL_OK;
    for (int i = 0; item && code == VRRL_OK && i < 2; i++) {
        struct edits more = {0};
        code = add_for_epochs(t, item->graph, &edits->first, kinds[i], &more);
        if (code == VRRL_OK)
            add_way(w, &more, true);
    }
    add_way(w, &edits->first, false);
    add_way(w, &edits->instead, false);
    return code;
}

static void free_ways(struct ways *w)
{
    for (uint32_t i = 0; i < w->count; i++)
        if (w->own[i])
            edits_free(&w->list[i]);
}

/* A new order where one is there, too weak, or where either was to be right, leaves the cause where it is. */
static vrrl_code judge_tie(const struct trial *t, const vrrl_epoch_check *item,
                           const vrrl_check_pair *pair, const struct edits *list,
                           vrrl_check_repair *repair)
{
    static const vrrl_check_apart reasons[] = {[ORDER_LACKS] = VRRL_CHECK_APART_NONE,
                                               [ORDER_CHOSEN] = VRRL_CHECK_APART_CHOOSES,
                                               [ORDER_UNTOLD] = VRRL_CHECK_APART_UNTOLD,
                                               [ORDER_TOO_WEAK] = VRRL_CHECK_APART_WAITS};
    enum made_order order = ORDER_LACKS;
    bool ties = false;
    for (uint32_t i = 0; i < list->count; i++)
        ties |= list->items[i].kind == VRRL_CHECK_CHANGE_TIE;
    if (!item || !pair || !ties)
        return VRRL_OK;
    vrrl_code code = made_order_is_missing(t->whole.program, item->first_epoch, pair->tasks[0],
                                           pair->tasks[1], &order, t->err);
    repair->apart = reasons[order];
    repair->hides |= repair->apart != VRRL_CHECK_APART_NONE;
    return code;
}

/* The text is that of the repair as it was found, where it is the first way. */
static vrrl_code try_repairs(struct trial *t, const vrrl_epoch_check *item,
                             const vrrl_check_pair *pair, vrrl_check_repair *repair)
{
    struct ways ways = {.count = 0};
    bool holds = false;
    if (!repair->change.kind || !repair->edits)
        return VRRL_OK;
    vrrl_code code = ways_of(t, item, repair->edits, &ways);
    for (uint32_t i = 0; code == VRRL_OK && !holds && i < ways.count; i++) {
        const struct edits *list = &ways.list[i];
        t->late |= limit_is_over(&t->limit);
        if (t->late)
            break;
        const uint32_t unmade = repair->unmade;
        repair->not_run.kind = VRRL_STOP_NONE;
        repair->tried = repair->complete = false;
        repair->cells = 0;
        repair->schedules = 0;
        code = item ? try_on_program(t, item, list, repair, &holds)
                    : try_on_graph(t, list, pair, repair, &holds);
        repair->refused += !holds && repair->unmade == unmade && !limit_is_over(&t->limit);
        repair->hides = list->hides;
        repair->apart = VRRL_CHECK_APART_NONE;
        if (code == VRRL_OK && holds)
            code = judge_tie(t, item, pair, list, repair);
        if (list->items != repair->edits->first.items)
            edits_tell(list, repair);
    }
    if (!holds)
        repair->change.kind = VRRL_CHECK_CHANGE_NONE;
    t->repairs -= t->repairs > 1;
    free_ways(&ways);
    return code;
}

static uint32_t repairs_in(const vrrl_check_result *result)
{
    return result->race_count + result->root_count +
           (result->all.change.kind != VRRL_CHECK_CHANGE_NONE);
}

static vrrl_code try_result(struct trial *t, const vrrl_epoch_check *item,
                            vrrl_check_result *result)
{
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; code == VRRL_OK && i < result->race_count; i++) {
        vrrl_check_race *race = &result->races[i];
        if (check_is_certain(result, race))
            code = try_repairs(t, item, &race->pair, &race->repair);
        else
            race->repair.change.kind = VRRL_CHECK_CHANGE_NONE; /* what may be no race wants none */
    }
    for (uint32_t i = 0; code == VRRL_OK && i < result->root_count; i++)
        code = try_repairs(t, item, NULL, &result->roots[i].repair);
    return code == VRRL_OK ? try_repairs(t, item, NULL, &result->all) : code;
}

/* ---- All of them ------------------------------------------------------------------------------ */

static struct trial begin_trial(const vrrl_try_options *options, uint64_t slot_runs,
                                uint64_t until_ns, vrrl_error *err)
{
    struct trial t = {.slot_runs = options->slot_runs ? options->slot_runs : slot_runs,
                      .keep = options->keep,
                      .err = err};
    t.limit.deadline_ns = options->milliseconds ? clock_until(options->milliseconds) : until_ns;
    return t;
}

vrrl_code vrrl_check_try(vrrl_check_result *result, const vrrl_graph *graph,
                         const vrrl_try_options *options, vrrl_error *err)
{
    vrrl_try_options own;
    vrrl_code code = OPTIONS_READ(vrrl_try_options, &own, options, err);
    if (code != VRRL_OK)
        return code;
    struct trial t = begin_trial(&own, SLOT_RUNS, result->until_ns, err);
    t.graph = graph;
    t.pairs = result->pairs;
    t.stuck = result->stuck_count;
    t.repairs = repairs_in(result);
    bool remote = graph->import && graph->import->remote_tasks > 0;
    if (t.repairs == 0 || remote || result->dispatch.kind == VRRL_CHECK_DISPATCH_STUCK)
        return VRRL_OK; /* there is none, or runs are not what it is about */
    code = vrrl_assignment_create(graph, own.assign, &t.assignment, err);
    if (code == VRRL_OK)
        code = try_result(&t, NULL, result);
    result->untried |= t.late;
    vrrl_assignment_free(t.assignment);
    return code;
}

vrrl_code vrrl_program_check_try(vrrl_program_check *check, const vrrl_program *program,
                                 const vrrl_try_options *options, vrrl_error *err)
{
    vrrl_try_options own;
    vrrl_code code = OPTIONS_READ(vrrl_try_options, &own, options, err);
    if (code != VRRL_OK)
        return code;
    struct trial t = begin_trial(&own, PROGRAM_SLOT_RUNS, check->until_ns, err);
    code = vrrl_program_check_join(check, program, err);
    for (uint32_t i = 0; i < check->count; i++)
        t.repairs += repairs_in(check->items[i].result);
    if (code != VRRL_OK || t.repairs == 0)
        return code;
    t.pairs = pairs_of(check, &t.stuck);
    t.can_stick = t.stuck > 0 || can_stick(check);
    t.can_break = can_break(check);
    code = edited_begin(program, &t.whole, err);
    for (uint32_t i = 0; code == VRRL_OK && i < check->count; i++)
        code = try_result(&t, &check->items[i], check->items[i].result);
    check->untried = t.late;
    edited_free(&t.whole);
    return code;
}
