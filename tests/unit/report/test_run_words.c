/* How a run was made, in words. */
#include "vrrl/run/program_file.h"
#include "vrrl/run/report.h"

#include "test.h"

static void what_a_replay_is_called(void **state)
{
    static const char text[] = "word x\nepoch\nSTORE_U32 1, x\nend\n";
    vrrl_program *program;
    vrrl_error err = {0};
    char words[100];
    (void)state;
    assert_int_equal(vrrl_program_parse(text, sizeof text - 1, "x.mk", &program, &err), VRRL_OK);
    vrrl_report_replay_words(program, "scheduled", words, sizeof words);
    assert_string_equal(words, "scheduled");
    vrrl_report_replay_words(program, "threads", words, sizeof words);
    assert_string_equal(words, "re-executed");
    vrrl_program_free(program);
}

/* Of a schedule string as much as tells it from others; that it goes on is said. */
static void a_long_schedule_is_cut(void **state)
{
    char string[100], words[200];
    vrrl_recording_info info = {
        .backend = "scheduled", .workers = 2, .finished = true, .schedule = string};
    (void)state;
    memset(string, 'x', 80);
    string[80] = '\0';
    vrrl_report_recording_words(&info, words, sizeof words);
    assert_string_equal(words + strlen(words) - 2, "xx");
    string[80] = 'x';
    string[81] = '\0';
    vrrl_report_recording_words(&info, words, sizeof words);
    assert_string_equal(words + strlen(words) - 5, "xx...");
    info.finished = false;
    vrrl_report_recording_words(&info, words, sizeof words);
    assert_non_null(strstr(words, "xx..., unfinished"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_a_replay_is_called),
                                       cmocka_unit_test(a_long_schedule_is_cut)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
