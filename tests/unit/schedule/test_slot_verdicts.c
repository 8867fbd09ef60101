/* Task graphs under many schedules, a slot a step: what runs of them show is what the check says. */
#include "schedule/run_target.h"
#include "slots.h"

enum { PAIRS_MAX = 4096 };

/* The pairs of slots that failures named, each in ascending order. */
struct pairs {
    uint32_t items[PAIRS_MAX][2];
    uint32_t count;
};

static bool has_pair(const struct pairs *pairs, uint32_t a, uint32_t b)
{
    for (uint32_t i = 0; i < pairs->count; i++)
        if (pairs->items[i][0] == a && pairs->items[i][1] == b)
            return true;
    return false;
}

static void add_pair(struct pairs *pairs, const vrrl_run_outcome *outcome)
{
    uint32_t low = outcome->slot < outcome->other ? outcome->slot : outcome->other;
    uint32_t high = outcome->slot < outcome->other ? outcome->other : outcome->slot;
    if (high == VRRL_NO_INDEX || has_pair(pairs, low, high))
        return;
    assert_true(pairs->count < PAIRS_MAX);
    pairs->items[pairs->count][0] = low;
    pairs->items[pairs->count++][1] = high;
}

/* ---- A search, in short ---------------------------------------------------------------------- */

struct aggregate {
    uint32_t runs, failures, deadlocks;
    struct pairs pairs;
};

static void run_once(struct run_target *s, const struct chooser *by, struct aggregate *aggregate)
{
    vrrl_run_outcome outcome;
    vrrl_error error = {0};
    if (run_target_run(s, by, &outcome, &error) != VRRL_OK)
        fail_msg("%s", error.text);
    aggregate->runs++;
    aggregate->failures += outcome.kind != VRRL_DEFECT_NONE;
    aggregate->deadlocks += outcome.kind == VRRL_DEFECT_DEADLOCK;
    if (outcome.kind == VRRL_DEFECT_VALUE)
        add_pair(&aggregate->pairs, &outcome);
}

static struct run_target *run_target_of(const vrrl_program *program)
{
    const struct run_target_options options = {.setup.grain = VRRL_GRAIN_SLOT};
    struct run_target *s = NULL;
    vrrl_error error = {0};
    if (run_target_create(program, &options, &s, &error) != VRRL_OK)
        fail_msg("%s", error.text);
    return s;
}

static void run_randomly(struct run_target *s, uint32_t runs, struct aggregate *aggregate)
{
    uint64_t seed = 1;
    const struct chooser by = {.context = &seed, .choose = pick_at_random};
    for (uint32_t i = 0; i < runs; i++)
        run_once(s, &by, aggregate);
}

/* Each of the slots goes last in one run. Any two that nothing orders meet in both orders then. */
static void run_last(struct run_target *s, uint32_t first, uint32_t end,
                     struct aggregate *aggregate)
{
    for (uint32_t slot = first; slot < end; slot++) {
        const struct chooser by = {.context = &slot, .choose = pick_last};
        run_once(s, &by, aggregate);
    }
}

/* ---- verdicts.tsv ---------------------------------------------------------------------------- */

static uint32_t task_at(const json_t *expected, size_t k)
{
    const json_t *first = json_object_get(expected, "first");
    return (uint32_t)json_integer_value(json_array_get(json_object_get(first, "tasks"), k));
}

static void every_run_is_stuck(struct run_target *s, const struct aggregate *aggregate,
                               const json_t *expected)
{
    vrrl_stuck *stuck;
    assert_int_equal(aggregate->deadlocks, aggregate->runs);
    assert_int_equal(run_target_stuck(s, &stuck, NULL), VRRL_OK);
    assert_int_equal(stuck->waiter_count,
                     json_integer_value(json_object_get(expected, "stuck_count")));
    assert_int_equal(stuck->root_count, 1);
    vrrl_stuck_free(stuck);
}

static void compare(const char *name, const json_t *expected)
{
    vrrl_graph *graph = load_graph(name);
    vrrl_program *program = lower_graph(graph, NULL);
    const char *verdict = json_string_value(json_object_get(expected, "verdict"));
    static struct aggregate aggregate;
    bool racy = strcmp(verdict, "racy") == 0, large = graph->task_count > 100;
    uint32_t low = racy ? task_at(expected, 0) : 0, high = racy ? task_at(expected, 1) : 0;
    struct run_target *s = run_target_of(program);
    aggregate = (struct aggregate){.runs = 0};
    run_randomly(s, large ? 3 : 50, &aggregate);
    run_last(s, large ? low : 0, large ? low + 3 : graph->task_count, &aggregate);
    print_message("%s: %s, %u of %u runs fail, %u pairs\n", name, verdict, aggregate.failures,
                  aggregate.runs, aggregate.pairs.count);
    if (strcmp(verdict, "deadlock") == 0)
        every_run_is_stuck(s, &aggregate, expected);
    else
        assert_true(racy ? aggregate.failures > 0 && aggregate.deadlocks == 0
                         : aggregate.failures == 0);
    if (racy)
        assert_true(has_pair(&aggregate.pairs, low, high));
    run_target_destroy(s);
    vrrl_program_free(program);
    vrrl_graph_free(graph);
}

static void runs_show_what_the_check_says(void **state)
{
    (void)state;
    for_each_verdict(compare);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_show_what_the_check_says),
    };
    return cmocka_run_group_tests_name("slot verdicts", tests, NULL, NULL);
}
