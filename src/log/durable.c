#include "log/durable.h"

#include "base/atomics.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/sync.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

const char *vrrl_durability_name(vrrl_durability level)
{
    switch (level) {
#define X(code, name)                                                                              \
    case VRRL_DURABILITY_##code:                                                                   \
        return name;
        VRRL_DURABILITY_TABLE(X)
#undef X
    default:
        return "unknown";
    }
}

/* ---- Failing --------------------------------------------------------------------------------- */

vrrl_code durable_failure(const struct vrrl_log *log, vrrl_error *err)
{
    int32_t failure = load_relaxed(&log->failure);
    if (failure == LOG_WORKS)
        return VRRL_OK;
    if (failure > 0) {
        errno = failure;
        return error_errno(err, "sync", log->path,
                           "Fix: look after the disk; nobody knows which records reached it. "
                           "Record anew, elsewhere.");
    }
    error_set(err, VRRL_IO, "Fix: find who truncated the file; close this log and open it again.",
              failure == LOG_TRUNCATED
                  ? "append %s: the file was cut shorter than its %" PRIu64
                    " records while it was open; what was cut off is lost"
                  : "append %s: a store among its %" PRIu64
                    " records failed (SIGBUS): the file was cut shorter, or its disk is full or "
                    "broken",
              log->path, log->to.capacity);
    if (err)
        err->expected = log_file_bytes(log->to.capacity);
    return VRRL_IO;
}

/* The first reason stays. */
static void fail(struct vrrl_log *log, int32_t reason)
{
    int32_t works = LOG_WORKS;
    cas_relaxed_i32(&log->failure, &works, reason);
    or_relaxed(&log->to.state, (uint32_t)VRRL_APPENDER_FAILED); /* appends look at this */
}

vrrl_code durable_check_size(struct vrrl_log *log, vrrl_error *err)
{
    struct stat status;
    if (load_relaxed(&log->failure) == LOG_WORKS && fstat(log->fd, &status) == 0 &&
        (uint64_t)status.st_size < log_file_bytes(log->to.capacity))
        fail(log, LOG_TRUNCATED);
    return durable_failure(log, err);
}

bool vrrl_log_guard(vrrl_log *log, const void *address)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t first = (uintptr_t)log->header, at = (uintptr_t)address;
    size_t bytes = (size_t)log_file_bytes(log->to.capacity);
    size_t pages = (bytes + page - 1) / page * page;
    if (at < first || at - first >= pages)
        return false;
    /* From here on stores go nowhere, and whoever stores finds the failure behind them. */
    fail(log, LOG_TAKEN_AWAY);
    return mmap(log->header, bytes, PROT_READ | PROT_WRITE, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS,
                -1, 0) != MAP_FAILED;
}

/* ---- Syncing --------------------------------------------------------------------------------- */

/* Writes back what is dirty. After a failure the kernel has marked the pages clean and dropped the
 * error: a second try would lie. */
static vrrl_code flush(struct vrrl_log *log, vrrl_error *err)
{
    if (sync_data(log->fd) != 0)
        fail(log, (int32_t)errno);
    return durable_failure(log, err);
}

/* Under the lock. The number of records is read before the write-back: what it counts is in it
 * (acquire: pairs with the append's release). */
static vrrl_code commit(struct vrrl_log *log, vrrl_error *err)
{
    vrrl_code code = durable_check_size(log, err);
    uint64_t appended, cursor = log_position(log, &appended);
    if (!code)
        code = flush(log, err);
    if (!code && log->level == VRRL_DURABILITY_ORDERED) {
        /* The records are on the disk: now the cursor may say so. */
        store_release(&log->header->next_slot, le64(cursor));
        code = flush(log, err);
    }
    if (!code)
        store_release(&log->durable, appended);
    return code;
}

vrrl_code vrrl_log_sync(vrrl_log *log, vrrl_error *err)
{
    pthread_mutex_lock(&log->lock);
    vrrl_code code = commit(log, err);
    pthread_mutex_unlock(&log->lock);
    return code;
}

/* ---- Group: a thread that syncs -------------------------------------------------------------- */

