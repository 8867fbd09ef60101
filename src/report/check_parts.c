#include "report/check_parts.h"

#include "base/json_text.h"
#include "base/plural.h"
#include "base/value_text.h"
#include "report/phrase.h"
#include "vrrl/analysis/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME = 200, FIELDS = 9 };

struct row {
    const char *name, *phrase;
};

/* ---- What a repair changes --------------------------------------------------------------------- */

static const struct row changes[VRRL_CHECK_CHANGE_KINDS] = {
    [VRRL_CHECK_CHANGE_NONE] = {"none", ""},
    [VRRL_CHECK_CHANGE_WAIT] = {"wait", "{task} waits for {counter} >= {value}"},
    [VRRL_CHECK_CHANGE_DROP_WAIT] = {"drop-wait", "{task} no longer waits for {counter}"},
    [VRRL_CHECK_CHANGE_TIE] = {"tie", "a new counter that {other} signals and {task} waits for >= "
                                      "1"},
    [VRRL_CHECK_CHANGE_RANGE] = {"range", "{task} writes {range}"},
    [VRRL_CHECK_CHANGE_MOVE] = {"move", "in {queue}, {other} comes before {task}"},
    [VRRL_CHECK_CHANGE_SORT] = {"sort", "every queue in an order in which a pool can run the "
                                        "tasks"},
    [VRRL_CHECK_CHANGE_RESIDENT] = {"resident", "at least {value} queues resident"},
    [VRRL_CHECK_CHANGE_ORDER] = {"order", "{other} signals {counter} with release, and {task} "
                                          "waits for it with acquire"},
    [VRRL_CHECK_CHANGE_RESET] = {"reset", "the prologue of each later epoch resets {counter}"},
    [VRRL_CHECK_CHANGE_GROW] = {"grow", "waits for {counter} grow with the epoch, by what its "
                                        "signals add"},
    [VRRL_CHECK_CHANGE_ALL] = {"all", "all {value} repairs together"},
};

struct told_change {
    char counter[NAME], range[NAME], queue[40], task[NAME], other[NAME];
    uint32_t others;
    struct phrase_field fields[FIELDS + 1];
};

static uint64_t id_of(const vrrl_graph *graph, uint32_t task)
{
    return task < graph->task_count ? graph->tasks[task].id : VRRL_GRAPH_NONE;
}

/* "Bar[0][4][0..3]": counters that differ in their last index alone, and leave none out; or the first of them. */
static void tell_row(const vrrl_graph *graph, const vrrl_check_change *c, struct told_change *t)
{
    char last[NAME];
    uint32_t more = c->counter_last > c->counter ? c->counter_last - c->counter : 0;
    const char *end = strrchr(t->counter, '[');
    t->others = c->others;
    if (more == 0)
        return;
    vrrl_graph_counter_name(graph, c->counter_last, last, sizeof last);
    const char *last_end = strrchr(last, '[');
    size_t prefix = end ? (size_t)(end - t->counter) + 1 : 0;
    bool row = end && last_end && prefix == (size_t)(last_end - last) + 1 &&
               memcmp(t->counter, last, prefix) == 0 &&
               strtoul(last + prefix, NULL, 10) == strtoul(end + 1, NULL, 10) + more;
    if (row)
        snprintf(t->counter + strcspn(t->counter + prefix, "]") + prefix,
                 sizeof t->counter - strcspn(t->counter + prefix, "]") - prefix, "..%s",
                 last + prefix);
    else
        t->others += more;
}

/* What a sentence calls a task where that is not its id; else NULL. */
static const char *said_task(const vrrl_graph *graph, uint32_t task, char out[NAME])
{
    if (task >= graph->task_count || !graph->tasks[task].instruction)
        return NULL;
    vrrl_graph_task_name(graph, task, out, NAME);
    return out;
}

static void tell_change(const vrrl_graph *graph, const vrrl_check_change *c, const char *task_key,
                        struct told_change *t)
{
    t->counter[0] = t->range[0] = '\0';
    t->others = 0;
    if (c->kind == VRRL_CHECK_CHANGE_RANGE)
        vrrl_graph_range_name(graph, &c->range, t->range, sizeof t->range);
    else if (c->counter < graph->counter_count)
        vrrl_graph_counter_name(graph, c->counter, t->counter, sizeof t->counter);
    tell_row(graph, c, t);
    snprintf(t->queue, sizeof t->queue, c->names_queue ? "the queue of worker %u" : "its queue",
             c->value);
    const struct phrase_field fields[FIELDS + 1] = {
        {"task", task_key, said_task(graph, c->task, t->task), NULL, id_of(graph, c->task)},
        {"other", NULL, said_task(graph, c->other, t->other), NULL, id_of(graph, c->other)},
        {"counter", NULL, NULL, t->counter, 0},
        {"value", NULL, NULL, NULL, c->value},
        {"range", NULL, NULL, t->range, 0},
        {"queue", NULL, t->queue, c->names_queue ? NULL : "", c->value}};
    memcpy(t->fields, fields, sizeof t->fields);
}

