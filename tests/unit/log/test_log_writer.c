/* The writer: opening and refusing, one writer a file, extension, wrap, truncation, staging. */
#include "log_test.h"

#include "log/record_format.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

static vrrl_log *open_log(const char *path, uint64_t capacity)
{
    vrrl_log *log;
    vrrl_error err = no_error();
    vrrl_code code = vrrl_log_open(path, capacity, &log, &err);
    if (code)
        fail_msg("%s\n%s", err.text, err.fix);
    return log;
}

static void append_samples(vrrl_log *log, uint64_t first, uint64_t count)
{
    for (uint64_t n = first; n < first + count; n++) {
        vrrl_record record = sample_record(n);
        assert_int_equal(vrrl_log_append(log, &record), VRRL_OK);
    }
}

/* The log holds samples first … first + count - 1, oldest first. */
static void assert_holds(vrrl_log *log, uint64_t first, size_t count)
{
    vrrl_reader *reader;
    vrrl_record *records;
    size_t found;
    assert_int_equal(vrrl_log_reader(log, 0, &reader, NULL), VRRL_OK);
    assert_int_equal(vrrl_reader_read_all(reader, &records, &found, NULL), VRRL_OK);
    assert_int_equal(found, count);
    for (size_t i = 0; i < count; i++) {
        vrrl_record expected = sample_record(first + i);
        assert_same_record(&records[i], &expected);
    }
    free(records);
    vrrl_reader_close(reader);
}

static void makes_opens_and_wraps(void **state)
{
    (void)state;
    const char *path = in_folder("wraps");
    vrrl_log *log = open_log(path, 5);
    assert_string_equal(vrrl_log_path(log), path);
    assert_int_equal(vrrl_log_capacity(log), 5);
    assert_holds(log, 0, 0);
    append_samples(log, 0, 3);
    assert_int_equal(vrrl_log_cursor(log), 3);
    assert_holds(log, 0, 3);
    assert_int_equal(vrrl_log_sync(log, NULL), VRRL_OK);
    assert_int_equal(vrrl_log_close(log, NULL), VRRL_OK);

    /* The file's capacity rules, and the cursor has survived. */
    log = open_log(path, 1000);
    assert_int_equal(vrrl_log_capacity(log), 5);
    assert_int_equal(vrrl_log_cursor(log), 3);
    append_samples(log, 3, 14);
    assert_int_equal(vrrl_log_cursor(log), 17 % 5);
    assert_holds(log, 12, 5);
    assert_int_equal(vrrl_log_close(log, NULL), VRRL_OK);
    size_t size;
    free(read_file(path, &size));
    assert_int_equal(size, 32 + 64 * 5);
}

/* More than one block of the reader, from a cursor in the middle. */
static void wraps_over_many_blocks(void **state)
{
    (void)state;
    vrrl_log *log = open_log(in_folder("blocks"), 3000);
    append_samples(log, 0, 4321);
    assert_holds(log, 4321 - 3000, 3000);
    assert_int_equal(vrrl_log_close(log, NULL), VRRL_OK);
}

static void capacity_is_checked_first(void **state)
{
    (void)state;
    vrrl_log *log;
    vrrl_error err = no_error();
    const char *missing = in_folder("no-such-folder/log");
    assert_error(&err, vrrl_log_open(missing, 0, &log, &err), VRRL_ZERO_CAPACITY);
    assert_error(&err, vrrl_log_open(missing, 1048577, &log, &err), VRRL_CAPACITY_OVERFLOW);
    assert_int_equal(err.found, 1048577);
    assert_int_equal(err.expected, 1048576);
    assert_error(&err, vrrl_log_open(missing, UINT64_MAX, &log, &err), VRRL_CAPACITY_OVERFLOW);
    assert_null(log);
    assert_error(&err, vrrl_log_open(missing, 1, &log, &err), VRRL_IO);
    assert_int_equal(err.sys_errno, ENOENT);

    const char *path = in_folder("first");
    assert_int_equal(vrrl_log_close(open_log(path, 2), NULL), VRRL_OK);
    assert_error(&err, vrrl_log_open(path, 0, &log, &err), VRRL_ZERO_CAPACITY);
    assert_error(&err, vrrl_log_open(path, 1048577, &log, &err), VRRL_CAPACITY_OVERFLOW);
}

