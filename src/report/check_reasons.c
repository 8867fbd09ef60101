#include "report/check_reasons.h"

#include "race/rules.h"

#include <inttypes.h>
#include <stdio.h>

enum { SIZE = VRRL_CHECK_TEXT_MAX, NAME_SIZE = 200, RANGE_SIZE = 190 };

/* What the sentences call a task. */
struct name {
    char text[NAME_SIZE];
};

static struct name name_of(const vrrl_graph *graph, uint32_t task)
{
    struct name name;
    vrrl_graph_task_name(graph, task, name.text, sizeof name.text);
    return name;
}

/* ---- Races ----------------------------------------------------------------------------------- */

/* What the two do with the counter, behind "no path 3 -> 4: ". */
static size_t put_counter(const vrrl_graph *graph, const vrrl_check_race *race, char *out,
                          size_t size)
{
    const vrrl_race_reason *r = &race->reason;
    const struct name early = name_of(graph, race->pair.tasks[0]),
                      late = name_of(graph, race->pair.tasks[1]);
    const char *e = early.text, *l = late.text;
    char c[NAME_SIZE];
    vrrl_graph_counter_name(graph, r->counter, c, sizeof c);
    switch (r->kind) {
    case VRRL_RACE_REASON_NO_WAIT:
        return (size_t)snprintf(out, size, "%s signals %s, %s does not wait for it", e, c, l);
    case VRRL_RACE_REASON_WAIT_RELAXED:
        return (size_t)snprintf(out, size, "%s's wait for %s is relaxed, it acquires nothing", l,
                                c);
    case VRRL_RACE_REASON_BEFORE_WAIT:
        return (size_t)snprintf(out, size, "%s touches it before it waits for %s", l, c);
    case VRRL_RACE_REASON_SIGNAL_RELAXED:
        return (size_t)snprintf(out, size, "%s's signal of %s is relaxed, it releases nothing", e,
                                c);
    default:
        return (size_t)snprintf(out, size,
                                "%s waits for %s >= %u of the %" PRIu64 " it gets: "
                                "enough without the signal of %s",
                                l, c, r->wanted, r->most, e);
    }
}

/* Of a program: a word that slots change in other ways, too, is no counter. */
static bool modifies_a_word(const vrrl_graph *graph, const vrrl_graph_task *task)
{
    bool modifies = false;
    for (uint32_t i = 0; i < task->access_count; i++) {
        vrrl_access_kind kind = graph->accesses[task->first_access + i].kind;
        modifies |= access_is_modify(kind) && kind != VRRL_ACCESS_ACCUMULATE;
    }
    return modifies;
}

static size_t put_path(const vrrl_graph *graph, const vrrl_check_race *race, char *out, size_t size)
{
    const struct name early = name_of(graph, race->pair.tasks[0]),
                      late = name_of(graph, race->pair.tasks[1]);
    const char *e = early.text, *l = late.text;
    size_t used = (size_t)snprintf(out, size, "no path %s -> %s: ", e, l);
    if (race->reason.kind == VRRL_RACE_REASON_NO_SIGNAL)
        return used + (size_t)snprintf(out + used, size - used, "%s signals no %s", e,
                                       modifies_a_word(graph, &graph->tasks[race->pair.tasks[0]])
                                           ? "word that is only added to"
                                           : "counter");
    return used + put_counter(graph, race, out + used, size - used);
}

static void put_left(const vrrl_graph *graph, uint32_t counter, char *out, size_t size)
{
    const vrrl_graph_counter *c = &graph->counters[counter];
    char name[NAME_SIZE];
    vrrl_graph_counter_name(graph, counter, name, sizeof name);
    snprintf(out, size, "; %s is %u when epoch %u begins, left by epoch %u", name, c->left_value,
             c->left_to, c->left_by - 1);
}

static void put_tiles(const vrrl_graph *graph, const vrrl_check_pair *pair, char *out, size_t size)
{
    char first[RANGE_SIZE], second[RANGE_SIZE];
    vrrl_graph_range_name(graph, &graph->ranges[pair->ranges[0]], first, sizeof first);
    vrrl_graph_range_name(graph, &graph->ranges[pair->ranges[1]], second, sizeof second);
    snprintf(out, size, "tiles overlap: %s and %s", first, second);
}

const char *race_reason_text(const vrrl_graph *graph, const vrrl_check_race *race, char out[SIZE])
{
    if (race->reason.kind == VRRL_RACE_REASON_TILES) {
        put_tiles(graph, &race->pair, out, SIZE);
        return out;
    }
    size_t used = put_path(graph, race, out, SIZE);
    if (race->reason.left != VRRL_GRAPH_NONE && used < SIZE)
        put_left(graph, race->reason.left, out + used, SIZE - used);
    return out;
}

