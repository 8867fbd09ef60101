/* What the check says of why: each sentence of a race or a deadlock is taken apart and held to the graph, on
 * random graphs and on mutants of a real one. */
#include "options.h"
#include "report/check_reasons.h"

#include "random_graph.h"

#include "graphs.h"

static const vrrl_graph *graph; /* that is looked at */

static uint32_t task_of(uint32_t id)
{
    uint32_t task = vrrl_graph_find_task(graph, id);
    assert_int_not_equal(task, VRRL_GRAPH_NONE);
    return task;
}

/* ---- The graph, one element after the other -------------------------------------------------- */

static const vrrl_graph_signal *signal_of(uint32_t task, uint32_t counter)
{
    for (uint32_t i = 0; i < graph->tasks[task].signal_count; i++)
        if (graph->signals[graph->tasks[task].first_signal + i].counter == counter)
            return &graph->signals[graph->tasks[task].first_signal + i];
    return NULL;
}

static bool has_relaxed_signal(uint32_t task, uint32_t counter)
{
    bool relaxed = false;
    for (uint32_t i = 0; i < graph->tasks[task].signal_count; i++) {
        const vrrl_graph_signal *s = &graph->signals[graph->tasks[task].first_signal + i];
        relaxed |= s->counter == counter && s->order == VRRL_SYNC_ORDER_RELAXED;
    }
    return relaxed;
}

static uint64_t all_signals(uint32_t counter, uint32_t but)
{
    uint64_t sum = graph->counters[counter].init;
    for (uint32_t t = 0; t < graph->task_count; t++)
        for (uint32_t i = 0; i < graph->tasks[t].signal_count; i++) {
            const vrrl_graph_signal *s = &graph->signals[graph->tasks[t].first_signal + i];
            sum += t != but && s->counter == counter ? s->amount : 0;
        }
    return sum;
}

/* Waits of a task for a counter that have this threshold (or any, with 0), and that acquire or do not. */
static uint32_t waits_of(uint32_t task, uint32_t counter, uint32_t threshold, int order)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < graph->tasks[task].wait_count; i++) {
        const vrrl_graph_wait *w = &graph->waits[graph->tasks[task].first_wait + i];
        count += w->counter == counter && (threshold == 0 || w->threshold == threshold) &&
                 (order < 0 || w->order == order);
    }
    return count;
}

/* An access that one of its waits for a counter comes after. */
static bool touches_before_a_wait(uint32_t task, uint32_t counter)
{
    const vrrl_graph_task *t = &graph->tasks[task];
    bool found = false;
    for (uint32_t i = 0; i < t->access_count; i++)
        for (uint32_t w = graph->accesses[t->first_access + i].after_waits; w < t->wait_count; w++)
            found |= graph->waits[t->first_wait + w].counter == counter;
    return found;
}

/* ---- Races ---------------------------------------------------------------------------------- */

static uint32_t seen[8], circles; /* of each kind of sentence */

static uint32_t counter_of(uint32_t id)
{
    uint32_t counter = vrrl_graph_find_counter(graph, id);
    assert_int_not_equal(counter, VRRL_GRAPH_NONE);
    return counter;
}

/* The data beside the sentence. */
static uint32_t number_of(const json_t *object, const char *key)
{
    assert_true(json_is_integer(json_object_get(object, key)));
    return (uint32_t)json_integer_value(json_object_get(object, key));
}

static void hold_race_data(const vrrl_check_race *race)
{
    json_t *data = race_reason_json(graph, race);
    char counter[VRRL_CHECK_NAME_MAX];
    assert_int_equal(number_of(data, "early"), graph->tasks[race->pair.tasks[0]].id);
    assert_int_equal(number_of(data, "late"), graph->tasks[race->pair.tasks[1]].id);
    if (race->reason.kind == VRRL_RACE_REASON_NO_SIGNAL) {
        assert_null(json_object_get(data, "counter"));
    } else {
        vrrl_graph_counter_name(graph, race->reason.counter, counter, sizeof counter);
        assert_string_equal(json_string_value(json_object_get(data, "counter")), counter);
    }
    json_decref(data);
}

