/* Judgements: the layers in their order, the result as data, and what is refused. */
#include "program_text.h"

#include "vrrl/analysis/judge.h"

#define RACY                                                                                       \
    "word data\nword seen in observable\nepoch\nwriter: STORE_U32 42, data\n"                      \
    "reader: LOAD_U32 data, seen\nend\n"
#define ORDERED                                                                                    \
    "word data\nword flag\nword seen in observable\nepoch\n"                                       \
    "writer: pack STORE_U32 42, data then SIGNAL flag, 1\n"                                        \
    "reader: pack WAIT_GE flag, 1 then LOAD_U32 data, seen\nend\n"

struct stages {
    uint32_t count;
    vrrl_judge_stage list[4];
    vrrl_check_verdict verdict; /* at the last of them */
    uint32_t findings;
};

static void on_stage(void *context, vrrl_judge_stage stage, const vrrl_judgement *known)
{
    struct stages *stages = context;
    assert_true(stages->count < 4);
    stages->list[stages->count++] = stage;
    stages->verdict = known->verdict;
    stages->findings = known->findings->count;
}

static vrrl_judgement *judged(const vrrl_program *program, const vrrl_judge_options *options)
{
    vrrl_judgement *judgement;
    vrrl_error err = {0};
    if (vrrl_judge_program(program, options, &judgement, &err) != VRRL_OK)
        fail_msg("%s\n%s", err.text, err.fix);
    return judgement;
}

/* The verdict of all layers, the finding, how to see it, and a repair that was tried. */
static void a_race_with_its_repair(void **state)
{
    (void)state;
    vrrl_program *program = program_of(RACY);
    struct stages stages = {0};
    const vrrl_judge_options options = {.size = sizeof options,
                                        .command = "race.mk",
                                        .keep = true,
                                        .stage = on_stage,
                                        .stage_context = &stages};
    vrrl_judgement *j = judged(program, &options);
    assert_int_equal(j->size, sizeof *j);
    assert_int_equal(j->verdict, VRRL_CHECK_RACY);
    assert_ptr_equal(j->program, program);
    assert_null(j->graph_check);
    assert_int_equal(j->findings->count, 1);
    assert_int_equal(j->findings->list[0].kind, VRRL_FINDING_RACE);
    assert_int_equal(strncmp(j->findings->list[0].replay, "vrrl replay race.mk --schedule v1:", 34),
                     0);
    const vrrl_check_result *check = j->program_check->items[0].result;
    assert_int_equal(check->race_count, 1);
    assert_true(check->races[0].repair.tried);
    assert_non_null(check->races[0].repair.program);
    assert_int_equal(stages.count, 2);
    assert_int_equal(stages.list[0], VRRL_JUDGE_CHECKED);
    assert_int_equal(stages.list[1], VRRL_JUDGE_DECIDED);
    assert_int_equal(stages.verdict, VRRL_CHECK_RACY);
    assert_int_equal(stages.findings, 1);
    vrrl_judgement *again =
        judged(j->program_check->items[0].result->races[0].repair.program, NULL);
    assert_int_equal(again->verdict, VRRL_CHECK_SAFE);
    vrrl_judgement_free(again);
    vrrl_judgement_free(j);
    vrrl_program_free(program);
}

static void nothing_is_wrong(void **state)
{
    (void)state;
    vrrl_program *program = program_of(ORDERED);
    vrrl_judgement *j = judged(program, NULL);
    assert_int_equal(j->verdict, VRRL_CHECK_SAFE);
    assert_int_equal(j->findings->count, 0);
    assert_null(j->command);
    vrrl_judgement_free(j);
    vrrl_judgement_free(NULL);
    vrrl_program_free(program);
}

/* The verdict alone: no repair is tried, and no command line is made. */
static void the_verdict_alone(void **state)
{
    (void)state;
    vrrl_program *program = program_of(RACY);
    const vrrl_judge_options options = {
        .size = sizeof options, .command = "race.mk", .verdict_only = true};
    vrrl_judgement *j = judged(program, &options);
    assert_int_equal(j->verdict, VRRL_CHECK_RACY);
    assert_int_equal(j->findings->count, 1);
    assert_null(j->findings->list[0].replay);
    assert_false(j->program_check->items[0].result->races[0].repair.tried);
    vrrl_judgement_free(j);
    vrrl_program_free(program);
}

static void what_is_refused(void **state)
{
    (void)state;
    vrrl_program *program = program_of(RACY);
    vrrl_judge_options options = {.size = sizeof options, .as_run = true};
    vrrl_judgement *j;
    vrrl_error err = {0};
    assert_int_equal(vrrl_judge_program(program, &options, &j, &err), VRRL_INVALID);
    assert_null(j);
    assert_int_equal(strncmp(err.fix, "Fix: ", 5), 0);
    options.size = 0;
    assert_int_equal(vrrl_judge_program(program, &options, &j, &err), VRRL_INVALID);
    assert_null(j);
    vrrl_program_free(program);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_race_with_its_repair),
        cmocka_unit_test(nothing_is_wrong),
        cmocka_unit_test(the_verdict_alone),
        cmocka_unit_test(what_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
