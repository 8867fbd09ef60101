/*
 * What the reference's run keeps of each epoch: words that the epoch marked as written are all that it changed.
 * Held against the whole arena, looked at after each epoch of another run.
 */
#include "schedule/reference_run.h"

#include "program_text.h"

#include "run/replay.h"
#include "run/run.h"
#include "vrrl/analysis/selftest.h"

#include <stdlib.h>

/* The arenas of a run of its own, one after the other. */
struct arenas {
    const vrrl_program *program;
    struct reference_run *run;
};

static vrrl_code same_arena(void *context, vrrl_host *host, const struct observation *seen,
                            vrrl_error *err)
{
    const struct arenas *a = context;
    const uint32_t *there = vrrl_host_arena(host), *kept;
    assert_int_equal(reference_arena(a->run, seen->epoch + 1, &kept, err), VRRL_OK);
    (void)err;
    for (uint32_t w = 0; w < a->program->layout.total_words; w++)
        if (there[w] != kept[w])
            fail_msg("epoch %u leaves word %u as %u; kept is %u", seen->epoch, w, there[w],
                     kept[w]);
    return VRRL_OK;
}

static void check_program(const vrrl_program *program)
{
    struct reference_run run;
    struct arenas a = {.program = program, .run = &run};
    vrrl_error err = {0};
    vrrl_verdict verdict;
    const vrrl_run_options options = {.size = sizeof options, .workers = 1, .timeout_ms = 20000};
    uint32_t *initial = calloc(program->layout.total_words, sizeof *initial);
    program_load(program, initial);
    if (reference_run_create(&run, program, NULL, 0, initial, &err) != VRRL_OK)
        fail_msg("%s", err.text);
    assert_int_equal(
        replay_program(program, &options, REPLAY_SLOTS_ONLY, same_arena, &a, &verdict, &err),
        VRRL_OK);
    const uint32_t *first;
    assert_int_equal(reference_arena(&run, 0, &first, &err), VRRL_OK);
    assert_memory_equal(first, initial, 4 * program->layout.total_words);
    reference_run_free(&run);
    free(initial);
}

static void check_text(const char *text)
{
    vrrl_program *program = program_of(text);
    check_program(program);
    vrrl_program_free(program);
}

static void all_that_changed_is_kept(void **state)
{
    (void)state;
    /* A small epoch behind one that fills the ring, and one that wraps in it; prologues; waits that park. */
    check_text("words m[300]\nword f\nepoch\nrepeat 300 as i\n"
               "pack WAIT_GE f, 299 - i then STORE_U32 i, m[i] then SIGNAL f, 1\nend\nend\n"
               "epoch times 7\nprologue\nSTORE_U32 9, m[299]\nMEMCPY m[1], m[101], 150\nend\n"
               "repeat 13 as i\npack WAIT_GE f, 300 then ATOMIC_ADD 1, m[20 * i]\nend\nend\n");
    check_text("workers serial 3\nwords m[200]\nword f in observable\nepoch times 3\n"
               "MEMCPY m[0], m[64], 130 on 0\nAXPY 0x3f800000, m[64], m[136], 60 on 1\n"
               "SIGNAL f, 1 on 2\nend\n");
}

static void the_selftest_is_kept(void **state)
{
    (void)state;
    vrrl_selftest *suite = NULL;
    assert_int_equal(vrrl_selftest_create(&suite, NULL), VRRL_OK);
    for (uint32_t i = 0; i < vrrl_selftest_count(suite); i++) {
        vrrl_program *program;
        assert_int_equal(vrrl_selftest_program(suite, i, &program, NULL), VRRL_OK);
        check_program(program);
        vrrl_program_free(program);
    }
    vrrl_selftest_free(suite);
}

/* More epochs than are kept at a time: what lies before them is the same when it is asked for again. */
static void a_long_run_is_kept_in_part(void **state)
{
    (void)state;
    check_text(
        "word x\nwords y[4] in observable\nepoch times 70000\nprologue\nSTORE_U32 0, x\nend\n"
        "ATOMIC_ADD 1, x\nLOAD_U32 x, y[1]\nend\nepoch\nSTORE_U32 7, x\nend\n");
}

/* Of many epochs each is too short to look at the time by itself. */
static void the_time_ends_between_epochs(void **state)
{
    (void)state;
    vrrl_program *program = program_of("word x\nepoch times 60000\nATOMIC_ADD 1, x\nend\n");
    uint32_t *initial = calloc(program->layout.total_words, sizeof *initial);
    struct reference_run run;
    vrrl_error err = {0};
    program_load(program, initial);
    assert_int_equal(reference_run_create(&run, program, NULL, 1, initial, &err), VRRL_TOO_LARGE);
    assert_string_equal(err.text, "the time was over before the reference's run had ended");
    free(initial);
    vrrl_program_free(program);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_that_changed_is_kept),
        cmocka_unit_test(the_selftest_is_kept),
        cmocka_unit_test(a_long_run_is_kept_in_part),
        cmocka_unit_test(the_time_ends_between_epochs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
