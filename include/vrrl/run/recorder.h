/* SPDX-License-Identifier: MIT */
/*
 * The recorder of a host: what a host with a ring, slots and opcodes of its own publishes to its megakernel, and
 * what comes of it, on disk, complete enough that vrrl/run/host_replay.h can feed it to a megakernel again.
 *
 * Vocabulary
 *   host       the program that links this: it publishes slots, and sees them end.
 *   region     words of the host's memory with a name: the recording begins with their values, and keeps what of
 *              them changed in each epoch, but for those that are to be ignored.
 *   snapshot   all regions between two epochs, those that are ignored, too.
 *   epoch      what is recorded between two calls of vrrl_recorder_end. It is whole once its end is on disk:
 *              a recording is as long as its whole epochs.
 *   behind     done by a thread of the recorder after the call that gave rise to it has returned.
 *   over       a recorder that records no more: something failed, or an epoch did not complete.
 *
 * The log is a ring: a run may be any number of times longer, and is kept from its oldest snapshot on. A snapshot
 * is taken at the end of an epoch where half of the ring was written since the last one, a quarter where the work
 * is done behind, by `read` of all regions; the oldest goes where less than a quarter of the ring is free, half
 * where it is done behind, once the next one is written and an epoch after it has ended. So there always is room
 * for an epoch that makes at most a quarter of the log's records; a larger one has what is left. With `keep_all`
 * nothing goes: records are written beside the ring before others take their places. What no region holds, a replay
 * from a later snapshot does not have: a host whose slots read what slots of earlier epochs wrote names that as a
 * region, if to be ignored.
 *
 * In the order of a host's life: vrrl_recorder_open; in each epoch any number of vrrl_recorder_write, then
 * vrrl_recorder_publish of each slot before workers can see it, vrrl_recorder_complete of each after it was seen
 * to end, and vrrl_recorder_end; vrrl_recorder_close. A process that is killed in between leaves PATH.partial,
 * which opens with all epochs that were whole.
 *
 * Threads. vrrl_recorder_publish and vrrl_recorder_complete may be called by any number of threads at the same
 * time; they take no lock, make no system call but a reading of the clock in 64 records, and allocate nothing.
 * vrrl_recorder_write, vrrl_recorder_end and vrrl_recorder_close belong to one thread at a time, and nobody else may
 * be inside of a function of this recorder but vrrl_recorder_status, _epochs and _guard. The record of a slot has
 * to be made before that of its end: publish it, then let workers see it, then tell of its end.
 * The thread that works behind, and the one that writes snapshots, take no signals, and share no lock with
 * vrrl_recorder_publish and _complete.
 *
 * It does no harm. A recorder that cannot go on (the disk is full, an epoch too long for the log, a call of the
 * system fails, memory is short, a slot is published that the ring cannot have) is over: the call that meets it, or
 * the first one after it, returns the code, once; all that follow return VRRL_OK, at the cost of one load. What was
 * whole by then stays. vrrl_recorder_status and vrrl_recorder_close say why. The mapped files are allocated on disk
 * when it is opened, and snapshots and changed pages grow by write alone, so a full disk is an error and no SIGBUS;
 * SIGXFSZ is held back where the recorder writes. A file that another process cuts while it is mapped is found at
 * the next end of an epoch; a store before that raises SIGBUS, which vrrl_recorder_guard takes, as vrrl_log_guard
 * does for a log.
 *
 * fork. A child has no recorder: all functions do nothing there and return VRRL_OK, vrrl_recorder_close frees
 * what the child has of it. Signals. vrrl_recorder_publish, vrrl_recorder_complete and vrrl_recorder_guard may
 * be called in a handler, whatever was interrupted.
 *
 * Errors, beside those of files (VRRL_IO) and memory (VRRL_NO_MEMORY)
 *   VRRL_EXISTS     the path, or path.partial, is there
 *   VRRL_INVALID    options or a call that makes no sense: a slot outside of the ring, more arguments than a slot has
 *   VRRL_REFUSED    a slot that is published again before it has ended, an end of one that was not published; an
 *                   epoch that ends as complete while slots of it have not ended; a max_bytes that is too small for
 *                   two snapshots with the end of an epoch each, with the least that works
 *   VRRL_TOO_LARGE  the log has no room for the epoch under way; regions that are too large
 *   VRRL_BUSY       work behind did not get done in patience_ms, or the log came round before it was done
 */
