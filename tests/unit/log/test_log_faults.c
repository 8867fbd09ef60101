/*
 * System calls that fail: in turn every one that the library makes for a log, with each error that a
 * user may meet, and short reads and writes. Each ends in a clear error or is got over; afterwards no
 * descriptor, mapping or file is left, what was acknowledged is there, and the log goes on.
 */
#include "log_test.h"

#include "vrrl/log/merge.h"
#include "vrrl/log/salvage.h"
#include "vrrl/log/shared_log.h"
#include "vrrl/log/snapshot.h"
#include "vrrl/log/tail.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>

/* ---- The calls ------------------------------------------------------------------------------- */

static struct {
    bool armed;
    uint32_t call, fail_at; /* which call since arming; UINT32_MAX: none */
    int error;              /* 0: let reads and writes be short, from that call on */
    uint32_t failed;
    const char *name; /* of what has failed */
} fault = {.fail_at = UINT32_MAX};

static bool fails(const char *name)
{
    if (!fault.armed || fault.call++ != fault.fail_at || fault.error == 0)
        return false;
    fault.failed++;
    fault.name = name;
    errno = fault.error;
    return true;
}

static size_t shortened(size_t size)
{
    bool now = fault.armed && fault.error == 0 && fault.fail_at != UINT32_MAX && size > 1;
    fault.failed += now;
    return now ? size / 2 : size;
}

/* WRAP(result, name, failure, (parameters), (arguments)) */
#define WRAP(type, name, failure, parameters, arguments)                                           \
    type __real_##name parameters;                                                                 \
    type __wrap_##name parameters;                                                                 \
    type __wrap_##name parameters                                                                  \
    {                                                                                              \
        return fails(#name) ? failure : __real_##name arguments;                                   \
    }

WRAP(int, fstat, -1, (int fd, struct stat *s), (fd, s))
WRAP(int, flock, -1, (int fd, int how), (fd, how))
WRAP(int, posix_fallocate, errno, (int fd, off_t at, off_t size), (fd, at, size))
WRAP(void *, mmap, MAP_FAILED, (void *to, size_t n, int p, int f, int fd, off_t at),
     (to, n, p, f, fd, at))
WRAP(int, madvise, -1, (void *at, size_t n, int what), (at, n, what))
WRAP(int, fdatasync, -1, (int fd), (fd))
WRAP(int, fsync, -1, (int fd), (fd))
WRAP(int, renameat2, -1, (int a, const char *b, int c, const char *d, unsigned e), (a, b, c, d, e))
WRAP(int, link, -1, (const char *a, const char *b), (a, b))
WRAP(ssize_t, getrandom, -1, (void *to, size_t n, unsigned flags), (to, n, flags))
WRAP(void *, calloc, NULL, (size_t n, size_t size), (n, size))
WRAP(void *, malloc, NULL, (size_t size), (size))
WRAP(void *, aligned_alloc, NULL, (size_t a, size_t size), (a, size))
WRAP(char *, strdup, NULL, (const char *s), (s))
WRAP(char *, strndup, NULL, (const char *s, size_t n), (s, n))
WRAP(int, pthread_create, errno,
     (pthread_t * t, const pthread_attr_t *a, void *(*f)(void *), void *x), (t, a, f, x))

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, mode_t mode);
int __wrap_open(const char *path, int flags, mode_t mode)
{
    return fails("open") ? -1 : __real_open(path, flags, mode);
}

int __wrap_asprintf(char **out, const char *format, ...);
int __wrap_asprintf(char **out, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int size = fails("asprintf") ? -1 : vasprintf(out, format, arguments);
    va_end(arguments);
    return size;
}

ssize_t __real_pread(int fd, void *to, size_t size, off_t at);
ssize_t __wrap_pread(int fd, void *to, size_t size, off_t at);
ssize_t __wrap_pread(int fd, void *to, size_t size, off_t at)
{
    return fails("pread") ? -1 : __real_pread(fd, to, shortened(size), at);
}

ssize_t __real_pwrite(int fd, const void *from, size_t size, off_t at);
ssize_t __wrap_pwrite(int fd, const void *from, size_t size, off_t at);
ssize_t __wrap_pwrite(int fd, const void *from, size_t size, off_t at)
{
    return fails("pwrite") ? -1 : __real_pwrite(fd, from, shortened(size), at);
}

/* ---- What is used ---------------------------------------------------------------------------- */

enum { CAPACITY = 8, RECORDS = 11 };

/* What a scenario has had acknowledged; the log is in `path`. */
static struct {
    char path[256], out[256];
    uint64_t appended;
} work;

