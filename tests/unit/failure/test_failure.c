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

/* A failure of a program, as it was found. */
struct failing {
    vrrl_program *program;
    struct edited whole;
    struct oracle_result caught;
    struct failure_oracle h;
};

static void find(const char *text, struct failing *f)
{
    const vrrl_failure_source request = {.setup.seed = 1};
    vrrl_error err = {0};
    *f = (struct failing){.program = program_of(text), .h = {.seed = 1}};
    assert_int_equal(edited_begin(f->program, &f->whole, &err), VRRL_OK);
    if (failure_find(&f->h, &f->whole, &request, &f->caught, &err) != VRRL_OK)
        fail_msg("%s", err.text);
    assert_int_equal(f->caught.outcome.kind, VRRL_DEFECT_VALUE);
}

static void forget(struct failing *f)
{
    decisions_free(&f->caught.decisions);
    edited_free(&f->whole);
    vrrl_program_free(f->program);
}

static struct failure_oracle found(const char *text)
{
    struct failing f;
    find(text, &f);
    forget(&f);
    return f.h;
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

/* In another program of the same slots, say a repaired one, the last run that failed shows it again: by its
 * decisions, or by the order of its slots. */
static void what_failed_is_followed(void **state)
{
    (void)state;
    static const char fenced[] = "words m[2000]\nword d\nword f\nword seen\nepoch\n"
                                 "w: pack STORE_U32 7, d then ATOMIC_ADD 1, f\n"
                                 "r: pack WAIT_GE f, 1 then FENCE_ACQUIRE then MEMCPY d, seen, 1\n"
                                 "repeat 2000 as i\nSTORE_U32 i, m[i]\nend\nend\n";
    struct failing f;
    find(mailbox, &f);
    f.h.from = &f.whole;
    f.h.last = f.caught.decisions;
    for (uint32_t i = 0; i < 2; i++) {
        vrrl_program *program = program_of(i ? fenced : mailbox);
        struct edited edited;
        struct oracle_result again = {.runs = 0};
        bool shows;
        vrrl_error err = {0};
        f.h.schedules = 40;
        assert_int_equal(edited_begin(program, &edited, &err), VRRL_OK);
        assert_int_equal(oracle_in(&f.h, &edited, &shows, &again, &err), VRRL_OK);
        assert_true(shows);
        assert_true(again.runs <= 3);
        decisions_free(&again.decisions);
        edited_free(&edited);
        vrrl_program_free(program);
    }
    forget(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weak_models_are_not_behind_all_of_the_strong),
        cmocka_unit_test(the_strongest_that_shows_it_has_it),
        cmocka_unit_test(what_is_about_two_of_many_is_found_by_their_check),
        cmocka_unit_test(what_failed_is_followed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
