#include "report/check_reasons.h"

#include "base/json_text.h"
#include "base/value_text.h"
#include "race/rules.h"
#include "report/phrase.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { SIZE = VRRL_CHECK_TEXT_MAX, NAME_SIZE = 190, FIELDS = 10 };

struct row {
    const char *name, *phrase;
};

/* A task where a sentence calls it by a name, which is its id or what its instruction is called. */
struct told_task {
    char said[NAME_SIZE];
    struct phrase_field field;
};

static void tell_task(const vrrl_graph *graph, const char *key, uint32_t task, struct told_task *t)
{
    vrrl_graph_task_name(graph, task, t->said, sizeof t->said);
    t->field = (struct phrase_field){key, NULL, t->said, NULL, graph->tasks[task].id};
}

/* What a phrase tells of this one: its kind and its fields. */
static json_t *phrase_json(const struct row *row, const struct phrase_field *fields)
{
    json_t *object = json_pack("{s:s}", "kind", row->name);
    phrase_add_json(object, row->phrase, fields);
    return object;
}

/* ---- Races ----------------------------------------------------------------------------------- */

static const struct row race_reasons[] = {
    [VRRL_RACE_REASON_NO_SIGNAL] = {"no-signal", "no path {early} -> {late}: {early} signals no "
                                                 "counter"},
    [VRRL_RACE_REASON_NO_WAIT] = {"no-wait", "no path {early} -> {late}: {early} signals "
                                             "{counter}, {late} does not wait for it"},
    [VRRL_RACE_REASON_WAIT_RELAXED] = {"wait-relaxed",
                                       "no path {early} -> {late}: {late}'s wait for {counter} is "
                                       "relaxed, it acquires nothing"},
    [VRRL_RACE_REASON_BEFORE_WAIT] = {"before-wait", "no path {early} -> {late}: {late} touches it "
                                                     "before it waits for {counter}"},
    [VRRL_RACE_REASON_SIGNAL_RELAXED] = {"signal-relaxed",
                                         "no path {early} -> {late}: {early}'s signal of {counter} "
                                         "is relaxed, it releases nothing"},
    [VRRL_RACE_REASON_ENOUGH] = {"enough", "no path {early} -> {late}: {late} waits for {counter} "
                                           ">= {wanted} of the {most} it gets: enough without the "
                                           "signal of {early}"},
    [VRRL_RACE_REASON_TILES] = {"tiles", "tiles overlap: {range} and {other_range}"},
};

/* A word that slots change in other ways, too, is no counter. */
static const struct row no_added_word = {
    "no-signal", "no path {early} -> {late}: {early} signals no word that is only added to"};
static const struct row left_by = {
    "left", "; {left} is {left_value} when epoch {left_to} begins, left by epoch {left_by}"};

struct told_race {
    const struct row *row;
    bool left; /* what an earlier epoch has left is told, too */
    struct told_task early, late;
    char counter[NAME_SIZE], left_name[NAME_SIZE], ranges[2][NAME_SIZE];
    struct phrase_field fields[FIELDS + 1], left_fields[5];
};

/* Of a program: it changes a word in another way than by adding alone. */
static bool modifies_a_word(const vrrl_graph *graph, const vrrl_graph_task *task)
{
    bool modifies = false;
    for (uint32_t i = 0; i < task->access_count; i++) {
        vrrl_access_kind kind = graph->accesses[task->first_access + i].kind;
        modifies |= access_is_modify(kind) && kind != VRRL_ACCESS_ACCUMULATE;
    }
    return modifies;
}

static void tell_left(const vrrl_graph *graph, uint32_t counter, struct told_race *t)
{
    t->left = counter != VRRL_GRAPH_NONE && t->row != &race_reasons[VRRL_RACE_REASON_TILES];
    if (!t->left)
        return;
    const vrrl_graph_counter *c = &graph->counters[counter];
    vrrl_graph_counter_name(graph, counter, t->left_name, sizeof t->left_name);
    const struct phrase_field fields[] = {{"left", NULL, NULL, t->left_name, 0},
                                          {"left_value", NULL, NULL, NULL, c->left_value},
                                          {"left_to", NULL, NULL, NULL, c->left_to},
                                          {"left_by", NULL, NULL, NULL, c->left_by - 1},
                                          {NULL, NULL, NULL, NULL, 0}};
    memcpy(t->left_fields, fields, sizeof fields);
}