/* A damaged log is refused with the reader's error and is not touched. */
static void refuses_damaged_headers(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        vrrl_code expected;
    } cases[] = {
        {"bad-header-magic", VRRL_HEADER_MISMATCH},
        {"bad-version", VRRL_HEADER_MISMATCH},
        {"zero-capacity", VRRL_ZERO_CAPACITY},
        {"huge-capacity", VRRL_CAPACITY_OVERFLOW},
        {"capacity-u64-max", VRRL_CAPACITY_OVERFLOW},
        {"short-header", VRRL_IO},
        {"zero-bytes", VRRL_IO},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char from[512];
        snprintf(from, sizeof from, VECTORS "/%s.vrrl", cases[i].name);
        const char *path = in_folder("damaged");
        copy_file(from, path);
        vrrl_log *log;
        vrrl_error err = no_error();
        assert_error(&err, vrrl_log_open(path, 4, &log, &err), cases[i].expected);
        assert_null(log);
        size_t before, after;
        uint8_t *a = read_file(from, &before), *b = read_file(path, &after);
        assert_int_equal(before, after);
        assert_memory_equal(a, b, before);
        free(a);
        free(b);
    }
}

static void refuses_what_is_no_file(void **state)
{
    (void)state;
    const char *fifo = in_folder("fifo");
    assert_int_equal(mkfifo(fifo, 0600), 0);
    const char *paths[] = {test_folder, fifo, "/dev/null"};
    alarm(20); /* a blocked open must not hang the tests */
    for (size_t i = 0; i < 3; i++) {
        vrrl_log *log;
        vrrl_reader *reader;
        vrrl_error err = no_error();
        assert_error(&err, vrrl_log_open(paths[i], 4, &log, &err), VRRL_IO);
        assert_non_null(strstr(err.text, "not a regular file"));
        err = no_error();
        assert_error(&err, vrrl_reader_open(paths[i], 0, &reader, &err), VRRL_IO);
        assert_non_null(strstr(err.text, "not a regular file"));
        assert_non_null(strstr(err.fix, "regular file"));
        assert_null(reader);
    }
    alarm(0);
}

static void refuses_a_second_writer(void **state)
{
    (void)state;
    const char *path = in_folder("busy");
    vrrl_log *log = open_log(path, 4), *second;
    vrrl_error err = no_error();
    assert_error(&err, vrrl_log_open(path, 4, &second, &err), VRRL_BUSY);
    assert_null(second);

    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        _exit((int)vrrl_log_open(path, 4, &second, NULL));
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), VRRL_BUSY);

    append_samples(log, 0, 1);
    assert_int_equal(vrrl_log_close(log, NULL), VRRL_OK);
    log = open_log(path, 4);
    assert_holds(log, 0, 1);
    assert_int_equal(vrrl_log_close(log, NULL), VRRL_OK);
}

/* Of many that create the same log at once, one gets it and the others are told. */
static void racing_creators_do_not_clobber(void **state)
{
    (void)state;
    enum { CREATORS = 8 };
    const char *path = in_folder("race");
    pid_t children[CREATORS];
    int gate[2];
    assert_int_equal(pipe(gate), 0);
    fflush(NULL);
    for (int i = 0; i < CREATORS; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            char byte;
            close(gate[1]);
            vrrl_log *log;
            if (read(gate[0], &byte, 1) < 0)
                _exit(99);
            vrrl_code code = vrrl_log_open(path, 100, &log, NULL);
            if (!code)
                sleep(1); /* keeps the lock while the others try */
            _exit((int)code);
        }
    }
    close(gate[0]);
    close(gate[1]);
    int winners = 0;
    for (int i = 0; i < CREATORS; i++) {
        int status;
        waitpid(children[i], &status, 0);
        assert_true(WIFEXITED(status));
        assert_true(WEXITSTATUS(status) == VRRL_OK || WEXITSTATUS(status) == VRRL_BUSY);
        winners += WEXITSTATUS(status) == VRRL_OK;
    }
    assert_true(winners >= 1);
    vrrl_log *log = open_log(path, 100);
    assert_holds(log, 0, 0);
    assert_int_equal(vrrl_log_close(log, NULL), VRRL_OK);
}

