/* How an epoch of a host ends: what was in flight, what changed, and the record that says so. */
#include "recording/host_epoch.h"

#include "base/bytes.h"
#include "base/quiet_signals.h"
#include "log/durable.h"
#include "recording/host_behind.h"
#include "recording/host_publish.h"
#include "recording/payloads.h"

#include <string.h>
#include <sys/stat.h>

/* ---- What was in flight ---------------------------------------------------------------------- */

static void add_waiter(struct vrrl_recorder *r, uint32_t behind_first, uint32_t index)
{
    struct recorder_job *job = &r->job;
    r->waiter_places[job->waiter_count] = behind_first;
    job->waiters[job->waiter_count++] = (vrrl_waiter){.index = index,
                                                      .status = VRRL_STATUS_PUBLISHED,
                                                      .worker = VRRL_NO_WORKER,
                                                      .wait_word = VRRL_NO_INDEX};
}

/* Goes over the places of the epoch: each was written, and which of its slots have not ended. */
static enum recorder_reason list_in_flight(struct vrrl_recorder *r, uint64_t end)
{
    r->job.waiter_count = 0;
    for (uint64_t place = r->epoch_first; place < end; place++) {
        uint32_t kind, behind_first = (uint32_t)(place - r->epoch_first);
        uint64_t at = recorder_at(r, place);
        if (companion_sequence(&r->companion, at, &kind) != place + 1)
            return REASON_NOT_WRITTEN;
        if (kind != ENTRY_PUBLISH)
            continue;
        uint64_t high_slot = load_relaxed(&log_place(r->log, at)->timestamp_high_slot);
        uint32_t index = (uint32_t)(le64(high_slot) >> 32);
        if (r->published_at[index] == behind_first + 1)
            add_waiter(r, behind_first, index);
    }
    return REASON_NONE;
}

/* The job's waiter of a ring index, or NULL: they stand in the order of their places. */
static vrrl_waiter *waiter_of(struct vrrl_recorder *r, uint32_t ring_index)
{
    uint32_t low = 0, high = r->job.waiter_count;
    uint32_t published_at = r->published_at[ring_index];
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (r->waiter_places[middle] + 1 < published_at)
            low = middle + 1;
        else
            high = middle;
    }
    bool found =
        published_at != 0 && low < r->job.waiter_count && r->waiter_places[low] + 1 == published_at;
    return found ? &r->job.waiters[low] : NULL;
}

/* Adds what the host knows of those that did not end. */
static enum recorder_reason add_knowledge(struct vrrl_recorder *r, const vrrl_recorder_waiter *told,
                                          uint32_t count, uint32_t *index)
{
    for (uint32_t i = 0; i < count; i++) {
        *index = told[i].index;
        if (told[i].index >= r->options.ring_slots)
            return REASON_OUTSIDE;
        vrrl_waiter *waiter = waiter_of(r, told[i].index);
        if (!waiter)
            return REASON_NOT_IN_FLIGHT;
        waiter->status = told[i].status;
        waiter->worker = told[i].worker;
        if (told[i].region == VRRL_NO_INDEX)
            continue;
        if (told[i].region >= r->options.region_count ||
            told[i].word >= r->options.regions[told[i].region].words)
            return REASON_REGION;
        waiter->wait_word = r->first_word[told[i].region] + told[i].word;
        waiter->wait_value = told[i].wanted;
        waiter->seen_value = told[i].seen;
    }
    return REASON_NONE;
}

/* ---- What changed ---------------------------------------------------------------------------- */

static bool is_looked_at(const vrrl_recorder_region *region)
{
    return region->compare != VRRL_COMPARE_IGNORE && region->compare != VRRL_COMPARE_SCRATCH;
}

vrrl_code recorder_read_regions(struct vrrl_recorder *r, bool all, vrrl_error *err)
{
    const vrrl_recorder_options *options = &r->options;
    for (uint32_t i = 0; i < options->region_count; i++) {
        if (!all && (options->digests || !is_looked_at(&options->regions[i])))
            continue;
        vrrl_code code = options->read(options->context, i, r->memory + r->first_word[i]);
        if (code != VRRL_OK)
            return error_set(err, code, "Fix: see why the host could not read its memory.",
                             "reading region %u, %.64s, for the recording failed: %s", i,
                             vrrl_program_text(r->program, r->program->regions[i].name),
                             vrrl_code_text(code));
    }
    return VRRL_OK;
}

