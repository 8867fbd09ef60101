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

/* ---- Steps of a task graph ------------------------------------------------------------------- */

/* A counter that grows. The reader's wait is made one that does not: in the second step it holds nobody back. */
#define GROWS                                                                                      \
    "{\"ir_version\": \"0.2\",\n"                                                                  \
    " \"buffers\": [{\"id\": 0, \"name\": \"y\", \"kind\": \"ACTIVATION\", \"shape\": [4]}],\n"    \
    " \"counters\": [{\"id\": 0, \"init\": 0, \"grows\": true}],\n"                                \
    " \"tasks\": [\n"                                                                              \
    "  {\"id\": 0, \"op\": \"A\", \"inputs\": [], \"outputs\": [0], \"waits\": [],\n"              \
    "   \"signals\": [{\"counter\": 0, \"amount\": 1}]},\n"                                        \
    "  {\"id\": 1, \"op\": \"B\", \"inputs\": [0], \"outputs\": [],\n"                             \
    "   \"waits\": [{\"counter\": 0, \"threshold\": 1, \"growth\": 1}], \"out_counter\": "         \
    "null}]}\n"

/* The judgement of so many of its steps, from the first. */
static vrrl_judgement *judged_steps(const vrrl_input *input, const vrrl_graph *graph,
                                    uint32_t steps, struct stages *stages)
{
    const vrrl_judge_options options = {.size = sizeof options,
                                        .command = "g.json",
                                        .stage = on_stage,
                                        .stage_context = stages,
                                        .steps = steps,
                                        .input = input};
    vrrl_judgement *judgement;
    vrrl_error err = {0};
    *stages = (struct stages){0};
    if (vrrl_judge_graph(graph, &options, &judgement, &err) != VRRL_OK)
        fail_msg("%s\n%s", err.text, err.fix);
    assert_int_equal(stages->count, 1); /* of the one that is told of */
    return judgement;
}

/* Up to the first that is not safe, whose number the command has; the caller's graph stays as it was. */
static void steps_up_to_the_first_that_is_not_safe(void **state)
{
    char path[] = "/tmp/vrrl-judge-XXXXXX";
    int file = mkstemp(path);
    vrrl_input *input;
    vrrl_graph *graph;
    struct stages stages;
    (void)state;
    assert_int_equal(write(file, GROWS, sizeof GROWS - 1), sizeof GROWS - 1);
    close(file);
    assert_int_equal(vrrl_input_open(path, VRRL_INPUTS_GRAPH, &input, NULL), VRRL_OK);
    assert_int_equal(vrrl_input_graph(input, &graph, NULL), VRRL_OK);
    graph->waits[0].growth = 0;

    vrrl_judgement *j = judged_steps(input, graph, 1, &stages);
    assert_int_equal(j->verdict, VRRL_CHECK_SAFE);
    assert_ptr_equal(j->graph, graph);
    assert_int_equal(j->graph_check->steps, 1);
    assert_false(j->graph_check->steps_alike);
    assert_string_equal(j->command, "g.json");
    vrrl_judgement_free(j);

    j = judged_steps(input, graph, 0, &stages);
    assert_int_equal(j->verdict, VRRL_CHECK_RACY);
    assert_int_equal(stages.verdict, VRRL_CHECK_RACY);
    assert_int_equal(j->graph_check->step, 1);
    assert_int_equal(j->graph->counters[0].init, 1);
    assert_int_equal(graph->counters[0].init, 0);
    assert_string_equal(j->command, "g.json --from-step 1");
    assert_int_equal(j->findings->count, 1);
    assert_int_equal(j->findings->list[0].line, 5);
    assert_int_equal(
        strncmp(j->findings->list[0].replay, "vrrl replay g.json --from-step 1 --", 35), 0);
    vrrl_judgement_free(j);
    vrrl_graph_free(graph);
    vrrl_input_close(input);
    unlink(path);
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
        cmocka_unit_test(steps_up_to_the_first_that_is_not_safe),
        cmocka_unit_test(what_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
