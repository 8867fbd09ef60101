/*
 * What recording costs, and how fast a recording replays.
 *
 * The same program runs unrecorded and recorded, in turn, on the same backend; the host's time from
 * first publish to verdict is compared. Trivial slots show the cost of a record; slots of about 1 us
 * show what a user pays. The physical limit is a raw copy of the same bytes to a warm mapping.
 */
#include "base/clock.h"
#include "vrrl/vrrl.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { EPOCHS = 40, SLOTS = 2000, REPEATS = 9, COLUMNS_MAX = 1 << 16 };

static void stop(const vrrl_error *err)
{
    fprintf(stderr, "bench_record: %s\n  %s\n", err->text, err->fix);
    exit(2);
}

static void check(vrrl_code code, const vrrl_error *err)
{
    if (code != VRRL_OK)
        stop(err);
}

/* EPOCHS batches of SLOTS slots: NOP, or one row of MATVEC, `columns` wide, each slot with a result
 * of its own, so that workers share nothing but what they read. */
static vrrl_program *make_program(uint32_t columns)
{
    vrrl_error err;
    vrrl_program *program;
    const vrrl_geometry geometry = {.slot_words = 16,
                                    .ring_slots = 2 * SLOTS,
                                    .observable_words = 16,
                                    .user_words = 2 * COLUMNS_MAX + SLOTS};
    check(vrrl_program_create(&program, &err), &err);
    check(vrrl_program_set_geometry(program, &geometry, &err), &err);
    uint32_t matrix = program->layout.user_base, x = matrix + COLUMNS_MAX, y = x + COLUMNS_MAX,
             batch;
    check(vrrl_program_begin_batch(program, &batch, &err), &err);
    for (uint32_t i = 0; i < SLOTS; i++) {
        const uint32_t args[] = {matrix, x, y + i, 1, columns, columns};
        vrrl_slot slot = {.opcode = columns ? VRRL_OPCODE_MATVEC : VRRL_OPCODE_NOP,
                          .queue = VRRL_NO_WORKER,
                          .arg_count = 6};
        check(vrrl_program_add_words(program, args, 6, &slot.args, &err), &err);
        check(vrrl_program_add_slot(program, &slot, &err), &err);
    }
    /* Observed: one page. What an epoch's end costs is shown by itself. */
    const vrrl_region region = {.first_word = y, .words = SLOTS};
    check(vrrl_program_add_region(program, &region, &err), &err);
    for (uint32_t e = 0; e < EPOCHS; e++)
        check(vrrl_program_begin_epoch(program, batch, &err), &err);
    return program;
}

static vrrl_run_options options_for(const char *backend, uint32_t workers)
{
    vrrl_error err;
    vrrl_run_options options = {.size = sizeof options, .workers = workers, .timeout_ms = 60000};
    check(vrrl_driver_find(backend, &options.driver, &err), &err);
    return options;
}

static vrrl_code add_elapsed(void *context, const vrrl_epoch_result *result, vrrl_error *err)
{
    (void)err;
    *(uint64_t *)context += result->elapsed_ns;
    return VRRL_OK;
}

static double run_unrecorded(const vrrl_program *program, const vrrl_run_options *options)
{
    vrrl_error err;
    uint64_t ns = 0;
    const vrrl_sink sink = {.context = &ns, .end = add_elapsed};
    vrrl_verdict verdict;
    check(vrrl_program_run(program, options, &sink, NULL, &verdict, &err), &err);
    return (double)ns;
}

static void remove_recording(const char *path)
{
    char command[600];
    snprintf(command, sizeof command, "rm -rf '%s' '%s.partial'", path, path);
    if (system(command) != 0)
        exit(2);
}

/* `snapshot_epochs` as in vrrl_record_options; 0: the first snapshot alone. */
static double run_recorded(const vrrl_program *program, const vrrl_run_options *options,
                           const char *path, uint64_t snapshot_epochs, vrrl_record_summary *summary)
{
    vrrl_error err;
    const vrrl_record_options limits = {.size = sizeof limits, .snapshot_epochs = snapshot_epochs};
    remove_recording(path);
    check(vrrl_record_program(program, path, options, &limits, summary, &err), &err);
    return (double)summary->run_ns;
}

static int by_value(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static double median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, by_value);
    return values[count / 2];
}

/* Columns of a row that takes about `target_ns` on one worker. */
static uint32_t calibrate(double target_ns)
{
    const vrrl_run_options options = options_for("threads", 1);
    uint32_t columns = 1024;
    for (int round = 0; round < 4; round++) {
        vrrl_program *program = make_program(columns);
        double slot_ns = run_unrecorded(program, &options) / ((double)EPOCHS * SLOTS);
        vrrl_program_free(program);
        double scaled = columns * target_ns / slot_ns;
        columns = scaled < 16 ? 16 : scaled > COLUMNS_MAX ? COLUMNS_MAX : (uint32_t)scaled;
    }
    return columns;
}

