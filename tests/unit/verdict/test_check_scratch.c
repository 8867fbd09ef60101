/* Regions declared scratch: which reads of words that nothing has written are told, and which are not. */
#include "vrrl/analysis/check.h"
#include "vrrl/analysis/explore.h"
#include "vrrl/analysis/verdict.h"
#include "vrrl/run/program_file.h"

#include "base/random.h"

#include "program_text.h"
#include "test.h"

enum { NAMES = 8 };

/* The words of scratch that are told, in order, as "slot:word" in one text. */
static void told(const char *text, vrrl_check_verdict verdict, const char *expected)
{
    char found[512] = "";
    vrrl_program *program = program_of(text);
    vrrl_program_check *check = NULL;
    vrrl_error err = {0};
    if (vrrl_check_program(program, NULL, &check, &err) != VRRL_OK)
        fail_msg("%s", err.text);
    for (uint32_t i = 0; i < check->unwritten_count; i++)
        snprintf(found + strlen(found), sizeof found - strlen(found), "%s%u:%u:%s", i ? " " : "",
                 check->unwritten[i].epoch, check->unwritten[i].slot,
                 check->unwritten[i].word_name);
    assert_string_equal(found, expected);
    assert_int_equal(check->verdict, verdict);
    vrrl_program_check_free(check);
    vrrl_program_free(program);
}

#define HEAD "words t[4]\nword flag\nwords out[4]\nobserve t scratch\nobserve out\n"

static void a_read_that_nothing_precedes_is_told(void **state)
{
    (void)state;
    told(HEAD "epoch\nMEMCPY t, out, 1\nend\n", VRRL_CHECK_UNWRITTEN, "0:0:t[0]");
    told(HEAD "init t fill 7\nepoch\nMEMCPY t[1], out, 2\nend\n", VRRL_CHECK_UNWRITTEN,
         "0:0:t[1] 0:0:t[2]");
    told(HEAD "epoch\nATOMIC_ADD 1, t\nend\n", VRRL_CHECK_UNWRITTEN, "0:0:t[0]");
    told(HEAD "epoch\nWAIT_GE t, 0\nend\n", VRRL_CHECK_UNWRITTEN, "0:0:t[0]");
    /* Each word once. */
    told(HEAD "epoch times 2\nMEMCPY t, out, 1\nend\n", VRRL_CHECK_UNWRITTEN, "0:0:t[0]");
    /* Other words, and without the declaration, may be read as they are. */
    told(HEAD "epoch\nMEMCPY out, out[1], 1\nend\n", VRRL_CHECK_SAFE, "");
    told("words t[4]\nwords out[4]\nobserve t ignore\nobserve out\nepoch\nMEMCPY t, out, 1\nend\n",
         VRRL_CHECK_SAFE, "");
}

static void a_write_before_it_excuses(void **state)
{
    (void)state;
    told(HEAD "epoch\nprologue\nSTORE_U32 1, t\nend\nMEMCPY t, out, 1\nend\n", VRRL_CHECK_SAFE, "");
    told(HEAD "epoch\npack STORE_U32 1, t then SIGNAL flag, 1\n"
              "pack WAIT_GE flag, 1 then MEMCPY t, out, 1\nend\n",
         VRRL_CHECK_SAFE, "");
    told(HEAD "epoch\nSTORE_U32 1, t\nend\nepoch\nMEMCPY t, out, 1\nend\n", VRRL_CHECK_SAFE, "");
    /* In a later epoch is too late. */
    told(HEAD "epoch\nMEMCPY t, out, 1\nend\nepoch\nSTORE_U32 1, t\nend\n", VRRL_CHECK_UNWRITTEN,
         "0:0:t[0]");
}

/* A condition may end the slot before it. */
static void a_read_that_may_not_come_is_not_told(void **state)
{
    (void)state;
    vrrl_program *program =
        program_of(HEAD "epoch\npack IF_EQ flag, 1 then MEMCPY t, out, 1\nend\n");
    vrrl_program_check *check = NULL;
    assert_int_equal(vrrl_check_program(program, NULL, &check, NULL), VRRL_OK);
    assert_int_equal(check->unwritten_total, 0);
    vrrl_program_check_free(check);
    vrrl_program_free(program);
}

