/* The thread that keeps pages ahead of the cursor writable: it changes no byte, takes the faults that
 * appends would have after a write-back, and raises no signal where the file was cut. */
#include "log_test.h"

#include "base/atomics.h"
#include "base/random.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>

enum { PAGE_RECORDS = 64, PAGES = 32 };

int __real_pthread_create(pthread_t *thread, const pthread_attr_t *how, void *(*run)(void *),
                          void *argument);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *how, void *(*run)(void *),
                          void *argument);

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
int __real_madvise(void *first, size_t bytes, int advice);
int __wrap_madvise(void *first, size_t bytes, int advice);

static int creation_fails;
static uint32_t failing_calloc; /* so many more succeed; 0: all do */
static uint32_t old_kernel;     /* which knows no MADV_POPULATE_WRITE */

void *__wrap_calloc(size_t count, size_t size)
{
    return failing_calloc > 0 && --failing_calloc == 0 ? NULL : __real_calloc(count, size);
}

static uint32_t touches;

int __wrap_madvise(void *first, size_t bytes, int advice)
{
    add_relaxed(&touches, 1u);
    if (!load_relaxed(&old_kernel))
        return __real_madvise(first, bytes, advice);
    errno = EINVAL;
    return -1;
}

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *how, void *(*run)(void *),
                          void *argument)
{
    return creation_fails ? creation_fails : __real_pthread_create(thread, how, run, argument);
}

static vrrl_log *open_log(const char *path, uint64_t capacity, uint32_t pages)
{
    vrrl_log *log;
    vrrl_error err = no_error();
    const vrrl_log_options options = {.size = sizeof options, .touch_ahead_pages = pages};
    if (vrrl_log_open_with(path, capacity, &options, &log, &err))
        fail_msg("%s", err.text);
    return log;
}

/* Bytes behind the last record and places that no append comes to are there, too. */
static void compare_files(void)
{
    static const uint64_t capacities[] = {1, 63, 64, 1000, 5000};
    for (uint64_t i = 0; i < 5; i++) {
        const char *with = in_folder("with"), *without = in_folder("without");
        uint64_t seed = i, capacity = capacities[i];
        unlink(with);
        assert_int_equal(vrrl_log_close(open_log(with, capacity, 0), NULL), VRRL_OK);
        size_t size, again;
        uint8_t *bytes = read_file(with, &size);
        for (size_t at = 32; at < size; at++)
            bytes[at] = (uint8_t)random_next(&seed);
        write_file(with, bytes, size);
        write_file(without, bytes, size);
        free(bytes);
        vrrl_log *logs[] = {open_log(with, capacity, i % 2 ? 3 : UINT32_MAX),
                            open_log(without, capacity, 0)};
        for (uint64_t n = 0; n < capacity + capacity / 3; n++) {
            vrrl_record record = sample_record(n);
            assert_int_equal(vrrl_log_append(logs[0], &record), VRRL_OK);
            assert_int_equal(vrrl_log_append(logs[1], &record), VRRL_OK);
            if (n % 500 == 0)
                usleep(500);
        }
        assert_int_equal(vrrl_log_close(logs[0], NULL), VRRL_OK);
        assert_int_equal(vrrl_log_close(logs[1], NULL), VRRL_OK);
        bytes = read_file(with, &size);
        uint8_t *plain = read_file(without, &again);
        assert_int_equal(size, again);
        assert_memory_equal(bytes, plain, size);
        free(bytes);
        free(plain);
    }
}

static void no_byte_changes(void **state)
{
    (void)state;
    for (uint32_t old = 0; old < 2; old++) {
        store_relaxed(&old_kernel, old);
        compare_files();
    }
    store_relaxed(&old_kernel, 0u);
}

static long faults(void)
{
    struct rusage usage;
    assert_int_equal(getrusage(RUSAGE_THREAD, &usage), 0);
    return usage.ru_minflt;
}

