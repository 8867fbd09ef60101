/* Recordings of runs that are longer than their log: what is kept begins with a snapshot, and can be replayed
 * from each of those that are there. */
#include "recording_test.h"

#include "recording/capacity.h"
#include "recording/snapshots.h"

#include <dirent.h>

/* 14 records an epoch; memory at an epoch's end is that of no other. */
static const char program_text[] =
    "words x[3000]\nword y in observable\nword total\n"
    "epoch times 400\nprologue\nSTORE_U32 1, x[7]\nSTORE_U32 2, x[8]\nend\n"
    "ATOMIC_ADD 1, total\nATOMIC_ADD 3, x[2000]\nATOMIC_ADD 1, y\nMEMCPY x[2999], x[9], 1\n"
    "first: PRINTF 1, 2, 3, 4\nend\n";
enum { EPOCHS = 400, RECORDS = 14 };

struct kept {
    uint32_t *epochs, count;
};

static struct kept snapshots_of(const char *name)
{
    struct kept k;
    vrrl_error err = no_error();
    assert_int_equal(snapshot_list(in_folder(name), &k.epochs, &k.count, &err), VRRL_OK);
    return k;
}

static vrrl_recording *open_at(const char *name, uint32_t epoch)
{
    vrrl_recording *recording;
    vrrl_error err = no_error();
    if (vrrl_recording_open_from(in_folder(name), epoch, &recording, &err) != VRRL_OK)
        fail_msg("%s\n%s", err.text, err.fix);
    return recording;
}

static uint64_t bytes_of(const char *name)
{
    uint64_t bytes = 0;
    struct stat status;
    char path[512];
    DIR *folder = opendir(in_folder(name));
    assert_non_null(folder);
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        snprintf(path, sizeof path, "%s/%s", in_folder(name), entry->d_name);
        if (stat(path, &status) == 0 && S_ISREG(status.st_mode)) /* a snapshot has got its name */
            bytes += (uint64_t)status.st_size;
    }
    closedir(folder);
    return bytes;
}

static void assert_replays_from(const char *name, uint32_t epoch, uint32_t end)
{
    vrrl_recording *recording = open_at(name, epoch);
    const vrrl_recording_info *info = vrrl_recording_info_of(recording);
    assert_int_equal(info->first_epoch, epoch);
    assert_int_equal(info->epochs, end);
    vrrl_diff_result *result = replayed(recording, "threads", 3);
    assert_int_equal(result->outcome, VRRL_OUTCOME_SAME);
    assert_int_equal(result->epochs_compared, end - epoch);
    vrrl_diff_result_free(result);
    vrrl_recording_close(recording);
}

/* From each snapshot that is kept; their number. */
static uint32_t assert_replays_from_each(const char *name, uint32_t end)
{
    struct kept k = snapshots_of(name);
    for (uint32_t i = 0; i < k.count; i++)
        assert_replays_from(name, k.epochs[i], end);
    uint32_t count = k.count;
    free(k.epochs);
    return count;
}

static void a_run_fifty_times_longer_than_its_log(void **state)
{
    (void)state;
    vrrl_program *program = program_of(program_text);
    vrrl_record_options limits = {.size = sizeof limits, .capacity_records = EPOCHS * RECORDS / 50};
    vrrl_record_summary summary = record_as(program, "run", "threads", 0, &limits);
    assert_int_equal(summary.epochs, EPOCHS);
    assert_int_equal(summary.records, EPOCHS * RECORDS);
    assert_int_equal(summary.capacity_records, EPOCHS * RECORDS / 50);
    assert_true(summary.first_epoch > EPOCHS - 10);
    assert_true(assert_replays_from_each("run", EPOCHS) >= 1);
    vrrl_recording *recording = open_recorded("run");
    assert_int_equal(vrrl_recording_info_of(recording)->first_epoch, summary.first_epoch);
    assert_true(vrrl_recording_info_of(recording)->finished);
    assert_int_equal(vrrl_recording_info_of(recording)->records, EPOCHS * RECORDS);
    /* Slots keep their names. */
    const vrrl_program *p = vrrl_recording_program(recording);
    assert_string_equal(
        vrrl_program_text(p, p->slots[p->batches[p->epochs[1].batch].first + 4].label), "first");
    vrrl_recording_close(recording);
    vrrl_program_free(program);
}

