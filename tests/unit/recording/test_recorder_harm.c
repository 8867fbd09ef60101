/* The recorder of a host does no harm: threads, signals, forks, kills, files that grow no more or are cut. */
#include "toy_host.h"

#include "base/atomics.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>

static const struct toy healthy = {.hangs_at = TOY_RING};

static uint32_t whole_epochs(const char *name)
{
    vrrl_recording *recording = open_recorded(name);
    uint32_t epochs = vrrl_recording_info_of(recording)->epochs;
    vrrl_recording_close(recording);
    return epochs;
}

static void assert_replays(const char *name)
{
    struct toy toy = healthy;
    vrrl_diff_result *result = toy_replay(&toy, name);
    assert_int_equal(result->outcome, VRRL_OUTCOME_SAME);
    vrrl_diff_result_free(result);
}

/* ---- Threads and signals --------------------------------------------------------------------- */

enum { THREADS = 4, SLOTS_EACH = 50, THREAD_EPOCHS = 20 };

struct publisher {
    vrrl_recorder *recorder;
    uint32_t first; /* of its ring slots */
};

static void publish_and_complete(vrrl_recorder *recorder, uint32_t index, uint32_t value)
{
    const vrrl_recorder_slot slot = {.index = index, .opcode = 9, .args = &value, .arg_count = 1};
    const vrrl_recorder_completion end = {
        .index = index, .status = VRRL_STATUS_DONE, .result = value};
    if (vrrl_recorder_publish(recorder, &slot) != VRRL_OK ||
        vrrl_recorder_complete(recorder, &end) != VRRL_OK)
        abort();
}

static void *publish_many(void *argument)
{
    const struct publisher *publisher = argument;
    for (uint32_t i = 0; i < SLOTS_EACH; i++)
        publish_and_complete(publisher->recorder, publisher->first + i % 2, i);
    return NULL;
}

static void any_number_of_threads_record(void **state)
{
    (void)state;
    const vrrl_recorder_options options = {.size = sizeof options,
                                           .ring_slots = 2 * THREADS,
                                           .work = VRRL_RECORDER_BEHIND,
                                           .patience_ms = 60000,
                                           .capacity_records = 2000}; /* an epoch makes 401 */
    vrrl_recorder *recorder = toy_record("threads.vrrd", &options);
    for (uint32_t e = 0; e < THREAD_EPOCHS; e++) {
        pthread_t threads[THREADS];
        struct publisher publishers[THREADS];
        for (uint32_t i = 0; i < THREADS; i++) {
            publishers[i] = (struct publisher){recorder, 2 * i};
            assert_int_equal(pthread_create(&threads[i], NULL, publish_many, &publishers[i]), 0);
        }
        for (uint32_t i = 0; i < THREADS; i++)
            pthread_join(threads[i], NULL);
        assert_int_equal(vrrl_recorder_end(recorder, NULL), VRRL_OK);
    }
    assert_int_equal(vrrl_recorder_close(recorder, NULL), VRRL_OK);
    vrrl_recording *recording = open_recorded("threads.vrrd");
    const vrrl_recording_info *info = vrrl_recording_info_of(recording);
    assert_true(info->finished);
    assert_int_equal(info->epochs, THREAD_EPOCHS);
    assert_int_equal(info->records, THREAD_EPOCHS * (2 * THREADS * SLOTS_EACH + 1));
    vrrl_recording_close(recording);
}

static vrrl_recorder *in_handler;
static uint32_t handled;

static void record_in_handler(int signal)
{
    (void)signal;
    publish_and_complete(in_handler, 1, 1);
    handled++;
}

static void a_signal_handler_may_record(void **state)
{
    (void)state;
    const vrrl_recorder_options options = {
        .size = sizeof options, .ring_slots = 2, .capacity_records = 1 << 20};
    const struct itimerval often = {{0, 200}, {0, 200}}, never = {{0, 0}, {0, 0}};
    struct sigaction action = {.sa_handler = record_in_handler}, before;
    in_handler = toy_record("signals.vrrd", &options);
    handled = 0;
    sigaction(SIGALRM, &action, &before);
    setitimer(ITIMER_REAL, &often, NULL);
    uint32_t recorded = 0;
    while (load_relaxed(&handled) < 100 && recorded < 400000) {
        publish_and_complete(in_handler, 0, 0);
        recorded++;
    }
    setitimer(ITIMER_REAL, &never, NULL);
    sigaction(SIGALRM, &before, NULL);
    assert_int_equal(vrrl_recorder_end(in_handler, NULL), VRRL_OK);
    assert_int_equal(vrrl_recorder_close(in_handler, NULL), VRRL_OK);
    vrrl_recording *recording = open_recorded("signals.vrrd");
    assert_int_equal(vrrl_recording_info_of(recording)->records, 2 * (recorded + handled) + 1);
    vrrl_recording_close(recording);
}

