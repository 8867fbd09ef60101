/* What the writer shares with what makes it durable. */
#ifndef VRRL_LOG_WRITER_H
#define VRRL_LOG_WRITER_H

#include "format/log_format.h"
#include "vrrl/log.h"

#include <pthread.h>

/* Why a log takes no more records: one of these, or the errno of the sync that failed. */
enum { LOG_WORKS = 0, LOG_TRUNCATED = -1, LOG_TAKEN_AWAY = -2 };

struct vrrl_log {
    struct log_record_words *records; /* the mapping, after its header */
    struct log_header_words *header;
    uint64_t capacity;
    uint64_t next;     /* the cursor of the next append; shared with readers of it */
    uint64_t appended; /* records since open; shared with a thread that syncs */
    int32_t failure;   /* shared with a thread that syncs, and with a signal handler */
    bool wide;         /* a head goes out as one 16-byte store */
    vrrl_durability level;
    uint64_t batch_records; /* ordered: as many are in doubt at most */
    uint64_t durable;       /* the watermark; shared with who reads it */
    uint64_t base;          /* (base + appended) mod capacity is the cursor; under the lock */
    int fd;
    char *path;
    char *staged;         /* the name so far of a log that is not published */
    pthread_mutex_t lock; /* who syncs, and what follows */
    pthread_cond_t wake;  /* the syncing thread, to end */
    pthread_t syncer;
    uint32_t interval_ms; /* 0: there is no such thread */
    bool ending;
};

/* VRRL_INVALID for options that make no sense. */
vrrl_code durable_check_options(const char *path, const vrrl_log_options *options, vrrl_error *err);
/* Takes up a level: what the file has is made durable, a thread begins to sync. */
vrrl_code durable_start(struct vrrl_log *log, const vrrl_log_options *options, vrrl_error *err);
/* Ends the thread; commits where the level promises that; tells of a failure. */
vrrl_code durable_end(struct vrrl_log *log, vrrl_error *err);

/* The error of a log that has failed; VRRL_OK where it works. */
vrrl_code durable_failure(const struct vrrl_log *log, vrrl_error *err);
/* A mapped file that somebody cuts takes stores without a word up to the end of its last page. */
vrrl_code durable_check_size(struct vrrl_log *log, vrrl_error *err);

#endif
