/* The levels of durability: what a sync does and in which order, the watermark, failing for good,
 * the guard against SIGBUS. What is left after a power loss: test_log_power.c. */
#include "log_test.h"

#include "base/atomics.h"
#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

enum { CAPACITY = 16, SYNCS_MAX = 64 };

/* ---- The write-back, watched ----------------------------------------------------------------- */

int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd);

static struct {
    uint32_t calls;
    int32_t fail_with; /* an errno; 0: succeed */
    int32_t interrupt; /* calls that EINTR first */
    uint64_t cursors[SYNCS_MAX];
} syncs;

static uint64_t cursor_of(int fd)
{
    uint8_t bytes[8];
    assert_int_equal(pread(fd, bytes, 8, 24), 8);
    uint64_t cursor;
    memcpy(&cursor, bytes, 8);
    return cursor;
}

int __wrap_fdatasync(int fd)
{
    uint32_t call = add_relaxed(&syncs.calls, 1);
    if (call < SYNCS_MAX)
        syncs.cursors[call] = cursor_of(fd);
    if (load_relaxed(&syncs.interrupt) > 0) {
        store_relaxed(&syncs.interrupt, syncs.interrupt - 1);
        errno = EINTR;
        return -1;
    }
    if (load_relaxed(&syncs.fail_with)) {
        errno = load_relaxed(&syncs.fail_with);
        return -1;
    }
    return __real_fdatasync(fd);
}

static vrrl_log *open_at(const char *name, vrrl_log_options options)
{
    vrrl_log *log;
    vrrl_error err = no_error();
    store_relaxed(&syncs.fail_with, 0);
    vrrl_code code = vrrl_log_open_with(in_folder(name), CAPACITY, &options, &log, &err);
    if (code)
        fail_msg("%s", err.text);
    store_relaxed(&syncs.calls, 0);
    return log;
}

static vrrl_code append_one(vrrl_log *log, uint64_t n)
{
    vrrl_record record = sample_record(n);
    return vrrl_log_append(log, &record);
}

/* ---- Options --------------------------------------------------------------------------------- */

static void levels_have_names(void **state)
{
    (void)state;
    assert_string_equal(vrrl_durability_name(VRRL_DURABILITY_PROCESS), "process");
    assert_string_equal(vrrl_durability_name(VRRL_DURABILITY_GROUP), "group");
    assert_string_equal(vrrl_durability_name(VRRL_DURABILITY_ORDERED), "ordered");
    assert_string_equal(vrrl_durability_name((vrrl_durability)99), "unknown");
}

static void options_that_clash_make_nothing(void **state)
{
    (void)state;
    static const vrrl_log_options wrong[] = {
        {.size = sizeof(vrrl_log_options), .durability = (vrrl_durability)3},
        {.size = sizeof(vrrl_log_options),
         .durability = VRRL_DURABILITY_PROCESS,
         .sync_interval_ms = 1},
        {.size = sizeof(vrrl_log_options),
         .durability = VRRL_DURABILITY_ORDERED,
         .sync_interval_ms = 1},
        {.size = sizeof(vrrl_log_options),
         .durability = VRRL_DURABILITY_PROCESS,
         .batch_records = 1},
        {.size = sizeof(vrrl_log_options), .durability = VRRL_DURABILITY_GROUP, .batch_records = 1},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        vrrl_log *log;
        vrrl_error err = no_error();
        const char *path = in_folder("clash");
        assert_error(&err, vrrl_log_open_with(path, CAPACITY, &wrong[i], &log, &err), VRRL_INVALID);
        assert_null(log);
        assert_int_equal(access(path, F_OK), -1);
    }
}

/* ---- The watermark --------------------------------------------------------------------------- */

static void a_sync_moves_the_watermark(void **state)
{
    (void)state;
    for (vrrl_durability level = VRRL_DURABILITY_PROCESS; level <= VRRL_DURABILITY_ORDERED;
         level++) {
        vrrl_log *log =
            open_at(vrrl_durability_name(level),
                    (vrrl_log_options){.size = sizeof(vrrl_log_options), level, 0, 0, 0});
        assert_int_equal(append_one(log, 0), VRRL_OK);
        assert_int_equal(vrrl_log_appended(log), 1);
        if (level != VRRL_DURABILITY_ORDERED) {
            assert_int_equal(vrrl_log_durable(log), 0);
            assert_int_equal(append_one(log, 1), VRRL_OK);
            assert_int_equal(vrrl_log_sync(log, NULL), VRRL_OK);
            assert_int_equal(vrrl_log_durable(log), 2);
            assert_int_equal(load_relaxed(&syncs.calls), 1);
        }
        uint32_t before = load_relaxed(&syncs.calls);
        assert_int_equal(vrrl_log_close(log, NULL), VRRL_OK);
        assert_int_equal(load_relaxed(&syncs.calls) > before, level != VRRL_DURABILITY_PROCESS);
    }
}