static void tell_race(const vrrl_graph *graph, const vrrl_check_race *race, struct told_race *t)
{
    const vrrl_check_pair *pair = &race->pair;
    const vrrl_race_reason *r = &race->reason;
    bool other_word = r->kind == VRRL_RACE_REASON_NO_SIGNAL &&
                      modifies_a_word(graph, &graph->tasks[pair->tasks[0]]);
    t->row = other_word ? &no_added_word : &race_reasons[r->kind];
    t->counter[0] = '\0';
    if (r->counter < graph->counter_count)
        vrrl_graph_counter_name(graph, r->counter, t->counter, sizeof t->counter);
    for (int i = 0; i < 2; i++)
        vrrl_graph_range_name(graph, &graph->ranges[pair->ranges[i]], t->ranges[i],
                              sizeof t->ranges[i]);
    tell_task(graph, "early", pair->tasks[0], &t->early);
    tell_task(graph, "late", pair->tasks[1], &t->late);
    tell_left(graph, r->left, t);
    const struct phrase_field fields[FIELDS + 1] = {t->early.field,
                                                    t->late.field,
                                                    {"counter", NULL, NULL, t->counter, 0},
                                                    {"wanted", NULL, NULL, NULL, r->wanted},
                                                    {"most", NULL, NULL, NULL, r->most},
                                                    {"range", NULL, NULL, t->ranges[0], 0},
                                                    {"other_range", NULL, NULL, t->ranges[1], 0}};
    memcpy(t->fields, fields, sizeof t->fields);
}

const char *race_reason_text(const vrrl_graph *graph, const vrrl_check_race *race, char out[SIZE])
{
    struct told_race t;
    tell_race(graph, race, &t);
    size_t used = phrase_put(out, SIZE, t.row->phrase, t.fields);
    if (t.left)
        phrase_put(out + used, SIZE - used, left_by.phrase, t.left_fields);
    return out;
}

json_t *race_reason_json(const vrrl_graph *graph, const vrrl_check_race *race)
{
    struct told_race t;
    tell_race(graph, race, &t);
    json_t *object = phrase_json(t.row, t.fields);
    if (t.left)
        phrase_add_json(object, left_by.phrase, t.left_fields);
    return object;
}

/* ---- Deadlocks ------------------------------------------------------------------------------- */

const char *root_wait_text(const vrrl_graph *graph, const vrrl_check_root *root, char *out,
                           size_t size)
{
    const vrrl_graph_counter *counter = &graph->counters[root->counter];
    char name[NAME_SIZE], value[VALUE_TEXT_MAX];
    vrrl_graph_counter_name(graph, root->counter, name, sizeof name);
    char *level = counter->up_from > 0 ? strstr(name, " up to ") : NULL;
    if (level)
        *level = '\0';
    snprintf(out, size, "%s >= %s", name,
             value_text(level ? (uint64_t)counter->up_from : root->wanted, value));
    return out;
}

static const struct row too_large = {"too-large", "waits for {goal}: no word can be that large"};
static const struct row host_fence = {"host-fence", "can never come: the host's own fence waits "
                                                    "for all slots of the epoch, this one "
                                                    "included"};
static const struct row over_wait = {"over-wait", "can never come: with all its signals the "
                                                  "counter is {most}"};
static const struct row flag_wait = {"flag", "can never come: no task stores so much"};
static const struct row later = {"later", "stuck for this, too, once what comes above has what it "
                                          "lacks"};
static const struct row cycle = {"cycle", "can never come: {task} waits for {next}, which waits "
                                          "for {task}"};
static const struct row no_wait_cycle = {"cycle", ""};
static const struct row queue_order = {"queue-order", "can never come: it needs {other}, which is "
                                                      "behind it in the queue of {queue}"};
