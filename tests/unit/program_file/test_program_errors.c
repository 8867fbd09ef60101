/* Error messages of program files, in full, against tests/data/program-errors.txt. After a change
 * that is meant: VRRL_REFRESH=1 test_program_errors, and read the difference. */
#include "golden_errors.h"
#include "program_text.h"

static bool parses(const char *text, size_t size, vrrl_error *err)
{
    vrrl_program *program;
    vrrl_code code = vrrl_program_parse(text, size, "test.mk", &program, err);
    bool right = (code == VRRL_OK) == (program != NULL);
    vrrl_program_free(program);
    assert_true(right);
    return code == VRRL_OK;
}

static void messages_say_what_where_and_what_next(void **state)
{
    (void)state;
    golden_errors(VRRL_TEST_DATA "/program-errors.txt", parses);
}

/* Bytes that have no place in a text file. */
static void bytes_that_are_no_text_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t size;
        const char *message;
    } rows[] = {
        {"word a\0", 7, "bytes:1:7: unexpected byte 0x00\n     1 | word a?\n       |       ^"},
        {"word \xFF\n", 7, "bytes:1:6: unexpected byte 0xFF\n     1 | word ?\n       |      ^"},
        {"word a\x1B[31m", 11,
         "bytes:1:7: unexpected byte 0x1B\n     1 | word a?[31m\n       |       ^"},
        {"program \"a\0\"", 12,
         "bytes:1:9: a text without its closing quote\n     1 | program \"a?\"\n       |         "
         "^~"},
        {"program \"a\x1B[31m\"", 16,
         "bytes:1:9: a text with a control character\n     1 | program \"a?[31m\"\n       |        "
         " "
         "^~"},
        {"word `a\xC2\x9B`", 10,
         "bytes:1:6: a name with a control character\n     1 | word `a?`\n       |      ^~"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        vrrl_program *program;
        vrrl_error err = {0};
        assert_int_equal(vrrl_program_parse(rows[i].text, rows[i].size, "bytes", &program, &err),
                         VRRL_PARSE);
        assert_string_equal(err.text, rows[i].message);
    }
}

static void an_error_object_is_not_needed(void **state)
{
    (void)state;
    vrrl_program *program;
    assert_int_equal(vrrl_program_parse("word", 4, "x", &program, NULL), VRRL_PARSE);
    assert_int_equal(vrrl_program_load("/nonexistent.mk", &program, NULL), VRRL_IO);
}

/* Nothing in an error grows with the input. */
static void long_lines_and_paths_are_cut(void **state)
{
    (void)state;
    char path[5000], text[5000];
    memset(path, 'p', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    vrrl_program *program;
    vrrl_error err = {0};
    assert_int_equal(vrrl_program_parse(text, strlen(text), path, &program, &err), VRRL_PARSE);
    assert_non_null(strstr(err.text, "ppp:1:1: `xxx"));
    assert_non_null(strstr(err.text, "\n       | ^~~~"));
    assert_true(strlen(err.text) < sizeof err.text - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_say_what_where_and_what_next),
        cmocka_unit_test(bytes_that_are_no_text_are_named),
        cmocka_unit_test(an_error_object_is_not_needed),
        cmocka_unit_test(long_lines_and_paths_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
