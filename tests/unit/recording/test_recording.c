/* Record and replay: what was run is what opens, and it runs the same again. */
#include "recording_test.h"

#include "recording/recording.h"

static const char busy[] =
    "slot_words 32\ntenant quick quota 20\ntenant slow\nwords x[8]\nword gate\nword done\n"
    "words seen[4] in observable\ninit x = 1, 2, 3\n"
    "epoch times 5\n"
    "prologue\nSTORE_U32 0, gate\nMEMCPY x[0], x[4], 2\nend\n"
    "repeat 4 as i\n"
    "use[i]: pack WAIT_GE gate, 1 then LOAD_U32 x[i], seen[i] then SIGNAL done, 1\n"
    "end\n"
    "open: pack STORE_U32 7, x[1] then SIGNAL gate, 1\n"
    "ATOMIC_ADD 3, x[7] tenant quick\n"
    "PRINTF 1, 2, 3, 4\n"
    "end\n";

/* Records on each backend, opens, replays on each: the same, and all of the program is there. */
static void record_and_replay_everywhere(const char *text, uint32_t epochs)
{
    static const char *const drivers[] = {"reference", "threads", "scheduled"};
    vrrl_program *program = program_of(text);
    for (size_t r = 0; r < 3; r++) {
        vrrl_record_summary summary = record_as(program, "run", drivers[r], r, NULL);
        assert_int_equal(summary.verdict, VRRL_VERDICT_COMPLETE);
        assert_int_equal(summary.epochs, epochs);
        vrrl_recording *recording = open_recorded("run");
        const vrrl_recording_info *info = vrrl_recording_info_of(recording);
        assert_true(info->finished);
        assert_int_equal(info->epochs, epochs);
        assert_int_equal(info->records, summary.records);
        assert_string_equal(info->backend, drivers[r]);
        uint8_t given[32], recorded[32];
        vrrl_program_digest(program, given);
        vrrl_program_digest(vrrl_recording_program(recording), recorded);
        assert_memory_equal(given, recorded, 32);
        for (size_t on = 0; on < 3; on++) {
            vrrl_diff_result *result = replayed(recording, drivers[on], 3 * on);
            assert_int_equal(result->outcome, VRRL_OUTCOME_SAME);
            assert_int_equal(result->epochs_compared, epochs);
            vrrl_diff_result_free(result);
        }
        vrrl_recording_close(recording);
        assert_int_equal(remove_folder(NULL) + make_folder(NULL), 0);
    }
    vrrl_program_free(program);
}

static void everything_at_once(void **state)
{
    (void)state;
    record_and_replay_everywhere(busy, 5);
}

static void a_small_ring_wraps(void **state)
{
    (void)state;
    record_and_replay_everywhere("ring 6\nword x\nepoch times 100\nrepeat 4\nATOMIC_ADD 1, x\nend\n"
                                 "end\nepoch times 50\nATOMIC_ADD 2, x\nend\n",
                                 150);
}

static void worker_models(void **state)
{
    (void)state;
    static const char *const models[] = {"serial 3", "serial 3 resident 2", "pipelined 3 depth 2",
                                         "serial 1"};
    for (size_t i = 0; i < 4; i++) {
        char text[512];
        uint32_t last = i == 3 ? 1 : 3;
        snprintf(text, sizeof text,
                 "workers %s\nword x\nwords y[3]\nepoch times 4\nprologue\nSTORE_U32 0, x\nend\n"
                 "repeat %u as q\nqueue q\npack WAIT_GE x, q then SIGNAL x, 1\n"
                 "MEMCPY x, y[q], 1\nend\nend\nend\n",
                 models[i], last);
        (void)last;
        /* What y holds depends on when it is read but for the last queue; look at x alone. */
        char *observe = strstr(text, "epoch");
        char rest[512];
        strcpy(rest, observe);
        snprintf(observe, sizeof text - (size_t)(observe - text), "observe x\nobserve y ignore\n%s",
                 rest);
        record_and_replay_everywhere(text, 4);
    }
}

