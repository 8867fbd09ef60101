/* The recorder of a host, and replay on it: vrrl/run/recorder.h, vrrl/run/host_replay.h. */
#include "toy_host.h"

#include "vrrl/run/report.h"

static const struct toy healthy = {.hangs_at = TOY_RING};

static void record_epochs(const char *name, vrrl_recorder_work work, uint32_t epochs)
{
    struct toy toy = healthy;
    vrrl_recorder_options options = toy_options(&toy);
    vrrl_error err = {0};
    toy.words[3] = 77; /* the recording begins with it */
    options.work = work;
    vrrl_recorder *recorder = toy_record(name, &options);
    for (uint32_t e = 0; e < epochs; e++)
        assert_int_equal(toy_epoch(&toy, recorder, e), VRRL_OK);
    assert_int_equal(vrrl_recorder_status(recorder, &err), VRRL_OK);
    if (vrrl_recorder_close(recorder, &err) != VRRL_OK)
        fail_msg("%s\n%s", err.text, err.fix);
}

static void assert_same(const char *name, uint32_t epochs)
{
    struct toy toy = healthy;
    vrrl_diff_result *result = toy_replay(&toy, name);
    assert_int_equal(result->outcome, VRRL_OUTCOME_SAME);
    assert_int_equal(result->epochs_compared, epochs);
    assert_int_equal(result->slots_compared, TOY_SLOTS * epochs);
    assert_int_equal(result->results_untold, 0);
    vrrl_diff_result_free(result);
}

static void a_host_is_recorded_and_replayed(void **state)
{
    (void)state;
    record_epochs("end.vrrd", VRRL_RECORDER_AT_END, 6);
    record_epochs("behind.vrrd", VRRL_RECORDER_BEHIND, 6);
    vrrl_recording *a = open_recorded("end.vrrd"), *b = open_recorded("behind.vrrd");
    const vrrl_recording_info *info = vrrl_recording_info_of(a);
    assert_true(info->finished && info->host_slots);
    assert_int_equal(info->epochs, 6);
    assert_int_equal(info->records, 6 * (1 + 2 * TOY_SLOTS + 1));
    assert_string_equal(info->backend, "toy 1.0");
    vrrl_diff_result *result;
    vrrl_error err = {0};
    assert_int_equal(vrrl_diff_recordings(a, b, &result, &err), VRRL_OK);
    assert_int_equal(result->outcome, VRRL_OUTCOME_SAME);
    vrrl_diff_result_free(result);
    vrrl_recording_close(a);
    vrrl_recording_close(b);
    assert_same("end.vrrd", 6);
    assert_same("behind.vrrd", 6);
}

static void another_build_diverges_by_the_hosts_own_names(void **state)
{
    (void)state;
    struct toy toy = healthy;
    record_epochs("bug.vrrd", VRRL_RECORDER_AT_END, 4);
    toy.has_bug = true;
    vrrl_diff_result *result = toy_replay(&toy, "bug.vrrd");
    assert_int_equal(result->outcome, VRRL_OUTCOME_DIVERGED);
    assert_int_equal(result->difference, VRRL_DIFFERENCE_VALUE);
    assert_int_equal(result->epoch, 1); /* slot 3 is the first that multiplies */
    assert_int_equal(result->slot, 0);
    assert_int_equal(result->ring_index, 3);
    assert_string_equal(result->slot_name, "MULTIPLY word_index=3 factor=4");
    assert_int_equal(result->word_count, 1);
    assert_string_equal(result->words[0].name, "sums[3]"); /* scratch differs, and is ignored */
    assert_int_equal(result->words[0].value_a, 77 * 4);
    assert_int_equal(result->words[0].value_b, 77 + 4);
    vrrl_diff_result_free(result);
}