static vrrl_code read_state(struct vrrl_recorder *r, const vrrl_recorder_ending *ending,
                            vrrl_error *err)
{
    bool all = r->job.snapshot;
    vrrl_code code = all || !r->options.digests ? recorder_read_regions(r, all, err) : VRRL_OK;
    if (code != VRRL_OK || !r->options.digests)
        return code;
    if (!ending->digest)
        return error_set(err, VRRL_INVALID, "Fix: give the digest of the epoch's end.",
                         "an epoch ended without a digest, which the options promise");
    host_digest_put(r->memory, ending->digest);
    return VRRL_OK;
}

/* ---- The end --------------------------------------------------------------------------------- */

static vrrl_evidence evidence_of(const vrrl_recorder_ending *ending)
{
    if (ending->error)
        return vrrl_evidence_of(VRRL_STATUS_FAULT, ending->error, ending->output,
                                ending->output_bytes);
    bool complete = ending->verdict == VRRL_VERDICT_COMPLETE;
    return (vrrl_evidence){.slot_status = complete ? VRRL_STATUS_DONE : 0,
                           .output_digest =
                               vrrl_output_digest(ending->output, ending->output_bytes)};
}

/* A store past the end of a file that somebody has cut would raise SIGBUS. */
static vrrl_code check_files(struct vrrl_recorder *r, vrrl_error *err)
{
    struct stat status;
    vrrl_code code = durable_check_size(r->log, err);
    if (code != VRRL_OK)
        return code;
    if (stat(r->companion_path, &status) != 0)
        return error_errno(err, "stat", r->companion_path, NULL);
    if ((uint64_t)status.st_size < r->companion.map_bytes)
        return error_set(err, VRRL_IO, "Fix: find who truncated the file; record anew.",
                         "%s: the file was cut shorter while it was open", r->companion_path);
    return VRRL_OK;
}

static vrrl_code write_pages(struct vrrl_recorder *r, vrrl_error *err)
{
    struct recorder_job *job = &r->job;
    state_update(&r->observed, r->memory);
    const struct observation observation = {.epoch = job->epoch,
                                            .verdict = job->verdict,
                                            .state = &r->observed,
                                            .waiters = job->waiters,
                                            .waiter_count = job->waiter_count};
    struct quiet_signals quiet;
    quiet_signals_begin(&quiet);
    r->payload.size = 0;
    epoch_encode(&r->payload, &observation, EPOCH_PAGE_BYTES);
    vrrl_code code = intervals_put(r->intervals, job->epoch, &r->payload, err);
    quiet_signals_end(&quiet);
    return code;
}

static void put_end(struct vrrl_recorder *r)
{
    struct recorder_job *job = &r->job;
    if (job->evidence.output_digest == 0)
        job->evidence.output_digest = digest_head(r->observed.digest);
    struct companion_draft draft = {{0}};
    uint32_t *words = companion_draft_words(&draft);
    words[VRRL_SLOT_STATUS] = VRRL_STATUS_PUBLISHED;
    words[VRRL_SLOT_OPCODE] = OPCODE_OF_NO_SLOT;
    words[VRRL_SLOT_ARG0] = (uint32_t)job->verdict;
    words[VRRL_SLOT_ARG0 + 1] = job->waiter_count;
    struct companion_entry entry = {.kind = ENTRY_END, .worker = VRRL_HOST_WORKER};
    recorder_put(r, job->epoch, &job->place, &draft, &entry, VRRL_NO_INDEX, &job->evidence);
    store_release(&r->shared->epochs, job->epoch + (uint64_t)1);
}

/* Release: who writes over a record sees that the snapshot before it is gone. */
void recorder_set_room(struct vrrl_recorder *r, uint32_t epochs)
{
    uint64_t oldest = intervals_sequence(r->intervals);
    store_release(&r->shared->room_end, oldest + r->companion.capacity);
    store_release(&r->shared->room_made, epochs);
}

