/* Runs a program and writes its recording: a sink that the host reports to. */
#include "recording/recording.h"

#include "base/clock.h"
#include "base/options.h"
#include "base/sync.h"
#include "log/record_format.h"
#include "program/expect.h"
#include "recording/capacity.h"
#include "recording/folder.h"
#include "recording/intervals.h"
#include "recording/json_files.h"
#include "recording/kept_records.h"
#include "recording/manifest.h"
#include "recording/payloads.h"
#include "recording/symbols.h"
#include "run/observed.h"
#include "run/recovery.h"
#include "vrrl/log/log.h"
#include "vrrl/run/opcode.h"

#include <string.h>
#include <sys/stat.h>

enum { DEFAULT_EPOCH_PAGE_BYTES = 256 << 20, DEFAULT_FAILURES = 4096 };
/* A wall clock read costs as much as a record: one serves so many records, each a nanosecond on. An
 * epoch's first record and its fence's end have the time of their own. */
enum { RECORDS_PER_CLOCK_READ = 64 };
/* At the level group. */
#define SYNC_INTERVAL_NS 100000000u

struct recorder {
    const vrrl_program *program;
    vrrl_host *host;
    vrrl_log *log;
    vrrl_log *failures; /* may be NULL */
    vrrl_record_options limits;
    struct companion_writer companion;
    struct intervals *intervals;
    struct intervals_limits kept;
    struct observer observer;
    struct byte_buffer payload;
    struct manifest manifest;
    uint64_t synced_at_ns; /* steady */
    uint64_t last_timestamp_ns;
    uint32_t until_clock_read; /* records until the wall clock is read again */
    uint64_t record_count;
    const vrrl_run_options *options;
    bool cut_inside; /* of an epoch */
    struct recovery recovery;
    uint64_t faults_before; /* the epoch under way */
    bool stopped;           /* by an error of the backend, of which there is a record */
    vrrl_record_summary *summary;
    struct recording_folder folder;
    char companion_path[PATH_MAX], log_path[PATH_MAX];
};

/* ---- The hot path ---------------------------------------------------------------------------- */

/* Strictly increasing, so that a live reader can tell two laps of one position apart. */
static uint64_t next_timestamp(struct recorder *r)
{
    uint64_t next = r->last_timestamp_ns + 1;
    if (r->until_clock_read == 0) {
        uint64_t now = clock_wall_ns();
        if (now > next)
            next = now;
        r->until_clock_read = RECORDS_PER_CLOCK_READ;
    }
    r->until_clock_read--;
    return r->last_timestamp_ns = next;
}

static vrrl_code append(struct recorder *r, uint32_t epoch, uint32_t index,
                        const struct vrrl_evidence *evidence, struct companion_entry *entry,
                        vrrl_error *err)
{
    const uint32_t *words = entry->words;
    vrrl_record record = {.timestamp_ns = next_timestamp(r),
                          .slot_idx = index,
                          .tenant_id = words[VRRL_SLOT_TENANT],
                          .opcode = words[VRRL_SLOT_OPCODE],
                          .epoch = epoch};
    for (size_t i = 0; i < VRRL_RECORD_ARGS; i++)
        record.args[i] = words[VRRL_SLOT_ARG0 + i];
    if (evidence)
        vrrl_record_set_evidence(&record, evidence);
    entry->sequence = ++r->record_count;
    companion_put(&r->companion, vrrl_log_cursor(r->log), entry, &record);
    vrrl_code code = vrrl_log_append_kept(r->log, r->failures, &record);
    if (code == VRRL_OK)
        return code;
    code = vrrl_log_sync(r->log, err); /* it tells the reason */
    return code == VRRL_OK ? vrrl_log_sync(r->failures, err) : code;
}

static vrrl_code on_prologue(void *context, uint32_t epoch, const uint32_t *words, vrrl_error *err)
{
    static const vrrl_evidence done = {.slot_status = VRRL_STATUS_DONE};
    struct companion_entry entry = {.kind = ENTRY_HOST, .worker = VRRL_HOST_WORKER, .words = words};
    return append(context, epoch, VRRL_NO_INDEX, &done, &entry, err);
}

