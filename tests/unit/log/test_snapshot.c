/* Snapshots: whole copies of logs at rest, runs without a gap of logs that move, order and ranges. */
#include "log_test.h"

#include "base/clock.h"
#include "base/random.h"
#include "vrrl/log/snapshot.h"

#include <dirent.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

static vrrl_snapshot *take(const char *path)
{
    vrrl_snapshot *snapshot;
    vrrl_error err = no_error();
    if (vrrl_snapshot_take(path, &snapshot, &err))
        fail_msg("%s", err.text);
    return snapshot;
}

/* A copy of a golden log reads as the log does, and its records lie in the same places. */
static void copies_what_is_at_rest(const char *name)
{
    char path[512];
    snprintf(path, sizeof path, VECTORS "/%s", name);
    const char *copy = in_folder(name);
    vrrl_reader *reader;
    vrrl_snapshot *snapshot;
    vrrl_record *records = NULL;
    size_t count = 0, bytes, copied;
    vrrl_code code = vrrl_reader_open(path, 0, &reader, NULL);
    if (!code)
        code = vrrl_reader_read_all(reader, &records, &count, NULL);
    vrrl_reader_close(code && !reader ? NULL : reader);
    vrrl_error err = no_error();
    vrrl_code taken = vrrl_snapshot_take(path, &snapshot, &err);
    assert_int_equal(taken, code);
    if (code) {
        assert_error(&err, taken, code);
        return;
    }
    assert_int_equal(vrrl_snapshot_write(snapshot, copy, NULL), VRRL_OK);
    assert_error(&err, vrrl_snapshot_write(snapshot, copy, &err), VRRL_EXISTS);
    vrrl_snapshot_free(snapshot);
    uint8_t *original = read_file(path, &bytes), *found = read_file(copy, &copied);
    assert_true(copied <= bytes);
    /* A dead record's other bytes are not copied. */
    for (size_t at = 32; at < copied; at += 64)
        if (memcmp(original + at, "\0\0\0\0", 4) != 0)
            assert_memory_equal(original + at, found + at, 64);
    free(original);
    free(found);
    free(records);
}

static void golden_logs(void **state)
{
    (void)state;
    DIR *folder = opendir(VECTORS);
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder));) {
        const char *dot = strrchr(entry->d_name, '.');
        if (dot && strcmp(dot, ".vrrl") == 0)
            copies_what_is_at_rest(entry->d_name);
    }
    closedir(folder);
}

static void write_for_ever(const char *path, uint64_t capacity, unsigned pause_every)
{
    vrrl_log *log;
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails does not come to kill it */
    if (vrrl_log_open(path, capacity, &log, NULL))
        _exit(1);
    for (uint64_t n = 0;; n++) {
        vrrl_record record = sample_record(n);
        if (vrrl_log_append(log, &record))
            _exit(1);
        if (n % pause_every == 0)
            usleep(20);
    }
}

static void beside_a_process(uint64_t capacity, unsigned pause_every)
{
    char name[32];
    snprintf(name, sizeof name, "live-%d", (int)capacity);
    const char *path = in_folder(name);
    vrrl_log *log;
    assert_int_equal(vrrl_log_open(path, capacity, &log, NULL), VRRL_OK);
    assert_int_equal(vrrl_log_close(log, NULL), VRRL_OK);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        write_for_ever(path, capacity, pause_every);
    uint64_t end = clock_steady_ns() + 150 * 1000000u, newest = 0, records = 0, taken = 0, busy = 0;
    while (clock_steady_ns() < end) {
        vrrl_snapshot *snapshot;
        vrrl_code code = vrrl_snapshot_take(path, &snapshot, NULL);
        busy += code == VRRL_BUSY;
        assert_true(code == VRRL_OK || code == VRRL_BUSY);
        if (code)
            continue;
        size_t count;
        const vrrl_raw_record *raw = vrrl_snapshot_records(snapshot, &count);
        uint64_t first = 0;
        for (size_t i = 0; i < count; i++) {
            vrrl_record found;
            vrrl_raw_decode(&raw[i], &found);
            uint64_t n = found.timestamp_ns - 1700000000000000000u;
            vrrl_record expected = sample_record(n);
            assert_same_record(&found, &expected);
            first = i == 0 ? n : first;
            assert_int_equal(n, first + i);
        }
        assert_true(count == 0 || first + count >= newest);
        newest = count ? first + count : newest;
        records += count;
        taken++;
        vrrl_snapshot_free(snapshot);
    }
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    print_message("capacity %d: %d snapshots, %d records each, %d too fast\n", (int)capacity,
                  (int)taken, (int)(records / (taken ? taken : 1)), (int)busy);
    assert_true(taken > 0);
}

static void beside_writers(void **state)
{
    (void)state;
    beside_a_process(3, 2);
    beside_a_process(16, 12);
    beside_a_process(1000, 500);
    beside_a_process(20000, 5000);
}

/* Order and ranges, against a look at every record. */
static void ranges_are_what_a_scan_finds(void **state)
{
    (void)state;
    uint64_t seed = 11;
    for (int round = 0; round < 60; round++) {
        char name[32];
        snprintf(name, sizeof name, "range-%d", round);
        vrrl_log *log;
        uint64_t appends = random_below(&seed, 90), epoch = 0, shuffle = round % 3 == 2 ? 40 : 0;
        assert_int_equal(vrrl_log_open(in_folder(name), 64, &log, NULL), VRRL_OK);
        for (uint64_t n = 0; n < appends; n++) {
            vrrl_record record = sample_record(n);
            epoch += random_below(&seed, 3);
            record.epoch = (uint32_t)epoch + (shuffle ? random_below(&seed, (uint32_t)shuffle) : 0);
            assert_int_equal(vrrl_log_append(log, &record), VRRL_OK);
        }
        vrrl_snapshot *snapshot = take(vrrl_log_path(log));
        size_t count, first, end;
        const vrrl_raw_record *raw = vrrl_snapshot_records(snapshot, &count);
        bool ordered = true;
        for (size_t i = 1; i < count; i++)
            ordered = ordered && vrrl_raw_epoch(&raw[i]) >= vrrl_raw_epoch(&raw[i - 1]);
        assert_int_equal(vrrl_snapshot_is_ordered(snapshot, VRRL_ORDER_EPOCH), ordered);
        assert_true(vrrl_snapshot_is_ordered(snapshot, VRRL_ORDER_TIMESTAMP));
        for (uint32_t from = 0; ordered && from < epoch + 2; from++)
            for (uint32_t to = from; to < epoch + 3; to++) {
                vrrl_snapshot_range(snapshot, VRRL_ORDER_EPOCH, from, to, &first, &end);
                for (size_t i = 0; i < count; i++)
                    assert_int_equal(i >= first && i < end, vrrl_raw_epoch(&raw[i]) >= from &&
                                                                vrrl_raw_epoch(&raw[i]) <= to);
            }
        vrrl_snapshot_free(snapshot);
        assert_int_equal(vrrl_log_close(log, NULL), VRRL_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden_logs),
        cmocka_unit_test(beside_writers),
        cmocka_unit_test(ranges_are_what_a_scan_finds),
    };
    return cmocka_run_group_tests_name("snapshot", tests, make_folder, remove_folder);
}