/* Wherever the capacity lets wraps fall: within a prologue, a batch, at the end of an epoch. */
static void every_capacity(void **state)
{
    (void)state;
    vrrl_program *program = program_of(program_text);
    for (uint32_t capacity = 4 * RECORDS; capacity < 7 * RECORDS; capacity++) {
        char name[32];
        vrrl_record_options limits = {.size = sizeof limits, .capacity_records = capacity};
        snprintf(name, sizeof name, "run%u", capacity);
        vrrl_record_summary summary = record_as(program, name, "reference", 0, &limits);
        assert_true(summary.first_epoch > 0);
        assert_true(((EPOCHS - summary.first_epoch) + 1) * RECORDS > capacity / 4);
        assert_true(assert_replays_from_each(name, EPOCHS) >= 1);
    }
    vrrl_program_free(program);
}

static void all_snapshots_are_kept(void **state)
{
    (void)state;
    vrrl_program *program = program_of(program_text);
    vrrl_record_options limits = {.size = sizeof limits, .keep_all = true, .snapshot_epochs = 7};
    vrrl_record_summary summary = record_as(program, "run", "threads", 0, &limits);
    assert_int_equal(summary.first_epoch, 0);
    assert_int_equal(assert_replays_from_each("run", EPOCHS), (EPOCHS + 6) / 7);
    limits.snapshot_epochs = 0;
    limits.snapshot_ms = 1;
    record_as(program, "timed", "threads", 0, &limits);
    assert_true(assert_replays_from_each("timed", EPOCHS) >= 2);
    vrrl_program_free(program);
}

static void all_of_a_run_fifty_times_longer_than_its_log(void **state)
{
    (void)state;
    vrrl_program *program = program_of(program_text);
    vrrl_record_options limits = {
        .size = sizeof limits, .capacity_records = EPOCHS * RECORDS / 50, .keep_all = true};
    vrrl_record_summary summary = record_as(program, "run", "threads", 0, &limits);
    assert_int_equal(summary.first_epoch, 0);
    assert_int_equal(summary.records, EPOCHS * RECORDS);
    assert_int_equal(summary.capacity_records, EPOCHS * RECORDS / 50);
    assert_true(assert_replays_from_each("run", EPOCHS) > 50);
    vrrl_recording *recording = open_recorded("run");
    vrrl_error err = no_error();
    assert_int_equal(vrrl_recording_is_whole(recording, &err), VRRL_OK); /* also to check */
    vrrl_recording_close(recording);
    vrrl_recording_report report;
    assert_int_equal(vrrl_recording_verify(in_folder("run"), &report, &err), VRRL_OK);
    assert_int_equal(report.first_epoch, 0);
    assert_int_equal(report.places[VRRL_PLACE_WHOLE], summary.capacity_records);

    /* Without one of the files the recording is damaged, and what is behind it is there. */
    struct kept kept = snapshots_of("run");
    char name[64];
    snprintf(name, sizeof name, "run/slots-%u.zst", kept.epochs[9]);
    assert_int_equal(unlink(in_folder(name)), 0);
    assert_error(&err, vrrl_recording_open(in_folder("run"), &recording, &err), VRRL_CORRUPT);
    assert_replays_from("run", kept.epochs[10], EPOCHS);
    free(kept.epochs);
    vrrl_program_free(program);
}

