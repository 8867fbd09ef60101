/* The files of a recording one by one: what opens after a process or a machine went down, and what
 * is refused because the files do not fit each other. */
#include "vrrl/run/replay.h"

#include "recording_test.h"

#include "base/bytes.h"
#include "base/checksum.h"
#include "recording/recording.h"

#include <fcntl.h>

static const char program_text[] =
    "words x[3000]\nword y in observable\nepoch times 4\nATOMIC_ADD 1, x[0]\nSTORE_U32 5, y\n"
    "MEMCPY x[0], x[1500], 3\nend\n";

static int setup(void **state)
{
    if (make_folder(state))
        return -1;
    record_text(program_text, "run", "reference");
    return 0;
}

static void make_unfinished(void)
{
    edit_file("run/manifest.json", "\"finished\"", "\"recording\"");
}

static void assert_epochs(uint32_t epochs, bool finished)
{
    vrrl_recording *recording = open_recorded("run");
    assert_int_equal(vrrl_recording_info_of(recording)->epochs, epochs);
    assert_int_equal(vrrl_recording_info_of(recording)->finished, finished);
    vrrl_diff_result *result = replayed(recording, "reference", 0);
    assert_int_equal(result->outcome, VRRL_OUTCOME_SAME);
    assert_int_equal(result->epochs_compared, epochs);
    vrrl_diff_result_free(result);
    vrrl_recording_close(recording);
}

/* ---- Processes and machines that went down --------------------------------------------------- */

/* Between a record and the cursor there are two stores: a process can die there. */
static void a_cursor_that_is_one_behind(void **state)
{
    (void)state;
    uint8_t cursor[8];
    for (uint64_t at = 0; at < 40; at++) {
        store_le64(cursor, at);
        change_file_bytes("run/slots.vrrl", 24, cursor, 8);
        assert_epochs(4, true);
    }
    make_unfinished();
    assert_epochs(4, false);
}

static void a_log_that_was_cut_off(void **state)
{
    (void)state;
    static const uint8_t nothing[64];
    make_unfinished();
    change_file_bytes("run/slots.vrrl", 32 + 64 * 31, nothing, 64); /* the last fence's end */
    assert_epochs(4, false);
    change_file_bytes("run/slots.vrrx", 64 + 128 * 17, nothing, 64); /* an entry in epoch 2 */
    assert_epochs(2, false);
    change_file_bytes("run/slots.vrrl", 32 + 64 * 9, nothing,
                      64); /* a hole: nothing after it counts */
    assert_epochs(1, false);
    change_file_bytes("run/slots.vrrl", 32, nothing, 64);
    vrrl_recording *recording = open_recorded("run");
    assert_int_equal(vrrl_recording_info_of(recording)->epochs, 0);
    vrrl_run_options options = run_on("reference", 0);
    vrrl_diff_result *result;
    vrrl_error err = {0};
    assert_int_equal(vrrl_replay(recording, &options, &result, &err), VRRL_UNSUPPORTED);
    assert_clear(&err);
    assert_int_equal(vrrl_diff_recordings(recording, recording, &result, &err), VRRL_UNSUPPORTED);
    vrrl_recording_close(recording);
}

/* The same holes in a recording that says that it is finished are damage. */
static void a_finished_log_has_no_holes(void **state)
{
    (void)state;
    static const uint8_t nothing[64];
    change_file_bytes("run/slots.vrrl", 32 + 64 * 31, nothing, 64);
    assert_cannot_open("run", VRRL_CORRUPT, "31");
    change_file_bytes("run/slots.vrrl", 32 + 64 * 9, nothing, 64);
    assert_cannot_open("run", VRRL_CORRUPT, "gap");
    change_file_bytes("run/slots.vrrx", 64 + 128 * 3 + 20, "x", 1);
    assert_cannot_open("run", VRRL_CORRUPT, "record 3: the companion's checksum");
}

