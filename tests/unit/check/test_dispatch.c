/* Whether workers can hang by who gets which task: small graphs by hand, and random ones against a run of the
 * schedulers and workers, one move after the other. */
#include "test.h"

#include "base/random.h"
#include "check/dispatch.h"

#include <stdlib.h>

enum { TASKS_MAX = 24, WORKERS_MAX = 6 };

/* Task t waits for the task needs[t], or for nobody. */
struct chain {
    uint32_t count, workers, schedulers;
    uint32_t needs[TASKS_MAX];
};

static vrrl_graph *graph_of(const struct chain *c)
{
    vrrl_graph *graph;
    vrrl_error err;
    assert_int_equal(vrrl_graph_create("chain", &graph, &err), VRRL_OK);
    for (uint32_t i = 0; i < c->count; i++) {
        const vrrl_graph_counter counter = {.id = i};
        assert_int_equal(vrrl_graph_add_counter(graph, &counter, &err), VRRL_OK);
    }
    assert_int_equal(vrrl_graph_index(graph, &err), VRRL_OK);
    graph->queue_order = malloc(c->count * sizeof *graph->queue_order);
    for (uint32_t i = 0; i < c->count; i++) {
        const vrrl_graph_task task = {.id = i, .worker = VRRL_GRAPH_NONE};
        const vrrl_graph_wait wait = {
            .counter = c->needs[i], .threshold = 1, .order = VRRL_SYNC_ORDER_SYNC};
        const vrrl_graph_signal signal = {.counter = i, .amount = 1, .order = VRRL_SYNC_ORDER_SYNC};
        graph->queue_order[i] = i;
        assert_int_equal(vrrl_graph_add_task(graph, &task, &err), VRRL_OK);
        if (c->needs[i] != VRRL_GRAPH_NONE)
            assert_int_equal(vrrl_graph_add_wait(graph, &wait, &err), VRRL_OK);
        assert_int_equal(vrrl_graph_add_signal(graph, &signal, &err), VRRL_OK);
    }
    assert_int_equal(vrrl_graph_finish(graph, &err), VRRL_OK);
    graph->import = calloc(1, sizeof *graph->import);
    graph->import->workers_owned = c->workers;
    graph->import->schedulers = c->schedulers;
    return graph;
}

static vrrl_check_dispatch judged(const struct chain *c)
{
    vrrl_graph *graph = graph_of(c);
    vrrl_check_dispatch dispatch = {.kind = VRRL_CHECK_DISPATCH_NONE};
    vrrl_assignment *assignment;
    vrrl_error err;
    assert_int_equal(dispatch_judge(graph, &dispatch, &assignment, &err), VRRL_OK);
    assert_true((assignment != NULL) == (dispatch.kind == VRRL_CHECK_DISPATCH_STUCK));
    vrrl_assignment_free(assignment);
    vrrl_graph_free(graph);
    return dispatch;
}

#define NOBODY VRRL_GRAPH_NONE

static void test_by_hand(void **state)
{
    (void)state;
    /* Each needs one before it. */
    struct chain forward = {4, 2, 1, {NOBODY, 0, 1, 2}};
    assert_int_equal(judged(&forward).kind, VRRL_CHECK_DISPATCH_ALWAYS);
    /* The first needs the second, and there are workers for both. */
    struct chain turned = {2, 2, 1, {1, NOBODY}};
    assert_int_equal(judged(&turned).kind, VRRL_CHECK_DISPATCH_ONE);
    /* One worker is at the first for ever. */
    turned.workers = 1;
    assert_int_equal(judged(&turned).kind, VRRL_CHECK_DISPATCH_STUCK);
    assert_int_equal(judged(&turned).task, 0);
    /* The first task goes to the second worker, since the first has begun the iteration; the second one to the first. */
    struct chain three = {3, 2, 1, {1, NOBODY, NOBODY}};
    assert_int_equal(judged(&three).kind, VRRL_CHECK_DISPATCH_FIRST);
    assert_int_equal(judged(&three).task, 0);
}

/* ---- Against a run ----------------------------------------------------------------------------- */

/* Who gets each task: schedulers take tasks in rounds, each those at the places of its own workers, and hands them
 * round. The first has handed out one task already. */
static void hand_out(const struct chain *c, uint32_t worker_of[TASKS_MAX])
{
    uint32_t owner[WORKERS_MAX], first[WORKERS_MAX], size[WORKERS_MAX], next[WORKERS_MAX], at = 0;
    for (uint32_t s = 0; s < c->schedulers; s++) {
        first[s] = at;
        size[s] = c->workers / c->schedulers + (s < c->workers % c->schedulers);
        next[s] = s == 0 ? 1 % size[s] : 0;
        for (uint32_t i = 0; i < size[s]; i++)
            owner[at++] = s;
    }
    for (uint32_t t = 0; t < c->count; t++) {
        uint32_t s = owner[t % c->workers];
        worker_of[t] = first[s] + next[s];
        next[s] = (next[s] + 1) % size[s];
    }
}

/* Whether all tasks end, where each worker ends its tasks in order. */
static bool ends(const struct chain *c, const uint32_t worker_of[TASKS_MAX])
{
    bool ended[TASKS_MAX] = {false};
    for (bool moved = true; moved;) {
        moved = false;
        for (uint32_t w = 0; w < c->workers; w++) {
            uint32_t t = 0;
            while (t < c->count && (worker_of[t] != w || ended[t]))
                t++;
            if (t < c->count && (c->needs[t] == NOBODY || ended[c->needs[t]]))
                moved = ended[t] = true;
        }
    }
    for (uint32_t t = 0; t < c->count; t++)
        if (!ended[t])
            return false;
    return true;
}

/* Tasks need others, and none itself in the end: what a pool runs. */
static void random_chain(uint64_t *seed, struct chain *c)
{
    uint32_t order[TASKS_MAX];
    c->count = 1 + random_below(seed, TASKS_MAX);
    c->workers = 1 + random_below(seed, WORKERS_MAX);
    c->schedulers = 1 + random_below(seed, c->workers);
    for (uint32_t i = 0; i < c->count; i++) {
        uint32_t k = random_below(seed, (i + 1));
        order[i] = order[k];
        order[k] = i;
    }
    for (uint32_t i = 0; i < c->count; i++) {
        bool needs = i > 0 && random_below(seed, 3) > 0;
        c->needs[order[i]] = needs ? order[random_below(seed, i)] : NOBODY;
    }
}

static void test_random(void **state)
{
    (void)state;
    uint64_t seed = 7;
    uint32_t seen[5] = {0};
    const uint32_t one[TASKS_MAX] = {0};
    for (int i = 0; i < 4000; i++) {
        struct chain c = {.count = 0};
        uint32_t worker_of[TASKS_MAX];
        random_chain(&seed, &c);
        hand_out(&c, worker_of);
        struct chain alone = c;
        alone.workers = 1;
        vrrl_check_dispatch_kind expected = ends(&alone, one)      ? VRRL_CHECK_DISPATCH_ALWAYS
                                            : c.count <= c.workers ? VRRL_CHECK_DISPATCH_ONE
                                            : ends(&c, worker_of)  ? VRRL_CHECK_DISPATCH_FIRST
                                                                   : VRRL_CHECK_DISPATCH_STUCK;
        assert_int_equal(judged(&c).kind, expected);
        seen[expected]++;
    }
    for (int kind = VRRL_CHECK_DISPATCH_ALWAYS; kind <= VRRL_CHECK_DISPATCH_STUCK; kind++)
        assert_true(seen[kind] > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_by_hand),
                                       cmocka_unit_test(test_random)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
