/* Each kind of step has its sentence, and tells the same fields as JSON. */
#include "report/step_text.h"
#include "test.h"

#include <string.h>

#define STEP(of)                                                                                   \
    {                                                                                              \
        .kind = (of), .epoch = 1, .worker = 3, .slot = 5, .word = 70, .read = 6, .stored = 7,      \
        .name = "s", .word_name = "x"                                                              \
    }

static const struct row {
    vrrl_step step;
    const char *text, *fields;
} rows[] = {
    {STEP(VRRL_STEP_READS), "s reads x = 6",
     "\"kind\":\"reads\",\"label\":\"s\",\"word\":70,\"word_name\":\"x\",\"read\":6"},
    {STEP(VRRL_STEP_READS_OLDER), "s reads x = 6, not the newest",
     "\"kind\":\"reads-older\",\"label\":\"s\",\"word\":70,\"word_name\":\"x\",\"read\":6"},
    {STEP(VRRL_STEP_STORES), "s stores x = 7",
     "\"kind\":\"stores\",\"label\":\"s\",\"word\":70,\"word_name\":\"x\",\"stored\":7"},
    {STEP(VRRL_STEP_STORES_BEHIND), "s stores x = 7, behind a store that counts as newer",
     "\"kind\":\"stores-behind\",\"label\":\"s\",\"word\":70,\"word_name\":\"x\",\"stored\":7"},
    {STEP(VRRL_STEP_ADDS), "s adds to x (6 -> 7)",
     "\"kind\":\"adds\",\"label\":\"s\",\"word\":70,\"word_name\":\"x\",\"read\":6,\"stored\":7"},
    {STEP(VRRL_STEP_SETS), "s sets x (6 -> 7)",
     "\"kind\":\"sets\",\"label\":\"s\",\"word\":70,\"word_name\":\"x\",\"read\":6,\"stored\":7"},
    {STEP(VRRL_STEP_LEAVES), "s finds x = 6 and leaves it",
     "\"kind\":\"leaves\",\"label\":\"s\",\"word\":70,\"word_name\":\"x\",\"read\":6"},
    {STEP(VRRL_STEP_FENCES), "s passes a fence", "\"kind\":\"fences\",\"label\":\"s\""},
    {STEP(VRRL_STEP_CLAIMS), "worker 3 claims s", "\"kind\":\"claims\",\"label\":\"s\""},
    {STEP(VRRL_STEP_LOOKS), "worker 3 looks for a SHUTDOWN", "\"kind\":\"looks\""},
    {STEP(VRRL_STEP_ADMITS), "its queue finds x = 6 for s",
     "\"kind\":\"admits\",\"label\":\"s\",\"word\":70,\"word_name\":\"x\",\"read\":6"},
    {STEP(VRRL_STEP_ARRIVES), "s's store x = 7 reaches memory",
     "\"kind\":\"arrives\",\"label\":\"s\",\"word\":70,\"word_name\":\"x\",\"stored\":7"},
    {STEP(VRRL_STEP_END_ARRIVES), "the end of s reaches memory",
     "\"kind\":\"end-arrives\",\"label\":\"s\""},
    {STEP(VRRL_STEP_RUNS), "s runs", "\"kind\":\"runs\",\"label\":\"s\""},
    {STEP(VRRL_STEP_BEGINS), "s begins", "\"kind\":\"begins\",\"label\":\"s\""},
    {STEP(VRRL_STEP_ENDS), "s ends", "\"kind\":\"ends\",\"label\":\"s\""},
    {STEP(VRRL_STEP_REQUEUES), "s has to wait", "\"kind\":\"requeues\",\"label\":\"s\""},
};

enum { ROWS = sizeof rows / sizeof rows[0] };

static void expect_json(json_t *list, uint32_t at, const char *wanted)
{
    json_t *expected = json_loads(wanted, 0, NULL);
    assert_non_null(expected);
    if (!json_equal(json_array_get(list, at), expected))
        fail_msg("%s is not\n%s", json_dumps(json_array_get(list, at), JSON_COMPACT), wanted);
    json_decref(expected);
    json_decref(list);
}

static void each_kind_has_its_sentence(void **state)
{
    bool seen[VRRL_STEP_KINDS] = {false};
    (void)state;
    for (int i = 0; i < ROWS; i++) {
        char text[STEP_TEXT_MAX], json[400];
        assert_string_equal(step_text(&rows[i].step, text), rows[i].text);
        snprintf(json, sizeof json, "{%s,\"epoch\":1,\"slot\":5,\"worker\":3}", rows[i].fields);
        expect_json(steps_json(&rows[i].step, 1), 0, json);
        seen[rows[i].step.kind] = true;
    }
    for (int kind = 0; kind < VRRL_STEP_KINDS; kind++)
        assert_true(seen[kind]);
}