static void wide_slots(void **state)
{
    (void)state;
    static const char *const widths[] = {"16", "17", "64", "127", "128"};
    for (size_t i = 0; i < 5; i++) {
        char text[512];
        snprintf(text, sizeof text,
                 "slot_words %s\nwords x[4]\nepoch times 3\n"
                 "pack STORE_U32 1, x[0] then STORE_U32 2, x[1] then STORE_U32 3, x[2]\nend\n",
                 widths[i]);
        record_and_replay_everywhere(text, 3);
    }
}

static void empty_batches(void **state)
{
    (void)state;
    record_and_replay_everywhere("word x\nepoch\nprologue\nSTORE_U32 4, x\nend\nend\nepoch\nend\n",
                                 2);
}

static void names_are_kept(void **state)
{
    (void)state;
    record_text(busy, "run", "reference");
    vrrl_recording *recording = open_recorded("run");
    const vrrl_program *program = vrrl_recording_program(recording);
    char name[VRRL_NAME_MAX];
    assert_string_equal(vrrl_program_text(program, program->slots[2].label), "use[2]");
    vrrl_program_word_name(program, program->layout.user_base + 3, name, sizeof name);
    assert_string_equal(name, "x[3]");
    vrrl_program_word_name(program, VRRL_WORD_OBSERVABLE + 1, name, sizeof name);
    assert_string_equal(name, "seen[1]");
    assert_int_equal(program->tenant_name_count, 2);
    vrrl_recording_close(recording);
}

static void expectations_are_checked_and_kept(void **state)
{
    (void)state;
    vrrl_record_summary s =
        record_text("words x[2]\nepoch times 2\nATOMIC_ADD 1, x[0]\nexpect x == 1, 0\nend\n", "run",
                    "reference");
    assert_int_equal(s.verdict, VRRL_VERDICT_COMPLETE);
    assert_int_equal(s.expectation_failures, 1);
    assert_int_equal(s.first_failure.found, 2);
    vrrl_recording *recording = open_recorded("run");
    const vrrl_program *program = vrrl_recording_program(recording);
    assert_int_equal(program->expectation_count, 4);
    assert_int_equal(s.first_failure.epoch, 1);
    for (uint32_t i = 0; i < 4; i++) {
        assert_int_equal(program->expectations[i].epoch, i / 2);
        assert_int_equal(program->expectations[i].epochs, 1);
    }
    vrrl_recording_close(recording);
}

static void faults_are_counted(void **state)
{
    (void)state;
    vrrl_record_summary s = record_text("tenant service\ntenant banned mask 0\nword "
                                        "x\nepoch\nSTORE_U32 1, x tenant banned\nNOP\nend\n",
                                        "run", "threads");
    assert_int_equal(s.faults, 1);
    vrrl_recording *recording = open_recorded("run");
    assert_replays_the_same(recording, "reference");
    vrrl_recording_close(recording);
}

static void a_deadlock_is_recorded(void **state)
{
    (void)state;
    vrrl_record_summary s = record_text(
        "word x\nword y\nepoch\nNOP\nend\nepoch\nSIGNAL y, 1\nstuck: WAIT_GE x, 1\nend\nepoch\n"
        "NOP\nend\n",
        "run", "threads");
    assert_int_equal(s.verdict, VRRL_VERDICT_DEADLOCK);
    assert_int_equal(s.epochs, 2);
    vrrl_recording *recording = open_recorded("run");
    vrrl_stuck *stuck;
    uint32_t epoch;
    vrrl_verdict verdict;
    vrrl_error err = {0};
    assert_int_equal(vrrl_recording_stuck(recording, &epoch, &verdict, &stuck, &err), VRRL_OK);
    assert_int_equal(epoch, 1);
    assert_int_equal(verdict, VRRL_VERDICT_DEADLOCK);
    assert_int_equal(stuck->root_count, 1);
    assert_int_equal(stuck->roots[0].slot, 1);
    vrrl_stuck_free(stuck);
    vrrl_diff_result *result = replayed(recording, "reference", 0);
    assert_int_equal(result->outcome, VRRL_OUTCOME_STUCK);
    assert_int_equal(result->epochs_compared, 2);
    vrrl_diff_result_free(result);
    vrrl_recording_close(recording);
    record_text("epoch\nNOP\nend\n", "well", "reference");
    recording = open_recorded("well");
    assert_int_equal(vrrl_recording_stuck(recording, &epoch, &verdict, &stuck, &err), VRRL_INVALID);
    assert_clear(&err);
    vrrl_recording_close(recording);
}

