/* Every row of verdicts.tsv: verdict, pairs, first pair, stuck tasks; and that the repairs hold. */
#include "options.h"
#include "vrrl/analysis/check.h"

#include "graphs.h"
#include "said.h"

static vrrl_check_result *check(const vrrl_graph *graph, const vrrl_check_options *options)
{
    vrrl_check_result *result = NULL;
    vrrl_error error = {0};
    if (vrrl_check(graph, options, &result, &error) != VRRL_OK)
        fail_msg("%s", error.text);
    return result;
}

static int integer(const json_t *object, const char *key)
{
    return (int)json_integer_value(json_object_get(object, key));
}

static void compare_first(const json_t *expected, const json_t *found)
{
    static const char *const keys[] = {"tasks", "labels", "buffer", "kind"};
    for (size_t i = 0; i < 4; i++)
        assert_true(
            json_equal(json_object_get(expected, keys[i]), json_object_get(found, keys[i])));
}

/* Through the JSON report, so that it is tested too. */
static json_t *as_json(const vrrl_graph *graph, const vrrl_check_result *result)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_int_equal(vrrl_check_write_json(graph, result, out, NULL), VRRL_OK);
    fclose(out);
    json_t *object = json_loads(text, 0, NULL);
    assert_non_null(object);
    free(text);
    return object;
}

static void compare(const char *name, const json_t *expected)
{
    vrrl_graph *graph = load_graph(name);
    vrrl_check_result *result =
        check(graph, &(vrrl_check_options){.size = sizeof(vrrl_check_options)});
    json_t *found = as_json(graph, result);
    print_message("%s: %s\n", name, vrrl_check_verdict_name(result->verdict));
    const char *verdict = json_string_value(json_object_get(expected, "verdict"));
    assert_string_equal(vrrl_check_verdict_name(result->verdict),
                        strcmp(verdict, "racy") == 0 ? "race" : verdict);
    assert_int_equal(result->pairs, integer(expected, "pairs"));
    assert_int_equal(result->stuck_count, integer(expected, "stuck_count"));
    if (result->verdict == VRRL_CHECK_RACY)
        compare_first(json_object_get(expected, "first"), json_object_get(found, "first"));
    const json_t *stuck = json_object_get(expected, "stuck");
    for (size_t i = 0; i < json_array_size(stuck); i++)
        assert_true(json_equal(json_array_get(stuck, i),
                               json_array_get(json_object_get(found, "stuck"), i)));
    /* Each is a mutant of a safe graph: one defect, one repair that mends it. */
    uint32_t defects = result->race_total + result->root_total;
    assert_int_equal(defects, result->verdict == VRRL_CHECK_SAFE ? 0 : 1);
    if (defects) {
        const vrrl_check_repair *repair =
            result->race_total ? &result->races[0].repair : &result->roots[0].repair;
        assert_int_equal(repair->after, VRRL_CHECK_SAFE);
    }
    json_decref(found);
    vrrl_check_result_free(result);
    vrrl_graph_free(graph);
}

static void every_verdict_is_reproduced(void **state)
{
    (void)state;
    for_each_verdict(compare);
}

/* ---- Worker models -------------------------------------------------------------------------- */

/* rr:82 with two neighbours of one queue swapped, as an assignment file. */
static void write_swapped(const char *path, uint32_t tasks, uint32_t workers, uint32_t first,
                          uint32_t second)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "# two neighbours of one queue swapped\n");
    for (uint32_t t = 0; t < tasks; t++) {
        uint32_t written = t == first ? second : t == second ? first : t;
        fprintf(file, "%u %u\n", written % workers, written);
    }
    fclose(file);
}

