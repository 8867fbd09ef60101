/* Options as callers of other versions give them, and the versions themselves. */
#include "vrrl/log/log.h"
#include "vrrl/log/options.h"
#include "vrrl/log/version.h"
#include "vrrl/run/program.h"
#include "vrrl/run/program_file.h"

#include "base/options.h"
#include "test.h"

/* What this library knows, what an older program knew, what a newer one knows. */
struct known {
    size_t size;
    uint32_t level;
    uint64_t records;
};
struct older {
    size_t size;
    uint32_t level;
};
struct newer {
    struct known known;
    uint64_t records_a_second;
};

static vrrl_code read_known(struct known *to, const void *given, vrrl_error *err)
{
    return OPTIONS_READ(struct known, to, given, err);
}

static void no_options_are_the_defaults(void **state)
{
    (void)state;
    struct known to;
    assert_int_equal(read_known(&to, NULL, NULL), VRRL_OK);
    assert_int_equal(to.size, sizeof to);
    assert_int_equal(to.level, 0);
    assert_int_equal(to.records, 0);
}

static void of_an_older_program_its_size_is_read(void **state)
{
    (void)state;
    struct {
        struct older options;
        uint64_t behind;
    } given = {{.size = offsetof(struct known, records), .level = 2}, UINT64_MAX};
    struct known to;
    assert_int_equal(read_known(&to, &given, NULL), VRRL_OK);
    assert_int_equal(to.level, 2);
    assert_int_equal(to.records, 0);
    assert_int_equal(to.size, sizeof to);
}

static void of_a_newer_program_what_is_not_known_must_be_zero(void **state)
{
    (void)state;
    struct newer given = {.known = {.size = sizeof given, .level = 1, .records = 7}};
    struct known to;
    vrrl_error err = {0};
    assert_int_equal(read_known(&to, &given, &err), VRRL_OK);
    assert_int_equal(to.records, 7);
    given.records_a_second = UINT64_C(1) << 63; /* its last byte alone */
    assert_int_equal(read_known(&to, &given, &err), VRRL_UNSUPPORTED);
    assert_non_null(strstr(err.text, "does not know (byte 31 of 32)"));
}

static void a_size_that_was_forgotten_is_told(void **state)
{
    (void)state;
    struct known to, given = {.level = 1};
    vrrl_error err = {0};
    assert_int_equal(read_known(&to, &given, &err), VRRL_INVALID);
    assert_non_null(strstr(err.fix, "VRRL_OPTIONS_INIT"));
    given.size = sizeof given.size - 1;
    assert_int_equal(read_known(&to, &given, &err), VRRL_INVALID);
    memset(&given, 0xaa, sizeof given); /* memory that nobody has set */
    assert_int_equal(read_known(&to, &given, &err), VRRL_INVALID);
}

static void public_functions_ask_for_the_size(void **state)
{
    (void)state;
    vrrl_log *log;
    vrrl_log_options options = {0};
    vrrl_error err = {0};
    assert_int_equal(vrrl_log_open_with("nothing.vrrl", 1, &options, &log, &err), VRRL_INVALID);
    assert_non_null(strstr(err.text, "vrrl_log_options of size 0"));
    VRRL_OPTIONS_INIT(&options);
    assert_int_equal(options.size, sizeof options);
    options.batch_records = 1;
    assert_int_equal(vrrl_log_open_with("nothing.vrrl", 1, &options, &log, &err), VRRL_INVALID);
    assert_null(strstr(err.text, "of size"));
}

static void seed_and_backend_have_defaults(void **state)
{
    (void)state;
    vrrl_program *program;
    vrrl_verdict verdict;
    const vrrl_sink sink = {0};
    const char text[] = "word x\nepoch\n    STORE_U32 1, x\nend\n";
    assert_int_equal(seed_of_option(0), VRRL_SEED_DEFAULT);
    assert_int_equal(seed_of_option(9), 9);
    assert_int_equal(vrrl_program_parse(text, sizeof text - 1, "text", &program, NULL), VRRL_OK);
    assert_int_equal(vrrl_program_run(program, NULL, &sink, NULL, &verdict, NULL), VRRL_OK);
    assert_int_equal(verdict, VRRL_VERDICT_COMPLETE);
    vrrl_program_free(program);
}

static void the_version_is_the_headers(void **state)
{
    (void)state;
    char text[32];
    snprintf(text, sizeof text, "%d.%d.%d", VRRL_VERSION_MAJOR, VRRL_VERSION_MINOR,
             VRRL_VERSION_PATCH);
    assert_string_equal(vrrl_version(), text);
    assert_int_equal(vrrl_version_number(), VRRL_VERSION_NUMBER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_options_are_the_defaults),
        cmocka_unit_test(of_an_older_program_its_size_is_read),
        cmocka_unit_test(of_a_newer_program_what_is_not_known_must_be_zero),
        cmocka_unit_test(a_size_that_was_forgotten_is_told),
        cmocka_unit_test(public_functions_ask_for_the_size),
        cmocka_unit_test(seed_and_backend_have_defaults),
        cmocka_unit_test(the_version_is_the_headers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