/* What it waits for is more than a word can hold. */
static void a_wait_past_all_values_is_recorded(void **state)
{
    (void)state;
    record_text("word x\nword goal\ninit x = 0xFFFFFFFF\nepoch\nATOMIC_ADD 0xFFFFFFFF, goal\n"
                "pack BATCH_FENCE 0, 1, 0 then WAIT_WORD x, goal, 2\nend\n",
                "past", "threads");
    vrrl_recording *recording = open_recorded("past");
    vrrl_stuck *stuck;
    uint32_t epoch;
    vrrl_verdict verdict;
    vrrl_error err = {0};
    assert_int_equal(vrrl_recording_stuck(recording, &epoch, &verdict, &stuck, &err), VRRL_OK);
    assert_int_equal(verdict, VRRL_VERDICT_DEADLOCK);
    assert_int_equal(stuck->root_count, 1);
    assert_int_equal(stuck->roots[0].slot, 1);
    assert_int_equal(stuck->roots[0].wait_value, (uint64_t)UINT32_MAX + 2);
    vrrl_stuck_free(stuck);
    vrrl_recording_close(recording);
}

/* ---- Runs that stop -------------------------------------------------------------------------- */

static void stop_after_two(void *context, uint32_t done, uint32_t epochs)
{
    (void)epochs;
    *(bool *)context = done == 2;
}

static void a_run_that_was_stopped(void **state)
{
    (void)state;
    vrrl_program *program = program_of(busy);
    vrrl_run_options options = run_on("reference", 0);
    bool stop = false;
    options.stop = &stop;
    options.progress = stop_after_two;
    options.progress_context = &stop;
    vrrl_record_summary summary;
    vrrl_error err = {0};
    assert_int_equal(vrrl_record_program(program, in_folder("run"), &options, NULL, &summary, &err),
                     VRRL_OK);
    assert_int_equal(summary.epochs, 2);
    vrrl_recording *recording = open_recorded("run");
    assert_int_equal(vrrl_recording_info_of(recording)->epochs, 2);
    assert_replays_the_same(recording, "threads");
    vrrl_recording_close(recording);
    vrrl_program_free(program);
}

/* ---- Limits ---------------------------------------------------------------------------------- */

static vrrl_error cannot_record(const char *text, const char *path, vrrl_record_options limits,
                                vrrl_code code)
{
    vrrl_program *program = program_of(text);
    vrrl_run_options options = run_on("reference", 0);
    vrrl_record_summary summary;
    vrrl_error err = {0};
    assert_int_equal(vrrl_record_program(program, path, &options, &limits, &summary, &err), code);
    assert_clear(&err);
    vrrl_program_free(program);
    return err;
}

static const char small[] = "word x\nepoch\nSTORE_U32 1, x\nend\n";

static void a_log_that_is_too_small(void **state)
{
    (void)state;
    vrrl_error err = cannot_record(
        small, in_folder("run"),
        (vrrl_record_options){.size = sizeof(vrrl_record_options), .capacity_records = 3},
        VRRL_REFUSED);
    assert_non_null(strstr(err.text, "4 records"));
    assert_non_null(strstr(err.fix, "at least 4,"));
    cannot_record(
        small, in_folder("run"),
        (vrrl_record_options){.size = sizeof(vrrl_record_options), .capacity_records = 1 << 21},
        VRRL_CAPACITY_OVERFLOW);
    err = cannot_record("epoch times 4\nrepeat 132000\nNOP\nend\nend\n", in_folder("run"),
                        (vrrl_record_options){.size = sizeof(vrrl_record_options)}, VRRL_TOO_LARGE);
    assert_non_null(strstr(err.text, "epoch 0 makes 264002 records"));
    assert_string_equal(err.fix, "Fix: record smaller batches.");
    struct stat status;
    assert_int_not_equal(stat(in_folder("run.partial"), &status), 0);
}