#ifndef VRRL_API_RUN_RECORDER_H
#define VRRL_API_RUN_RECORDER_H

#include "vrrl/log/error.h"
#include "vrrl/log/log.h"
#include "vrrl/log/options.h"
#include "vrrl/run/backend.h"
#include "vrrl/run/program.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct vrrl_recorder vrrl_recorder;

typedef struct vrrl_recorder_region {
    const char *name;
    uint32_t words;       /* of 32 bits, at least 1; all regions together at most 2^26 */
    vrrl_compare compare; /* IGNORE and SCRATCH: kept in the first memory alone */
    double tolerance;
} vrrl_recorder_region;

/* Who digests, compresses and writes what changed in an epoch. */
typedef enum vrrl_recorder_work {
    VRRL_RECORDER_AT_END, /* vrrl_recorder_end itself: the epoch is whole when it returns */
    VRRL_RECORDER_BEHIND, /* a thread: vrrl_recorder_end copies the regions, and waits for the epoch before alone */
} vrrl_recorder_work;

typedef struct vrrl_recorder_options {
    size_t size;         /* of this struct */
    const char *name;    /* of what is recorded, for reports; NULL: "host" */
    const char *backend; /* what runs the slots: "my-runtime 2.1, H200"; NULL: "host" */
    uint32_t ring_slots; /* 2 … 2^21 */
    uint32_t slot_words; /* 16 … 128: status, opcode, tenant, and the argument words; 0: 16 */
    const vrrl_recorder_region *regions;
    uint32_t region_count;
    /* Copies one region to `words`, on the thread that opens or ends; called while no slot is in flight, but where
     * an epoch did not complete. Anything but VRRL_OK ends the recording. Needed where there are regions. It is asked
     * for all regions when a snapshot is taken, else for those that are compared. */
    vrrl_code (*read)(void *context, uint32_t region, uint32_t *words);
    void *context;
    /* The end of an epoch comes with a digest of the host's own instead of the regions, which are then read for
     * snapshots alone. */
    bool digests;
    /* The text of a names file (vrrl/run/names.h), by which reports call opcodes, operands and tenants; it is kept in
     * the recording. NULL: numbers. VRRL_PARSE where it is none. */
    const char *names;
    /* Of the ring: two a slot, one an epoch, one for each piece of a write; 1 … 1,048,576, 0: 65,536. Four times what
     * an epoch makes is enough for any run. */
    uint64_t capacity_records;
    /* Of all files together, whatever the run does: snapshots are then taken more often. Too few are refused with the
     * least that works; 0: no limit. */
    uint64_t max_bytes;
    vrrl_recorder_work work;
    uint32_t
        patience_ms; /* BEHIND: vrrl_recorder_end waits so long for the epoch before; 0: 1000 */
    uint32_t snapshot_ms;     /* a snapshot after so long, too; 0: by records alone */
    uint64_t snapshot_epochs; /* a snapshot after so many epochs, too; 0: by records alone */
    /* All snapshots stay, and what the ring has no room for is kept beside it: the directory grows with the run. Not
     * together with max_bytes. */
    bool keep_all;
} vrrl_recorder_options;

/* Makes the recording at `path`.partial, reads all regions, and starts. On success *recorder is the caller's, to be closed;
 * on failure there is none, and nothing on disk. */
VRRL_API vrrl_code vrrl_recorder_open(const char *path, const vrrl_recorder_options *options,
                                      vrrl_recorder **recorder, vrrl_error *err);

