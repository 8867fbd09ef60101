/* Evidence: classes of backend errors and messages, ids, digests. */
#include "log_test.h"

static void classes_of_messages(void **state)
{
    (void)state;
    static const struct {
        const char *message;
        vrrl_failure_class expected;
    } cases[] = {
        {"device lost", VRRL_FAILURE_DEVICE_LOSS},
        {"Error: DeviceLost during submit", VRRL_FAILURE_DEVICE_LOSS},
        {"GL: CONTEXT LOST", VRRL_FAILURE_DEVICE_LOSS},
        {"Lost Device", VRRL_FAILURE_DEVICE_LOSS},
        {"the adapter lost power", VRRL_FAILURE_DEVICE_LOSS},
        {"GPU reset (hang)", VRRL_FAILURE_DEVICE_LOSS},
        {"CUDA DEVICE_ERROR_CONTEXT_IS_DESTROYED", VRRL_FAILURE_DEVICE_LOSS},
        {"device_error_context_is_current", VRRL_FAILURE_DEVICE_LOSS},
        {"DEVICE_ERROR_DEINITIALIZED (4)", VRRL_FAILURE_DEVICE_LOSS},
        {"stale pipeline handle", VRRL_FAILURE_DEVICE_LOSS},
        {"Queue Full", VRRL_FAILURE_TRANSIENT_QUEUE},
        {"BACKPRESSURE", VRRL_FAILURE_TRANSIENT_QUEUE},
        {"resource temporarily unavailable", VRRL_FAILURE_TRANSIENT_QUEUE},
        {"EAGAIN: try again", VRRL_FAILURE_TRANSIENT_QUEUE},
        {"operation would block", VRRL_FAILURE_TRANSIENT_QUEUE},
        {"Timeout", VRRL_FAILURE_TRANSIENT_QUEUE},
        {"wait timed out", VRRL_FAILURE_TRANSIENT_QUEUE},
        {"out of memory", VRRL_FAILURE_TRANSIENT_QUEUE},
        {"Invalid Program", VRRL_FAILURE_PROGRAM_BUG},
        {"ptx compile failed", VRRL_FAILURE_PROGRAM_BUG},
        {"unsupported feature: fp8", VRRL_FAILURE_PROGRAM_BUG},
        {"Validation failed at op 3", VRRL_FAILURE_PROGRAM_BUG},
        {"LOWERING FAILED", VRRL_FAILURE_PROGRAM_BUG},
        {"type error", VRRL_FAILURE_PROGRAM_BUG},
        /* The rank of the lists decides, not the order in the text. */
        {"queue full: device lost", VRRL_FAILURE_DEVICE_LOSS},
        {"compile failed: timeout: GPU RESET", VRRL_FAILURE_DEVICE_LOSS},
        {"invalid program after timeout", VRRL_FAILURE_TRANSIENT_QUEUE},
        /* No match. */
        {"", VRRL_FAILURE_UNCLASSIFIED},
        {"device  lost", VRRL_FAILURE_UNCLASSIFIED},
        {"device los", VRRL_FAILURE_UNCLASSIFIED},
        {"illegal address", VRRL_FAILURE_UNCLASSIFIED},
        {"d\xc3\xa9vice lost", VRRL_FAILURE_UNCLASSIFIED},
        {"ddevice lost", VRRL_FAILURE_DEVICE_LOSS},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (vrrl_classify_message(cases[i].message) != cases[i].expected)
            fail_msg("\"%s\" is %s", cases[i].message,
                     vrrl_failure_class_name(vrrl_classify_message(cases[i].message)));
    assert_int_equal(vrrl_classify_message(NULL), VRRL_FAILURE_UNCLASSIFIED);
}

static void classes_of_errors(void **state)
{
    (void)state;
    static const struct {
        uint32_t id;
        const char *message;
        vrrl_failure_class expected;
    } cases[] = {
        {1001, NULL, VRRL_FAILURE_TRANSIENT_QUEUE},
        {1002, NULL, VRRL_FAILURE_PROGRAM_BUG},
        {1003, NULL, VRRL_FAILURE_TRANSIENT_QUEUE},
        {1004, NULL, VRRL_FAILURE_PROGRAM_BUG},
        {1006, NULL, VRRL_FAILURE_PROGRAM_BUG},
        /* Where the id decides, the message has no say. */
        {1001, "device lost", VRRL_FAILURE_TRANSIENT_QUEUE},
        {1004, "timeout", VRRL_FAILURE_PROGRAM_BUG},
        {1005, "Device Lost", VRRL_FAILURE_DEVICE_LOSS},
        {1005, "queue full", VRRL_FAILURE_TRANSIENT_QUEUE},
        {1005, "validation failed", VRRL_FAILURE_PROGRAM_BUG},
        {1005, "native code 700", VRRL_FAILURE_UNCLASSIFIED},
        {1999, "adapter lost", VRRL_FAILURE_DEVICE_LOSS},
        {1999, NULL, VRRL_FAILURE_UNCLASSIFIED},
        {0, "timeout", VRRL_FAILURE_TRANSIENT_QUEUE},
        {4711, "type error", VRRL_FAILURE_PROGRAM_BUG},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        vrrl_backend_error error = {.id = cases[i].id, .message = cases[i].message};
        assert_int_equal(vrrl_classify_error(&error), cases[i].expected);
    }
}

static void evidence_holds_what_was_seen(void **state)
{
    (void)state;
    static const char output[] = "partial-output";
    vrrl_backend_error error = {.id = VRRL_BACKEND_ERROR_DISPATCH_FAILED, .message = "GPU reset"};
    vrrl_evidence evidence = vrrl_evidence_of(7, &error, output, strlen(output));
    assert_int_equal(evidence.slot_status, 7);
    assert_int_equal(evidence.failure_class, VRRL_FAILURE_DEVICE_LOSS);
    assert_int_equal(evidence.backend_code, 1005);
    assert_int_equal(evidence.output_digest, 1936662494310217797u); /* digests.csv, last line */

    vrrl_record record = sample_record(3);
    vrrl_record_set_evidence(&record, &evidence);
    assert_true(vrrl_record_has_evidence(&record));
    assert_int_equal(record.output_digest, evidence.output_digest);

    evidence = vrrl_evidence_of(0, NULL, NULL, 0);
    vrrl_record_set_evidence(&record, &evidence);
    assert_false(vrrl_record_has_evidence(&record));
}

/* "No output was seen" and "an output of no bytes was seen" are two things. */
static void nothing_seen_has_no_digest(void **state)
{
    (void)state;
    assert_int_equal(vrrl_output_digest(NULL, 0), 0);
    assert_int_equal(vrrl_output_digest("", 0),
                     12007152915317330863u); /* digests.csv, first line */
}

static void names(void **state)
{
    (void)state;
    assert_string_equal(vrrl_failure_class_name(0), "none");
    assert_string_equal(vrrl_failure_class_name(1), "device-loss");
    assert_string_equal(vrrl_failure_class_name(99), "unclassified");
    assert_string_equal(vrrl_backend_error_text(1005), "dispatch failed");
    assert_string_equal(vrrl_backend_error_text(5), "unknown backend error");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classes_of_messages),
        cmocka_unit_test(classes_of_errors),
        cmocka_unit_test(evidence_holds_what_was_seen),
        cmocka_unit_test(nothing_seen_has_no_digest),
        cmocka_unit_test(names),
    };
    return cmocka_run_group_tests_name("log_evidence", tests, NULL, NULL);
}