/* ---- fork and kill --------------------------------------------------------------------------- */

static void a_child_has_no_recorder(void **state)
{
    (void)state;
    for (int work = 0; work < 2; work++) {
        struct toy toy = healthy;
        vrrl_recorder_options options = toy_options(&toy);
        const char *name = work ? "fork1.vrrd" : "fork0.vrrd";
        options.work = (vrrl_recorder_work)work;
        vrrl_recorder *recorder = toy_record(name, &options);
        toy_epoch(&toy, recorder, 0);
        pid_t child = fork();
        if (child == 0) {
            bool silent = toy_epoch(&toy, recorder, 7) == VRRL_OK &&
                          vrrl_recorder_status(recorder, NULL) == VRRL_OK &&
                          vrrl_recorder_close(recorder, NULL) == VRRL_OK;
            _exit(silent ? 0 : 1);
        }
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
        assert_int_equal(toy_epoch(&toy, recorder, 1), VRRL_OK);
        assert_int_equal(vrrl_recorder_close(recorder, NULL), VRRL_OK);
        assert_int_equal(whole_epochs(name), 2);
        assert_replays(name);
    }
}

/* The child records until it is killed; how many ends have returned stands in shared memory. Its log is one that holds
 * the run, or one that comes round after a few epochs, with a snapshot in each of them or in some. */
static void record_until_killed(const char *name, uint32_t kind, uint32_t *returned)
{
    struct toy toy = healthy;
    vrrl_recorder_options options = toy_options(&toy);
    options.work = (vrrl_recorder_work)(kind % 2);
    options.patience_ms = 60000;
    options.capacity_records = kind % 3 == 0 ? 1 << 13 : 32 + kind % 50;
    options.snapshot_epochs = kind % 3 == 1;
    vrrl_recorder *recorder = toy_record(name, &options);
    store_release(&returned[1], 1u);
    for (uint32_t e = 0; toy_epoch(&toy, recorder, e) == VRRL_OK; e++)
        store_release(&returned[0], e + 1);
    _exit(0);
}

static void a_killed_host_leaves_its_whole_epochs(void **state)
{
    (void)state;
    const char *kills_text = getenv("VRRL_KILLS");
    uint32_t kills = kills_text ? (uint32_t)strtoul(kills_text, NULL, 10) : 300;
    uint32_t *returned =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(returned, MAP_FAILED);
    for (uint32_t i = 0; i < kills; i++) {
        char name[32], partial[48];
        snprintf(name, sizeof name, "kill%u.vrrd", i);
        snprintf(partial, sizeof partial, "%s.partial", name);
        returned[0] = returned[1] = 0;
        pid_t child = fork();
        if (child == 0)
            record_until_killed(name, i, returned);
        while (!load_acquire(&returned[1]))
            usleep(100);
        usleep(i * 37 % 4000);
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        uint32_t done = load_acquire(&returned[0]);
        uint32_t whole = whole_epochs(partial);
        if (whole + i % 2 < done || whole > done + 1)
            fail_msg("kill %u: %u epochs had ended, %u are whole", i, done, whole);
        if (whole > 0)
            assert_true(toy_replay_from_each(partial) >= 1);
    }
    munmap(returned, 4096);
}

/* ---- Files ----------------------------------------------------------------------------------- */

