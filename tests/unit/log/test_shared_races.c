/* The shared log's races, made certain: what another thread does is done in a call of the system that
 * the first one makes at the very place. */
#include "log_test.h"

#include "base/atomics.h"
#include "vrrl/log/shared_log.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <time.h>

static void (*on_fstat)(void), (*on_yield)(void);
static uint64_t clock_ahead_ns;
static uint32_t yields;

static void run_once(void (**hook)(void))
{
    void (*now)(void) = *hook;
    *hook = NULL;
    if (now)
        now();
}

/* Who moves the cursor over the end of the ring looks at the file's size: still as the one who
 * commits or, where nothing else is in flight, under the lock of those who claim. */
int __real_fstat(int fd, struct stat *status);
int __wrap_fstat(int fd, struct stat *status);
int __wrap_fstat(int fd, struct stat *status)
{
    run_once(&on_fstat);
    return __real_fstat(fd, status);
}

int __real_sched_yield(void);
int __wrap_sched_yield(void);
int __wrap_sched_yield(void)
{
    add_relaxed(&yields, 1u);
    if (on_yield)
        on_yield();
    return __real_sched_yield();
}

int __real_clock_gettime(clockid_t clock, struct timespec *at);
int __wrap_clock_gettime(clockid_t clock, struct timespec *at);
int __wrap_clock_gettime(clockid_t clock, struct timespec *at)
{
    int result = __real_clock_gettime(clock, at);
    at->tv_sec += (time_t)(clock_ahead_ns / 1000000000u);
    return result;
}

/* ---- What the hooks do ----------------------------------------------------------------------- */

static struct {
    vrrl_shared_log *log;
    vrrl_log_ticket ticket;
    uint32_t number;
    pthread_t thread;
} other;

static void publish_other(void)
{
    vrrl_record record = sample_record(other.number);
    vrrl_shared_log_publish(other.log, &other.ticket, &record);
}

static void *append_other(void *argument)
{
    vrrl_record record = sample_record(other.number);
    assert_int_equal(vrrl_shared_log_append(other.log, &record), VRRL_OK);
    return argument;
}

/* A thread that appends, until it waits for the lock. */
static void start_other(void)
{
    store_relaxed(&yields, 0u);
    assert_int_equal(pthread_create(&other.thread, NULL, append_other, NULL), 0);
    while (load_relaxed(&yields) < 3)
        __real_sched_yield();
}

static void publish_at_third_yield(void)
{
    if (load_relaxed(&yields) < 3)
        return;
    on_yield = NULL;
    publish_other();
}

static void let_a_second_pass(void)
{
    clock_ahead_ns += 1000000000;
}

/* ---- The races ------------------------------------------------------------------------------- */

static vrrl_shared_log *open_shared(const char *path, uint64_t capacity)
{
    vrrl_shared_log *log;
    unlink(path);
    assert_int_equal(vrrl_shared_log_open(path, capacity, &log, NULL), VRRL_OK);
    other.log = log;
    return log;
}

static void append(vrrl_shared_log *log, uint32_t n)
{
    vrrl_record record = sample_record(n);
    assert_int_equal(vrrl_shared_log_append(log, &record), VRRL_OK);
}

/* The records of the log, oldest first, must be those from `first` to before `end`. */
static void assert_records(const char *path, uint32_t first, uint32_t end)
{
    vrrl_reader *reader;
    vrrl_record *records;
    size_t count;
    assert_int_equal(vrrl_reader_open(path, 0, &reader, NULL), VRRL_OK);
    assert_int_equal(vrrl_reader_read_all(reader, &records, &count, NULL), VRRL_OK);
    assert_int_equal(count, end - first);
    for (uint32_t i = 0; i < count; i++) {
        vrrl_record expected = sample_record(first + i);
        assert_same_record(&records[i], &expected);
    }
    free(records);
    vrrl_reader_close(reader);
}

/* A ticket that is published while another thread commits is committed by that one. */
static void who_commits_looks_again(void **state)
{
    (void)state;
    const char *path = in_folder("commit");
    vrrl_shared_log *log = open_shared(path, 4);
    for (uint32_t n = 0; n < 3; n++)
        append(log, n);
    vrrl_log_ticket ticket;
    vrrl_record record = sample_record(3);
    assert_int_equal(vrrl_shared_log_claim(log, record.timestamp_ns, &ticket), VRRL_OK);
    other.number = 4;
    assert_int_equal(vrrl_shared_log_claim(log, sample_record(4).timestamp_ns, &other.ticket),
                     VRRL_OK);
    on_fstat = publish_other;
    vrrl_shared_log_publish(log, &ticket, &record);
    assert_null(on_fstat);
    assert_int_equal(vrrl_shared_log_committed(log), 5);
    assert_int_equal(vrrl_shared_log_close(log, NULL), VRRL_OK);
    assert_records(path, 1, 5);
}

