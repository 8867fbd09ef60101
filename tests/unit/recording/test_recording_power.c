/*
 * Power losses while a recording is made. Each call that syncs or writes is a moment; what a disk may
 * hold then has, of every file, each sector as at any moment since the file was synced last, and any
 * length in between. Whatever is left opens or says why not; at the levels group and ordered the epochs
 * that were promised are there, and every epoch that is there replays to the same.
 *
 * In turn each call that syncs fails, too: that is told, and what was recorded until then is there.
 */
#include "recording_test.h"

#include "base/bytes.h"
#include "base/random.h"
#include "recording/recording.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <time.h>

enum { FILES = 6, LOG = 1, PAGES = 2, SECTOR = 512, MOMENTS = 64, EPOCHS = 12 };

static const char *const names[FILES] = {RECORDING_COMPANION, RECORDING_LOG,
                                         RECORDING_PAGES,     RECORDING_SNAPSHOT,
                                         RECORDING_MANIFEST,  RECORDING_SYMBOLS};

struct bytes {
    uint8_t *data;
    size_t size;
};

/* A file's contents since it was synced last, that first. */
static struct file {
    struct bytes moment[MOMENTS];
    unsigned count;
} files[FILES];

static struct {
    bool armed;
    bool named; /* the folder was synced: files have their names */
    vrrl_durability level;
    uint32_t promised; /* epochs that were whole on the disk when the log was synced last */
    uint64_t seed, clock_ns;
} power;

static struct {
    uint32_t losses, opened, refused, epochs, syncs;
} seen;

/* ---- The files ------------------------------------------------------------------------------- */

static const char *in_partial(const char *name)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/run.partial/%s", test_folder, name);
    return path;
}

static uint32_t frames_in(const struct bytes *pages)
{
    uint32_t count = 0;
    for (size_t at = 0; at + 48 <= pages->size; count++) {
        at += 48 + (size_t)load_le64(pages->data + at + 32);
        if (at > pages->size)
            break;
    }
    return count;
}

static struct bytes *newest(struct file *file)
{
    return &file->moment[file->count - 1];
}

static void forget(struct file *file)
{
    while (file->count > 0)
        free(file->moment[--file->count].data);
}

static void look_at(int f)
{
    struct file *file = &files[f];
    struct bytes now;
    if (access(in_partial(names[f]), F_OK) != 0)
        return;
    now.data = read_file(in_partial(names[f]), &now.size);
    if (file->count > 0 && now.size == newest(file)->size &&
        memcmp(now.data, newest(file)->data, now.size) == 0) {
        free(now.data);
        return;
    }
    assert_true(file->count < MOMENTS);
    file->moment[file->count++] = now;
}

/* ---- What a disk may hold -------------------------------------------------------------------- */

static uint32_t below(size_t bound)
{
    return random_below(&power.seed, (uint32_t)bound);
}

static struct bytes mixture_of(struct file *file)
{
    const struct bytes *first = &file->moment[0], *last = newest(file);
    size_t lengths[] = {first->size, last->size, first->size + below(last->size - first->size + 1)};
    struct bytes mix = {.size = lengths[below(3)]};
    mix.data = calloc(1, mix.size + 1);
    assert_non_null(mix.data);
    for (size_t at = 0; at < mix.size; at += SECTOR) {
        const struct bytes *from = &file->moment[below(file->count)];
        size_t end = at + SECTOR < mix.size ? at + SECTOR : mix.size;
        if (end > from->size)
            end = from->size;
        if (end > at)
            memcpy(mix.data + at, from->data + at, end - at);
    }
    return mix;
}

static void remove_left(void)
{
    char name[64];
    for (int f = 0; f < FILES; f++) {
        snprintf(name, sizeof name, "left/%s", names[f]);
        unlink(in_folder(name));
    }
}

/* Replaced files are old or new; the others are of the moments since their sync. */
static void leave(int f)
{
    struct file *file = &files[f];
    char name[64];
    if (file->count == 0 || (!power.named && below(2)))
        return;
    bool replaced = strcmp(names[f], RECORDING_MANIFEST) == 0;
    struct bytes *whole = &file->moment[below(file->count)], mix;
    mix = replaced ? *whole : mixture_of(file);
    snprintf(name, sizeof name, "left/%s", names[f]);
    write_file(in_folder(name), mix.data, mix.size);
    if (!replaced)
        free(mix.data);
}

static void check_left(void)
{
    vrrl_recording *recording;
    vrrl_error err = no_error();
    vrrl_code code = vrrl_recording_open(in_folder("left"), &recording, &err);
    if (code) {
        assert_clear(&err);
        if (power.promised > 0)
            fail_msg("%u epochs were promised: %s", power.promised, err.text);
        seen.refused++;
        return;
    }
    uint32_t epochs = vrrl_recording_info_of(recording)->epochs;
    if (epochs < power.promised)
        fail_msg("%u epochs of %u that were promised", epochs, power.promised);
    if (epochs > 0) {
        vrrl_diff_result *result = replayed(recording, "reference", 0);
        assert_int_equal(result->outcome, VRRL_OUTCOME_SAME);
        assert_int_equal(result->epochs_compared, epochs);
        vrrl_diff_result_free(result);
    }
    seen.opened++;
    seen.epochs += epochs;
    vrrl_recording_close(recording);
}