static vrrl_code append_some(vrrl_log *log, uint64_t count, vrrl_error *err)
{
    for (uint64_t i = 0; i < count; i++) {
        vrrl_record record = sample_record(work.appended);
        if (vrrl_log_append(log, &record))
            return vrrl_log_sync(log, err);
        work.appended++;
    }
    return VRRL_OK;
}

static vrrl_code write_with(const vrrl_log_options *options, vrrl_error *err)
{
    vrrl_log *log;
    vrrl_error ignored;
    vrrl_code code = vrrl_log_open_with(work.path, CAPACITY, options, &log, err);
    assert_int_equal(code == VRRL_OK, log != NULL);
    if (code)
        return code;
    code = append_some(log, RECORDS, err);
    if (!code)
        code = vrrl_log_sync(log, err);
    vrrl_code closed = vrrl_log_close(log, code ? &ignored : err);
    return code ? code : closed;
}

static vrrl_code write_process(vrrl_error *err)
{
    return write_with(NULL, err);
}
static vrrl_code write_group(vrrl_error *err)
{
    return write_with(
        &(vrrl_log_options){.size = sizeof(vrrl_log_options), VRRL_DURABILITY_GROUP, 60000, 0, 0},
        err);
}
static vrrl_code write_ordered(vrrl_error *err)
{
    return write_with(
        &(vrrl_log_options){.size = sizeof(vrrl_log_options), VRRL_DURABILITY_ORDERED, 0, 3, 0},
        err);
}

static vrrl_code read_with(unsigned flags, vrrl_error *err)
{
    vrrl_reader *reader;
    vrrl_record *records;
    size_t count;
    vrrl_code code = vrrl_reader_open(work.path, flags, &reader, err);
    assert_int_equal(code == VRRL_OK, reader != NULL);
    if (code)
        return code;
    code = vrrl_reader_read_all(reader, &records, &count, err);
    if (!code)
        assert_int_equal(count, work.appended < CAPACITY ? work.appended : CAPACITY);
    free(records);
    vrrl_reader_close(reader);
    return code;
}

static vrrl_code read_plain(vrrl_error *err)
{
    return read_with(0, err);
}
static vrrl_code read_live(vrrl_error *err)
{
    return read_with(VRRL_READ_LIVE, err);
}

static vrrl_code read_range(vrrl_error *err)
{
    vrrl_reader *reader;
    const vrrl_raw_record *raw = NULL;
    uint64_t count = 0;
    vrrl_code code = vrrl_reader_open(work.path, 0, &reader, err);
    if (code)
        return code;
    code = vrrl_reader_range(reader, VRRL_ORDER_TIMESTAMP, sample_record(5).timestamp_ns,
                             sample_record(8).timestamp_ns, err);
    while (!code && !(code = vrrl_reader_next(reader, &raw, err)) && raw)
        assert_int_equal(vrrl_raw_arg(raw, 0), 5 + count++);
    if (!code)
        assert_int_equal(count, 4);
    vrrl_reader_close(reader);
    return code;
}

static vrrl_code verify(vrrl_error *err)
{
    vrrl_log_verdict verdict;
    vrrl_code code = vrrl_log_verify(work.path, &verdict, err);
    assert_int_equal(verdict.condition, 0); /* a call that fails is no damage */
    return code;
}

static vrrl_code follow(unsigned flags, vrrl_error *err)
{
    vrrl_tail *tail;
    vrrl_tail_item item = {.event = VRRL_TAIL_RECORD};
    vrrl_code code = vrrl_tail_open(work.path, 5, flags, &tail, err);
    assert_int_equal(code == VRRL_OK, tail != NULL);
    while (!code && item.event != VRRL_TAIL_NOTHING)
        code = vrrl_tail_next(tail, &item, err);
    vrrl_tail_close(tail);
    return code;
}

static vrrl_code follow_file(vrrl_error *err)
{
    return follow(0, err);
}
static vrrl_code follow_mapping(vrrl_error *err)
{
    return follow(VRRL_TAIL_MAPPED, err);
}

static vrrl_code repair(vrrl_error *err)
{
    vrrl_salvage_report report;
    unlink(work.out);
    vrrl_code code = vrrl_log_salvage(work.path, NULL, work.out, &report, err);
    if (!code)
        assert_int_equal(report.kept, work.appended < CAPACITY ? work.appended : CAPACITY);
    return code;
}

