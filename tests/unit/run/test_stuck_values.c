/* Who is said to change the word that a stuck slot waits for, and who is not. */
#include "stuck_test.h"

/* What is pending only lowers the word, whatever lowers it: nobody is said to change it. */
static void what_is_pending_lowers_the_word(void **state)
{
    static const char *const pending[] = {"STORE_U32 1, flag",
                                          "STORE_RELEASE 0, flag",
                                          "EXCHANGE 1, flag, out",
                                          "MEMCPY low, flag, 1",
                                          "MEMCPY low[0], pair[0], 2",
                                          "SIGNAL flag, 0xFFFFFFFF",
                                          "COMPARE_SWAP flag, 0, 9",
                                          "TRY_SWAP flag, low, high, out",
                                          "IF_EQ low, 1 then SIGNAL flag, 5",
                                          "TAKE flag",
                                          "IF_EQ low, 0 then STORE_U32 0, flag"};
    (void)state;
    for (size_t i = 0; i < sizeof pending / sizeof *pending; i++) {
        char text[600];
        snprintf(text, sizeof text,
                 "word other\nword out\nwords low[2]\nword high\nwords pair[1]\nword flag\ninit "
                 "high = 9\n"
                 "init flag = 1\nepoch\nwaiter: WAIT_GE flag, 2\n"
                 "pack WAIT_GE other, 1 then %s\nend\n",
                 pending[i]);
        vrrl_program *program = program_of(text);
        vrrl_stuck *stuck = stuck_of(program, "reference");
        assert_int_equal(stuck->root_count, 2);
        for (uint32_t k = 0; k < 2; k++) {
            assert_int_equal(stuck->roots[k].kind, VRRL_ROOT_UNREACHABLE);
            assert_int_equal(stuck->roots[k].rank, 0);
        }
        vrrl_stuck_free(stuck);
        vrrl_program_free(program);
    }
}

/* What the waiter's own condition leaves out is not taken from what others bring. */
static void an_addition_that_is_left_out(void **state)
{
    (void)state;
    vrrl_program *program = program_of("word x\nword y\nepoch\n"
                                       "pack WAIT_GE x, 1 then IF_EQ y, 1 then SIGNAL x, 1\n"
                                       "pack WAIT_GE y, 1 then SIGNAL x, 1\nend\n");
    vrrl_stuck *stuck = stuck_of(program, "reference");
    assert_int_equal(stuck->root_count, 1);
    assert_int_equal(stuck->roots[0].slot, 1);
    assert_int_equal(stuck->roots[0].behind, 1);
    vrrl_stuck_free(stuck);
    vrrl_program_free(program);
}

/* Whether a copy of what another slot changes helps is not known, and said not to be. */
static void who_may_change_a_word(void **state)
{
    (void)state;
    vrrl_program *program = program_of("word a\nword b\nword c\nepoch\n"
                                       "pack WAIT_GE a, 1 then SIGNAL b, 1\n"
                                       "pack WAIT_GE b, 1 then SIGNAL c, 1 then MEMCPY c, a, 1\n"
                                       "end\n");
    vrrl_stuck *stuck = stuck_of(program, "reference");
    assert_int_equal(stuck->root_count, 1);
    assert_int_equal(stuck->roots[0].cycle_length, 2);
    assert_true(stuck->roots[0].cycle[0].may);
    assert_false(stuck->roots[0].cycle[1].may);
    vrrl_stuck_free(stuck);
    vrrl_program_free(program);
}

/* What a goal lets a slot wait for does not turn over, and falls only by who lowers it. */
static void a_goal_past_the_largest_word(void **state)
{
    (void)state;
    vrrl_root root = only_root("word x\nword goal\ninit x = 5\ninit goal = 0xFFFFFFFF\nepoch\n"
                               "WAIT_WORD x, goal, 1\nend\n",
                               VRRL_VERDICT_DEADLOCK, 1);
    assert_int_equal(root.kind, VRRL_ROOT_UNREACHABLE);
    assert_int_equal(root.attainable, 5);
    assert_int_equal(root.wait_value, (uint64_t)UINT32_MAX + 1);
    root = only_root("word x\nword goal\ninit x = 0xFFFFFFFF\ninit goal = 0xFFFFFFFF\nepoch\n"
                     "WAIT_WORD x, goal, 0xFFFFFFFF\nend\n",
                     VRRL_VERDICT_DEADLOCK, 1);
    assert_int_equal(root.kind, VRRL_ROOT_UNREACHABLE);
    assert_int_equal(root.wait_value, 2 * (uint64_t)UINT32_MAX);
    root = only_root("word x\nword goal\ninit x = 5\ninit goal = 6\nepoch\nWAIT_WORD x, goal, 0\n"
                     "pack BATCH_FENCE 0, 1, 0 then SIGNAL goal, 1\nend\n",
                     VRRL_VERDICT_DEADLOCK, 2);
    assert_int_equal(root.kind, VRRL_ROOT_UNREACHABLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_pending_lowers_the_word),
        cmocka_unit_test(an_addition_that_is_left_out),
        cmocka_unit_test(who_may_change_a_word),
        cmocka_unit_test(a_goal_past_the_largest_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
