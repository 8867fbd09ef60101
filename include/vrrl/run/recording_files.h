/* SPDX-License-Identifier: MIT */
/*
 * What a recording has on disk, and a part of a recording as one of its own.
 *
 * Vocabulary
 *   snapshot  all memory before an epoch: a replay can begin there.
 *   trim      to keep some epochs of a recording. What is kept begins with a snapshot, since nothing before one can
 *             be run.
 */
#ifndef VRRL_API_RUN_RECORDING_FILES_H
#define VRRL_API_RUN_RECORDING_FILES_H

#include "vrrl/run/recording.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The sizes are those of files, in bytes. */
typedef struct vrrl_recording_files {
    size_t size; /* of this struct, in the library */
    uint32_t
        *snapshots; /* the epochs before which there is one, in order; belongs to this struct */
    uint32_t snapshot_count;
    uint64_t log_bytes, companion_bytes; /* what is kept beside the log is counted with it */
    uint64_t snapshot_bytes, page_bytes; /* of all snapshots; of the pages that epochs changed */
    uint64_t other_bytes;                /* manifest, symbols and names */
} vrrl_recording_files;

/* Looks at the recording's folder as it is now. On success *files is the caller's. Errors: VRRL_CORRUPT, VRRL_IO,
 * VRRL_NO_MEMORY, VRRL_TOO_LARGE. */
VRRL_API vrrl_code vrrl_recording_list_files(const vrrl_recording *recording,
                                             vrrl_recording_files **files, vrrl_error *err);
/* NULL is fine. */
VRRL_API void vrrl_recording_files_free(vrrl_recording_files *files);

typedef struct vrrl_trim_summary {
    uint32_t first_epoch, last_epoch; /* that are kept */
    uint64_t records;
} vrrl_trim_summary;

/* Makes the recording `out`, which must not exist (nor `out`.partial): VRRL_EXISTS, of the epochs `first` to `last` of
 * the recording `path`, which have to be there and to have ended: VRRL_NOT_FOUND. It begins with the newest snapshot
 * that is of epoch `first` or of one before it, and is looked through by vrrl_recording_verify before it gets its name;
 * after an error nothing is left. Epochs keep their numbers, records theirs. One that is being written has no single
 * state: wait for its end. `summary` may be NULL. Errors: VRRL_CORRUPT, VRRL_EXISTS, VRRL_HEADER_MISMATCH,
 * VRRL_INVALID, VRRL_IO, VRRL_NOT_FOUND, VRRL_NO_MEMORY, VRRL_PARSE, VRRL_TOO_LARGE, VRRL_UNSUPPORTED. */
VRRL_API vrrl_code vrrl_trim_recording(const char *path, uint32_t first, uint32_t last,
                                       const char *out, vrrl_trim_summary *summary,
                                       vrrl_error *err);

#ifdef __cplusplus
}
#endif
#endif