static void lose_power(void)
{
    for (int i = 0; i < 12; i++) {
        remove_left();
        for (int f = 0; f < FILES; f++)
            leave(f);
        check_left();
        seen.losses++;
    }
}

/* ---- Moments --------------------------------------------------------------------------------- */

/* At the level ordered no epoch begins before the one before it is on the disk. */
static void pass_moment(void)
{
    if (!power.armed)
        return;
    power.armed = false; /* what follows writes and syncs, too */
    for (int f = 0; f < FILES; f++)
        look_at(f);
    if (power.level == VRRL_DURABILITY_ORDERED && files[PAGES].count > 0) {
        uint32_t frames = frames_in(newest(&files[PAGES]));
        assert_true(frames <= power.promised + 1);
    }
    lose_power();
    power.armed = true;
}

static void is_durable(int f)
{
    struct file *file = &files[f];
    if (file->count == 0)
        return;
    struct bytes now = *newest(file);
    file->count--;
    forget(file);
    file->moment[file->count++] = now;
    if (f == LOG && files[PAGES].count > 0) {
        uint32_t promised = frames_in(&files[PAGES].moment[0]);
        assert_true(promised >= power.promised);
        seen.syncs += promised > power.promised;
        power.promised = promised;
    }
}

/* Before and after a sync; what it covers is what was there when it began. */
static void note_sync(int fd)
{
    struct stat synced, status;
    if (!power.armed || fstat(fd, &synced) != 0)
        return;
    power.named |= S_ISDIR(synced.st_mode);
    for (int f = 0; f < FILES; f++)
        if (stat(in_partial(names[f]), &status) == 0 && status.st_ino == synced.st_ino)
            is_durable(f);
}

static struct {
    bool armed, failed;
    uint32_t call, fail_at;
} fault;

static bool fails(void)
{
    if (!fault.armed || fault.call++ != fault.fail_at)
        return false;
    fault.failed = true;
    errno = EIO;
    return true;
}

int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __wrap_fsync(int fd)
{
    if (fails())
        return -1;
    pass_moment();
    note_sync(fd);
    pass_moment();
    return 0;
}

int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd);
int __wrap_fdatasync(int fd)
{
    return __wrap_fsync(fd);
}

/* Only the companion is synced by its mapping. */
int __real_msync(void *at, size_t size, int flags);
int __wrap_msync(void *at, size_t size, int flags);
int __wrap_msync(void *at, size_t size, int flags)
{
    (void)at;
    (void)size;
    assert_int_equal(flags, MS_SYNC);
    if (fails())
        return -1;
    pass_moment();
    if (power.armed)
        is_durable(0);
    pass_moment();
    return 0;
}

ssize_t __real_write(int fd, const void *bytes, size_t size);
ssize_t __wrap_write(int fd, const void *bytes, size_t size);
ssize_t __wrap_write(int fd, const void *bytes, size_t size)
{
    pass_moment();
    return __real_write(fd, bytes, size);
}

/* Each look at the clock takes 15 ms. */
int __real_clock_gettime(clockid_t clock, struct timespec *at);
int __wrap_clock_gettime(clockid_t clock, struct timespec *at);
int __wrap_clock_gettime(clockid_t clock, struct timespec *at)
{
    int result = __real_clock_gettime(clock, at);
    if (clock == CLOCK_MONOTONIC && power.armed) {
        power.clock_ns += 15000000;
        at->tv_sec = (time_t)(1000 + power.clock_ns / 1000000000);
        at->tv_nsec = (long)(power.clock_ns % 1000000000);
    }
    return result;
}

/* ---- The levels ------------------------------------------------------------------------------ */

static const char program_text[] =
    "words x[3000]\nword y in observable\nepoch times 12\nprologue\nSTORE_U32 1, x[7]\nend\n"
    "ATOMIC_ADD 1, x[0]\nSTORE_U32 5, y\nMEMCPY x[0], x[1500], 3\nend\n";

static void record_at(vrrl_durability level, uint64_t seed)
{
    memset(&power, 0, sizeof power);
    power.level = level;
    power.seed = seed;
    vrrl_program *program = program_of(program_text);
    vrrl_record_options limits = {.size = sizeof limits, .durability = level};
    assert_int_equal(mkdir(in_folder("left"), 0777), 0);
    power.armed = true;
    vrrl_record_summary summary = record_as(program, "run", "reference", 0, &limits);
    power.armed = false;
    assert_int_equal(summary.epochs, EPOCHS);
    for (int f = 0; f < FILES; f++)
        forget(&files[f]);
    vrrl_program_free(program);
    vrrl_recording *recording = open_recorded("run");
    assert_true(vrrl_recording_info_of(recording)->finished);
    assert_int_equal(vrrl_recording_info_of(recording)->epochs, EPOCHS);
    assert_replays_the_same(recording, "reference");
    vrrl_recording_close(recording);
    print_message("%s: %u losses, %u opened with %u epochs, %u refused, %u times more promised\n",
                  vrrl_durability_name(level), seen.losses, seen.opened, seen.epochs, seen.refused,
                  seen.syncs);
}

