/* A check's result for people. */
#include "report/check_text.h"

#include "base/plural.h"
#include "check/check.h"
#include "check/check_program.h"
#include "race/rules.h"
#include "report/access_words.h"
#include "report/advice_text.h"
#include "report/check_reasons.h"
#include "report/fault_text.h"
#include "report/import_text.h"
#include "report/odd_one_out.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { STUCK_LISTED = 8 };

/* 5,890 */
static const char *grouped(uint64_t number, char out[32])
{
    char digits[24];
    int count = snprintf(digits, sizeof digits, "%" PRIu64, number), at = 0;
    for (int i = 0; i < count; i++) {
        if (i > 0 && (count - i) % 3 == 0)
            out[at++] = ',';
        out[at++] = digits[i];
    }
    out[at] = '\0';
    return out;
}

/* "  down(layer 3, …) storer 2, worker 5, entry 7", or a label and an id. */
static void write_task(FILE *out, const vrrl_graph *graph, uint32_t task)
{
    if (graph->tasks[task].instruction)
        fprintf(out, "  %s", vrrl_graph_label(graph, task));
    else
        fprintf(out, "  %-16s  task %u", vrrl_graph_label(graph, task), graph->tasks[task].id);
}

/* The same in a list. */
static void write_task_in_list(FILE *out, const vrrl_graph *graph, uint32_t task)
{
    if (graph->tasks[task].instruction)
        fprintf(out, " %s", vrrl_graph_label(graph, task));
    else
        fprintf(out, " %s (%u)", vrrl_graph_label(graph, task), graph->tasks[task].id);
}

/* "4 unordered pairs", and so on. */
static void write_count(FILE *out, uint64_t count, const char *what)
{
    char text[32];
    fprintf(out, "%s %s%s", grouped(count, text), what, plural(count));
}

static void write_cost(FILE *out, const vrrl_check_result *result)
{
    char tasks[32];
    double ms = (double)result->elapsed_ns / 1e6;
    fprintf(out, "     %s; %s task%s, ", result->exact ? "exact" : "not exact",
            grouped(result->task_count, tasks), plural(result->task_count));
    fprintf(out, ms < 999.5 ? "%.3g ms\n" : "%.0f ms\n", ms);
}

/* Pairs that are left are those of the whole program: of an epoch that has `pairs` of them, or of slots to which
 * a run adds others, how many there were is told, too. */
static void write_left(FILE *out, const vrrl_check_repair *repair, uint64_t pairs)
{
    char text[32], of[80] = "", before[32];
    if (repair->pairs_before != pairs)
        snprintf(of, sizeof of, " of %s", grouped(repair->pairs_before, before));
    if (repair->after == VRRL_CHECK_UNWRITTEN && repair->holes_left == 0)
        fputs("no race, no deadlock; scratch is read that nothing has written", out);
    else if (repair->after == VRRL_CHECK_UNWRITTEN)
        fprintf(out, "no race, no deadlock; %s part%s that no task writes left",
                grouped(repair->holes_left, text), plural(repair->holes_left));
    else if (repair->pairs_left == 0 && repair->stuck_left == 0)
        fputs(repair->after == VRRL_CHECK_SAFE ? "safe" : "not known", out);
    else if (repair->stuck_left == 0)
        fprintf(out, "%s%s unordered pair%s left%s", grouped(repair->pairs_left, text), of,
                plural(of[0] ? repair->pairs_before : repair->pairs_left),
                repair->after == VRRL_CHECK_DEADLOCK ? ", and an execution gets stuck" : "");
    else
        fprintf(out, "deadlock, %s task%s stuck", grouped(repair->stuck_left, text),
                plural(repair->stuck_left));
}

/* What a run of it showed, where it was run. */
static void write_tried(FILE *out, const vrrl_check_repair *repair)
{
    char text[32], why[VRRL_ERROR_TEXT_MAX];
    if (repair->not_run.kind)
        fprintf(out, "; not run: %s", vrrl_stop_text(&repair->not_run, why));
    if (!repair->tried)
        return;
    fprintf(out, "; explored: %u cell%s, ", repair->cells, plural(repair->cells));
    if (repair->complete)
        fputs("all schedules, none fails", out);
    else
        fprintf(out, "%s schedule%s, none fails", grouped(repair->schedules, text),
                plural(repair->schedules));
}

