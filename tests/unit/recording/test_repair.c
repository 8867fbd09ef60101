/* Repair: records keep their places, what is not valid is left out and told, a companion finds torn
 * records and the cursor, and what is made is a valid log, whatever the file was. */
#include "log_test.h"

#include "base/random.h"
#include "recording/companion.h"
#include "vrrl/log/salvage.h"

#include <fcntl.h>

enum { CAPACITY = 12, SLOT_WORDS = 16 };

static void make_log(const char *path, uint64_t count)
{
    vrrl_log *log;
    unlink(path);
    assert_int_equal(vrrl_log_open(path, CAPACITY, &log, NULL), VRRL_OK);
    for (uint64_t n = 0; n < count; n++) {
        vrrl_record record = sample_record(n);
        assert_int_equal(vrrl_log_append(log, &record), VRRL_OK);
    }
    assert_int_equal(vrrl_log_close(log, NULL), VRRL_OK);
}

/* Entries for records 0 … count - 1. */
static void make_companion(const char *path, uint64_t count)
{
    static const uint8_t id[RECORDING_ID_BYTES];
    struct companion_writer writer;
    unlink(path);
    assert_int_equal(companion_create(&writer, path, SLOT_WORDS, CAPACITY, id, NULL), VRRL_OK);
    for (uint64_t n = 0; n < count; n++) {
        uint32_t words[SLOT_WORDS] = {(uint32_t)n};
        vrrl_record record = sample_record(n);
        struct companion_entry entry = {.sequence = n + 1, .kind = ENTRY_PUBLISH, .words = words};
        companion_put(&writer, n, &entry, &record);
    }
    assert_int_equal(companion_writer_close(&writer, path, NULL), VRRL_OK);
}

static void poke(const char *path, long at, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, at, SEEK_SET), 0);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static vrrl_salvage_report repair(const char *path, const char *companion, const char *out)
{
    vrrl_salvage_report report;
    vrrl_log_verdict verdict;
    vrrl_error err = no_error();
    unlink(out);
    if (vrrl_log_salvage(path, companion, out, &report, &err))
        fail_msg("%s", err.text);
    assert_int_equal(vrrl_log_verify(out, &verdict, NULL), VRRL_OK);
    assert_int_equal(verdict.live, report.kept);
    assert_int_equal(verdict.capacity, report.capacity);
    assert_int_equal(verdict.stored_next, report.cursor);
    assert_int_equal(report.kept + report.empty + report.damaged + report.missing + report.torn,
                     report.capacity);
    return report;
}

static void a_good_log_comes_back_as_it_is(void **state)
{
    (void)state;
    static const char *const names[] = {"wrapped", "partial", "evidence-every-class", "one-slot"};
    for (size_t i = 0; i < 4; i++) {
        char from[512];
        size_t before, after;
        snprintf(from, sizeof from, VECTORS "/%s.vrrl", names[i]);
        const char *out = in_folder("same");
        vrrl_salvage_report report = repair(from, NULL, out);
        assert_false(report.header_rebuilt || report.has_companion);
        uint8_t *a = read_file(from, &before), *b = read_file(out, &after);
        assert_int_equal(before, after);
        assert_memory_equal(a, b, before);
        free(a);
        free(b);
    }
}

static void damage_is_left_out_and_told(void **state)
{
    (void)state;
    const char *path = in_folder("damaged"), *out = in_folder("mended");
    make_log(path, 17);
    poke(path, 32 + 64 * 3, "\1\2\3\4", 4);
    poke(path, 32 + 64 * 9, "\0\0\0\1", 4);
    poke(path, 32 + 64 * 4 + 48, "\x63", 1); /* an unknown class is kept */
    assert_int_equal(truncate(path, 32 + 64 * 10 + 63), 0);
    vrrl_salvage_report report = repair(path, NULL, out);
    assert_int_equal(report.kept, 8);
    assert_int_equal(report.damaged, 2);
    assert_int_equal(report.first_damaged, 3);
    assert_int_equal(report.missing, 2);
    assert_int_equal(report.first_missing, 10);
    assert_int_equal(report.cursor, 5);
    size_t before, after;
    uint8_t *a = read_file(path, &before), *b = read_file(out, &after);
    memset(a + 32 + 64 * 3, 0, 64);
    memset(a + 32 + 64 * 9, 0, 64);
    assert_int_equal(after, 32 + 64 * CAPACITY);
    assert_memory_equal(a, b, 32 + 64 * 10);
    free(a);
    free(b);
}