static void pages_that_were_cut_off(void **state)
{
    (void)state;
    size_t size;
    free(read_file(in_folder("run/pages.zst"), &size));
    make_unfinished();
    uint32_t last = 4;
    for (off_t left = (off_t)size; left >= 0; left -= 13) {
        assert_int_equal(truncate(in_folder("run/pages.zst"), left), 0);
        vrrl_recording *recording = open_recorded("run");
        uint32_t epochs = vrrl_recording_info_of(recording)->epochs;
        assert_true(epochs <= last);
        last = epochs;
        if (epochs > 0)
            assert_replays_the_same(recording, "reference");
        vrrl_recording_close(recording);
    }
    assert_int_equal(truncate(in_folder("run/pages.zst"), 0), 0);
}

static void nothing_recorded_yet(void **state)
{
    (void)state;
    make_unfinished();
    assert_int_equal(truncate(in_folder("run/state-0.zst"), 20), 0);
    assert_cannot_open("run", VRRL_UNSUPPORTED, "before it had recorded anything");
    assert_int_equal(unlink(in_folder("run/state-0.zst")), 0);
    assert_int_equal(unlink(in_folder("run/symbols.json")), 0);
    assert_cannot_open("run", VRRL_UNSUPPORTED, "before it had recorded anything");
    assert_int_equal(rename(in_folder("run"), in_folder("x.partial")), 0);
    assert_int_equal(unlink(in_folder("x.partial/manifest.json")), 0);
    assert_cannot_open("x.partial", VRRL_UNSUPPORTED, "before it had recorded anything");
}

/* One of the two has more epochs because the other was cut off: what both have was compared. */
static void unfinished_against_finished(void **state)
{
    (void)state;
    record_text(program_text, "whole", "reference");
    make_unfinished();
    size_t size;
    free(read_file(in_folder("run/pages.zst"), &size));
    assert_int_equal(truncate(in_folder("run/pages.zst"), (off_t)size - 1), 0);
    vrrl_recording *cut = open_recorded("run"), *whole = open_recorded("whole");
    vrrl_diff_result *result;
    vrrl_error err = {0};
    assert_int_equal(vrrl_diff_recordings(cut, whole, &result, &err), VRRL_OK);
    assert_int_equal(result->outcome, VRRL_OUTCOME_SAME);
    assert_int_equal(result->epochs_compared, 3);
    vrrl_diff_result_free(result);
    assert_int_equal(vrrl_diff_recordings(whole, cut, &result, &err), VRRL_OK);
    assert_int_equal(result->outcome, VRRL_OUTCOME_SAME);
    vrrl_diff_result_free(result);
    vrrl_recording_close(cut);
    vrrl_recording_close(whole);
}

/* ---- Files that do not fit each other -------------------------------------------------------- */

static void files_of_another_run(void **state)
{
    (void)state;
    static const char *const names[] = {"slots.vrrl", "slots.vrrx", "state-0.zst", "manifest.json"};
    record_text(program_text, "other", "reference");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char mine[64], theirs[64];
        snprintf(mine, sizeof mine, "run/%s", names[i]);
        snprintf(theirs, sizeof theirs, "other/%s", names[i]);
        assert_int_equal(rename(in_folder(mine), in_folder("aside")), 0);
        assert_int_equal(link(in_folder(theirs), in_folder(mine)), 0);
        assert_cannot_open("run", VRRL_CORRUPT, "");
        assert_int_equal(rename(in_folder("aside"), in_folder(mine)), 0);
    }
    assert_epochs(4, true);
}

static void assert_refused(const char *name)
{
    vrrl_recording *recording = NULL;
    vrrl_error err = {0};
    assert_int_not_equal(vrrl_recording_open(in_folder(name), &recording, &err), VRRL_OK);
    assert_null(recording);
    assert_clear(&err);
}

