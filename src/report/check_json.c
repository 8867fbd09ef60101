/* A check's result for programs. */
#include "vrrl/analysis/check.h"

#include "base/error.h"
#include "base/json_text.h"
#include "graph/graph_lint_json.h"
#include "race/rules.h"
#include "report/advice_text.h"
#include "report/check_parts.h"
#include "report/check_reasons.h"
#include "report/fault_text.h"
#include "report/import_json.h"
#include "report/odd_one_out.h"

#include <jansson.h>

static const char *kind_word(vrrl_access_kind kind)
{
    return access_is_load(kind)             ? "read"
           : kind == VRRL_ACCESS_ACCUMULATE ? "accumulate"
           : access_is_store(kind)          ? "write"
                                            : "atomic";
}

static json_t *ids(const vrrl_graph *graph, const uint32_t *tasks, uint32_t count)
{
    json_t *array = json_array();
    for (uint32_t i = 0; i < count; i++)
        json_array_append_new(array, json_integer(graph->tasks[tasks[i]].id));
    return array;
}

/* What a task is called, one and several: tasks of a graph by their ids, slots of an epoch by position. */
struct words_of_tasks {
    const char *one, *all, *count;
};
static const struct words_of_tasks of_graph = {"task", "tasks", "task_count"};
static const struct words_of_tasks of_epoch = {"slot", "slots", "slot_count"};

/* "kind" and "accesses" of two that meet. */
static void add_kinds(json_t *object, const vrrl_access_kind kinds[2])
{
    const char *first = kind_word(kinds[0]), *second = kind_word(kinds[1]);
    json_object_set_new(object, "kind", json_sprintf("%s-%s", first, second));
    json_object_set_new(object, "accesses", json_pack("[s,s]", first, second));
}

static json_t *pair_json(const vrrl_graph *graph, const struct words_of_tasks *words,
                         const vrrl_check_pair *pair)
{
    char ranges[2][240];
    for (int i = 0; i < 2; i++)
        vrrl_graph_range_name(graph, &graph->ranges[pair->ranges[i]], ranges[i], sizeof ranges[i]);
    json_t *object =
        json_pack("{s:o, s:[s,s], s:s, s:[s,s]}", words->all, ids(graph, pair->tasks, 2), "labels",
                  vrrl_graph_label(graph, pair->tasks[0]), vrrl_graph_label(graph, pair->tasks[1]),
                  "buffer", vrrl_graph_text_at(graph, graph->buffers[pair->buffer].name), "ranges",
                  ranges[0], ranges[1]);
    add_kinds(object, pair->kinds);
    return object;
}

static json_t *repair_json(const vrrl_graph *graph, const struct words_of_tasks *words,
                           const vrrl_check_repair *repair)
{
    char text[VRRL_CHECK_TEXT_MAX];
    if (!repair->change.kind)
        return json_null();
    json_t *explored =
        repair->tried
            ? json_pack("{s:I, s:I, s:b}", "cells", (json_int_t)repair->cells, "schedules",
                        (json_int_t)repair->schedules, "complete", repair->complete)
            : json_null();
    json_t *object =
        json_pack("{s:o, s:o, s:b, s:s, s:I, s:i, s:i, s:o}", "text",
                  json_text(vrrl_check_repair_text(graph, repair, text)), "change",
                  check_change_json(graph, repair, words->one), "hides", repair->hides, "checked",
                  vrrl_check_verdict_name(repair->after), "pairs_left",
                  (json_int_t)repair->pairs_left, "stuck_left", (int)repair->stuck_left,
                  "unwritten_left", (int)repair->holes_left, "explored", explored);
    stop_add_json(object, "not_run", &repair->not_run);
    return object;
}