static vrrl_code on_publish(void *context, uint32_t epoch, uint32_t index, uint32_t queue,
                            const uint32_t *words, vrrl_error *err)
{
    struct recorder *r = context;
    struct companion_entry entry = {.kind = ENTRY_PUBLISH, .worker = queue, .words = words};
    vrrl_code code = observer_publish(&r->observer, epoch, index, queue, words, err);
    return code == VRRL_OK ? append(r, epoch, index, NULL, &entry, err) : code;
}

/* How a slot that ended is told in the log. A fault is the program's: the machine refused it. */
static vrrl_evidence evidence_of(const struct recorder *r, const uint32_t *words)
{
    static const vrrl_backend_error fault = {.id = VRRL_BACKEND_ERROR_INVALID_PROGRAM};
    uint32_t status = words[VRRL_SLOT_STATUS];
    vrrl_evidence evidence =
        vrrl_evidence_of(status, status == VRRL_STATUS_FAULT ? &fault : NULL, NULL, 0);
    if (words[VRRL_SLOT_OPCODE] == VRRL_OPCODE_BATCH_FENCE && r->observer.observation.state)
        evidence.output_digest = digest_head(r->observer.state.digest);
    return evidence;
}

static vrrl_code on_complete(void *context, uint32_t epoch, uint32_t index, const uint32_t *words,
                             const vrrl_ticket *ticket, vrrl_error *err)
{
    struct recorder *r = context;
    observer_complete(&r->observer, index, words, ticket);
    vrrl_evidence evidence = evidence_of(r, words);
    if (words[VRRL_SLOT_STATUS] == VRRL_STATUS_FAULT)
        r->summary->faults++;
    struct companion_entry entry = {.kind = ENTRY_COMPLETION,
                                    .worker = ticket->worker,
                                    .claim_order = ticket->claim_order,
                                    .completion_order = ticket->completion_order,
                                    .result_fold = ticket->result_fold,
                                    .order_fold = ticket->order_fold,
                                    .claimed_after = ticket->claimed_after,
                                    .words = words};
    return append(r, epoch, index, &evidence, &entry, err);
}

/* ---- The end of an epoch --------------------------------------------------------------------- */

static void count_expectations(struct recorder *r, uint32_t epoch)
{
    vrrl_record_summary *s = r->summary;
    vrrl_expectation_failure first;
    uint64_t failures = expectations_check(r->program, epoch, vrrl_host_arena(r->host), &first);
    if (failures > 0 && s->expectation_failures == 0)
        s->first_failure = first;
    s->expectation_failures += failures;
}

static vrrl_code on_observe(void *context, const vrrl_epoch_result *result, vrrl_error *err)
{
    struct recorder *r = context;
    r->cut_inside = result->verdict == VRRL_VERDICT_HANG && run_is_cut(r->options);
    if (r->cut_inside)
        return VRRL_OK; /* an epoch without an end, as a process that was killed leaves it */
    vrrl_code code = observer_observe(&r->observer, r->host, result, err);
    if (code != VRRL_OK)
        return code;
    count_expectations(r, result->epoch);
    r->until_clock_read = 0;
    r->payload.size = 0;
    epoch_encode(&r->payload, &r->observer.observation, r->limits.epoch_page_bytes);
    return intervals_put(r->intervals, result->epoch, &r->payload, err);
}

static vrrl_code sync_log(vrrl_log *log, vrrl_error *err)
{
    bool synced = !log || vrrl_log_durable(log) == vrrl_log_appended(log);
    return synced ? VRRL_OK : vrrl_log_sync(log, err);
}