/* A failure is kept in the handle, and ends the thread's work. */
static void *sync_on(void *argument)
{
    struct vrrl_log *log = argument;
    pthread_mutex_lock(&log->lock);
    while (!log->ending) {
        struct timespec until = clock_in_ms(log->interval_ms);
        while (!log->ending && pthread_cond_timedwait(&log->wake, &log->lock, &until) == 0)
            continue;
        if (load_relaxed(&log->to.appended) != log->durable &&
            load_relaxed(&log->failure) == LOG_WORKS)
            commit(log, NULL);
    }
    pthread_mutex_unlock(&log->lock);
    return NULL;
}

vrrl_code log_start_thread(pthread_t *thread, void *(*run)(void *), void *argument,
                           const char *path, vrrl_error *err)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(thread, NULL, run, argument);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed == 0)
        return VRRL_OK;
    errno = failed;
    return error_errno(err, "create a thread for", path, NULL);
}

static vrrl_code start_thread(struct vrrl_log *log, vrrl_error *err)
{
    pthread_condattr_t clock;
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&log->wake, &clock);
    pthread_condattr_destroy(&clock);
    vrrl_code code = log_start_thread(&log->syncer, sync_on, log, log->path, err);
    if (code) {
        pthread_cond_destroy(&log->wake);
        log->interval_ms = 0;
    }
    return code;
}

static void end_thread(struct vrrl_log *log)
{
    if (log->interval_ms == 0)
        return;
    pthread_mutex_lock(&log->lock);
    log->ending = true;
    pthread_cond_signal(&log->wake);
    pthread_mutex_unlock(&log->lock);
    pthread_join(log->syncer, NULL);
    pthread_cond_destroy(&log->wake);
}

/* ---- Levels ---------------------------------------------------------------------------------- */

vrrl_code durable_check_options(const char *path, const vrrl_log_options *options, vrrl_error *err)
{
    vrrl_durability level = options->durability;
    if (level > VRRL_DURABILITY_ORDERED)
        return error_set(err, VRRL_INVALID, "Fix: take one of the levels in vrrl/log/log.h.",
                         "%s: durability %u is no level", path, (unsigned)level);
    if ((options->sync_interval_ms && level != VRRL_DURABILITY_GROUP) ||
        (options->batch_records && level != VRRL_DURABILITY_ORDERED))
        return error_set(err, VRRL_INVALID, "Fix: leave 0 what the level does not take.",
                         "%s: sync_interval_ms is for the level group, batch_records for ordered; "
                         "the level is %s",
                         path, vrrl_durability_name(level));
    return VRRL_OK;
}

static uint64_t batch_of(const struct vrrl_log *log, uint64_t wanted)
{
    uint64_t eighth = log->to.capacity / 8 ? log->to.capacity / 8 : 1;
    if (wanted == 0)
        return eighth;
    return wanted < log->to.capacity ? wanted : log->to.capacity;
}

vrrl_code durable_start(struct vrrl_log *log, const vrrl_log_options *options, vrrl_error *err)
{
    if (options->durability == VRRL_DURABILITY_PROCESS)
        return VRRL_OK;
    log->level = options->durability;
    if (log->level == VRRL_DURABILITY_ORDERED) {
        log->batch_records = batch_of(log, options->batch_records);
        log->to.cursor = &log->untold_cursor;
        log->to.state |= VRRL_APPENDER_ORDERED;
    }
    vrrl_code code = vrrl_log_sync(log, err);
    if (code || options->sync_interval_ms == 0)
        return code;
    log->interval_ms = options->sync_interval_ms;
    return start_thread(log, err);
}

vrrl_code durable_end(struct vrrl_log *log, vrrl_error *err)
{
    end_thread(log);
    return log->level == VRRL_DURABILITY_PROCESS ? durable_check_size(log, err)
                                                 : vrrl_log_sync(log, err);
}

uint64_t vrrl_log_appended(const vrrl_log *log)
{
    return load_acquire(&log->to.appended);
}

uint64_t vrrl_log_durable(const vrrl_log *log)
{
    return load_acquire(&log->durable);
}