/* A thread that appends while another does waits for its lock. */
static void who_claims_waits_for_the_lock(void **state)
{
    (void)state;
    const char *path = in_folder("lock");
    vrrl_shared_log *log = open_shared(path, 2);
    append(log, 0);
    other.number = 2;
    on_fstat = start_other;
    append(log, 1);
    assert_null(on_fstat);
    assert_int_equal(pthread_join(other.thread, NULL), 0);
    assert_int_equal(vrrl_shared_log_committed(log), 3);
    assert_int_equal(vrrl_shared_log_close(log, NULL), VRRL_OK);
    assert_records(path, 1, 3);
}

static void who_appends_to_a_full_window_waits_for_others(void **state)
{
    (void)state;
    const char *path = in_folder("window");
    vrrl_shared_log *log = open_shared(path, 2);
    other.number = 0;
    assert_int_equal(vrrl_shared_log_claim(log, sample_record(0).timestamp_ns, &other.ticket),
                     VRRL_OK);
    store_relaxed(&yields, 0u);
    on_yield = publish_at_third_yield;
    append(log, 1);
    assert_null(on_yield);
    assert_int_equal(vrrl_shared_log_close(log, NULL), VRRL_OK);
    assert_records(path, 0, 2);
}

/* For a second; then the others go on as if it had not asked. */
static void who_waits_in_vain_is_told(void **state)
{
    (void)state;
    const char *path = in_folder("vain");
    vrrl_shared_log *log = open_shared(path, 2);
    vrrl_record record = sample_record(1);
    other.number = 0;
    assert_int_equal(vrrl_shared_log_claim(log, sample_record(0).timestamp_ns, &other.ticket),
                     VRRL_OK);
    on_yield = let_a_second_pass;
    assert_int_equal(vrrl_shared_log_append(log, &record), VRRL_BUSY);
    on_yield = NULL;
    publish_other();
    append(log, 1);
    assert_int_equal(vrrl_shared_log_close(log, NULL), VRRL_OK);
    assert_records(path, 0, 2);
}

/* ---- A mapping that is taken away ------------------------------------------------------------ */

static void *mapping_of_log;

void *__real_mmap(void *to, size_t size, int protection, int flags, int fd, off_t at);
void *__wrap_mmap(void *to, size_t size, int protection, int flags, int fd, off_t at);
void *__wrap_mmap(void *to, size_t size, int protection, int flags, int fd, off_t at)
{
    void *mapping = __real_mmap(to, size, protection, flags, fd, at);
    if (fd >= 0)
        mapping_of_log = mapping;
    return mapping;
}

static void take_mapping_away(void)
{
    assert_true(vrrl_shared_log_guard(other.log, mapping_of_log));
}

/* As by a handler of SIGBUS in the middle of an append: that one fails, and all that follow. */
static void an_append_whose_file_was_taken_away_fails(void **state)
{
    (void)state;
    vrrl_shared_log *log = open_shared(in_folder("guard"), 2);
    vrrl_record record = sample_record(1);
    vrrl_log_ticket ticket;
    vrrl_error err = no_error();
    int somewhere;
    assert_false(vrrl_shared_log_guard(log, &somewhere));
    append(log, 0);
    on_fstat = take_mapping_away;
    assert_int_equal(vrrl_shared_log_append(log, &record), VRRL_IO);
    assert_null(on_fstat);
    assert_int_equal(vrrl_shared_log_append(log, &record), VRRL_IO);
    assert_int_equal(vrrl_shared_log_claim(log, 1, &ticket), VRRL_IO);
    assert_error(&err, vrrl_shared_log_sync(log, &err), VRRL_IO);
    assert_non_null(strstr(err.text, "SIGBUS"));
    assert_error(&err, vrrl_shared_log_close(log, &err), VRRL_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_commits_looks_again),
        cmocka_unit_test(who_claims_waits_for_the_lock),
        cmocka_unit_test(who_appends_to_a_full_window_waits_for_others),
        cmocka_unit_test(who_waits_in_vain_is_told),
        cmocka_unit_test(an_append_whose_file_was_taken_away_fails),
    };
    return cmocka_run_group_tests_name("shared_races", tests, make_folder, remove_folder);
}