static void write_no_repair(FILE *out, const vrrl_check_repair *repair)
{
    if (repair->refused > 0)
        fprintf(out, "  repair: none of the %u that %s tried holds\n", repair->refused,
                repair->refused == 1 ? "was" : "were");
    if (repair->unmade > 0)
        fprintf(out, "  repair: %u cannot be made here\n", repair->unmade);
}

static const char *const apart_reasons[] = {
    [VRRL_CHECK_APART_CHOOSES] = "at least one of them goes by what it finds",
    [VRRL_CHECK_APART_WAITS] = "one of them waits for the other already, and that does not suffice",
    [VRRL_CHECK_APART_UNTOLD] = "their arguments do not tell by which words they race",
};

/* `pairs`: how many the report that it stands in tells of. */
static void write_repair(FILE *out, const vrrl_graph *graph, const vrrl_check_repair *repair,
                         uint64_t pairs)
{
    char text[VRRL_CHECK_TEXT_MAX];
    if (!repair->change.kind) {
        write_no_repair(out, repair);
        return;
    }
    fprintf(out, "  repair: %s; checked again: ", vrrl_check_repair_text(graph, repair, text));
    write_left(out, repair, pairs);
    write_tried(out, repair);
    fputc('\n', out);
    if (repair->apart != VRRL_CHECK_APART_NONE)
        fprintf(out, "           it only keeps the two apart: %s\n", apart_reasons[repair->apart]);
    else if (repair->hides)
        fputs("           if a signal is missing, this only hides it\n", out);
}

static void write_line(FILE *out, const char *prefix, const char *text)
{
    if (text[0])
        fprintf(out, "  %s%s\n", prefix, text);
}

static void write_assumptions(FILE *out, const vrrl_check_result *result)
{
    const vrrl_worker_model *model = &result->model;
    fputs("  assumed: accesses as declared; ", out);
    fprintf(out, "%s; ",
            result->relaxed ? "relaxed waits and signals order nothing"
                            : "waits acquire, signals release");
    if (model->kind == VRRL_MODEL_POOL)
        fputs("pool workers", out);
    else if (model->kind == VRRL_MODEL_SERIAL)
        fprintf(out, "%u serial queue%s", model->queues, plural(model->queues));
    else
        fprintf(out, "%u pipelined queue%s of %u", model->queues, plural(model->queues),
                model->depth);
    if (model->resident)
        fprintf(out, ", %u resident", model->resident);
    fputc('\n', out);
}

/* ---- Races ---------------------------------------------------------------------------------- */

static const char *race_name(const vrrl_check_race *race)
{
    bool early = access_is_load(race->pair.kinds[race->early]);
    bool late = access_is_load(race->pair.kinds[race->late]);
    if (!race->order_known && (early || late))
        return "a read and a write";
    return early ? "write before read" : late ? "read before write" : "two writes";
}

static void write_access(FILE *out, const vrrl_graph *graph, const vrrl_check_pair *pair,
                         uint32_t i)
{
    char range[240];
    vrrl_graph_range_name(graph, &graph->ranges[pair->ranges[i]], range, sizeof range);
    bool somewhere =
        pair->kinds[i] == VRRL_ACCESS_ACCUMULATE && graph->buffers[pair->buffer].scattered;
    write_task(out, graph, pair->tasks[i]);
    fprintf(out, "  %-6s %s\n", somewhere ? "writes somewhere in" : access_verb(pair->kinds[i]),
            range);
}

