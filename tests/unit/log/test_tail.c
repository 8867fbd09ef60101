/* The tail: where it begins, what it says of laps, damage and files that go away; and beside a
 * process that writes as fast as it can. */
#include "log_test.h"

#include "base/clock.h"
#include "vrrl/log/tail.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#define FIRST_TIMESTAMP 1700000000000000000u

static vrrl_log *open_log(const char *path, uint64_t capacity)
{
    vrrl_log *log;
    assert_int_equal(vrrl_log_open(path, capacity, &log, NULL), VRRL_OK);
    return log;
}

static void append(vrrl_log *log, uint64_t first, uint64_t count)
{
    for (uint64_t n = first; n < first + count; n++) {
        vrrl_record record = sample_record(n);
        assert_int_equal(vrrl_log_append(log, &record), VRRL_OK);
    }
}

static vrrl_tail *open_tail(const char *path, uint64_t last, unsigned flags)
{
    vrrl_tail *tail;
    vrrl_error err = no_error();
    if (vrrl_tail_open(path, last, flags, &tail, &err))
        fail_msg("%s", err.text);
    return tail;
}

static uint64_t number_of(const vrrl_raw_record *raw)
{
    vrrl_record found;
    vrrl_raw_decode(raw, &found);
    uint64_t n = found.timestamp_ns - FIRST_TIMESTAMP;
    vrrl_record expected = sample_record(n);
    assert_same_record(&found, &expected);
    return n;
}

/* The next events are records first … first + count - 1 and then nothing. */
static void expect_records(vrrl_tail *tail, uint64_t first, uint64_t count)
{
    vrrl_tail_item item;
    for (uint64_t n = first; n < first + count; n++) {
        assert_int_equal(vrrl_tail_next(tail, &item, NULL), VRRL_OK);
        assert_int_equal(item.event, VRRL_TAIL_RECORD);
        assert_int_equal(number_of(item.record), n);
        assert_int_equal(item.index, n % vrrl_tail_capacity(tail));
    }
    assert_int_equal(vrrl_tail_next(tail, &item, NULL), VRRL_OK);
    assert_int_equal(item.event, VRRL_TAIL_NOTHING);
}

static void expect_lap(vrrl_tail *tail, uint64_t lost)
{
    vrrl_tail_item item;
    assert_int_equal(vrrl_tail_next(tail, &item, NULL), VRRL_OK);
    assert_int_equal(item.event, VRRL_TAIL_LAPPED);
    assert_int_equal(item.lost, lost);
}

static void begins_where_it_is_asked_to(unsigned flags)
{
    const char *path = in_folder(flags ? "begins-mapped" : "begins");
    vrrl_log *log = open_log(path, 8);
    vrrl_tail *empty = open_tail(path, VRRL_TAIL_ALL, flags);
    expect_records(empty, 0, 0);
    append(log, 0, 3);
    expect_records(empty, 0, 3);
    vrrl_tail *some = open_tail(path, VRRL_TAIL_ALL, flags);
    expect_records(some, 0, 3);
    vrrl_tail_close(some);
    append(log, 3, 18);
    for (uint64_t last = 0; last <= 10; last++) {
        vrrl_tail *tail = open_tail(path, last, flags);
        uint64_t there = last < 8 ? last : 8;
        expect_records(tail, 21 - there, there);
        append(log, 21, 0);
        expect_records(tail, 0, 0);
        vrrl_tail_close(tail);
    }
    vrrl_tail *next = open_tail(path, 0, flags);
    append(log, 21, 5);
    expect_records(next, 21, 5);
    vrrl_tail_close(next);
    vrrl_tail_close(empty);
    assert_int_equal(vrrl_log_close(log, NULL), VRRL_OK);
}

static void begins_anywhere(void **state)
{
    (void)state;
    begins_where_it_is_asked_to(0);
    begins_where_it_is_asked_to(VRRL_TAIL_MAPPED);
}