/* In a child: limits and handlers are the process's. */
static void in_child(void (*work)(vrrl_recorder_work how), vrrl_recorder_work how)
{
    pid_t child = fork();
    if (child == 0) {
        work(how);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (status != 0)
        fail_msg("the host ended with %s %d", WIFSIGNALED(status) ? "signal" : "exit",
                 WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

static void need(bool holds, int exit_code)
{
    if (!holds)
        _exit(exit_code);
}

/* Pages that do not compress, so that the file of changed pages grows to its limit. */
static vrrl_code read_noise(void *context, uint32_t region, uint32_t *words)
{
    uint32_t *seed = context;
    (void)region;
    for (uint32_t i = 0; i < VRRL_PAGE_WORDS; i++)
        words[i] = *seed = *seed * 1664525u + 1013904223u;
    return VRRL_OK;
}

static const vrrl_recorder_region noise[] = {{"noise", VRRL_PAGE_WORDS, VRRL_COMPARE_EXACT, 0}};

/* How often a run of 200 epochs was told an error, and the last. */
static int run_noise(vrrl_recorder *recorder, vrrl_code *last)
{
    int told = 0;
    for (uint32_t e = 0; e < 200; e++) {
        vrrl_code code = vrrl_recorder_end(recorder, NULL);
        told += code != VRRL_OK;
        *last = code != VRRL_OK ? code : *last;
    }
    return told;
}

static void grow_to_the_limit(vrrl_recorder_work how)
{
    uint32_t seed = 1;
    vrrl_code code = VRRL_OK;
    vrrl_error err;
    vrrl_recorder *recorder;
    const vrrl_recorder_options options = {.size = sizeof options,
                                           .ring_slots = 2,
                                           .regions = noise,
                                           .region_count = 1,
                                           .read = read_noise,
                                           .context = &seed,
                                           .work = how,
                                           .capacity_records = 300};
    const struct rlimit small = {100000, 100000};
    need(setrlimit(RLIMIT_FSIZE, &small) == 0, 2); /* SIGXFSZ keeps its default: it would end us */
    const char *name = how ? in_folder("grows1.vrrd") : in_folder("grows0.vrrd");
    need(vrrl_recorder_open(name, &options, &recorder, &err) == VRRL_OK, 3);
    need(run_noise(recorder, &code) == 1 && code == VRRL_IO, 4);
    need(vrrl_recorder_close(recorder, &err) == VRRL_IO, 5);
    need(err.sys_errno == EFBIG, 6);
    sigset_t pending;
    sigpending(&pending);
    need(!sigismember(&pending, SIGXFSZ), 7);
}

static void a_file_that_may_not_grow_is_an_error(void **state)
{
    (void)state;
    in_child(grow_to_the_limit, VRRL_RECORDER_AT_END);
    in_child(grow_to_the_limit, VRRL_RECORDER_BEHIND);
    assert_in_range(whole_epochs("grows0.vrrd"), 15, 24); /* 100,000 bytes of some 4,200 each */
    assert_int_equal(whole_epochs("grows1.vrrd"), whole_epochs("grows0.vrrd"));
}

static void open_over_the_limit(vrrl_recorder_work how)
{
    vrrl_error err = {0};
    vrrl_recorder *recorder;
    const vrrl_recorder_options options = {
        .size = sizeof options, .ring_slots = 2, .work = how, .capacity_records = 100000};
    const struct rlimit small = {100000, 100000};
    need(setrlimit(RLIMIT_FSIZE, &small) == 0, 2);
    need(vrrl_recorder_open(in_folder("large.vrrd"), &options, &recorder, &err) == VRRL_IO, 3);
    need(access(in_folder("large.vrrd.partial"), F_OK) != 0, 4);
}

static void what_has_no_room_is_refused_at_the_start(void **state)
{
    (void)state;
    in_child(open_over_the_limit, VRRL_RECORDER_AT_END);
}

static vrrl_recorder *guarded;

static void guard(int signal, siginfo_t *info, void *context)
{
    (void)signal;
    (void)context;
    if (!vrrl_recorder_guard(guarded, info->si_addr))
        _exit(9);
}

static void store_into_a_cut_file(vrrl_recorder_work how)
{
    static const char *const files[] = {"slots.vrrl", "slots.vrrx"};
    struct sigaction action = {.sa_sigaction = guard, .sa_flags = SA_SIGINFO};
    sigaction(SIGBUS, &action, NULL);
    for (int i = 0; i < 2; i++) {
        struct toy toy = healthy;
        vrrl_recorder_options options = toy_options(&toy);
        char name[32], path[300];
        vrrl_error err;
        int told = 0;
        snprintf(name, sizeof name, "cut%d%d.vrrd", (int)how, i);
        options.work = how;
        options.capacity_records = 1 << 14;
        need(vrrl_recorder_open(in_folder(name), &options, &guarded, &err) == VRRL_OK, 3);
        need(toy_epoch(&toy, guarded, 0) == VRRL_OK, 4);
        snprintf(path, sizeof path, "%s.partial/%s", in_folder(name), files[i]);
        need(truncate(path, 4096) == 0, 5);
        for (uint32_t e = 1; e < 300;
             e++) { /* past the first page, within one epoch and at its end */
            for (uint32_t s = 0; s < 4; s++)
                toy_slot(&toy, guarded, 4 * e + s);
            told += vrrl_recorder_status(guarded, NULL) != VRRL_OK;
            vrrl_recorder_end(guarded, NULL);
        }
        need(told > 0, 6);
        need(vrrl_recorder_close(guarded, &err) == VRRL_IO, 7);
    }
}

static void a_file_that_is_cut_is_an_error(void **state)
{
    (void)state;
    in_child(store_into_a_cut_file, VRRL_RECORDER_AT_END);
    in_child(store_into_a_cut_file, VRRL_RECORDER_BEHIND);
}

/* A disk that takes its time. */
static uint32_t slow_ms;
ssize_t __real_write(int fd, const void *bytes, size_t size);
ssize_t __wrap_write(int fd, const void *bytes, size_t size)
{
    if (load_relaxed(&slow_ms))
        usleep(load_relaxed(&slow_ms) * 1000);
    return __real_write(fd, bytes, size);
}

static uint64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void patience_with_the_disk_is_limited(void **state)
{
    (void)state;
    struct toy toy = healthy;
    vrrl_recorder_options options = toy_options(&toy);
    vrrl_error err = {0};
    options.work = VRRL_RECORDER_BEHIND;
    options.patience_ms = 20;
    vrrl_recorder *recorder = toy_record("slow.vrrd", &options);
    assert_int_equal(toy_epoch(&toy, recorder, 0), VRRL_OK);
    while (vrrl_recorder_epochs(recorder) < 1)
        usleep(100);
    store_relaxed(&slow_ms, 1500u);
    uint64_t start = now_ms();
    assert_int_equal(toy_epoch(&toy, recorder, 1), VRRL_OK);   /* handed over */
    assert_int_equal(toy_epoch(&toy, recorder, 2), VRRL_BUSY); /* waited for, 20 ms */
    assert_int_equal(toy_epoch(&toy, recorder, 3), VRRL_OK);
    assert_true(now_ms() - start < 1000);
    store_relaxed(&slow_ms, 0u);
    assert_int_equal(vrrl_recorder_close(recorder, &err), VRRL_BUSY);
    assert_clear(&err);
    assert_int_equal(whole_epochs("slow.vrrd"), 2); /* the slow one got done */
    assert_replays("slow.vrrd");
}

/* Nobody waits for a snapshot but at the end of an epoch: a log that comes round before it is there is the end. */
static void a_log_that_comes_round_too_early_is_told(void **state)
{
    (void)state;
    struct toy toy = healthy;
    vrrl_recorder_options options = toy_options(&toy);
    vrrl_error err = {0};
    options.work = VRRL_RECORDER_BEHIND;
    options.capacity_records = 64;
    vrrl_recorder *recorder = toy_record("late.vrrd", &options);
    store_relaxed(&slow_ms, 300u);
    int told = 0;
    assert_int_equal(toy_epoch(&toy, recorder, 0), VRRL_OK); /* its end is being written */
    for (uint32_t i = 0; i < 200; i++) {
        const vrrl_recorder_slot slot = {.index = i % TOY_RING, .opcode = TOY_ADD};
        const vrrl_recorder_completion end = {.index = slot.index, .status = VRRL_STATUS_DONE};
        told += vrrl_recorder_publish(recorder, &slot) == VRRL_BUSY;
        told += vrrl_recorder_complete(recorder, &end) == VRRL_BUSY;
    }
    assert_int_equal(told, 1);
    store_relaxed(&slow_ms, 0u);
    assert_int_equal(vrrl_recorder_close(recorder, &err), VRRL_BUSY);
    assert_clear(&err);
    assert_int_equal(whole_epochs("late.vrrd"), 1);
    assert_replays("late.vrrd");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_number_of_threads_record),
        cmocka_unit_test(a_signal_handler_may_record),
        cmocka_unit_test(a_child_has_no_recorder),
        cmocka_unit_test(a_killed_host_leaves_its_whole_epochs),
        cmocka_unit_test(a_file_that_may_not_grow_is_an_error),
        cmocka_unit_test(what_has_no_room_is_refused_at_the_start),
        cmocka_unit_test(a_file_that_is_cut_is_an_error),
        cmocka_unit_test(patience_with_the_disk_is_limited),
        cmocka_unit_test(a_log_that_comes_round_too_early_is_told),
    };
    return cmocka_run_group_tests(tests, make_memory_folder, remove_folder);
}