/* The host has changed words of a region, before the first slot of this epoch: a replay does the same there. */
VRRL_API vrrl_code vrrl_recorder_write(vrrl_recorder *recorder, uint32_t region, uint32_t first,
                                       const uint32_t *words, uint32_t count);

typedef struct vrrl_recorder_slot {
    uint32_t index; /* in the ring; free since its last slot was told to have ended */
    uint32_t opcode;
    uint32_t tenant;
    uint32_t queue; /* whose it is, VRRL_NO_WORKER: anybody's */
    const uint32_t *args;
    uint32_t arg_count; /* at most slot_words - 3 */
} vrrl_recorder_slot;

/* A slot is about to be published. */
VRRL_API vrrl_code vrrl_recorder_publish(vrrl_recorder *recorder, const vrrl_recorder_slot *slot);

typedef struct vrrl_recorder_completion {
    uint32_t index;
    uint32_t status;  /* VRRL_STATUS_DONE or VRRL_STATUS_FAULT */
    uint32_t worker;  /* who ran it, VRRL_NO_WORKER: not known */
    uint64_t claimed; /* its place in the order of claims, from 1; 0: not known */
    uint64_t
        ended; /* its place in the order of ends, from 1; 0: the order in which ends are recorded */
    uint64_t result; /* any number that is the same where it wrote the same; 0: not known */
    /* Evidence, where it failed: what was reported, and the output so far. NULL: none. */
    const vrrl_backend_error *error;
    const void *output;
    size_t output_bytes;
} vrrl_recorder_completion;

/* A slot was seen to end. */
VRRL_API vrrl_code vrrl_recorder_complete(vrrl_recorder *recorder,
                                          const vrrl_recorder_completion *completion);

/* What a slot that did not end waits for, as far as the host knows. */
typedef struct vrrl_recorder_waiter {
    uint32_t index;
    uint32_t status; /* VRRL_STATUS_CLAIMED: a worker has it, … */
    uint32_t worker; /* VRRL_NO_WORKER: none, or not known */
    uint32_t region; /* of the word that it waits for; VRRL_NO_INDEX: for none, or not known */
    uint32_t word;   /* in the region */
    uint32_t wanted; /* at least */
    uint32_t seen;   /* what it held */
} vrrl_recorder_waiter;

typedef struct vrrl_recorder_ending {
    vrrl_verdict verdict;
    const uint8_t *digest; /* 32 bytes, where the options say `digests` */
    /* Where it did not complete: evidence, and what is known of slots that did not end; those that are not among
     * them are recorded as published and waiting for nothing that is known. */
    const vrrl_backend_error *error;
    const void *output;
    size_t output_bytes;
    const vrrl_recorder_waiter *waiters;
    uint32_t waiter_count;
} vrrl_recorder_ending;

/* The epoch has ended; NULL: complete. With another verdict it is the last, and the recorder is over, in good order. */
VRRL_API vrrl_code vrrl_recorder_end(vrrl_recorder *recorder, const vrrl_recorder_ending *ending);

/* Whether it records; why not, where something failed. Any thread may ask. */
VRRL_API vrrl_code vrrl_recorder_status(const vrrl_recorder *recorder, vrrl_error *err);
/* How many epochs are whole. Any thread may ask. */
VRRL_API uint64_t vrrl_recorder_epochs(const vrrl_recorder *recorder);
/* As vrrl_log_guard: for a handler of SIGBUS, which the library never installs. True where `address` is in one of the
 * recorder's mappings: the store goes on and reaches nobody, and the recorder is over. */
VRRL_API bool vrrl_recorder_guard(vrrl_recorder *recorder, const void *address);

/* Waits for work behind, and gives the recording its name. Where the last epoch was not ended, or something failed, it
 * is an unfinished one; where not one record was made there is none. Returns what vrrl_recorder_status does. NULL is
 * fine. */
VRRL_API vrrl_code vrrl_recorder_close(vrrl_recorder *recorder, vrrl_error *err);

#ifdef __cplusplus
}
#endif
#endif
