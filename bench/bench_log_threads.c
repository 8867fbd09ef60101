/*
 * Several producers, 1 to 4 threads, in one run: the shared log with its tickets, a log each, and one
 * log behind a mutex. Nanoseconds of wall time an append, over all threads: medians of several rounds.
 */
#include "base/clock.h"
#include "vrrl/log/shared_log.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { CAPACITY = 65536, APPENDS = 100000, THREADS = 4, ROUNDS = 7 };

static char folder[64];
static vrrl_shared_log *shared;
static vrrl_log *own[THREADS], *locked;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t begin;

typedef void append_fn(unsigned thread, const vrrl_record *record);

static void append_shared(unsigned thread, const vrrl_record *record)
{
    (void)thread;
    if (vrrl_shared_log_append(shared, record))
        abort();
}

static void append_own(unsigned thread, const vrrl_record *record)
{
    vrrl_log_append(own[thread], record);
}

static void append_locked(unsigned thread, const vrrl_record *record)
{
    (void)thread;
    pthread_mutex_lock(&mutex);
    vrrl_log_append(locked, record);
    pthread_mutex_unlock(&mutex);
}

static const struct {
    const char *name;
    append_fn *append;
} ways[] = {
    {"shared log, tickets", append_shared},
    {"a log each", append_own},
    {"one log, a mutex", append_locked},
};
enum { WAYS = 3 };

struct job {
    append_fn *append;
    unsigned thread;
    uint64_t start, end;
};

static void *produce(void *argument)
{
    struct job *job = argument;
    pthread_barrier_wait(&begin);
    job->start = clock_steady_ns();
    for (uint32_t n = 0; n < APPENDS; n++) {
        vrrl_record record = {.timestamp_ns = n, .slot_idx = n & 63, .tenant_id = job->thread};
        job->append(job->thread, &record);
    }
    job->end = clock_steady_ns();
    return NULL;
}

static double run(append_fn *append, unsigned threads)
{
    pthread_t ids[THREADS];
    struct job jobs[THREADS];
    pthread_barrier_init(&begin, NULL, threads);
    for (unsigned i = 0; i < threads; i++) {
        jobs[i] = (struct job){.append = append, .thread = i};
        if (pthread_create(&ids[i], NULL, produce, &jobs[i]))
            abort();
    }
    uint64_t start = UINT64_MAX, end = 0;
    for (unsigned i = 0; i < threads; i++) {
        pthread_join(ids[i], NULL);
        start = jobs[i].start < start ? jobs[i].start : start;
        end = jobs[i].end > end ? jobs[i].end : end;
    }
    pthread_barrier_destroy(&begin);
    return (double)(end - start) / ((double)APPENDS * threads);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void open_log(const char *name, vrrl_log **log)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (log ? vrrl_log_open(path, CAPACITY, log, NULL)
            : vrrl_shared_log_open(path, CAPACITY, &shared, NULL))
        abort();
}

int main(void)
{
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/vrrl-bench-XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(folder))
        return 2;
    open_log("shared.vrrl", NULL);
    open_log("locked.vrrl", &locked);
    for (unsigned i = 0; i < THREADS; i++) {
        char name[16];
        snprintf(name, sizeof name, "own-%u.vrrl", i);
        open_log(name, &own[i]);
    }
    printf("producers on %ld processors, ns an append over all, median of %d rounds\n  threads",
           sysconf(_SC_NPROCESSORS_ONLN), ROUNDS);
    for (int way = 0; way < WAYS; way++)
        printf("%22s", ways[way].name);
    puts("   mutex / shared   mutex / own");
    for (unsigned threads = 1; threads <= THREADS; threads++) {
        double times[WAYS][ROUNDS];
        for (int round = 0; round < ROUNDS; round++)
            for (int way = 0; way < WAYS; way++)
                times[way][round] = run(ways[way].append, threads);
        printf("  %7u", threads);
        for (int way = 0; way < WAYS; way++) {
            qsort(times[way], ROUNDS, sizeof(double), compare);
            printf("%22.1f", times[way][ROUNDS / 2]);
        }
        printf("%17.2f%14.2f\n", times[2][ROUNDS / 2] / times[0][ROUNDS / 2],
               times[2][ROUNDS / 2] / times[1][ROUNDS / 2]);
    }
    char command[128];
    vrrl_shared_log_close(shared, NULL);
    vrrl_log_close(locked, NULL);
    for (unsigned i = 0; i < THREADS; i++)
        vrrl_log_close(own[i], NULL);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command) != 0;
}