/* The log last: its cursor then tells of no record whose entry or epoch is not there. */
static vrrl_code sync_files(struct recorder *r, vrrl_error *err)
{
    vrrl_code code = companion_writer_sync(&r->companion, r->companion_path, err);
    if (code == VRRL_OK)
        code = intervals_sync(r->intervals, err);
    if (code == VRRL_OK)
        code = sync_log(r->log, err);
    if (code == VRRL_OK)
        code = sync_log(r->failures, err);
    r->synced_at_ns = clock_steady_ns();
    return code;
}

static bool sync_is_due(const struct recorder *r)
{
    if (r->limits.durability == VRRL_DURABILITY_GROUP)
        return clock_steady_ns() - r->synced_at_ns >= SYNC_INTERVAL_NS;
    return r->limits.durability == VRRL_DURABILITY_ORDERED;
}

/* Before the next epoch, while memory rests. */
static vrrl_code keep_interval(struct recorder *r, uint32_t next_epoch, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    if (next_epoch == r->program->epoch_count)
        return VRRL_OK;
    if (intervals_due(r->intervals, next_epoch, r->record_count, 1))
        code = intervals_take(r->intervals, vrrl_host_arena(r->host), next_epoch, r->record_count,
                              err);
    return code == VRRL_OK ? intervals_make_room(r->intervals, r->record_count, err) : code;
}

static vrrl_code on_end(void *context, const vrrl_epoch_result *result, vrrl_error *err)
{
    struct recorder *r = context;
    r->summary->run_ns += result->elapsed_ns;
    if (r->cut_inside)
        return VRRL_OK;
    r->summary->epochs++;
    r->summary->slots += result->slot_count;
    r->faults_before = r->summary->faults;
    r->until_clock_read = 0;
    r->observer.observation.state = NULL; /* until the next epoch was observed */
    observer_next_epoch(&r->observer);
    vrrl_code code = VRRL_OK;
    if (result->verdict == VRRL_VERDICT_COMPLETE)
        code = keep_interval(r, result->epoch + 1, err);
    return code == VRRL_OK && sync_is_due(r) ? sync_files(r, err) : code;
}

/* ---- A backend that reports an error --------------------------------------------------------- */

/* What the epoch has recorded is void; its records stay, with what the backend said. */
static vrrl_code on_recovery(void *context, const vrrl_recovery *what, vrrl_error *err)
{
    struct recorder *r = context;
    const uint32_t words[VRRL_SLOT_WORDS_MAX] = {[VRRL_SLOT_STATUS] = VRRL_STATUS_PUBLISHED,
                                                 [VRRL_SLOT_OPCODE] = OPCODE_OF_NO_SLOT,
                                                 [VRRL_SLOT_ARG0] = what->decision,
                                                 [VRRL_SLOT_ARG0 + 1] = what->attempt,
                                                 [VRRL_SLOT_ARG0 + 2] = what->delay_ms};
    struct companion_entry entry = {.kind = ENTRY_VOID, .worker = VRRL_HOST_WORKER, .words = words};
    vrrl_code code = append(r, what->epoch, VRRL_NO_INDEX, &what->evidence, &entry, err);
    observer_next_epoch(&r->observer);
    r->until_clock_read = 0;
    r->stopped = what->decision == VRRL_RECOVERY_DECISION_STOPS;
    r->summary->faults = r->faults_before;
    if (r->limits.recovered)
        r->limits.recovered(r->limits.recovered_context, what);
    return code;
}

/* ---- Starting and finishing ------------------------------------------------------------------ */

/* All files have their names when the run begins. */
static vrrl_code sync_names(struct recorder *r, vrrl_error *err)
{
    r->synced_at_ns = clock_steady_ns();
    if (r->limits.durability == VRRL_DURABILITY_PROCESS)
        return VRRL_OK;
    vrrl_code code = sync_folder(r->folder.directory, err);
    return code == VRRL_OK ? sync_name(r->folder.directory, err) : code;
}