static json_t *race_json(const vrrl_graph *graph, const struct words_of_tasks *words,
                         const vrrl_check_race *race)
{
    char why[VRRL_CHECK_TEXT_MAX], odd[VRRL_CHECK_TEXT_MAX];
    race_reason_text(graph, race, why);
    odd_one_out_text(graph, &race->odd, race->pair.tasks[1], odd);
    return json_pack(
        "{s:s, s:o, s:I, s:i, s:b, s:s, s:o, s:s, s:o, s:o, s:o}", "defect", "race", "pair",
        pair_json(graph, words, &race->pair), "pairs", (json_int_t)race->pairs, "late",
        (int)graph->tasks[race->pair.tasks[race->late]].id, "order_known", race->order_known, "why",
        why, "reason", race_reason_json(graph, race), "odd_one_out", odd, "alike",
        odd_one_out_json(graph, &race->odd, race->pair.tasks[1]), "repair",
        repair_json(graph, words, &race->repair), "replay", json_text_or_null(race->replay));
}

static json_t *root_json(const vrrl_graph *graph, const struct words_of_tasks *words,
                         const vrrl_check_result *result, const vrrl_check_root *root)
{
    char why[VRRL_CHECK_TEXT_MAX], producers[VRRL_CHECK_TEXT_MAX], odd[VRRL_CHECK_TEXT_MAX];
    root_reason_text(graph, result, root, why);
    root_producers_text(graph, root, producers);
    odd_one_out_text(graph, &root->odd, root->task, odd);
    json_t *object = json_pack(
        "{s:s, s:s, s:I, s:s, s:s, s:o, s:s, s:o, s:s, s:o, s:o, s:i, s:o}", "defect", "deadlock",
        "cause", vrrl_check_root_kind_name(root->kind), words->one,
        (json_int_t)graph->tasks[root->task].id, "label", vrrl_graph_label(graph, root->task),
        "why", why, "reason", root_reason_json(graph, result, root, words->one), "producers",
        producers, "signalled_by", root_producers_json(graph, root, words->one), "odd_one_out", odd,
        "alike", odd_one_out_json(graph, &root->odd, root->task), "cycle",
        ids(graph, root->cycle, root->cycle_count), "cycle_length", (int)root->cycle_tasks,
        "repair", repair_json(graph, words, &root->repair));
    if (root->counter != VRRL_GRAPH_NONE)
        json_object_set_new(object, "wait",
                            json_pack("{s:I, s:I, s:I, s:I}", "counter",
                                      (json_int_t)graph->counters[root->counter].id, "wanted",
                                      (json_int_t)root->wanted, "seen", (json_int_t)root->seen,
                                      "most", (json_int_t)root->most));
    return object;
}

static json_t *defects_json(const vrrl_graph *graph, const struct words_of_tasks *words,
                            const vrrl_check_result *result)
{
    json_t *defects = json_array();
    for (uint32_t i = 0; i < result->root_count; i++)
        json_array_append_new(defects, root_json(graph, words, result, &result->roots[i]));
    for (uint32_t i = 0; i < result->race_count; i++)
        json_array_append_new(defects, race_json(graph, words, &result->races[i]));
    return defects;
}

static json_t *assumptions_json(const vrrl_graph *graph, const vrrl_check_result *result)
{
    static const char *const models[] = {"pool", "serial", "pipelined"};
    const vrrl_worker_model *model = &result->model;
    return json_pack("{s:s, s:s, s:s, s:i, s:i, s:i, s:i}", "accesses", "as declared", "orders",
                     result->relaxed ? "relaxed waits and signals order nothing"
                                     : "waits acquire, signals release",
                     "workers", models[model->kind], "queues", (int)model->queues, "resident",
                     (int)model->resident, "depth", (int)model->depth, "shared_pages",
                     (int)graph->shared_pages);
}

static json_t *witness_json(const vrrl_graph *graph, const vrrl_check_result *result)
{
    if (!result->witness)
        return json_null();
    return json_pack("{s:o, s:i}", "order", ids(graph, result->witness, result->witness_count),
                     "late_at", (int)result->witness_at);
}

