/*
 * The table of the fields of a setup: each row is whole, and what it says of its field holds wherever a
 * field is given.
 */
#include "event/setup.h"
#include "schedule/schedule.h"

#include "program_text.h"
#include "schedule/schedule_string.h"
#include "vrrl/analysis/explain.h"
#include "vrrl/analysis/report.h"
#include "vrrl/analysis/schedule.h"
#include "vrrl/analysis/shrink.h"

#include <ctype.h>

static uint64_t some_value(const struct setup_field *row)
{
    return row->size == 1 || row->most < 3 ? row->most : 3;
}

static void rows_are_whole(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < vrrl_setup_fields(); i++) {
        const struct setup_field *row = &setup_table[i];
        const vrrl_setup_field *option = vrrl_setup_field_at(i);
        assert_true(option->name && *option->name);
        assert_true(!option->option == !option->help && (option->option || !option->argument));
        assert_true(row->least <= row->most && row->most > 0);
        assert_int_equal(!row->words, !row->noun);
        assert_true(row->letter ? islower(row->letter) && !row->words : row->words != NULL);
        assert_true(row->in_string != SETUP_STRING_SET || row->letter);
        assert_true(row->size == 1 || !row->phrase || strchr(row->phrase, SETUP_VALUE));
        for (uint32_t k = 0; k < i; k++) {
            assert_string_not_equal(setup_table[k].as_option.name, option->name);
            assert_true(setup_table[k].letter != row->letter || row->words);
            assert_true(setup_table[k].offset != row->offset);
        }
    }
}

/* What reports have sentences of their own for, and the limit of steps, which is for programs alone. Any
 * other field is told by its row. */
static void others_are_told_everywhere(void **state)
{
    (void)state;
    static const char own_words[] = " model grain workers step_limit seed ";
    for (uint32_t i = 0; i < vrrl_setup_fields(); i++) {
        const struct setup_field *row = &setup_table[i];
        char name[40];
        snprintf(name, sizeof name, " %s ", row->as_option.name);
        assert_true(strstr(own_words, name) ||
                    (row->as_option.option && row->phrase && row->in_string == SETUP_STRING_SET &&
                     row->in_json));
    }
}

/* "op|slot" of an option stands for all names that it takes. */
static void arguments_name_the_values(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < vrrl_setup_fields(); i++) {
        const struct setup_field *row = &setup_table[i];
        char names[96] = "";
        for (uint32_t k = 0; k < setup_words(row); k++)
            if (row->words[k])
                snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s",
                         *names ? "|" : "", row->words[k]);
        if (row->words)
            assert_string_equal(names, row->as_option.argument);
    }
}

static void values_go_in_and_out(void **state)
{
    (void)state;
    vrrl_setup all = {0};
    assert_int_equal(setup_check(&all, NULL), VRRL_OK);
    for (uint32_t i = 0; i < vrrl_setup_fields(); i++) {
        vrrl_setup one = {0};
        uint64_t value = some_value(&setup_table[i]);
        setup_put(&one, i, value);
        setup_put(&all, i, value);
        assert_false(vrrl_setup_same(&one, &(vrrl_setup){0}));
        for (uint32_t k = 0; k < vrrl_setup_fields(); k++)
            assert_true(vrrl_setup_get(&one, k) == (k == i ? value : 0));
        assert_int_equal(setup_check(&one, NULL), VRRL_OK);
    }
    for (uint32_t i = 0; i < vrrl_setup_fields(); i++)
        assert_true(vrrl_setup_get(&all, i) == some_value(&setup_table[i]));
}

static void given(uint32_t field, const char *text, uint64_t expected)
{
    vrrl_setup setup = {0};
    vrrl_error err;
    assert_int_equal(vrrl_setup_set(&setup, field, text, &err), VRRL_OK);
    assert_true(vrrl_setup_get(&setup, field) == expected);
}

static void refused(uint32_t field, const char *text)
{
    vrrl_setup setup = {0};
    vrrl_error err;
    assert_int_equal(vrrl_setup_set(&setup, field, text, &err), VRRL_INVALID);
    assert_true(vrrl_setup_same(&setup, &(vrrl_setup){0}));
    assert_non_null(strstr(err.text, setup_table[field].as_option.option));
    assert_non_null(strstr(err.text, text));
}