/* The counter is called by its number, and nothing else is behind what was scanned. */
static void hold_race(const vrrl_check_race *race)
{
    unsigned e, l, a, b, id, threshold;
    unsigned long long most;
    int end = -1;
    char text[VRRL_CHECK_TEXT_MAX];
    const char *why = race_reason_text(graph, race, text);
    if (strncmp(why, "tiles overlap: ", 15) == 0) {
        seen[0]++;
        return;
    }
    if (sscanf(why, "no path %u -> %u: %n", &e, &l, &end) != 2 || end < 0)
        fail_msg("not understood: %s", why);
    const char *rest = why + end;
    uint32_t early = task_of(e), late = task_of(l);
    assert_true((race->pair.tasks[0] == early && race->pair.tasks[1] == late));
    hold_race_data(race);
    end = -1;
    if (sscanf(rest, "%u signals no counter%n", &a, &end) == 1 && end > 0 && !rest[end]) {
        assert_int_equal(a, e);
        assert_int_equal(graph->tasks[early].signal_count, 0);
        seen[1]++;
    } else if (sscanf(rest, "%u signals counter %u, %u does not wait for it%n", &a, &id, &b,
                      &end) == 3 &&
               end > 0 && !rest[end]) {
        assert_int_equal(a, e);
        assert_int_equal(b, l);
        assert_non_null(signal_of(early, counter_of(id)));
        assert_int_equal(waits_of(late, counter_of(id), 0, -1), 0);
        seen[2]++;
    } else if (sscanf(rest, "%u's signal of counter %u is relaxed, it releases nothing%n", &a, &id,
                      &end) == 2 &&
               end > 0 && !rest[end]) {
        assert_int_equal(a, e);
        assert_true(has_relaxed_signal(early, counter_of(id)));
        assert_true(waits_of(late, counter_of(id), 0, -1) > 0);
        seen[3]++;
    } else if (sscanf(rest, "%u's wait for counter %u is relaxed, it acquires nothing%n", &a, &id,
                      &end) == 2 &&
               end > 0 && !rest[end]) {
        assert_int_equal(a, l);
        assert_true(waits_of(late, counter_of(id), 0, VRRL_SYNC_ORDER_RELAXED) > 0);
        assert_non_null(signal_of(early, counter_of(id)));
        seen[4]++;
    } else if (sscanf(rest,
                      "%u waits for counter %u >= %u of the %llu it gets: enough without the "
                      "signal of %u%n",
                      &a, &id, &threshold, &most, &b, &end) == 5 &&
               end > 0 && !rest[end]) {
        assert_int_equal(a, l);
        assert_int_equal(b, e);
        assert_true(waits_of(late, counter_of(id), threshold, -1) > 0 || threshold == 0);
        assert_int_equal(most, all_signals(counter_of(id), VRRL_GRAPH_NONE));
        if (threshold > all_signals(counter_of(id), early))
            fail_msg("not enough without it: %s", why);
        seen[5]++;
    } else if (sscanf(rest, "%u touches it before it waits for counter %u%n", &a, &id, &end) == 2 &&
               end > 0 && !rest[end]) {
        assert_int_equal(a, l);
        assert_true(waits_of(late, counter_of(id), 0, -1) > 0);
        assert_true(touches_before_a_wait(late, counter_of(id)));
        seen[6]++;
    } else {
        fail_msg("not understood: %s", why);
    }
}

/* ---- Deadlocks ------------------------------------------------------------------------------ */

/* A task waits for another: for a counter that it signals, or behind it in a queue. */
static bool waits_for(uint32_t task, uint32_t other)
{
    const vrrl_graph_task *t = &graph->tasks[task], *o = &graph->tasks[other];
    for (uint32_t i = 0; i < t->wait_count; i++)
        if (signal_of(other, graph->waits[t->first_wait + i].counter))
            return true;
    return t->worker != VRRL_GRAPH_NONE && t->worker == o->worker && other < task;
}

static void hold_cycle(const vrrl_check_root *root)
{
    for (uint32_t i = 0; i < root->cycle_count && root->cycle_tasks == root->cycle_count; i++)
        assert_true(waits_for(root->cycle[i], root->cycle[(i + 1) % root->cycle_count]));
    circles += root->cycle_count > 0;
}

static void hold_root_data(const vrrl_check_result *result, const vrrl_check_root *root)
{
    json_t *why = root_reason_json(graph, result, root, "task"),
           *producers = root_producers_json(graph, root, "task");
    assert_int_equal(number_of(why, "most"), root->most);
    assert_int_equal(number_of(producers, "count"), root->producer_count);
    assert_int_equal(number_of(producers, "finished"), root->producers_finished);
    assert_int_equal(number_of(producers, "starts_at"), graph->counters[root->counter].init);
    json_decref(why);
    json_decref(producers);
}

static void hold_root(const vrrl_check_result *result, const vrrl_check_root *root)
{
    char why[VRRL_CHECK_TEXT_MAX], producers[VRRL_CHECK_TEXT_MAX];
    unsigned long long most;
    int end = -1;
    hold_cycle(root);
    root_reason_text(graph, result, root, why);
    root_producers_text(graph, root, producers);
    if (root->kind != VRRL_CHECK_ROOT_OVER_WAIT)
        return;
    hold_root_data(result, root);
    assert_true(root->wanted > root->most);
    assert_int_equal(root->most, all_signals(root->counter, VRRL_GRAPH_NONE));
    assert_true(waits_of(root->task, root->counter, (uint32_t)root->wanted, -1) > 0);
    assert_int_equal(
        sscanf(why, "can never come: with all its signals the counter is %llu%n", &most, &end), 1);
    assert_int_equal(why[end], 0);
    assert_int_equal(most, root->most);
    char starts[64];
    snprintf(starts, sizeof starts, "starts at %u; ", graph->counters[root->counter].init);
    assert_non_null(strstr(producers, starts));
    bool nobody =
        all_signals(root->counter, VRRL_GRAPH_NONE) == graph->counters[root->counter].init;
    if (nobody)
        assert_non_null(strstr(producers, "no task signals it"));
    seen[7]++;
}