/* A repair of a program is of the graph of one epoch, in which changes have their tasks and counters. */
const char *vrrl_check_repair_text(const vrrl_graph *graph, const vrrl_check_repair *repair,
                                   char out[VRRL_CHECK_TEXT_MAX])
{
    struct told_change t;
    tell_change(graph, &repair->change, NULL, &t);
    size_t used =
        phrase_put(out, VRRL_CHECK_TEXT_MAX, changes[repair->change.kind].phrase, t.fields);
    if (t.others > 0)
        used += (size_t)snprintf(out + used, VRRL_CHECK_TEXT_MAX - used, " and %u other counter%s",
                                 t.others, plural(t.others));
    if (repair->change.kind && repair->more > 0 && used < VRRL_CHECK_TEXT_MAX)
        snprintf(out + used, VRRL_CHECK_TEXT_MAX - used, "; and %u more like it", repair->more);
    return out;
}

json_t *check_change_json(const vrrl_graph *graph, const vrrl_check_repair *repair,
                          const char *task_key)
{
    const struct row *row = &changes[repair->change.kind];
    struct told_change t;
    if (!repair->change.kind)
        return json_null();
    json_t *object = json_pack("{s:s, s:I}", "kind", row->name, "more", (json_int_t)repair->more);
    tell_change(graph, &repair->change, task_key, &t);
    phrase_add_json(object, row->phrase, t.fields);
    return object;
}

/* ---- How an execution ends --------------------------------------------------------------------- */

static const struct row ends[VRRL_END_KINDS] = {
    [VRRL_END_LIVELOCK] = {"livelock", "epoch {epoch} does not end"},
    [VRRL_END_STUCK] = {"stuck", "epoch {epoch} gets stuck"},
    [VRRL_END_STUCK_AT] = {"stuck-at", "epoch {epoch} gets stuck: {slot} waits for {word} >= "
                                       "{expected}, and sees {seen}"},
    [VRRL_END_SHUTDOWN] = {"shutdown", "epoch {epoch} is shut down with work left"},
    [VRRL_END_EXPECT] = {"expect", "an expectation of epoch {epoch} does not hold: {word} is "
                                   "{seen}"},
    [VRRL_END_STATUS] = {"status", "{slot} ends as {status}, and as {reference_status} in the "
                                   "reference's run"},
    [VRRL_END_LEFT_THERE] = {"left-there", "{slot} ends as {status}, and is left by the shutdown "
                                           "in the reference's run"},
    [VRRL_END_LEFT_HERE] = {"left-here", "{slot} is left by the shutdown, and ends as "
                                         "{reference_status} in the reference's run"},
    [VRRL_END_VALUE] = {"value", "{word} is {seen}, and {expected} in the reference's run"},
    [VRRL_END_VALUE_FOR_A_TIME] = {"value-for-a-time", "{word} was {seen} for a time, and "
                                                       "{expected} in the reference's run"},
    [VRRL_END_OTHER_VALUES] = {"other-values", "{slot} writes other values than in the "
                                               "reference's run"},
};

static void tell_end(const vrrl_shown_end *e, char seen[VALUE_TEXT_MAX],
                     char expected[VALUE_TEXT_MAX], struct phrase_field fields[FIELDS + 1])
{
    const struct phrase_field told[FIELDS + 1] = {
        {"epoch", NULL, NULL, NULL, e->epoch},
        {"slot", "label", NULL, e->name, 0},
        {"word", "word_name", NULL, e->word_name, 0},
        {"seen", NULL, value_text(e->seen, seen), NULL, e->seen},
        {"expected", NULL, value_text(e->expected, expected), NULL, e->expected},
        {"status", NULL, NULL, vrrl_status_name(e->seen), 0},
        {"reference_status", NULL, NULL, vrrl_status_name((uint32_t)e->expected), 0}};
    memcpy(fields, told, sizeof told);
}

const char *vrrl_shown_end_text(const vrrl_shown_end *end, char out[VRRL_CHECK_TEXT_MAX])
{
    struct phrase_field fields[FIELDS + 1];
    char seen[VALUE_TEXT_MAX], expected[VALUE_TEXT_MAX];
    tell_end(end, seen, expected, fields);
    size_t used = phrase_put(out, VRRL_CHECK_TEXT_MAX, ends[end->kind].phrase, fields);
    if (end->source[0])
        snprintf(out + used, VRRL_CHECK_TEXT_MAX - used, "   (%s)", end->source);
    return out;
}

