/* The rare ways through the log's code: races that need somebody else at the right moment, errors
 * without an error object, kinds of files, processors without the wide store. */
#include "log_test.h"

#include "log/record_format.h"
#include "log/writer.h"
#include "vrrl/log/merge.h"
#include "vrrl/log/snapshot.h"
#include "vrrl/log/tail.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

/* ---- What happens at a call ------------------------------------------------------------------ */

/* Runs once, after the next call of it. */
static void (*before_fstat)(void), (*after_fstat)(void), (*before_fsync)(void),
    (*after_reads)(void);
static struct {
    int rename, link;        /* errno, or 0 */
    uint32_t preads, fstats; /* so many succeed, then EIO; UINT32_MAX: all */
    bool no_growing, no_big_pages;
} fail = {.preads = UINT32_MAX, .fstats = UINT32_MAX};

static void run_once(void (**what)(void))
{
    void (*now)(void) = *what;
    *what = NULL;
    if (now)
        now();
}

int __real_fstat(int fd, struct stat *status);
int __wrap_fstat(int fd, struct stat *status);
int __wrap_fstat(int fd, struct stat *status)
{
    errno = EIO;
    if (fail.fstats == 0)
        return -1;
    fail.fstats -= fail.fstats != UINT32_MAX;
    run_once(&before_fstat);
    int result = __real_fstat(fd, status);
    run_once(&after_fstat);
    return result;
}

int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __wrap_fsync(int fd)
{
    run_once(&before_fsync);
    return __real_fsync(fd);
}

int __real_renameat2(int a, const char *from, int b, const char *to, unsigned flags);
int __wrap_renameat2(int a, const char *from, int b, const char *to, unsigned flags);
int __wrap_renameat2(int a, const char *from, int b, const char *to, unsigned flags)
{
    errno = fail.rename;
    return fail.rename ? -1 : __real_renameat2(a, from, b, to, flags);
}

int __real_link(const char *from, const char *to);
int __wrap_link(const char *from, const char *to);
int __wrap_link(const char *from, const char *to)
{
    errno = fail.link;
    return fail.link ? -1 : __real_link(from, to);
}

ssize_t __real_pread(int fd, void *to, size_t size, off_t at);
ssize_t __wrap_pread(int fd, void *to, size_t size, off_t at);
ssize_t __wrap_pread(int fd, void *to, size_t size, off_t at)
{
    errno = EIO;
    if (fail.preads == 0)
        return -1;
    fail.preads -= fail.preads != UINT32_MAX;
    ssize_t got = __real_pread(fd, to, size, at);
    if (got == 0) /* the end of the file was met */
        run_once(&after_reads);
    return got;
}

void *__real_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size)
{
    return fail.no_growing ? NULL : __real_realloc(old, size);
}

void *__real_aligned_alloc(size_t alignment, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return fail.no_big_pages && size > 1 << 20 ? NULL : __real_aligned_alloc(alignment, size);
}

/* ---- Files ----------------------------------------------------------------------------------- */

enum { RECORDS = 5 };

static void make_log(const char *path, uint64_t capacity, uint64_t count)
{
    vrrl_log *log;
    unlink(path);
    assert_int_equal(vrrl_log_open(path, capacity, &log, NULL), VRRL_OK);
    for (uint64_t n = 0; n < count; n++) {
        vrrl_record record = sample_record(n);
        assert_int_equal(vrrl_log_append(log, &record), VRRL_OK);
    }
    assert_int_equal(vrrl_log_close(log, NULL), VRRL_OK);
}

static char run_target[256];
static uint8_t *whole; /* the run target, as it will be */
static size_t whole_size;

static void complete_target(void)
{
    write_file(run_target, whole, whole_size);
}

/* The run target is cut to `bytes`; complete_target undoes that. */
static void cut_target(size_t bytes)
{
    make_log(run_target, RECORDS, RECORDS);
    free(whole);
    whole = read_file(run_target, &whole_size);
    assert_int_equal(truncate(run_target, (off_t)bytes), 0);
}

/* A log that grows behind a reader's measuring: all that is there then is read. */
static void a_file_that_grows_is_read_to_its_end(void **state)
{
    (void)state;
    for (int refused = 0; refused < 2; refused++) {
        vrrl_reader *reader;
        vrrl_record *records;
        size_t count;
        vrrl_error err = no_error();
        cut_target(32 + 64 * 2);
        assert_int_equal(vrrl_reader_open(run_target, 0, &reader, NULL), VRRL_OK);
        after_fstat = complete_target;
        fail.no_growing = refused;
        vrrl_code code = vrrl_reader_read_all(reader, &records, &count, &err);
        fail.no_growing = false;
        if (refused)
            assert_error(&err, code, VRRL_NO_MEMORY);
        else
            assert_int_equal(count, RECORDS);
        free(records);
        vrrl_reader_close(reader);
    }
}