/* The first snapshot is the last file to appear: who finds none finds nothing recorded. */
static vrrl_code on_started(void *context, vrrl_host *host, vrrl_error *err)
{
    struct recorder *r = context;
    r->host = host;
    r->recovery = (struct recovery){r->limits.retries, on_recovery, r};
    host->recovery = r->limits.retries > 0 ? &r->recovery : NULL;
    vrrl_code code = intervals_begin(r->intervals, vrrl_host_arena(host), err);
    return code == VRRL_OK ? sync_names(r, err) : code;
}

static vrrl_code name_files(struct recorder *r, const char *path, vrrl_error *err)
{
    vrrl_code code = recording_folder_name(&r->folder, path, err);
    if (code == VRRL_OK)
        code = recording_file(r->companion_path, r->folder.directory, RECORDING_COMPANION, err);
    if (code == VRRL_OK)
        code = recording_file(r->log_path, r->folder.directory, RECORDING_LOG, err);
    return code;
}

/* Synced at the ends of epochs. At ordered half of a log may be in doubt in between: who follows it
 * allows for no more. */
static vrrl_code open_log(const struct recorder *r, const char *path, uint64_t capacity,
                          vrrl_log **log, vrrl_error *err)
{
    vrrl_log_options options = {.size = sizeof options, .durability = r->limits.durability};
    if (options.durability == VRRL_DURABILITY_ORDERED)
        options.batch_records = capacity > 1 ? capacity / 2 : 1;
    return vrrl_log_open_with(path, capacity, &options, log, err);
}

static vrrl_code open_failures(struct recorder *r, vrrl_error *err)
{
    if (!r->limits.failures_path)
        return VRRL_OK;
    return open_log(r, r->limits.failures_path, r->limits.failures_capacity, &r->failures, err);
}

static vrrl_code add_size(const struct recorder *r, const char *name, uint64_t times,
                          uint64_t *bytes, vrrl_error *err)
{
    char path[PATH_MAX];
    struct stat status;
    vrrl_code code = recording_file(path, r->folder.directory, name, err);
    if (code == VRRL_OK && stat(path, &status) != 0)
        code = error_errno(err, "stat", path, NULL);
    if (code == VRRL_OK)
        *bytes += times * (uint64_t)status.st_size;
    return code;
}

/* What is in no interval. In the end the manifest is written anew, with the result, beside the old one. */
static vrrl_code count_other_bytes(struct recorder *r, vrrl_error *err)
{
    enum { RESULT_BYTES = 1024 };
    uint64_t capacity = r->manifest.log_capacity;
    uint64_t entry = companion_entry_bytes(r->program->geometry.slot_words);
    r->kept.other_bytes =
        log_file_bytes(capacity) + COMPANION_HEADER_BYTES + entry * capacity + RESULT_BYTES;
    vrrl_code code = add_size(r, RECORDING_MANIFEST, 2, &r->kept.other_bytes, err);
    if (code == VRRL_OK)
        code = add_size(r, RECORDING_SYMBOLS, 1, &r->kept.other_bytes, err);
    return code;
}

/* A bounded recording has as large a log as there is room for. */
static vrrl_code fit_capacity(struct recorder *r, vrrl_error *err)
{
    vrrl_code code = count_other_bytes(r, err);
    uint64_t taken = r->kept.other_bytes +
                     intervals_least_bytes(r->program->layout.total_words, r->kept.payload_most);
    if (code != VRRL_OK || r->limits.capacity_records || r->limits.max_bytes <= taken)
        return code;
    r->manifest.log_capacity = capacity_enlarge(r->program, &r->limits, r->manifest.log_capacity,
                                                r->limits.max_bytes - taken, &r->kept);
    code = manifest_write(r->folder.directory, &r->manifest, r->program, err);
    return code == VRRL_OK ? count_other_bytes(r, err) : code;
}

static vrrl_code keep_records(void *context, uint32_t epoch, uint64_t first, uint64_t last,
                              vrrl_error *err)
{
    const struct recorder *r = context;
    return kept_records_write(r->folder.directory, epoch, r->log, &r->companion, first, last,
                              r->kept.durable, err);
}