static void a_swap_in_a_serial_queue_is_a_deadlock(void **state)
{
    (void)state;
    char path[] = "/tmp/vrrl-assign-XXXXXX";
    close(mkstemp(path));
    vrrl_graph *graph = load_graph("llama-3.2-1b.json");
    /* 186 needs, through others, what 104 (L0.attention) writes. */
    write_swapped(path, graph->task_count, 82, 104, 186);
    vrrl_assign_options queues = OPTIONS(vrrl_assign_options, .assign = path);
    const vrrl_check_options options = {.size = sizeof options, .assign = &queues};
    vrrl_check_result *result = check(graph, &options);
    assert_int_equal(result->verdict, VRRL_CHECK_DEADLOCK);
    assert_int_equal(result->root_total, 1);
    assert_int_equal(result->roots[0].kind, VRRL_CHECK_ROOT_QUEUE_ORDER);
    assert_int_equal(result->roots[0].repair.after, VRRL_CHECK_SAFE);
    vrrl_check_result_free(result);
    queues.assign = "rr:82";
    result = check(graph, &options);
    assert_int_equal(result->verdict, VRRL_CHECK_SAFE);
    vrrl_check_result_free(result);
    queues.assign = NULL;
    result = check(graph, &options);
    assert_int_equal(result->verdict, VRRL_CHECK_SAFE);
    vrrl_check_result_free(result);
    vrrl_graph_free(graph);
    unlink(path);
}

static void most_swaps_are_deadlocks(void **state)
{
    (void)state;
    char path[] = "/tmp/vrrl-assign-XXXXXX";
    close(mkstemp(path));
    vrrl_graph *graph = load_graph("llama-3.2-1b.json");
    uint32_t deadlocks = 0, trials = 40;
    for (uint32_t i = 0; i < trials; i++) {
        uint32_t first = (i * 143 + 17) % (graph->task_count - 82);
        write_swapped(path, graph->task_count, 82, first, first + 82);
        vrrl_check_options options = {.size = sizeof options,
                                      .assign = &OPTIONS(vrrl_assign_options, .assign = path),
                                      .verdict_only = true};
        vrrl_check_result *result = check(graph, &options);
        assert_int_not_equal(result->verdict, VRRL_CHECK_RACY);
        deadlocks += result->verdict == VRRL_CHECK_DEADLOCK;
        vrrl_check_result_free(result);
    }
    assert_in_range(deadlocks, trials / 2, trials);
    vrrl_graph_free(graph);
    unlink(path);
}

static void too_few_residents_are_a_deadlock(void **state)
{
    (void)state;
    char path[] = "/tmp/vrrl-assign-XXXXXX";
    close(mkstemp(path));
    vrrl_graph *graph = load_graph("toy-2l.json");
    /* The first task is in the last queue. */
    FILE *file = fopen(path, "w");
    for (uint32_t t = 0; t < graph->task_count; t++)
        fprintf(file, "%u %u\n", 3 - t % 4, t);
    fclose(file);
    vrrl_check_options options = {.size = sizeof options,
                                  .assign =
                                      &OPTIONS(vrrl_assign_options, .assign = path, .resident = 2)};
    vrrl_check_result *result = check(graph, &options);
    assert_int_equal(result->verdict, VRRL_CHECK_DEADLOCK);
    assert_int_equal(result->stuck_count, graph->task_count);
    assert_int_equal(result->root_total, 1);
    assert_int_equal(result->roots[0].kind, VRRL_CHECK_ROOT_RESIDENCY);
    assert_string_equal(check_said(graph, &result->roots[0].repair), "at least 4 queues resident");
    assert_int_equal(result->roots[0].repair.after, VRRL_CHECK_SAFE);
    vrrl_check_result_free(result);
    vrrl_graph_free(graph);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_verdict_is_reproduced),
        cmocka_unit_test(a_swap_in_a_serial_queue_is_a_deadlock),
        cmocka_unit_test(most_swaps_are_deadlocks),
        cmocka_unit_test(too_few_residents_are_a_deadlock),
    };
    return cmocka_run_group_tests_name("check verdicts", tests, NULL, NULL);
}