/* What is not known of a host is not said: whom a slot depends on; nor that results are equal that were not told. */
static void reports_say_what_is_known_of_a_host(void **state)
{
    (void)state;
    const vrrl_report_side a = {"A", "a.vrrd", "", "recorded"}, b = {"B", "b.vrrd", "", "replayed"};
    vrrl_diff_result r = {.outcome = VRRL_OUTCOME_SAME, .epochs_compared = 1, .slots_compared = 4};
    for (int told = 0; told < 3; told++) {
        char *text;
        size_t size;
        FILE *out = open_memstream(&text, &size);
        vrrl_program *program;
        r.results_untold = told == 0 ? 3 : 0;
        r.slot = VRRL_NO_INDEX;
        if (told == 2) {
            r.outcome = VRRL_OUTCOME_DIVERGED;
            r.difference = VRRL_DIFFERENCE_VALUE;
            r.slots_differing = 2;
            r.slot = 0;
        }
        assert_int_equal(vrrl_program_create(&program, NULL), VRRL_OK);
        program->host_slots = true;
        vrrl_report_diff(program, &r, &a, &b, out);
        vrrl_program_free(program);
        fclose(out);
        assert_int_equal(strstr(text, "told result and observed word equal") != NULL, told == 0);
        assert_int_equal(strstr(text, "the host told none of 3 slots; compared by status") != NULL,
                         told == 0);
        assert_int_equal(strstr(text, "every status, result and observed word") != NULL, told == 1);
        assert_int_equal(strstr(text, "the first of 2 slots that differ, in the order of ends") !=
                             NULL,
                         told == 2);
        assert_null(strstr(text, "depends on"));
        free(text);
    }
}

static void nobody_else_runs_a_hosts_slots(void **state)
{
    (void)state;
    vrrl_run_options options = run_on("reference", 0);
    vrrl_diff_result *result;
    vrrl_error err = {0};
    record_epochs("alien.vrrd", VRRL_RECORDER_AT_END, 1);
    vrrl_recording *recording = open_recorded("alien.vrrd");
    assert_int_equal(vrrl_replay(recording, &options, &result, &err), VRRL_UNSUPPORTED);
    assert_clear(&err);
    vrrl_verdict verdict;
    assert_int_equal(
        vrrl_program_run(vrrl_recording_program(recording), &options, NULL, NULL, &verdict, &err),
        VRRL_UNSUPPORTED);
    vrrl_recording_close(recording);
}

/* ---- Digests, wide slots --------------------------------------------------------------------- */

static vrrl_code digest_of_toy(void *context, uint8_t *digest)
{
    const struct toy *toy = context;
    memset(digest, 0, 32);
    memcpy(digest, toy->words, 20); /* it sees what multiplies */
    return VRRL_OK;
}

static void a_digest_stands_for_the_regions(void **state)
{
    (void)state;
    struct toy toy = healthy;
    vrrl_recorder_options options = toy_options(&toy);
    uint8_t digest[32];
    const vrrl_recorder_ending ending = {.digest = digest};
    options.digests = true;
    vrrl_recorder *recorder = toy_record("digest.vrrd", &options);
    toy_slot(&toy, recorder, 3);
    digest_of_toy(&toy, digest);
    assert_int_equal(vrrl_recorder_end(recorder, &ending), VRRL_OK);
    assert_int_equal(vrrl_recorder_close(recorder, NULL), VRRL_OK);
    vrrl_recording *recording = open_recorded("digest.vrrd");
    for (int bug = 0; bug < 2; bug++) {
        vrrl_replay_host host = {.size = sizeof host,
                                 .context = &toy,
                                 .reset = toy_reset,
                                 .write = toy_write,
                                 .publish = toy_publish,
                                 .wait = toy_wait};
        vrrl_diff_result *result;
        vrrl_error err = {0};
        assert_int_equal(vrrl_replay_on_host(recording, &host, &result, &err), VRRL_INVALID);
        assert_clear(&err);
        host.digest = digest_of_toy;
        toy.has_bug = bug;
        assert_int_equal(vrrl_replay_on_host(recording, &host, &result, &err), VRRL_OK);
        assert_int_equal(result->outcome, bug ? VRRL_OUTCOME_DIVERGED : VRRL_OUTCOME_SAME);
        if (bug)
            assert_string_equal(result->words[0].name, "digest[3]");
        vrrl_diff_result_free(result);
    }
    vrrl_recording_close(recording);
}

static void a_slot_has_up_to_128_words(void **state)
{
    (void)state;
    vrrl_recorder_options options = {
        .size = sizeof options, .ring_slots = 2, .slot_words = 128, .capacity_records = 8};
    uint32_t args[125];
    for (uint32_t i = 0; i < 125; i++)
        args[i] = i * 0x01010101u;
    vrrl_recorder *recorder = toy_record("wide.vrrd", &options);
    const vrrl_recorder_slot slot = {
        .index = 1, .opcode = 5, .tenant = 2, .queue = 3, .args = args, .arg_count = 125};
    const vrrl_recorder_completion end = {.index = 1, .status = VRRL_STATUS_FAULT};
    assert_int_equal(vrrl_recorder_publish(recorder, &slot), VRRL_OK);
    assert_int_equal(vrrl_recorder_complete(recorder, &end), VRRL_OK);
    assert_int_equal(vrrl_recorder_end(recorder, NULL), VRRL_OK);
    assert_int_equal(vrrl_recorder_close(recorder, NULL), VRRL_OK);
    vrrl_recording *recording = open_recorded("wide.vrrd");
    const vrrl_program *program = vrrl_recording_program(recording);
    assert_int_equal(program->epoch_count, 1);
    assert_int_equal(program->batches[0].count, 1);
    assert_int_equal(program->slots[0].arg_count, 125);
    assert_memory_equal(program->words + program->slots[0].args, args, sizeof args);
    vrrl_recording_close(recording);
}

