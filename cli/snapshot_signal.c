#include "snapshot_signal.h"

#include "base/atomics.h"
#include "base/plural.h"
#include "vrrl/log/snapshot.h"

#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { NUMBER_MAX = 9999 };

static pthread_t thread;
static bool started;
static uint32_t stopping; /* shared with the thread */
static char log_path[PATH_MAX], base_path[PATH_MAX];

/* So much of the base that what comes behind it leaves a file name. */
static int base_length(void)
{
    const char *slash = strrchr(base_path, '/');
    const char *name = slash ? slash + 1 : base_path;
    size_t most = NAME_MAX - (sizeof ".snapshot-9999.vrrl" - 1), length = strlen(name);
    return (int)((size_t)(name - base_path) + (length < most ? length : most));
}

/* Under the first name that is free. */
static vrrl_code write_copy(const vrrl_snapshot *snapshot, char copy[static PATH_MAX + 32],
                            vrrl_error *err)
{
    vrrl_code code = VRRL_EXISTS;
    for (int n = 1; n <= NUMBER_MAX && code == VRRL_EXISTS; n++) {
        snprintf(copy, PATH_MAX + 32, "%.*s.snapshot-%d.vrrl", base_length(), base_path, n);
        code = vrrl_snapshot_write(snapshot, copy, err);
    }
    return code;
}

static void copy_log(void)
{
    char copy[PATH_MAX + 32];
    vrrl_snapshot *snapshot;
    vrrl_error err;
    size_t count = 0;
    vrrl_code code = vrrl_snapshot_take(log_path, &snapshot, &err);
    if (!code) {
        vrrl_snapshot_records(snapshot, &count);
        code = write_copy(snapshot, copy, &err);
    }
    if (code)
        fprintf(stderr, "vrrl: snapshot: %s\n  %s\n", err.text, err.fix);
    else
        fprintf(stderr, "vrrl: snapshot: %s, %zu record%s\n", copy, count, plural(count));
    vrrl_snapshot_free(snapshot);
}

static void *wait_for_signals(void *set)
{
    int number;
    while (sigwait(set, &number) == 0 && !load_relaxed(&stopping))
        copy_log();
    return NULL;
}

void snapshot_signal_start(const char *log, const char *base)
{
    static sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    snprintf(log_path, sizeof log_path, "%s", log);
    snprintf(base_path, sizeof base_path, "%s", base);
    store_relaxed(&stopping, 0);
    started = pthread_sigmask(SIG_BLOCK, &set, NULL) == 0 &&
              pthread_create(&thread, NULL, wait_for_signals, &set) == 0;
}

void snapshot_signal_stop(void)
{
    if (!started)
        return;
    started = false;
    store_relaxed(&stopping, 1);
    pthread_kill(thread, SIGUSR1);
    pthread_join(thread, NULL);
}
