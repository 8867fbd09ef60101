/* A log of failures: a flood of healthy records does not reach it. */
#include "log_test.h"

static void a_flood_evicts_no_failure(void **state)
{
    (void)state;
    vrrl_log *log, *failures;
    uint64_t expected[64], count = 0;
    size_t found;
    assert_int_equal(vrrl_log_open(in_folder("all"), 8, &log, NULL), VRRL_OK);
    assert_int_equal(vrrl_log_open(in_folder("failures"), 64, &failures, NULL), VRRL_OK);
    for (uint64_t n = 0; n < 10000; n++) {
        vrrl_record record = sample_record(n);
        record.failure_class = n % 997 == 5 ? 1 + (uint32_t)n % 4 : VRRL_FAILURE_NONE;
        if (record.failure_class != VRRL_FAILURE_NONE)
            expected[count++] = n;
        assert_int_equal(vrrl_log_append_kept(log, failures, &record), VRRL_OK);
        assert_int_equal(vrrl_log_append_kept(log, NULL, &record), VRRL_OK);
    }
    assert_int_equal(vrrl_log_appended(log), 20000);
    vrrl_reader *reader;
    vrrl_record *records;
    assert_int_equal(vrrl_log_reader(failures, 0, &reader, NULL), VRRL_OK);
    assert_int_equal(vrrl_reader_read_all(reader, &records, &found, NULL), VRRL_OK);
    assert_int_equal(found, count);
    for (size_t i = 0; i < found; i++) {
        vrrl_record record = sample_record(expected[i]);
        record.failure_class = 1 + (uint32_t)expected[i] % 4;
        assert_same_record(&records[i], &record);
    }
    free(records);
    vrrl_reader_close(reader);
    assert_int_equal(vrrl_log_close(log, NULL), VRRL_OK);
    assert_int_equal(vrrl_log_close(failures, NULL), VRRL_OK);
}

/* Either log may fail, as when its file is cut: the other has the record, and the failure is told. */
static void one_of_two_logs_fails(void **state)
{
    (void)state;
    static const char *const names[] = {"one", "other"};
    for (int cut = 0; cut < 2; cut++) {
        vrrl_log *logs[2];
        vrrl_record record = sample_record(1);
        record.failure_class = VRRL_FAILURE_DEVICE_LOSS;
        for (int i = 0; i < 2; i++) {
            unlink(in_folder(names[i]));
            assert_int_equal(vrrl_log_open(in_folder(names[i]), 2, &logs[i], NULL), VRRL_OK);
        }
        assert_int_equal(vrrl_log_append_kept(logs[0], logs[1], &record), VRRL_OK);
        assert_int_equal(truncate(in_folder(names[cut]), 32 + 64), 0);
        for (int i = 0; i < 3; i++) /* a cut is seen where the cursor wraps */
            assert_int_equal(vrrl_log_append_kept(logs[0], logs[1], &record), VRRL_IO);
        assert_int_equal(vrrl_log_appended(logs[!cut]), 4);
        assert_int_equal(vrrl_log_close(logs[cut], NULL), VRRL_IO);
        assert_int_equal(vrrl_log_close(logs[!cut], NULL), VRRL_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_flood_evicts_no_failure),
                                       cmocka_unit_test(one_of_two_logs_fails)};
    return cmocka_run_group_tests_name("log_failures", tests, make_folder, remove_folder);
}