static void extends_a_short_file(void **state)
{
    (void)state;
    const char *path = in_folder("short");
    copy_file(VECTORS "/header-only.vrrl", path);
    vrrl_log *log = open_log(path, 1);
    assert_int_equal(vrrl_log_capacity(log), 5);
    assert_int_equal(vrrl_log_cursor(log), 4);
    append_samples(log, 0, 2);
    assert_holds(log, 0, 2);
    assert_int_equal(vrrl_log_close(log, NULL), VRRL_OK);
    size_t size;
    free(read_file(path, &size));
    assert_int_equal(size, 32 + 64 * 5);
}

/* What readers must ignore, writers must keep. */
static void keeps_flags_and_trailing_bytes(void **state)
{
    (void)state;
    static const char *const names[] = {"unknown-flags", "trailing-garbage"};
    for (size_t i = 0; i < 2; i++) {
        char from[512];
        snprintf(from, sizeof from, VECTORS "/%s.vrrl", names[i]);
        const char *path = in_folder(names[i]);
        copy_file(from, path);
        vrrl_log *log = open_log(path, 9);
        append_samples(log, 0, 7);
        assert_int_equal(vrrl_log_close(log, NULL), VRRL_OK);
        size_t before, after, end = 32 + 64 * 5;
        uint8_t *a = read_file(from, &before), *b = read_file(path, &after);
        assert_int_equal(before, after);
        assert_memory_equal(a, b, 24); /* all of the header but the cursor */
        assert_memory_equal(a + end, b + end, before - end);
        free(a);
        free(b);
    }
}

static void takes_the_cursor_modulo(void **state)
{
    (void)state;
    const char *path = in_folder("modulo");
    copy_file(VECTORS "/cursor-past-capacity.vrrl", path);
    vrrl_log *log = open_log(path, 5);
    assert_int_equal(vrrl_log_cursor(log), 3);
    append_samples(log, 0, 1);
    assert_int_equal(vrrl_log_close(log, NULL), VRRL_OK);
    size_t size;
    uint8_t *bytes = read_file(path, &size);
    assert_int_equal(bytes[24], 4);
    assert_int_equal(bytes[32 + 64 * 3], 0xEF);
    assert_int_equal(bytes[32 + 64 * 3 + 16], 0x11); /* the sample's tenant */
    free(bytes);
}

static void finds_a_truncation(void **state)
{
    (void)state;
    const char *path = in_folder("cut");
    vrrl_log *log = open_log(path, 4);
    vrrl_error err = no_error();
    assert_int_equal(truncate(path, 100), 0);
    vrrl_record record = sample_record(1);
    assert_int_equal(vrrl_log_append(log, &record), VRRL_OK);
    assert_int_equal(vrrl_log_append(log, &record), VRRL_OK);
    assert_int_equal(vrrl_log_append(log, &record), VRRL_OK);
    assert_int_equal(vrrl_log_append(log, &record), VRRL_IO); /* the wrap looks */
    assert_int_equal(vrrl_log_append(log, &record), VRRL_IO); /* and it stays so */
    assert_error(&err, vrrl_log_sync(log, &err), VRRL_IO);
    assert_non_null(strstr(err.text, "shorter"));
    err = no_error();
    assert_error(&err, vrrl_log_seek(log, 0, &err), VRRL_IO);
    err = no_error();
    assert_error(&err, vrrl_log_close(log, &err), VRRL_IO);

    log = open_log(path, 4); /* extended again */
    assert_int_equal(truncate(path, 0), 0);
    assert_error(&err, vrrl_log_sync(log, &err), VRRL_IO);
    assert_error(&err, vrrl_log_close(log, &err), VRRL_IO);
}

static int files_in_folder(const char *folder)
{
    char command[256];
    int count = -1;
    snprintf(command, sizeof command, "ls -A '%s' | wc -l", folder);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    assert_int_equal(fscanf(pipe, "%d", &count), 1);
    pclose(pipe);
    return count;
}

