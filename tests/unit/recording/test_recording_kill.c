/*
 * Recorders that are killed, vrrl's own and that of a host, at each call that changes the recording's folder in turn, and at random moments: what
 * is left opens, is whole up to the last epoch whose end had returned, one more, or, where a host's ends are written
 * behind it, one less, and can be replayed from each snapshot that is there. The log wraps many times, so that snapshots come and go.
 *
 * VRRL_KILLS=10000 kills more, at random.
 */
#include "toy_host.h"

#include "base/random.h"
#include "recording/snapshots.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

enum { RECORDS = 10, CAPACITY = 5 * RECORDS, KILLS = 200, HOST_EPOCHS = 12 };

/* What parent and child share. */
static struct {
    uint32_t ended; /* epochs whose end has returned */
    uint32_t calls; /* that change the folder */
} * shared;

static struct {
    bool armed; /* in the child */
    uint32_t kill_at;
} fault;

static struct {
    bool records; /* a host, not vrrl */
    uint32_t behind;
} host;

static struct {
    uint32_t killed, nothing, epochs, later, snapshots;
} seen;

/* ---- The child ------------------------------------------------------------------------------- */

static void pass_moment(void)
{
    if (fault.armed && __atomic_add_fetch(&shared->calls, 1, __ATOMIC_RELAXED) == fault.kill_at)
        kill(getpid(), SIGKILL);
}

int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to)
{
    pass_moment();
    int result = __real_rename(from, to);
    pass_moment();
    return result;
}

int __real_unlink(const char *path);
int __wrap_unlink(const char *path);
int __wrap_unlink(const char *path)
{
    pass_moment();
    int result = __real_unlink(path);
    pass_moment();
    return result;
}

/* In the middle, too: a part of what was to be written is there. */
ssize_t __real_write(int fd, const void *bytes, size_t size);
ssize_t __wrap_write(int fd, const void *bytes, size_t size);
ssize_t __wrap_write(int fd, const void *bytes, size_t size)
{
    pass_moment();
    size_t part = fault.armed && size > 1 ? size / 2 : size;
    ssize_t result = __real_write(fd, bytes, part);
    pass_moment();
    return result;
}

static void note_end(void *context, uint32_t done, uint32_t epochs)
{
    (void)context;
    (void)epochs;
    __atomic_store_n(&shared->ended, done, __ATOMIC_RELAXED);
}

static const char program_text[] =
    "words x[3000]\nword y in observable\nword total\n"
    "epoch times 24\nprologue\nSTORE_U32 1, x[7]\nSTORE_U32 2, x[8]\n"
    "end\nATOMIC_ADD 1, total\nATOMIC_ADD 3, x[2000]\n"
    "ATOMIC_ADD 1, y\nend\n";
static vrrl_record_options limits = {.size = sizeof limits, .capacity_records = CAPACITY};

/* 8 records an epoch. */
static vrrl_code record_host(vrrl_recorder_work work)
{
    struct toy toy = {.hangs_at = TOY_RING};
    vrrl_recorder_options options = toy_options(&toy);
    vrrl_recorder *recorder;
    options.work = work;
    options.patience_ms = 60000;
    options.capacity_records = 33;
    if (vrrl_recorder_open(in_folder("run"), &options, &recorder, NULL) != VRRL_OK)
        return VRRL_IO;
    for (uint32_t e = 0; e < HOST_EPOCHS; e++)
        if (toy_epoch(&toy, recorder, e) == VRRL_OK)
            note_end(NULL, e + 1, HOST_EPOCHS);
    return vrrl_recorder_close(recorder, NULL);
}

/* NULL: a host. */
static pid_t start(const vrrl_program *program, uint32_t kill_at)
{
    *shared = (__typeof__(*shared)){0};
    pid_t child = fork();
    assert_true(child >= 0);
    if (child > 0)
        return child;
    if (!program) {
        fault.kill_at = kill_at;
        fault.armed = true;
        _exit(record_host((vrrl_recorder_work)host.behind) != VRRL_OK);
    }
    vrrl_run_options options = run_on("reference", 0);
    vrrl_record_summary summary;
    vrrl_error err;
    options.progress = note_end;
    fault.kill_at = kill_at;
    fault.armed = true;
    _exit(vrrl_record_program(program, in_folder("run"), &options, &limits, &summary, &err) != 0);
}

/* ---- What is left ---------------------------------------------------------------------------- */

static void replay_from(const char *name, uint32_t epoch)
{
    vrrl_recording *recording;
    vrrl_error err = no_error();
    if (vrrl_recording_open_from(in_folder(name), epoch, &recording, &err) != VRRL_OK)
        fail_msg("%s\n%s", err.text, err.fix);
    if (vrrl_recording_info_of(recording)->epochs > epoch)
        assert_replays_the_same(recording, "reference");
    vrrl_recording_close(recording);
}

static void replay_from_each(const char *name, uint32_t first)
{
    uint32_t *epochs, count;
    vrrl_error err = no_error();
    assert_int_equal(snapshot_list(in_folder(name), &epochs, &count, &err), VRRL_OK);
    assert_true(count > 0);
    assert_int_equal(epochs[0], first);
    for (uint32_t i = 0; i < count; i++)
        replay_from(name, epochs[i]);
    seen.snapshots = count > seen.snapshots ? count : seen.snapshots;
    free(epochs);
}

