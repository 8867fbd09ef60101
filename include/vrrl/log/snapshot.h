/* SPDX-License-Identifier: MIT */
/*
 * A copy of a log as it was at one moment, taken while it is written.
 *
 * Vocabulary
 *   snapshot  the records that the cursor covered at the moment when the call read it, in publish
 *             order, but for the oldest ones that the writer was replacing meanwhile.
 *   position  a record's number in that order, from 0; not the index of its place in the file.
 *
 * What is guaranteed: each record is one append's; between the oldest and the newest that are there
 * none is missing; the newest is the newest by the cursor at a moment within the call. A log that
 * nobody writes is copied whole, as a reader finds it; so is one whose writer was stopped, for more
 * than 20 ms, between a record and its cursor. The writer is not stopped and takes no notice.
 * As for tails, laps of one place are told apart by timestamp and slot, timestamps are taken to
 * increase where the log moves, and a log at the level ORDERED must have batches of at most half of
 * it. Errors as in log.h; VRRL_BUSY where the writer went round the whole log at each of many tries.
 */
#ifndef VRRL_API_LOG_SNAPSHOT_H
#define VRRL_API_LOG_SNAPSHOT_H

#include "vrrl/log/log.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct vrrl_snapshot vrrl_snapshot;

/* Takes a snapshot into memory: as much as the file has. *snapshot is the caller's, to be freed. Errors:
 * VRRL_BUSY, VRRL_HEADER_MISMATCH, VRRL_IO, VRRL_NO_MEMORY. */
VRRL_API vrrl_code vrrl_snapshot_take(const char *path, vrrl_snapshot **snapshot, vrrl_error *err);

/* Live records in publish order, *count of them; they belong to the snapshot. */
VRRL_API const vrrl_raw_record *vrrl_snapshot_records(const vrrl_snapshot *snapshot, size_t *count);
/* The place in the file of the record at a position. */
VRRL_API uint64_t vrrl_snapshot_index(const vrrl_snapshot *snapshot, size_t position);
/* How many of the oldest places were left out because they were being replaced. */
VRRL_API uint64_t vrrl_snapshot_replaced(const vrrl_snapshot *snapshot);
VRRL_API uint64_t vrrl_snapshot_capacity(const vrrl_snapshot *snapshot);
VRRL_API uint64_t vrrl_snapshot_cursor(const vrrl_snapshot *snapshot);

/* True where the field never goes back in publish order: one look at every record, once for each
 * field. */
VRRL_API bool vrrl_snapshot_is_ordered(vrrl_snapshot *snapshot, vrrl_order_field field);
/* The positions *first … *end - 1 of the records whose field is `least` to `greatest`, by binary
 * search: only for a field that is ordered. */
VRRL_API void vrrl_snapshot_range(const vrrl_snapshot *snapshot, vrrl_order_field field,
                                  uint64_t least, uint64_t greatest, size_t *first, size_t *end);

/* What was in flight when it was taken: the positions of publishes that nothing shows to have ended, oldest first,
 * *count of them, to be given to free(). A publish is a record without evidence. It has ended where a later record
 * with evidence is of the same slot, tenant, opcode, arguments and epoch, or where a later publish is in its place
 * of the ring. *ends: records with evidence; where a host writes none, nothing else tells what had ended. Error:
 * VRRL_NO_MEMORY. */
VRRL_API vrrl_code vrrl_snapshot_in_flight(const vrrl_snapshot *snapshot, size_t **positions,
                                           size_t *count, uint64_t *ends, vrrl_error *err);

/* Makes a log of it at `path`, durable before it has its name: capacity, cursor and places as in the
 * original. VRRL_EXISTS where the name is taken. */
VRRL_API vrrl_code vrrl_snapshot_write(const vrrl_snapshot *snapshot, const char *path,
                                       vrrl_error *err);

/* NULL is allowed. */
VRRL_API void vrrl_snapshot_free(vrrl_snapshot *snapshot);

#ifdef __cplusplus
}
#endif
#endif
