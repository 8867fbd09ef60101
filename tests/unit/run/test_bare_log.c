/* Bare logs: which records are publishes and which completions, what is skipped, where epochs are
 * cut, what a replay compares. */
#include "base/clock.h"
#include "program/batch_view.h"
#include "vrrl/analysis/report.h"
#include "vrrl/log/log.h"
#include "vrrl/run/bare_log.h"
#include "vrrl/run/opcode.h"

#include "test.h"

#include <sys/stat.h>

static char path[] = "/tmp/vrrl-bare-XXXXXX";

/* Writes a log of `count` records. */
static void write_log(const vrrl_record *records, size_t count)
{
    vrrl_log *log;
    vrrl_error err;
    unlink(path);
    assert_int_equal(vrrl_log_open(path, count + 3, &log, &err), VRRL_OK);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(vrrl_log_append(log, &records[i]), VRRL_OK);
    assert_int_equal(vrrl_log_close(log, &err), VRRL_OK);
}

static vrrl_bare_log *open_log(const vrrl_bare_options *options)
{
    vrrl_bare_log *log;
    vrrl_error err = {0};
    vrrl_code code = vrrl_bare_log_open(path, options, &log, &err);
    if (code != VRRL_OK)
        fail_msg("%s", err.text);
    return log;
}

static vrrl_record publish(uint32_t slot, uint32_t opcode, uint32_t arg0, uint32_t arg1,
                           uint32_t epoch)
{
    static uint64_t now;
    return (vrrl_record){.timestamp_ns = ++now,
                         .slot_idx = slot,
                         .opcode = opcode,
                         .args = {arg0, arg1},
                         .epoch = epoch};
}

static vrrl_record ended(vrrl_record record, uint32_t status, uint32_t failure_class)
{
    record.slot_status = status;
    record.failure_class = failure_class;
    return record;
}

static vrrl_bare_result *replay(const vrrl_bare_log *log, const char *backend)
{
    vrrl_bare_result *result;
    vrrl_run_options run = {.size = sizeof run, .workers = 2, .timeout_ms = 10000};
    vrrl_error err;
    assert_int_equal(vrrl_driver_find(backend, &run.driver, &err), VRRL_OK);
    assert_int_equal(vrrl_bare_log_replay(log, &run, &result, &err), VRRL_OK);
    return result;
}

static void evidence_ends_the_oldest_equal_publish(void **state)
{
    (void)state;
    vrrl_record a = publish(0, VRRL_OPCODE_STORE_U32, 7, 160, 0);
    vrrl_record b = publish(1, VRRL_OPCODE_STORE_U32, 8, 161, 0);
    vrrl_record other = b;
    other.args[3] = 1; /* not the same arguments: ends nothing, so it is a publish itself */
    const vrrl_record records[] = {a,
                                   b,
                                   ended(b, VRRL_STATUS_DONE, 0),
                                   ended(a, VRRL_STATUS_DONE, 0),
                                   ended(a, VRRL_STATUS_DONE, 0),
                                   ended(other, VRRL_STATUS_FAULT, 3)};
    write_log(records, 6);
    vrrl_bare_log *log = open_log(&(vrrl_bare_options){.size = sizeof(vrrl_bare_options)});
    const vrrl_bare_counts *counts = vrrl_bare_log_counts(log);
    assert_int_equal(counts->records, 6);
    assert_int_equal(counts->publishes, 4); /* a, b, the second end of a, the other one */
    assert_int_equal(counts->completions, 2);
    assert_int_equal(counts->failures, 1);
    assert_int_equal(counts->statuses, 4);
    vrrl_bare_log_close(log);
}

