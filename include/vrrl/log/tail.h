/* SPDX-License-Identifier: MIT */
/*
 * Following a log that another process is writing.
 *
 * Vocabulary
 *   tail     a place in a log, and what it takes to know that the writer has not come round to it.
 *   anchor   the first 16 bytes of the record before that place, as the tail found them. While they
 *            are the same, nothing after them has been replaced.
 *   lapped   the writer replaced records that the tail had not read. How many is not known exactly,
 *            since a log's cursor does not count its laps.
 *
 * A tail takes no lock, writes nothing, and the writer never waits for it. It reads with pread, so
 * that no truncation can kill it; a mapping is for those who ask for one. What it returns is always
 * the record of one append, in the order of the appends, none twice; between two records that do
 * not follow each other it says that it was lapped. That holds as long as the first 16 bytes of two
 * laps of one place differ, as with strictly increasing timestamps; see vrrl_log_append.
 *
 * One thread at a time may use a tail; any number of tails may follow one log. Errors as in log.h;
 * the order of its accesses is in docs/format.md.
 */
#ifndef VRRL_API_LOG_TAIL_H
#define VRRL_API_LOG_TAIL_H

#include "vrrl/log/log.h"

#ifdef __cplusplus
extern "C" {
#endif

enum vrrl_tail_flags {
    /* Reads a mapping instead: no system call a record, and latencies of nanoseconds. For logs that
     * nobody cuts: a truncated file then raises SIGBUS. */
    VRRL_TAIL_MAPPED = 1,
};

/* Where a tail begins: with all the records that are there. */
#define VRRL_TAIL_ALL UINT64_MAX

typedef enum vrrl_tail_event {
    VRRL_TAIL_NOTHING, /* there is nothing new now */
    VRRL_TAIL_RECORD,
    VRRL_TAIL_LAPPED,
} vrrl_tail_event;

typedef struct vrrl_tail_item {
    vrrl_tail_event event;
    const vrrl_raw_record *record; /* RECORD: in the tail's own buffer, until the next call */
    uint64_t index;                /* RECORD: its place in the file */
    uint64_t lost; /* LAPPED: at least so many records were replaced, or given up to get ahead of
                      the writer again; 0 where not even one is certain */
} vrrl_tail_item;

typedef struct vrrl_tail vrrl_tail;

/* Follows the log at `path`, beginning with what is in the `last` newest places now: 0 for only what
 * comes, VRRL_TAIL_ALL. It begins later where a timestamp there is not below the newest one's, as
 * that of an append would be whose cursor is still to come. A log that is written at the level
 * ORDERED must have batches of at most half of it. Never blocks; a FIFO or a device is refused. On
 * success *tail is the caller's, to be closed; on failure it is NULL. */
VRRL_API vrrl_code vrrl_tail_open(const char *path, uint64_t last, unsigned flags, vrrl_tail **tail,
                                  vrrl_error *err);

/* What comes next. Never waits. A gap is told once, by one LAPPED before the record after it; the
 * tail goes on a quarter of the ring above the oldest record, so as not to be lapped at once. In a
 * log of one record every record but the first comes after a LAPPED of 0. A tail that cannot get
 * hold of a record, because the writer laps the ring faster than it can read one, says NOTHING.
 * An error is met where its record's turn comes, and again on each further call. */
VRRL_API vrrl_code vrrl_tail_next(vrrl_tail *tail, vrrl_tail_item *item, vrrl_error *err);

/* Waits until there may be something, at most `timeout_ms`; *ready is false where that is over or a
 * signal came. The file is looked at again and again, with pauses that double from 50 µs to 10 ms:
 * no event tells of stores to a mapping. So a record that comes after a pause of the writer is seen
 * at most 10 ms after its append. VRRL_IO where the file has no name any more: it was deleted or
 * replaced, and nobody will write it who opens it by its name. */
VRRL_API vrrl_code vrrl_tail_wait(vrrl_tail *tail, uint32_t timeout_ms, bool *ready,
                                  vrrl_error *err);

/* How many records its log holds, ≥ 1. */
VRRL_API uint64_t vrrl_tail_capacity(const vrrl_tail *tail);

/* NULL is allowed. */
VRRL_API void vrrl_tail_close(vrrl_tail *tail);

#ifdef __cplusplus
}
#endif
#endif