/* A verifier that finds a file short looks whether it still is. */
static void a_file_that_grows_is_valid(void **state)
{
    (void)state;
    vrrl_log_verdict verdict;
    cut_target(32 + 64 * 2 + 7);
    assert_int_equal(vrrl_log_verify(run_target, &verdict, NULL), VRRL_IO);
    assert_int_equal(verdict.condition, 5);
    assert_int_equal(verdict.record, 2);
    for (size_t bytes = 40; bytes < whole_size; bytes += 64) { /* in the middle of each record */
        cut_target(bytes);
        after_reads = complete_target;
        assert_int_equal(vrrl_log_verify(run_target, &verdict, NULL), VRRL_OK);
        assert_int_equal(verdict.live, RECORDS);
    }
    cut_target(32 + 64 * 2 + 7);
    for (uint32_t reads = 0; reads < 3; reads++) {
        vrrl_error err = no_error();
        fail.preads = reads;
        assert_error(&err, vrrl_log_verify(run_target, &verdict, &err), VRRL_IO);
        assert_int_equal(err.sys_errno, EIO);
        fail.preads = UINT32_MAX;
    }
}

/* A read that fails while the verifier looks again at a wrong magic is no verdict. */
static void a_second_look_may_fail(void **state)
{
    (void)state;
    vrrl_log_verdict verdict;
    vrrl_error err = no_error();
    make_log(run_target, RECORDS, RECORDS);
    uint8_t *bytes = read_file(run_target, &whole_size);
    bytes[32 + 64] ^= 1;
    write_file(run_target, bytes, whole_size);
    free(bytes);
    assert_error(&err, vrrl_log_verify(run_target, &verdict, &err), VRRL_HEADER_MISMATCH);
    assert_int_equal(verdict.condition, 6);
    assert_int_equal(verdict.record, 1);
    fail.preads = 2; /* the header, the records */
    assert_error(&err, vrrl_log_verify(run_target, &verdict, &err), VRRL_IO);
    assert_int_equal(verdict.condition, 0);
    fail.preads = UINT32_MAX;
}

/* Record by record this took seconds. */
static void a_second_look_is_at_many(void **state)
{
    (void)state;
    enum { MANY = 4096 };
    vrrl_log_verdict verdict;
    make_log(run_target, MANY, MANY);
    uint8_t *bytes = read_file(run_target, &whole_size);
    memset(bytes + LOG_HEADER_BYTES, 1, whole_size - LOG_HEADER_BYTES);
    write_file(run_target, bytes, whole_size);
    free(bytes);
    fail.preads = MANY / 16;
    assert_int_equal(vrrl_log_verify(run_target, &verdict, NULL), VRRL_HEADER_MISMATCH);
    fail.preads = UINT32_MAX;
    assert_int_equal(verdict.damaged, MANY);
}

static void big_logs_are_read(void **state)
{
    (void)state;
    enum { MANY = 40000 };
    make_log(run_target, MANY, MANY);
    for (int refused = 0; refused < 2; refused++) {
        vrrl_reader *reader;
        vrrl_record *records;
        size_t count;
        vrrl_error err = no_error();
        assert_int_equal(vrrl_reader_open(run_target, 0, &reader, NULL), VRRL_OK);
        fail.no_big_pages = refused;
        vrrl_code code = vrrl_reader_read_all(reader, &records, &count, &err);
        vrrl_snapshot *snapshot;
        vrrl_code taken = vrrl_snapshot_take(run_target, &snapshot, NULL);
        fail.no_big_pages = false;
        assert_int_equal(taken, refused ? VRRL_NO_MEMORY : VRRL_OK);
        vrrl_snapshot_free(taken ? NULL : snapshot);
        if (refused)
            assert_error(&err, code, VRRL_NO_MEMORY);
        assert_int_equal(count, refused ? 0 : MANY);
        free(records);
        vrrl_reader_close(reader);
    }
}