/* ---- Against words kept one by one ------------------------------------------------------------ */

static void random_copies_agree(void **state)
{
    (void)state;
    uint32_t holes = 0;
    for (uint64_t seed = 1; seed <= 400; seed++) {
        uint64_t random = seed;
        char text[4096], expected[512] = "";
        bool written[NAMES] = {false}, seen[NAMES] = {false};
        uint32_t total = 0, epochs = 1 + random_below(&random, 3);
        int at = snprintf(text, sizeof text,
                          "words t[8]\nwords out[8]\nobserve t scratch\nobserve out\n");
        for (uint32_t e = 0; e < epochs; e++) {
            uint32_t slots = 1 + random_below(&random, 4), from[4], count[4], to[4];
            at += snprintf(text + at, sizeof text - (size_t)at, "epoch\n");
            for (uint32_t s = 0; s < slots; s++) {
                from[s] = random_below(&random, NAMES);
                count[s] = 1 + random_below(&random, NAMES - from[s]);
                to[s] = random_below(&random, 3);
                if (to[s] == 0) /* into scratch */
                    at += snprintf(text + at, sizeof text - (size_t)at, "MEMCPY out, t[%u], %u\n",
                                   from[s], count[s]);
                else
                    at += snprintf(text + at, sizeof text - (size_t)at, "MEMCPY t[%u], out, %u\n",
                                   from[s], count[s]);
            }
            at += snprintf(text + at, sizeof text - (size_t)at, "end\n");
            for (uint32_t s = 0; s < slots; s++)
                for (uint32_t k = 0; to[s] == 0 && k < count[s]; k++)
                    written[from[s] + k] = true;
            for (uint32_t s = 0; s < slots; s++)
                for (uint32_t k = from[s]; to[s] != 0 && k < from[s] + count[s]; k++)
                    if (!written[k] && !seen[k]) {
                        seen[k] = true;
                        snprintf(expected + strlen(expected), sizeof expected - strlen(expected),
                                 "%s%u:%u:t[%u]", total++ ? " " : "", e, s, k);
                    }
        }
        vrrl_program *program = program_of(text);
        vrrl_program_check *check = NULL;
        assert_int_equal(vrrl_check_program(program, NULL, &check, NULL), VRRL_OK);
        vrrl_check_verdict verdict = check->verdict;
        assert_int_equal(check->unwritten_total, total);
        vrrl_program_check_free(check);
        vrrl_program_free(program);
        told(text, verdict, expected);
        holes += total > 0;
    }
    print_message("%u of 400 programs have unwritten reads\n", holes);
    assert_in_range(holes, 40, 390);
}

/* A search that is made for something else, and finds nothing, takes nothing back. */
static void a_search_of_all_executions_leaves_it(void **state)
{
    (void)state;
    vrrl_program *program =
        program_of("words s[2]\nword o\nword c\nobserve s scratch\nobserve o\nobserve c\nepoch\n"
                   "MEMCPY s, o, 1\nATOMIC_ADD 1, c\nMEMCPY c, s[1], 1\nend\n");
    const vrrl_check_search_options search = {.size = sizeof search, .states = 0};
    vrrl_program_check *check = NULL;
    assert_int_equal(vrrl_check_program(program, NULL, &check, NULL), VRRL_OK);
    assert_int_equal(vrrl_program_check_search(check, program, &search, NULL), VRRL_OK);
    assert_true(check->all && check->all->complete);
    assert_int_equal(check->verdict, VRRL_CHECK_UNWRITTEN);
    vrrl_program_check_free(check);
    vrrl_program_free(program);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_read_that_nothing_precedes_is_told),
        cmocka_unit_test(a_write_before_it_excuses),
        cmocka_unit_test(a_read_that_may_not_come_is_not_told),
        cmocka_unit_test(random_copies_agree),
        cmocka_unit_test(a_search_of_all_executions_leaves_it),
    };
    return cmocka_run_group_tests_name("check of scratch", tests, NULL, NULL);
}
