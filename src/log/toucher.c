#include "log/toucher.h"

#include "base/atomics.h"
#include "base/error.h"
#include "log/durable.h"
#include "log/writer.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* Between two rounds; the longer one at last, where nobody appends. */
enum { PAUSE_MIN_NS = 200000, PAUSE_MAX_NS = 2000000 };

struct log_toucher {
    struct vrrl_log *log;
    size_t bytes; /* from the cursor on */
    pthread_t thread;
    uint32_t ending; /* shared with who ends it */
};

/* The pages from `at` on, `bytes` of them, within the file. */
static void touch(const struct log_toucher *t, size_t at, size_t bytes)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), first = at / page * page;
    log_make_writable((char *)t->log->header + first, at + bytes - first);
}

static void touch_ahead(const struct log_toucher *t)
{
    size_t size = (size_t)log_file_bytes(t->log->to.capacity);
    size_t at = (size_t)log_record_offset(vrrl_log_cursor(t->log));
    size_t before_end = size - at < t->bytes ? size - at : t->bytes;
    touch(t, at, before_end);
    if (before_end < t->bytes)
        touch(t, 0, t->bytes - before_end);
}

static void *run(void *argument)
{
    struct log_toucher *t = argument;
    struct timespec pause = {.tv_nsec = PAUSE_MIN_NS};
    uint64_t appended = 0;
    while (!load_relaxed(&t->ending)) {
        if (load_relaxed(&t->log->failure) == LOG_WORKS)
            touch_ahead(t);
        uint64_t now = load_relaxed(&t->log->to.appended);
        bool rests = now == appended && pause.tv_nsec * 2 <= PAUSE_MAX_NS;
        pause.tv_nsec = now != appended ? PAUSE_MIN_NS : pause.tv_nsec * (rests ? 2 : 1);
        appended = now;
        nanosleep(&pause, NULL);
    }
    return NULL;
}

vrrl_code toucher_start(struct vrrl_log *log, uint32_t pages, vrrl_error *err)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t size = (size_t)log_file_bytes(log->to.capacity);
    if (pages == 0)
        return VRRL_OK;
    struct log_toucher *t = calloc(1, sizeof *t);
    if (!t)
        return error_no_memory(err, sizeof *t);
    t->log = log;
    t->bytes = pages < size / page ? pages * page : size;
    vrrl_code code = log_start_thread(&t->thread, run, t, log->path, err);
    if (code)
        free(t);
    else
        log->toucher = t;
    return code;
}

void toucher_end(struct vrrl_log *log)
{
    if (!log->toucher)
        return;
    store_relaxed(&log->toucher->ending, 1u);
    pthread_join(log->toucher->thread, NULL);
    free(log->toucher);
    log->toucher = NULL;
}