static void epochs_are_runs_and_are_cut_where_a_slot_comes_again(void **state)
{
    (void)state;
    const vrrl_record records[] = {
        publish(0, VRRL_OPCODE_NOP, 0, 0, 5), publish(1, VRRL_OPCODE_NOP, 0, 0, 5),
        publish(0, VRRL_OPCODE_NOP, 1, 0, 5), /* slot 0 again: what it held has ended */
        publish(2, VRRL_OPCODE_NOP, 0, 0, 3), publish(3, VRRL_OPCODE_NOP, 0, 0, 5)};
    write_log(records, 5);
    vrrl_bare_log *log = open_log(&(vrrl_bare_options){.size = sizeof(vrrl_bare_options)});
    const vrrl_program *program = vrrl_bare_log_program(log);
    assert_int_equal(vrrl_bare_log_counts(log)->cut_epochs, 1);
    assert_int_equal(program->epoch_count, 4);
    static const uint32_t sizes[] = {2, 1, 1, 1};
    for (uint32_t e = 0; e < 4; e++)
        assert_int_equal(epoch_batch(program, e)->count, sizes[e]);
    vrrl_bare_log_close(log);
}

static void what_cannot_be_run_is_counted(void **state)
{
    (void)state;
    const vrrl_record records[] = {publish(0, VRRL_OPCODE_SHUTDOWN, 0, 0, 0),
                                   publish(1, VRRL_OPCODE_BATCH_FENCE, 0, 1, 0),
                                   publish(2, VRRL_OPCODE_SIGNAL, 160, 1, 0),
                                   publish(3, 99, 0, 0, 0),
                                   publish(100, VRRL_OPCODE_NOP, 0, 0, 0),
                                   publish(5, VRRL_OPCODE_PACKED_SLOT, 0x0801, 0, 0),
                                   publish(6, VRRL_OPCODE_USER_LAST, 0, 0, 0)};
    write_log(records, 7);
    vrrl_bare_log *log =
        open_log(&(vrrl_bare_options){.size = sizeof(vrrl_bare_options), .ring_slots = 100});
    const vrrl_bare_counts *counts = vrrl_bare_log_counts(log);
    assert_int_equal(counts->shutdowns, 1);
    assert_int_equal(counts->fences, 1);
    assert_int_equal(counts->user_opcodes, 2);
    assert_int_equal(counts->unknown_opcodes, 1);
    assert_int_equal(counts->outside_ring, 1);
    assert_int_equal(counts->short_packed, 1);
    assert_int_equal(counts->run, 1);
    vrrl_bare_log_close(log);

    log = open_log(&(vrrl_bare_options){.size = sizeof(vrrl_bare_options), .user_pack = true});
    counts = vrrl_bare_log_counts(log);
    assert_int_equal(counts->user_opcodes, 1); /* the pack has no such opcode */
    assert_int_equal(counts->outside_ring, 0);
    assert_int_equal(counts->run, 3);
    vrrl_bare_log_close(log);
}

/* Who publishes into a place again knows that what was there has ended: an end that comes behind is of the
 * later one; and where both ends come, of the later one first. */
static void an_end_is_of_who_has_the_place(void **state)
{
    (void)state;
    vrrl_record a = publish(0, VRRL_OPCODE_STORE_U32, 7, 160, 0);
    vrrl_record end = ended(a, VRRL_STATUS_FAULT, 3); /* which the replay does not have */
    vrrl_record good = ended(a, VRRL_STATUS_DONE, 0);
    const vrrl_record lists[][4] = {{a, a, end, end}, {a, a, end, good}};
    for (size_t i = 0; i < 2; i++) {
        write_log(lists[i], i ? 4 : 3);
        vrrl_bare_log *log = open_log(&(vrrl_bare_options){.size = sizeof(vrrl_bare_options)});
        vrrl_bare_result *result = replay(log, "reference");
        assert_int_equal(result->slots, 2);
        assert_int_equal(result->statuses_compared, i ? 2 : 1);
        assert_int_equal(result->statuses_differing, 1);
        assert_int_equal(result->record, 1);
        vrrl_bare_result_free(result);
        vrrl_bare_log_close(log);
    }
}