static void a_broken_header_is_made_anew(void **state)
{
    (void)state;
    const char *path = in_folder("headless"), *out = in_folder("headed");
    static const struct {
        long at;
        const char *bytes;
        size_t size;
    } breaks[] = {{0, "XXXX", 4}, {16, "\0", 1}, {18, "\x7f\x7f", 2}, {8, "\0", 1}, {9, "\x10", 1}};
    for (size_t i = 0; i < sizeof breaks / sizeof breaks[0]; i++) {
        make_log(path, 7);
        poke(path, breaks[i].at, breaks[i].bytes, breaks[i].size);
        vrrl_salvage_report report = repair(path, NULL, out);
        assert_true(report.header_rebuilt);
        assert_int_equal(report.capacity, CAPACITY);
        assert_int_equal(report.kept, 7);
        assert_int_equal(report.cursor, 7);
    }
}

/* A version to come may have other records: what is taken for damage must be as version 1 is. */
static void a_damaged_version_is_told_from_one_to_come(void **state)
{
    (void)state;
    const char *path = in_folder("version"), *out = in_folder("versioned");
    static const uint8_t versions[] = {0, 2, 3, 5, 9, 17, 33, 65, 129, 255};
    for (size_t i = 0; i < sizeof versions; i++) {
        make_log(path, 17);
        poke(path, 8, &versions[i], 1);
        vrrl_salvage_report report = repair(path, NULL, out);
        assert_true(report.header_rebuilt);
        assert_int_equal(report.capacity, CAPACITY);
        assert_int_equal(report.kept, CAPACITY);
        assert_int_equal(report.cursor, 5);
    }
    static const struct {
        long at;
        const char *bytes;
        size_t size;
    } others[] = {{32 + 64 * 3, "\1", 1}, /* a magic of its own */
                  {16, "\0", 1},          /* no capacity */
                  {16, "\15", 1},         /* a record more than there are */
                  {24, "\3", 1}};         /* a cursor is no structure */
    vrrl_error err = no_error();
    vrrl_salvage_report report;
    for (size_t i = 0; i < 4; i++) {
        make_log(path, 17);
        poke(path, 8, "\2", 1);
        poke(path, others[i].at, others[i].bytes, others[i].size);
        unlink(out);
        vrrl_code code = vrrl_log_salvage(path, NULL, out, &report, &err);
        assert_int_equal(code, i < 3 ? VRRL_HEADER_MISMATCH : VRRL_OK);
        if (code)
            assert_non_null(strstr(err.text, "version 2"));
    }
    make_log(path, 0); /* nothing that says version 1 */
    poke(path, 8, "\2", 1);
    unlink(out);
    assert_error(&err, vrrl_log_salvage(path, NULL, out, &report, &err), VRRL_HEADER_MISMATCH);
}

static void what_is_no_log_is_refused(void **state)
{
    (void)state;
    const char *path = in_folder("no-log"), *out = in_folder("nothing");
    static const uint8_t zeros[500];
    vrrl_salvage_report report;
    vrrl_error err = no_error();
    write_file(path, zeros, sizeof zeros);
    assert_error(&err, vrrl_log_salvage(path, NULL, out, &report, &err), VRRL_HEADER_MISMATCH);
    write_file(path, zeros, 31);
    assert_error(&err, vrrl_log_salvage(path, NULL, out, &report, &err), VRRL_IO);
    make_log(path, 3);
    poke(path, 8, "\2", 1); /* a version to come */
    poke(path, 32, "\2", 1);
    assert_error(&err, vrrl_log_salvage(path, NULL, out, &report, &err), VRRL_HEADER_MISMATCH);
    assert_non_null(strstr(err.text, "version 2"));
    assert_error(&err, vrrl_log_salvage(in_folder("absent"), NULL, out, &report, &err), VRRL_IO);
    assert_error(&err, vrrl_log_salvage(test_folder, NULL, out, &report, &err), VRRL_IO);
    assert_int_equal(access(out, F_OK), -1);
    make_log(path, 3);
    write_file(out, "mine", 4);
    assert_error(&err, vrrl_log_salvage(path, NULL, out, &report, &err), VRRL_EXISTS);
}