/* ---- Deadlocks ------------------------------------------------------------------------------- */

static void put_over_wait(const vrrl_graph *graph, const vrrl_check_root *root, char *out,
                          size_t size)
{
    if (root->goal != VRRL_GRAPH_NONE)
        snprintf(out, size, "waits for %.330s: no word can be that large",
                 vrrl_graph_text_at(graph, graph->counters[root->goal].note));
    else if (graph->counters[root->counter].by_host)
        snprintf(out, size,
                 "can never come: the host's own fence waits for all slots of the epoch, this one "
                 "included");
    else
        snprintf(out, size, "can never come: with all its signals the counter is %" PRIu64,
                 root->most);
}

static void put_cycle(const vrrl_graph *graph, const vrrl_check_root *root, char *out, size_t size)
{
    const struct name task = name_of(graph, root->task),
                      next = name_of(graph, root->cycle[root->cycle_count > 1]);
    if (root->counter != VRRL_GRAPH_NONE)
        snprintf(out, size, "can never come: %.110s waits for %.110s, which waits for %.110s",
                 task.text, next.text, task.text);
}

static void put_queue_order(const vrrl_graph *graph, const vrrl_check_root *root, char *out,
                            size_t size)
{
    char queue[NAME_SIZE];
    vrrl_graph_queue_name(graph, root->queue, queue, sizeof queue);
    if (graph->tasks[root->other].instruction)
        snprintf(out, size,
                 "can never come: it needs %.120s, which is behind it in the queue of %s",
                 vrrl_graph_label(graph, root->other), queue);
    else
        snprintf(out, size,
                 "can never come: it needs %.60s (%u), which is behind it in the queue of %s",
                 vrrl_graph_label(graph, root->other), graph->tasks[root->other].id, queue);
}

const char *root_reason_text(const vrrl_graph *graph, const vrrl_check_result *result,
                             const vrrl_check_root *root, char out[SIZE])
{
    out[0] = '\0';
    switch (root->kind) {
    case VRRL_CHECK_ROOT_OVER_WAIT:
        put_over_wait(graph, root, out, SIZE);
        break;
    case VRRL_CHECK_ROOT_CYCLE:
        put_cycle(graph, root, out, SIZE);
        break;
    case VRRL_CHECK_ROOT_QUEUE_ORDER:
        put_queue_order(graph, root, out, SIZE);
        break;
    case VRRL_CHECK_ROOT_RESIDENCY:
        snprintf(out, SIZE,
                 "can never come: %u of %u queues run at a time, and what it needs is in one that "
                 "gets on only when one of them has finished",
                 result->model.resident, result->model.queues);
        break;
    }
    return out;
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
    uint32_t listed = root->producer_count;
    out[0] = '\0';
    if (root->counter == VRRL_GRAPH_NONE)
        return out;
    size_t used = put_start(graph, root, out, SIZE);
    bool by_host = graph->counters[root->counter].by_host;
    if (root->producer_count == 0 && !by_host && used < SIZE)
        snprintf(out + used, SIZE - used, "no task signals it");
    if (listed > VRRL_CHECK_PRODUCERS_MAX)
        listed = VRRL_CHECK_PRODUCERS_MAX;
    for (uint32_t i = 0; i < listed && used < SIZE; i++) {
        const vrrl_check_producer *p = &root->producers[i];
        const struct name name = name_of(graph, p->task);
        bool part = graph->tasks[p->task].instruction > 0;
        used += (size_t)snprintf(
            out + used, SIZE - used, part ? "%s%.0s%.90s %s" : "%s%.50s (%s) %s", i ? ", " : "",
            vrrl_graph_label(graph, p->task), name.text, p->finished ? "finished" : "stuck");
    }
    if (root->producer_count > listed && used < SIZE)
        used += (size_t)snprintf(out + used, SIZE - used, " and %u more; %u of %u finished",
                                 root->producer_count - listed, root->producers_finished,
                                 root->producer_count);
    if (by_host && used < SIZE)
        snprintf(out + used, SIZE - used, "%sthe host's own fence stuck", listed ? ", " : "");
    return out;
}

bool check_covers_expectations(const vrrl_program_check *check, bool as_run)
{
    const vrrl_run_check *run = check->run;
    bool ran = as_run && run && !run->fails && !run->stuck && !run->stopped.kind;
    return ran || check->one_end || (check->all && check->all->complete);
}
