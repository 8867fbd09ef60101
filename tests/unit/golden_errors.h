/* Errors of a parser, in full, against a golden file of sources and what is said of them. After a change that is
 * meant: VRRL_REFRESH=1, and read the difference. */
#ifndef VRRL_TEST_GOLDEN_ERRORS_H
#define VRRL_TEST_GOLDEN_ERRORS_H

#include "vrrl/log/error.h"

#include "test.h"

#include <stdbool.h>
#include <stdlib.h>

/* Parses a text, which is wrong; returns true where the parser does not say so. */
typedef bool golden_parser(const char *text, size_t size, vrrl_error *err);

static inline char *golden_read(const char *path)
{
    enum { SIZE_MAX_BYTES = 1 << 20 };
    char *text = calloc(1, SIZE_MAX_BYTES);
    FILE *file = fopen(path, "r");
    assert_true(text && file);
    assert_true(fread(text, 1, SIZE_MAX_BYTES - 1, file) < SIZE_MAX_BYTES - 1);
    fclose(file);
    return text;
}

/* Copies a golden file to `out`, each error by what the parser says now. */
static inline void golden_answer(const char *golden, golden_parser *parse, FILE *out)
{
    static const char source_mark[] = "%% source\n", error_mark[] = "%% error\n";
    for (const char *at = golden; *at != '\0';) {
        assert_int_equal(strncmp(at, source_mark, strlen(source_mark)), 0);
        const char *source = at + strlen(source_mark);
        const char *end = strstr(source, error_mark);
        assert_non_null(end);
        const char *next = strstr(end, source_mark);
        at = next ? next : end + strlen(end);
        vrrl_error err = {0};
        if (parse(source, (size_t)(end - source), &err))
            fail_msg("no error in:\n%.*s", (int)(end - source), source);
        if (err.code != VRRL_PARSE && err.code != VRRL_TOO_LARGE)
            fail_msg("code %s: %s", vrrl_code_name(err.code), err.text);
        assert_int_equal(strncmp(err.fix, "Fix: ", 5), 0);
        fprintf(out, "%s%.*s%s%s: %s\n%s\n", source_mark, (int)(end - source), source, error_mark,
                vrrl_code_name(err.code), err.text, err.fix);
    }
}

static inline void golden_errors(const char *path, golden_parser *parse)
{
    char *golden = golden_read(path), *now = NULL;
    size_t size;
    FILE *out = open_memstream(&now, &size);
    assert_non_null(out);
    golden_answer(golden, parse, out);
    fclose(out);
    if (getenv("VRRL_REFRESH")) {
        FILE *file = fopen(path, "w");
        assert_true(file && fwrite(now, 1, size, file) == size);
        fclose(file);
    } else {
        assert_string_equal(now, golden);
    }
    free(now);
    free(golden);
}

#endif
