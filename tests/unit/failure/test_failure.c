/* Finding a failure: how many schedules that takes, and under which model it is found. */
#include "program_text.h"

#include "edit/edit_copy.h"
#include "failure/failure.h"

/* A mailbox that only view shows, amid many slots that have nothing to do with it. */
static const char mailbox[] = "words m[2000]\nword d\nword f\nword seen\nepoch\n"
                              "w: pack STORE_U32 7, d then ATOMIC_ADD 1, f\n"
                              "r: pack WAIT_GE f, 1 then MEMCPY d, seen, 1\n"
                              "repeat 2000 as i\nSTORE_U32 i, m[i]\nend\nend\n";

/* One of two additions is lost, under each model; under sc seldom. */
static const char additions[] =
    "words m[1000]\nword sum\nwords t[2]\nobserve sum\nobserve t ignore\nepoch\n"
    "repeat 2 as i\na[i]: pack MEMCPY sum, t[i], 1 then ATOMIC_ADD 1, t[i] then "
    "MEMCPY t[i], sum, 1\nend\n"
    "repeat 1000 as i\nSTORE_U32 i, m[i]\nend\nend\n";

/* The last waits for all but one of the signals, and reads what one of the others stores. */
static const char early[] =
    "words x[2000]\nword f\nword seen in observable\nepoch\nrepeat 2000 as i\n"
    "c[i]: pack STORE_U32 1, x[i] then SIGNAL f, 1\nend\n"
    "r: pack WAIT_GE f, 1999 then LOAD_U32 x[1000], seen\nend\n";

/* The same in serial queues. */
static const char queues[] =
    "workers serial 4\nwords x[2000]\nword f\nword seen in observable\nepoch\n"
    "repeat 2000 as i\nc[i]: pack STORE_U32 1, x[i] then SIGNAL f, 1 on i % 3\nend\n"
    "r: pack WAIT_GE f, 1990 then LOAD_U32 x[1999], seen on 3\nend\n";

static struct failure_oracle found(const char *text)
{
    vrrl_program *program = program_of(text);
    const vrrl_failure_source request = {.setup.seed = 1};
    struct failure_oracle h = {.seed = 1};
    struct oracle_result caught = {.runs = 0};
    struct edited whole;
    vrrl_error err = {0};
    assert_int_equal(edited_begin(program, &whole, &err), VRRL_OK);
    if (failure_find(&h, &whole, &request, &caught, &err) != VRRL_OK)
        fail_msg("%s", err.text);
    assert_int_equal(caught.outcome.kind, VRRL_DEFECT_VALUE);
    decisions_free(&caught.decisions);
    edited_free(&whole);
    vrrl_program_free(program);
    return h;
}

/* Each cell has a few schedules before any has all of its 499: in turn, sc and tso have 5,986. */
static void weak_models_are_not_behind_all_of_the_strong(void **state)
{
    (void)state;
    struct failure_oracle h = found(mailbox);
    assert_int_equal(h.options.setup.model, VRRL_MEMORY_VIEW);
    assert_true(h.runs < 4000);
}

static void the_strongest_that_shows_it_has_it(void **state)
{
    (void)state;
    struct failure_oracle h = found(additions);
    assert_int_equal(h.options.setup.model, VRRL_MEMORY_SC);
}

/* One schedule in thousands has the two of them so: the check names them. */
static void what_is_about_two_of_many_is_found_by_their_check(void **state)
{
    (void)state;
    static const char *const all[] = {early, queues};
    for (uint32_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct failure_oracle h = found(all[i]);
        assert_int_equal(h.options.setup.model, VRRL_MEMORY_SC);
        assert_true(h.found_after < 20);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weak_models_are_not_behind_all_of_the_strong),
        cmocka_unit_test(the_strongest_that_shows_it_has_it),
        cmocka_unit_test(what_is_about_two_of_many_is_found_by_their_check),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
