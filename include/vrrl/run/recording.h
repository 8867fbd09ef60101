/* SPDX-License-Identifier: MIT */
/*
 * Recordings: a run on disk, complete enough to be run again.
 *
 * Vocabulary
 *   recording   a directory, NAME.vrrd/: the log, its companion, snapshots of memory, the pages that
 *               changed in each epoch, a manifest and the symbols.
 *   snapshot    all memory before an epoch. A run that is longer than its log is there from the oldest
 *               snapshot on whose records were not replaced.
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

/* What becomes of an epoch whose backend reported an error, by the class of the error. */
typedef enum vrrl_recovery_decision {
    /* Device loss: the backend is opened again, and the epoch tried once more. */
    VRRL_RECOVERY_DECISION_REOPENS = 1,
    /* Transient: the epoch is tried again after a delay of 10 ms, each time twice that of the last, at most 10 s. */
    VRRL_RECOVERY_DECISION_RETRIES = 2,
    /* A bug of the program, unclassified, a device that was lost again, no retry left: the run ends. */
    VRRL_RECOVERY_DECISION_STOPS = 3,
} vrrl_recovery_decision;

typedef struct vrrl_recovery {
    uint32_t epoch;
    uint32_t attempt; /* of the epoch, from 1: the one that failed */
    vrrl_recovery_decision decision;
    uint32_t delay_ms;      /* RETRIES */
    vrrl_evidence evidence; /* class and code of the error */
    const char *text;       /* what the backend said; good for the call */
} vrrl_recovery;

/* Limits of what a recording keeps. Zeros ask for the defaults. */
typedef struct vrrl_record_options {
    size_t size; /* of this struct */
    uint64_t
        capacity_records; /* of the log; 0: as many as the run needs, where a log can have as many.
                                  A log that is smaller wraps, and an epoch may make a quarter of its
                                  records: else the run is refused with the capacity that it needs */
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
    /* Snapshots of memory between epochs, from each of which the run can be replayed: where half of the
     * log was written since the last one, and, where these are not 0, each so many epochs, and at the
     * end of an epoch where so many milliseconds have gone by. The oldest go when their records are to be
     * replaced. */
    uint64_t snapshot_epochs;
    uint64_t snapshot_ms;
    bool
        keep_all; /* snapshots; and the records that follow them, beside the log, where it has no room for them */
    /* Of all files of the recording together, whatever the run does; 0: no limit. Where it is too small the
     * run is refused with the least that works. Without capacity_records it chooses the log's, too. */
    uint64_t max_bytes;
    /* How often in the run an epoch whose backend reported an error may be tried again, from the memory that it
     * began with; 0: the run ends with the first error. The log has room for that, and a record of each decision.
     * `recovered`, which may be NULL, is told of each, before it is carried out, in the calling thread. */
    uint32_t retries;
    void (*recovered)(void *context, const vrrl_recovery *what);
    void *recovered_context;
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
    uint32_t first_epoch; /* the first that is kept: more records a smaller log has no room for */
} vrrl_record_summary;

/* Runs a program and records it at `path`, which must not exist (nor `path`.partial): VRRL_EXISTS.
 * The recording appears under its name when the run has ended, whatever its verdict. One of a run that was
 * cut has the epochs that had ended: it is unfinished where another was under way, and there is none where
 * not one had ended. With `retries` one that a backend's error ended, which is returned, is there under its
 * name, unfinished, with the error's class and code. */
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
    uint32_t epochs;      /* that ended, those that are not there included */
    uint64_t records;     /* that the run made, those that are not there included */
    bool
        host_slots; /* of a host of its own: `backend` is what that says, and nothing is known of workers */
    vrrl_evidence
        failure; /* what a host of its own reported with the last epoch; class NONE: nothing */
    uint32_t first_epoch; /* what is there begins with its snapshot */
    bool trimmed;         /* a part of a recording: its run may have had more epochs */
} vrrl_recording_info;

/* Opens a recording, finished or not. Reads it whole but for the pages. Errors: VRRL_CORRUPT,
 * VRRL_HEADER_MISMATCH, VRRL_INVALID, VRRL_IO, VRRL_NO_MEMORY, VRRL_PARSE, VRRL_TOO_LARGE, VRRL_UNSUPPORTED. */
VRRL_API vrrl_code vrrl_recording_open(const char *path, vrrl_recording **recording,
                                       vrrl_error *err);
/* The same from its newest snapshot that is of `epoch` or of one before it; VRRL_NOT_FOUND where none is. */
VRRL_API vrrl_code vrrl_recording_open_from(const char *path, uint32_t epoch,
                                            vrrl_recording **recording, vrrl_error *err);
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

/* The same, and VRRL_UNSUPPORTED for one that does not begin with the run, or is a part of a recording: it can be
 * replayed, and nothing can be said of all runs of its program. */
VRRL_API vrrl_code vrrl_recording_is_whole(const vrrl_recording *recording, vrrl_error *err);

/* What is found in the place of a record: its companion's entry has a checksum over both, and a sequence number. */
typedef enum vrrl_place {
    VRRL_PLACE_WHOLE, /* the record */
    VRRL_PLACE_EMPTY, /* nothing was ever written there */
    VRRL_PLACE_BEGUN, /* an entry without a record, which was being written */
    VRRL_PLACE_TORN, /* an entry that is not of the record: it was being written, or one is damaged */
    VRRL_PLACE_EARLIER, /* another record, from before: this one was not written */
    VRRL_PLACE_LATER, /* another record, from after: this one was replaced, or there is a gap before that one */
    VRRL_PLACES
} vrrl_place;

/* "torn" for VRRL_PLACE_TORN; "?" for a number that is none. */
VRRL_API const char *vrrl_place_name(vrrl_place place);

typedef struct vrrl_recording_report {
    bool finished;
    uint32_t first_epoch, epochs; /* whole from the first one to before `epochs` */
    uint32_t snapshots;
    uint64_t records, capacity; /* the last record's sequence number; places in the log */
    uint64_t
        places[VRRL_PLACES]; /* the places by what is there, for the last records up to that one */
    vrrl_place next;         /* unfinished: what is in the place of the next record */
} vrrl_recording_report;

/* Looks through a recording from its oldest snapshot: all records, the ends of all epochs, all snapshots. VRRL_OK
 * where all that it says is there is whole; of an unfinished one that is what was there when it was cut off.
 * The error says what is damaged. */
VRRL_API vrrl_code vrrl_recording_verify(const char *path, vrrl_recording_report *report,
                                         vrrl_error *err);

/* Why the last epoch did not end; VRRL_INVALID where it did. On success *stuck is the caller's. */
VRRL_API vrrl_code vrrl_recording_stuck(const vrrl_recording *recording, uint32_t *epoch,
                                        vrrl_verdict *verdict, vrrl_stuck **stuck, vrrl_error *err);

#ifdef __cplusplus
}
#endif
#endif