static void process_promises_nothing_until_the_end(void **state)
{
    (void)state;
    record_at(VRRL_DURABILITY_PROCESS, 1);
    assert_int_equal(seen.syncs, 0);
    assert_true(seen.opened > 0 && seen.refused > 0);
}

static void group_promises_what_had_ended_at_a_sync(void **state)
{
    (void)state;
    record_at(VRRL_DURABILITY_GROUP, 2);
    assert_true(seen.syncs >= 3 && seen.syncs < EPOCHS);
    assert_true(seen.opened > 0);
}

static void ordered_promises_each_epoch(void **state)
{
    (void)state;
    record_at(VRRL_DURABILITY_ORDERED, 3);
    assert_int_equal(seen.syncs, EPOCHS);
    assert_true(seen.opened > 0);
}

/* The log of failures is synced with the recording, and a level that is none is refused. */
static void failures_and_levels(void **state)
{
    (void)state;
    char path[128];
    snprintf(path, sizeof path, "%s/failures.vrrl", test_folder);
    vrrl_record_options limits = {
        .size = sizeof limits, .durability = VRRL_DURABILITY_ORDERED, .failures_path = path};
    vrrl_program *program = program_of(program_text);
    record_as(program, "run", "reference", 0, &limits);
    limits.durability = (vrrl_durability)3;
    vrrl_run_options options = run_on("reference", 0);
    vrrl_record_summary summary;
    vrrl_error err = no_error();
    assert_error(
        &err, vrrl_record_program(program, in_folder("other"), &options, &limits, &summary, &err),
        VRRL_INVALID);
    assert_int_equal(access(in_folder("other.partial"), F_OK), -1);
    vrrl_program_free(program);
}

/* What a run whose sync has failed leaves: nothing, or what opens as far as it goes, under one name. */
static void check_failed_run(void)
{
    bool whole = access(in_folder("run"), F_OK) == 0;
    bool partial = access(in_folder("run.partial"), F_OK) == 0;
    assert_false(whole && partial);
    if (!whole && !partial)
        return;
    vrrl_recording *recording;
    vrrl_error err = no_error();
    const char *path = in_folder(whole ? "run" : "run.partial");
    if (vrrl_recording_open(path, &recording, &err)) {
        assert_false(whole);
        assert_non_null(strstr(err.text, "before it had recorded anything"));
        return;
    }
    uint32_t epochs = vrrl_recording_info_of(recording)->epochs;
    assert_true(!whole || epochs == EPOCHS);
    if (epochs > 0)
        assert_replays_the_same(recording, "reference");
    seen.epochs += epochs;
    vrrl_recording_close(recording);
}

static void every_sync_may_fail(void **state)
{
    (void)state;
    vrrl_program *program = program_of(program_text);
    vrrl_run_options options = run_on("reference", 0);
    for (int level = VRRL_DURABILITY_PROCESS; level <= VRRL_DURABILITY_ORDERED; level++) {
        vrrl_record_options limits = {.size = sizeof limits, .durability = (vrrl_durability)level};
        memset(&fault, 0, sizeof fault);
        do {
            vrrl_record_summary summary;
            vrrl_error err = no_error();
            fault.call = 0;
            fault.failed = false;
            fault.armed = true;
            vrrl_code code =
                vrrl_record_program(program, in_folder("run"), &options, &limits, &summary, &err);
            fault.armed = false;
            assert_int_equal(code, fault.failed ? VRRL_IO : VRRL_OK);
            if (code) {
                assert_error(&err, code, VRRL_IO);
                assert_int_equal(err.sys_errno, EIO);
            }
            check_failed_run();
            char command[256];
            snprintf(command, sizeof command, "rm -rf '%s/run' '%s/run.partial'", test_folder,
                     test_folder);
            assert_int_equal(system(command), 0);
            fault.fail_at++;
        } while (fault.failed);
        print_message("%s: %u syncs\n", vrrl_durability_name((vrrl_durability)level),
                      fault.fail_at - 1);
        assert_true(fault.fail_at > (level == VRRL_DURABILITY_ORDERED ? 4 * EPOCHS : 6));
    }
    assert_true(seen.epochs > 0);
    vrrl_program_free(program);
}

static int setup(void **state)
{
    memset(&seen, 0, sizeof seen);
    return make_memory_folder(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(process_promises_nothing_until_the_end, setup,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(group_promises_what_had_ended_at_a_sync, setup,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(ordered_promises_each_epoch, setup, remove_folder),
        cmocka_unit_test_setup_teardown(failures_and_levels, setup, remove_folder),
        cmocka_unit_test_setup_teardown(every_sync_may_fail, setup, remove_folder),
    };
    return cmocka_run_group_tests_name("recording_power", tests, NULL, NULL);
}