/* ---- Epochs that do not complete ------------------------------------------------------------- */

static void record_hang(const char *name)
{
    struct toy toy = healthy;
    const vrrl_recorder_options options = toy_options(&toy);
    vrrl_recorder *recorder = toy_record(name, &options);
    assert_int_equal(toy_epoch(&toy, recorder, 0), VRRL_OK);
    const uint32_t args[] = {1, 2};
    const vrrl_recorder_slot slots[] = {
        {.index = 5, .opcode = TOY_ADD, .queue = VRRL_NO_WORKER, .args = args, .arg_count = 2},
        {.index = 2, .opcode = TOY_MULTIPLY, .queue = 0, .args = args, .arg_count = 2}};
    const vrrl_recorder_waiter waiter = {.index = 2,
                                         .status = VRRL_STATUS_CLAIMED,
                                         .worker = 1,
                                         .region = 0,
                                         .word = 4,
                                         .wanted = 9,
                                         .seen = 2};
    const vrrl_backend_error lost = {.id = VRRL_BACKEND_ERROR_DISPATCH_FAILED,
                                     .message = "device lost"};
    const vrrl_recorder_ending ending = {.verdict = VRRL_VERDICT_HANG,
                                         .error = &lost,
                                         .output = "partial",
                                         .output_bytes = 7,
                                         .waiters = &waiter,
                                         .waiter_count = 1};
    assert_int_equal(vrrl_recorder_publish(recorder, &slots[0]), VRRL_OK);
    assert_int_equal(vrrl_recorder_publish(recorder, &slots[1]), VRRL_OK);
    assert_int_equal(vrrl_recorder_end(recorder, &ending), VRRL_OK);
    /* Over, in good order: what follows is nothing. */
    assert_int_equal(vrrl_recorder_publish(recorder, &slots[0]), VRRL_OK);
    assert_int_equal(vrrl_recorder_end(recorder, NULL), VRRL_OK);
    assert_int_equal(vrrl_recorder_epochs(recorder), 2);
    assert_int_equal(vrrl_recorder_close(recorder, NULL), VRRL_OK);
}

/* The report names the slots in flight, and what each waits for. */
static void assert_in_flight(const vrrl_recording *recording)
{
    vrrl_stuck *stuck;
    vrrl_error err = {0};
    uint32_t epoch;
    vrrl_verdict verdict;
    char *text, words[160];
    size_t size;
    assert_int_equal(vrrl_recording_stuck(recording, &epoch, &verdict, &stuck, &err), VRRL_OK);
    FILE *out = open_memstream(&text, &size);
    vrrl_report_stuck(vrrl_recording_program(recording), epoch, verdict, stuck, out);
    fclose(out);
    assert_string_equal(text,
                        "HANG  epoch 1   2 slots had not ended\n"
                        "  in flight  ADD word_index=1 summand=2  slot 0\n"
                        "             not seen to be claimed\n"
                        "  in flight  MULTIPLY word_index=1 factor=2  slot 1  worker 1\n"
                        "             claimed, and not back; waits for sums[4] >= 9, sees 2\n");
    free(text);
    vrrl_stuck_free(stuck);
    vrrl_report_recording_words(vrrl_recording_info_of(recording), words, sizeof words);
    assert_string_equal(words, "toy 1.0, which reported device-loss (dispatch failed)");
}

