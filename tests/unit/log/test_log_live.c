/* A reader beside a writer: no record that VRRL_READ_LIVE hands out may mix two appends. Every
 * field of a record tells its number, so a mixture shows. */
#include "log_test.h"

#include "base/atomics.h"
#include "base/clock.h"
#include "base/random.h"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

#ifdef VRRL_SANITIZED
enum { RUN_MS = 600 };
#else
enum { RUN_MS = 400 };
#endif

struct writer {
    vrrl_log *log;
    uint32_t stop;
    uint64_t appended;
};

static void *write_on(void *argument)
{
    struct writer *writer = argument;
    uint64_t n = 0;
    while (!load_relaxed(&writer->stop)) {
        vrrl_record record = sample_record(n++);
        if (vrrl_log_append(writer->log, &record))
            abort();
    }
    writer->appended = n;
    return NULL;
}

/* Reads the ring again and again; returns how many records it got. */
static uint64_t read_for_a_while(const char *path)
{
    vrrl_reader *reader;
    assert_int_equal(vrrl_reader_open(path, VRRL_READ_LIVE, &reader, NULL), VRRL_OK);
    uint64_t seen = 0, end = clock_steady_ns() + RUN_MS * 1000000ull;
    while (clock_steady_ns() < end) {
        const vrrl_raw_record *raw;
        assert_int_equal(vrrl_reader_rewind(reader, NULL), VRRL_OK);
        while (vrrl_reader_next(reader, &raw, NULL) == VRRL_OK && raw) {
            vrrl_record found;
            vrrl_raw_decode(raw, &found);
            vrrl_record expected = sample_record(found.timestamp_ns - 1700000000000000000u);
            assert_same_record(&found, &expected);
            seen++;
        }
    }
    vrrl_reader_close(reader);
    return seen;
}

static void stress(uint64_t capacity)
{
    char name[32];
    snprintf(name, sizeof name, "live-%" PRIu64, capacity);
    const char *path = in_folder(name);
    struct writer writer = {.stop = 0};
    pthread_t thread;
    assert_int_equal(vrrl_log_open(path, capacity, &writer.log, NULL), VRRL_OK);
    assert_int_equal(pthread_create(&thread, NULL, write_on, &writer), 0);
    uint64_t seen = read_for_a_while(path);
    /* A second thread may sync meanwhile. */
    assert_int_equal(vrrl_log_sync(writer.log, NULL), VRRL_OK);
    store_relaxed(&writer.stop, 1);
    pthread_join(thread, NULL);
    assert_int_equal(vrrl_log_close(writer.log, NULL), VRRL_OK);
    print_message("capacity %" PRIu64 ": %" PRIu64 " written, %" PRIu64 " read\n", capacity,
                  writer.appended, seen);
    assert_true(writer.appended > 0);
}

static void no_torn_record_is_accepted(void **state)
{
    (void)state;
    stress(1);
    stress(7);
    stress(4096);
}

/* A log that is being written is valid all the time. */
static void verifying_beside_a_writer_raises_no_alarm(void **state)
{
    (void)state;
    static const uint64_t capacities[] = {1, 7, 300};
    for (size_t i = 0; i < 3; i++) {
        char name[32];
        snprintf(name, sizeof name, "verified-%" PRIu64, capacities[i]);
        const char *path = in_folder(name);
        struct writer writer = {.stop = 0};
        pthread_t thread;
        assert_int_equal(vrrl_log_open(path, capacities[i], &writer.log, NULL), VRRL_OK);
        assert_int_equal(pthread_create(&thread, NULL, write_on, &writer), 0);
        uint64_t end = clock_steady_ns() + RUN_MS / 4 * 1000000ull;
        while (clock_steady_ns() < end) {
            vrrl_log_verdict verdict;
            vrrl_error err = no_error();
            if (vrrl_log_verify(path, &verdict, &err))
                fail_msg("%s", err.text);
            assert_int_equal(verdict.live + verdict.empty, capacities[i]);
        }
        store_relaxed(&writer.stop, 1);
        pthread_join(thread, NULL);
        assert_int_equal(vrrl_log_close(writer.log, NULL), VRRL_OK);
    }
}