static void sockets_and_folders_are_refused_without_an_error_object(void **state)
{
    (void)state;
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    vrrl_log *log;
    vrrl_error err = no_error();
    snprintf(name.sun_path, sizeof name.sun_path, "%s", in_folder("socket"));
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&name, sizeof name), 0);
    assert_error(&err, vrrl_log_open(name.sun_path, 1, &log, &err), VRRL_IO);
    assert_non_null(strstr(err.text, "a socket"));
    assert_int_equal(vrrl_log_open(name.sun_path, 1, &log, NULL), VRRL_IO);
    assert_int_equal(vrrl_log_open(test_folder, 1, &log, NULL), VRRL_IO);
    vrrl_reader *reader;
    assert_int_equal(vrrl_reader_open(test_folder, 0, &reader, NULL), VRRL_IO);
    assert_int_equal(vrrl_reader_open("/dev/null", 0, &reader, NULL), VRRL_IO);
    close(fd);
}

static void cut_to_nothing(void)
{
    assert_int_equal(truncate(run_target, 16), 0);
}

/* Sizes that cannot be had, or are others than a moment ago. */
static void a_size_may_be_gone(void **state)
{
    (void)state;
    vrrl_log_verdict verdict;
    for (uint32_t calls = 0; calls < 4; calls++) {
        vrrl_reader *reader;
        const vrrl_raw_record *raw;
        vrrl_error err = no_error();
        cut_target(32 + 64 * 2);
        fail.fstats = calls;
        assert_error(&err, vrrl_log_verify(run_target, &verdict, &err), VRRL_IO);
        assert_true((verdict.condition == 0) == (err.sys_errno == EIO));
        fail.fstats = calls;
        vrrl_code code = vrrl_reader_open(run_target, 0, &reader, &err);
        bool opened = !code;
        for (raw = NULL; !code;) {
            code = vrrl_reader_next(reader, &raw, &err);
            assert_true(code || raw);
        }
        assert_error(&err, code, VRRL_IO);
        vrrl_reader_close(opened ? reader : NULL);
        fail.fstats = UINT32_MAX;
    }
    vrrl_reader *reader;
    vrrl_record *records;
    size_t count;
    vrrl_error err = no_error();
    make_log(run_target, RECORDS, RECORDS);
    assert_int_equal(vrrl_reader_open(run_target, 0, &reader, NULL), VRRL_OK);
    before_fstat = cut_to_nothing;
    assert_error(&err, vrrl_reader_read_all(reader, &records, &count, &err), VRRL_IO);
    vrrl_reader_close(reader);
}

static void ranges_of_a_snapshot_may_be_empty(void **state)
{
    (void)state;
    vrrl_snapshot *snapshot;
    size_t first, end;
    make_log(run_target, RECORDS, RECORDS);
    assert_int_equal(vrrl_snapshot_take(run_target, &snapshot, NULL), VRRL_OK);
    for (int again = 0; again < 2; again++)
        assert_true(vrrl_snapshot_is_ordered(snapshot, VRRL_ORDER_TIMESTAMP));
    vrrl_snapshot_range(snapshot, VRRL_ORDER_TIMESTAMP, 0, UINT64_MAX, &first, &end);
    assert_int_equal(end - first, RECORDS);
    vrrl_snapshot_range(snapshot, VRRL_ORDER_TIMESTAMP, UINT64_MAX, 5, &first, &end);
    assert_int_equal(end, first);
    vrrl_snapshot_free(snapshot);
}

static void an_empty_log_adds_nothing_to_a_merge(void **state)
{
    (void)state;
    vrrl_merge *merge;
    vrrl_merged next;
    char empty[300];
    snprintf(empty, sizeof empty, "%s-empty", run_target);
    make_log(run_target, RECORDS, RECORDS);
    make_log(empty, RECORDS, 0);
    const char *paths[] = {empty, run_target};
    assert_int_equal(vrrl_merge_open(paths, 2, &merge, NULL), VRRL_OK);
    size_t count = 0;
    for (; vrrl_merge_next(merge, &next); count++)
        assert_int_equal(next.source, 1);
    assert_int_equal(count, RECORDS);
    vrrl_merge_close(merge);
}

/* ---- Tails ----------------------------------------------------------------------------------- */

static void on_alarm(int number)
{
    (void)number;
}

/* A wait ends early for what is there already, and for a signal. */
static void waits_end_early(void **state)
{
    (void)state;
    vrrl_tail *tail;
    vrrl_tail_item item;
    bool ready = false;
    make_log(run_target, RECORDS, RECORDS);
    assert_int_equal(vrrl_tail_open(run_target, VRRL_TAIL_ALL, 0, &tail, NULL), VRRL_OK);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(vrrl_tail_next(tail, &item, NULL), VRRL_OK);
    assert_int_equal(vrrl_tail_wait(tail, 10000, &ready, NULL), VRRL_OK);
    assert_true(ready);
    do
        assert_int_equal(vrrl_tail_next(tail, &item, NULL), VRRL_OK);
    while (item.event != VRRL_TAIL_NOTHING);
    struct sigaction action = {.sa_handler = on_alarm}, before;
    struct itimerval soon = {.it_interval = {0, 5000}, .it_value = {0, 5000}},
                     never = {{0, 0}, {0, 0}};
    assert_int_equal(sigaction(SIGALRM, &action, &before), 0);
    assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
    assert_int_equal(vrrl_tail_wait(tail, 60000, &ready, NULL), VRRL_OK);
    assert_false(ready);
    assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
    assert_int_equal(sigaction(SIGALRM, &before, NULL), 0);
    vrrl_tail_close(tail);
}