/* The writer's own handle reads. */
static vrrl_code read_own(vrrl_error *err)
{
    vrrl_log *log;
    vrrl_reader *reader;
    vrrl_record *records;
    size_t count;
    vrrl_code code = vrrl_log_open(work.path, 1, &log, err);
    if (code)
        return code;
    code = vrrl_log_reader(log, VRRL_READ_LIVE, &reader, err);
    if (!code) {
        code = vrrl_reader_read_all(reader, &records, &count, err);
        free(records);
        vrrl_reader_close(reader);
    }
    vrrl_log_close(log, NULL);
    return code;
}

static vrrl_code take_snapshot(vrrl_error *err)
{
    vrrl_snapshot *snapshot;
    unlink(work.out);
    vrrl_code code = vrrl_snapshot_take(work.path, &snapshot, err);
    assert_int_equal(code == VRRL_OK, snapshot != NULL);
    if (code)
        return code;
    code = vrrl_snapshot_write(snapshot, work.out, err);
    vrrl_snapshot_free(snapshot);
    return code;
}

static vrrl_code write_shared(vrrl_error *err)
{
    vrrl_shared_log *shared;
    vrrl_record record = sample_record(work.appended);
    vrrl_code code = vrrl_shared_log_open(work.path, CAPACITY, &shared, err);
    assert_int_equal(code == VRRL_OK, shared != NULL);
    if (code)
        return code;
    code = vrrl_shared_log_append(shared, &record);
    work.appended += !code;
    if (!code)
        code = vrrl_shared_log_sync(shared, err);
    if (code) {
        vrrl_log_ticket ticket;
        assert_int_equal(vrrl_shared_log_append(shared, &record), VRRL_IO);
        assert_int_equal(vrrl_shared_log_claim(shared, 1, &ticket), VRRL_IO);
    }
    vrrl_code closed = vrrl_shared_log_close(shared, code ? NULL : err);
    vrrl_shared_log_close(NULL, NULL);
    return code ? code : closed;
}

/* Of the log with itself, and of none. */
static vrrl_code merge(vrrl_error *err)
{
    vrrl_merge *merged, *none;
    vrrl_merged next;
    const char *paths[] = {work.path, work.path};
    vrrl_code code = vrrl_merge_open(paths, 0, &none, err);
    if (code)
        return code;
    code = vrrl_merge_open(paths, 2, &merged, err);
    assert_int_equal(code == VRRL_OK, merged != NULL);
    for (uint64_t last = 0; !code && vrrl_merge_next(merged, &next);) {
        assert_true(vrrl_raw_timestamp_ns(next.record) >= last);
        last = vrrl_raw_timestamp_ns(next.record);
    }
    vrrl_merge_close(merged);
    vrrl_merge_close(none);
    return code;
}

/* Long enough for the wait to look whether the file still has a name. */
static vrrl_code follow_and_wait(vrrl_error *err)
{
    vrrl_tail *tail;
    vrrl_tail_item item = {.event = VRRL_TAIL_RECORD};
    bool ready;
    vrrl_code code = vrrl_tail_open(work.path, 1, 0, &tail, err);
    while (!code && item.event != VRRL_TAIL_NOTHING)
        code = vrrl_tail_next(tail, &item, err);
    if (!code)
        code = vrrl_tail_wait(tail, 60, &ready, err);
    vrrl_tail_close(tail);
    return code;
}

/* `create`: the log is not there before. `writes`: it appends. */
static const struct scenario {
    const char *name;
    vrrl_code (*run)(vrrl_error *err);
    bool create, writes;
} scenarios[] = {
    {"create", write_process, true, true},
    {"append", write_process, false, true},
    {"create at group", write_group, true, true},
    {"append at group", write_group, false, true},
    {"append at ordered", write_ordered, false, true},
    {"read", read_plain, false, false},
    {"read live", read_live, false, false},
    {"read a range", read_range, false, false},
    {"verify", verify, false, false},
    {"tail", follow_file, false, false},
    {"tail, mapped", follow_mapping, false, false},
    {"repair", repair, false, false},
    {"own reader", read_own, false, false},
    {"snapshot", take_snapshot, false, false},
    {"merge", merge, false, false},
    {"shared", write_shared, false, true},
    {"tail, waiting", follow_and_wait, false, false},
};

enum { SCENARIOS = sizeof scenarios / sizeof scenarios[0] };

/* ---- What must hold -------------------------------------------------------------------------- */