static const struct row residency = {"residency", "can never come: {resident} of {queues} queues "
                                                  "run at a time, and what it needs is in one that "
                                                  "gets on only when one of them has finished"};

static const struct row *row_of_root(const vrrl_graph *graph, const vrrl_check_root *root)
{
    if (root->later)
        return &later;
    switch (root->kind) {
    case VRRL_CHECK_ROOT_OVER_WAIT:
        return root->goal != VRRL_GRAPH_NONE            ? &too_large
               : graph->counters[root->counter].by_host ? &host_fence
               : graph->counters[root->counter].up_from ? &flag_wait
                                                        : &over_wait;
    case VRRL_CHECK_ROOT_CYCLE:
        return root->counter != VRRL_GRAPH_NONE ? &cycle : &no_wait_cycle;
    case VRRL_CHECK_ROOT_QUEUE_ORDER:
        return &queue_order;
    case VRRL_CHECK_ROOT_RESIDENCY:
        return &residency;
    }
    return &no_wait_cycle;
}

struct told_root {
    const struct row *row;
    struct told_task task, next, other;
    char queue[NAME_SIZE];
    struct phrase_field fields[FIELDS + 1];
};

/* The task that is behind it in its queue, by its label, too. */
static void tell_other(const vrrl_graph *graph, uint32_t task, struct told_root *t)
{
    const char *label = vrrl_graph_label(graph, task);
    tell_task(graph, "other", task, &t->other);
    if (graph->tasks[task].instruction)
        snprintf(t->other.said, sizeof t->other.said, "%.120s", label);
    else
        snprintf(t->other.said, sizeof t->other.said, "%.60s (%u)", label, graph->tasks[task].id);
}

static void tell_root(const vrrl_graph *graph, const vrrl_check_result *result,
                      const vrrl_check_root *root, const char *task_key, struct told_root *t)
{
    bool behind = root->kind == VRRL_CHECK_ROOT_QUEUE_ORDER;
    t->row = row_of_root(graph, root);
    t->queue[0] = '\0';
    tell_task(graph, "task", root->task, &t->task);
    t->task.field.json = task_key;
    tell_task(graph, "next",
              root->kind == VRRL_CHECK_ROOT_CYCLE ? root->cycle[root->cycle_count > 1] : root->task,
              &t->next);
    tell_other(graph, behind ? root->other : root->task, t);
    if (behind)
        vrrl_graph_queue_name(graph, root->queue, t->queue, sizeof t->queue);
    const char *goal =
        t->row == &too_large ? vrrl_graph_text_at(graph, graph->counters[root->goal].note) : "";
    const struct phrase_field fields[FIELDS + 1] = {
        t->task.field,
        t->next.field,
        t->other.field,
        {"goal", NULL, NULL, goal, 0},
        {"most", NULL, NULL, NULL, root->most},
        {"queue", NULL, t->queue, NULL, root->queue},
        {"resident", NULL, NULL, NULL, result->model.resident},
        {"queues", NULL, NULL, NULL, result->model.queues}};
    memcpy(t->fields, fields, sizeof t->fields);
}

const char *root_reason_text(const vrrl_graph *graph, const vrrl_check_result *result,
                             const vrrl_check_root *root, char out[SIZE])
{
    struct told_root t;
    tell_root(graph, result, root, NULL, &t);
    phrase_put(out, SIZE, t.row->phrase, t.fields);
    return out;
}

json_t *root_reason_json(const vrrl_graph *graph, const vrrl_check_result *result,
                         const vrrl_check_root *root, const char *task_key)
{
    struct told_root t;
    tell_root(graph, result, root, task_key, &t);
    return phrase_json(t.row, t.fields);
}

/* ---- Who signals what a root waits for ------------------------------------------------------- */

static uint32_t listed_producers(const vrrl_check_root *root)
{
    return root->producer_count < VRRL_CHECK_PRODUCERS_MAX ? root->producer_count
                                                           : VRRL_CHECK_PRODUCERS_MAX;
}