static void a_hang_is_recorded_with_its_evidence(void **state)
{
    (void)state;
    record_hang("hang.vrrd");
    vrrl_recording *recording = open_recorded("hang.vrrd");
    const vrrl_recording_info *info = vrrl_recording_info_of(recording);
    assert_true(info->finished);
    assert_int_equal(info->epochs, 2);
    assert_int_equal(info->verdict, VRRL_VERDICT_HANG);
    assert_int_equal(info->failure.failure_class, VRRL_FAILURE_DEVICE_LOSS);
    assert_in_flight(recording);
    vrrl_recording_close(recording);

    char path[4300];
    vrrl_reader *reader;
    const vrrl_raw_record *raw, *last = NULL;
    vrrl_error err = {0};
    snprintf(path, sizeof path, "%s/slots.vrrl", in_folder("hang.vrrd"));
    assert_int_equal(vrrl_reader_open(path, 0, &reader, &err), VRRL_OK);
    while (vrrl_reader_next(reader, &raw, &err) == VRRL_OK && raw)
        last = raw;
    vrrl_record record;
    vrrl_raw_decode(last, &record);
    assert_int_equal(record.failure_class, VRRL_FAILURE_DEVICE_LOSS);
    assert_int_equal(record.backend_code, VRRL_BACKEND_ERROR_DISPATCH_FAILED);
    assert_int_equal(record.output_digest, vrrl_output_digest("partial", 7));
    vrrl_reader_close(reader);
}

static void a_replay_that_hangs_is_stuck(void **state)
{
    (void)state;
    struct toy toy = healthy;
    record_epochs("stuck.vrrd", VRRL_RECORDER_AT_END, 3);
    toy.hangs_at = 4; /* of epoch 1 */
    vrrl_diff_result *result = toy_replay(&toy, "stuck.vrrd");
    assert_int_equal(result->outcome, VRRL_OUTCOME_STUCK);
    assert_int_equal(result->epoch, 1);
    assert_int_equal(result->verdict_b, VRRL_VERDICT_HANG);
    vrrl_diff_result_free(result);
}

/* ---- Bad calls ------------------------------------------------------------------------------- */

static vrrl_code bad_call(vrrl_recorder *recorder, int which)
{
    static const uint32_t args[32];
    vrrl_recorder_slot slot = {.index = 1, .args = args};
    vrrl_recorder_completion end = {.index = 1, .status = VRRL_STATUS_DONE};
    const vrrl_recorder_waiter waiter = {.index = 3};
    const vrrl_recorder_ending ending = {
        .verdict = VRRL_VERDICT_HANG, .waiters = &waiter, .waiter_count = 1};
    switch (which) {
    case 0:
        slot.index = TOY_RING;
        return vrrl_recorder_publish(recorder, &slot);
    case 1:
        slot.arg_count = 14;
        return vrrl_recorder_publish(recorder, &slot);
    case 2:
        vrrl_recorder_publish(recorder, &slot);
        return vrrl_recorder_publish(recorder, &slot);
    case 3:
        return vrrl_recorder_complete(recorder, &end);
    case 4:
        vrrl_recorder_publish(recorder, &slot);
        end.status = VRRL_STATUS_CLAIMED;
        return vrrl_recorder_complete(recorder, &end);
    case 5:
        return vrrl_recorder_write(recorder, 1, TOY_WORDS - 1, args, 2);
    case 6:
        vrrl_recorder_publish(recorder, &slot);
        return vrrl_recorder_write(recorder, 0, 0, args, 1);
    case 7:
        vrrl_recorder_publish(recorder, &slot);
        return vrrl_recorder_end(recorder, NULL);
    case 8:
        return vrrl_recorder_end(recorder, &ending);
    default:
        end.index = TOY_RING;
        return vrrl_recorder_complete(recorder, &end);
    }
}

static void a_bad_call_is_told_once(void **state)
{
    (void)state;
    static const vrrl_code codes[] = {VRRL_INVALID, VRRL_INVALID, VRRL_REFUSED, VRRL_REFUSED,
                                      VRRL_INVALID, VRRL_INVALID, VRRL_INVALID, VRRL_REFUSED,
                                      VRRL_REFUSED, VRRL_INVALID};
    for (int i = 0; i < 10; i++) {
        struct toy toy = healthy;
        const vrrl_recorder_options options = toy_options(&toy);
        char name[32];
        vrrl_error err = {0};
        snprintf(name, sizeof name, "bad%d.vrrd", i);
        vrrl_recorder *recorder = toy_record(name, &options);
        toy_epoch(&toy, recorder, 0);
        toy_epoch(&toy, recorder, 1);
        assert_int_equal(bad_call(recorder, i), codes[i]);
        assert_int_equal(bad_call(recorder, i), VRRL_OK);
        assert_int_equal(toy_epoch(&toy, recorder, 2), VRRL_OK);
        assert_int_equal(vrrl_recorder_status(recorder, &err), codes[i]);
        assert_clear(&err);
        assert_int_equal(vrrl_recorder_close(recorder, &err), codes[i]);
        assert_same(name, 2); /* what was whole stays */
    }
}