static uint32_t open_descriptors(void)
{
    uint32_t count = 0;
    DIR *folder = opendir("/proc/self/fd");
    assert_non_null(folder);
    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

/* Mappings of files in the test's folder. */
static uint32_t open_mappings(void)
{
    char line[1024];
    uint32_t count = 0;
    FILE *maps = fopen("/proc/self/maps", "r");
    assert_non_null(maps);
    while (fgets(line, sizeof line, maps))
        count += strstr(line, test_folder) != NULL;
    fclose(maps);
    return count;
}

static uint32_t staged_files(void)
{
    uint32_t count = 0;
    DIR *folder = opendir(test_folder);
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder));)
        count += strstr(entry->d_name, ".new") != NULL;
    closedir(folder);
    return count;
}

/* All that was acknowledged and not replaced since is read; one record more may be. */
static void assert_nothing_lost(const char *what)
{
    vrrl_reader *reader;
    const vrrl_raw_record *raw;
    uint64_t found = 0, first = work.appended > CAPACITY ? work.appended - CAPACITY : 0;
    assert_int_equal(vrrl_reader_open(work.path, 0, &reader, NULL), VRRL_OK);
    while (vrrl_reader_next(reader, &raw, NULL) == VRRL_OK && raw) {
        vrrl_record record,
            expected = sample_record(vrrl_raw_timestamp_ns(raw) - 1700000000000000000u);
        vrrl_raw_decode(raw, &record);
        assert_same_record(&record, &expected);
        found += record.timestamp_ns - 1700000000000000000u >= first;
    }
    vrrl_reader_close(reader);
    /* A record that an ordered append wrote before its commit failed has replaced another. */
    if (found + 1 < work.appended - first)
        fail_msg("%s: %" PRIu64 " records found of %" PRIu64, what, found, work.appended - first);
}

static void begin_scenario(const struct scenario *s)
{
    vrrl_error err = no_error();
    unlink(work.path);
    work.appended = 0;
    if (!s->create)
        assert_int_equal(write_process(&err), VRRL_OK);
}

/* Runs a scenario with one call failing. Returns false where it made fewer calls. */
static bool run_with_fault(const struct scenario *s, uint32_t fail_at, int error)
{
    vrrl_error err = no_error();
    begin_scenario(s);
    uint32_t descriptors = open_descriptors(), mappings = open_mappings();
    fault.call = fault.failed = 0;
    fault.fail_at = fail_at;
    fault.error = error;
    fault.armed = true;
    vrrl_code code = s->run(&err);
    fault.armed = false;
    bool reached = fault.failed > 0;
    char what[128];
    snprintf(what, sizeof what, "%s, call %u, %s: %s", s->name, fail_at,
             reached ? fault.name : "none", strerror(error));
    if (code && !reached)
        fail_msg("%s: fails by itself: %s", what, err.text);
    if (code && (err.code != code || !err.text[0] || strncmp(err.fix, "Fix: ", 5) != 0))
        fail_msg("%s: no clear error: %s", what, err.text);
    if (code == VRRL_IO && err.sys_errno != error)
        fail_msg("%s: tells errno %d: %s", what, err.sys_errno, err.text);
    if (open_descriptors() != descriptors || open_mappings() != mappings || staged_files())
        fail_msg("%s: left %u descriptors, %u mappings, %u staged files", what,
                 open_descriptors() - descriptors, open_mappings() - mappings, staged_files());
    if (access(work.path, F_OK) == 0)
        assert_nothing_lost(what);
    else
        assert_true(s->create && code);
    /* The log goes on. */
    assert_int_equal(write_process(&err), VRRL_OK);
    assert_nothing_lost(what);
    return reached;
}

static void every_call_may_fail(void **state)
{
    (void)state;
    static const int errors[] = {EIO, ENOSPC, EDQUOT, EROFS, EACCES, EMFILE, ENOMEM, EINVAL};
    uint32_t faults = 0;
    for (size_t i = 0; i < SCENARIOS; i++) {
        uint32_t calls = 0;
        bool slow = scenarios[i].run == follow_and_wait; /* one error will do */
        for (size_t e = 0; e < (slow ? 1 : sizeof errors / sizeof errors[0]); e++)
            for (calls = 0; run_with_fault(&scenarios[i], calls, errors[e]); calls++)
                faults++;
        print_message("%-18s %2u calls\n", scenarios[i].name, calls);
        assert_true(calls > 3);
    }
    print_message("%u faults\n", faults);
}

