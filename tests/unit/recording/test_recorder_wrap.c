/* The recorder of a host whose run is longer than its log: what is kept begins with a snapshot, and replays on the host
 * from each that is there. */
#include "toy_host.h"

#include "vrrl/run/report.h"

#include <dirent.h>

enum { RECORDS = 2 + 2 * TOY_SLOTS }; /* of an epoch: a write, its slots, its end */

static const struct toy healthy = {.hangs_at = TOY_RING};

static void close_well(vrrl_recorder *recorder)
{
    vrrl_error err = {0};
    if (vrrl_recorder_close(recorder, &err) != VRRL_OK)
        fail_msg("%s\n%s", err.text, err.fix);
}

static void record_epochs(const char *name, const vrrl_recorder_options *options, struct toy *toy,
                          uint32_t epochs)
{
    vrrl_recorder *recorder = toy_record(name, options);
    for (uint32_t e = 0; e < epochs; e++)
        assert_int_equal(toy_epoch(toy, recorder, e), VRRL_OK);
    close_well(recorder);
}

static void a_run_fifty_times_longer_than_its_log(void **state)
{
    (void)state;
    enum { EPOCHS = 1000, CAPACITY = EPOCHS * RECORDS / 50 };
    for (int work = 0; work < 2; work++) {
        struct toy toy = healthy;
        vrrl_recorder_options options = toy_options(&toy);
        const char *name = work ? "behind.vrrd" : "end.vrrd";
        options.work = (vrrl_recorder_work)work;
        options.capacity_records = CAPACITY;
        record_epochs(name, &options, &toy, EPOCHS);
        vrrl_recording *recording = open_recorded(name);
        const vrrl_recording_info *info = vrrl_recording_info_of(recording);
        assert_true(info->finished);
        assert_int_equal(info->epochs, EPOCHS);
        assert_int_equal(info->records, EPOCHS * RECORDS);
        assert_true((EPOCHS - info->first_epoch + 1) * RECORDS > CAPACITY / 4);
        assert_true((EPOCHS - info->first_epoch) * RECORDS <= CAPACITY);
        char words[160], from[64];
        vrrl_report_recording_words(info, words, sizeof words);
        snprintf(from, sizeof from, "toy 1.0, from epoch %u on", info->first_epoch);
        assert_string_equal(words, from);
        vrrl_recording_close(recording);
        assert_true(toy_replay_from_each(name) >= 1);
    }
}

/* Wherever a lap of the log ends: within a write, between slots, at the end of an epoch. */
static void every_capacity(void **state)
{
    (void)state;
    for (uint32_t capacity = 4 * RECORDS; capacity < 6 * RECORDS; capacity++) {
        struct toy toy = healthy;
        vrrl_recorder_options options = toy_options(&toy);
        char name[32];
        snprintf(name, sizeof name, "run%u.vrrd", capacity);
        options.work = (vrrl_recorder_work)(capacity % 2);
        options.patience_ms = 60000;
        options.capacity_records = capacity;
        record_epochs(name, &options, &toy, 60);
        assert_true(toy_replay_from_each(name) >= 1);
    }
}

static void snapshots_by_epochs_and_by_time(void **state)
{
    (void)state;
    struct toy toy = healthy;
    vrrl_recorder_options options = toy_options(&toy);
    options.snapshot_epochs = 7;
    record_epochs("epochs.vrrd", &options, &toy, 30);
    assert_int_equal(toy_replay_from_each("epochs.vrrd"), 5); /* before 0, 7, 14, 21 and 28 */
    options.snapshot_epochs = 0;
    options.snapshot_ms = 1;
    vrrl_recorder *recorder = toy_record("time.vrrd", &options);
    for (uint32_t e = 0; e < 5; e++) {
        usleep(2000);
        assert_int_equal(toy_epoch(&toy, recorder, e), VRRL_OK);
    }
    close_well(recorder);
    assert_int_equal(toy_replay_from_each("time.vrrd"), 5);
}