static void an_interrupted_sync_goes_on(void **state)
{
    (void)state;
    vrrl_log *log = open_at(
        "interrupted",
        (vrrl_log_options){.size = sizeof(vrrl_log_options), VRRL_DURABILITY_GROUP, 0, 0, 0});
    assert_int_equal(append_one(log, 0), VRRL_OK);
    store_relaxed(&syncs.interrupt, 3);
    assert_int_equal(vrrl_log_sync(log, NULL), VRRL_OK);
    assert_int_equal(load_relaxed(&syncs.calls), 4);
    assert_int_equal(vrrl_log_durable(log), 1);
    assert_int_equal(vrrl_log_close(log, NULL), VRRL_OK);
}

static void a_failed_sync_is_final(void **state)
{
    (void)state;
    for (vrrl_durability level = VRRL_DURABILITY_PROCESS; level <= VRRL_DURABILITY_ORDERED;
         level++) {
        vrrl_log *log =
            open_at("failed", (vrrl_log_options){.size = sizeof(vrrl_log_options), level, 0, 0, 0});
        vrrl_error err = no_error();
        store_relaxed(&syncs.fail_with, EIO);
        vrrl_code appended =
            append_one(log, 0); /* an ordered one syncs: a batch of 2 is not full */
        assert_int_equal(appended, VRRL_OK);
        assert_error(&err, vrrl_log_sync(log, &err), VRRL_IO);
        assert_int_equal(err.sys_errno, EIO);
        store_relaxed(&syncs.fail_with, 0); /* the disk says that it is well again */
        uint32_t before = load_relaxed(&syncs.calls);
        assert_int_equal(append_one(log, 1), VRRL_IO);
        assert_error(&err, vrrl_log_sync(log, &err), VRRL_IO);
        assert_int_equal(load_relaxed(&syncs.calls), before);
        assert_int_equal(vrrl_log_durable(log), 0);
        assert_int_equal(vrrl_log_appended(log), 1);
        assert_error(&err, vrrl_log_close(log, &err), VRRL_IO);
        assert_int_equal(err.sys_errno, EIO);
        assert_int_equal(unlink(in_folder("failed")), 0);
    }
}

/* ---- Group ----------------------------------------------------------------------------------- */

static bool within_10_seconds(bool (*done)(vrrl_log *), vrrl_log *log)
{
    uint64_t end = clock_steady_ns() + 10000000000u;
    while (!done(log) && clock_steady_ns() < end)
        usleep(1000);
    return done(log);
}

static bool all_durable(vrrl_log *log)
{
    return vrrl_log_durable(log) == vrrl_log_appended(log);
}

static bool has_failed(vrrl_log *log)
{
    return append_one(log, 0) == VRRL_IO;
}

static void a_thread_syncs_the_group(void **state)
{
    (void)state;
    vrrl_log *log = open_at(
        "thread",
        (vrrl_log_options){.size = sizeof(vrrl_log_options), VRRL_DURABILITY_GROUP, 2, 0, 0});
    vrrl_error err = no_error();
    for (uint64_t n = 0; n < 3 * CAPACITY; n++)
        assert_int_equal(append_one(log, n), VRRL_OK);
    assert_true(within_10_seconds(all_durable, log));
    uint32_t calls = load_relaxed(&syncs.calls);
    usleep(20000); /* nothing to sync: it sleeps */
    assert_int_equal(load_relaxed(&syncs.calls), calls);
    store_relaxed(&syncs.fail_with, ENOSPC);
    assert_true(within_10_seconds(has_failed, log));
    assert_error(&err, vrrl_log_close(log, &err), VRRL_IO);
    assert_int_equal(err.sys_errno, ENOSPC);
}

/* ---- Ordered --------------------------------------------------------------------------------- */

static void the_cursor_follows_the_records(void **state)
{
    (void)state;
    vrrl_log *log = open_at(
        "order", (vrrl_log_options){
                     .size = sizeof(vrrl_log_options), VRRL_DURABILITY_ORDERED, 0, CAPACITY, 0});
    for (uint64_t n = 0; n < 3; n++)
        assert_int_equal(append_one(log, n), VRRL_OK);
    assert_int_equal(vrrl_log_cursor(log), 3);
    assert_int_equal(load_relaxed(&syncs.calls), 0);
    assert_int_equal(vrrl_log_sync(log, NULL), VRRL_OK);
    assert_int_equal(load_relaxed(&syncs.calls), 2);
    assert_int_equal(syncs.cursors[0], 0);
    assert_int_equal(syncs.cursors[1], 3);
    assert_int_equal(vrrl_log_durable(log), 3);

    assert_int_equal(vrrl_log_seek(log, 14, NULL), VRRL_OK);
    for (uint64_t n = 3; n < 7; n++)
        assert_int_equal(append_one(log, n), VRRL_OK);
    assert_int_equal(vrrl_log_sync(log, NULL), VRRL_OK);
    assert_int_equal(syncs.cursors[2], 3);
    assert_int_equal(syncs.cursors[3], 2);
    assert_int_equal(vrrl_log_close(log, NULL), VRRL_OK);
}