/* A worker that runs no slot, and an operation without a word. */
static void what_has_no_name(void **state)
{
    char text[STEP_TEXT_MAX];
    (void)state;
    const vrrl_step step = {.kind = VRRL_STEP_READS,
                            .worker = 2,
                            .slot = VRRL_NO_INDEX,
                            .word = VRRL_NO_INDEX,
                            .read = 0x831bfa88};
    assert_string_equal(step_text(&step, text), "worker 2 reads memory = 0x831bfa88");
    expect_json(
        steps_json(&step, 1), 0,
        "{\"kind\":\"reads\",\"epoch\":0,\"worker\":2,\"label\":null,\"word_name\":null,\"read\":"
        "2199648904}");
}

/* Two steps; their epoch, where it is not the one that fails. */
static void steps_in_a_row(void **state)
{
    char text[STEPS_TEXT_MAX];
    (void)state;
    const vrrl_step steps[] = {STEP(VRRL_STEP_STORES), STEP(VRRL_STEP_READS)};
    assert_string_equal(steps_text(steps, 1, 1, text), "s stores x = 7");
    assert_string_equal(steps_text(steps, 2, 1, text), "s stores x = 7, then s reads x = 6");
    assert_string_equal(steps_text(steps, 2, 0, text),
                        "epoch 1: s stores x = 7, then s reads x = 6");
}

static void what_a_write_had_read(void **state)
{
    char text[STEPS_TEXT_MAX];
    (void)state;
    vrrl_step_write write = {.step = STEP(VRRL_STEP_ADDS)};
    assert_string_equal(write_text(&write, text), "s adds to x (6 -> 7)");
    write.reads[0] = (vrrl_step_read){.word = 1, .value = 1, .word_name = "a"};
    write.reads[1] = (vrrl_step_read){.word = 2, .value = 4, .word_name = "b"};
    write.read_count = 1;
    assert_string_equal(write_text(&write, text), "s adds to x (6 -> 7), having read a = 1");
    write.read_count = 2;
    assert_string_equal(write_text(&write, text),
                        "s adds to x (6 -> 7), having read a = 1 and b = 4");
    expect_json(writes_json(&write, 1), 0,
                "{\"kind\":\"adds\",\"epoch\":1,\"slot\":5,\"worker\":3,\"label\":\"s\",\"word\":"
                "70,\"word_name\":"
                "\"x\",\"read\":6,\"stored\":7,\"having_read\":[{\"word\":1,\"word_name\":\"a\","
                "\"value\":1},"
                "{\"word\":2,\"word_name\":\"b\",\"value\":4}]}");
    const vrrl_step_cause cause = {.read = write.reads[0], .step = STEP(VRRL_STEP_STORES)};
    assert_string_equal(cause_text(&cause, text), "a = 1: s stores x = 7");
    expect_json(
        causes_json(&cause, 1), 0,
        "{\"read\":{\"word\":1,\"word_name\":\"a\",\"value\":1},\"stored_by\":{\"kind\":\"stores\","
        "\"epoch\":"
        "1,\"slot\":5,\"worker\":3,\"label\":\"s\",\"word\":70,\"word_name\":\"x\",\"stored\":7}}");
}

static void what_a_slot_does_to_a_word(void **state)
{
    (void)state;
    assert_string_equal(touch_text(VRRL_TOUCH_NONE, false), "");
    assert_string_equal(touch_text(VRRL_TOUCH_READS, false), "reads");
    assert_string_equal(touch_text(VRRL_TOUCH_WAITS, false), "waits for");
    assert_string_equal(touch_text(VRRL_TOUCH_WRITES, false), "writes");
    assert_string_equal(touch_text(VRRL_TOUCH_ADDS, false), "adds to");
    assert_string_equal(touch_text(VRRL_TOUCH_UPDATES, false), "updates");
    assert_string_equal(touch_text(VRRL_TOUCH_NONE, true), "");
    assert_string_equal(touch_text(VRRL_TOUCH_READS, true), "may read");
    assert_string_equal(touch_text(VRRL_TOUCH_WAITS, true), "may wait for");
    assert_string_equal(touch_text(VRRL_TOUCH_WRITES, true), "may write");
    assert_string_equal(touch_text(VRRL_TOUCH_ADDS, true), "may add to");
    assert_string_equal(touch_text(VRRL_TOUCH_UPDATES, true), "may update");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_has_its_sentence),
        cmocka_unit_test(what_has_no_name),
        cmocka_unit_test(steps_in_a_row),
        cmocka_unit_test(what_a_write_had_read),
        cmocka_unit_test(what_a_slot_does_to_a_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