static void hold(const vrrl_graph *looked_at, const char *assign)
{
    vrrl_check_result *result;
    const vrrl_check_options options = {.size = sizeof options,
                                        .assign = &OPTIONS(vrrl_assign_options, .assign = assign)};
    graph = looked_at;
    assert_int_equal(vrrl_check(graph, &options, &result, NULL), VRRL_OK);
    for (uint32_t i = 0; i < result->race_count; i++)
        hold_race(&result->races[i]);
    for (uint32_t i = 0; i < result->root_count; i++)
        hold_root(result, &result->roots[i]);
    vrrl_check_result_free(result);
}

static void what_is_said_of_random_graphs_holds(void **state)
{
    (void)state;
    memset(seen, 0, sizeof seen);
    for (uint64_t seed = 1; seed <= 3000; seed++) {
        uint64_t random = seed;
        struct shape shape = {.tasks = 2 + random_below(&random, 6),
                              .relaxed = random_below(&random, 2),
                              .parts = random_below(&random, 2)};
        vrrl_graph *made = random_graph(&random, &shape, random_below(&random, 3));
        hold(made, NULL);
        vrrl_graph_free(made);
    }
    print_message(
        "%u without a signal, %u without a wait, %u and %u relaxed, %u enough without, %u "
        "too early, %u over-waits\n",
        seen[1], seen[2], seen[3], seen[4], seen[5], seen[6], seen[7]);
    for (uint32_t i = 1; i < 8; i++)
        assert_true(seen[i] > 0);
    print_message("%u circles\n", circles);
    assert_true(circles > 100);
}

static void what_is_said_of_mutants_holds(void **state)
{
    (void)state;
    memset(seen, 0, sizeof seen);
    for (uint64_t seed = 1; seed <= 300; seed++) {
        uint64_t random = seed;
        vrrl_graph *made = load_graph("toy-2l.json");
        for (uint32_t edits = 1 + random_below(&random, 3); edits > 0; edits--) {
            vrrl_graph_wait *wait = &made->waits[random_below(&random, made->wait_count)];
            uint32_t way = random_below(&random, 3);
            wait->threshold = way == 0 ? 1 : wait->threshold + (way == 1);
            if (way == 2)
                wait->counter = random_below(&random, made->counter_count);
        }
        hold(made, NULL);
        vrrl_graph_free(made);
    }
    assert_true(seen[2] > 0 && seen[5] > 0 && seen[7] > 0);
}

/* A graph that has as many counters as there may be has no room for the one of a repair: that is left out,
 * counted and said, and is no repair that was tried. */
static void what_cannot_be_made_is_said(void **state)
{
    (void)state;
    const vrrl_check_options options = {.size = sizeof options, .no_lint = true};
    vrrl_graph *full = load_graph("toy-2l.drop-wait-1.json");
    vrrl_check_result *result;
    vrrl_error err = {0};
    char *text;
    size_t size;
    full->wait_count = full->signal_count = 0;
    for (uint32_t i = 0; i < full->task_count; i++)
        full->tasks[i].wait_count = full->tasks[i].signal_count = 0;
    for (uint32_t i = 0; full->counter_count < VRRL_GRAPH_BUFFERS_MAX; i++) {
        const vrrl_graph_counter more = {.id = 1000 + i};
        assert_int_equal(vrrl_graph_add_counter(full, &more, &err), VRRL_OK);
    }
    assert_int_equal(vrrl_graph_finish(full, &err), VRRL_OK);
    assert_int_equal(vrrl_check(full, &options, &result, &err), VRRL_OK);
    assert_true(result->race_count > 0);
    assert_int_equal(result->races[0].repair.change.kind, VRRL_CHECK_CHANGE_NONE);
    assert_int_equal(result->races[0].repair.unmade, 2);
    assert_int_equal(result->races[0].repair.refused, 0);
    FILE *out = open_memstream(&text, &size);
    vrrl_check_write_text(full, result, out);
    fclose(out);
    assert_non_null(strstr(text, "\n  repair: 2 cannot be made here\n"));
    free(text);
    vrrl_check_result_free(result);
    vrrl_graph_free(full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_said_of_random_graphs_holds),
        cmocka_unit_test(what_is_said_of_mutants_holds),
        cmocka_unit_test(what_cannot_be_made_is_said),
    };
    return cmocka_run_group_tests_name("whys of the check", tests, NULL, NULL);
}