/* A tail that was lapped, in a log of `capacity`, where the n-th read from then on fails. */
static void follow_with_a_fault(uint64_t capacity, uint32_t reads)
{
    vrrl_log *log;
    vrrl_tail *tail;
    vrrl_tail_item item = {.event = VRRL_TAIL_RECORD};
    vrrl_error err = no_error();
    bool ready;
    make_log(run_target, capacity, 1);
    assert_int_equal(vrrl_log_open(run_target, 1, &log, NULL), VRRL_OK);
    assert_int_equal(vrrl_tail_open(run_target, 0, 0, &tail, NULL), VRRL_OK);
    for (uint64_t n = 1; n < 3 * capacity + 2; n++) {
        vrrl_record record = sample_record(n);
        assert_int_equal(vrrl_log_append(log, &record), VRRL_OK);
    }
    fail.preads = reads;
    vrrl_code code = VRRL_OK;
    for (int i = 0; i < 8 && !code; i++)
        code = vrrl_tail_next(tail, &item, &err);
    if (!code)
        code = vrrl_tail_wait(tail, 1, &ready, &err);
    fail.preads = UINT32_MAX;
    if (code)
        assert_error(&err, code, VRRL_IO);
    vrrl_tail_close(tail);
    assert_int_equal(vrrl_log_close(log, NULL), VRRL_OK);
}

static void a_lapped_tail_may_fail_to_read(void **state)
{
    (void)state;
    for (uint32_t reads = 0; reads < 30; reads++) {
        follow_with_a_fault(1, reads);
        follow_with_a_fault(6, reads);
    }
}

/* ---- Creating -------------------------------------------------------------------------------- */

static void make_target(void)
{
    make_log(run_target, 3, 2);
}

/* Somebody makes the log between the look for it and its renaming: it is an existing one then. */
static void a_log_that_appears_meanwhile_is_opened(void **state)
{
    (void)state;
    vrrl_log *log;
    unlink(run_target);
    before_fsync = make_target;
    assert_int_equal(vrrl_log_open(run_target, 9, &log, NULL), VRRL_OK);
    assert_int_equal(vrrl_log_capacity(log), 3);
    assert_int_equal(vrrl_log_cursor(log), 2);
    assert_int_equal(vrrl_log_publish(log, NULL), VRRL_OK); /* it has its name already */
    assert_int_equal(vrrl_log_seek(log, 3, NULL), VRRL_INVALID);
    assert_int_equal(vrrl_log_close(log, NULL), VRRL_OK);
    assert_int_equal(vrrl_log_close(NULL, NULL), VRRL_OK);
}

/* File systems without a rename that spares what is there have links; or not even that. */
static void names_are_given_by_links_where_renames_replace(void **state)
{
    (void)state;
    static const int without[] = {EINVAL, ENOSYS};
    vrrl_log *log;
    vrrl_error err = no_error();
    for (size_t i = 0; i < 2; i++) {
        unlink(run_target);
        fail.rename = without[i];
        assert_int_equal(vrrl_log_open(run_target, 4, &log, &err), VRRL_OK);
        assert_int_equal(vrrl_log_close(log, NULL), VRRL_OK);
        unlink(run_target);
        fail.link = EPERM;
        assert_error(&err, vrrl_log_open(run_target, 4, &log, &err), VRRL_IO);
        assert_int_equal(err.sys_errno, EPERM);
        assert_int_equal(vrrl_log_open(run_target, 4, &log, NULL), VRRL_IO);
        fail.rename = fail.link = 0;
        assert_int_equal(access(run_target, F_OK), -1);
    }
}