static void missing_files(void **state)
{
    (void)state;
    static const char *const names[] = {"slots.vrrl", "slots.vrrx",    "state-0.zst",
                                        "pages.zst",  "manifest.json", "symbols.json"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char name[64];
        snprintf(name, sizeof name, "run/%s", names[i]);
        assert_int_equal(rename(in_folder(name), in_folder("aside")), 0);
        assert_cannot_open("run", VRRL_IO, names[i]);
        assert_int_equal(mkdir(in_folder(name), 0777), 0);
        assert_refused("run");
        assert_int_equal(rmdir(in_folder(name)), 0);
        assert_int_equal(mkfifo(in_folder(name), 0666), 0); /* nothing may wait for a writer */
        assert_refused("run");
        assert_int_equal(unlink(in_folder(name)), 0);
        assert_int_equal(symlink("/dev/zero", in_folder(name)), 0);
        assert_refused("run");
        assert_int_equal(unlink(in_folder(name)), 0);
        int fd = open(in_folder(name), O_CREAT | O_WRONLY, 0666);
        assert_int_equal(ftruncate(fd, (off_t)1 << 40), 0); /* zeros: not to be gone through */
        close(fd);
        assert_refused("run");
        assert_int_equal(rename(in_folder("aside"), in_folder(name)), 0);
    }
    assert_cannot_open("nowhere", VRRL_IO, "nowhere");
    assert_cannot_open("run/slots.vrrl", VRRL_IO, "slots.vrrl");
    vrrl_recording *recording = NULL;
    vrrl_error err = {0};
    assert_int_not_equal(vrrl_recording_open("", &recording, &err), VRRL_OK);
    assert_clear(&err);
}

static void manifests_that_ask_for_too_much(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
        vrrl_code code;
    } rows[] = {
        {"\"ring_slots\": 4", "\"ring_slots\": 2097152", VRRL_CORRUPT},
        {"\"ring_slots\": 4", "\"ring_slots\": 4294967295", VRRL_TOO_LARGE},
        {"\"ring_slots\": 4", "\"ring_slots\": -1", VRRL_PARSE},
        {"\"ring_slots\": 4", "\"ring_slots\": 4e0", VRRL_PARSE},
        {"\"slot_words\": 16", "\"slot_words\": 128", VRRL_CORRUPT},
        {"\"user_words\": 3000", "\"user_words\": 67108864", VRRL_CORRUPT},
        {"\"queues\": 0", "\"queues\": 4294967295", VRRL_PARSE},
        {"\"depth\": 0", "\"depth\": 65", VRRL_PARSE},
        {"\"state\": \"finished\"", "\"state\": \"done\"", VRRL_PARSE},
        {"\"version\": 1", "\"version\": 3", VRRL_HEADER_MISMATCH},
        {"\"version\": 1", "\"version\": 2", VRRL_IO}, /* its pages are in pages-0.zst */
        {"\"records\": 32", "\"records\": 31", VRRL_CORRUPT},
        {"\"epochs\": 4", "\"epochs\": 3", VRRL_CORRUPT},
        {"\"capacity\": 32", "\"capacity\": 33", VRRL_CORRUPT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        edit_file("run/manifest.json", rows[i].from, rows[i].to);
        assert_cannot_open("run", rows[i].code, "");
        edit_file("run/manifest.json", rows[i].to, rows[i].from);
    }
    assert_epochs(4, true);
}

/* Makes the checksum of an entry anew: 13 argument words, as the program's slots have. */
static void seal_entry(size_t index)
{
    size_t size;
    uint8_t joined[128 + 64], checksum[8];
    uint8_t *companion = read_file(in_folder("run/slots.vrrx"), &size);
    memcpy(joined, companion + 64 + 128 * index, 128);
    free(companion);
    uint8_t *log = read_file(in_folder("run/slots.vrrl"), &size);
    memcpy(joined + 128, log + 32 + 64 * index, 64);
    free(log);
    store_le64(checksum, checksum_xxh3(joined + 8, sizeof joined - 8));
    change_file_bytes("run/slots.vrrx", 64 + 128 * index, checksum, 8);
}

