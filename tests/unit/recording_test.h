/* What the tests of recordings share: programs from text, recorded in a folder of their own. */
#ifndef VRRL_RECORDING_TEST_H
#define VRRL_RECORDING_TEST_H

#include "log_test.h"
#include "program_text.h"

#include "vrrl/run/diff.h"
#include "vrrl/run/recording.h"
#include "vrrl/run/replay.h"

static inline vrrl_run_options run_on(const char *driver, uint64_t seed)
{
    vrrl_run_options options = {.size = sizeof options,
                                .workers = 2,
                                .claim = seed ? VRRL_CLAIM_RANDOM : VRRL_CLAIM_SCAN,
                                .seed = seed,
                                .timeout_ms = 20000};
    vrrl_error err;
    assert_int_equal(vrrl_driver_find(driver, &options.driver, &err), VRRL_OK);
    return options;
}

static inline vrrl_record_summary record_as(const vrrl_program *program, const char *name,
                                            const char *driver, uint64_t seed,
                                            const vrrl_record_options *limits)
{
    vrrl_run_options options = run_on(driver, seed);
    vrrl_record_summary summary;
    vrrl_error err = {0};
    if (vrrl_record_program(program, in_folder(name), &options, limits, &summary, &err) != VRRL_OK)
        fail_msg("%s\n%s", err.text, err.fix);
    return summary;
}

static inline vrrl_record_summary record_text(const char *text, const char *name,
                                              const char *driver)
{
    vrrl_program *program = program_of(text);
    vrrl_record_summary summary = record_as(program, name, driver, 0, NULL);
    vrrl_program_free(program);
    return summary;
}

static inline vrrl_recording *open_recorded(const char *name)
{
    vrrl_recording *recording;
    vrrl_error err = {0};
    if (vrrl_recording_open(in_folder(name), &recording, &err) != VRRL_OK)
        fail_msg("%s\n%s", err.text, err.fix);
    return recording;
}

static inline vrrl_diff_result *replayed(const vrrl_recording *recording, const char *driver,
                                         uint64_t seed)
{
    vrrl_run_options options = run_on(driver, seed);
    vrrl_diff_result *result;
    vrrl_error err = {0};
    if (vrrl_replay(recording, &options, &result, &err) != VRRL_OK)
        fail_msg("%s\n%s", err.text, err.fix);
    return result;
}

static inline void assert_replays_the_same(const vrrl_recording *recording, const char *driver)
{
    vrrl_diff_result *result = replayed(recording, driver, 0);
    assert_int_equal(result->outcome, VRRL_OUTCOME_SAME);
    vrrl_diff_result_free(result);
}

/* An error is one sentence and a hint. */
static inline void assert_clear(const vrrl_error *err)
{
    assert_int_not_equal(err->code, VRRL_OK);
    assert_true(err->text[0] != '\0');
    assert_int_equal(strncmp(err->fix, "Fix: ", 5), 0);
}

static inline void assert_cannot_open(const char *name, vrrl_code code, const char *text)
{
    vrrl_recording *recording = NULL;
    vrrl_error err = {0};
    assert_int_equal(vrrl_recording_open(in_folder(name), &recording, &err), code);
    assert_null(recording);
    assert_clear(&err);
    if (!strstr(err.text, text))
        fail_msg("\"%s\" does not say \"%s\"", err.text, text);
}

/* The first `from`, which is there, becomes `to`. */
static inline void edit_file(const char *name, const char *from, const char *to)
{
    size_t size;
    char *text = (char *)read_file(in_folder(name), &size);
    char *at = strstr(text, from);
    if (!at)
        fail_msg("%s: no %s", name, from);
    FILE *file = fopen(in_folder(name), "w");
    assert_non_null(file);
    fprintf(file, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    fclose(file);
    free(text);
}

static inline void change_file_bytes(const char *name, size_t at, const void *bytes, size_t count)
{
    size_t size;
    uint8_t *data = read_file(in_folder(name), &size);
    assert_true(at + count <= size);
    memcpy(data + at, bytes, count);
    write_file(in_folder(name), data, size);
    free(data);
}

#endif
