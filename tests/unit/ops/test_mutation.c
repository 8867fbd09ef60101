/* Mutations by name. What they do to a run: unit.test_scheduled would see it; cli.selftest does. */
#include "ops/mutation.h"
#include "vrrl/analysis/explore.h"
#include "vrrl/run/opcode.h"
#include "vrrl/run/program_file.h"

#include "test.h"

static void names(void **state)
{
    (void)state;
    step_mutation m;
    assert_true(step_mutation_parse("SIGNAL.add.relax", &m));
    assert_true(m.opcode == VRRL_OPCODE_SIGNAL && m.kind == OPERATION_ADD &&
                m.change == CHANGE_RELAX);
    assert_int_equal(m.worker, WORKER_AS_IS);
    assert_true(step_mutation_parse("FENCE_SEQ_CST.fence.omit", &m));
    assert_true(m.kind == OPERATION_FENCE && m.change == CHANGE_OMIT);
    assert_true(step_mutation_parse("status.early", &m));
    assert_true(m.worker == WORKER_STATUS_EARLY && m.change == CHANGE_NONE);
    static const char *const good[] = {
        "SIGNAL.add.relax", "FENCE_SEQ_CST.fence.omit", "TAKE.cas.tear", "status.relax",
        "status.early",     "counts.attempts",          "effects.first"};
    char text[STEP_MUTATION_TEXT_MAX];
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(step_mutation_parse(good[i], &m));
        step_mutation_text(&m, text);
        assert_string_equal(text, good[i]);
    }
    step_mutation_text(&(step_mutation){.change = CHANGE_NONE}, text);
    assert_string_equal(text, "");
    static const char *const wrong[] = {"",
                                        "SIGNAL",
                                        "SIGNAL.add",
                                        "SIGNAL.add.relaxed",
                                        "SIGNAL.add.relax ",
                                        "SIGNAL.sub.relax",
                                        "JUMP.add.relax",
                                        "status",
                                        "status.late",
                                        "SIGNAL.count.relax"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(step_mutation_parse(wrong[i], &m));
}

/* Two slots add 1 each: 2, unless the adds are torn; 0 where they are left out. */
static uint32_t lowest_sum(const char *mutation)
{
    static const char text[] = "word x\nobserve x\nepoch\nATOMIC_ADD 1, x\nATOMIC_ADD 1, x\nend\n";
    vrrl_program *program = NULL;
    vrrl_explore_result *result;
    vrrl_error err = {0};
    assert_int_equal(vrrl_program_parse(text, strlen(text), "add", &program, &err), VRRL_OK);
    const vrrl_explore_options options = {.size = sizeof options,
                                          .setup.grain = VRRL_GRAIN_OPERATION,
                                          .cells.models = 1,
                                          .schedules = 300,
                                          .mutation = mutation};
    if (vrrl_explore(program, &options, &result, &err))
        fail_msg("%s", err.text);
    uint32_t lowest = 2;
    for (uint32_t i = 0; i < result->defect_count; i++) {
        if (result->defects[i].first.found < lowest)
            lowest = result->defects[i].first.found;
    }
    vrrl_explore_result_free(result);
    vrrl_program_free(program);
    return lowest;
}

static void what_they_do(void **state)
{
    (void)state;
    assert_int_equal(lowest_sum(NULL), 2);
    assert_int_equal(lowest_sum("ATOMIC_ADD.add.relax"), 2); /* it was relaxed before */
    assert_int_equal(lowest_sum("ATOMIC_ADD.add.tear"), 1);
    assert_int_equal(lowest_sum("ATOMIC_ADD.add.omit"), 0);
    assert_int_equal(lowest_sum("STORE_U32.store.omit"), 2); /* of another opcode */
}

static void where_they_may_not_be(void **state)
{
    (void)state;
    static const char text[] = "epoch\nNOP\nend\n";
    const vrrl_explore_options wrong[] = {
        {.size = sizeof(vrrl_explore_options),
         .setup.grain = VRRL_GRAIN_OPERATION,
         .mutation = "x"},
        {.size = sizeof(vrrl_explore_options),
         .setup.grain = VRRL_GRAIN_SLOT,
         .mutation = "status.early"},
        {.size = sizeof(vrrl_explore_options),
         .setup.grain = VRRL_GRAIN_OPERATION,
         .strategy = VRRL_STRATEGY_EXHAUSTIVE,
         .mutation = "status.early"},
    };
    vrrl_program *program = NULL;
    vrrl_explore_result *result;
    vrrl_error err = {0};
    assert_int_equal(vrrl_program_parse(text, strlen(text), "nop", &program, &err), VRRL_OK);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_not_equal(vrrl_explore(program, &wrong[i], &result, &err), VRRL_OK);
        assert_true(err.fix[0]);
    }
    vrrl_program_free(program);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names),
        cmocka_unit_test(what_they_do),
        cmocka_unit_test(where_they_may_not_be),
    };
    return cmocka_run_group_tests_name("mutation", tests, NULL, NULL);
}