/* Records whose checksums hold, and which no recorder writes. */
static void records_that_make_no_sense(void **state)
{
    (void)state;
    static const struct {
        bool in_log;
        size_t index, at;
        uint32_t value;
        const char *text;
    } rows[] = {
        {true, 0, 40, 0xFFFFFFFF, "epochs do not follow"},
        {true, 0, 40, 1, "epochs do not follow"},
        {true, 8, 40, 0, ""},
        {true, 9, 40, 0, "epochs do not follow"},
        {true, 1, 12, 3, "next ring position"},
        {true, 5, 12, 0xFFFFFFFF, "not published in this epoch"},
        {true, 6, 12, 0, "ends twice"},
        {true, 0, 20, 1, "different slots"},
        {false, 0, 64 + 12, 77, "different slots"},
        {false, 0, 16, 9, "no known kind"},
        {false, 3, 16, 3, "after the batch began"},
        {false, 3, 8, 9, "gap"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *name = rows[i].in_log ? "run/slots.vrrl" : "run/slots.vrrx";
        size_t at =
            (rows[i].in_log ? 32 + 64 * rows[i].index : 64 + 128 * rows[i].index) + rows[i].at;
        size_t size;
        uint8_t *log = read_file(in_folder("run/slots.vrrl"), &size), value[4];
        size_t companion_size;
        uint8_t *companion = read_file(in_folder("run/slots.vrrx"), &companion_size);
        store_le32(value, rows[i].value);
        change_file_bytes(name, at, value, 4);
        seal_entry(rows[i].index);
        assert_cannot_open("run", VRRL_CORRUPT, rows[i].text);
        write_file(in_folder("run/slots.vrrl"), log, size);
        write_file(in_folder("run/slots.vrrx"), companion, companion_size);
        free(log);
        free(companion);
    }
    assert_epochs(4, true);
}

/* Names may be anything but must not speak to a terminal. */
static void names_of_any_bytes(void **state)
{
    (void)state;
    vrrl_program *program = program_of("word plain\nepoch\nNOP\nend\n");
    vrrl_error err;
    vrrl_text odd;
    static const char bytes[] = {'a', '\xFF', 'b',    '\xC3', '\xA9', 27,
                                 '[', '2',    '\xC2', '\x9B', 127,    0};
    assert_int_equal(vrrl_program_add_text(program, bytes, &odd, &err), VRRL_OK);
    program->slots[0].label = program->name = program->symbols[0].name = odd;
    record_as(program, "odd", "reference", 0, NULL);
    vrrl_program_free(program);
    vrrl_recording *recording = open_recorded("odd");
    static const char expected[] = {'a', '\xEF', '\xBF', '\xBD', 'b', '\xC3', '\xA9',
                                    '?', '[',    '2',    '?',    '?', '?',    0};
    const vrrl_program *read = vrrl_recording_program(recording);
    assert_string_equal(vrrl_recording_info_of(recording)->program_name, expected);
    assert_string_equal(vrrl_program_text(read, read->slots[0].label), expected);
    assert_string_equal(vrrl_program_text(read, read->symbols[0].name), expected);
    vrrl_recording_close(recording);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, remove_folder)
    const struct CMUnitTest tests[] = {
        TEST(a_cursor_that_is_one_behind),
        TEST(a_log_that_was_cut_off),
        TEST(a_finished_log_has_no_holes),
        TEST(pages_that_were_cut_off),
        TEST(nothing_recorded_yet),
        TEST(unfinished_against_finished),
        TEST(files_of_another_run),
        TEST(missing_files),
        TEST(manifests_that_ask_for_too_much),
        TEST(records_that_make_no_sense),
        TEST(names_of_any_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
