/*
 * How long single appends take, paced at one every 10 us: percentiles with and without syncs every
 * 20 ms, on the file system of TMPDIR and on /dev/shm; first laps with and without pages made present
 * up front; and with the thread that touches pages ahead of the cursor. Each time includes the two reads
 * of the clock around it, which the first line gives alone.
 */
#include "base/atomics.h"
#include "base/clock.h"
#include "vrrl/log/log.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { CAPACITY = 65536, SAMPLES = 60000, PACE_NS = 10000, SYNC_US = 20000, AHEAD_PAGES = 64 };

struct run {
    const char *name;
    bool log, prefault, sync, touch, tmpfs;
};

static const struct run runs[] = {
    {"two clock reads alone", false, true, false, false, false},
    {"append", true, true, false, false, false},
    {"append, first lap not made present", true, false, false, false, false},
    {"append, a sync every 20 ms", true, true, true, false, false},
    {"append, a sync every 20 ms, toucher", true, true, true, true, false},
    {"append, /dev/shm", true, true, false, false, true},
    {"append, a sync every 20 ms, /dev/shm", true, true, true, false, true},
    {"append, the same, toucher, /dev/shm", true, true, true, true, true},
};

static uint32_t stop;

static void *sync_now_and_then(void *log)
{
    while (!load_relaxed(&stop)) {
        usleep(SYNC_US);
        vrrl_log_sync(log, NULL);
    }
    return NULL;
}

static int compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void measure(const struct run *run, const char *path, uint32_t *times)
{
    vrrl_log *log = NULL;
    pthread_t syncer;
    const vrrl_log_options options = {.size = sizeof options,
                                      .touch_ahead_pages = run->touch ? AHEAD_PAGES : 0};
    if (run->log && (run->prefault ? vrrl_log_open_with(path, CAPACITY, &options, &log, NULL)
                                   : vrrl_log_create(path, CAPACITY, &log, NULL)))
        abort();
    store_relaxed(&stop, 0);
    if (run->sync && pthread_create(&syncer, NULL, sync_now_and_then, log))
        abort();
    uint64_t next = clock_steady_ns();
    for (uint32_t n = 0; n < SAMPLES; n++, next += PACE_NS) {
        while (clock_steady_ns() < next)
            ;
        vrrl_record record = {.timestamp_ns = n, .slot_idx = n & 63};
        uint64_t start = clock_steady_ns();
        if (log)
            vrrl_log_append(log, &record);
        times[n] = (uint32_t)(clock_steady_ns() - start);
    }
    store_relaxed(&stop, 1);
    if (run->sync)
        pthread_join(syncer, NULL);
    vrrl_log_close(log, NULL);
    unlink(path);
}

int main(void)
{
    static uint32_t times[SAMPLES];
    const char *base = getenv("TMPDIR");
    printf("one append every %d us, ns:                   p50      p99    p99.9       max\n",
           PACE_NS / 1000);
    for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/vrrl-latency-%d.vrrl",
                 runs[i].tmpfs ? "/dev/shm"
                 : base        ? base
                               : "/tmp",
                 (int)getpid());
        if (runs[i].tmpfs && access("/dev/shm", W_OK) != 0) {
            printf("  %-38s there is no /dev/shm here\n", runs[i].name);
            continue;
        }
        measure(&runs[i], path, times);
        qsort(times, SAMPLES, sizeof *times, compare);
        printf("  %-38s %8u %8u %8u %9u\n", runs[i].name, times[SAMPLES / 2],
               times[SAMPLES * 99 / 100], times[SAMPLES - SAMPLES / 1000], times[SAMPLES - 1]);
    }
    return 0;
}