static void options_are_parsed(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < vrrl_setup_fields(); i++) {
        const struct setup_field *row = &setup_table[i];
        char text[24];
        if (!row->as_option.option)
            continue;
        if (!row->as_option.argument) {
            given(i, NULL, 1);
            continue;
        }
        for (uint64_t value = row->least; value <= row->most && value < row->least + 4; value++) {
            snprintf(text, sizeof text, "%llu", (unsigned long long)value);
            given(i, row->words ? row->words[value] : text, value);
        }
        snprintf(text, sizeof text, "%llu", (unsigned long long)row->most);
        if (!row->words)
            given(i, text, row->most);
        static const char *const wrong[] = {"", "-1", "+1", "01", "1x", "99999999999999999999",
                                            "?"};
        for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++)
            refused(i, wrong[k]);
        if (row->least > 0)
            refused(i, "0");
    }
}

static void wrong_setups_are_refused(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < vrrl_setup_fields(); i++) {
        const struct setup_field *row = &setup_table[i];
        vrrl_setup setup = {0};
        vrrl_error err;
        if (row->most < UINT32_MAX && row->size == sizeof(uint32_t)) {
            setup_put(&setup, i, row->most + 1);
            assert_int_equal(setup_check(&setup, &err), VRRL_INVALID);
            assert_non_null(strstr(err.text, row->as_option.name));
        }
        setup = (vrrl_setup){.grain = VRRL_GRAIN_SLOT};
        setup_put(&setup, i, some_value(row));
        assert_int_equal(setup_check(&setup, &err) == VRRL_OK, !row->not_whole);
    }
}

static void phrases_have_the_value(void **state)
{
    (void)state;
    char out[SETUP_PHRASE_MAX];
    assert_string_equal(setup_phrase("at most # left", 12, out), "at most 12 left");
    assert_string_equal(setup_phrase("in order", 1, out), "in order");
}

/* What a schedule string says after it was written: all of the setup. */
static void written_and_read(const vrrl_setup *setup, bool drawn)
{
    struct schedule s = {
        .target.setup = *setup,
        .version = 1,
        .drawn = drawn,
        .strategy = {.kind = VRRL_STRATEGY_RANDOM, .choices = 1, .seed = setup->seed}};
    struct schedule again;
    char *text;
    vrrl_error err = {0};
    assert_int_equal(schedule_write(&s, &text, &err), VRRL_OK);
    if (schedule_read_planted(NULL, text, &again, &err) != VRRL_OK)
        fail_msg("%s: %s", text, err.text);
    if (!vrrl_setup_same(&again.target.setup, setup))
        fail_msg("%s is of another setup", text);
    schedule_free(&again);
    free(text);
}

static void schedule_strings_have_all(void **state)
{
    (void)state;
    vrrl_setup all = {.grain = VRRL_GRAIN_OPERATION};
    written_and_read(&all, false);
    for (uint32_t i = 0; i < vrrl_setup_fields(); i++) {
        const struct setup_field *row = &setup_table[i];
        for (uint32_t k = 0; k < 2; k++) {
            vrrl_setup one = {.grain = VRRL_GRAIN_OPERATION};
            setup_put(&one, i, k ? row->most : some_value(row));
            written_and_read(&one, row->in_string == SETUP_STRING_DRAWN);
        }
        setup_put(&all, i, some_value(row));
    }
    written_and_read(&all, true);
}

/* ---- Reports --------------------------------------------------------------------------------- */

static void tell_schedule(FILE *out, const vrrl_program *program, const vrrl_setup *setup,
                          bool json)
{
    vrrl_diff_result diff = {.slot = VRRL_NO_INDEX};
    const vrrl_schedule_result result = {.setup = *setup, .diff = &diff};
    (json ? vrrl_report_schedule_json : vrrl_report_schedule)(program, &result, out);
}

