/*
 * What the recorder of a host costs who publishes, what it leaves on disk, and how fast a recording replays on the host.
 *
 * Flat out: publish and complete, slot after slot, with an end after each epoch, in processor time; beside it a copy of the
 * same bytes to warm memory and their checksum, which nothing that records them can do without. At a rate: a slot each microsecond, as
 * a busy host has, with what each call took. With memory: 1 MiB that changes in each epoch is read at its end. A ring: the log
 * has room for a quarter of the run, so snapshots come and go.
 */
#include "base/checksum.h"
#include "base/clock.h"
#include "vrrl/vrrl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { EPOCHS = 40, SLOTS = 2000, REPEATS = 9, RING = 4096, REGION_WORDS = 1 << 18, PACED = 20000 };
enum { RECORDS = EPOCHS * (2 * SLOTS + 1) };

static uint32_t region_words[REGION_WORDS];
static uint64_t capacity = RECORDS; /* of the log */
static char path[256];

static void check(vrrl_code code, const vrrl_error *err)
{
    if (code == VRRL_OK)
        return;
    fprintf(stderr, "bench_recorder: %s\n  %s\n", err->text, err->fix);
    exit(2);
}

static void remove_recording(void)
{
    char command[600];
    snprintf(command, sizeof command, "rm -rf '%s' '%s.partial'", path, path);
    if (system(command) != 0)
        exit(2);
}

/* What this thread has used: other programs on the machine do not count. */
static uint64_t processor_ns(void)
{
    return clock_read_ns(CLOCK_THREAD_CPUTIME_ID);
}

