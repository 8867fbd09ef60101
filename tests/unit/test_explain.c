/* Explanations: the right pair, both orders, and for each repair the answer that is known. */
#include "graphs.h"
#include "program_text.h"
#include "vrrl/check.h"
#include "vrrl/explain.h"
#include "vrrl/report.h"

static vrrl_explain_result explained(const vrrl_program *program, uint32_t models)
{
    vrrl_explain_options options = {.seed = 1, .models = models};
    vrrl_explain_result result;
    vrrl_error err = {0};
    if (vrrl_explain(program, &options, &result, &err) != VRRL_OK)
        fail_msg("%s %s", err.text, err.fix);
    return result;
}

static const vrrl_repair *repair_with(const vrrl_explain_result *r, const char *text)
{
    for (uint32_t i = 0; i < r->repair_count; i++)
        if (strstr(r->repairs[i].text, text))
            return &r->repairs[i];
    fail_msg("no repair: %s", text);
    return NULL;
}

/* Message passing under release and acquire: each side must order, and it does not matter how. */
static void message_passing_needs_both_sides(void **state)
{
    (void)state;
    static const struct {
        const char *tells, *waits, *text;
        bool removes;
    } rows[] = {
        {"STORE_RELEASE", "WAIT_RELAXED", "WAIT_RELAXED (operation 1) becomes WAIT_GE", true},
        {"STORE_RELEASE", "WAIT_RELAXED", "FENCE_ACQUIRE before operation 2", true},
        {"STORE_RELEASE", "WAIT_RELAXED", "FENCE_RELEASE before operation 2", false},
        {"STORE_RELEASE", "WAIT_RELAXED", "LOAD_U32 (operation 2) becomes LOAD_ACQUIRE", false},
        {"STORE_U32", "WAIT_GE", "STORE_U32 (operation 2) becomes STORE_RELEASE", true},
        {"STORE_U32", "WAIT_GE", "STORE_U32 (operation 1) becomes STORE_RELEASE", false},
        {"STORE_U32", "WAIT_GE", "FENCE_RELEASE before operation 2", true},
        {"STORE_U32", "WAIT_GE", "FENCE_ACQUIRE before operation 2", false},
        {"STORE_U32", "WAIT_RELAXED", "WAIT_RELAXED (operation 1) becomes WAIT_GE", false},
        {"STORE_U32", "WAIT_RELAXED", "STORE_U32 (operation 2) becomes STORE_RELEASE", false},
        {"STORE_U32", "WAIT_RELAXED", "FENCE_SEQ_CST before operation 2 of both", true},
        {"STORE_U32", "WAIT_RELAXED", "a new flag", true},
        {"STORE_U32", "WAIT_RELAXED", "an epoch boundary", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[512];
        snprintf(text, sizeof text,
                 "word data\nword flag\nword seen in observable\nepoch\n"
                 "writer: pack STORE_U32 42, data then %s 1, flag\n"
                 "reader: pack %s flag, 1 then LOAD_U32 data, seen\nend\n",
                 rows[i].tells, rows[i].waits);
        vrrl_program *program = program_of(text);
        vrrl_explain_result r = explained(program, 0);
        assert_int_equal(r.model, VRRL_MEMORY_VIEW); /* sc and tso have no such failure */
        assert_string_equal(r.first_name, "writer");
        assert_string_equal(r.second_name, "reader");
        assert_string_equal(r.touched, "data");
        assert_string_equal(r.first_does, "writes");
        assert_string_equal(r.second_does, "reads");
        const vrrl_repair *repair = repair_with(&r, rows[i].text);
        if (repair->removes != rows[i].removes)
            fail_msg("%s and %s: %s", rows[i].tells, rows[i].waits, repair->text);
        assert_true(!repair->removes || repair->complete);
        vrrl_explain_result_free(&r);
        vrrl_program_free(program);
    }
}

/* Both runs can be shown again, and show what is said of them. */
static void both_orders_are_runs(void **state)
{
    (void)state;
    vrrl_program *program = example("missing-wait");
    vrrl_explain_result r = explained(program, 0);
    vrrl_run_outcome outcome;
    vrrl_error err = {0};
    assert_string_equal(r.second_name, "reader[2]");
    assert_string_equal(r.word, "seen[2]");
    assert_int_equal(vrrl_schedule_run(program, r.failing.schedule, &outcome, &err), VRRL_OK);
    assert_true(vrrl_outcome_same_defect(&outcome, &r.outcome));
    assert_int_equal(vrrl_schedule_run(program, r.passing.schedule, &outcome, &err), VRRL_OK);
    assert_int_equal(outcome.kind, VRRL_DEFECT_NONE);
    const vrrl_timeline_slot *first = NULL, *second = NULL;
    for (uint32_t i = 0; i < r.passing.count; i++) {
        first = r.passing.slots[i].first ? &r.passing.slots[i] : first;
        second = r.passing.slots[i].second ? &r.passing.slots[i] : second;
    }
    assert_true(first && second && first->to < second->from);
    assert_true(repair_with(&r, "waits for ready >= 1")->removes);
    vrrl_explain_result_free(&r);
    vrrl_program_free(program);
}

/* A graph's repair is the one that the exact check names, which shares no code with this. */
static void the_wait_is_the_checks_repair(void **state)
{
    (void)state;
    static const char *const files[] = {"toy-2l.drop-wait-1.json", "toy-2l.drop-wait-2.json"};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char wanted[64];
        vrrl_graph *graph = load_graph(files[i]);
        vrrl_program *program = lower_graph(graph, NULL);
        vrrl_check_result *check;
        vrrl_error err = {0};
        assert_int_equal(vrrl_check(graph, &(vrrl_check_options){0}, &check, &err), VRRL_OK);
        uint32_t counter, least;
        const char *at = strstr(check->races[0].repair.text, "waits for counter ");
        assert_non_null(at);
        assert_int_equal(sscanf(at, "waits for counter %u >= %u", &counter, &least), 2);
        vrrl_explain_result r = explained(program, 0);
        const vrrl_repair *repair = repair_with(&r, "waits for counter");
        assert_true(repair->removes);
        assert_int_equal(repair->others, 0);
        snprintf(wanted, sizeof wanted, "waits for counter %u (", counter);
        assert_non_null(strstr(repair->text, wanted));
        snprintf(wanted, sizeof wanted, ") >= %u, which", least);
        assert_non_null(strstr(repair->text, wanted));
        vrrl_check_result_free(check);
        vrrl_explain_result_free(&r);
        vrrl_program_free(program);
        vrrl_graph_free(graph);
    }
}