static void statuses_are_compared_where_they_are_known(void **state)
{
    (void)state;
    vrrl_record good = publish(0, VRRL_OPCODE_STORE_U32, 7, 160, 0);
    vrrl_record bad = publish(1, VRRL_OPCODE_STORE_U32, 7, 0xFFFFFFFF, 0); /* outside: a fault */
    vrrl_record lost = publish(2, VRRL_OPCODE_NOP, 0, 0, 0);
    const vrrl_record agreeing[] = {good,
                                    bad,
                                    lost,
                                    ended(bad, VRRL_STATUS_FAULT, 3),
                                    ended(good, VRRL_STATUS_DONE, 0),
                                    ended(lost, VRRL_STATUS_CLAIMED, 1)};
    static const char *const backends[] = {"reference", "threads", "scheduled"};
    for (size_t i = 0; i < 3; i++) {
        write_log(agreeing, 6);
        vrrl_bare_log *log = open_log(&(vrrl_bare_options){.size = sizeof(vrrl_bare_options)});
        vrrl_bare_result *result = replay(log, backends[i]);
        assert_int_equal(result->verdict, VRRL_VERDICT_COMPLETE);
        assert_int_equal(result->slots, 3);
        assert_int_equal(result->statuses_compared,
                         2); /* where a device was lost nothing is known */
        assert_int_equal(result->statuses_differing, 0);
        vrrl_bare_result_free(result);
        vrrl_bare_log_close(log);
    }
    const vrrl_record lying[] = {good, bad, ended(good, VRRL_STATUS_DONE, 0),
                                 ended(bad, VRRL_STATUS_DONE, 0)};
    write_log(lying, 4);
    vrrl_bare_log *log = open_log(&(vrrl_bare_options){.size = sizeof(vrrl_bare_options)});
    vrrl_bare_result *result = replay(log, "reference");
    assert_int_equal(result->statuses_differing, 1);
    assert_int_equal(result->slot, 1);
    assert_int_equal(result->record, 1);
    assert_int_equal(result->recorded_status, VRRL_STATUS_DONE);
    assert_int_equal(result->replayed_status, VRRL_STATUS_FAULT);
    vrrl_bare_result_free(result);
    vrrl_bare_log_close(log);
}

static void a_wait_that_nothing_satisfies_is_a_deadlock(void **state)
{
    (void)state;
    const vrrl_record records[] = {publish(0, VRRL_OPCODE_WAIT_GE, 160, 1, 0)};
    write_log(records, 1);
    vrrl_bare_log *log =
        open_log(&(vrrl_bare_options){.size = sizeof(vrrl_bare_options), .user_pack = true});
    vrrl_bare_result *result = replay(log, "threads");
    assert_int_equal(result->verdict, VRRL_VERDICT_DEADLOCK);
    assert_int_equal(result->stuck->root_count, 1);
    assert_int_equal(result->stuck->roots[0].kind, VRRL_ROOT_UNREACHABLE);
    vrrl_bare_result_free(result);
    vrrl_bare_log_close(log);
}

static uint32_t packed_head(uint32_t operations, uint32_t words)
{
    return operations | words << 8;
}

static void outcome_is(const vrrl_record *records, size_t count, bool in_part,
                       vrrl_outcome expected)
{
    write_log(records, count);
    vrrl_bare_log *log =
        open_log(&(vrrl_bare_options){.size = sizeof(vrrl_bare_options), .user_pack = true});
    const vrrl_bare_counts *c = vrrl_bare_log_counts(log);
    assert_int_equal(c->short_packed + c->short_others + c->mix_unseen > 0, in_part);
    vrrl_bare_result *result = replay(log, "reference");
    assert_int_equal(vrrl_report_bare_outcome(log, result), expected);
    assert_int_equal(vrrl_report_exit(VRRL_OUTCOME_UNTOLD), 125);
    vrrl_bare_result_free(result);
    vrrl_bare_log_close(log);
}