/* The run that shows it. */
static void write_replay(FILE *out, const vrrl_check_race *race, bool certain, bool follows)
{
    if (race->replay && strlen(race->replay) <= CHECK_REPLAY_MAX)
        fprintf(out, follows ? "           %s\n" : "  witness: %s\n", race->replay);
    else if (race->replay)
        fputs("  witness: a command that is long (--json prints it)\n", out);
    else if ((race->sought || race->unsought) && certain && !race->schedule)
        fprintf(out,
                "  witness: none was found %s; that the two race is proven, and was not shown\n",
                race->unsought ? "before the time was over" : "under sc");
}

static void write_race(FILE *out, const vrrl_graph *graph, const vrrl_check_result *result,
                       const vrrl_check_race *race, bool certain, bool proven)
{
    write_access(out, graph, &race->pair, race->late);
    write_access(out, graph, &race->pair, race->early);
    if (race->pairs > 1) {
        char more[32];
        fprintf(out, "  and %s more pair%s like it%s\n", grouped(race->pairs - 1, more),
                plural(race->pairs - 1), certain && !proven ? ", which may race" : "");
    }
    if (!race->order_known)
        fprintf(out, "  which of the two was meant to come first is not known: %s\n",
                graph->order == VRRL_GRAPH_ORDER_UNKNOWN
                    ? "the description has no `order`"
                    : "not all tasks could run in the order of the file");
    char text[VRRL_CHECK_TEXT_MAX];
    write_line(out, "", race_reason_text(graph, race, text));
    write_line(out,
               "odd one out: ", odd_one_out_text(graph, &race->odd, race->pair.tasks[1], text));
    if (certain)
        write_repair(out, graph, &race->repair, result->pairs);
}

static void write_witness(FILE *out, const vrrl_graph *graph, const vrrl_check_result *result)
{
    char before[32], late[VRRL_CHECK_NAME_MAX], early[VRRL_CHECK_NAME_MAX];
    const uint32_t *tasks = result->first.tasks;
    vrrl_graph_task_name(graph, tasks[1], late, sizeof late);
    vrrl_graph_task_name(graph, tasks[0], early, sizeof early);
    fprintf(out,
            "  witness: %s task%s, then %s, and only later %s: an order that the graph allows "
            "(all of it with --json)\n",
            grouped(result->witness_at, before), plural(result->witness_at), late, early);
}

/* Behind how many pairs of parts there are. */
static void write_instructions(FILE *out, const vrrl_graph *graph, const vrrl_check_result *result)
{
    char text[32];
    bool parts = !(graph->import && graph->import->of_tasks);
    if (result->instruction_pairs > 0 && parts)
        fprintf(out, " of parts, %s of instructions", grouped(result->instruction_pairs, text));
}

static void write_races(FILE *out, const vrrl_graph *graph, const vrrl_check_result *result)
{
    for (uint32_t i = 0; i < result->race_count; i++) {
        const vrrl_check_race *race = &result->races[i];
        bool certain = check_is_certain(result, race);
        bool proven = (!result->may_excuse && !race->pair.unsure) || race->pair.races;
        bool ordered = i == 0 && proven && result->witness;
        const char *head = certain ? "RACE" : "MAY RACE";
        if (i == 0) {
            fprintf(out, "%s  %s    ", head, race_name(race));
            write_count(out, result->race_total, "defect");
            fputs(", ", out);
            write_count(out, result->pairs, "unordered pair");
            write_instructions(out, graph, result);
            write_cost(out, result);
        } else {
            fprintf(out, "%s  %s\n", head, race_name(race));
        }
        write_race(out, graph, result, race, certain, proven);
        if (ordered)
            write_witness(out, graph, result);
        write_replay(out, race, certain, ordered);
    }
    uint64_t grouped_pairs = 0;
    for (uint32_t i = 0; i < result->race_count; i++)
        grouped_pairs += result->races[i].pairs;
    if (grouped_pairs < result->pairs) {
        char rest[32];
        fprintf(out, "  and %s more unordered pairs\n",
                grouped(result->pairs - grouped_pairs, rest));
    }
    if (result->race_total > result->race_count)
        fprintf(out, "  and %u more defects, not explained\n",
                result->race_total - result->race_count);
}

/* ---- Deadlocks ------------------------------------------------------------------------------ */