/* A record that is being written, or whose writer has died in it, has magic 0. */
static void a_busy_record_is_left_out(void **state)
{
    (void)state;
    const char *path = in_folder("busy");
    vrrl_log *log;
    assert_int_equal(vrrl_log_open(path, 4, &log, NULL), VRRL_OK);
    for (uint64_t n = 0; n < 6; n++) {
        vrrl_record record = sample_record(n);
        assert_int_equal(vrrl_log_append(log, &record), VRRL_OK);
    }
    assert_int_equal(vrrl_log_close(log, NULL), VRRL_OK);
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    fseek(file, 32 + 64 * 2, SEEK_SET); /* the oldest, about to be replaced */
    assert_int_equal(fwrite("\0\0\0\0", 1, 4, file), 4);
    fclose(file);

    for (unsigned flags = 0; flags <= VRRL_READ_LIVE; flags++) {
        vrrl_reader *reader;
        vrrl_record *records;
        size_t count;
        assert_int_equal(vrrl_reader_open(path, flags, &reader, NULL), VRRL_OK);
        assert_int_equal(vrrl_reader_read_all(reader, &records, &count, NULL), VRRL_OK);
        assert_int_equal(count, 3);
        for (uint64_t i = 0; i < 3; i++) {
            vrrl_record expected = sample_record(3 + i);
            assert_same_record(&records[i], &expected);
        }
        free(records);
        vrrl_reader_close(reader);
    }
}

/* A writer that is killed anywhere leaves a log that opens, and of a full ring at most the one
 * record that it was at is missing; the others are whole. */
static void a_killed_writer_leaves_whole_records(void **state)
{
    (void)state;
    enum { ROUNDS = 40, CAPACITY = 64 };
    const char *path = in_folder("killed");
    uint64_t seed = 7, missing = 0;
    for (int round = 0; round < ROUNDS; round++) {
        int ready[2];
        char byte;
        unlink(path);
        assert_int_equal(pipe(ready), 0);
        fflush(NULL);
        pid_t child = fork();
        if (child == 0) {
            vrrl_log *log;
            if (vrrl_log_open(path, CAPACITY, &log, NULL))
                _exit(1);
            for (uint64_t n = 0;; n++) {
                vrrl_record record = sample_record(n);
                if (vrrl_log_append(log, &record) || (n == CAPACITY && write(ready[1], "", 1) != 1))
                    _exit(1);
            }
        }
        close(ready[1]);
        assert_int_equal(read(ready[0], &byte, 1), 1);
        usleep(random_below(&seed, 300));
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        close(ready[0]);

        vrrl_reader *reader;
        vrrl_record *records;
        size_t count;
        assert_int_equal(vrrl_reader_open(path, 0, &reader, NULL), VRRL_OK);
        assert_int_equal(vrrl_reader_read_all(reader, &records, &count, NULL), VRRL_OK);
        assert_true(count >= CAPACITY - 1);
        missing += CAPACITY - count;
        for (size_t i = 0; i < count; i++) {
            uint64_t n = records[i].timestamp_ns - 1700000000000000000u;
            vrrl_record expected = sample_record(n);
            assert_same_record(&records[i], &expected);
        }
        free(records);
        vrrl_reader_close(reader);
    }
    print_message("%d writers killed, %" PRIu64 " records missing\n", ROUNDS, missing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_torn_record_is_accepted),
        cmocka_unit_test(verifying_beside_a_writer_raises_no_alarm),
        cmocka_unit_test(a_busy_record_is_left_out),
        cmocka_unit_test(a_killed_writer_leaves_whole_records),
    };
    return cmocka_run_group_tests_name("log_live", tests, make_folder, remove_folder);
}
