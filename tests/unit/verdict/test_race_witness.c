/* A pair that the check says races comes with a run that shows it: stepped again, the monitor of races names
 * the very pair. What slots alone do not tell may be shown so, too, and never of a correct program. */
#include "options.h"
#include "program_text.h"
#include "vrrl/analysis/selftest.h"
#include "vrrl/analysis/verdict.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

enum { STATES = 300 };

struct counts {
    uint32_t races, shown;
};

static bool is_pair(const vrrl_run_race *race, uint32_t epoch, const uint32_t slots[2])
{
    return race->epoch == epoch && ((race->slots[0] == slots[0] && race->slots[1] == slots[1]) ||
                                    (race->slots[0] == slots[1] && race->slots[1] == slots[0]));
}

static void shows(const vrrl_program *program, const char *name, const char *schedule,
                  uint32_t epoch, const uint32_t slots[2])
{
    vrrl_schedule_result *result;
    vrrl_error error = {0};
    bool found = false;
    if (vrrl_schedule_replay(program, schedule, &result, &error))
        fail_msg("%s: %s: %s", name, schedule, error.text);
    for (uint32_t i = 0; i < result->race_count; i++)
        found |= is_pair(&result->races[i], epoch, slots);
    vrrl_schedule_result_free(result);
    if (!found)
        fail_msg("%s: %s does not show %u and %u of epoch %u", name, schedule, slots[0], slots[1],
                 epoch);
}

/* An error where a pair that is known to race has none: no program here is of that kind. */
static void hold_item(const vrrl_program *program, const char *name, const vrrl_epoch_check *item,
                      struct counts *counts)
{
    const vrrl_check_result *result = item->result;
    for (uint32_t i = 0; i < result->race_count; i++) {
        const vrrl_check_race *race = &result->races[i];
        bool proven = (!result->may_excuse && !race->pair.unsure) || race->pair.races;
        counts->races += proven;
        counts->shown += race->schedule != NULL;
        if (proven && !race->schedule)
            fail_msg("%s: %u and %u of epoch %u race, and no run shows it", name,
                     race->pair.tasks[0], race->pair.tasks[1], item->first_epoch);
        if (race->schedule)
            shows(program, name, race->schedule, item->first_epoch, race->pair.tasks);
    }
}

static vrrl_check_verdict hold(const vrrl_program *program, const char *name, struct counts *counts)
{
    const vrrl_check_search_options options = {.size = sizeof options, .states = STATES};
    vrrl_program_check *check;
    vrrl_error error = {0};
    if (vrrl_check_program(program, NULL, &check, &error) ||
        vrrl_program_check_search(check, program, &options, &error) ||
        vrrl_program_check_show(check, program, &error))
        fail_msg("%s: %s", name, error.text);
    for (uint32_t i = 0; i < check->count; i++)
        hold_item(program, name, &check->items[i], counts);
    for (uint32_t i = 0; check->all && i < check->all->race_count; i++) {
        const vrrl_run_race *race = &check->all->races[i];
        counts->races++;
        counts->shown += race->schedule != NULL;
        assert_non_null(race->schedule);
        shows(program, name, race->schedule, race->epoch, race->slots);
    }
    vrrl_check_verdict verdict = check->verdict;
    vrrl_program_check_free(check);
    return verdict;
}

static void of_folder(const char *folder, struct counts *counts)
{
    char path[1024];
    snprintf(path, sizeof path, VRRL_TEST_DATA "/%s", folder);
    DIR *open = opendir(path);
    assert_non_null(open);
    for (struct dirent *entry; (entry = readdir(open));) {
        const char *dot = strrchr(entry->d_name, '.');
        vrrl_program *program;
        vrrl_error error = {0};
        if (!dot || strcmp(dot, ".mk") != 0)
            continue;
        snprintf(path, sizeof path, VRRL_TEST_DATA "/%s/%s", folder, entry->d_name);
        if (vrrl_program_load(path, &program, &error))
            fail_msg("%s: %s", path, error.text);
        hold(program, entry->d_name, counts);
        vrrl_program_free(program);
    }
    closedir(open);
}

static void of_selftest(struct counts *counts)
{
    vrrl_selftest *suite;
    vrrl_error error = {0};
    assert_int_equal(vrrl_selftest_create(&suite, &error), VRRL_OK);
    for (uint32_t i = 0; i < vrrl_selftest_count(suite); i++) {
        const vrrl_selftest_case *at = vrrl_selftest_at(suite, i);
        vrrl_program *program;
        assert_int_equal(vrrl_selftest_program(suite, i, &program, &error), VRRL_OK);
        vrrl_check_verdict verdict = hold(program, at->name, counts);
        if (!at->planted && verdict != VRRL_CHECK_SAFE && verdict != VRRL_CHECK_NOT_KNOWN)
            fail_msg("%s is correct, and %s", at->name, vrrl_check_verdict_name(verdict));
        vrrl_program_free(program);
    }
    vrrl_selftest_free(suite);
}

static void each_race_is_shown(void **state)
{
    (void)state;
    struct counts counts = {0};
    of_folder("cases", &counts);
    of_folder("programs", &counts);
    of_folder("repairs", &counts);
    of_selftest(&counts);
    printf("%u races that are certain by slots or all executions, %u pairs shown\n", counts.races,
           counts.shown);
    assert_true(counts.races >= 100);
}

