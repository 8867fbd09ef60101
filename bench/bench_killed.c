/*
 * From SIGKILL to the first replayed epoch, of a recording as large as a log can be: the process that records is killed
 * before its last epoch, then the recording is opened and replayed from its beginning, as after a crash.
 *
 * The clock begins right before the kill. Opening reads every record and the end of every epoch, since of a recording that
 * was cut off only what is whole counts.
 */
#include "base/clock.h"
#include "vrrl/vrrl.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EPOCHS = 259, SLOTS = 2000, REPEATS = 5 }; /* 1,036,518 records */

struct killed {
    uint64_t at_ns; /* of the kill, the steady clock */
};

static void check(vrrl_code code, const vrrl_error *err)
{
    if (code == VRRL_OK)
        return;
    fprintf(stderr, "bench_killed: %s\n  %s\n", err->text, err->fix);
    exit(2);
}

static vrrl_program *make_program(void)
{
    vrrl_error err;
    vrrl_program *program;
    const vrrl_geometry geometry = {
        .slot_words = 16, .ring_slots = 2 * SLOTS, .observable_words = 16, .user_words = SLOTS};
    uint32_t batch;
    check(vrrl_program_create(&program, &err), &err);
    check(vrrl_program_set_geometry(program, &geometry, &err), &err);
    check(vrrl_program_begin_batch(program, &batch, &err), &err);
    for (uint32_t i = 0; i < SLOTS; i++) {
        const uint32_t args[] = {1, program->layout.user_base + i};
        vrrl_slot slot = {
            .opcode = VRRL_OPCODE_ATOMIC_ADD, .queue = VRRL_NO_WORKER, .arg_count = 2};
        check(vrrl_program_add_words(program, args, 2, &slot.args, &err), &err);
        check(vrrl_program_add_slot(program, &slot, &err), &err);
    }
    for (uint32_t e = 0; e < EPOCHS; e++)
        check(vrrl_program_begin_epoch(program, batch, &err), &err);
    return program;
}

static void remove_recording(const char *path)
{
    char command[600];
    snprintf(command, sizeof command, "rm -rf '%s' '%s.partial'", path, path);
    if (system(command) != 0)
        exit(2);
}

/* Before the last epoch. */
static void kill_at_end(void *context, uint32_t done, uint32_t epochs)
{
    struct killed *killed = context;
    if (done + 1 < epochs)
        return;
    killed->at_ns = clock_steady_ns();
    kill(getpid(), SIGKILL);
}

static void record_and_die(const vrrl_program *program, const char *path, struct killed *killed)
{
    vrrl_error err;
    vrrl_record_summary summary;
    vrrl_run_options options = {
        .size = sizeof options, .progress = kill_at_end, .progress_context = killed};
    check(vrrl_record_program(program, path, &options, NULL, &summary, &err), &err);
    exit(2); /* it was to be killed */
}

/* ---- After the kill -------------------------------------------------------------------------- */

struct first_epoch {
    uint64_t at_ns;
    bool stop;
};

static void note_first(void *context, uint32_t done, uint32_t epochs)
{
    struct first_epoch *first = context;
    (void)done;
    (void)epochs;
    if (first->at_ns == 0)
        first->at_ns = clock_steady_ns();
    first->stop = true;
}

struct times {
    double open_ms, first_ms;
    uint64_t records;
};

static struct times replay_first(const char *partial, uint64_t killed_at_ns)
{
    vrrl_error err;
    vrrl_recording *recording;
    vrrl_diff_result *result;
    struct first_epoch first = {.at_ns = 0};
    vrrl_run_options options = {.size = sizeof options,
                                .progress = note_first,
                                .progress_context = &first,
                                .stop = &first.stop};
    check(vrrl_recording_open(partial, &recording, &err), &err);
    uint64_t opened = clock_steady_ns();
    check(vrrl_replay(recording, &options, &result, &err), &err);
    struct times times = {.open_ms = (double)(opened - killed_at_ns) / 1e6,
                          .first_ms = (double)(first.at_ns - killed_at_ns) / 1e6,
                          .records = vrrl_recording_info_of(recording)->records};
    vrrl_diff_result_free(result);
    vrrl_recording_close(recording);
    return times;
}

static struct times kill_and_replay(const vrrl_program *program, const char *path)
{
    char partial[300];
    snprintf(partial, sizeof partial, "%s.partial", path);
    struct killed *killed =
        mmap(NULL, sizeof *killed, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (killed == MAP_FAILED)
        exit(2);
    remove_recording(path);
    pid_t child = fork();
    if (child == 0)
        record_and_die(program, path, killed);
    int status;
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFSIGNALED(status))
        exit(2);
    struct times times = replay_first(partial, killed->at_ns);
    munmap(killed, sizeof *killed);
    return times;
}

static int by_first(const void *a, const void *b)
{
    const struct times *left = a, *right = b;
    return (left->first_ms > right->first_ms) - (left->first_ms < right->first_ms);
}

int main(int argc, char **argv)
{
    char path[256];
    struct times times[REPEATS];
    snprintf(path, sizeof path, "%.200s/vrrl-bench-killed.vrrd", argc > 1 ? argv[1] : "/tmp");
    vrrl_program *program = make_program();
    for (int r = 0; r < REPEATS; r++)
        times[r] = kill_and_replay(program, path);
    qsort(times, REPEATS, sizeof *times, by_first);
    const struct times *middle = &times[REPEATS / 2];
    printf("from SIGKILL, %llu records, median of %d (worst)\n"
           "  opened            %7.1f ms\n"
           "  first epoch again %7.1f ms (%.1f)\n",
           (unsigned long long)middle->records, REPEATS, middle->open_ms, middle->first_ms,
           times[REPEATS - 1].first_ms);
    remove_recording(path);
    vrrl_program_free(program);
    return 0;
}
