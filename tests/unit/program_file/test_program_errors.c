/* Error messages of program files, in full, against tests/data/program-errors.txt. After a change
 * that is meant: VRRL_REFRESH=1 test_program_errors, and read the difference. */
#include "program_text.h"

static const char *const golden_path = VRRL_TEST_DATA "/program-errors.txt";
static const char source_mark[] = "%% source\n", error_mark[] = "%% error\n";

static char *read_file(const char *path)
{
    enum { SIZE_MAX_BYTES = 1 << 20 };
    char *text = calloc(1, SIZE_MAX_BYTES);
    FILE *file = fopen(path, "r");
    assert_true(text && file);
    assert_true(fread(text, 1, SIZE_MAX_BYTES - 1, file) < SIZE_MAX_BYTES - 1);
    fclose(file);
    return text;
}

static void check_shape(const vrrl_error *err)
{
    if (err->code != VRRL_PARSE && err->code != VRRL_TOO_LARGE)
        fail_msg("code %s: %s", vrrl_code_name(err->code), err->text);
    assert_int_equal(strncmp(err->fix, "Fix: ", 5), 0);
}

/* Copies a golden file to `out`, each error by what the parser says now. */
static void answer(const char *golden, FILE *out)
{
    for (const char *at = golden; *at != '\0';) {
        assert_int_equal(strncmp(at, source_mark, strlen(source_mark)), 0);
        const char *source = at + strlen(source_mark);
        const char *end = strstr(source, error_mark);
        assert_non_null(end);
        const char *next = strstr(end, source_mark);
        at = next ? next : end + strlen(end);
        vrrl_program *program;
        vrrl_error err = {0};
        if (vrrl_program_parse(source, (size_t)(end - source), "test.mk", &program, &err) ==
            VRRL_OK)
            fail_msg("no error in:\n%.*s", (int)(end - source), source);
        assert_null(program);
        check_shape(&err);
        fprintf(out, "%s%.*s%s%s: %s\n%s\n", source_mark, (int)(end - source), source, error_mark,
                vrrl_code_name(err.code), err.text, err.fix);
    }
}

static void messages_say_what_where_and_what_next(void **state)
{
    (void)state;
    char *golden = read_file(golden_path), *now = NULL;
    size_t size;
    FILE *out = open_memstream(&now, &size);
    assert_non_null(out);
    answer(golden, out);
    fclose(out);
    if (getenv("VRRL_REFRESH")) {
        FILE *file = fopen(golden_path, "w");
        assert_true(file && fwrite(now, 1, size, file) == size);
        fclose(file);
    } else {
        assert_string_equal(now, golden);
    }
    free(now);
    free(golden);
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
