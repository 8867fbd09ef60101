/* SPDX-License-Identifier: MIT */
/*
 * Repair: what is valid in a damaged log, as a new log.
 *
 * Vocabulary
 *   damaged   a record whose magic is neither live nor 0.
 *   missing   a record that the file does not have in full.
 *   torn      a live record that is not the one that a companion's checksum was made over: bytes of
 *             two appends, as after a power loss. Without a companion nobody can tell.
 *   unconfirmed  a live record for which the companion has no entry: as its machine went down before
 *             the entry was on the disk, or as somebody without the companion appended it. It is kept.
 *   left out  damaged, missing or torn: its place is empty in the new log.
 *   cursor    as the header has it. A writer that died between a record and its cursor leaves it one
 *             behind; a companion's sequence tells that, where it has entries for all records, and
 *             alone is believed. Timestamps never are.
 */
#ifndef VRRL_API_LOG_SALVAGE_H
#define VRRL_API_LOG_SALVAGE_H

#include "vrrl/log/error.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct vrrl_salvage_report {
    uint64_t capacity;                                 /* of the new log */
    uint64_t kept, empty, damaged, missing, torn;      /* records; together the capacity */
    uint64_t first_damaged, first_missing, first_torn; /* places, where there is one */
    uint64_t unconfirmed, first_unconfirmed;           /* of those that are kept */
    uint64_t stored_cursor;                            /* in the old header, modulo the capacity */
    uint64_t cursor;                                   /* of the new log */
    bool header_rebuilt; /* the old header breaks condition 2, 3 or 4 of docs/format.md; the
                               capacity is the header's where the file has room for that, else what
                               it has room for, and where publish order begins is not certain,
                               unless a companion told */
    bool has_companion;  /* one was used */
} vrrl_salvage_report;

/* Reads the log at `path`, which it leaves alone, and makes the log `out`, which must not exist and
 * appears when it is whole. `companion`: the path of its companion, or NULL: slots.vrrx beside a
 * slots.vrrl is taken then, if it belongs to it. Records keep their places. The file may be written
 * meanwhile.
 *
 * VRRL_OK: done, whatever was left out. VRRL_HEADER_MISMATCH: nothing in it looks like a record, or it
 * is of another version; a version from 2 to 256 is taken for damage where all else is as in version
 * 1: capacity, size, each record's magic. VRRL_CORRUPT: the companion named is damaged, or not this log's. Otherwise as
 * vrrl_reader_open and vrrl_log_create. */
VRRL_API vrrl_code vrrl_log_salvage(const char *path, const char *companion, const char *out,
                                    vrrl_salvage_report *report, vrrl_error *err);

#ifdef __cplusplus
}
#endif
#endif