/* What only a companion can tell: a mixture of two records, a cursor that is one behind. */
static void a_companion_tells_torn_records_and_the_cursor(void **state)
{
    (void)state;
    const char *path = in_folder("slots.vrrl"), *companion = in_folder("slots.vrrx");
    const char *out = in_folder("told");
    make_log(path, 8);
    make_companion(companion, 8);
    poke(path, 24, "\7", 1);              /* the last store of a writer that was killed */
    poke(path, 32 + 64 * 5 + 40, "z", 1); /* half of another record */
    vrrl_salvage_report report = repair(path, NULL, out);
    assert_true(report.has_companion);
    assert_int_equal(report.kept, 7);
    assert_int_equal(report.torn, 1);
    assert_int_equal(report.first_torn, 5);
    assert_int_equal(report.stored_cursor, 7);
    assert_int_equal(report.cursor, 8);

    /* Without it nobody can tell, and nobody guesses from timestamps. */
    const char *alone = in_folder("alone");
    copy_file(path, alone);
    report = repair(alone, NULL, out);
    assert_false(report.has_companion);
    assert_int_equal(report.kept, 8);
    assert_int_equal(report.cursor, 7);
    report = repair(alone, companion, out);
    assert_int_equal(report.torn, 1);
    assert_int_equal(report.cursor, 8);

    /* One that ends early says nothing of the rest; none of its entries, nothing of the cursor. */
    assert_int_equal(report.unconfirmed, 0);
    assert_int_equal(truncate(companion, 64), 0);
    report = repair(path, NULL, out);
    assert_int_equal(report.kept, 8);
    assert_int_equal(report.cursor, 7);
    assert_int_equal(report.unconfirmed, 8);
}

/* Records whose entries did not reach the disk, or that somebody without the companion appended: no
 * checksum contradicts them. */
static void a_record_without_an_entry_is_kept_and_told(void **state)
{
    (void)state;
    const char *path = in_folder("slots.vrrl"), *companion = in_folder("slots.vrrx");
    make_log(path, 8);
    make_companion(companion, 6);
    vrrl_salvage_report report = repair(path, NULL, in_folder("unconfirmed"));
    assert_true(report.has_companion);
    assert_int_equal(report.kept, 8);
    assert_int_equal(report.torn, 0);
    assert_int_equal(report.unconfirmed, 2);
    assert_int_equal(report.first_unconfirmed, 6);
    assert_int_equal(report.cursor, 8); /* the header's: the companion does not know the last */
}

static void a_companion_of_another_log_is_refused(void **state)
{
    (void)state;
    const char *path = in_folder("slots.vrrl"), *companion = in_folder("slots.vrrx");
    const char *out = in_folder("out"), *small = in_folder("small");
    vrrl_salvage_report report;
    vrrl_error err = no_error();
    vrrl_log *log;
    make_log(path, 8);
    make_companion(companion, 8);
    assert_int_equal(vrrl_log_open(small, 3, &log, NULL), VRRL_OK);
    assert_int_equal(vrrl_log_close(log, NULL), VRRL_OK);
    assert_error(&err, vrrl_log_salvage(small, companion, out, &report, &err), VRRL_CORRUPT);
    poke(companion, 17, "!", 1);
    assert_error(&err, vrrl_log_salvage(path, companion, out, &report, &err), VRRL_CORRUPT);
    report = repair(path, NULL, out); /* not named: left alone */
    assert_false(report.has_companion);
    assert_int_equal(report.kept, 8);
}

/* Whatever a file is, what is made of it is valid and has nothing that was not in it. */
static void mutants_end_in_a_valid_log(void **state)
{
    (void)state;
    uint64_t seed = 5;
    const char *path = in_folder("mutant"), *out = in_folder("made");
    uint32_t made = 0;
    for (uint32_t i = 0; i < 300; i++) {
        size_t size;
        make_log(path, random_below(&seed, 30));
        uint8_t *bytes = read_file(path, &size);
        for (uint32_t changes = random_below(&seed, 6); changes; changes--)
            bytes[random_below(&seed, random_below(&seed, 2) ? 32 : (uint32_t)size)] =
                (uint8_t)random_next(&seed);
        write_file(path, bytes,
                   random_below(&seed, 4) ? size : random_below(&seed, (uint32_t)size));
        free(bytes);
        vrrl_salvage_report report;
        vrrl_error err = no_error();
        unlink(out);
        vrrl_code code = vrrl_log_salvage(path, NULL, out, &report, &err);
        if (code) {
            assert_error(&err, code, code);
            assert_int_equal(access(out, F_OK), -1);
            continue;
        }
        repair(path, NULL, out);
        made++;
    }
    assert_true(made > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_log_comes_back_as_it_is),
        cmocka_unit_test(damage_is_left_out_and_told),
        cmocka_unit_test(a_broken_header_is_made_anew),
        cmocka_unit_test(a_damaged_version_is_told_from_one_to_come),
        cmocka_unit_test(a_record_without_an_entry_is_kept_and_told),
        cmocka_unit_test(what_is_no_log_is_refused),
        cmocka_unit_test(a_companion_tells_torn_records_and_the_cursor),
        cmocka_unit_test(a_companion_of_another_log_is_refused),
        cmocka_unit_test(mutants_end_in_a_valid_log),
    };
    return cmocka_run_group_tests_name("repair", tests, make_memory_folder, remove_folder);
}