static void staged_logs_appear_whole(void **state)
{
    (void)state;
    const char *folder = in_folder("staging");
    const char *path = in_folder("staging/log");
    assert_int_equal(mkdir(folder, 0700), 0);
    vrrl_log *log;
    vrrl_error err = no_error();
    assert_int_equal(vrrl_log_create(path, 8, &log, &err), VRRL_OK);
    append_samples(log, 0, 3);
    assert_int_equal(access(path, F_OK), -1);
    assert_holds(log, 0, 3);
    assert_int_equal(vrrl_log_close(log, NULL), VRRL_OK);
    assert_int_equal(files_in_folder(folder), 0);

    assert_int_equal(vrrl_log_create(path, 8, &log, &err), VRRL_OK);
    append_samples(log, 0, 3);
    assert_int_equal(vrrl_log_seek(log, 6, &err), VRRL_OK);
    assert_error(&err, vrrl_log_seek(log, 8, &err), VRRL_INVALID);
    append_samples(log, 3, 1);
    assert_int_equal(vrrl_log_cursor(log), 7);
    assert_int_equal(vrrl_log_publish(log, &err), VRRL_OK);
    assert_int_equal(files_in_folder(folder), 1);
    vrrl_log *second;
    assert_error(&err, vrrl_log_create(path, 8, &second, &err), VRRL_EXISTS);
    assert_error(&err, vrrl_log_open(path, 8, &second, &err), VRRL_BUSY);
    assert_int_equal(vrrl_log_close(log, NULL), VRRL_OK);

    /* The name is taken between create and publish. */
    const char *taken = in_folder("staging/taken");
    assert_int_equal(vrrl_log_create(taken, 8, &log, &err), VRRL_OK);
    write_file(taken, "mine", 4);
    assert_error(&err, vrrl_log_publish(log, &err), VRRL_EXISTS);
    assert_int_equal(vrrl_log_close(log, NULL), VRRL_OK);
    assert_int_equal(files_in_folder(folder), 2);
    size_t size;
    uint8_t *bytes = read_file(taken, &size);
    assert_memory_equal(bytes, "mine", 4);
    free(bytes);
}

/* A process that dies before its log is whole leaves nothing under the log's name. */
static void a_death_before_publishing_leaves_no_name(void **state)
{
    (void)state;
    const char *path = in_folder("died");
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        vrrl_log *log;
        if (vrrl_log_create(path, 8, &log, NULL) == VRRL_OK)
            raise(SIGKILL);
        _exit(1);
    }
    int status;
    waitpid(child, &status, 0);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(access(path, F_OK), -1);
    vrrl_log *log = open_log(path, 8);
    assert_int_equal(vrrl_log_close(log, NULL), VRRL_OK);
}

/* A killed writer loses nothing that it has appended: the pages are the kernel's. */
static void a_killed_writer_keeps_its_records(void **state)
{
    (void)state;
    const char *path = in_folder("killed");
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        append_samples(open_log(path, 64), 0, 100);
        raise(SIGKILL);
    }
    int status;
    waitpid(child, &status, 0);
    assert_true(WIFSIGNALED(status));
    vrrl_log *log = open_log(path, 1);
    assert_int_equal(vrrl_log_cursor(log), 100 % 64);
    assert_holds(log, 36, 64);
    assert_int_equal(vrrl_log_close(log, NULL), VRRL_OK);
}

static void a_dangling_link_is_an_error(void **state)
{
    (void)state;
    const char *path = in_folder("link");
    assert_int_equal(symlink("nowhere", path), 0);
    vrrl_log *log;
    vrrl_error err = no_error();
    assert_error(&err, vrrl_log_open(path, 4, &log, &err), VRRL_IO);
    assert_int_equal(err.sys_errno, ENOENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_opens_and_wraps),
        cmocka_unit_test(wraps_over_many_blocks),
        cmocka_unit_test(capacity_is_checked_first),
        cmocka_unit_test(refuses_damaged_headers),
        cmocka_unit_test(refuses_what_is_no_file),
        cmocka_unit_test(refuses_a_second_writer),
        cmocka_unit_test(racing_creators_do_not_clobber),
        cmocka_unit_test(extends_a_short_file),
        cmocka_unit_test(keeps_flags_and_trailing_bytes),
        cmocka_unit_test(takes_the_cursor_modulo),
        cmocka_unit_test(finds_a_truncation),
        cmocka_unit_test(staged_logs_appear_whole),
        cmocka_unit_test(a_death_before_publishing_leaves_no_name),
        cmocka_unit_test(a_killed_writer_keeps_its_records),
        cmocka_unit_test(a_dangling_link_is_an_error),
    };
    return cmocka_run_group_tests_name("log_writer", tests, make_folder, remove_folder);
}