static vrrl_code keep_interval(struct vrrl_recorder *r, vrrl_error *err)
{
    const struct recorder_job *job = &r->job;
    uint64_t sequence = job->place.number + 1;
    vrrl_code code = VRRL_OK;
    if (job->snapshot)
        code = intervals_take(r->intervals, r->memory, job->epoch + 1, sequence, err);
    if (code == VRRL_OK)
        code = intervals_make_room(r->intervals, sequence, err);
    if (code == VRRL_OK)
        recorder_set_room(r, job->epoch + 1);
    return code;
}

void recorder_do_job(struct vrrl_recorder *r)
{
    vrrl_error err;
    vrrl_code code = check_files(r, &err);
    if (code == VRRL_OK)
        code = write_pages(r, &err);
    if (code == VRRL_OK) {
        put_end(r);
        code = keep_interval(r, &err);
    }
    if (code != VRRL_OK)
        recorder_stop_with(r, &err);
}

static void next_epoch(struct vrrl_recorder *r)
{
    r->epoch++;
    r->epoch_first = r->writes_end = load_relaxed(&r->shared->next);
    r->lap_first = r->epoch_first - r->epoch_first % r->companion.capacity;
}

/* The job is idle here. Two ends come before it is asked again: this epoch's, and the next. */
static bool needs_snapshot(const struct vrrl_recorder *r, const vrrl_recorder_ending *ending)
{
    enum { ENDS_TO_COME = 2 };
    uint64_t sequence = load_relaxed(&r->shared->next) + 1;
    return ending->verdict == VRRL_VERDICT_COMPLETE &&
           intervals_due(r->intervals, r->epoch + 1, sequence, ENDS_TO_COME);
}

/* What is in flight, with what the host knows of it; why the epoch cannot end so. */
static enum recorder_reason list_waiters(struct vrrl_recorder *r,
                                         const vrrl_recorder_ending *ending, uint32_t *index)
{
    enum recorder_reason reason = list_in_flight(r, load_relaxed(&r->shared->next));
    if (reason == REASON_NONE)
        reason = add_knowledge(r, ending->waiters, ending->waiter_count, index);
    if (reason != REASON_NONE || ending->verdict != VRRL_VERDICT_COMPLETE ||
        r->job.waiter_count == 0)
        return reason;
    *index = r->job.waiters[0].index;
    return REASON_ENDED_EARLY;
}

static vrrl_code end_epoch(struct vrrl_recorder *r, const vrrl_recorder_ending *ending)
{
    struct recorder_job *job = &r->job;
    vrrl_error err;
    uint32_t index = 0;
    enum recorder_reason reason = list_waiters(r, ending, &index);
    if (reason != REASON_NONE)
        return recorder_fail(r, reason, index);
    job->snapshot = needs_snapshot(r, ending);
    if (read_state(r, ending, &err) != VRRL_OK) {
        recorder_stop_with(r, &err);
        return recorder_tell(r);
    }
    reason = recorder_take_place(r, &job->place);
    if (reason != REASON_NONE)
        return recorder_fail(r, reason, 0);
    job->epoch = r->epoch;
    job->verdict = ending->verdict;
    job->evidence = evidence_of(ending);
    next_epoch(r);
    if (r->behind.started && ending->verdict == VRRL_VERDICT_COMPLETE)
        recorder_behind_hand_over(r);
    else
        recorder_do_job(r);
    if (ending->verdict != VRRL_VERDICT_COMPLETE)
        recorder_stop(r, REASON_INCOMPLETE, 0);
    return recorder_tell(r);
}

vrrl_code vrrl_recorder_end(vrrl_recorder *r, const vrrl_recorder_ending *ending)
{
    static const vrrl_recorder_ending completed = {.verdict = VRRL_VERDICT_COMPLETE};
    if (recorder_runs(r) && !recorder_behind_wait(r)) {
        vrrl_error err;
        error_set(&err, VRRL_BUSY, "Fix: look after the disk, or allow it more patience.",
                  "%.256s: the end of epoch %llu was not written in %u ms", r->folder.directory,
                  (unsigned long long)load_relaxed(&r->shared->epochs), r->options.patience_ms);
        recorder_stop_with(r, &err);
    }
    if (!recorder_runs(r))
        return recorder_tell(r);
    return end_epoch(r, ending ? ending : &completed);
}
