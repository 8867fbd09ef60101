/* SPDX-License-Identifier: MIT */
/*
 * Recordings: a run on disk, complete enough to be run again.
 *
 * Vocabulary
 *   recording   a directory, NAME.vrrd/: the log, its companion, the first snapshot, the pages that
 *               changed in each epoch, a manifest and the symbols.
 *   companion   beside the log, one entry a record with what 64 bytes have no room for.
 *   unfinished  what a run that was killed leaves, NAME.vrrd.partial/: it opens as far as it goes.
 *
 * The bytes of each file are in docs/format.md. Recordings are untrusted input: whatever their
 * bytes are, opening one ends in an error or in a program that is safe to run.
 */
#ifndef VRRL_API_RUN_RECORDING_H
#define VRRL_API_RUN_RECORDING_H

#include "vrrl/log/error.h"
#include "vrrl/log/log.h"
#include "vrrl/log/options.h"
#include "vrrl/run/program.h"
#include "vrrl/run/stuck.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Limits of what a recording keeps. Zeros ask for the defaults. */
typedef struct vrrl_record_options {
    size_t size;               /* of this struct */
    uint64_t capacity_records; /* of the log; 0: as many as the run needs. A log too small for the
                                  run is refused with the capacity that it needs */
    uint64_t epoch_page_bytes; /* changed pages kept an epoch; above it only their digests are;
                                  0: 256 MiB */
    /* A log beside the recording to which records of failures are appended, too, over many runs; it
     * is made where there is none. NULL: none. Records, 0: 4096. */
    const char *failures_path;
    uint64_t failures_capacity;
    /* What survives the end of the machine, apart from the end of the run, when all does: PROCESS:
     * nothing is promised. GROUP: the epochs that had ended when it was synced last; it is synced at
     * the end of an epoch, where 100 ms have gone by since. ORDERED: at the end of each epoch, before
     * the next one begins. The log of failures is synced with it. docs/durability.md. */
    vrrl_durability durability;
} vrrl_record_options;

typedef struct vrrl_record_summary {
    vrrl_verdict verdict;
    bool cut;         /* `until_ns` of the run's options was over before the run had ended */
    uint32_t epochs;  /* that began; of a run that was cut, those that ended */
    uint64_t slots;   /* published, fences and prologues included */
    uint64_t records; /* appended to the log */
    uint64_t capacity_records; /* of the log */
    uint64_t run_ns;           /* all epochs, publish to verdict */
    uint64_t faults;           /* slots that ended in FAULT */
    uint64_t expectation_failures;
    vrrl_expectation_failure first_failure; /* where there is one */
} vrrl_record_summary;

/* Runs a program and records it at `path`, which must not exist (nor `path`.partial): VRRL_EXISTS.
 * The recording appears under its name when the run has ended, whatever its verdict. One of a run that was
 * cut has the epochs that had ended: it is unfinished where another was under way, and there is none where
 * not one had ended. The number of records must fit a log (VRRL_TOO_LARGE names both numbers). */
VRRL_API vrrl_code vrrl_record_program(const vrrl_program *program, const char *path,
                                       const vrrl_run_options *options,
                                       const vrrl_record_options *limits,
                                       vrrl_record_summary *summary, vrrl_error *err);

typedef struct vrrl_recording vrrl_recording;

/* What the manifest says. Texts belong to the recording. */
typedef struct vrrl_recording_info {
    const char *path;
    const char *program_name;
    const char *tool_version;
    const char *backend;
    uint32_t workers;
    vrrl_claim_order claim;
    uint64_t seed;
    const char *schedule; /* the run of this schedule string, whatever the seed; NULL: of none */
    bool finished; /* false: its process was killed, or its run cut; epochs that ended are there */
    vrrl_verdict verdict; /* of the last epoch that is there */
    uint32_t epochs;      /* that ended */
    uint64_t records;
    bool
        host_slots; /* of a host of its own: `backend` is what that says, and nothing is known of workers */
    vrrl_evidence
        failure; /* what a host of its own reported with the last epoch; class NONE: nothing */
} vrrl_recording_info;

/* Opens a recording, finished or not. Reads it whole but for the pages. */
VRRL_API vrrl_code vrrl_recording_open(const char *path, vrrl_recording **recording,
                                       vrrl_error *err);
/* NULL is fine. */
VRRL_API void vrrl_recording_close(vrrl_recording *recording);
VRRL_API const vrrl_recording_info *vrrl_recording_info_of(const vrrl_recording *recording);
/* The program that was recorded, as it can be run again: its epochs are those that ended. Belongs
 * to the recording. */
VRRL_API const vrrl_program *vrrl_recording_program(const vrrl_recording *recording);

/* VRRL_UNSUPPORTED for an unfinished recording of which no epoch had ended: there is nothing to run, check
 * or compare, and nothing may be said of it. */
VRRL_API vrrl_code vrrl_recording_has_epochs(const vrrl_recording *recording, vrrl_error *err);

/* The same, and VRRL_UNSUPPORTED for the recording of a host with opcodes of its own (vrrl/run/recorder.h): what they
 * do is not known here, so that vrrl_diff_recordings compares it, vrrl/run/host_replay.h replays it on that host,
 * and nobody else runs or checks it. */
VRRL_API vrrl_code vrrl_recording_can_run(const vrrl_recording *recording, vrrl_error *err);

/* Why the last epoch did not end; VRRL_INVALID where it did. On success *stuck is the caller's. */
VRRL_API vrrl_code vrrl_recording_stuck(const vrrl_recording *recording, uint32_t *epoch,
                                        vrrl_verdict *verdict, vrrl_stuck **stuck, vrrl_error *err);

#ifdef __cplusplus
}
#endif
#endif
