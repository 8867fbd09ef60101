/* What was under way: publishes that nothing shows to have ended, against a walk that asks of each record
 * all that follow it. */
#include "log_test.h"

#include "base/random.h"
#include "vrrl/log/snapshot.h"

#include <fcntl.h>
#include <unistd.h>

enum { CAPACITY = 48 };

static vrrl_record publish(uint32_t slot, uint32_t epoch, uint32_t argument)
{
    return (vrrl_record){.slot_idx = slot, .epoch = epoch, .opcode = 1, .args = {argument}};
}

static vrrl_record end_of(vrrl_record record)
{
    record.slot_status = 3;
    return record;
}

static void write_log(const char *path, const vrrl_record *records, size_t count)
{
    vrrl_log *log;
    vrrl_error err;
    unlink(path);
    if (vrrl_log_create(path, CAPACITY, &log, &err))
        fail_msg("%s", err.text);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(vrrl_log_append(log, &records[i]), VRRL_OK);
    assert_int_equal(vrrl_log_publish(log, &err), VRRL_OK);
    assert_int_equal(vrrl_log_close(log, &err), VRRL_OK);
}

/* `expected`: indexes in the file, oldest first. */
static void assert_in_flight(const char *path, const uint64_t *expected, size_t count)
{
    vrrl_snapshot *snapshot;
    vrrl_error err;
    size_t *positions, found;
    uint64_t ends;
    if (vrrl_snapshot_take(path, &snapshot, &err))
        fail_msg("%s", err.text);
    assert_int_equal(vrrl_snapshot_in_flight(snapshot, &positions, &found, &ends, &err), VRRL_OK);
    assert_int_equal(found, count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(vrrl_snapshot_index(snapshot, positions[i]), expected[i]);
    free(positions);
    vrrl_snapshot_free(snapshot);
}

static bool is_end(const vrrl_record *record)
{
    return record->slot_status != 0;
}

static bool same_publish(const vrrl_record *a, const vrrl_record *b)
{
    return a->slot_idx == b->slot_idx && a->epoch == b->epoch && a->args[0] == b->args[0];
}

/* True where a publish of i's place of the ring comes between i and `end`. */
static bool is_replaced(const vrrl_record *records, size_t i, size_t end)
{
    for (size_t j = i + 1; j < end; j++)
        if (!is_end(&records[j]) && records[j].slot_idx == records[i].slot_idx)
            return true;
    return false;
}

/* By the words of the header, and cubic. */
static size_t walk(const vrrl_record *records, size_t first, size_t count, uint64_t *in_flight)
{
    bool ended[3 * CAPACITY] = {false};
    size_t found = 0;
    for (size_t i = first; i < count; i++) {
        for (size_t j = first; is_end(&records[i]) && j < i; j++) {
            if (is_end(&records[j]) || ended[j] || !same_publish(&records[i], &records[j]) ||
                is_replaced(records, j, i))
                continue;
            ended[j] = true;
            break;
        }
    }
    for (size_t i = first; i < count; i++) {
        if (!is_end(&records[i]) && !ended[i] && !is_replaced(records, i, count))
            in_flight[found++] = i % CAPACITY;
    }
    return found;
}

static void random_logs_agree_with_a_walk(void **state)
{
    char path[256];
    uint64_t random = 1;
    (void)state;
    snprintf(path, sizeof path, "%s", in_folder("in-flight"));
    for (int round = 0; round < 400; round++) {
        vrrl_record records[3 * CAPACITY];
        uint64_t expected[3 * CAPACITY];
        size_t count = random_below(&random, 3 * CAPACITY) + 1;
        for (size_t i = 0; i < count; i++) {
            records[i] =
                publish(random_below(&random, 6), (uint32_t)(i / 16), random_below(&random, 2));
            if (random_below(&random, 2))
                records[i] = end_of(records[i]);
        }
        write_log(path, records, count);
        size_t first = count > CAPACITY ? count - CAPACITY : 0;
        assert_in_flight(path, expected, walk(records, first, count, expected));
    }
    unlink(path);
}

/* The process was killed between its last records and the cursor. */
static void a_cursor_that_is_behind_puts_nothing_first(void **state)
{
    char path[256];
    const vrrl_record records[] = {publish(0, 0, 0), publish(1, 0, 0), end_of(publish(1, 0, 0)),
                                   end_of(publish(0, 0, 0)), publish(2, 1, 0)};
    const uint64_t expected[] = {4};
    (void)state;
    snprintf(path, sizeof path, "%s", in_folder("behind"));
    for (uint64_t behind = 0; behind <= 3; behind++) {
        uint64_t cursor = 5 - behind;
        write_log(path, records, 5);
        int fd = open(path, O_WRONLY);
        assert_int_equal(pwrite(fd, &cursor, sizeof cursor, 24), sizeof cursor);
        close(fd);
        assert_in_flight(path, expected, 1);
    }
    unlink(path);
}

static void an_empty_log_has_nothing_in_flight(void **state)
{
    char path[256];
    (void)state;
    snprintf(path, sizeof path, "%s", in_folder("none"));
    write_log(path, NULL, 0);
    assert_in_flight(path, NULL, 0);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_logs_agree_with_a_walk),
        cmocka_unit_test(a_cursor_that_is_behind_puts_nothing_first),
        cmocka_unit_test(an_empty_log_has_nothing_in_flight),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
