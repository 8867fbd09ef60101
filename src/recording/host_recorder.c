/* A host's recorder: why it is over, and how it is closed. */
#include "recording/host_recorder.h"

#include "base/quiet_signals.h"
#include "log/durable.h"
#include "recording/host_behind.h"
#include "recording/host_open.h"

#include <stdlib.h>
#include <sys/mman.h>

/* ---- Being over ------------------------------------------------------------------------------ */

/* The first reason stays, and is whole before the state tells of it. */
static bool take_reason(struct vrrl_recorder *r, enum recorder_reason reason)
{
    uint32_t none = REASON_NONE;
    return cas_relaxed_u32(&r->shared->reason, &none, (uint32_t)reason);
}

void recorder_stop(struct vrrl_recorder *r, enum recorder_reason reason, uint32_t ring_index)
{
    if (!take_reason(r, reason))
        return;
    store_relaxed(&r->shared->reason_index, ring_index);
    store_release(&r->shared->state, (uint32_t)RECORDER_IS_OVER);
}

void recorder_stop_with(struct vrrl_recorder *r, const vrrl_error *error)
{
    if (!take_reason(r, REASON_ERROR))
        return;
    r->error = *error;
    store_release(&r->shared->state, (uint32_t)RECORDER_IS_OVER);
}

vrrl_code recorder_fail(struct vrrl_recorder *r, enum recorder_reason reason, uint32_t ring_index)
{
    recorder_stop(r, reason, ring_index);
    return recorder_tell(r);
}

static vrrl_code slot_error(vrrl_error *err, vrrl_code code, uint32_t index, const char *what)
{
    return error_set(err, code, "Fix: record each slot as it is published, and each end once.",
                     "ring slot %u %s", index, what);
}

/* The reason as an error; VRRL_OK where nothing failed. */
static vrrl_code reason_error(const struct vrrl_recorder *r, vrrl_error *err)
{
    uint32_t index = load_relaxed(&r->shared->reason_index);
    switch ((enum recorder_reason)load_relaxed(&r->shared->reason)) {
    case REASON_NONE:
    case REASON_INCOMPLETE:
        return VRRL_OK;
    case REASON_FULL:
        return error_set(err, VRRL_TOO_LARGE, "Fix: give it more capacity_records.",
                         "the log of %llu records has no room for the epoch: it always has where "
                         "epochs make at most a quarter of them, %llu",
                         (unsigned long long)r->companion.capacity,
                         (unsigned long long)intervals_epoch_records(r->companion.capacity));
    case REASON_LATE:
        return error_set(err, VRRL_BUSY, "Fix: look after the disk, or give more capacity_records.",
                         "the log of %llu records came round before a snapshot and the ends of "
                         "epochs were written",
                         (unsigned long long)r->companion.capacity);
    case REASON_OUTSIDE:
        return slot_error(err, VRRL_INVALID, index, "is outside of the ring");
    case REASON_ARGUMENTS:
        return slot_error(err, VRRL_INVALID, index, "has more arguments than a slot has room for");
    case REASON_STATUS:
        return slot_error(err, VRRL_INVALID, index,
                          "ends with a status that is neither DONE nor FAULT");
    case REASON_IN_FLIGHT:
        return slot_error(err, VRRL_REFUSED, index,
                          "is published again before its end was recorded");
    case REASON_NOT_IN_FLIGHT:
        return slot_error(err, VRRL_REFUSED, index, "ends, and is not in flight");
    case REASON_ENDED_EARLY:
        return slot_error(err, VRRL_REFUSED, index, "is in flight at the end of a complete epoch");
    case REASON_REGION:
        return error_set(err, VRRL_INVALID, "Fix: name words of a region that the options have.",
                         "words outside of the regions");
    case REASON_LATE_WRITE:
        return error_set(err, VRRL_INVALID, "Fix: write before the epoch's first slot.",
                         "a write of the host behind a slot of the same epoch");
    case REASON_NOT_WRITTEN:
        return error_set(err, VRRL_REFUSED, "Fix: end an epoch when no thread records any more.",
                         "a thread that was recording a slot has not done so when its epoch ended");
    case REASON_GUARDED:
        return error_set(
            err, VRRL_IO, "Fix: find who truncated the file; record anew.",
            "%.256s: a store failed (SIGBUS): a file was cut shorter, or its disk is broken",
            r->folder.directory);
    case REASON_ERROR:
        break;
    }
    if (err)
        *err = r->error;
    return r->error.code;
}

