/* What the report of a check says, of results that are made by hand: as test_report_text.c. */
#include "report_test.h"
#include "vrrl/analysis/explore.h"

static void check(const vrrl_program_check *c)
{
    FILE *out = begin();
    vrrl_program_check_write_text(c, out);
    fclose(out);
}

static void what_was_not_done_for_time(void **state)
{
    (void)state;
    vrrl_program *p = queues();
    vrrl_program_check *made;
    vrrl_error err = {0};
    assert_int_equal(vrrl_check_program(p, NULL, &made, &err), VRRL_OK);
    vrrl_check_result *result = made->items[0].result;
    check(made);
    says_not("the time was over");
    made->untried = true;
    check(made);
    says("  not each repair was tried: the time was over\n");
    says_not("not all");
    made->untried = false;
    made->out_of_time = true;
    check(made);
    says("  not all epochs were looked at to their end: the time was over\n");
    says_not("not each repair");
    made->out_of_time = false;
    result->untried = true;
    check(made);
    says("  not all of it was explained, nor each repair tried: the time was over\n");
    says_not("not each repair");
    result->untried = false;
    result->out_of_time = true;
    result->pairs = result->stuck_count = 0;
    check(made);
    says("NOT KNOWN  the time was over before all tasks were held against each other");
    made->count = 0;
    made->out_of_time = true;
    check(made);
    says("NOT KNOWN  no slots were looked at\n");
    made->out_of_time = false;
    check(made);
    says("SAFE  no slots\n");
    made->count = 1;
    vrrl_program_check_free(made);
    vrrl_program_free(p);
}

/* A run that has no command, as its string is too long, say, is not told to be behind one that fails. */
static void a_witness_that_is_behind_a_failure(void **state)
{
    vrrl_all_check all = {.differs = {.found = true, .kind = VRRL_END_OTHER_VALUES}};
    vrrl_program_check made = {.all = &all, .verdict = VRRL_CHECK_ORDER_DEPENDS};
    (void)state;
    snprintf(all.differs.name, sizeof all.differs.name, "c");
    check(&made);
    says("ORDER DEPENDS");
    says_not("stops in an epoch before");
    all.differs.behind = true;
    check(&made);
    says("  witness: none; a replay of such a run stops in an epoch before, which fails\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_was_not_done_for_time),
                                       cmocka_unit_test(a_witness_that_is_behind_a_failure)};
    return cmocka_run_group_tests(tests, NULL, end_text);
}