/* A counter that stands for the level of a flag, and how it begins. */
static size_t put_flag_start(const vrrl_graph *graph, const vrrl_check_root *root, char *out,
                             size_t size)
{
    char name[NAME_SIZE];
    return (size_t)snprintf(out, size, "%s %s at the start; ",
                            root_wait_text(graph, root, name, sizeof name),
                            root->starts_at > 0 ? "holds" : "does not hold");
}

static size_t put_start(const vrrl_graph *graph, const vrrl_check_root *root, char *out,
                        size_t size)
{
    char name[NAME_SIZE];
    const vrrl_graph_counter *c = &graph->counters[root->counter];
    const char *note = vrrl_graph_text_at(graph, c->note);
    bool more = note[0] && !c->named;
    vrrl_graph_counter_name(graph, root->counter, name, sizeof name);
    return (size_t)snprintf(out, size, "%s%s%.60s%s starts at %" PRIu64 "; ", name,
                            more ? " (" : "", more ? note : "", more ? ")" : "", root->starts_at);
}

const char *root_producers_text(const vrrl_graph *graph, const vrrl_check_root *root,
                                char out[SIZE])
{
    uint32_t listed = listed_producers(root);
    out[0] = '\0';
    if (root->counter == VRRL_GRAPH_NONE)
        return out;
    bool flag = graph->counters[root->counter].up_from > 0;
    size_t used = flag ? put_flag_start(graph, root, out, SIZE) : put_start(graph, root, out, SIZE);
    bool by_host = graph->counters[root->counter].by_host;
    if (root->producer_count == 0 && !by_host && used < SIZE)
        snprintf(out + used, SIZE - used, flag ? "no task brings it there" : "no task signals it");
    for (uint32_t i = 0; i < listed && used < SIZE; i++) {
        const vrrl_check_producer *p = &root->producers[i];
        char name[NAME_SIZE];
        vrrl_graph_task_name(graph, p->task, name, sizeof name);
        bool part = graph->tasks[p->task].instruction > 0;
        used += (size_t)snprintf(
            out + used, SIZE - used, part ? "%s%.0s%.90s %s" : "%s%.50s (%s) %s", i ? ", " : "",
            vrrl_graph_label(graph, p->task), name, p->finished ? "finished" : "stuck");
    }
    if (root->producer_count > listed && used < SIZE)
        used += (size_t)snprintf(out + used, SIZE - used, " and %u more; %u of %u finished",
                                 root->producer_count - listed, root->producers_finished,
                                 root->producer_count);
    if (by_host && used < SIZE)
        snprintf(out + used, SIZE - used, "%sthe host's own fence stuck", listed ? ", " : "");
    return out;
}

json_t *root_producers_json(const vrrl_graph *graph, const vrrl_check_root *root,
                            const char *task_key)
{
    char counter[NAME_SIZE];
    if (root->counter == VRRL_GRAPH_NONE)
        return json_null();
    json_t *list = json_array();
    for (uint32_t i = 0; i < listed_producers(root); i++) {
        const vrrl_check_producer *p = &root->producers[i];
        json_array_append_new(list, json_pack("{s:I, s:o, s:b}", task_key,
                                              (json_int_t)graph->tasks[p->task].id, "label",
                                              json_text(vrrl_graph_label(graph, p->task)),
                                              "finished", p->finished));
    }
    vrrl_graph_counter_name(graph, root->counter, counter, sizeof counter);
    return json_pack("{s:o, s:I, s:o, s:I, s:I, s:b}", "counter", json_text(counter), "starts_at",
                     (json_int_t)root->starts_at, "first", list, "count",
                     (json_int_t)root->producer_count, "finished",
                     (json_int_t)root->producers_finished, "by_host",
                     (int)graph->counters[root->counter].by_host);
}

bool check_covers_expectations(const vrrl_program_check *check)
{
    const vrrl_run_check *run = check->run;
    bool ran = check->as_run && run && !run->fails && !run->stuck && !run->stopped.kind;
    return ran || check->one_end || (check->all && check->all->complete);
}