/* Over many blocks, in steps that do not fit them, as long as nobody is lapped. */
static void follows_over_many_blocks(void **state)
{
    (void)state;
    const char *path = in_folder("blocks");
    vrrl_log *log = open_log(path, 3000);
    vrrl_tail *tail = open_tail(path, 0, 0), *mapped = open_tail(path, 0, VRRL_TAIL_MAPPED);
    uint64_t n = 0;
    for (uint64_t step = 1; step < 3000; step += 197) {
        append(log, n, step);
        expect_records(tail, n, step);
        expect_records(mapped, n, step);
        n += step;
    }
    /* Exactly one lap behind is not lapped, but for the place of the anchor. */
    append(log, n, 2999);
    expect_records(tail, n, 2999);
    vrrl_tail_close(tail);
    vrrl_tail_close(mapped);
    assert_int_equal(vrrl_log_close(log, NULL), VRRL_OK);
}

/* A tail at rest at append t, `more` appends later: what it says and where it goes on. The count is
 * exact but for whole laps. */
static void says_that_it_was_lapped(void **state)
{
    (void)state;
    enum { CAPACITY = 16, SKIP = CAPACITY / 4 + 1 };
    const char *path = in_folder("lapped");
    vrrl_log *log = open_log(path, CAPACITY);
    uint64_t n = 0;
    for (uint64_t more = CAPACITY; more < 5 * CAPACITY; more++) {
        vrrl_tail *tail = open_tail(path, 0, 0);
        append(log, n, more);
        uint64_t resumed = n + more - CAPACITY + SKIP, lost = resumed - n;
        expect_lap(tail, lost % CAPACITY);
        expect_records(tail, resumed, CAPACITY - SKIP);
        n += more;
        append(log, n, 3);
        expect_records(tail, n, 3);
        n += 3;
        vrrl_tail_close(tail);
    }
    assert_int_equal(vrrl_log_close(log, NULL), VRRL_OK);
}

static void a_log_of_one_record(void **state)
{
    (void)state;
    const char *path = in_folder("one");
    vrrl_log *log = open_log(path, 1);
    vrrl_tail *tail = open_tail(path, 5, 0), *later = open_tail(path, 0, 0);
    append(log, 0, 1);
    expect_records(tail, 0, 1);
    append(log, 1, 3);
    expect_lap(tail, 0);
    expect_records(tail, 3, 1);
    expect_lap(later, 0);
    expect_records(later, 3, 1);
    vrrl_tail_close(tail);
    vrrl_tail_close(later);
    assert_int_equal(vrrl_log_close(log, NULL), VRRL_OK);
}

static void damage_is_met_in_its_turn(void **state)
{
    (void)state;
    const char *path = in_folder("damage");
    vrrl_log *log = open_log(path, 8);
    append(log, 0, 6);
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    fseek(file, 32 + 64 * 4, SEEK_SET);
    assert_int_equal(fwrite("abcd", 1, 4, file), 4);
    fclose(file);
    vrrl_tail *tail = open_tail(path, 4, 0);
    vrrl_tail_item item;
    vrrl_error err = no_error();
    for (uint64_t n = 2; n < 4; n++) {
        assert_int_equal(vrrl_tail_next(tail, &item, NULL), VRRL_OK);
        assert_int_equal(number_of(item.record), n);
    }
    for (int again = 0; again < 2; again++)
        assert_error(&err, vrrl_tail_next(tail, &item, &err), VRRL_HEADER_MISMATCH);
    vrrl_tail_close(tail);
    assert_int_equal(vrrl_log_close(log, NULL), VRRL_OK);
}

static void files_that_are_none_or_go_away(void **state)
{
    (void)state;
    vrrl_error err = no_error();
    vrrl_tail *tail;
    vrrl_tail_item item;
    bool ready;
    const char *path = in_folder("gone");
    assert_error(&err, vrrl_tail_open(in_folder("missing"), 0, 0, &tail, &err), VRRL_IO);
    assert_null(tail);
    assert_error(&err, vrrl_tail_open(test_folder, 0, 0, &tail, &err), VRRL_IO);

    vrrl_log *log = open_log(path, 64);
    append(log, 0, 4);
    assert_int_equal(vrrl_log_close(log, NULL), VRRL_OK);
    tail = open_tail(path, 0, 0);
    assert_int_equal(vrrl_tail_wait(tail, 1, &ready, &err), VRRL_OK);
    assert_false(ready);
    assert_int_equal(unlink(path), 0);
    assert_error(&err, vrrl_tail_wait(tail, 60000, &ready, &err), VRRL_IO);
    assert_non_null(strstr(err.text, "deleted"));
    vrrl_tail_close(tail);

    /* Cut: an error each time, no signal; a mapping is refused. */
    log = open_log(path, 64);
    append(log, 0, 40);
    tail = open_tail(path, 30, 0);
    assert_int_equal(vrrl_log_close(log, NULL), VRRL_OK);
    assert_int_equal(truncate(path, 1000), 0);
    for (int again = 0; again < 2; again++) {
        vrrl_code code;
        while (!(code = vrrl_tail_next(tail, &item, &err)) && item.event == VRRL_TAIL_RECORD)
            ;
        assert_error(&err, code, VRRL_IO);
    }
    vrrl_tail_close(tail);
    assert_error(&err, vrrl_tail_open(path, 0, VRRL_TAIL_MAPPED, &tail, &err), VRRL_IO);
}