/* What a slot does of which the log has a part cannot be known, and neither what follows from it. */
static void what_lacks_arguments_decides_nothing(void **state)
{
    (void)state;
    vrrl_record done = ended(publish(0, VRRL_OPCODE_STORE_U32, 7, 160, 0), VRRL_STATUS_DONE, 0);
    vrrl_record fault = ended(publish(1, VRRL_OPCODE_STORE_U32, 7, 160, 0), VRRL_STATUS_FAULT, 3);
    vrrl_record waits = publish(2, VRRL_OPCODE_WAIT_GE, 160, 9, 0);
    /* Slots of which all is there: a packed one of a STORE_U32 in two words, a wait. */
    vrrl_record whole =
        ended(publish(3, VRRL_OPCODE_PACKED_SLOT, packed_head(1, 2) | 1 << 16, 7, 0),
              VRRL_STATUS_DONE, 0);
    whole.args[2] = 160;
    /* And of which it is not: a packed one of five words, a MATVEC, a MIX whose descriptor is unknown. */
    const vrrl_record in_part[] = {publish(3, VRRL_OPCODE_PACKED_SLOT, packed_head(2, 4), 0, 0),
                                   publish(3, VRRL_OPCODE_PACKED_SLOT, packed_head(8, 0), 0, 0),
                                   publish(3, VRRL_OPCODE_MATVEC, 160, 200, 0),
                                   publish(3, VRRL_OPCODE_MIX, 160, 0, 0)};
    outcome_is((vrrl_record[]){done, whole}, 2, false, VRRL_OUTCOME_SAME);
    outcome_is((vrrl_record[]){done, fault}, 2, false, VRRL_OUTCOME_DIVERGED);
    outcome_is((vrrl_record[]){done, waits}, 2, false, VRRL_OUTCOME_STUCK);
    for (size_t i = 0; i < sizeof in_part / sizeof in_part[0]; i++) {
        vrrl_record its_end = ended(in_part[i], VRRL_STATUS_DONE, 0);
        outcome_is((vrrl_record[]){done, in_part[i]}, 2, true, VRRL_OUTCOME_SAME);
        outcome_is((vrrl_record[]){done, its_end}, 2, true, VRRL_OUTCOME_SAME);
        outcome_is((vrrl_record[]){its_end}, 1, true, VRRL_OUTCOME_UNTOLD);
        outcome_is((vrrl_record[]){done, fault, in_part[i]}, 3, true, VRRL_OUTCOME_UNTOLD);
        outcome_is((vrrl_record[]){done, waits, in_part[i]}, 3, true, VRRL_OUTCOME_UNTOLD);
    }
}

/* Of a log without evidence, or without slots, nothing was compared. What was left out may have been what a
 * slot waits for. */
static void what_was_not_compared_is_not_the_same(void **state)
{
    (void)state;
    vrrl_record done = ended(publish(0, VRRL_OPCODE_STORE_U32, 7, 160, 0), VRRL_STATUS_DONE, 0);
    vrrl_record waits = publish(1, VRRL_OPCODE_WAIT_GE, 160, 9, 0);
    vrrl_record lost = ended(publish(1, VRRL_OPCODE_NOP, 0, 0, 0), VRRL_STATUS_CLAIMED, 1);
    outcome_is(NULL, 0, false, VRRL_OUTCOME_UNTOLD);
    outcome_is((vrrl_record[]){publish(0, VRRL_OPCODE_NOP, 0, 0, 0)}, 1, false,
               VRRL_OUTCOME_UNTOLD);
    outcome_is((vrrl_record[]){lost}, 1, false, VRRL_OUTCOME_UNTOLD);
    outcome_is((vrrl_record[]){done, lost}, 2, false, VRRL_OUTCOME_SAME);
    outcome_is((vrrl_record[]){done, waits, publish(2, 99, 0, 0, 0)}, 3, false,
               VRRL_OUTCOME_UNTOLD);
    outcome_is((vrrl_record[]){done, waits, publish(2, VRRL_OPCODE_SHUTDOWN, 0, 0, 0)}, 3, false,
               VRRL_OUTCOME_UNTOLD);
}