static json_t *check_json(const vrrl_graph *graph, const struct words_of_tasks *words,
                          const vrrl_check_result *result)
{
    const char *replay = result->stuck_count > 0 || result->race_count == 0
                             ? result->replay
                             : result->races[0].replay;
    json_t *object = json_pack(
        "{s:I, s:o, s:i, s:o, s:o, s:i, s:o, s:o, s:o, s:o, s:I, s:f, s:b}", "pairs",
        (json_int_t)result->pairs, "first",
        result->pairs ? pair_json(graph, words, &result->first) : json_null(), "defect_count",
        (int)(result->race_total + result->root_total), "defects",
        defects_json(graph, words, result), "stuck", ids(graph, result->stuck, result->stuck_count),
        "stuck_count", (int)result->stuck_count, "all_repairs",
        repair_json(graph, words, &result->all), "witness", witness_json(graph, result), "replay",
        json_text_or_null(replay), "assumptions", assumptions_json(graph, result), words->count,
        (json_int_t)result->task_count, "seconds", (double)result->elapsed_ns / 1e9, "exact",
        result->exact);
    if (object && graph->instruction_count > 0)
        json_object_set_new(object, "instruction_pairs",
                            json_integer((json_int_t)result->instruction_pairs));
    if (object && result->overshoots.count > 0)
        json_object_set_new(object, "overshoots", json_integer(result->overshoots.count));
    return object;
}

/* Takes the object over; NULL where there was no memory for it. */
static vrrl_code write_line(FILE *out, json_t *object, vrrl_error *err)
{
    if (!object)
        return error_no_memory(err, 0);
    int failed = json_dumpf(object, out, JSON_COMPACT | JSON_REAL_PRECISION(6));
    json_decref(object);
    if (failed || fputc('\n', out) == EOF)
        return error_set(err, VRRL_IO, "Fix: see if the disk is full.",
                         "could not write the result");
    return VRRL_OK;
}

vrrl_code vrrl_check_write_json(const vrrl_graph *graph, const vrrl_check_result *result, FILE *out,
                                vrrl_error *err)
{
    json_t *object = check_json(graph, &of_graph, result);
    if (object && (result->out_of_time || result->untried))
        json_object_set_new(object, "out_of_time", json_true());
    if (object && result->lint)
        graph_lint_add_json(object, result->lint);
    if (object && result->advice)
        json_object_set_new(object, "advice", advice_json(graph, result->advice));
    if (object)
        import_add_json(object, graph, result);
    if (object && result->faults.total > 0)
        faults_add_json(object, graph, &result->faults);
    return write_line(out, object, err);
}

static json_t *epochs_json(const vrrl_epoch_check *item)
{
    return json_pack("{s:s, s:I, s:I, s:I, s:b, s:b, s:b, s:b, s:o}", "verdict",
                     vrrl_check_verdict_name(item->result->verdict), "first_epoch",
                     (json_int_t)item->first_epoch, "epochs", (json_int_t)item->epochs,
                     "unclear_words", (json_int_t)item->unclear_words, "may_excuse",
                     item->result->may_excuse, "may_miss", item->result->may_miss, "rounds",
                     item->rounds, "counters_differ", item->counters_differ, "check",
                     check_json(item->graph, &of_epoch, item->result));
}

static json_t *run_race_json(const vrrl_run_race *race)
{
    json_t *object =
        json_pack("{s:I, s:[I,I], s:[s,s], s:I, s:s, s:o}", "epoch", (json_int_t)race->epoch,
                  "slots", (json_int_t)race->slots[0], (json_int_t)race->slots[1], "labels",
                  race->names[0], race->names[1], "word", (json_int_t)race->word, "word_name",
                  race->word_name, "replay", json_text_or_null(race->replay));
    add_kinds(object, race->kinds);
    return object;
}