static void all_is_kept(void **state)
{
    (void)state;
    enum { EPOCHS = 300, CAPACITY = 6 * RECORDS };
    for (int work = 0; work < 2; work++) {
        struct toy toy = healthy;
        vrrl_recorder_options options = toy_options(&toy);
        const char *name = work ? "all1.vrrd" : "all0.vrrd";
        options.work = (vrrl_recorder_work)work;
        options.patience_ms = 60000;
        options.capacity_records = CAPACITY;
        options.keep_all = true;
        record_epochs(name, &options, &toy, EPOCHS);
        vrrl_recording *recording = open_recorded(name);
        assert_int_equal(vrrl_recording_info_of(recording)->first_epoch, 0);
        vrrl_recording_close(recording);
        assert_true(toy_replay_from_each(name) > EPOCHS / 5);
    }
}

static void a_bug_shows_from_a_later_snapshot(void **state)
{
    (void)state;
    struct toy toy = healthy;
    vrrl_recorder_options options = toy_options(&toy);
    options.capacity_records = 5 * RECORDS;
    toy.words[3] = 77; /* MULTIPLY by it or add it: not the same */
    record_epochs("bug.vrrd", &options, &toy, 100);
    toy.has_bug = true;
    vrrl_diff_result *result = toy_replay(&toy, "bug.vrrd");
    assert_int_equal(result->outcome, VRRL_OUTCOME_DIVERGED);
    assert_int_equal(result->difference, VRRL_DIFFERENCE_VALUE);
    assert_in_range(result->epoch, 95, 99);
    assert_non_null(strstr(result->slot_name, "MULTIPLY"));
    vrrl_diff_result_free(result);
}

/* What is in flight is told of places that lie across the end of the log. */
static void a_hang_after_a_lap(void **state)
{
    (void)state;
    for (uint32_t capacity = 5 * RECORDS; capacity < 6 * RECORDS; capacity++) {
        struct toy toy = healthy;
        vrrl_recorder_options options = toy_options(&toy);
        char name[32];
        snprintf(name, sizeof name, "hang%u.vrrd", capacity);
        options.capacity_records = capacity;
        vrrl_recorder *recorder = toy_record(name, &options);
        for (uint32_t e = 0; e < 51; e++)
            assert_int_equal(toy_epoch(&toy, recorder, e), VRRL_OK);
        for (uint32_t i = 0; i < 4; i++) {
            const vrrl_recorder_slot slot = {.index = 7 - i, .opcode = TOY_ADD};
            assert_int_equal(vrrl_recorder_publish(recorder, &slot), VRRL_OK);
        }
        const vrrl_recorder_waiter waits[] = {
            {.index = 4, .status = VRRL_STATUS_CLAIMED, .worker = 1, .word = 4, .wanted = 9},
            {.index = 6, .status = VRRL_STATUS_CLAIMED, .worker = 0, .word = 5, .wanted = 8}};
        const vrrl_recorder_ending ending = {
            .verdict = VRRL_VERDICT_HANG, .waiters = waits, .waiter_count = 2};
        assert_int_equal(vrrl_recorder_end(recorder, &ending), VRRL_OK);
        close_well(recorder);
        vrrl_recording *recording = open_recorded(name);
        vrrl_stuck *stuck;
        uint32_t epoch;
        vrrl_verdict verdict;
        vrrl_error err = {0};
        assert_int_equal(vrrl_recording_stuck(recording, &epoch, &verdict, &stuck, &err), VRRL_OK);
        assert_int_equal(epoch, 51);
        assert_int_equal(verdict, VRRL_VERDICT_HANG);
        assert_int_equal(stuck->root_count, 4);
        assert_int_equal(stuck->roots[1].wait_value, 8);
        assert_int_equal(stuck->roots[3].wait_value, 9);
        vrrl_stuck_free(stuck);
        vrrl_recording_close(recording);
    }
}

/* Larger than a quarter of the log: kept where there is room, and else the end, told once. */
static void an_epoch_that_is_too_long(void **state)
{
    (void)state;
    struct toy toy = healthy;
    vrrl_recorder_options options = toy_options(&toy);
    vrrl_error err = {0};
    options.capacity_records = 3 * RECORDS - 1;
    vrrl_recorder *recorder = toy_record("long.vrrd", &options);
    for (uint32_t e = 0; e < 2; e++)
        assert_int_equal(toy_epoch(&toy, recorder, e), VRRL_OK);
    assert_int_equal(toy_epoch(&toy, recorder, 2), VRRL_TOO_LARGE); /* at its end alone */
    assert_int_equal(toy_epoch(&toy, recorder, 3), VRRL_OK);
    assert_int_equal(vrrl_recorder_close(recorder, &err), VRRL_TOO_LARGE);
    assert_clear(&err);
    assert_int_equal(toy_replay_from_each("long.vrrd"), 1);
}

