/*
 * Records that the log has no room for any more, of a recording that keeps all: those of an interval, with their
 * entries, in a file that goes with its snapshot, slots-EPOCH.zst. docs/format.md gives the bytes.
 */
#ifndef VRRL_RECORDING_KEPT_RECORDS_H
#define VRRL_RECORDING_KEPT_RECORDS_H

#include "log/writer.h"
#include "recording/companion.h"
#include "recording/frames.h"

#include <limits.h>

/* Writes records `first` to `last`, counted from 1, which log and companion have, to the file of the interval. It gets its
 * name when it is whole, and `synced` when it is on the disk. */
vrrl_code kept_records_write(const char *directory, uint32_t epoch, const struct vrrl_log *log,
                             const struct companion_writer *companion, uint64_t first,
                             uint64_t last, bool synced, vrrl_error *err);
/* The path of that file. */
vrrl_code kept_records_path(char out[PATH_MAX], const char *directory, uint32_t epoch,
                            vrrl_error *err);

struct kept_records {
    const char *directory;
    size_t pair_bytes;          /* a record and its entry */
    uint32_t mark;              /* of the recording's frames */
    uint32_t *epochs;           /* of which there is a file, in order */
    uint32_t count, next, from; /* from: where to begin */
    struct frame_reader reader; /* of the file before next */
    char path[PATH_MAX];
    uint64_t first, records; /* what the reader's frame has */
    uint64_t none_from;      /* no record from here on, as far as is known */
};

/* Of the recording of that companion. */
vrrl_code kept_records_open(struct kept_records *kept, const char *directory,
                            const struct companion_reader *companion, vrrl_error *err);
void kept_records_close(struct kept_records *kept);
/* Nothing before that epoch is asked for: its snapshot is where reading begins. */
void kept_records_begin_at(struct kept_records *kept, uint32_t epoch);
/* *pair is the record and its entry, good until the next call, or NULL where it was not kept. Quick where `sequence`
 * counts up. VRRL_CORRUPT where a file that has to be gone through is damaged. */
vrrl_code kept_records_get(struct kept_records *kept, uint64_t sequence, const uint8_t **pair,
                           vrrl_error *err);

#endif
