/* An append compiled into its caller writes what one by a call does, and what a processor without wide stores does. */
#include "log_test.h"

#include "log/writer.h"
#include "vrrl/log/append.h"

enum { CAPACITY = 7, APPENDS = 19 };

static vrrl_log *open_log(const char *path, const vrrl_log_options *options)
{
    vrrl_log *log;
    assert_int_equal(vrrl_log_open_with(path, CAPACITY, options, &log, NULL), VRRL_OK);
    return log;
}

static void same_files(const char *a, const char *b)
{
    size_t a_size, b_size;
    uint8_t *a_bytes = read_file(a, &a_size), *b_bytes = read_file(b, &b_size);
    assert_int_equal(a_size, b_size);
    assert_memory_equal(a_bytes, b_bytes, a_size);
    free(a_bytes);
    free(b_bytes);
}

/* After each append: a lap behind and a cursor that wraps are among the files that are compared. */
static void every_way_writes_the_same(void **state)
{
    (void)state;
    const char *called = in_folder("called"), *compiled = in_folder("compiled");
    const char *narrow = in_folder("narrow");
    vrrl_log *logs[] = {open_log(called, NULL), open_log(compiled, NULL), open_log(narrow, NULL)};
    /* As on a processor that has no single store of 16 bytes. */
    logs[2]->to.state |= VRRL_APPENDER_NARROW;
    for (uint64_t n = 0; n < APPENDS; n++) {
        vrrl_record record = sample_record(n);
        assert_int_equal(vrrl_log_append(logs[0], &record), VRRL_OK);
        assert_int_equal(vrrl_append(vrrl_log_appender(logs[1]), &record), VRRL_OK);
        assert_int_equal(vrrl_append(vrrl_log_appender(logs[2]), &record), VRRL_OK);
        same_files(called, compiled);
        same_files(called, narrow);
        for (int i = 0; i < 3; i++) {
            assert_int_equal(vrrl_log_appended(logs[i]), n + 1);
            assert_int_equal(vrrl_log_cursor(logs[i]), (n + 1) % CAPACITY);
        }
    }
    for (int i = 0; i < 3; i++)
        assert_int_equal(vrrl_log_close(logs[i], NULL), VRRL_OK);
}

static uint64_t cursor_in(const char *path)
{
    size_t size;
    uint8_t *bytes = read_file(path, &size);
    uint64_t cursor = bytes[24];
    free(bytes);
    return cursor;
}

/* The file's cursor is the commits' to move, however the append came. */
static void an_ordered_log_commits_its_batches(void **state)
{
    (void)state;
    const char *path = in_folder("ordered");
    vrrl_log *log = open_log(path, &(vrrl_log_options){.size = sizeof(vrrl_log_options),
                                                       .durability = VRRL_DURABILITY_ORDERED,
                                                       .batch_records = 3});
    for (uint64_t n = 0; n < APPENDS; n++) {
        vrrl_record record = sample_record(n);
        assert_int_equal(vrrl_append(vrrl_log_appender(log), &record), VRRL_OK);
        assert_int_equal(vrrl_log_durable(log), (n + 1) / 3 * 3);
        assert_int_equal(cursor_in(path), (n + 1) / 3 * 3 % CAPACITY);
    }
    assert_int_equal(vrrl_log_close(log, NULL), VRRL_OK);
    assert_int_equal(cursor_in(path), APPENDS % CAPACITY);
}

/* The store goes nowhere; its append and all that follow tell. */
static void a_mapping_that_was_taken_away_fails_appends(void **state)
{
    (void)state;
    vrrl_log *log = open_log(in_folder("taken"), NULL);
    vrrl_record record = sample_record(1);
    assert_int_equal(vrrl_append(vrrl_log_appender(log), &record), VRRL_OK);
    assert_true(vrrl_log_guard(log, log->header));
    assert_int_equal(vrrl_append(vrrl_log_appender(log), &record), VRRL_IO);
    assert_int_equal(vrrl_log_append(log, &record), VRRL_IO);
    assert_int_equal(vrrl_log_appended(log), 1);
    assert_int_equal(vrrl_log_close(log, NULL), VRRL_IO);
}

/* ---- The cursor, seen from another thread ---------------------------------------------------- */

enum { WATCHED_APPENDS = 3000000 };

struct watched {
    vrrl_log *log;
    uint32_t ended;
    uint64_t checked, wrong, behind;
};

/* A cursor after as many appends as there were before it was read, or after, or between. Where more
 * than a lap went by, every cursor is. */
static void check_cursor(struct watched *w)
{
    uint64_t capacity = vrrl_log_capacity(w->log), before = vrrl_log_appended(w->log);
    uint64_t cursor = vrrl_log_cursor(w->log), after = vrrl_log_appended(w->log);
    if (after - before >= capacity)
        return;
    w->checked++;
    w->wrong +=
        cursor >= capacity || (cursor + capacity - before % capacity) % capacity > after - before;
}

/* What log_position relies on. */
static void check_lap(struct watched *w)
{
    uint64_t lap = load_acquire(&w->log->to.lap);
    w->behind += load_acquire(&w->log->to.appended) < lap;
}

static void *watch(void *argument)
{
    struct watched *w = argument;
    while (!load_acquire(&w->ended)) {
        check_cursor(w);
        check_lap(w);
    }
    return NULL;
}

static void watch_appends(uint64_t capacity)
{
    struct watched w = {0};
    pthread_t watcher;
    const char *path = in_folder("watched");
    assert_int_equal(vrrl_log_open(path, capacity, &w.log, NULL), VRRL_OK);
    assert_int_equal(pthread_create(&watcher, NULL, watch, &w), 0);
    vrrl_record record = sample_record(1);
    for (uint64_t n = 0; n < WATCHED_APPENDS; n++)
        vrrl_append(vrrl_log_appender(w.log), &record);
    store_release(&w.ended, 1u);
    pthread_join(watcher, NULL);
    assert_true(w.checked > 0);
    assert_int_equal(w.wrong, 0);
    assert_int_equal(w.behind, 0);
    assert_int_equal(vrrl_log_close(w.log, NULL), VRRL_OK);
    assert_int_equal(unlink(path), 0);
}

/* In the short log nearly every append wraps, and few cursors can be checked. */
static void another_thread_sees_where_the_cursor_is(void **state)
{
    (void)state;
    watch_appends(127);
    watch_appends(2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_way_writes_the_same),
        cmocka_unit_test(an_ordered_log_commits_its_batches),
        cmocka_unit_test(a_mapping_that_was_taken_away_fails_appends),
        cmocka_unit_test(another_thread_sees_where_the_cursor_is),
    };
    return cmocka_run_group_tests_name("append", tests, make_memory_folder, remove_folder);
}