static vrrl_code create_observer(struct recorder *r, vrrl_error *err)
{
    struct observed_state state;
    const vrrl_geometry *geometry = &r->program->geometry;
    vrrl_code code = observed_state_of(r->program, &state, err);
    if (code == VRRL_OK)
        code = observer_create(&r->observer, &state, geometry->ring_slots, err);
    r->kept.durable = r->limits.durability != VRRL_DURABILITY_PROCESS;
    r->kept.keep_records = r->limits.keep_all ? keep_records : NULL;
    r->kept.context = r;
    if (code == VRRL_OK)
        r->kept.payload_most =
            epoch_payload_most(&r->observer.state, geometry, r->limits.epoch_page_bytes);
    return code;
}

/* Small files first: whether there is room for the large ones is known then. */
static vrrl_code create_files(struct recorder *r, vrrl_error *err)
{
    const vrrl_geometry *geometry = &r->program->geometry;
    vrrl_code code = symbols_write(r->folder.directory, r->program, r->manifest.version, err);
    if (code == VRRL_OK)
        code = manifest_write(r->folder.directory, &r->manifest, r->program, err);
    if (code == VRRL_OK)
        code = create_observer(r, err);
    if (code == VRRL_OK)
        code = fit_capacity(r, err);
    if (code == VRRL_OK)
        code = intervals_create(r->folder.directory, r->manifest.id, r->program->layout.total_words,
                                &r->kept, &r->intervals, err);
    if (code == VRRL_OK)
        code = open_log(r, r->log_path, r->manifest.log_capacity, &r->log, err);
    if (code == VRRL_OK)
        code = open_failures(r, err);
    if (code == VRRL_OK)
        code = companion_create(&r->companion, r->companion_path, geometry->slot_words,
                                r->manifest.log_capacity, r->manifest.id, err);
    return code;
}

/* Closes everything, keeping the first error. */
static vrrl_code close_files(struct recorder *r, vrrl_code code, vrrl_error *err)
{
    vrrl_code step = r->log && code == VRRL_OK ? vrrl_log_sync(r->log, err) : code;
    code = step;
    step = vrrl_log_close(r->log, code == VRRL_OK ? err : NULL);
    code = code == VRRL_OK ? step : code;
    step = r->failures && code == VRRL_OK ? vrrl_log_sync(r->failures, err) : code;
    code = step;
    step = vrrl_log_close(r->failures, code == VRRL_OK ? err : NULL);
    code = code == VRRL_OK ? step : code;
    step = companion_writer_close(&r->companion, r->companion_path, code == VRRL_OK ? err : NULL);
    code = code == VRRL_OK ? step : code;
    r->summary->first_epoch = r->intervals ? intervals_first(r->intervals) : 0;
    step = intervals_close(r->intervals, code == VRRL_OK, err);
    code = code == VRRL_OK ? step : code;
    observer_free(&r->observer);
    buffer_free(&r->payload);
    return code;
}

/* The run was cut. Nothing is left behind of one of which no epoch had ended; one that was cut inside of an
 * epoch stays unfinished. */
static vrrl_code finish_cut(struct recorder *r, vrrl_error *err)
{
    r->summary->cut = true;
    r->summary->verdict = VRRL_VERDICT_COMPLETE;
    if (r->summary->epochs > 0)
        return r->cut_inside ? recording_folder_publish(&r->folder, err) : VRRL_OK;
    recording_folder_remove(&r->folder);
    return VRRL_OK;
}

static bool was_cut(const struct recorder *r)
{
    return r->cut_inside ||
           (r->summary->verdict == VRRL_VERDICT_COMPLETE && run_is_cut(r->options) &&
            r->summary->epochs < r->program->epoch_count);
}