static void look_at_left(void)
{
    const char *name = access(in_folder("run"), F_OK) == 0 ? "run" : "run.partial";
    vrrl_recording *recording;
    vrrl_error err = no_error();
    uint32_t ended = shared->ended;
    if (access(in_folder(name), F_OK) != 0 ||
        vrrl_recording_open(in_folder(name), &recording, &err) != VRRL_OK) {
        if (ended > 0)
            fail_msg("%u epochs had ended: %s", ended, err.text);
        seen.nothing++;
        return;
    }
    const vrrl_recording_info *info = vrrl_recording_info_of(recording);
    if (info->epochs + host.behind < ended || info->epochs > ended + 1)
        fail_msg("%u epochs had ended, %u are there", ended, info->epochs);
    if (ended > host.behind)
        assert_true(info->first_epoch < info->epochs);
    seen.epochs += info->epochs - info->first_epoch;
    seen.later += info->first_epoch > 0;
    if (host.records)
        assert_true(toy_replay_from_each(name) >= (ended > host.behind));
    else
        replay_from_each(name, info->first_epoch);
    vrrl_recording_close(recording);
}

static void remove_left(void)
{
    char command[256];
    snprintf(command, sizeof command, "rm -rf '%s'/run*", test_folder);
    assert_int_equal(system(command), 0);
}

/* False where the child had ended before it was killed. */
static bool ends_killed(pid_t child)
{
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFSIGNALED(status)) {
        assert_int_equal(WTERMSIG(status), SIGKILL);
        seen.killed++;
    } else {
        assert_int_equal(WEXITSTATUS(status), 0);
    }
    look_at_left();
    remove_left();
    return WIFSIGNALED(status);
}

/* ---- The tests ------------------------------------------------------------------------------- */

static void at_each_call(void **state)
{
    (void)state;
    vrrl_program *program = program_of(program_text);
    uint32_t kill_at = 1;
    while (ends_killed(start(program, kill_at)))
        kill_at++;
    print_message("%u calls, %u epochs left in all, in %u cases not from the first; "
                  "%u times nothing; %u snapshots at most\n",
                  kill_at, seen.epochs, seen.later, seen.nothing, seen.snapshots);
    assert_true(kill_at > 100);
    assert_true(seen.later > seen.killed / 2 && seen.snapshots >= 2);
    vrrl_program_free(program);
}

static void at_each_call_where_all_is_kept(void **state)
{
    (void)state;
    vrrl_program *program = program_of(program_text);
    uint32_t kill_at = 1, later = seen.later;
    limits.keep_all = true;
    while (ends_killed(start(program, kill_at)))
        kill_at += 2;
    limits.keep_all = false;
    print_message("%u calls; %u snapshots at most\n", kill_at, seen.snapshots);
    assert_true(kill_at > 100 && seen.later == later && seen.snapshots >= 6);
    vrrl_program_free(program);
}

static void a_host_at_each_call(void **state)
{
    (void)state;
    host.records = true;
    for (host.behind = 0; host.behind < 2; host.behind++) {
        uint32_t kill_at = 1, later = seen.later, killed = seen.killed;
        while (ends_killed(start(NULL, kill_at)))
            kill_at++;
        print_message("%s: %u calls, in %u cases not from the first epoch\n",
                      host.behind ? "behind" : "at the end", kill_at, seen.later - later);
        assert_true(kill_at > 100 && seen.later - later > (seen.killed - killed) / 3);
    }
    host.records = false;
    host.behind = 0;
}

static uint64_t time_of_a_run(const vrrl_program *program)
{
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    assert_false(ends_killed(start(program, 0)));
    clock_gettime(CLOCK_MONOTONIC, &to);
    return (uint64_t)(to.tv_sec - from.tv_sec) * 1000000000u + (uint64_t)to.tv_nsec -
           (uint64_t)from.tv_nsec;
}

static void at_random(void **state)
{
    (void)state;
    vrrl_program *program = program_of(program_text);
    const char *asked = getenv("VRRL_KILLS");
    unsigned long kills = asked ? strtoul(asked, NULL, 10) : KILLS;
    uint64_t seed = 1, whole = time_of_a_run(program);
    uint32_t before = seen.killed;
    for (unsigned long i = 0; i < kills; i++) {
        pid_t child = start(program, 0);
        uint64_t wait = whole * random_below(&seed, 1000) / 1000;
        struct timespec pause = {(time_t)(wait / 1000000000u), (long)(wait % 1000000000u)};
        nanosleep(&pause, NULL);
        kill(child, SIGKILL);
        ends_killed(child);
    }
    print_message("%u of %lu were killed before they had ended\n", seen.killed - before, kills);
    vrrl_program_free(program);
}

static int setup(void **state)
{
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return shared == MAP_FAILED ? -1 : make_memory_folder(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(at_each_call, setup, remove_folder),
        cmocka_unit_test_setup_teardown(at_each_call_where_all_is_kept, setup, remove_folder),
        cmocka_unit_test_setup_teardown(a_host_at_each_call, setup, remove_folder),
        cmocka_unit_test_setup_teardown(at_random, setup, remove_folder),
    };
    return cmocka_run_group_tests_name("recording_kill", tests, NULL, NULL);
}