static bool is_of_this_process(const struct vrrl_recorder *r)
{
    return load_relaxed(&r->shared->state) != RECORDER_FOREIGN &&
           (r->emptied_by_fork || getpid() == r->process);
}

vrrl_code recorder_tell(struct vrrl_recorder *r)
{
    if (load_acquire(&r->shared->state) != RECORDER_IS_OVER || load_relaxed(&r->shared->told) ||
        !is_of_this_process(r) || exchange_acq_rel(&r->shared->told, 1u))
        return VRRL_OK;
    return reason_error(r, NULL);
}

vrrl_code vrrl_recorder_status(const vrrl_recorder *r, vrrl_error *err)
{
    return load_acquire(&r->shared->state) == RECORDER_IS_OVER ? reason_error(r, err) : VRRL_OK;
}

uint64_t vrrl_recorder_epochs(const vrrl_recorder *r)
{
    return load_acquire(&r->shared->epochs);
}

bool vrrl_recorder_guard(vrrl_recorder *r, const void *address)
{
    uintptr_t first = (uintptr_t)r->companion.map, at = (uintptr_t)address;
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    size_t pages = (r->companion.map_bytes + page - 1) / page * page;
    bool in_log = vrrl_log_guard(r->log, address);
    if (!in_log && (at < first || at - first >= pages))
        return false;
    recorder_stop(r, REASON_GUARDED, 0);
    return in_log || mmap(r->companion.map, r->companion.map_bytes, PROT_READ | PROT_WRITE,
                          MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

/* ---- Closing --------------------------------------------------------------------------------- */

static void keep_first(vrrl_code *code, vrrl_code step, const vrrl_error *of_step, vrrl_error *err)
{
    if (*code == VRRL_OK && step != VRRL_OK) {
        *code = step;
        *err = *of_step;
    }
}

/* Makes all files durable and closes them, keeping the first error. */
static vrrl_code close_files(struct vrrl_recorder *r, vrrl_error *err)
{
    vrrl_error why;
    vrrl_code code = VRRL_OK;
    keep_first(&code, vrrl_log_sync(r->log, &why), &why, err);
    keep_first(&code, vrrl_log_close(r->log, &why), &why, err);
    keep_first(&code, companion_writer_close(&r->companion, r->companion_path, &why), &why, err);
    keep_first(&code, intervals_close(r->intervals, true, &why), &why, err);
    r->intervals = NULL;
    r->log = NULL;
    return code;
}

/* Whether all that was recorded is of whole epochs, so that the recording is what it will ever be. */
static bool is_whole(const struct vrrl_recorder *r)
{
    uint32_t reason = r->shared->reason;
    return (reason == REASON_NONE || reason == REASON_INCOMPLETE) && r->shared->epochs > 0 &&
           r->shared->epochs == r->epoch && r->shared->next == r->epoch_first;
}

static vrrl_code finish(struct vrrl_recorder *r, vrrl_error *err)
{
    bool whole = is_whole(r);
    vrrl_code code = close_files(r, err);
    if (r->shared->next == 0) {
        recording_folder_remove(&r->folder);
        return code;
    }
    if (code == VRRL_OK && whole) {
        r->manifest.finished = true;
        r->manifest.verdict = r->job.verdict;
        r->manifest.epochs = r->epoch;
        r->manifest.records = r->shared->next;
        code = manifest_write(r->folder.directory, &r->manifest, r->program, err);
    }
    vrrl_error why;
    keep_first(&code, recording_folder_publish(&r->folder, &why), &why, err);
    return code;
}

vrrl_code vrrl_recorder_close(vrrl_recorder *r, vrrl_error *err)
{
    if (!r)
        return VRRL_OK;
    if (!is_of_this_process(r)) { /* a child: neither thread nor files are its own */
        recorder_discard(r);
        return VRRL_OK;
    }
    struct quiet_signals quiet;
    vrrl_error why;
    recorder_behind_end(r);
    quiet_signals_begin(&quiet);
    vrrl_code closed = finish(r, &why);
    quiet_signals_end(&quiet);
    vrrl_code code = reason_error(r, err);
    if (code == VRRL_OK && closed != VRRL_OK) {
        code = closed;
        if (err)
            *err = why;
    }
    recorder_discard(r);
    return code;
}