/* ---- A digest, and bytes --------------------------------------------------------------------- */

/* With digests the regions are read for snapshots, so that a replay can begin there. */
static vrrl_code digest_of_toy(void *context, uint8_t *digest)
{
    const struct toy *toy = context;
    memset(digest, 0, 32);
    memcpy(digest, toy->words, 20);
    return VRRL_OK;
}

static void digests_and_snapshots(void **state)
{
    (void)state;
    struct toy toy = healthy;
    vrrl_recorder_options options = toy_options(&toy);
    uint8_t digest[32];
    const vrrl_recorder_ending ending = {.digest = digest};
    options.digests = true;
    options.capacity_records = 40;
    vrrl_recorder *recorder = toy_record("digest.vrrd", &options);
    for (uint32_t e = 0; e < 200; e++) {
        toy_slot(&toy, recorder, e);
        digest_of_toy(&toy, digest);
        assert_int_equal(vrrl_recorder_end(recorder, &ending), VRRL_OK);
    }
    close_well(recorder);
    vrrl_recording *recording = open_recorded("digest.vrrd");
    assert_true(vrrl_recording_info_of(recording)->first_epoch > 150);
    const vrrl_replay_host host = {.size = sizeof host,
                                   .context = &toy,
                                   .reset = toy_reset,
                                   .write = toy_write,
                                   .publish = toy_publish,
                                   .wait = toy_wait,
                                   .digest = digest_of_toy};
    vrrl_diff_result *result;
    vrrl_error err = {0};
    assert_int_equal(vrrl_replay_on_host(recording, &host, &result, &err), VRRL_OK);
    assert_int_equal(result->outcome, VRRL_OUTCOME_SAME);
    vrrl_diff_result_free(result);
    vrrl_recording_close(recording);
}

static uint64_t bytes_of(const char *name)
{
    uint64_t bytes = 0;
    char path[4400];
    DIR *folder = opendir(in_folder(name));
    assert_non_null(folder);
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        struct stat status;
        snprintf(path, sizeof path, "%s/%s", in_folder(name), entry->d_name);
        if (stat(path, &status) == 0 && S_ISREG(status.st_mode)) /* a snapshot has got its name */
            bytes += (uint64_t)status.st_size;
    }
    closedir(folder);
    return bytes;
}

static void bytes_are_bounded(void **state)
{
    (void)state;
    struct toy toy = healthy;
    vrrl_recorder_options options = toy_options(&toy);
    vrrl_error err = {0};
    vrrl_recorder *recorder;
    options.max_bytes = 4096;
    assert_int_equal(vrrl_recorder_open(in_folder("max.vrrd"), &options, &recorder, &err),
                     VRRL_REFUSED);
    unsigned long long least;
    assert_int_equal(sscanf(err.fix, "Fix: allow at least %llu bytes", &least), 1);
    options.max_bytes = least;
    options.work = VRRL_RECORDER_BEHIND;
    options.patience_ms = 60000;
    recorder = toy_record("max.vrrd", &options);
    for (uint32_t e = 0; e < 400; e++) {
        for (uint32_t i = 0; i < TOY_WORDS; i++) /* what does not compress */
            toy.words[i] = (e + i) * 2654435761u;
        vrrl_recorder_write(recorder, 0, 0, toy.words, TOY_WORDS);
        assert_int_equal(toy_epoch(&toy, recorder, e), VRRL_OK);
        assert_true(bytes_of("max.vrrd.partial") <= least);
    }
    close_well(recorder);
    assert_true(bytes_of("max.vrrd") <= least);
    assert_true(toy_replay_from_each("max.vrrd") >= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_fifty_times_longer_than_its_log),
        cmocka_unit_test(every_capacity),
        cmocka_unit_test(snapshots_by_epochs_and_by_time),
        cmocka_unit_test(all_is_kept),
        cmocka_unit_test(a_bug_shows_from_a_later_snapshot),
        cmocka_unit_test(a_hang_after_a_lap),
        cmocka_unit_test(an_epoch_that_is_too_long),
        cmocka_unit_test(digests_and_snapshots),
        cmocka_unit_test(bytes_are_bounded),
    };
    return cmocka_run_group_tests_name("recorder_wrap", tests, make_memory_folder, remove_folder);
}
