/* What the report of a check says, of results that are made by hand: as test_report_text.c. */
#include "report_test.h"
#include "vrrl/analysis/explore.h"
#include "vrrl/analysis/judge.h"
#include "vrrl/analysis/verdict.h"

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

/* A new order of two that have one, or that choose, does not mend what is wrong: which of the two is said. */
static void why_a_repair_keeps_two_apart(void **state)
{
    static const struct {
        const char *text, *reason;
    } rows[] = {
        {"word d\nword f\nword seen in observable\nepoch\nw: pack STORE_U32 7, d then "
         "STORE_RELEASE 1, f\n"
         "x: STORE_U32 1, f\nr: pack WAIT_RELAXED f, 1 then LOAD_U32 d, seen\nend\n",
         "one of them waits for the other already, and that does not suffice\n"},
        {"word d\nword l\nepoch\nw: STORE_U32 7, d\n"
         "r: pack TRY_SWAP l, 0, 1, l then STORE_U32 8, d\nend\n",
         "at least one of them goes by what it finds\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        vrrl_program *p = program_of(rows[i].text);
        const vrrl_judge_options how = {.size = sizeof how};
        vrrl_judgement *made;
        vrrl_error err = {0};
        assert_int_equal(vrrl_judge_program(p, &how, &made, &err), VRRL_OK);
        check(made->program_check);
        says("  repair: a new counter that");
        says("           it only keeps the two apart: ");
        says(rows[i].reason);
        vrrl_judgement_free(made);
        vrrl_program_free(p);
    }
}

/* A run that shows it is not said to be none where the time was over before all were tried. */
static void no_witness_for_lack_of_time(void **state)
{
    vrrl_program *p = program_of("word d\nepoch\nSTORE_U32 1, d\nSTORE_U32 2, d\nend\n");
    vrrl_program_check *made;
    vrrl_error err = {0};
    (void)state;
    assert_int_equal(vrrl_check_program(p, NULL, &made, &err), VRRL_OK);
    made->until_ns = 1;
    assert_int_equal(vrrl_program_check_show(made, p, &err), VRRL_OK);
    check(made);
    says("  witness: none was found before the time was over; that the two race is proven");
    made->until_ns = 0;
    assert_int_equal(vrrl_program_check_show(made, p, &err), VRRL_OK);
    check(made);
    says_not("none was found");
    vrrl_program_check_free(made);
    vrrl_program_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_was_not_done_for_time),
                                       cmocka_unit_test(a_witness_that_is_behind_a_failure),
                                       cmocka_unit_test(why_a_repair_keeps_two_apart),
                                       cmocka_unit_test(no_witness_for_lack_of_time)};
    return cmocka_run_group_tests(tests, NULL, end_text);
}