static void a_full_batch_commits(void **state)
{
    (void)state;
    vrrl_log *log = open_at(
        "batch",
        (vrrl_log_options){.size = sizeof(vrrl_log_options), VRRL_DURABILITY_ORDERED, 0, 3, 0});
    for (uint64_t n = 0; n < 2 * CAPACITY; n++) {
        assert_int_equal(append_one(log, n), VRRL_OK);
        assert_int_equal(vrrl_log_durable(log), (n + 1) / 3 * 3);
    }
    store_relaxed(&syncs.fail_with, EDQUOT);
    assert_int_equal(append_one(log, 0), VRRL_IO); /* the 33rd fills a batch */
    vrrl_error err = no_error();
    assert_error(&err, vrrl_log_close(log, &err), VRRL_IO);
    assert_int_equal(err.sys_errno, EDQUOT);

    /* A batch is never over the capacity; by default it is an eighth. */
    log = open_at("wide",
                  (vrrl_log_options){
                      .size = sizeof(vrrl_log_options), VRRL_DURABILITY_ORDERED, 0, UINT64_MAX, 0});
    for (uint64_t n = 0; n < CAPACITY; n++)
        assert_int_equal(append_one(log, n), VRRL_OK);
    assert_int_equal(vrrl_log_durable(log), CAPACITY);
    assert_int_equal(vrrl_log_close(log, NULL), VRRL_OK);
    log = open_at("wide", (vrrl_log_options){
                              .size = sizeof(vrrl_log_options), VRRL_DURABILITY_ORDERED, 0, 0, 0});
    assert_int_equal(append_one(log, 0), VRRL_OK);
    assert_int_equal(append_one(log, 0), VRRL_OK);
    assert_int_equal(vrrl_log_durable(log), CAPACITY / 8);
    assert_int_equal(vrrl_log_close(log, NULL), VRRL_OK);
}

/* What a process leaves uncommitted, the next one replaces. */
static void what_was_not_committed_is_replaced(void **state)
{
    (void)state;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        vrrl_log *log = open_at(
            "died", (vrrl_log_options){
                        .size = sizeof(vrrl_log_options), VRRL_DURABILITY_ORDERED, 0, CAPACITY, 0});
        for (uint64_t n = 0; n < 4; n++)
            append_one(log, n);
        vrrl_log_sync(log, NULL);
        append_one(log, 4);
        append_one(log, 5);
        raise(SIGKILL);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    vrrl_log *log = open_at(
        "died",
        (vrrl_log_options){.size = sizeof(vrrl_log_options), VRRL_DURABILITY_ORDERED, 0, 0, 0});
    assert_int_equal(vrrl_log_cursor(log), 4);
    assert_int_equal(vrrl_log_close(log, NULL), VRRL_OK);
}

/* ---- The guard ------------------------------------------------------------------------------- */

static vrrl_log *guarded;

static void on_sigbus(int number, siginfo_t *info, void *context)
{
    (void)number, (void)context;
    if (!vrrl_log_guard(guarded, info->si_addr))
        _exit(99);
}

static void a_guard_turns_sigbus_into_an_error(void **state)
{
    (void)state;
    struct sigaction action = {.sa_sigaction = on_sigbus, .sa_flags = SA_SIGINFO}, before;
    assert_int_equal(sigaction(SIGBUS, &action, &before), 0);
    vrrl_error err = no_error();
    const char *path = in_folder("guarded");
    guarded = open_at(
        "guarded",
        (vrrl_log_options){.size = sizeof(vrrl_log_options), VRRL_DURABILITY_PROCESS, 0, 0, 0});
    int outside;
    assert_false(vrrl_log_guard(guarded, &outside));
    assert_false(vrrl_log_guard(guarded, NULL));
    assert_int_equal(append_one(guarded, 0), VRRL_OK);
    assert_int_equal(truncate(path, 0), 0);
    assert_int_equal(append_one(guarded, 1), VRRL_IO);
    assert_int_equal(append_one(guarded, 2), VRRL_IO);
    assert_error(&err, vrrl_log_sync(guarded, &err), VRRL_IO);
    assert_non_null(strstr(err.text, "SIGBUS"));
    assert_error(&err, vrrl_log_close(guarded, &err), VRRL_IO);
    assert_int_equal(sigaction(SIGBUS, &before, NULL), 0);
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_size, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_have_names),
        cmocka_unit_test(options_that_clash_make_nothing),
        cmocka_unit_test(a_sync_moves_the_watermark),
        cmocka_unit_test(an_interrupted_sync_goes_on),
        cmocka_unit_test(a_failed_sync_is_final),
        cmocka_unit_test(a_thread_syncs_the_group),
        cmocka_unit_test(the_cursor_follows_the_records),
        cmocka_unit_test(a_full_batch_commits),
        cmocka_unit_test(what_was_not_committed_is_replaced),
        cmocka_unit_test(a_guard_turns_sigbus_into_an_error),
    };
    return cmocka_run_group_tests_name("log_durable", tests, make_folder, remove_folder);
}