static void outputs_that_cannot_be(void **state)
{
    (void)state;
    const vrrl_record_options none = {.size = sizeof none};
    write_file(in_folder("file"), "x", 1);
    cannot_record(small, in_folder("file"), none, VRRL_EXISTS);
    cannot_record(small, in_folder("file/run"), none, VRRL_IO);
    cannot_record(small, in_folder("missing/run"), none, VRRL_IO);
    cannot_record(small, "", none, VRRL_INVALID);
    cannot_record(small, "/", none, VRRL_EXISTS);
    assert_int_equal(symlink("nowhere", in_folder("link")), 0);
    cannot_record(small, in_folder("link"), none, VRRL_EXISTS);
    char path[PATH_MAX + 64];
    memset(path, 'a', sizeof path);
    path[sizeof path - 1] = '\0';
    cannot_record(small, path, none, VRRL_TOO_LARGE);
    path[PATH_MAX - 12] = '\0'; /* fits, its files would not */
    cannot_record(small, path, none, VRRL_TOO_LARGE);
    path[300] = '\0'; /* a name that is too long */
    cannot_record(small, path, none, VRRL_TOO_LARGE);
    record_text(small, "run", "reference");
    cannot_record(small, in_folder("run"), none, VRRL_EXISTS);
    assert_int_equal(rename(in_folder("run"), in_folder("other.partial")), 0);
    cannot_record(small, in_folder("other"), none, VRRL_EXISTS);
}

static void slashes_at_the_end(void **state)
{
    (void)state;
    record_text(small, "run//", "reference");
    vrrl_recording_close(open_recorded("run"));
    vrrl_recording_close(open_recorded("run///"));
    assert_int_equal(symlink("run", in_folder("link")), 0);
    vrrl_recording_close(open_recorded("link"));
}

/* Above the limit an epoch keeps digests: equal stays equal, and a difference has no values. */
static void pages_above_the_limit(void **state)
{
    (void)state;
    const char *text = "words x[5000]\nwords copy[5000]\ninit x = 1\nepoch times 2\n"
                       "ATOMIC_ADD 1, x[0]\nMEMCPY copy[1], x[1], 4000\nend\n";
    vrrl_program *program = program_of(text);
    record_as(program, "all", "reference", 0, NULL);
    record_as(
        program, "some", "reference", 0,
        &(vrrl_record_options){.size = sizeof(vrrl_record_options), .epoch_page_bytes = 5000});
    vrrl_program_free(program);
    vrrl_recording *all = open_recorded("all"), *some = open_recorded("some");
    vrrl_diff_result *result = replayed(some, "threads", 1);
    assert_int_equal(result->outcome, VRRL_OUTCOME_SAME);
    assert_true(result->pages_not_kept > 0);
    vrrl_diff_result_free(result);
    vrrl_error err = {0};
    assert_int_equal(vrrl_diff_recordings(all, some, &result, &err), VRRL_OK);
    assert_int_equal(result->outcome, VRRL_OUTCOME_SAME);
    vrrl_diff_result_free(result);
    vrrl_recording_close(all);
    vrrl_recording_close(some);
}

/* ---- Two recordings -------------------------------------------------------------------------- */

static vrrl_diff_result *between(const char *name_a, const char *name_b)
{
    vrrl_recording *a = open_recorded(name_a), *b = open_recorded(name_b);
    vrrl_diff_result *result;
    vrrl_error err = {0};
    if (vrrl_diff_recordings(a, b, &result, &err) != VRRL_OK)
        fail_msg("%s", err.text);
    vrrl_recording_close(a);
    vrrl_recording_close(b);
    return result;
}

static void assert_part(const char *name_a, const char *name_b, vrrl_difference difference)
{
    vrrl_diff_result *result = between(name_a, name_b);
    assert_int_equal(result->outcome, difference ? VRRL_OUTCOME_DIVERGED : VRRL_OUTCOME_SAME);
    assert_int_equal(result->difference, difference);
    vrrl_diff_result_free(result);
}