/* ---- Beside a process ------------------------------------------------------------------------ */

/* Appends in bursts, now and then with a pause, until it is killed. */
static void write_for_ever(const char *path, uint64_t capacity, bool bursts)
{
    vrrl_log *log;
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails does not come to kill it */
    if (vrrl_log_open(path, capacity, &log, NULL))
        _exit(1);
    for (uint64_t n = 0;; n++) {
        vrrl_record record = sample_record(n);
        if (vrrl_log_append(log, &record))
            _exit(1);
        if (bursts && n % (3 * capacity / 2 + 7) == 0)
            usleep(50);
    }
}

struct seen {
    uint64_t records, gaps, lost_told, lost;
};

static void follow_for(vrrl_tail *tail, uint64_t ms, struct seen *seen)
{
    uint64_t end = clock_steady_ns() + ms * 1000000u, last = 0, told = 0;
    bool any = false, lapped = false, ready;
    while (clock_steady_ns() < end) {
        vrrl_tail_item item;
        assert_int_equal(vrrl_tail_next(tail, &item, NULL), VRRL_OK);
        if (item.event == VRRL_TAIL_NOTHING) {
            assert_int_equal(vrrl_tail_wait(tail, 10, &ready, NULL), VRRL_OK);
        } else if (item.event == VRRL_TAIL_LAPPED) {
            assert_false(lapped);
            lapped = true;
            told = item.lost;
            seen->gaps++;
        } else {
            uint64_t n = number_of(item.record);
            assert_true(!any || n > last);
            assert_true(!any || lapped || n == last + 1);
            assert_true(!any || told <= n - last - 1);
            seen->lost += any ? n - last - 1 : 0;
            seen->lost_told += told;
            seen->records++;
            last = n;
            told = 0;
            any = true;
            lapped = false;
        }
    }
}

static void beside_a_process(uint64_t capacity, bool bursts, unsigned flags)
{
    char name[48];
    snprintf(name, sizeof name, "process-%d-%d-%u", (int)capacity, bursts, flags);
    const char *path = in_folder(name);
    unlink(path);
    assert_int_equal(vrrl_log_close(open_log(path, capacity), NULL), VRRL_OK);
    vrrl_tail *tail = open_tail(path, VRRL_TAIL_ALL, flags);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        write_for_ever(path, capacity, bursts);
    struct seen seen = {0};
    follow_for(tail, 150, &seen);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    vrrl_tail_close(tail);
    print_message("%s: %d records, %d gaps, at least %d lost, in truth %d\n", name,
                  (int)seen.records, (int)seen.gaps, (int)seen.lost_told, (int)seen.lost);
    assert_true(seen.records > 0 || !bursts);
}

static void nothing_torn_and_no_gap_untold(void **state)
{
    (void)state;
    static const uint64_t capacities[] = {1, 2, 3, 7, 64, 1000, 65536};
    for (size_t i = 0; i < sizeof capacities / sizeof capacities[0]; i++)
        for (unsigned flags = 0; flags <= VRRL_TAIL_MAPPED; flags++)
            beside_a_process(capacities[i], i % 2, flags);
    beside_a_process(64, true, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(begins_anywhere),
        cmocka_unit_test(follows_over_many_blocks),
        cmocka_unit_test(says_that_it_was_lapped),
        cmocka_unit_test(a_log_of_one_record),
        cmocka_unit_test(damage_is_met_in_its_turn),
        cmocka_unit_test(files_that_are_none_or_go_away),
        cmocka_unit_test(nothing_torn_and_no_gap_untold),
    };
    return cmocka_run_group_tests_name("tail", tests, make_folder, remove_folder);
}