static void write_cycle(FILE *out, const vrrl_graph *graph, const vrrl_check_root *root)
{
    if (root->cycle_count == 0)
        return;
    fprintf(out, "  %u task%s in a circle:", root->cycle_tasks, plural(root->cycle_tasks));
    for (uint32_t i = 0; i < root->cycle_count; i++) {
        write_task_in_list(out, graph, root->cycle[i]);
        fputs(" ->", out);
    }
    char first[VRRL_CHECK_NAME_MAX];
    vrrl_graph_task_name(graph, root->cycle[0], first, sizeof first);
    fputs(root->cycle_tasks > root->cycle_count ? " ... ->" : "", out);
    fprintf(out, " %s\n", first);
}

static void write_wait(FILE *out, const vrrl_graph *graph, const vrrl_check_root *root)
{
    char name[200];
    fprintf(out, "  waits for %s", root_wait_text(graph, root, name, sizeof name));
    if (graph->counters[root->counter].up_from == 0)
        fprintf(out, ", sees %" PRIu64, root->seen);
}

static void write_root(FILE *out, const vrrl_graph *graph, const vrrl_check_result *result,
                       const vrrl_check_root *root)
{
    write_task(out, graph, root->task);
    if (root->counter != VRRL_GRAPH_NONE)
        write_wait(out, graph, root);
    fputc('\n', out);
    char text[VRRL_CHECK_TEXT_MAX];
    write_line(out, "", root_producers_text(graph, root, text));
    write_line(out, "", root_reason_text(graph, result, root, text));
    write_cycle(out, graph, root);
    write_line(out, "odd one out: ", odd_one_out_text(graph, &root->odd, root->task, text));
    write_repair(out, graph, &root->repair, result->pairs);
}

static bool has_root(const vrrl_check_result *result, vrrl_check_root_kind kind)
{
    for (uint32_t i = 0; i < result->root_count; i++)
        if (result->roots[i].kind == kind)
            return true;
    return false;
}

/* What it is not, so that nobody need look there. */
static void write_not(FILE *out, const vrrl_check_result *result)
{
    bool later = false; /* a signal is lost where a condition leaves it out */
    for (uint32_t i = 0; i < result->root_count; i++)
        later |= result->roots[i].later;
    fputs(later
              ? "  not: stuck in a body"
              : "  not: a lost signal (all that finished tasks signal is counted), stuck in a body",
          out);
    if (!has_root(result, VRRL_CHECK_ROOT_CYCLE))
        fputs(", cyclic waits", out);
    if (!has_root(result, VRRL_CHECK_ROOT_QUEUE_ORDER))
        fputs(result->model.kind == VRRL_MODEL_POOL ? ", queue order (a pool)" : ", queue order",
              out);
    if (!has_root(result, VRRL_CHECK_ROOT_RESIDENCY))
        fputs(result->model.resident ? ", residency" : ", residency (all workers run)", out);
    fputc('\n', out);
}

static bool is_root(const vrrl_check_result *result, uint32_t task)
{
    for (uint32_t i = 0; i < result->root_count; i++)
        if (result->roots[i].task == task)
            return true;
    return false;
}

static void write_blocked(FILE *out, const vrrl_graph *graph, const vrrl_check_result *result)
{
    char count[32];
    uint32_t listed = 0, blocked = 0;
    for (uint32_t i = 0; i < result->stuck_count; i++)
        blocked += !is_root(result, result->stuck[i]);
    if (blocked == 0)
        return;
    fprintf(out, "  blocked behind: %s task%s:", grouped(blocked, count), plural(blocked));
    for (uint32_t i = 0; i < result->stuck_count && listed < STUCK_LISTED; i++) {
        uint32_t task = result->stuck[i];
        if (is_root(result, task))
            continue;
        fputs(listed++ ? "," : "", out);
        write_task_in_list(out, graph, task);
    }
    fputs(blocked > listed ? ", ...\n" : "\n", out);
}

