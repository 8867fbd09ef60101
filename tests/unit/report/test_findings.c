/* Findings of results that are made by hand: what they say, and what makes their ids. */
#include "report_test.h"
#include "vrrl/analysis/report.h"

static vrrl_findings *found;

static void drop(void)
{
    vrrl_findings_free(found);
    found = NULL;
}

static void again(void)
{
    drop();
    assert_int_equal(vrrl_findings_create(&found, NULL), VRRL_OK);
}

/* The one finding of an outcome that a campaign saw. */
static const vrrl_finding *of_outcome(const vrrl_program *p, const vrrl_run_outcome *outcome)
{
    vrrl_defect defect = {.first = *outcome};
    const vrrl_explore_result result = {.defects = &defect, .defect_count = 1};
    again();
    assert_int_equal(vrrl_findings_add_explore(found, p, &result, NULL), VRRL_OK);
    assert_int_equal(found->count, 1);
    return found->list;
}

static vrrl_run_outcome outcome_of(vrrl_defect_kind kind)
{
    return (vrrl_run_outcome){
        .kind = kind, .slot = 0, .other = VRRL_NO_INDEX, .word = VRRL_NO_INDEX, .expected = 7};
}

static void what_is_said(void **state)
{
    (void)state;
    vrrl_program *p = queues();
    vrrl_run_outcome o = outcome_of(VRRL_DEFECT_STATUS);
    o.found = VRRL_STATUS_FAULT;
    o.expected = VRRL_STATUS_DONE;
    assert_non_null(strstr(of_outcome(p, &o)->text, "ends as FAULT, expected DONE"));
    o = outcome_of(VRRL_DEFECT_VALUE);
    o.word = p->layout.user_base;
    assert_non_null(strstr(of_outcome(p, &o)->text, "is 0, expected 7"));
    assert_int_equal(found->list->kind, VRRL_FINDING_FAILS);
    o = outcome_of(VRRL_DEFECT_LIVELOCK);
    assert_int_equal(of_outcome(p, &o)->kind, VRRL_FINDING_LIVELOCK);
    const vrrl_diff_result diff = {.outcome = VRRL_OUTCOME_DIVERGED,
                                   .difference = VRRL_DIFFERENCE_MEMORY,
                                   .slot = VRRL_NO_INDEX};
    again();
    assert_int_equal(vrrl_findings_add_diff(found, p, &diff, NULL), VRRL_OK);
    assert_string_equal(found->list->text, "the first difference is of memory: epoch 0");
    drop();
    vrrl_program_free(p);
}

/* Values, epochs and who was found first make no other id; another word does. */
static void what_is_in_an_id(void **state)
{
    (void)state;
    vrrl_program *p = queues();
    char id[VRRL_FINDING_ID_MAX + 8];
    vrrl_run_outcome o = outcome_of(VRRL_DEFECT_VALUE);
    o.word = p->layout.user_base;
    snprintf(id, sizeof id, "%s", of_outcome(p, &o)->id);
    o.found = 5;
    o.expected = 6;
    assert_string_equal(of_outcome(p, &o)->id, id);
    o.kind = VRRL_DEFECT_EXPECT;
    assert_string_not_equal(of_outcome(p, &o)->id, id);
    vrrl_defect twice[2] = {{.first = o}, {.first = o}};
    const vrrl_explore_result result = {.defects = twice, .defect_count = 2};
    again();
    assert_int_equal(vrrl_findings_add_explore(found, p, &result, NULL), VRRL_OK);
    snprintf(id, sizeof id, "%s.2", found->list[0].id);
    assert_string_equal(found->list[1].id, id);
    drop();
    vrrl_program_free(p);
}

static void junit(void **state)
{
    (void)state;
    vrrl_finding list[3] = {{.id = "race-1", .text = "a < b & \"c\""},
                            {.id = "race-2", .text = "x", .known = "why"},
                            {.id = "race-3", .text = "y", .ignored = true}};
    const vrrl_findings findings = {.list = list, .count = 3}, none = {.list = NULL};
    const vrrl_report_input inputs[] = {
        {.path = "p.mk", .verdict = "race", .exit_code = 1, .findings = &findings},
        {.path = "q.mk", .verdict = "error", .exit_code = 2, .findings = &none, .error = "gone"}};
    FILE *out = begin();
    vrrl_report_junit("check", inputs, 2, out);
    fclose(out);
    says("<testsuites name=\"vrrl\" tests=\"5\" failures=\"1\" errors=\"1\" skipped=\"2\">");
    says("<failure type=\"race\" message=\"a &lt; b &amp; &quot;c&quot;\">");
    says("<skipped message=\"why\">x</skipped>");
    says("<skipped message=\"it does not count here\">y</skipped>");
    says("<error type=\"error\" message=\"gone\">");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_said),
        cmocka_unit_test(what_is_in_an_id),
        cmocka_unit_test(junit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