static void deadlocks_have_repairs_of_their_own(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
    } rows[] = {{"residency", "all 3 queues run at a time"},
                {"swapped-queue", "consume behind produce in queue 1"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        vrrl_program *program = example(rows[i].name);
        vrrl_explain_result r = explained(program, 1u << VRRL_MEMORY_SC);
        assert_int_equal(r.outcome.kind, VRRL_DEFECT_DEADLOCK);
        const vrrl_repair *repair = repair_with(&r, rows[i].text);
        assert_true(repair->removes);
        assert_int_equal(repair->others, 0);
        vrrl_explain_result_free(&r);
        vrrl_program_free(program);
    }
    vrrl_program *over =
        program_of("word c\nepoch\nSIGNAL c, 1\nSIGNAL c, 1\nw: WAIT_GE c, 3\nend\n");
    vrrl_explain_result r = explained(over, 1u << VRRL_MEMORY_SC);
    assert_true(repair_with(&r, "w waits for c >= 2 instead of 3")->removes);
    vrrl_explain_result_free(&r);
    vrrl_program_free(over);
}

/* Pictures fit a terminal, whatever the names are. */
static void pictures_fit(void **state)
{
    (void)state;
    static const char *const names[] = {"missing-wait", "missing-war-wait", "residency",
                                        "swapped-queue"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        vrrl_program *program = example(names[i]);
        vrrl_explain_result r = explained(program, 1u << VRRL_MEMORY_SC);
        char *text = NULL;
        size_t size;
        FILE *out = open_memstream(&text, &size);
        vrrl_report_explain(out, program, &r, "P.mk", true);
        fclose(out);
        bool drawn = false;
        for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
            drawn = drawn || strstr(line, "|[");
            for (const char *c = line; *c; c++)
                assert_in_range(*c, ' ', '~');
            if (!strstr(line, "--schedule"))
                assert_in_range(strlen(line), 0, 79);
        }
        assert_true(drawn);
        free(text);
        vrrl_explain_result_free(&r);
        vrrl_program_free(program);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(message_passing_needs_both_sides),
        cmocka_unit_test(both_orders_are_runs),
        cmocka_unit_test(the_wait_is_the_checks_repair),
        cmocka_unit_test(deadlocks_have_repairs_of_their_own),
        cmocka_unit_test(pictures_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
