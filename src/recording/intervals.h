/*
 * Intervals: what a recording keeps of a run that is longer than its log. For whoever records.
 *
 * Vocabulary
 *   interval  the epochs from one snapshot to the next: the snapshot, state-EPOCH.zst, and the pages that these
 *             epochs changed, pages-EPOCH.zst. They come and go together.
 *             Where all are kept, an interval stays when its records are to be replaced: they are written to a
 *             file beside it, slots-EPOCH.zst, before.
 *   room      the log's records that may be replaced, as no interval that is kept needs them.
 *
 * The promise: an epoch that makes at most a quarter of the log's records never replaces one of an interval that
 * is kept. For, with N records: at the end of each epoch a snapshot is due where half of N were made since
 * the last one, so an interval has at most three quarters of N; and before the next epoch begins the oldest
 * interval goes where less than a quarter of N is free. By then the next snapshot is durable and the end of an
 * epoch after it is there, so that what is left can be run again at any moment. The same holds of bytes: the
 * interval under way has at most half of those that there are for intervals.
 *
 * Where room is made behind the host's back, `ahead`, an epoch may be under way by then: a snapshot is due where a
 * quarter of N were made, so an interval has at most half of N, and the oldest goes where less than half of N is free.
 *
 * A host of its own may make epochs of any size, as long as the log has room. What cannot go then, because no epoch
 * after the next snapshot has ended, stays, and the room is what there is.
 *
 * After each epoch: intervals_put its end; then where intervals_due says so, intervals_take; then
 * intervals_make_room. One thread; the store of snapshots has another one of its own.
 */
#ifndef VRRL_RECORDING_INTERVALS_H
#define VRRL_RECORDING_INTERVALS_H

#include "recording/companion.h"
#include "recording/frames.h"

struct intervals_limits {
    bool
        single; /* one interval, however long: the log has room for the run. Its pages are in pages.zst */
    bool ahead;           /* the next epoch may be under way when room is made */
    uint64_t capacity;    /* records of the log */
    uint64_t epochs;      /* a snapshot each so many epochs, too; 0: by records alone */
    uint64_t nanoseconds; /* the same by time */
    uint64_t max_bytes;   /* of all files together; 0: no limit */
    uint64_t other_bytes; /* of them: what is in no interval */
    bool
        durable; /* each interval is on the disk before an older one goes; else all are in the end */
    /* Writes the records of an interval, which the log has, beside it; NULL: intervals go. */
    vrrl_code (*keep_records)(void *context, uint32_t epoch, uint64_t first, uint64_t last,
                              vrrl_error *err);
    void *context;
    uint64_t payload_most; /* bytes of the largest end of an epoch */
};

struct intervals;

/* What two intervals take, each with its snapshot and the end of one epoch: the least that works. */
uint64_t intervals_least_bytes(uint32_t memory_words, uint64_t payload_most);
/* VRRL_REFUSED where max_bytes is too small, with the least that works. No file is made yet. */
vrrl_code intervals_create(const char *directory, const uint8_t id[RECORDING_ID_BYTES],
                           uint32_t memory_words, const struct intervals_limits *limits,
                           struct intervals **intervals, vrrl_error *err);
/* The first one, before epoch 0: its files are there, and the snapshot is durable. */
vrrl_code intervals_begin(struct intervals *intervals, const uint32_t *memory, vrrl_error *err);
/* The end of an epoch, as epoch_encode makes it. */
vrrl_code intervals_put(struct intervals *intervals, uint32_t epoch,
                        const struct byte_buffer *payload, vrrl_error *err);
/* Whether `epoch`, the next one, is to begin an interval; `sequence` is that of the last record, and so many ends of
 * epochs are put before the next time that it is asked. */
bool intervals_due(const struct intervals *intervals, uint32_t epoch, uint64_t sequence,
                   uint32_t ends_to_come);
/* Begins it, with memory as it is. Waits for a copy, and where the snapshot before is still being written. */
vrrl_code intervals_take(struct intervals *intervals, const uint32_t *memory, uint32_t epoch,
                         uint64_t sequence, vrrl_error *err);
/* Drops what has to go before the next epoch. */
vrrl_code intervals_make_room(struct intervals *intervals, uint64_t sequence, vrrl_error *err);
/* The first epoch that is kept. */
uint32_t intervals_first(const struct intervals *intervals);
/* The last record before those that the log has to have. */
uint64_t intervals_sequence(const struct intervals *intervals);
/* Makes all of it durable. */
vrrl_code intervals_sync(struct intervals *intervals, vrrl_error *err);
/* Ends it; the files stay. `keep`: all of them are made durable. NULL is fine. */
vrrl_code intervals_close(struct intervals *intervals, bool keep, vrrl_error *err);
/* Frees what a child of fork has of it. NULL is fine. */
void intervals_forget(struct intervals *intervals);

/* Records that one epoch may make in a log of so many. */
static inline uint64_t intervals_epoch_records(uint64_t capacity)
{
    return capacity / 4;
}

#endif