/* The bytes of one record and its companion entry, copied to warm memory. */
static double raw_copy_ns(void)
{
    enum { RECORD_BYTES = 64 + 128, COUNT = 1 << 16 };
    static uint8_t source[RECORD_BYTES];
    uint8_t *to = mmap(NULL, (size_t)RECORD_BYTES * COUNT, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (to == MAP_FAILED)
        exit(2);
    double times[REPEATS];
    for (int r = 0; r < REPEATS; r++) {
        uint64_t start = clock_steady_ns();
        for (size_t i = 0; i < COUNT; i++) {
            source[0] = (uint8_t)i;
            memcpy(to + i * RECORD_BYTES, source, RECORD_BYTES);
            __asm__ volatile("" ::: "memory");
        }
        times[r] = (double)(clock_steady_ns() - start) / COUNT;
    }
    munmap(to, (size_t)RECORD_BYTES * COUNT);
    return median(times, REPEATS);
}

static void compare(const char *label, uint32_t columns, uint32_t workers, const char *backend,
                    uint64_t snapshot_epochs, const char *path)
{
    vrrl_program *program = make_program(columns);
    const vrrl_run_options options = options_for(backend, workers);
    double plain[REPEATS], recorded[REPEATS], ratios[REPEATS], costs[REPEATS];
    vrrl_record_summary summary;
    run_unrecorded(program, &options); /* warm up */
    for (int r = 0; r < REPEATS; r++) {
        plain[r] = run_unrecorded(program, &options);
        recorded[r] = run_recorded(program, &options, path, snapshot_epochs, &summary);
        ratios[r] = recorded[r] / plain[r];
        costs[r] = (recorded[r] - plain[r]) / (double)summary.records;
    }
    double slots = (double)EPOCHS * SLOTS;
    printf("%-26s %9.1f %9.1f %8.3f %12.1f\n", label, median(plain, REPEATS) / slots,
           median(recorded, REPEATS) / slots, median(ratios, REPEATS), median(costs, REPEATS));
    vrrl_program_free(program);
}

static void bytes_on_disk(const char *path)
{
    char command[600];
    unsigned long long bytes = 0;
    snprintf(command, sizeof command, "du -sb '%s' | cut -f1", path);
    FILE *pipe = popen(command, "r");
    if (!pipe || fscanf(pipe, "%llu", &bytes) != 1 || pclose(pipe) != 0)
        exit(2);
    printf("%-26s %.0f bytes a slot, two records\n", "on disk", (double)bytes / (EPOCHS * SLOTS));
}

/* Beside it the same slots on the same backend, neither recorded nor compared: the least of tries in turn. */
static void replay_speed(const char *path, const char *backend)
{
    enum { TRIES = 3 };
    vrrl_error err;
    vrrl_recording *recording;
    vrrl_diff_result *result = NULL;
    const vrrl_run_options options = options_for(backend, 2);
    double ns = 1e18, plain = 1e18;
    uint64_t start = clock_steady_ns();
    check(vrrl_recording_open(path, &recording, &err), &err);
    double opened = (double)(clock_steady_ns() - start);
    for (int i = 0; i < TRIES; i++) {
        vrrl_diff_result_free(result);
        start = clock_steady_ns();
        check(vrrl_replay(recording, &options, &result, &err), &err);
        ns = fmin(ns, (double)(clock_steady_ns() - start));
        plain = fmin(plain, run_unrecorded(vrrl_recording_program(recording), &options));
    }
    double slots = (double)result->slots_compared;
    printf("%-26s open %.1f ns/record, replay and diff %.1f ns/slot, %.2f M slots/s, %.0f "
           "epochs/s, %.2f times the unrecorded run's %.1f ns/slot, %s\n",
           backend, opened / (double)vrrl_recording_info_of(recording)->records, ns / slots,
           1e3 * slots / ns, 1e9 * result->epochs_compared / ns, ns / plain, plain / slots,
           vrrl_outcome_name(result->outcome));
    vrrl_diff_result_free(result);
    vrrl_recording_close(recording);
}

static void replay_on_each(const char *label, bool trivial, const char *path)
{
    printf("\nreplay of %s\n", label);
    bytes_on_disk(path);
    replay_speed(path, "reference");
    replay_speed(path, "threads");
    if (trivial) /* it goes through the others word by word */
        replay_speed(path, "scheduled");
}

int main(int argc, char **argv)
{
    char path[256];
    snprintf(path, sizeof path, "%.200s/vrrl-bench.vrrd", argc > 1 ? argv[1] : "/tmp");
    uint32_t columns = calibrate(1000);
    printf("recording: %d epochs of %d slots, medians of %d; %.1f ns is a raw copy of a record's "
           "bytes\n",
           EPOCHS, SLOTS, REPEATS, raw_copy_ns());
    printf("%-26s %9s %9s %8s %12s\n", "", "plain", "recorded", "ratio", "per record");
    printf("%-26s %9s %9s %8s %12s\n", "", "ns/slot", "ns/slot", "", "ns");
    compare("trivial, reference", 0, 1, "reference", 0, path);
    compare("same, snapshot each epoch", 0, 1, "reference", 1, path);
    replay_on_each("trivial slots", true, path);
    printf("\n");
    compare("trivial, 1 worker", 0, 1, "threads", 0, path);
    compare("trivial, 2 workers", 0, 2, "threads", 0, path);
    compare("1 us, reference", columns, 1, "reference", 0, path);
    compare("same, snapshot each epoch", columns, 1, "reference", 1, path);
    compare("1 us, 1 worker", columns, 1, "threads", 0, path);
    compare("1 us, 2 workers", columns, 2, "threads", 0, path);
    replay_on_each("slots of 1 us", false, path);
    remove_recording(path);
    return 0;
}