static void options_are_checked(void **state)
{
    (void)state;
    struct toy toy = healthy;
    const vrrl_recorder_options good = toy_options(&toy);
    const vrrl_recorder_region nameless = {.words = 1}, huge = {.name = "x", .words = UINT32_MAX};
    vrrl_recorder_options bad[10];
    for (int i = 0; i < 10; i++)
        bad[i] = good;
    bad[0].ring_slots = 1;
    bad[1].slot_words = 129;
    bad[2].read = NULL;
    bad[3].names = "opcode";
    bad[4].regions = &nameless;
    bad[4].region_count = 1;
    bad[5].regions = &huge;
    bad[5].region_count = 1;
    bad[6].capacity_records = VRRL_LOG_CAPACITY_MAX + 1;
    bad[7].max_bytes = 4096;
    bad[8].work = (vrrl_recorder_work)9;
    bad[9].size = 0;
    for (int i = 0; i < 10; i++) {
        vrrl_recorder *recorder = (vrrl_recorder *)&bad[i];
        vrrl_error err = {0};
        assert_int_not_equal(vrrl_recorder_open(in_folder("none.vrrd"), &bad[i], &recorder, &err),
                             VRRL_OK);
        assert_null(recorder);
        assert_clear(&err);
        assert_int_not_equal(access(in_folder("none.vrrd.partial"), F_OK), 0);
    }
    toy.fails = VRRL_IO;
    vrrl_recorder *recorder;
    assert_int_equal(vrrl_recorder_open(in_folder("none.vrrd"), &good, &recorder, NULL), VRRL_IO);
}

static void nothing_recorded_leaves_nothing(void **state)
{
    (void)state;
    struct toy toy = healthy;
    const vrrl_recorder_options options = toy_options(&toy);
    vrrl_recorder *recorder = toy_record("empty.vrrd", &options);
    assert_int_equal(vrrl_recorder_close(recorder, NULL), VRRL_OK);
    assert_int_not_equal(access(in_folder("empty.vrrd"), F_OK), 0);
    assert_int_not_equal(access(in_folder("empty.vrrd.partial"), F_OK), 0);
    assert_int_equal(vrrl_recorder_close(NULL, NULL), VRRL_OK);
}

static void a_full_log_ends_at_the_last_whole_epoch(void **state)
{
    (void)state;
    struct toy toy = healthy;
    vrrl_recorder_options options = toy_options(&toy);
    vrrl_error err = {0};
    options.capacity_records = 20; /* two epochs and a half */
    vrrl_recorder *recorder = toy_record("full.vrrd", &options);
    int told = 0;
    for (uint32_t e = 0; e < 2; e++)
        assert_int_equal(toy_epoch(&toy, recorder, e), VRRL_OK);
    for (uint32_t i = 0; i < 100; i++) {
        const vrrl_recorder_slot slot = {.index = i % TOY_RING};
        const vrrl_recorder_completion end = {.index = i % TOY_RING, .status = VRRL_STATUS_DONE};
        told += vrrl_recorder_publish(recorder, &slot) == VRRL_TOO_LARGE;
        told += vrrl_recorder_complete(recorder, &end) == VRRL_TOO_LARGE;
    }
    assert_int_equal(told, 1);
    assert_int_equal(vrrl_recorder_close(recorder, &err), VRRL_TOO_LARGE);
    assert_clear(&err);
    assert_same("full.vrrd", 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_host_is_recorded_and_replayed),
        cmocka_unit_test(another_build_diverges_by_the_hosts_own_names),
        cmocka_unit_test(reports_say_what_is_known_of_a_host),
        cmocka_unit_test(nobody_else_runs_a_hosts_slots),
        cmocka_unit_test(a_digest_stands_for_the_regions),
        cmocka_unit_test(a_slot_has_up_to_128_words),
        cmocka_unit_test(a_hang_is_recorded_with_its_evidence),
        cmocka_unit_test(a_replay_that_hangs_is_stuck),
        cmocka_unit_test(a_bad_call_is_told_once),
        cmocka_unit_test(options_are_checked),
        cmocka_unit_test(nothing_recorded_leaves_nothing),
        cmocka_unit_test(a_full_log_ends_at_the_last_whole_epoch),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