/* A task's position is its place in the queues. */
static void hold_graph(const char *name, const char *assign)
{
    const vrrl_check_options options = {.size = sizeof options,
                                        .assign = &OPTIONS(vrrl_assign_options, .assign = assign)};
    const vrrl_lower_options lower = {.size = sizeof lower, .assign = options.assign};
    char path[512];
    vrrl_graph *graph;
    vrrl_check_result *result;
    vrrl_assignment *assignment;
    vrrl_program *program;
    vrrl_error error = {0};
    snprintf(path, sizeof path, VRRL_TEST_DATA "/programs/%s", name);
    if (vrrl_graph_load(path, &graph, &error) || vrrl_check(graph, &options, &result, &error) ||
        vrrl_check_show(result, graph, options.assign, &error) ||
        vrrl_assignment_create(graph, options.assign, &assignment, &error) ||
        vrrl_graph_lower(graph, &lower, &program, &error))
        fail_msg("%s: %s", name, error.text);
    for (uint32_t i = 0; i < result->race_count; i++) {
        uint32_t slots[2] = {0, 0};
        for (uint32_t side = 0; side < 2; side++)
            while (assignment->order[slots[side]] != result->races[i].pair.tasks[side])
                slots[side]++;
        if (!result->races[i].schedule)
            fail_msg("%s: race %u, and no run shows it", name, i);
        shows(program, name, result->races[i].schedule, 0, slots);
    }
    assert_true(result->race_count > 0);
    vrrl_program_free(program);
    vrrl_assignment_free(assignment);
    vrrl_check_result_free(result);
    vrrl_graph_free(graph);
}

static void races_of_graphs_are_shown(void **state)
{
    (void)state;
    hold_graph("toy-2l.drop-wait-1.json", NULL);
    hold_graph("toy-2l.drop-wait-2.json", "rr:16");
    hold_graph("toy-2l.partial-wait-1.json", NULL);
    hold_graph("toy-2l.wrong-counter-1.json", "rr:16");
    hold_graph("toy-2l.overlap-1.json", NULL);
    hold_graph("llama-3.2-1b.drop-wait-5.json.zst", NULL);
}

/* More tasks than the monitor tells apart: each but one waits for the one before it. */
static void a_race_among_many_is_shown(void **state)
{
    (void)state;
    enum { MANY = 9000, LATE = 4500 };
    const vrrl_check_options options = {.size = sizeof options, .no_lint = true};
    const vrrl_lower_options lower = {.size = sizeof lower, .assign = options.assign};
    vrrl_graph *graph;
    vrrl_graph_text name;
    vrrl_check_result *result;
    vrrl_program *program;
    vrrl_schedule_result *run;
    vrrl_error error = {0};
    assert_int_equal(vrrl_graph_create("many", &graph, NULL), VRRL_OK);
    assert_int_equal(vrrl_graph_add_text(graph, "t", &name, NULL), VRRL_OK);
    for (uint32_t i = 0; i < MANY; i++) {
        const vrrl_graph_buffer buffer = {
            .id = i, .name = name, .kind = VRRL_BUFFER_ACTIVATION, .rows = 1, .columns = 1};
        vrrl_graph_add_buffer(graph, &buffer, NULL);
        vrrl_graph_add_counter(graph, &(vrrl_graph_counter){.id = i}, NULL);
    }
    vrrl_graph_index(graph, NULL);
    for (uint32_t i = 0; i < MANY; i++) {
        const vrrl_graph_task task = {
            .id = i, .op = name, .label = name, .worker = VRRL_GRAPH_NONE};
        const vrrl_graph_range from = {.buffer = i - 1, .row_end = 1, .column_end = 1};
        const vrrl_graph_range to = {.buffer = i, .row_end = 1, .column_end = 1};
        const vrrl_graph_wait wait = {
            .counter = i - 1, .threshold = 1, .order = VRRL_SYNC_ORDER_SYNC};
        const vrrl_graph_signal signal = {.counter = i, .amount = 1, .order = VRRL_SYNC_ORDER_SYNC};
        bool waits = i > 0 && i != LATE;
        vrrl_graph_add_task(graph, &task, NULL);
        if (waits)
            vrrl_graph_add_wait(graph, &wait, NULL);
        if (i > 0)
            vrrl_graph_add_access(graph, &from, VRRL_ACCESS_READ, waits, NULL);
        vrrl_graph_add_access(graph, &to, VRRL_ACCESS_WRITE, waits, NULL);
        vrrl_graph_add_signal(graph, &signal, NULL);
    }
    if (vrrl_graph_finish(graph, &error) || vrrl_check(graph, &options, &result, &error) ||
        vrrl_check_show(result, graph, options.assign, &error) ||
        vrrl_graph_lower(graph, &lower, &program, &error))
        fail_msg("%s", error.text);
    assert_int_equal(result->race_count, 1);
    assert_non_null(result->races[0].schedule);
    if (vrrl_schedule_replay(program, result->races[0].schedule, &run, &error))
        fail_msg("%s", error.text);
    assert_int_equal(run->outcome.kind, VRRL_DEFECT_VALUE);
    assert_int_equal(run->outcome.slot, LATE);
    vrrl_schedule_result_free(run);
    vrrl_program_free(program);
    vrrl_check_result_free(result);
    vrrl_graph_free(graph);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_race_is_shown),
        cmocka_unit_test(races_of_graphs_are_shown),
        cmocka_unit_test(a_race_among_many_is_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