static void an_image_is_whole_words_that_fit(void **state)
{
    (void)state;
    char image[] = "/tmp/vrrl-image-XXXXXX";
    int fd = mkstemp(image);
    const uint8_t bytes[] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    assert_int_equal(write(fd, bytes, 8), 8);
    const vrrl_record records[] = {publish(0, VRRL_OPCODE_NOP, 0, 0, 0)};
    write_log(records, 1);
    vrrl_bare_options options = {.size = sizeof options, .image = image, .user_words = 2};
    vrrl_bare_log *log = open_log(&options);
    assert_int_equal(vrrl_bare_log_program(log)->initial[0], 0x04030201);
    assert_int_equal(vrrl_bare_log_program(log)->initial[1], 0x08070605);
    vrrl_bare_log_close(log);

    vrrl_error err;
    options.user_words = 1; /* the image is larger */
    assert_int_equal(vrrl_bare_log_open(path, &options, &log, &err), VRRL_INVALID);
    assert_non_null(strstr(err.fix, "Fix: "));
    options.user_words = 4;
    assert_int_equal(write(fd, bytes, 1), 1); /* nine bytes: no whole words */
    assert_int_equal(vrrl_bare_log_open(path, &options, &log, &err), VRRL_INVALID);
    assert_null(log);
    close(fd);
    unlink(image);
    assert_int_equal(mkfifo(image, 0600), 0); /* nobody writes to it: must not block */
    assert_int_equal(vrrl_bare_log_open(path, &options, &log, &err), VRRL_IO);
    unlink(image);
}

#ifdef VRRL_SANITIZED
enum { EQUAL_PUBLISHES = 20000 };
#else
enum { EQUAL_PUBLISHES = 100000 };
#endif

/* A producer that uses one slot for all, and records no completions: each publish is an epoch, and
 * all are open to the end. */
static void very_many_equal_publishes(void **state)
{
    (void)state;
    vrrl_record *records = malloc(EQUAL_PUBLISHES * sizeof *records);
    assert_non_null(records);
    for (size_t i = 0; i < EQUAL_PUBLISHES; i++)
        records[i] = publish(0, VRRL_OPCODE_PRINTF, 0, 0, 0); /* the debug log grows, too */
    write_log(records, EQUAL_PUBLISHES);
    free(records);
    uint64_t start = clock_steady_ns();
    vrrl_bare_log *log = open_log(&(vrrl_bare_options){.size = sizeof(vrrl_bare_options)});
    vrrl_bare_result *result = replay(log, "reference");
    assert_int_equal(result->epochs, EQUAL_PUBLISHES);
    assert_int_equal(vrrl_bare_log_counts(log)->publishes, EQUAL_PUBLISHES);
    vrrl_bare_result_free(result);
    vrrl_bare_log_close(log);
    assert_true(clock_steady_ns() - start < 20000000000ull); /* pair by pair it takes minutes */
}

static int make_path(void **state)
{
    (void)state;
    int fd = mkstemp(path);
    close(fd);
    return 0;
}

static int remove_path(void **state)
{
    (void)state;
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(evidence_ends_the_oldest_equal_publish),
        cmocka_unit_test(epochs_are_runs_and_are_cut_where_a_slot_comes_again),
        cmocka_unit_test(what_cannot_be_run_is_counted),
        cmocka_unit_test(an_end_is_of_who_has_the_place),
        cmocka_unit_test(statuses_are_compared_where_they_are_known),
        cmocka_unit_test(a_wait_that_nothing_satisfies_is_a_deadlock),
        cmocka_unit_test(what_lacks_arguments_decides_nothing),
        cmocka_unit_test(what_was_not_compared_is_not_the_same),
        cmocka_unit_test(an_image_is_whole_words_that_fit),
        cmocka_unit_test(very_many_equal_publishes),
    };
    return cmocka_run_group_tests_name("bare log", tests, make_path, remove_path);
}