static vrrl_code finish_recording(struct recorder *r, vrrl_error *err)
{
    if (was_cut(r)) {
        vrrl_code code = finish_cut(r, err);
        if (code != VRRL_OK || r->cut_inside || r->summary->epochs == 0)
            return code;
    }
    r->manifest.finished = true;
    r->manifest.verdict = r->summary->verdict;
    r->manifest.epochs = r->summary->epochs;
    r->manifest.records = r->record_count;
    vrrl_program recorded =
        *r->program; /* a run that got stuck, or was stopped, has fewer epochs */
    recorded.epoch_count = r->summary->epochs;
    vrrl_program_digest(&recorded, r->manifest.recorded_digest);
    vrrl_code code = manifest_write(r->folder.directory, &r->manifest, r->program, err);
    return code == VRRL_OK ? recording_folder_publish(&r->folder, err) : code;
}

static vrrl_code record_into(struct recorder *r, const vrrl_run_options *options, vrrl_error *err)
{
    const vrrl_sink sink = {.context = r,
                            .prologue = on_prologue,
                            .publish = on_publish,
                            .complete = on_complete,
                            .observe = on_observe,
                            .end = on_end};
    vrrl_code code = create_files(r, err);
    if (code == VRRL_OK)
        code = vrrl_program_run(r->program, options, &sink, on_started, &r->summary->verdict, err);
    code = close_files(r, code, err);
    if (code != VRRL_OK && r->record_count == 0)
        recording_folder_remove(&r->folder);
    if (code != VRRL_OK && r->stopped)
        recording_folder_publish(&r->folder, NULL);
    return code == VRRL_OK ? finish_recording(r, err) : code;
}

/* What the caller gave, with defaults for what was left out. */
static vrrl_code read_options(struct recorder *r, const vrrl_record_options *limits,
                              const vrrl_run_options *given, vrrl_run_options *run, vrrl_error *err)
{
    vrrl_code code = OPTIONS_READ(vrrl_record_options, &r->limits, limits, err);
    if (code == VRRL_OK)
        code = OPTIONS_READ(vrrl_run_options, run, given, err);
    if (code == VRRL_OK && !run->driver)
        code = vrrl_driver_find("reference", &run->driver, err);
    if (r->limits.epoch_page_bytes == 0)
        r->limits.epoch_page_bytes = DEFAULT_EPOCH_PAGE_BYTES;
    if (r->limits.failures_capacity == 0)
        r->limits.failures_capacity = DEFAULT_FAILURES;
    if (code == VRRL_OK && r->limits.keep_all && r->limits.max_bytes)
        code = error_set(err, VRRL_INVALID, "Fix: leave one of them out.",
                         "a recording that keeps all snapshots has no bound");
    run->workers = run->workers ? run->workers : 1;
    run->seed = seed_of_option(run->seed);
    return code;
}

vrrl_code vrrl_record_program(const vrrl_program *program, const char *path,
                              const vrrl_run_options *options, const vrrl_record_options *limits,
                              vrrl_record_summary *summary, vrrl_error *err)
{
    struct recorder r = {.program = program, .summary = summary};
    vrrl_run_options run;
    *summary = (vrrl_record_summary){0};
    vrrl_code code = read_options(&r, limits, options, &run, err);
    if (code == VRRL_OK)
        code = capacity_choose(program, &r.limits, &r.manifest.log_capacity, &r.kept, err);
    if (code == VRRL_OK)
        code = name_files(&r, path, err);
    if (code == VRRL_OK)
        code = recording_folder_make(&r.folder, err);
    if (code != VRRL_OK)
        return code;
    recording_make_id(r.manifest.id);
    r.manifest.version = r.kept.single ? RECORDING_WHOLE_VERSION : RECORDING_WRAPS_VERSION;
    vrrl_program_digest(program, r.manifest.program_digest);
    r.manifest.backend = run.driver->name;
    r.manifest.workers = run.workers;
    r.manifest.claim = run.claim;
    r.manifest.seed = run.seed;
    r.manifest.schedule = run.schedule;
    r.manifest.timeout_ms = run.timeout_ms;
    r.options = &run;
    code = record_into(&r, &run, err);
    summary->records = r.record_count;
    summary->capacity_records = r.manifest.log_capacity;
    return code;
}