static void two_recordings(void **state)
{
    (void)state;
    static const char *const others[] = {
        "word x\nepoch\nSTORE_U32 1, x\nNOP\nend\nepoch\nSTORE_U32 2, x\nend\n", /* one slot more */
        "word x\nepoch\nSTORE_U32 1, x\nend\n", /* an epoch fewer */
        "word x\ninit x = 5\nepoch\nSTORE_U32 1, x\nend\nepoch\nSTORE_U32 2, x\nend\n",
        "word x\nword y\nepoch\nSTORE_U32 1, x\nend\nepoch\nSTORE_U32 2, x\nend\n",
        "workers serial 1\nword x\nepoch\nSTORE_U32 1, x on 0\nend\nepoch\nSTORE_U32 2, x on "
        "0\nend\n",
        "word x\nepoch\nSTORE_U32 1, x\nend\nepoch\nprologue\nSTORE_U32 0, x\nend\nSTORE_U32 2, x\n"
        "end\n",
    };
    record_text("word x\nepoch\nSTORE_U32 1, x\nend\nepoch\nSTORE_U32 2, x\nend\n", "a", "threads");
    record_text("word x\nepoch\nSTORE_U32 1, x\nend\nepoch\nSTORE_U32 2, x\nend\n", "b",
                "reference");
    assert_part("a", "b", VRRL_DIFFERENCE_NONE);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        char name[16];
        snprintf(name, sizeof name, "other%zu", i);
        record_text(others[i], name, "reference");
        assert_part("a", name, VRRL_DIFFERENCE_PUBLISHED);
        assert_part(name, "a", VRRL_DIFFERENCE_PUBLISHED);
    }
    record_text("word x\nepoch\nSTORE_U32 1, x\nend\nepoch\nother: STORE_U32 3, x\nend\n", "c",
                "reference");
    vrrl_diff_result *result = between("a", "c"); /* another argument is another program */
    assert_int_equal(result->difference, VRRL_DIFFERENCE_PUBLISHED);
    assert_int_equal(result->epoch, 1);
    assert_int_equal(result->slot, 0);
    vrrl_diff_result_free(result);
}

/* A mutant whose reader forgot to wait: found, and the pair is named. */
static void a_race_shows(void **state)
{
    (void)state;
    const char *text = "word data\nword seen in observable\nepoch\n"
                       "writer: STORE_U32 42, data\nreader: LOAD_U32 data, seen\nend\n";
    vrrl_program *program = program_of(text);
    record_as(program, "run", "reference", 0, NULL);
    vrrl_program_free(program);
    vrrl_recording *recording = open_recorded("run");
    vrrl_diff_result *result = NULL;
    for (uint64_t seed = 1; seed < 2000 && (!result || result->outcome == VRRL_OUTCOME_SAME);
         seed++) {
        vrrl_diff_result_free(result);
        result = replayed(recording, "threads", seed);
    }
    assert_int_equal(result->outcome, VRRL_OUTCOME_DIVERGED);
    assert_int_equal(result->difference, VRRL_DIFFERENCE_VALUE);
    assert_string_equal(result->slot_name, "reader");
    assert_int_equal(result->flip_count, 1);
    assert_string_equal(result->flips[0].other_name, "writer");
    assert_false(result->flips[0].early_in_a);
    vrrl_diff_result_free(result);
    vrrl_recording_close(recording);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)
    const struct CMUnitTest tests[] = {
        TEST(everything_at_once),
        TEST(a_small_ring_wraps),
        TEST(worker_models),
        TEST(wide_slots),
        TEST(empty_batches),
        TEST(names_are_kept),
        TEST(expectations_are_checked_and_kept),
        TEST(faults_are_counted),
        TEST(a_deadlock_is_recorded),
        TEST(a_wait_past_all_values_is_recorded),
        TEST(a_run_that_was_stopped),
        TEST(a_log_that_is_too_small),
        TEST(outputs_that_cannot_be),
        TEST(slashes_at_the_end),
        TEST(pages_above_the_limit),
        TEST(two_recordings),
        TEST(a_race_shows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