static int by_value(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static double quantile(double *values, size_t count, double at)
{
    qsort(values, count, sizeof *values, by_value);
    return values[(size_t)(at * (double)(count - 1))];
}

static vrrl_code read_region(void *context, uint32_t region, uint32_t *words)
{
    (void)context;
    (void)region;
    memcpy(words, region_words, sizeof region_words);
    return VRRL_OK;
}

static vrrl_recorder *start(uint32_t slot_words, bool with_region, vrrl_recorder_work work)
{
    static const vrrl_recorder_region region = {"memory", REGION_WORDS, VRRL_COMPARE_EXACT, 0};
    const vrrl_recorder_options options = {.size = sizeof options,
                                           .ring_slots = RING,
                                           .slot_words = slot_words,
                                           .regions = &region,
                                           .region_count = with_region,
                                           .read = read_region,
                                           .work = work,
                                           .patience_ms = 60000,
                                           .capacity_records = capacity};
    vrrl_recorder *recorder;
    vrrl_error err;
    remove_recording();
    check(vrrl_recorder_open(path, &options, &recorder, &err), &err);
    return recorder;
}

static void record_slot(vrrl_recorder *recorder, uint32_t index, const uint32_t *args,
                        uint32_t arg_count)
{
    const vrrl_recorder_slot slot = {
        .index = index, .opcode = 7, .queue = VRRL_NO_WORKER, .args = args, .arg_count = arg_count};
    const vrrl_recorder_completion end = {.index = index, .status = VRRL_STATUS_DONE, .result = 1};
    vrrl_recorder_publish(recorder, &slot);
    vrrl_recorder_complete(recorder, &end);
}

/* Nanoseconds a record, of the slots, and an epoch, of its end. */
static void run_flat_out(uint32_t slot_words, bool with_region, vrrl_recorder_work work,
                         double *per_record, double *per_end)
{
    static uint32_t args[VRRL_SLOT_WORDS_MAX];
    vrrl_recorder *recorder = start(slot_words, with_region, work);
    uint64_t slots_ns = 0, ends_ns = 0;
    vrrl_error err;
    for (uint32_t e = 0; e < EPOCHS; e++) {
        uint64_t begin = processor_ns();
        for (uint32_t i = 0; i < SLOTS; i++) {
            args[0] = i;
            record_slot(recorder, i, args, slot_words - VRRL_SLOT_ARG0);
        }
        uint64_t ended = processor_ns();
        region_words[e * 17] = e;
        check(vrrl_recorder_end(recorder, NULL), &(vrrl_error){0});
        slots_ns += ended - begin;
        ends_ns += processor_ns() - ended;
    }
    check(vrrl_recorder_close(recorder, &err), &err);
    *per_record = (double)slots_ns / (2.0 * EPOCHS * SLOTS);
    *per_end = (double)ends_ns / EPOCHS;
}

/* The bytes of an entry and its record, copied to warm memory and put under a checksum. */
static double copy_and_checksum_ns(uint32_t slot_words)
{
    const size_t bytes = 64 + 64 + 4 * (size_t)slot_words;
    static uint8_t sources[64]
                          [64 + 64 + 4 * VRRL_SLOT_WORDS_MAX]; /* none that was stored just now */
    enum { COUNT = 1 << 15 };
    uint8_t *to = mmap(NULL, bytes * COUNT, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    double times[REPEATS];
    if (to == MAP_FAILED)
        exit(2);
    for (int r = 0; r < REPEATS; r++) {
        uint64_t begin = processor_ns();
        for (size_t i = 0; i < COUNT; i++) {
            const uint8_t *source = sources[i % 64];
            memcpy(to + i * bytes, source, bytes);
            uint64_t sum = checksum_xxh3(source + 8, bytes - 8);
            memcpy(to + i * bytes, &sum, sizeof sum);
        }
        times[r] = (double)(processor_ns() - begin) / COUNT;
    }
    munmap(to, bytes * COUNT);
    return quantile(times, REPEATS, 0.5);
}

static void flat_out(uint32_t slot_words)
{
    double record[REPEATS], end[REPEATS];
    for (int r = 0; r < REPEATS; r++)
        run_flat_out(slot_words, false, VRRL_RECORDER_AT_END, &record[r], &end[r]);
    double whole = quantile(record, REPEATS, 0.5), bytes = copy_and_checksum_ns(slot_words);
    printf("  %3u words %26.1f ns a record, %.2f times the %.1f ns of copy and checksum alone; "
           "end %.1f us\n",
           slot_words, whole, whole / bytes, bytes, quantile(end, REPEATS, 0.5) / 1000);
}

static void with_memory(const char *label, vrrl_recorder_work work)
{
    double record[REPEATS], end[REPEATS];
    for (int r = 0; r < REPEATS; r++)
        run_flat_out(16, true, work, &record[r], &end[r]);
    printf("  16 words, 1 MiB read, %-10s %5.1f ns a record; end %.1f us\n", label,
           quantile(record, REPEATS, 0.5), quantile(end, REPEATS, 0.5) / 1000);
}

/* A slot each microsecond: what its two calls take, less what reading the clock takes. */
static void at_a_rate(const char *label, bool with_region, vrrl_recorder_work work)
{
    static double times[PACED], clocks[PACED];
    static const uint32_t args[13];
    vrrl_recorder *recorder = start(16, with_region, work);
    vrrl_error err;
    uint64_t next = clock_steady_ns();
    for (uint32_t i = 0; i < PACED; i++) {
        uint64_t begin;
        do
            begin = clock_steady_ns();
        while (begin < next);
        next = begin + 1000;
        record_slot(recorder, i % RING, args, 13);
        uint64_t done = clock_steady_ns();
        times[i] = (double)(done - begin) / 2;
        clocks[i] = (double)(clock_steady_ns() - done) / 2;
        if (i % SLOTS == SLOTS - 1)
            check(vrrl_recorder_end(recorder, NULL), &(vrrl_error){0});
    }
    check(vrrl_recorder_close(recorder, &err), &err);
    double clock = quantile(clocks, PACED, 0.5);
    printf("  16 words, %-22s %5.1f ns a record (median), %.1f ns at 99 %%\n", label,
           quantile(times, PACED, 0.5) - clock, quantile(times, PACED, 0.99) - clock);
}

/* ---- On disk, and back ----------------------------------------------------------------------- */

static void on_disk(uint32_t slot_words)
{
    double record, end;
    char command[300];
    run_flat_out(slot_words, true, VRRL_RECORDER_AT_END, &record, &end);
    snprintf(command, sizeof command, "du -sb '%s' | cut -f1", path);
    FILE *pipe = popen(command, "r");
    unsigned long long bytes = 0;
    if (!pipe || fscanf(pipe, "%llu", &bytes) != 1 || pclose(pipe) != 0)
        exit(2);
    printf("  %3u words: %.0f bytes a slot, the memory and what changed of it among them\n",
           slot_words, (double)bytes / (EPOCHS * SLOTS));
}

static uint32_t replayed[RING], replayed_count;

static vrrl_code on_reset(void *context)
{
    (void)context;
    return VRRL_OK;
}

static vrrl_code on_write(void *context, uint32_t region, uint32_t first, const uint32_t *words,
                          uint32_t count)
{
    (void)context;
    (void)region;
    memcpy(region_words + first, words, count * sizeof *words);
    return VRRL_OK;
}

static vrrl_code on_publish(void *context, const vrrl_recorder_slot *slot)
{
    (void)context;
    replayed[replayed_count++] = slot->index;
    return VRRL_OK;
}

static vrrl_code on_wait(void *context, uint32_t index, vrrl_replay_epoch *epoch)
{
    uint32_t *number = context;
    (void)index;
    for (uint32_t i = 0; i < replayed_count; i++) {
        const vrrl_recorder_completion end = {
            .index = replayed[i], .status = VRRL_STATUS_DONE, .result = 1};
        vrrl_replay_ended(epoch, &end);
    }
    replayed_count = 0;
    region_words[*number * 17] = *number;
    ++*number;
    return VRRL_OK;
}

static void replay_on_host(void)
{
    uint32_t epochs = 0;
    const vrrl_replay_host host = {.size = sizeof host,
                                   .context = &epochs,
                                   .reset = on_reset,
                                   .write = on_write,
                                   .publish = on_publish,
                                   .wait = on_wait,
                                   .read = read_region};
    vrrl_recording *recording;
    vrrl_diff_result *result;
    vrrl_error err;
    uint64_t begin = clock_steady_ns();
    check(vrrl_recording_open(path, &recording, &err), &err);
    uint64_t opened = clock_steady_ns();
    check(vrrl_replay_on_host(recording, &host, &result, &err), &err);
    double seconds = (double)(clock_steady_ns() - opened) / 1e9;
    printf(
        "  open %.1f ms; %.2f M slots a second, %.0f epochs a second of %d slots and 1 MiB, %s\n",
        (double)(opened - begin) / 1e6, (double)result->slots_compared / seconds / 1e6,
        result->epochs_compared / seconds, SLOTS, vrrl_outcome_name(result->outcome));
    vrrl_diff_result_free(result);
    vrrl_recording_close(recording);
}

int main(int argc, char **argv)
{
    snprintf(path, sizeof path, "%.200s/vrrl-bench-host.vrrd", argc > 1 ? argv[1] : "/tmp");
    printf("recorder of a host: %d epochs of %d slots, medians of %d\nflat out\n", EPOCHS, SLOTS,
           REPEATS);
    flat_out(16);
    flat_out(32);
    flat_out(128);
    with_memory("at end", VRRL_RECORDER_AT_END);
    with_memory("behind", VRRL_RECORDER_BEHIND);
    capacity = RECORDS / 4;
    with_memory("a ring", VRRL_RECORDER_BEHIND);
    capacity = RECORDS;
    printf("a slot each microsecond\n");
    at_a_rate("no memory", false, VRRL_RECORDER_AT_END);
    at_a_rate("1 MiB read, at end", true, VRRL_RECORDER_AT_END);
    at_a_rate("1 MiB read, behind", true, VRRL_RECORDER_BEHIND);
    printf("on disk\n");
    on_disk(128);
    on_disk(16);
    printf("replay on the host, of a megakernel that does nothing\n");
    replay_on_host();
    remove_recording();
    return 0;
}