/* Up to the longest that a folder takes: while a log is made its file has another name beside it. */
static void names_may_be_as_long_as_the_folder_takes(void **state)
{
    (void)state;
    static const char *const letters[] = {"x", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x90\x9F"};
    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++)
        for (size_t length = 200; length <= NAME_MAX; length++) {
            char path[PATH_MAX];
            vrrl_log *log;
            vrrl_error err = no_error();
            size_t at = (size_t)snprintf(path, sizeof path, "%s/", test_folder), end = at + length;
            while (at + strlen(letters[i]) <= end)
                at += (size_t)snprintf(path + at, sizeof path - at, "%s", letters[i]);
            while (at < end)
                at += (size_t)snprintf(path + at, sizeof path - at, "y");
            if (vrrl_log_open(path, 1, &log, &err) != VRRL_OK)
                fail_msg("%s", err.text);
            assert_int_equal(vrrl_log_close(log, NULL), VRRL_OK);
            assert_int_equal(unlink(path), 0);
        }
}

/* ---- Levels ---------------------------------------------------------------------------------- */

static void a_small_ordered_log_commits_each_record(void **state)
{
    (void)state;
    vrrl_log *log;
    vrrl_log_options options = {.size = sizeof options, .durability = VRRL_DURABILITY_ORDERED};
    unlink(run_target);
    assert_int_equal(vrrl_log_open_with(run_target, 4, &options, &log, NULL), VRRL_OK);
    for (uint64_t n = 0; n < 6; n++) {
        vrrl_record record = sample_record(n);
        assert_int_equal(vrrl_log_append(log, &record), VRRL_OK);
        assert_int_equal(vrrl_log_durable(log), n + 1);
    }
    assert_int_equal(vrrl_log_close(log, NULL), VRRL_OK);
    /* A wait that goes into the next second ends at close all the same. */
    options = (vrrl_log_options){.size = sizeof(vrrl_log_options),
                                 .durability = VRRL_DURABILITY_GROUP,
                                 .sync_interval_ms = 999};
    assert_int_equal(vrrl_log_open_with(run_target, 4, &options, &log, NULL), VRRL_OK);
    usleep(20000);
    assert_int_equal(vrrl_log_close(log, NULL), VRRL_OK);
}

static void errors_have_texts(void **state)
{
    (void)state;
    static const struct {
        uint32_t id;
        const char *text;
    } errors[] = {{1001, "device out of memory"}, {1002, "unsupported feature"},
                  {1003, "poisoned lock"},        {1004, "kernel compile failed"},
                  {1005, "dispatch failed"},      {1006, "invalid program"},
                  {1999, "anything else"},        {1, "unknown backend error"}};
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
        assert_string_equal(vrrl_backend_error_text(errors[i].id), errors[i].text);
}

/* The same bytes by one store of 16 and by three smaller ones. */
static void both_ways_to_publish_a_head_agree(void **state)
{
    (void)state;
    _Alignas(16) struct log_record_words wide = {0}, narrow = {0};
    vrrl_record record = sample_record(0x123456789u);
    vrrl_append_record((uint8_t *)&wide, &record, log_state_at_first() == 0);
    vrrl_append_record((uint8_t *)&narrow, &record, false);
    assert_memory_equal(&wide, &narrow, sizeof wide);
    vrrl_raw_record raw;
    vrrl_record back;
    memcpy(&raw, &narrow, sizeof raw);
    vrrl_raw_decode(&raw, &back);
    record.failure_class = vrrl_raw_failure_class(&raw);
    assert_same_record(&back, &record);
}

static int begin(void **state)
{
    if (make_memory_folder(state))
        return -1;
    snprintf(run_target, sizeof run_target, "%s/subject", test_folder);
    return 0;
}

static int end(void **state)
{
    free(whole);
    return remove_folder(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_that_grows_is_read_to_its_end),
        cmocka_unit_test(a_file_that_grows_is_valid),
        cmocka_unit_test(a_second_look_may_fail),
        cmocka_unit_test(a_second_look_is_at_many),
        cmocka_unit_test(big_logs_are_read),
        cmocka_unit_test(sockets_and_folders_are_refused_without_an_error_object),
        cmocka_unit_test(a_size_may_be_gone),
        cmocka_unit_test(ranges_of_a_snapshot_may_be_empty),
        cmocka_unit_test(an_empty_log_adds_nothing_to_a_merge),
        cmocka_unit_test(waits_end_early),
        cmocka_unit_test(a_lapped_tail_may_fail_to_read),
        cmocka_unit_test(a_log_that_appears_meanwhile_is_opened),
        cmocka_unit_test(names_are_given_by_links_where_renames_replace),
        cmocka_unit_test(names_may_be_as_long_as_the_folder_takes),
        cmocka_unit_test(a_small_ordered_log_commits_each_record),
        cmocka_unit_test(errors_have_texts),
        cmocka_unit_test(both_ways_to_publish_a_head_agree),
    };
    return cmocka_run_group_tests_name("log_edges", tests, begin, end);
}
