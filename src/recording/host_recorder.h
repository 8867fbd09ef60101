/*
 * The recorder of a host: what its parts share.
 *
 * Places are dealt out by one counter, so any number of threads write entries and records side by side; which of them
 * may be written is what the intervals leave: the log is a ring. An epoch's end takes the last place of its epoch, and
 * is written when all else of the epoch is on disk: who reads what a killed process left stops at the first place whose
 * record is not there.
 */
#ifndef VRRL_RECORDING_HOST_RECORDER_H
#define VRRL_RECORDING_HOST_RECORDER_H

#include "host/state.h"
#include "log/writer.h"
#include "recording/folder.h"
#include "recording/host_words.h"
#include "recording/intervals.h"
#include "recording/manifest.h"
#include "vrrl/run/recorder.h"

#include <pthread.h>
#include <unistd.h>

/* FOREIGN: the page is a child's, which fork has emptied. */
enum recorder_state { RECORDER_FOREIGN, RECORDER_RUNS, RECORDER_IS_OVER };

/* Why a recorder is over. */
enum recorder_reason {
    REASON_NONE,
    REASON_INCOMPLETE,    /* an epoch did not complete: nothing failed */
    REASON_FULL,          /* the epoch under way makes too many records */
    REASON_LATE,          /* what was done behind an epoch had not made room */
    REASON_OUTSIDE,       /* a slot outside of the ring */
    REASON_ARGUMENTS,     /* more than a slot has */
    REASON_STATUS,        /* an end that is none */
    REASON_IN_FLIGHT,     /* published again before it ended */
    REASON_NOT_IN_FLIGHT, /* ends and was not published */
    REASON_REGION,        /* a write outside of the regions */
    REASON_LATE_WRITE,    /* a write behind a slot of its epoch */
    REASON_ENDED_EARLY,   /* an epoch ends as complete, a slot of it has not */
    REASON_NOT_WRITTEN,   /* a place that was taken and not written: its thread has ended */
    REASON_GUARDED,       /* SIGBUS */
    REASON_ERROR,         /* the recorder's error tells */
};

/* What every thread looks at, in a page that fork empties for the child. */
struct recorder_shared {
    uint32_t state;
    uint32_t reason;
    uint32_t reason_index; /* the ring index that the reason is about */
    uint32_t told;
    uint64_t next;       /* places taken */
    uint64_t room_end;   /* behind the last place that may be written */
    uint64_t room_made;  /* epochs after whose end that was set */
    uint64_t clock_base; /* the wall clock less the places taken by then; never goes back */
    uint64_t epochs;     /* that are whole */
};

/* Its number in the run, from 0 on, and where in the ring of the log that is. */
struct recorder_place {
    uint64_t number, at;
};

/* An epoch whose end is to be written. */
struct recorder_job {
    uint32_t epoch;
    struct recorder_place place;
    vrrl_verdict verdict;
    bool snapshot;          /* memory was read whole: the next epoch begins an interval */
    vrrl_evidence evidence; /* without a digest: that of the state */
    vrrl_waiter *waiters;
    uint32_t waiter_count;
};

/* A thread that writes ends of epochs, one at a time. */
struct recorder_behind {
    pthread_t thread;
    bool started;
    pthread_mutex_t lock; /* over what follows */
    pthread_cond_t changed;
    bool has_job, ending;
};

struct vrrl_recorder {
    struct recorder_shared *shared;
    bool emptied_by_fork; /* the page is; else processes are told apart by their ids */
    pid_t process;
    bool wide; /* as in vrrl_append_record */
    vrrl_log *log;
    struct companion_writer companion;
    uint32_t *
        published_at; /* by ring index: 1 + how far behind the epoch's first place the slot in flight is; 0: none is */
    uint32_t epoch;       /* under way */
    uint64_t epoch_first; /* its first place */
    uint64_t lap_first;   /* the place that is first in the log, in the lap of that */
    uint64_t writes_end;  /* behind the last place of a write of it */

    vrrl_recorder_options options; /* of its texts only the regions are left, without their names */
    vrrl_recorder_region *regions; /* those of the options */
    vrrl_program *program;         /* geometry, regions and names; no slots */
    uint32_t *first_word;          /* of each region, in memory */
    uint32_t *memory;              /* as the epoch's end reads it */
    struct observed_state observed;
    struct recorder_job job;
    uint32_t *waiter_places; /* of the job's waiters, as in published_at but from 0 on */
    struct intervals *intervals;
    struct byte_buffer payload;
    struct recorder_behind behind;

    struct manifest manifest;
    struct recording_folder folder;
    char companion_path[PATH_MAX], log_path[PATH_MAX];
    vrrl_error error; /* REASON_ERROR */
};

/* Where a place of the epoch under way is: an epoch has no more than one lap. */
static inline uint64_t recorder_at(const struct vrrl_recorder *r, uint64_t number)
{
    uint64_t at = number - r->lap_first;
    return at < r->companion.capacity ? at : at - r->companion.capacity;
}

/* Whether it records, and for this process. */
static inline bool recorder_runs(const struct vrrl_recorder *r)
{
    return load_acquire(&r->shared->state) == RECORDER_RUNS &&
           (r->emptied_by_fork || getpid() == r->process);
}

/* The recorder is over, if it is not yet, for this reason. */
void recorder_stop(struct vrrl_recorder *r, enum recorder_reason reason, uint32_t ring_index);
/* The same, with the error of a call that failed. */
void recorder_stop_with(struct vrrl_recorder *r, const vrrl_error *error);
/* What a call returns: where the recorder is over and nobody was told yet, the code. */
vrrl_code recorder_tell(struct vrrl_recorder *r);
/* Stops, and tells. */
vrrl_code recorder_fail(struct vrrl_recorder *r, enum recorder_reason reason, uint32_t ring_index);

#endif
