/* The suite of vrrl selftest: its texts. What a search finds of it: cli.selftest. */
#include "explore/selftest_cases.h"
#include "vrrl/run/program.h"

#include "test.h"

static vrrl_selftest *suite_of(const char *text)
{
    static struct embedded_program program; /* the suite borrows it */
    program = (struct embedded_program){"base", (const unsigned char *)text, strlen(text)};
    vrrl_selftest *suite = NULL;
    vrrl_error err = {0};
    if (selftest_of(&program, 1, &suite, &err))
        fail_msg("%s", err.text);
    return suite;
}

static void expect_text(const vrrl_selftest *suite, const char *name, const char *expected)
{
    uint32_t index = vrrl_selftest_find(suite, name);
    assert_true(index != VRRL_NO_INDEX);
    char *text;
    assert_int_equal(vrrl_selftest_text(suite, index, &text, NULL), VRRL_OK);
    assert_string_equal(text, expected);
    free(text);
}

static void lines_of_variants(void **state)
{
    (void)state;
    vrrl_selftest *suite = suite_of("# A thing that works. And more.\n"
                                    "#: planted gone sc deadlock: it is left out\n"
                                    "#: planted two view value wild: two: for one\n"
                                    "#: correct same: nothing wrong\n"
                                    "a\n"
                                    "  b: 1\n"
                                    "  #! gone:\n"
                                    "#! two: b: 2\n"
                                    "#! same:   b: 3\n"
                                    "  #! two: b: 4\n"
                                    "c\n"
                                    "#! two: d");
    assert_int_equal(vrrl_selftest_count(suite), 4);
    const vrrl_selftest_case *base = vrrl_selftest_at(suite, 0), *two = vrrl_selftest_at(suite, 2);
    assert_string_equal(base->name, "base");
    assert_string_equal(base->summary, "A thing that works");
    assert_false(base->planted);
    assert_true(two->planted && two->weakest == VRRL_MEMORY_VIEW);
    assert_int_equal(two->kind, VRRL_DEFECT_VALUE);
    assert_string_equal(two->mutation, "wild");
    assert_string_equal(two->summary, "two: for one");
    assert_string_equal(two->program, "base");
    assert_null(vrrl_selftest_at(suite, 1)->mutation);
#define HEAD "# A thing that works. And more.\n"
    expect_text(suite, "base", HEAD "a\n  b: 1\nc\n");
    expect_text(suite, "gone", HEAD "a\nc\n");
    expect_text(suite, "two", HEAD "a\nb: 2\nb: 4\nd\n");
    expect_text(suite, "same", HEAD "a\nb: 3\nc\n");
    vrrl_selftest_free(suite);
}

static void wrong_lines_are_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "#: planted x sc value\n",
        "#: planted x strong value: a\n",
        "#: planted x sc odd: a\n",
        "#: planted x: a\n",
        "#: sound x: a\n",
        "#:\n",
        "#: planted:\n",
        "#: correct : a\n",
        "#! x: a\n",
        "#: correct x: a\na\n#! y: b\n",
        "#: correct x: a\na\n#! x b\n",
        "#: correct x: a\n#: correct x: a\n",
        "#: correct base: its own name\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const struct embedded_program program = {"base", (const unsigned char *)texts[i],
                                                 strlen(texts[i])};
        vrrl_selftest *suite = NULL;
        vrrl_error err = {0};
        assert_int_equal(selftest_of(&program, 1, &suite, &err), VRRL_PARSE);
        assert_null(suite);
        assert_true(err.text[0] && err.fix[0]);
    }
}

/* All of them can be read; the variants of a program are no two of them the same. */
static void the_suite_is_sound(void **state)
{
    (void)state;
    vrrl_selftest *suite = NULL;
    vrrl_error err = {0};
    uint32_t planted = 0, correct = 0;
    if (vrrl_selftest_create(&suite, &err))
        fail_msg("%s", err.text);
    for (uint32_t i = 0; i < vrrl_selftest_count(suite); i++) {
        const vrrl_selftest_case *c = vrrl_selftest_at(suite, i);
        vrrl_program *program = NULL;
        if (vrrl_selftest_program(suite, i, &program, &err))
            fail_msg("%s: %s", c->name, err.text);
        assert_true(c->summary[0] && program->epoch_count > 0);
        planted += c->planted;
        correct += !c->planted;
        char *text, *another;
        assert_int_equal(vrrl_selftest_text(suite, i, &text, NULL), VRRL_OK);
        for (uint32_t k = 0; k < i; k++) {
            const vrrl_selftest_case *other = vrrl_selftest_at(suite, k);
            assert_int_equal(vrrl_selftest_text(suite, k, &another, NULL), VRRL_OK);
            if (strcmp(text, another) == 0 && !c->mutation && !other->mutation)
                fail_msg("%s and %s are the same", c->name, other->name);
            free(another);
        }
        free(text);
        vrrl_program_free(program);
    }
    print_message("%u planted bugs, %u correct programs\n", planted, correct);
    assert_true(planted >= 45 && correct >= planted);
    vrrl_selftest_free(suite);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_of_variants),
        cmocka_unit_test(wrong_lines_are_refused),
        cmocka_unit_test(the_suite_is_sound),
    };
    return cmocka_run_group_tests_name("selftest", tests, NULL, NULL);
}