static void refuses(const vrrl_program *program, const vrrl_record_options *limits, vrrl_code code,
                    const char *text, const char *fix)
{
    vrrl_run_options options = run_on("reference", 0);
    vrrl_record_summary summary;
    vrrl_error err = no_error();
    assert_error(&err,
                 vrrl_record_program(program, in_folder("no"), &options, limits, &summary, &err),
                 code);
    if (!strstr(err.text, text) || !strstr(err.fix, fix))
        fail_msg("\"%s\", \"%s\" do not say \"%s\", \"%s\"", err.text, err.fix, text, fix);
    assert_int_equal(access(in_folder("no.partial"), F_OK), -1);
}

static void what_cannot_be_kept_is_refused(void **state)
{
    (void)state;
    vrrl_program *program = program_of(program_text);
    vrrl_record_options limits = {.size = sizeof limits, .capacity_records = 4 * RECORDS - 1};
    refuses(program, &limits, VRRL_REFUSED, "may make 13", "at least 56");
    limits.keep_all = true;
    refuses(program, &limits, VRRL_REFUSED, "may make 13", "at least 56");
    limits.max_bytes = 1 << 20;
    refuses(program, &limits, VRRL_INVALID, "no bound", "leave one");
    vrrl_program_free(program);
}

/* The bound holds at each moment that anybody could look: here, at the ends of epochs. */
static void look_at_bytes(void *context, uint32_t done, uint32_t epochs)
{
    uint64_t *most = context, now;
    if (done == epochs)
        return; /* its name may have changed */
    now = bytes_of("run.partial");
    *most = now > *most ? now : *most;
}

static void bytes_are_bounded(void **state)
{
    (void)state;
    vrrl_program *program = program_of(program_text);
    vrrl_record_options limits = {.size = sizeof limits, .max_bytes = 1000};
    vrrl_run_options options = run_on("reference", 0);
    vrrl_record_summary summary;
    vrrl_error err = no_error();
    assert_int_equal(
        vrrl_record_program(program, in_folder("run"), &options, &limits, &summary, &err),
        VRRL_REFUSED);
    assert_clear(&err);
    unsigned long long least = 0;
    assert_int_equal(sscanf(err.fix, "Fix: allow at least %llu bytes", &least), 1);
    for (uint64_t bytes = least; bytes < 6 * least; bytes += least / 2 + 7) {
        uint64_t most = 0;
        limits.max_bytes = bytes;
        options.progress = look_at_bytes;
        options.progress_context = &most;
        if (vrrl_record_program(program, in_folder("run"), &options, &limits, &summary, &err))
            fail_msg("%s\n%s", err.text, err.fix);
        assert_true(most <= bytes);
        assert_true(bytes_of("run") <= bytes);
        assert_true(assert_replays_from_each("run", EPOCHS) >= 1);
        print_message("%llu bytes allowed, %llu used, from epoch %u on\n",
                      (unsigned long long)bytes, (unsigned long long)most, summary.first_epoch);
        char command[256];
        snprintf(command, sizeof command, "rm -rf '%s'", in_folder("run"));
        assert_int_equal(system(command), 0);
    }
    limits.max_bytes = least - 1;
    refuses(program, &limits, VRRL_REFUSED, "at most", "at least");
    vrrl_program_free(program);
}