static json_t *run_json(const vrrl_run_check *run)
{
    if (!run)
        return json_null();
    json_t *races = json_array();
    for (uint32_t i = 0; i < run->race_count; i++)
        json_array_append_new(races, run_race_json(&run->races[i]));
    json_t *object = json_pack(
        "{s:b, s:b, s:I, s:o, s:I, s:I, s:I, s:I, s:I, s:b, s:b, s:b, s:I, s:o}", "recorded",
        run->recorded, "as_recorded", run->as_recorded, "epochs", (json_int_t)run->epochs, "races",
        races, "race_count", (json_int_t)run->race_total, "told", (json_int_t)run->told,
        "equal_stores", (json_int_t)run->equal_stores, "silent_stores",
        (json_int_t)run->silent_stores, "validated_reads", (json_int_t)run->validated_reads,
        "stuck", run->stuck, "fails", run->fails, "breaks", run->breaks, "last",
        (json_int_t)run->last, "replay", json_text_or_null(run->replay));
    stop_add_json(object, "stopped", &run->stopped);
    return object;
}

static json_t *races_json(const vrrl_run_race *list, uint32_t count)
{
    json_t *races = json_array();
    for (uint32_t i = 0; i < count; i++)
        json_array_append_new(races, run_race_json(&list[i]));
    return races;
}

static json_t *all_json(const vrrl_all_check *all)
{
    if (!all)
        return json_null();
    const char *replay = all->race_count > 0 ? all->races[0].replay : NULL;
    json_t *object = json_pack(
        "{s:b, s:I, s:o, s:I, s:o, s:I, s:I, s:I, s:o, s:o, s:o, s:o}", "complete", all->complete,
        "states", (json_int_t)all->states, "races", races_json(all->races, all->race_count),
        "race_count", (json_int_t)all->race_total, "replay", json_text_or_null(replay),
        "equal_stores", (json_int_t)all->equal_stores, "silent_stores",
        (json_int_t)all->silent_stores, "validated_reads", (json_int_t)all->validated_reads,
        "deadlock", shown_end_json(&all->deadlock), "differs", shown_end_json(&all->differs),
        "breaks", shown_end_json(&all->breaks), "agrees", json_text_or_null(all->agrees_replay));
    stop_add_json(object, "stopped", &all->stopped);
    return object;
}

static void add_unwritten(json_t *object, const vrrl_program_check *check)
{
    json_t *reads = json_array();
    for (uint32_t i = 0; i < check->unwritten_count; i++) {
        const vrrl_unwritten_read *r = &check->unwritten[i];
        json_array_append_new(
            reads, json_pack("{s:I, s:I, s:I, s:o, s:o}", "epoch", (json_int_t)r->epoch, "slot",
                             (json_int_t)r->slot, "word", (json_int_t)r->word, "label",
                             json_text(r->name), "word_name", json_text(r->word_name)));
    }
    json_object_set_new(object, "unwritten", reads);
    json_object_set_new(object, "unwritten_count", json_integer(check->unwritten_total));
}

vrrl_code vrrl_program_check_write_json(const vrrl_program_check *check, FILE *out, vrrl_error *err)
{
    json_t *checks = json_array();
    for (uint32_t i = 0; i < check->count; i++)
        json_array_append_new(checks, epochs_json(&check->items[i]));
    bool covered = check_covers_expectations(check);
    json_t *object = json_pack(
        "{s:b, s:I, s:I, s:I, s:o, s:b, s:o, s:o, s:o}", "as_run", check->as_run, "epochs",
        (json_int_t)check->epochs, "epochs_left", (json_int_t)check->epochs_left,
        "expectations_not_covered", (json_int_t)(covered ? 0 : check->expectations), "breaks",
        shown_end_json(&check->breaks), "breaks_always", check->breaks_always, "checks", checks,
        "run", run_json(check->run), "all", all_json(check->all));
    if (object && check->unwritten_total > 0)
        add_unwritten(object, check);
    if (object && (check->out_of_time || check->untried))
        json_object_set_new(object, "out_of_time", json_true());
    if (object && check->unfinished)
        json_object_set_new(object, "recording_unfinished", json_true());
    if (object && check->bare_log)
        json_object_set_new(object, "bare_log", json_true());
    return write_line(out, object, err);
}
