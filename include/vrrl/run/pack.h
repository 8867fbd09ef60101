/* SPDX-License-Identifier: MIT */
/*
 * Packs: a recording as one file, to be sent with a bug report.
 *
 * Vocabulary
 *   pack  one file with all files of a recording, each with its size and its digest. Its bytes are in
 *         docs/format.md.
 *
 * A pack holds what the recording holds: all user memory, the arguments of all slots, all names. Texts of the
 * manifest that are absolute paths lose their folders; no recording holds environment variables. A pack without
 * memory has neither snapshots nor changed pages: the log and its companion are there, with the arguments of all slots
 * and what the host wrote before each epoch. What comes of it opens as a log; as a recording it is VRRL_UNSUPPORTED.
 *
 * Packs are untrusted input: whatever their bytes are, unpacking one ends in an error or in a folder with the
 * files of a recording and no others, and nothing is written beside that folder. Whether these files are a
 * recording, vrrl_recording_open and vrrl_recording_verify say.
 */
#ifndef VRRL_API_RUN_PACK_H
#define VRRL_API_RUN_PACK_H

#include "vrrl/log/error.h"

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Zeros ask for the defaults. */
typedef struct vrrl_pack_options {
    size_t size;    /* of this struct */
    bool no_memory; /* leave out snapshots and pages; the manifest says so */
} vrrl_pack_options;

typedef struct vrrl_pack_summary {
    uint32_t files;
    uint32_t
        cut_paths;  /* absolute paths of the manifest that lost their folders; 0 when unpacking */
    uint64_t bytes; /* of the pack */
} vrrl_pack_summary;

/* Packs the recording `path`, finished or not, into the file `pack`, which must not exist (nor `pack`.partial):
 * VRRL_EXISTS. The pack is durable before it gets its name, and is never seen in part under it. The recording is
 * not judged: a damaged one can be packed, but for its manifest. One that is being written has no single state: wait
 * for its end. Memory is bounded by the manifest's size. `summary` may be NULL. Errors: VRRL_EXISTS, VRRL_INVALID,
 * VRRL_IO, VRRL_NO_MEMORY, VRRL_PARSE, VRRL_TOO_LARGE, VRRL_CORRUPT. */
VRRL_API vrrl_code vrrl_pack_recording(const char *path, const char *pack,
                                       vrrl_pack_summary *summary, vrrl_error *err);

/* The same with options; NULL: the defaults. */
VRRL_API vrrl_code vrrl_pack_recording_with(const char *path, const char *pack,
                                            const vrrl_pack_options *options,
                                            vrrl_pack_summary *summary, vrrl_error *err);

/* Unpacks the file `pack` into the folder `path`, which must not exist (nor `path`.partial): VRRL_EXISTS. Each
 * header and each digest is checked; the folder gets its name when all of it is there and durable, and after an
 * error nothing is left. No more is written than the pack has bytes, and memory is a few kilobytes. `summary` may be
 * NULL. Errors: VRRL_CORRUPT, VRRL_EXISTS, VRRL_HEADER_MISMATCH, VRRL_INVALID, VRRL_IO, VRRL_NO_MEMORY,
 * VRRL_TOO_LARGE, VRRL_UNSUPPORTED. */
VRRL_API vrrl_code vrrl_unpack_recording(const char *pack, const char *path,
                                         vrrl_pack_summary *summary, vrrl_error *err);

#ifdef __cplusplus
}
#endif
#endif