/* Each kind of damage is told from the others. */
static void what_verify_tells(void **state)
{
    (void)state;
    enum { ENTRY = 128, AT = 64, CAPACITY = 5 * RECORDS };
    vrrl_program *program = program_of(program_text);
    vrrl_record_options limits = {.size = sizeof limits, .capacity_records = CAPACITY};
    vrrl_recording_report report;
    vrrl_error err = no_error();
    vrrl_record_summary summary = record_as(program, "run", "reference", 0, &limits);
    assert_int_equal(vrrl_recording_verify(in_folder("run"), &report, &err), VRRL_OK);
    assert_true(report.finished && report.snapshots >= 1);
    assert_int_equal(report.first_epoch, summary.first_epoch);
    assert_int_equal(report.epochs, EPOCHS);
    assert_int_equal(report.places[VRRL_PLACE_WHOLE], CAPACITY);
    /* The last record but two, of which the process was killed in the middle. */
    edit_file("run/manifest.json", "finished", "recording");
    size_t at = (size_t)((summary.records - 3) % CAPACITY), size;
    uint8_t *log = read_file(in_folder("run/slots.vrrl"), &size);
    uint8_t *companion = read_file(in_folder("run/slots.vrrx"), &size);
    static const struct {
        vrrl_place place;
        bool record;
        uint8_t magic, sequence;
    } rows[] = {{VRRL_PLACE_TORN, false, 0, 0},
                {VRRL_PLACE_BEGUN, true, 0, 1},
                {VRRL_PLACE_EMPTY, true, 0, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        static const uint8_t zeros[16];
        if (rows[i].record)
            change_file_bytes("run/slots.vrrl", 32 + 64 * at, zeros, 4);
        if (!rows[i].sequence)
            change_file_bytes("run/slots.vrrx", AT + ENTRY * at, zeros, 16);
        if (vrrl_recording_verify(in_folder("run"), &report, &err) != VRRL_OK)
            fail_msg("%s", err.text);
        assert_false(report.finished);
        assert_int_equal(report.next, rows[i].place);
        assert_int_equal(report.records, summary.records - 3);
        assert_int_equal(report.epochs, EPOCHS - 1);
        assert_int_equal(report.places[VRRL_PLACE_WHOLE], CAPACITY - 3);
        assert_int_equal(report.places[VRRL_PLACE_LATER], 2); /* they are behind the gap */
        assert_int_equal(report.places[rows[i].place], 1);
        change_file_bytes("run/slots.vrrl", 32 + 64 * at, log + 32 + 64 * at, 64);
        change_file_bytes("run/slots.vrrx", AT + ENTRY * at, companion + AT + ENTRY * at, ENTRY);
    }
    free(log);
    free(companion);
    vrrl_program_free(program);
}

/* A run that gets stuck after its log has wrapped. */
static void a_stuck_run(void **state)
{
    (void)state;
    static const char stuck[] = "word x\nword y in observable\n"
                                "epoch times 100\nATOMIC_ADD 1, x\nATOMIC_ADD 1, y\nend\n"
                                "epoch\nWAIT_GE x, 200\nATOMIC_ADD 1, x\nend\n";
    vrrl_program *program = program_of(stuck);
    vrrl_record_options limits = {.size = sizeof limits, .capacity_records = 40};
    vrrl_record_summary summary = record_as(program, "run", "reference", 0, &limits);
    assert_int_equal(summary.verdict, VRRL_VERDICT_DEADLOCK);
    vrrl_recording *recording = open_recorded("run");
    vrrl_diff_result *result = replayed(recording, "threads", 0);
    assert_int_equal(result->outcome, VRRL_OUTCOME_STUCK);
    assert_int_equal(result->epoch, 100);
    vrrl_diff_result_free(result);
    uint32_t epoch;
    vrrl_verdict verdict;
    vrrl_stuck *why;
    vrrl_error err = no_error();
    assert_int_equal(vrrl_recording_stuck(recording, &epoch, &verdict, &why, &err), VRRL_OK);
    assert_int_equal(epoch, 100);
    vrrl_stuck_free(why);
    vrrl_recording_close(recording);
    vrrl_program_free(program);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_run_fifty_times_longer_than_its_log, make_memory_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(every_capacity, make_memory_folder, remove_folder),
        cmocka_unit_test_setup_teardown(all_snapshots_are_kept, make_memory_folder, remove_folder),
        cmocka_unit_test_setup_teardown(all_of_a_run_fifty_times_longer_than_its_log,
                                        make_memory_folder, remove_folder),
        cmocka_unit_test_setup_teardown(what_cannot_be_kept_is_refused, make_memory_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(bytes_are_bounded, make_memory_folder, remove_folder),
        cmocka_unit_test_setup_teardown(what_verify_tells, make_memory_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_stuck_run, make_memory_folder, remove_folder),
    };
    return cmocka_run_group_tests_name("recording_wrap", tests, NULL, NULL);
}