/* Interrupted calls are made again wherever the system may interrupt them on a file. */
static void interrupted_calls_are_made_again(void **state)
{
    (void)state;
    static const char *const again[] = {"flock",  "posix_fallocate", "pread",
                                        "pwrite", "fdatasync",       "fsync"};
    for (size_t i = 0; i < SCENARIOS; i++) {
        for (uint32_t call = 0;; call++) {
            vrrl_error err = no_error();
            begin_scenario(&scenarios[i]);
            fault.call = fault.failed = 0;
            fault.fail_at = call;
            fault.error = EINTR;
            fault.armed = true;
            vrrl_code code = scenarios[i].run(&err);
            fault.armed = false;
            if (!fault.failed)
                break;
            for (size_t k = 0; k < sizeof again / sizeof again[0]; k++)
                if (code && strcmp(again[k], fault.name) == 0)
                    fail_msg("%s: an interrupted %s ends it: %s", scenarios[i].name, fault.name,
                             err.text);
        }
    }
}

static void short_reads_and_writes_go_on(void **state)
{
    (void)state;
    for (size_t i = 0; i < SCENARIOS; i++) {
        vrrl_error err = no_error();
        begin_scenario(&scenarios[i]);
        fault.call = fault.failed = 0;
        fault.fail_at = 0;
        fault.error = 0;
        fault.armed = true;
        vrrl_code code = scenarios[i].run(&err);
        fault.armed = false;
        if (code)
            fail_msg("%s: %s", scenarios[i].name, err.text);
        assert_true(fault.failed > 0);
        assert_nothing_lost(scenarios[i].name);
    }
}

/* ---- Files that change under their users ----------------------------------------------------- */

static void a_reader_of_a_cut_file_is_told(void **state)
{
    (void)state;
    begin_scenario(&scenarios[1]);
    for (unsigned flags = 0; flags <= VRRL_READ_LIVE; flags++) {
        vrrl_reader *reader;
        const vrrl_raw_record *raw;
        vrrl_error err = no_error();
        vrrl_record *records;
        size_t count;
        vrrl_code code = VRRL_OK;
        assert_int_equal(vrrl_reader_open(work.path, flags, &reader, NULL), VRRL_OK);
        assert_int_equal(truncate(work.path, 32 + 64 * 2), 0);
        do
            code = vrrl_reader_next(reader, &raw, &err);
        while (!code && raw);
        assert_error(&err, code, VRRL_IO);
        assert_error(&err, vrrl_reader_next(reader, &raw, &err), VRRL_IO); /* and again */
        assert_int_equal(truncate(work.path, 16), 0);
        assert_error(&err, vrrl_reader_read_all(reader, &records, &count, &err), VRRL_IO);
        assert_null(records);
        vrrl_reader_close(reader);
        begin_scenario(&scenarios[1]);
    }
}

/* Replaced or deleted, it is still the file that was opened. */
static void a_replaced_file_goes_on_as_it_was(void **state)
{
    (void)state;
    vrrl_log *log;
    vrrl_reader *reader;
    vrrl_record *records;
    size_t count;
    vrrl_error err = no_error();
    begin_scenario(&scenarios[1]);
    assert_int_equal(vrrl_log_open(work.path, 1, &log, NULL), VRRL_OK);
    assert_int_equal(vrrl_reader_open(work.path, 0, &reader, NULL), VRRL_OK);
    write_file(work.out, "another", 7);
    assert_int_equal(rename(work.out, work.path), 0);
    assert_int_equal(append_some(log, 3, &err), VRRL_OK);
    assert_int_equal(vrrl_log_sync(log, NULL), VRRL_OK);
    assert_int_equal(vrrl_reader_read_all(reader, &records, &count, NULL), VRRL_OK);
    assert_int_equal(count, CAPACITY);
    assert_int_equal(records[CAPACITY - 1].timestamp_ns,
                     sample_record(work.appended - 1).timestamp_ns);
    free(records);
    assert_int_equal(unlink(work.path), 0);
    assert_int_equal(append_some(log, 3, &err), VRRL_OK);
    assert_int_equal(vrrl_log_close(log, NULL), VRRL_OK);
    vrrl_reader_close(reader);
    assert_int_equal(access(work.path, F_OK), -1);
}

static int begin(void **state)
{
    if (make_memory_folder(state))
        return -1;
    snprintf(work.path, sizeof work.path, "%s/log", test_folder);
    snprintf(work.out, sizeof work.out, "%s/out", test_folder);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_call_may_fail),
        cmocka_unit_test(interrupted_calls_are_made_again),
        cmocka_unit_test(short_reads_and_writes_go_on),
        cmocka_unit_test(a_reader_of_a_cut_file_is_told),
        cmocka_unit_test(a_replaced_file_goes_on_as_it_was),
    };
    return cmocka_run_group_tests_name("log_faults", tests, begin, remove_folder);
}
