/* SPDX-License-Identifier: MIT */
/*
 * Reading several logs as one: one log a producer, merged by timestamp when they are read.
 *
 * Each log is taken as a snapshot (snapshot.h) when the merge is opened, so that writers may go on.
 * Records come in the order of their timestamps; of equal ones that of the path that sorts first (byte
 * by byte), and within a log the one that was appended first. A log whose own timestamps go back is
 * sorted first, keeping the order of equal ones, and can be asked for.
 */
#ifndef VRRL_API_LOG_MERGE_H
#define VRRL_API_LOG_MERGE_H

#include "vrrl/log/log.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct vrrl_merge vrrl_merge;

typedef struct vrrl_merged {
    const vrrl_raw_record *record; /* belongs to the merge */
    size_t source;                 /* which of the paths */
    uint64_t index;                /* its place in that file */
} vrrl_merged;

/* Memory: what the files have, at most. On success *merge is the caller's, to be closed. Errors: VRRL_BUSY,
 * VRRL_HEADER_MISMATCH, VRRL_IO, VRRL_NO_MEMORY. */
VRRL_API vrrl_code vrrl_merge_open(const char *const *paths, size_t count, vrrl_merge **merge,
                                   vrrl_error *err);

/* The next record; false after the last one. */
VRRL_API bool vrrl_merge_next(vrrl_merge *merge, vrrl_merged *next);

/* How many records there are in all. */
VRRL_API uint64_t vrrl_merge_records(const vrrl_merge *merge);
/* False where the timestamps of that log went back, so that it was sorted. */
VRRL_API bool vrrl_merge_was_ordered(const vrrl_merge *merge, size_t source);
/* Its oldest places that were left out because its writer was replacing them. */
VRRL_API uint64_t vrrl_merge_replaced(const vrrl_merge *merge, size_t source);

/* NULL is allowed. */
VRRL_API void vrrl_merge_close(vrrl_merge *merge);

#ifdef __cplusplus
}
#endif
#endif