/* Faults of the appends to PAGES pages, 20 ms after a sync. */
static long faults_after_a_sync(vrrl_log *log)
{
    vrrl_record record = sample_record(1);
    for (int n = 0; n < PAGES * PAGE_RECORDS; n++)
        vrrl_log_append(log, &record);
    assert_int_equal(vrrl_log_sync(log, NULL), VRRL_OK);
    usleep(20000);
    long before = faults();
    for (int n = 0; n < PAGES * PAGE_RECORDS; n++)
        vrrl_log_append(log, &record);
    return faults() - before;
}

/* File systems without write-back have no faults to take. The thread may get no processor in time: one
 * try that shows it is enough. */
static void it_takes_the_faults(void **state)
{
    (void)state;
    enum { TRIES = 100 };
    vrrl_log *plain = open_log(in_folder("plain"), PAGES * PAGE_RECORDS, 0);
    vrrl_log *touched = open_log(in_folder("touched"), PAGES * PAGE_RECORDS, UINT32_MAX);
    long without = faults_after_a_sync(plain), with = without;
    for (int i = 0; i < TRIES && with > without / 4; i++)
        with = faults_after_a_sync(touched);
    print_message("faults without: %ld, with: %ld\n", without, with);
    assert_int_equal(vrrl_log_close(plain, NULL), VRRL_OK);
    assert_int_equal(vrrl_log_close(touched, NULL), VRRL_OK);
    if (without < PAGES / 2)
        skip();
    assert_true(with <= without / 4);
}

/* Kernels before 5.14 have no other way than to touch, and the signal is the thread's. */
static void a_cut_file_raises_no_signal(void **state)
{
    (void)state;
    const char *path = in_folder("cut");
    vrrl_log *log = open_log(path, 5000, UINT32_MAX);
    assert_int_equal(truncate(path, 32), 0);
    usleep(20000);
    assert_int_equal(vrrl_log_sync(log, NULL), VRRL_IO);
    assert_int_equal(vrrl_log_close(log, NULL), VRRL_IO);
}

/* Neither a lock nor a thread is left. */
static void a_thread_that_cannot_be_made_is_an_error(void **state)
{
    (void)state;
    vrrl_log *log;
    vrrl_error err;
    const vrrl_log_options options = {.size = sizeof options, .touch_ahead_pages = 1};
    creation_fails = EAGAIN;
    vrrl_code code = vrrl_log_open_with(in_folder("none"), 10, &options, &log, &err);
    creation_fails = 0;
    assert_error(&err, code, VRRL_IO);
    assert_int_equal(err.sys_errno, EAGAIN);
    assert_null(log);
    /* The second is the thread's own: the first is the handle's. */
    failing_calloc = 2;
    assert_error(&err, vrrl_log_open_with(in_folder("none"), 10, &options, &log, &err),
                 VRRL_NO_MEMORY);
    assert_int_equal(failing_calloc, 0);
    /* The file is free again. */
    assert_int_equal(vrrl_log_close(open_log(in_folder("none"), 10, 1), NULL), VRRL_OK);
}

/* Nobody appends to it any more; the thread stays until the log is closed. */
static void a_log_that_has_failed_is_left_alone(void **state)
{
    (void)state;
    vrrl_log *log = open_log(in_folder("failed"), 3, 1);
    vrrl_record record = sample_record(1);
    assert_int_equal(truncate(in_folder("failed"), 32 + 64), 0);
    while (vrrl_log_append(log, &record) == VRRL_OK)
        continue; /* the cut is seen where the cursor wraps */
    uint32_t before = load_relaxed(&touches);
    usleep(50000);
    assert_in_range(load_relaxed(&touches) - before, 0, 1); /* one may have been under way */
    assert_int_equal(vrrl_log_close(log, NULL), VRRL_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_byte_changes),
        cmocka_unit_test(it_takes_the_faults),
        cmocka_unit_test(a_cut_file_raises_no_signal),
        cmocka_unit_test(a_log_that_has_failed_is_left_alone),
        cmocka_unit_test(a_thread_that_cannot_be_made_is_an_error),
    };
    return cmocka_run_group_tests_name("toucher", tests, make_folder, remove_folder);
}
