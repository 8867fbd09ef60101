/* A backend that fails on purpose: it is opened again, its epoch is tried again after a delay, or the run ends; and
 * each decision is a record. */
#include "recording_test.h"

#include "vrrl/run/backend.h"
#include "vrrl/run/report.h"

enum { EPOCHS = 8, RECORDS = 9, DECISIONS = 8 };

static const char program_text[] =
    "words x[3000]\nword y in observable\nword total\n"
    "epoch times 8\nprologue\nSTORE_U32 1, x[7]\nend\n"
    "ATOMIC_ADD 1, total\nATOMIC_ADD 3, x[2000]\nATOMIC_ADD 1, y\nend\n";

/* ---- The backend: the reference, which reports what it is told to ---------------------------- */

static struct {
    const char *const
        *texts; /* by attempt at an epoch over the whole run, NULL: well; then NULL for ever */
    uint32_t count, attempts, opened;
    bool at_begin; /* it fails there, and not at the end */
    const vrrl_driver *real;
    vrrl_machine machine;
} faulty;

static const char *text_now(uint32_t attempt)
{
    return attempt < faulty.count ? faulty.texts[attempt] : NULL;
}

static vrrl_code faulty_create(const vrrl_machine *machine, void **backend, vrrl_error *err)
{
    faulty.opened++;
    faulty.machine = *machine;
    return faulty.real->create(machine, backend, err);
}

static vrrl_code fail_with(const char *text, vrrl_error *err)
{
    *err = (vrrl_error){.code = VRRL_IO};
    snprintf(err->text, sizeof err->text, "%s", text);
    return VRRL_IO;
}

static vrrl_code faulty_begin(void *backend, const vrrl_batch_view *batch, vrrl_error *err)
{
    const char *text = text_now(faulty.attempts++);
    if (text && faulty.at_begin)
        return fail_with(text, err);
    return faulty.real->begin(backend, batch, err);
}

/* What fails leaves memory as nobody would want it. */
static vrrl_code faulty_failure(void *backend, vrrl_error *err)
{
    const char *text = text_now(faulty.attempts - 1);
    vrrl_layout layout;
    if (!text || faulty.at_begin)
        return VRRL_OK;
    assert_int_equal(vrrl_geometry_layout(&faulty.machine.geometry, &layout, NULL), VRRL_OK);
    memset(faulty.real->arena(backend), 0x5A, layout.total_words * sizeof(uint32_t));
    return fail_with(text, err);
}

static vrrl_driver make_faulty(const char *const *texts, uint32_t count)
{
    memset(&faulty, 0, sizeof faulty);
    assert_int_equal(vrrl_driver_find("reference", &faulty.real, NULL), VRRL_OK);
    faulty.texts = texts;
    faulty.count = count;
    vrrl_driver driver = *faulty.real;
    driver.name = "faulty";
    driver.create = faulty_create;
    driver.begin = faulty_begin;
    driver.failure = faulty_failure;
    return driver;
}

/* ---- Recording ------------------------------------------------------------------------------- */

static struct {
    vrrl_recovery decisions[DECISIONS];
    uint32_t count;
    char text[2048];
} told;

static void note(void *context, const vrrl_recovery *what)
{
    (void)context;
    assert_true(told.count < DECISIONS);
    told.decisions[told.count++] = *what;
    FILE *out = fmemopen(told.text + strlen(told.text), sizeof told.text - strlen(told.text), "w");
    vrrl_report_recovery(what, out);
    fclose(out);
}

static vrrl_code record_faulty(const vrrl_driver *driver, uint32_t retries, uint64_t capacity,
                               vrrl_record_summary *summary, vrrl_error *err)
{
    vrrl_program *program = program_of(program_text);
    vrrl_run_options options = run_on("reference", 0);
    const vrrl_record_options limits = {
        .size = sizeof limits, .capacity_records = capacity, .retries = retries, .recovered = note};
    options.driver = driver;
    memset(&told, 0, sizeof told);
    vrrl_code code =
        vrrl_record_program(program, in_folder("run"), &options, &limits, summary, err);
    vrrl_program_free(program);
    return code;
}

static void assert_replays(uint32_t epochs, bool finished)
{
    vrrl_recording *recording = open_recorded("run");
    const vrrl_recording_info *info = vrrl_recording_info_of(recording);
    assert_int_equal(info->epochs, epochs);
    assert_int_equal(info->finished, finished);
    assert_replays_the_same(recording, "threads");
    vrrl_recording_close(recording);
}

static void records_all(const char *const *texts, uint32_t count, bool at_begin, uint64_t capacity)
{
    vrrl_driver driver = make_faulty(texts, count);
    vrrl_record_summary summary;
    vrrl_error err = no_error();
    faulty.at_begin = at_begin;
    if (record_faulty(&driver, 5, capacity, &summary, &err) != VRRL_OK)
        fail_msg("%s\n%s", err.text, err.fix);
    assert_int_equal(summary.epochs, EPOCHS);
    assert_replays(EPOCHS, true);
}

