/* What the writer shares with what makes it durable. */
#ifndef VRRL_LOG_WRITER_H
#define VRRL_LOG_WRITER_H

#include "base/atomics.h"
#include "log/record_format.h"
#include "vrrl/log/append.h"

#include <pthread.h>

/* Why a log takes no more records: one of these, or the errno of the sync that failed. */
enum { LOG_WORKS = 0, LOG_TRUNCATED = -1, LOG_TAKEN_AWAY = -2 };

struct vrrl_log {
    vrrl_appender to; /* first: an appender is its log. `appended`, `lap` and `state` are shared */
    struct log_header_words *header; /* the mapping */
    int32_t failure; /* shared with a thread that syncs, and with a signal handler */
    vrrl_durability level;
    uint64_t untold_cursor; /* ordered: appends tell the cursor to this, a sync to the file */
    uint64_t batch_records; /* ordered: as many are in doubt at most */
    uint64_t durable;       /* the watermark; shared with who reads it */
    int fd;
    char *path;
    char *staged;         /* the name so far of a log that is not published */
    pthread_mutex_t lock; /* who syncs, and what follows */
    pthread_cond_t wake;  /* the syncing thread, to end */
    pthread_t syncer;
    uint32_t interval_ms; /* 0: there is no such thread */
    bool ending;
    struct log_toucher *toucher; /* NULL: none */
};

/* Makes the pages of a part of the mapping, which begins with one, present and writable. Changes no
 * byte. */
void log_make_writable(char *first, size_t bytes);

/* An aligned 16-byte store is one access on every processor with AVX, for the SSE stores too: Intel
 * and AMD promise that. */
static inline uint32_t log_state_at_first(void)
{
#if VRRL_APPEND_WIDE
    return __builtin_cpu_supports("avx") ? 0 : VRRL_APPENDER_NARROW;
#else
    return 0;
#endif
}

/* The cursor, and the records appended, at one moment. For every thread: the one that appends may be
 * laps ahead of the lap read here, never behind it. */
static inline uint64_t log_position(const struct vrrl_log *log, uint64_t *appended)
{
    uint64_t lap = load_acquire(&log->to.lap);
    *appended = load_acquire(&log->to.appended);
    return (*appended - lap) % log->to.capacity;
}

static inline struct log_record_words *log_place(const struct vrrl_log *log, uint64_t index)
{
    return (struct log_record_words *)(void *)(log->to.records + VRRL_RECORD_BYTES * index);
}

#endif
