/*
 * All orders of whole slots against the check: random graphs of a few tasks, in a pool and in serial
 * queues, and the small ones of verdicts.tsv.
 */
#include "graphs.h"
#include "options.h"
#include "random_graph.h"

#include "vrrl/analysis/check.h"
#include "vrrl/analysis/explore.h"
#include "vrrl/analysis/schedule.h"

static vrrl_explore_result *search(const vrrl_graph *graph, const vrrl_assign_options *assign,
                                   uint64_t states)
{
    const vrrl_lower_options lower = {.size = sizeof lower, .assign = assign};
    const vrrl_explore_options options = {.size = sizeof options,
                                          .strategy = VRRL_STRATEGY_EXHAUSTIVE,
                                          .setup.grain = VRRL_GRAIN_SLOT,
                                          .schedules = states};
    vrrl_program *program = lower_graph(graph, &lower);
    vrrl_explore_result *result;
    vrrl_error error = {0};
    if (vrrl_explore(program, &options, &result, &error) != VRRL_OK)
        fail_msg("%s", error.text);
    assert_int_equal(result->setup.grain, VRRL_GRAIN_SLOT);
    for (uint32_t i = 0; i < result->defect_count; i++) {
        vrrl_run_outcome again;
        assert_int_equal(vrrl_schedule_run(program, result->defects[i].schedule, &again, &error),
                         VRRL_OK);
        assert_true(vrrl_outcome_same_defect(&again, &result->defects[i].first));
    }
    vrrl_program_free(program);
    return result;
}

static bool gets_stuck(const vrrl_explore_result *r)
{
    for (uint32_t i = 0; i < r->defect_count; i++)
        if (r->defects[i].first.kind == VRRL_DEFECT_DEADLOCK)
            return true;
    return false;
}

struct account {
    uint32_t verdicts[VRRL_CHECK_FAILS + 1];
    uint32_t racy, shown; /* of those whose queues are all on */
};

/* Deadlocks are the same; what is safe never fails; what is racy fails, unless what the two have written
 * is written over and nobody has seen it, or one queue is on when another has finished: that orders in
 * time, and happens before nothing. */
static void compare(const vrrl_graph *graph, const vrrl_assign_options *assign, struct account *a)
{
    const vrrl_check_options options = {.size = sizeof options, .assign = assign};
    vrrl_check_result *exact;
    vrrl_error error = {0};
    if (vrrl_check(graph, &options, &exact, &error) != VRRL_OK)
        fail_msg("%s", error.text);
    vrrl_explore_result *found = search(graph, assign, 0);
    assert_true(found->complete);
    a->verdicts[exact->verdict]++;
    assert_int_equal(gets_stuck(found), exact->verdict == VRRL_CHECK_DEADLOCK);
    if (exact->verdict == VRRL_CHECK_SAFE)
        assert_int_equal(found->total.failures, 0);
    if (exact->verdict == VRRL_CHECK_RACY) {
        a->racy += !assign->resident;
        a->shown += !assign->resident && found->defect_count > 0;
        bool reads =
            exact->first.kinds[0] == VRRL_ACCESS_READ || exact->first.kinds[1] == VRRL_ACCESS_READ;
        if (reads && found->defect_count == 0 && !assign->resident)
            fail_msg("tasks %u and %u", exact->first.tasks[0], exact->first.tasks[1]);
    }
    vrrl_explore_result_free(found);
    vrrl_check_result_free(exact);
}

static void test_random_graphs(void **state)
{
    (void)state;
    enum { GRAPHS = 1500 };
    struct account a = {.shown = 0};
    for (uint64_t i = 0; i < GRAPHS; i++) {
        uint64_t seed = 500 + i;
        struct shape shape = {.visible = true, .tasks = 2 + random_below(&seed, 4)};
        uint32_t queues = random_below(&seed, 4);
        vrrl_assign_options assign = {.size = sizeof assign};
        if (queues && random_below(&seed, 2))
            assign.resident = 1 + random_below(&seed, 2);
        vrrl_graph *graph = random_graph(&seed, &shape, queues);
        compare(graph, &assign, &a);
        vrrl_graph_free(graph);
    }
    print_message("%u safe, %u racy (%u shown), %u deadlocks\n", a.verdicts[VRRL_CHECK_SAFE],
                  a.racy, a.shown, a.verdicts[VRRL_CHECK_DEADLOCK]);
    assert_true(a.verdicts[VRRL_CHECK_SAFE] > 50 && a.verdicts[VRRL_CHECK_DEADLOCK] > 50);
    assert_true(a.shown > 50 && 100 * a.shown > 90 * a.racy);
}

static void test_small_graphs(void **state)
{
    (void)state;
    static const char *const names[] = {"toy-2l",
                                        "toy-2l.cycle-1",
                                        "toy-2l.cycle-2",
                                        "toy-2l.over-wait-1",
                                        "toy-2l.over-wait-2",
                                        "toy-2l.drop-wait-1",
                                        "toy-2l.drop-wait-2",
                                        "toy-2l.partial-wait-1",
                                        "toy-2l.partial-wait-2",
                                        "toy-2l.overlap-1",
                                        "toy-2l.overlap-2",
                                        "toy-2l.wrong-counter-1",
                                        "toy-2l.wrong-counter-2"};
    struct account a = {.shown = 0};
    for (uint32_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[64];
        snprintf(path, sizeof path, "%s.json", names[i]);
        vrrl_graph *graph = load_graph(path);
        for (uint32_t queues = 1; queues <= 3; queues++) {
            char text[8];
            snprintf(text, sizeof text, "rr:%u", queues);
            const vrrl_assign_options assign = {.size = sizeof assign, .assign = text};
            compare(graph, &assign, &a);
        }
        vrrl_graph_free(graph);
    }
    print_message("%u safe, %u racy (%u shown), %u deadlocks\n", a.verdicts[VRRL_CHECK_SAFE],
                  a.racy, a.shown, a.verdicts[VRRL_CHECK_DEADLOCK]);
}

static void test_pipelined_is_refused(void **state)
{
    (void)state;
    vrrl_graph *graph = load_graph("toy-2l.json");
    const vrrl_lower_options lower = {
        .size = sizeof lower,
        .assign = &OPTIONS(vrrl_assign_options, .assign = "rr:2", .pipelined = 2)};
    const vrrl_explore_options options = {.size = sizeof options,
                                          .strategy = VRRL_STRATEGY_EXHAUSTIVE,
                                          .setup.grain = VRRL_GRAIN_SLOT};
    vrrl_program *program = lower_graph(graph, &lower);
    vrrl_explore_result *result;
    vrrl_error error = {0};
    assert_int_equal(vrrl_explore(program, &options, &result, &error), VRRL_INVALID);
    assert_non_null(strstr(error.fix, "vrrl check"));
    vrrl_program_free(program);
    vrrl_graph_free(graph);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_random_graphs),
                                       cmocka_unit_test(test_small_graphs),
                                       cmocka_unit_test(test_pipelined_is_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