json_t *shown_end_json(const vrrl_shown_end *end)
{
    char text[VRRL_CHECK_TEXT_MAX], seen[VALUE_TEXT_MAX], expected[VALUE_TEXT_MAX];
    struct phrase_field fields[FIELDS + 1];
    if (!end->found)
        return json_null();
    json_t *object =
        json_pack("{s:I, s:s, s:o, s:o}", "epoch", (json_int_t)end->epoch, "kind",
                  ends[end->kind].name, "text", json_text(vrrl_shown_end_text(end, text)), "replay",
                  json_text_or_null(end->replay));
    tell_end(end, seen, expected, fields);
    phrase_add_json(object, ends[end->kind].phrase, fields);
    if (json_object_get(object, "label"))
        json_object_set_new(object, "slot", json_integer(end->slot));
    if (json_object_get(object, "word_name"))
        json_object_set_new(object, "word", json_integer(end->word));
    if (end->source[0])
        json_object_set_new(object, "source", json_text(end->source));
    return object;
}

/* ---- What ended a run or a search -------------------------------------------------------------- */

/* Most go behind what a search did: "it ended after 12 states". */
static const struct {
    const char *name, *phrase;
    bool whole; /* a sentence by itself */
} stops[VRRL_STOP_KINDS] = {
    [VRRL_STOP_NONE] = {"none", "", false},
    [VRRL_STOP_UNBEGUN] = {"unbegun", "the time was over before it began", true},
    [VRRL_STOP_UNSEARCHED] = {"unsearched", "before it began: the time was over", false},
    [VRRL_STOP_TIME] = {"time", "when its time was over", false},
    [VRRL_STOP_TIME_AFTER] = {"time-after", "when its time was over, after {number} states", false},
    [VRRL_STOP_STATES] = {"states", "after {number} states", false},
    [VRRL_STOP_MODEL] = {"model", "by a limit of the memory model, after {number} states", false},
    [VRRL_STOP_LONG_RUN] = {"long-run",
                            "for want of memory: one run of epoch {epoch} has too many "
                            "steps on too many words",
                            false},
    [VRRL_STOP_MEMORY] = {"memory",
                          "for want of memory: to remember more than {number} states of "
                          "epoch {epoch} takes {mib} MiB",
                          false},
    [VRRL_STOP_WAITS] = {"waits", "epoch {epoch} has too many slots that wait for each other",
                         true},
    [VRRL_STOP_ACCESSES] = {"accesses", "epoch {epoch} has too many accesses that meet", true},
    [VRRL_STOP_SLOTS] = {"slots",
                         "epoch {epoch} has more than {most} slots, too many to hold one "
                         "against each other",
                         true},
    [VRRL_STOP_RUNS] = {"runs", "there are too many slots to run them all again and again", true},
    [VRRL_STOP_ERROR] = {"error", "{error}", true},
};

static void tell_stop(const vrrl_stop *s, char most[27], struct phrase_field fields[FIELDS + 1])
{
    const struct phrase_field told[FIELDS + 1] = {
        {"epoch", NULL, NULL, NULL, s->epoch},
        {"number", NULL, NULL, NULL, s->number},
        {"most", NULL, vrrl_report_number(s->number, most), NULL, s->number},
        {"mib", NULL, NULL, NULL, s->mib},
        {"error", NULL, NULL, s->error, 0}};
    memcpy(fields, told, sizeof told);
}

const char *vrrl_stop_text(const vrrl_stop *stop, char out[VRRL_ERROR_TEXT_MAX])
{
    struct phrase_field fields[FIELDS + 1];
    char most[27];
    tell_stop(stop, most, fields);
    phrase_put(out, VRRL_ERROR_TEXT_MAX, stops[stop->kind].phrase, fields);
    return out;
}

const char *stop_told(const char *did, const vrrl_stop *stop, char out[VRRL_ERROR_TEXT_MAX])
{
    char text[VRRL_ERROR_TEXT_MAX];
    vrrl_stop_text(stop, text);
    snprintf(out, VRRL_ERROR_TEXT_MAX, "%s%s%.*s", stops[stop->kind].whole ? "" : did,
             stops[stop->kind].whole ? "" : " ", VRRL_ERROR_TEXT_MAX - 40, text);
    return out;
}

void stop_add_json(json_t *to, const char *key, const vrrl_stop *stop)
{
    char text[VRRL_ERROR_TEXT_MAX], by[40], most[27];
    struct phrase_field fields[FIELDS + 1];
    json_object_set_new(to, key, stop->kind ? json_text(vrrl_stop_text(stop, text)) : json_null());
    if (!stop->kind)
        return;
    json_t *object = json_pack("{s:s}", "kind", stops[stop->kind].name);
    tell_stop(stop, most, fields);
    phrase_add_json(object, stops[stop->kind].phrase, fields);
    snprintf(by, sizeof by, "%s_by", key);
    json_object_set_new(to, by, object);
}