static void tell_explored(FILE *out, const vrrl_program *program, const vrrl_setup *setup,
                          bool json)
{
    vrrl_explore_cell cell = {.setup = *setup, .schedules = 1, .failures = 1};
    vrrl_defect defect = {.first = {.kind = VRRL_DEFECT_VALUE, .other = VRRL_NO_INDEX},
                          .setup = *setup,
                          .strategy = VRRL_STRATEGY_RANDOM,
                          .failures = 1,
                          .name = "one"};
    const vrrl_explore_result result = {.setup = {.grain = VRRL_GRAIN_OPERATION},
                                        .cells = &cell,
                                        .cell_count = 1,
                                        .defects = &defect,
                                        .defect_count = 1};
    (json ? vrrl_report_explore_json : vrrl_report_explore)(program, &result, "P.mk", out);
}

static void tell_explained(FILE *out, const vrrl_program *program, const vrrl_setup *setup,
                           bool json)
{
    const vrrl_explain_result result = {.outcome = {.kind = VRRL_DEFECT_VALUE}, .setup = *setup};
    if (json)
        vrrl_report_explain_json(program, &result, "P.mk", out);
    else
        vrrl_report_explain(program, &result, "P.mk", true, out);
}

static void tell_shrunk(FILE *out, const vrrl_program *program, const vrrl_setup *setup, bool json)
{
    vrrl_program small = *program; /* which the report does not change */
    const vrrl_shrink_result result = {
        .program = &small,
        .outcome = {.kind = VRRL_DEFECT_VALUE},
        .setup = *setup,
        .after = {.workers = setup->workers, .in_flight = setup->in_flight}};
    const vrrl_report_shrunk nothing = {.of = program};
    (json ? vrrl_report_shrink_json : vrrl_report_shrink)(&result, &nothing, out);
}

typedef void (*tell)(FILE *out, const vrrl_program *program, const vrrl_setup *setup, bool json);
static const tell reports[] = {tell_schedule, tell_explored, tell_explained, tell_shrunk};
enum { REPORTS = sizeof reports / sizeof *reports };

static void is_told(tell report, const vrrl_setup *setup, bool json, const char *wanted)
{
    vrrl_program *program = program_of("word a\nepoch\none: ATOMIC_ADD 1, a\nend\n");
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    report(out, program, setup, json);
    fclose(out);
    if (!strstr(text, wanted))
        fail_msg("%s is not in %s", wanted, text);
    free(text);
    vrrl_program_free(program);
}

/* `"in_flight":3` */
static void json_of(const struct setup_field *row, uint64_t value, char *out, size_t size)
{
    const char *name = row->as_option.name;
    if (row->words)
        snprintf(out, size, "\"%s\":\"%s\"", name, row->words[value]);
    else if (row->size == 1)
        snprintf(out, size, "\"%s\":true", name);
    else
        snprintf(out, size, "\"%s\":%llu", name, (unsigned long long)value);
}

/* A field with a phrase is told by each report; what has none, by that of a schedule string at least. */
static void reports_have_all(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < vrrl_setup_fields(); i++) {
        const struct setup_field *row = &setup_table[i];
        vrrl_setup setup = {.grain = VRRL_GRAIN_OPERATION};
        uint64_t value = some_value(row);
        char phrase[SETUP_PHRASE_MAX], text[2 * SETUP_PHRASE_MAX], json[80];
        setup_put(&setup, i, value);
        json_of(row, value, json, sizeof json);
        if (row->phrase)
            snprintf(text, sizeof text, ", %s", setup_phrase(row->phrase, value, phrase));
        for (uint32_t k = 0; k < REPORTS && row->phrase; k++) {
            is_told(reports[k], &setup, false, text);
            is_told(reports[k], &setup, true, json);
        }
        if (row->in_json)
            is_told(tell_schedule, &setup, true, json);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_whole),
        cmocka_unit_test(others_are_told_everywhere),
        cmocka_unit_test(arguments_name_the_values),
        cmocka_unit_test(values_go_in_and_out),
        cmocka_unit_test(options_are_parsed),
        cmocka_unit_test(wrong_setups_are_refused),
        cmocka_unit_test(phrases_have_the_value),
        cmocka_unit_test(schedule_strings_have_all),
        cmocka_unit_test(reports_have_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
