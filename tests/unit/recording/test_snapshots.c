/* The store of snapshots: what is taken is what is read, whatever memory does meanwhile; and nothing has its
 * name before it is whole. */
#include "recording_test.h"

#include "recording/snapshots.h"

#include <errno.h>

enum { WORDS = 5000 };

static const uint8_t id[RECORDING_ID_BYTES] = {1, 2, 3};
static const uint8_t other_id[RECORDING_ID_BYTES] = {1, 2, 4};

static struct snapshot_store *store_in(const char *folder)
{
    struct snapshot_store *store;
    vrrl_error err = no_error();
    assert_int_equal(snapshot_store_create(folder, id, WORDS, true, &store, &err), VRRL_OK);
    return store;
}

static void fill(uint32_t *memory, uint32_t with)
{
    for (uint32_t i = 0; i < WORDS; i++)
        memory[i] = with * (i + 1);
}

static void assert_reads(uint32_t epoch, uint64_t sequence, uint32_t with)
{
    static uint32_t memory[WORDS], expected[WORDS];
    uint64_t found_sequence;
    bool found;
    vrrl_error err = no_error();
    fill(expected, with);
    vrrl_code code =
        snapshot_read(test_folder, epoch, id, memory, WORDS, &found_sequence, &found, &err);
    assert_int_equal(code, VRRL_OK);
    assert_true(found);
    assert_int_equal(found_sequence, sequence);
    assert_memory_equal(memory, expected, sizeof memory);
}

static void what_is_taken_is_read(void **state)
{
    (void)state;
    static uint32_t memory[WORDS];
    struct snapshot_store *store = store_in(test_folder);
    vrrl_error err = no_error();
    for (uint32_t i = 0; i < 20; i++) {
        fill(memory, i);
        assert_int_equal(snapshot_store_take(store, memory, 3 * i, 100ull * i, NULL, NULL, &err),
                         VRRL_OK);
        fill(memory, 77); /* the host goes on */
    }
    assert_int_equal(snapshot_store_wait(store, NULL, &err), VRRL_OK);
    assert_reads(57, 1900, 19);
    assert_int_equal(snapshot_store_close(store, &err), VRRL_OK);
    for (uint32_t i = 0; i < 20; i++)
        assert_reads(3 * i, 100ull * i, i);
    assert_int_equal(snapshot_store_close(NULL, &err), VRRL_OK);
}

static void assert_refused(uint32_t epoch, const uint8_t *of, uint32_t words, vrrl_code expected)
{
    static uint32_t memory[WORDS + 1];
    uint64_t sequence;
    bool found;
    vrrl_error err = no_error();
    vrrl_code code = snapshot_read(test_folder, epoch, of, memory, words, &sequence, &found, &err);
    assert_error(&err, code, expected);
    assert_clear(&err);
}

static void another_is_refused(void **state)
{
    (void)state;
    static uint32_t memory[WORDS];
    struct snapshot_store *store = store_in(test_folder);
    vrrl_error err = no_error();
    assert_int_equal(snapshot_store_take(store, memory, 5, 9, NULL, NULL, &err), VRRL_OK);
    assert_int_equal(snapshot_store_close(store, &err), VRRL_OK);
    assert_refused(4, id, WORDS, VRRL_IO);
    assert_refused(5, other_id, WORDS, VRRL_CORRUPT);
    assert_refused(5, id, WORDS - 1, VRRL_CORRUPT);
    assert_refused(5, id, WORDS + 1, VRRL_CORRUPT);
    char from[64];
    snprintf(from, sizeof from, "%s", in_folder("state-5.zst"));
    assert_int_equal(rename(from, in_folder("state-6.zst")), 0);
    assert_refused(6, id, WORDS, VRRL_CORRUPT);
}

/* The error of the thread is told by whoever asks next, and stays. */
static void an_error_is_told(void **state)
{
    (void)state;
    static uint32_t memory[WORDS];
    struct snapshot_store *store = store_in(in_folder("nowhere"));
    vrrl_error err = no_error();
    assert_int_equal(snapshot_store_take(store, memory, 0, 0, NULL, NULL, &err), VRRL_OK);
    for (int i = 0; i < 3; i++) {
        err = no_error();
        assert_error(&err, snapshot_store_wait(store, NULL, &err), VRRL_IO);
        assert_int_equal(err.sys_errno, ENOENT);
    }
    assert_int_equal(snapshot_store_take(store, memory, 1, 0, NULL, NULL, &err), VRRL_IO);
    assert_int_equal(snapshot_store_close(store, &err), VRRL_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_taken_is_read, make_memory_folder, remove_folder),
        cmocka_unit_test_setup_teardown(another_is_refused, make_memory_folder, remove_folder),
        cmocka_unit_test_setup_teardown(an_error_is_told, make_memory_folder, remove_folder),
    };
    return cmocka_run_group_tests_name("snapshots", tests, NULL, NULL);
}