static void write_deadlock(FILE *out, const vrrl_graph *graph, const vrrl_check_result *result)
{
    for (uint32_t i = 0; i < result->root_count; i++) {
        fprintf(out, "DEADLOCK  %s", vrrl_check_root_kind_name(result->roots[i].kind));
        if (i == 0) {
            fputs("    ", out);
            write_count(out, result->root_total, "root");
            fputs(", ", out);
            write_count(out, result->stuck_count, "task");
            fputs(" stuck", out);
            write_cost(out, result);
        } else {
            fputc('\n', out);
        }
        write_root(out, graph, result, &result->roots[i]);
    }
    if (result->root_total > result->root_count)
        fprintf(out, "  and %u more roots, not explained\n",
                result->root_total - result->root_count);
    write_blocked(out, graph, result);
    write_not(out, result);
    if (result->replay)
        fprintf(out, "  witness: %s\n", result->replay);
}

static void write_overshoots(FILE *out, const vrrl_graph *graph, const vrrl_check_result *result)
{
    const vrrl_check_overshoots *o = &result->overshoots;
    char name[VRRL_CHECK_NAME_MAX];
    fputs("DEADLOCK  overshoot    ", out);
    write_count(out, o->count, "wait");
    fputs(" for a value that the counter may pass first", out);
    write_cost(out, result);
    write_task(out, graph, o->task);
    vrrl_graph_counter_name(graph, o->counter, name, sizeof name);
    fprintf(out, "  waits for %s == %" PRIu64 "; without it the counter gets to %" PRIu64 "\n",
            name, o->wanted, o->most);
}

/* Where neither pairs nor stuck tasks are found. A run that was watched may have shown more. */
static const char *head_of_none(vrrl_check_verdict verdict, bool as_run)
{
    if (as_run && verdict == VRRL_CHECK_SAFE)
        return "SAFE  no race in this run";
    return verdict == VRRL_CHECK_SAFE        ? "SAFE  no race, no deadlock"
           : verdict == VRRL_CHECK_NOT_KNOWN ? "NOT KNOWN  no race, no deadlock that is seen here"
           : verdict == VRRL_CHECK_UNWRITTEN || verdict == VRRL_CHECK_UNFIT
               ? "  besides: no race, no deadlock"
               : "by its slots alone: no race, no deadlock";
}

void vrrl_check_write_text(const vrrl_graph *graph, const vrrl_check_result *result, FILE *out)
{
    check_write_text(out, graph, result, false);
}

void check_write_text(FILE *out, const vrrl_graph *graph, const vrrl_check_result *result,
                      bool as_run)
{
    import_write_text(out, graph);
    bool besides = result->verdict == VRRL_CHECK_UNWRITTEN || result->verdict == VRRL_CHECK_UNFIT;
    if (besides && result->lint)
        vrrl_graph_lint_write_holes(result->lint, out);
    if (besides)
        faults_write_text(out, graph, &result->faults);
    if (result->out_of_time) {
        fputs("NOT KNOWN  the time was over before all tasks were held against each other", out);
        write_cost(out, result);
    } else if (result->overshoots.count > 0) {
        write_overshoots(out, graph, result);
    } else if (result->pairs == 0 && result->stuck_count == 0) {
        fputs(head_of_none(result->verdict, as_run), out);
        write_cost(out, result);
    }
    if (result->stuck_count > 0)
        write_deadlock(out, graph, result);
    if (result->pairs > 0)
        write_races(out, graph, result);
    if (!besides && result->lint)
        vrrl_graph_lint_write_holes(result->lint, out);
    if (!besides)
        faults_write_text(out, graph, &result->faults);
    if (result->all.change.kind && !(result->may_excuse && result->pairs > 0))
        write_repair(out, graph, &result->all, result->pairs);
    if (result->untried)
        fputs("  not all of it was explained, nor each repair tried: the time was over\n", out);
    import_write_steps(out, result);
    import_write_dispatch(out, graph, result);
    if (result->advice)
        advice_write_text(out, graph, result->advice);
    write_assumptions(out, result);
    import_write_assumptions(out, graph);
}