static void a_lost_device_is_opened_again(void **state)
{
    (void)state;
    static const char *const texts[] = {NULL, NULL, "submit: Device Lost", NULL, "context lost"};
    records_all(texts, 5, false, 0);
    assert_int_equal(faulty.opened, 3);
    assert_int_equal(faulty.attempts, EPOCHS + 2);
    assert_string_equal(
        told.text,
        "epoch 2: the backend reported device-loss (dispatch failed): submit: Device Lost\n"
        "  the backend is opened again, and the epoch tried once more\n"
        "epoch 3: the backend reported device-loss (dispatch failed): context lost\n"
        "  the backend is opened again, and the epoch tried once more\n");
}

static void what_may_go_away_is_tried_again(void **state)
{
    (void)state;
    static const char *const texts[] = {"queue full", "queue full", "try again", NULL, "timeout"};
    records_all(texts, 5, false, 0);
    assert_int_equal(faulty.opened, 1);
    assert_int_equal(told.count, 4);
    static const uint32_t delays[] = {10, 20, 40, 10};
    for (uint32_t i = 0; i < 4; i++)
        assert_int_equal(told.decisions[i].delay_ms, delays[i]);
    assert_int_equal(told.decisions[2].attempt, 3);
    assert_non_null(strstr(told.text,
                           "epoch 0: the backend reported transient-queue (dispatch failed): "
                           "queue full\n  the epoch is tried again after 20 ms\n"));
}

/* Before anything is published, and in a log that has come round. */
static void wherever_it_fails(void **state)
{
    (void)state;
    static const char *const texts[] = {"queue full", NULL, "device lost",
                                        NULL,         NULL, "queue full"};
    records_all(texts, 6, true, 0);
    assert_int_equal(faulty.opened, 2);
    char command[256];
    snprintf(command, sizeof command, "rm -rf '%s'", in_folder("run"));
    assert_int_equal(system(command), 0);
    static const char *const late[] = {NULL, NULL, NULL,         NULL,
                                       NULL, NULL, "queue full", "device lost"};
    vrrl_driver driver = make_faulty(late, 8);
    vrrl_record_summary summary;
    vrrl_error err = no_error();
    if (record_faulty(&driver, 2, 4 * (3 * RECORDS + 3), &summary, &err) != VRRL_OK)
        fail_msg("%s\n%s", err.text, err.fix);
    assert_int_equal(told.count, 2);
    assert_replays(EPOCHS, true);
}

static void assert_stops(const char *const *texts, uint32_t count, uint32_t retries,
                         uint32_t decisions, uint32_t epochs, vrrl_failure_class failure_class)
{
    vrrl_driver driver = make_faulty(texts, count);
    vrrl_record_summary summary;
    vrrl_error err = no_error();
    char words[160], command[256], said[80];
    assert_int_equal(record_faulty(&driver, retries, 0, &summary, &err), VRRL_IO);
    assert_string_equal(err.text, texts[count - 1]);
    assert_int_equal(told.count, decisions);
    assert_int_equal(told.decisions[decisions - 1].decision, VRRL_RECOVERY_DECISION_STOPS);
    assert_replays(epochs, false);
    vrrl_recording *recording = open_recorded("run");
    const vrrl_recording_info *info = vrrl_recording_info_of(recording);
    assert_int_equal(info->failure.failure_class, failure_class);
    vrrl_report_recording_words(info, words, sizeof words);
    snprintf(said, sizeof said, "which reported %s (dispatch failed), unfinished",
             vrrl_failure_class_name(failure_class));
    assert_non_null(strstr(words, said));
    vrrl_recording_close(recording);
    snprintf(command, sizeof command, "rm -rf '%s'", in_folder("run"));
    assert_int_equal(system(command), 0);
}

static void what_stays_ends_the_run(void **state)
{
    (void)state;
    static const char *const bug[] = {NULL, NULL, NULL, "validation failed"};
    static const char *const unknown[] = {NULL, "it did not work"};
    static const char *const lost[] = {NULL, NULL, "device lost", "device lost"};
    static const char *const full[] = {NULL, "queue full", "queue full", "queue full"};
    assert_stops(bug, 4, 5, 1, 3, VRRL_FAILURE_PROGRAM_BUG);
    assert_stops(unknown, 2, 5, 1, 1, VRRL_FAILURE_UNCLASSIFIED);
    assert_stops(lost, 4, 5, 2, 2, VRRL_FAILURE_DEVICE_LOSS);
    assert_stops(full, 4, 2, 3, 1, VRRL_FAILURE_TRANSIENT_QUEUE);
    assert_non_null(strstr(told.text, "the run stops, after 3 attempts of this epoch\n"));
}

static void without_retries_the_run_ends(void **state)
{
    (void)state;
    static const char *const texts[] = {NULL, "queue full"};
    vrrl_driver driver = make_faulty(texts, 2);
    vrrl_record_summary summary;
    vrrl_error err = no_error();
    assert_int_equal(record_faulty(&driver, 0, 0, &summary, &err), VRRL_IO);
    assert_int_equal(told.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_lost_device_is_opened_again, make_memory_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(what_may_go_away_is_tried_again, make_memory_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(wherever_it_fails, make_memory_folder, remove_folder),
        cmocka_unit_test_setup_teardown(what_stays_ends_the_run, make_memory_folder, remove_folder),
        cmocka_unit_test_setup_teardown(without_retries_the_run_ends, make_memory_folder,
                                        remove_folder),
    };
    return cmocka_run_group_tests_name("recovery", tests, NULL, NULL);
}
