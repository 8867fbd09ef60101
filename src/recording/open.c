/* Opens a recording: log and companion become a program and the outcome of each slot. */
#include "recording/frames.h"
#include "recording/recording.h"

#include "base/array.h"
#include "base/printable.h"
#include "vrrl/log.h"
#include "vrrl/opcode.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* What is known while records go by. */
struct builder {
    vrrl_recording *recording;
    const char *log_path;
    json_t *symbols;
    uint32_t *position_of; /* by ring index: position in the epoch's outcomes; of this epoch only */
    uint32_t *epoch_of;    /* by ring index: 1 + the epoch in which it was last published */
    uint32_t next_index;   /* the ring index that the host publishes into next */
};

static vrrl_code corrupt(const struct builder *b, uint64_t index, const char *what, vrrl_error *err)
{
    return error_set(err, VRRL_CORRUPT, "Fix: the recording is damaged; record it again.",
                     "%s: record %llu: %s", b->log_path, (unsigned long long)index, what);
}

/* ---- One record ------------------------------------------------------------------------------ */

static vrrl_code begin_epoch(struct builder *b, vrrl_error *err)
{
    vrrl_recording *r = b->recording;
    uint32_t batch;
    vrrl_code code = array_room(r->epochs, r->epoch_count, r->epoch_room, 1, err);
    if (code == VRRL_OK)
        code = vrrl_program_begin_batch(r->program, &batch, err);
    if (code == VRRL_OK)
        code = vrrl_program_begin_epoch(r->program, batch, err);
    if (code == VRRL_OK)
        r->epochs[r->epoch_count++] = (struct recorded_epoch){.first_slot = r->outcome_count};
    return code;
}

static vrrl_code make_slot(struct builder *b, const struct companion_entry *entry, uint32_t queue,
                           vrrl_slot *slot, vrrl_error *err)
{
    const uint32_t *args = entry->words + VRRL_SLOT_ARG0;
    uint32_t count = b->recording->program->geometry.slot_words - VRRL_SLOT_ARG0;
    while (count > 0 && args[count - 1] == 0)
        count--;
    *slot = (vrrl_slot){.opcode = entry->words[VRRL_SLOT_OPCODE],
                        .tenant = entry->words[VRRL_SLOT_TENANT],
                        .queue = queue,
                        .arg_count = count};
    return vrrl_program_add_words(b->recording->program, args, count, &slot->args, err);
}

static vrrl_code add_prologue(struct builder *b, uint64_t index,
                              const struct companion_entry *entry, vrrl_error *err)
{
    vrrl_slot slot;
    if (b->recording->epochs[b->recording->epoch_count - 1].slot_count > 0)
        return corrupt(b, index, "a prologue's slot after the batch began", err);
    vrrl_code code = make_slot(b, entry, VRRL_NO_WORKER, &slot, err);
    return code == VRRL_OK ? vrrl_program_add_prologue(b->recording->program, &slot, err) : code;
}

static vrrl_code add_publish(struct builder *b, uint64_t index, const vrrl_record *record,
                             const struct companion_entry *entry, vrrl_error *err)
{
    vrrl_recording *r = b->recording;
    struct recorded_epoch *epoch = &r->epochs[r->epoch_count - 1];
    const vrrl_program *program = r->program;
    if (record->slot_idx != b->next_index)
        return corrupt(b, index, "not published into the next ring position", err);
    if (program->model.kind != VRRL_MODEL_POOL && entry->worker >= program->model.queues)
        return corrupt(b, index, "a queue that the machine does not have", err);
    b->next_index = (b->next_index + 1) % program->geometry.ring_slots;
    vrrl_slot slot;
    vrrl_code code = make_slot(b, entry, entry->worker, &slot, err);
    if (code == VRRL_OK)
        code = vrrl_program_add_text(
            r->program, symbols_label(b->symbols, r->epoch_count - 1, epoch->slot_count),
            &slot.label, err);
    if (code == VRRL_OK)
        code = vrrl_program_add_slot(r->program, &slot, err);
    if (code == VRRL_OK)
        code = array_room(r->outcomes, r->outcome_count, r->outcome_room, 1, err);
    if (code != VRRL_OK)
        return code;
    b->position_of[record->slot_idx] = epoch->slot_count;
    b->epoch_of[record->slot_idx] = r->epoch_count;
    epoch->slot_count++;
    r->outcomes[r->outcome_count++] = (struct slot_outcome){.index = record->slot_idx,
                                                            .opcode = slot.opcode,
                                                            .tenant = slot.tenant,
                                                            .status = VRRL_STATUS_PUBLISHED,
                                                            .worker = entry->worker};
    return VRRL_OK;
}

static vrrl_code add_completion(struct builder *b, uint64_t index, const vrrl_record *record,
                                const struct companion_entry *entry, vrrl_error *err)
{
    vrrl_recording *r = b->recording;
    if (record->slot_idx >= r->program->geometry.ring_slots ||
        b->epoch_of[record->slot_idx] != r->epoch_count)
        return corrupt(b, index, "the end of a slot that was not published in this epoch", err);
    struct recorded_epoch *epoch = &r->epochs[r->epoch_count - 1];
    struct slot_outcome *outcome =
        &r->outcomes[epoch->first_slot + b->position_of[record->slot_idx]];
    if (outcome->completion_order != 0)
        return corrupt(b, index, "a slot ends twice", err);
    outcome->status = record->slot_status;
    outcome->worker = entry->worker;
    outcome->claim_order = entry->claim_order;
    outcome->completion_order = entry->completion_order;
    outcome->result_fold = entry->result_fold;
    outcome->order_fold = entry->order_fold;
    outcome->claimed_after = entry->claimed_after;
    return VRRL_OK;
}

/* Whether the log and the companion tell of the same slot. */
static bool same_slot(const vrrl_record *record, const uint32_t *words)
{
    return record->tenant_id == words[VRRL_SLOT_TENANT] &&
           record->opcode == words[VRRL_SLOT_OPCODE] &&
           memcmp(record->args, words + VRRL_SLOT_ARG0, sizeof record->args) == 0;
}

static vrrl_code add_record(struct builder *b, uint64_t index, const vrrl_record *record,
                            const struct companion_entry *entry, vrrl_error *err)
{
    vrrl_recording *r = b->recording;
    if (!same_slot(record, entry->words))
        return corrupt(b, index, "the record and its companion entry are of different slots", err);
    if (record->epoch == r->epoch_count) {
        vrrl_code code = begin_epoch(b, err);
        if (code != VRRL_OK)
            return code;
    } else if (r->epoch_count == 0 || record->epoch != r->epoch_count - 1) {
        return corrupt(b, index, "epochs do not follow each other", err);
    }
    switch (entry->kind) {
    case ENTRY_HOST:
        return add_prologue(b, index, entry, err);
    case ENTRY_PUBLISH:
        return add_publish(b, index, record, entry, err);
    case ENTRY_COMPLETION:
        return add_completion(b, index, record, entry, err);
    default:
        return corrupt(b, index, "a companion entry of no known kind", err);
    }
}

/* ---- All records ----------------------------------------------------------------------------- */

/* What reads the log and the companion side by side. */
struct record_reader {
    vrrl_reader *log;
    struct companion_reader companion;
    const char *companion_path;
    bool at_end; /* an unfinished recording's: nothing after this record counts */
};

/* A record at its place, or *at_end where a process that was cut off had got to: an entry that is
 * not its record's, or records missing before it. In a finished recording either is damage. */
static vrrl_code read_record(struct builder *b, struct record_reader *in, uint64_t index,
                             const vrrl_raw_record *raw, vrrl_error *err)
{
    vrrl_record record;
    struct companion_entry entry;
    bool valid;
    vrrl_raw_decode(raw, &record);
    vrrl_code code =
        companion_get(&in->companion, in->companion_path, index, &record, &entry, &valid, err);
    if (code != VRRL_OK)
        return code;
    bool in_sequence = valid && entry.sequence == index + 1 && index == b->recording->info.records;
    if (!in_sequence && !b->recording->manifest.finished) {
        in->at_end = true;
        return VRRL_OK;
    }
    if (!valid)
        return corrupt(b, index, "the companion's checksum does not hold", err);
    if (!in_sequence)
        return corrupt(b, index, "the sequence of records has a gap", err);
    b->recording->info.records++;
    return add_record(b, index, &record, &entry, err);
}

/* Reads the records before the cursor, or those from it on. */
static vrrl_code read_part(struct builder *b, struct record_reader *in, bool before,
                           vrrl_error *err)
{
    vrrl_code code = vrrl_reader_rewind(in->log, err);
    uint64_t cursor = vrrl_reader_cursor(in->log);
    while (code == VRRL_OK && !in->at_end) {
        const vrrl_raw_record *raw;
        code = vrrl_reader_next(in->log, &raw, err);
        if (code != VRRL_OK || !raw)
            break;
        uint64_t index = vrrl_reader_index(in->log);
        if ((index < cursor) == before)
            code = read_record(b, in, index, raw, err);
    }
    return code;
}

/* A recording's log never wraps, so its records stand in the order of their index. The cursor does
 * not count: a process that was killed between a record and the cursor leaves it one behind. */
static vrrl_code read_records(struct builder *b, struct record_reader *in, vrrl_error *err)
{
    vrrl_code code = read_part(b, in, true, err);
    return code == VRRL_OK ? read_part(b, in, false, err) : code;
}

static vrrl_code read_log(struct builder *b, const char *companion_path, vrrl_error *err)
{
    const struct manifest *m = &b->recording->manifest;
    struct record_reader in = {.companion_path = companion_path};
    vrrl_code code = vrrl_reader_open(b->log_path, 0, &in.log, err);
    if (code != VRRL_OK)
        return code;
    code = companion_open(&in.companion, companion_path, err);
    if (code == VRRL_OK) {
        if (memcmp(in.companion.id, m->id, RECORDING_ID_BYTES) != 0 ||
            in.companion.slot_words != b->recording->program->geometry.slot_words ||
            in.companion.capacity != vrrl_reader_capacity(in.log) ||
            in.companion.capacity != m->log_capacity)
            code = error_set(err, VRRL_CORRUPT, "Fix: the files are of different recordings.",
                             "%s does not belong to the manifest and the log beside it",
                             companion_path);
        else
            code = read_records(b, &in, err);
        companion_reader_close(&in.companion);
    }
    vrrl_reader_close(in.log);
    return code;
}

/* ---- The whole ------------------------------------------------------------------------------- */

static bool ends_with_fence(const vrrl_recording *r, uint32_t epoch)
{
    const vrrl_batch *batch = &r->program->batches[epoch];
    return batch->count > 0 &&
           r->program->slots[batch->first + batch->count - 1].opcode == VRRL_OPCODE_BATCH_FENCE;
}

/* The host's fence is an epoch's last slot: programs do not list it. */
static vrrl_code drop_fences(struct builder *b, vrrl_error *err)
{
    vrrl_recording *r = b->recording;
    for (uint32_t e = 0; e < r->epoch_count; e++) {
        if (!ends_with_fence(r, e))
            return error_set(err, VRRL_CORRUPT, "Fix: the recording is damaged; record it again.",
                             "%s: epoch %u does not end with its fence", b->log_path, e);
        r->program->batches[e].count--;
    }
    return VRRL_OK;
}

static void keep_epochs(vrrl_recording *r, uint32_t count)
{
    r->epoch_count = r->program->epoch_count = r->program->batch_count = count;
    r->info.epochs = count;
}

/* A machine that went down has written what it had of the log, its companion and the pages in any
 * order: of an unfinished recording the epochs count that can be read, up to the first that cannot. */
static vrrl_code keep_readable_epochs(vrrl_recording *r, vrrl_error *err)
{
    struct recorded_stream *stream;
    const struct observation *next;
    vrrl_error why = {0};
    uint32_t count = 0;
    vrrl_code code = recorded_stream_open(r, &stream, err);
    if (code != VRRL_OK)
        return code;
    while ((code = recorded_stream_next(stream, &next, &why)) == VRRL_OK && next)
        count++;
    recorded_stream_close(stream);
    keep_epochs(r, count);
    if (code == VRRL_OK || code == VRRL_CORRUPT)
        return VRRL_OK;
    if (err)
        *err = why;
    return code;
}

/* A finished recording has what its manifest says; of an unfinished one the epochs count whose end
 * is there. */
static vrrl_code keep_ended_epochs(vrrl_recording *r, uint32_t ended, vrrl_error *err)
{
    const struct manifest *m = &r->manifest;
    if (m->finished &&
        (ended != r->epoch_count || m->epochs != ended || m->records != r->info.records))
        return error_set(err, VRRL_CORRUPT, "Fix: the recording is damaged; record it again.",
                         "%s: the manifest says %u epochs and %llu records, the log has %u and "
                         "%llu, " RECORDING_PAGES " the ends of %u",
                         r->path, m->epochs, (unsigned long long)m->records, r->epoch_count,
                         (unsigned long long)r->info.records, ended);
    if (ended < r->epoch_count)
        r->epoch_count = ended;
    while (!m->finished && r->epoch_count > 0 && !ends_with_fence(r, r->epoch_count - 1))
        r->epoch_count--; /* a machine that went down: pages were on disk before the log was */
    keep_epochs(r, r->epoch_count);
    return m->finished ? VRRL_OK : keep_readable_epochs(r, err);
}

static vrrl_code count_ended_epochs(const vrrl_recording *r, uint32_t *ended, vrrl_error *err)
{
    char path[PATH_MAX];
    struct frame_reader pages;
    vrrl_code code = recording_file(path, r->path, RECORDING_PAGES, err);
    if (code == VRRL_OK)
        code = frame_reader_open(&pages, path, err);
    if (code != VRRL_OK)
        return code;
    code = frame_count(&pages, path, ended, err);
    frame_reader_close(&pages);
    return code;
}

/* The snapshot is the last file to appear before the first record. */
static vrrl_code not_begun(const char *path, vrrl_error *err)
{
    return error_set(err, VRRL_INVALID, "Fix: remove it, and record again.",
                     "%s: its process was killed before it had recorded anything", path);
}

static vrrl_code take_snapshot(vrrl_recording *r, const struct byte_buffer *payload,
                               const char *path, vrrl_error *err)
{
    vrrl_program *program = r->program;
    const vrrl_geometry *g = &program->geometry;
    uint32_t words = program->layout.total_words;
    if (payload->size != snapshot_payload_bytes(words))
        return error_set(err, VRRL_CORRUPT, "Fix: the recording is damaged; record it again.",
                         "%s: a snapshot of %zu bytes, the machine's has %llu", path, payload->size,
                         (unsigned long long)snapshot_payload_bytes(words));
    uint32_t *arena = malloc(4 * (size_t)words);
    if (!arena)
        return error_no_memory(err, 4 * (uint64_t)words);
    vrrl_code code = snapshot_decode(payload, r->manifest.id, arena, words, path, err);
    if (code == VRRL_OK) {
        memcpy(program->initial, arena + program->layout.user_base, 4 * (size_t)g->user_words);
        memcpy(program->tenant_masks, arena + program->layout.tenant_base, 4 * (size_t)g->tenants);
        memcpy(program->quotas, arena + VRRL_WORD_QUOTA, sizeof program->quotas);
    }
    free(arena);
    return code;
}

static vrrl_code load_snapshot(vrrl_recording *r, vrrl_error *err)
{
    uint64_t limit = snapshot_payload_bytes(r->program->layout.total_words);
    uint32_t epoch;
    char path[PATH_MAX];
    struct frame_reader reader;
    bool found = false;
    vrrl_error why = {0};
    vrrl_code code = recording_file(path, r->path, RECORDING_SNAPSHOT, err);
    if (code == VRRL_OK)
        code = frame_reader_open(&reader, path, &why);
    if (code != VRRL_OK) {
        if (!r->manifest.finished && why.sys_errno == ENOENT)
            return not_begun(r->path, err);
        if (err && why.code != VRRL_OK)
            *err = why;
        return code;
    }
    code = frame_get(&reader, path, FRAME_SNAPSHOT, limit, &epoch, &found, err);
    if (code == VRRL_OK && !found)
        code = r->manifest.finished
                   ? error_set(err, VRRL_CORRUPT, "Fix: the recording is damaged; record it again.",
                               "%s has no whole snapshot", path)
                   : not_begun(r->path, err);
    if (code == VRRL_OK)
        code = take_snapshot(r, &reader.raw, path, err);
    frame_reader_close(&reader);
    return code;
}

/* What the log and the snapshot say to run must be what the recorder ran. */
static vrrl_code check_digest(const vrrl_recording *r, vrrl_error *err)
{
    uint8_t digest[DIGEST_BYTES];
    if (!r->manifest.finished)
        return VRRL_OK;
    vrrl_program_digest(r->program, digest);
    if (memcmp(digest, r->manifest.recorded_digest, DIGEST_BYTES) != 0)
        return error_set(err, VRRL_CORRUPT, "Fix: the recording is damaged; record it again.",
                         "%s: what the log says to run is not what the manifest says was run",
                         r->path);
    return VRRL_OK;
}

static vrrl_code read_everything(struct builder *b, vrrl_error *err)
{
    vrrl_recording *r = b->recording;
    char log_path[PATH_MAX], companion_path[PATH_MAX];
    uint32_t ring_slots = r->program->geometry.ring_slots, ended = 0;
    b->log_path = log_path;
    b->position_of = calloc(ring_slots, sizeof *b->position_of);
    b->epoch_of = calloc(ring_slots, sizeof *b->epoch_of);
    if (!b->position_of || !b->epoch_of)
        return error_no_memory(err, 8ull * ring_slots);
    vrrl_code code = recording_file(log_path, r->path, RECORDING_LOG, err);
    if (code == VRRL_OK)
        code = recording_file(companion_path, r->path, RECORDING_COMPANION, err);
    if (code == VRRL_OK)
        code = read_log(b, companion_path, err);
    if (code == VRRL_OK)
        code = count_ended_epochs(r, &ended, err);
    if (code == VRRL_OK)
        code = keep_ended_epochs(r, ended, err);
    if (code == VRRL_OK)
        code = drop_fences(b, err);
    return code == VRRL_OK ? check_digest(r, err) : code;
}

static bool is_partial(const char *path)
{
    struct stat status;
    size_t length = strlen(path), suffix = sizeof RECORDING_PARTIAL - 1;
    return length > suffix && strcmp(path + length - suffix, RECORDING_PARTIAL) == 0 &&
           stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static vrrl_code load_manifest(vrrl_recording *r, vrrl_error *err)
{
    vrrl_error why = {0};
    vrrl_code code = manifest_read(r->path, &r->manifest, r->program, &r->manifest_json,
                                   &r->info.tool_version, &why);
    if (code == VRRL_OK)
        return code;
    if (why.sys_errno == ENOENT && is_partial(r->path))
        return not_begun(r->path, err);
    if (err)
        *err = why;
    return code;
}

/* "a/b/" and "a/b" are one recording. */
static vrrl_code set_path(vrrl_recording *r, const char *path, vrrl_error *err)
{
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/')
        length--;
    if (length >= sizeof r->path)
        return error_set(err, VRRL_TOO_LARGE, "Fix: choose a shorter path.",
                         "the path is too long");
    memcpy(r->path, path, length);
    return VRRL_OK;
}

static vrrl_code fill_info(vrrl_recording *r, vrrl_error *err)
{
    vrrl_text backend = 0, version = 0;
    vrrl_code code = vrrl_program_add_text(r->program, r->manifest.backend, &backend, err);
    if (code == VRRL_OK)
        code = vrrl_program_add_text(r->program, r->info.tool_version, &version, err);
    /* Reports print names as they are, and a recording may come from anywhere. */
    if (r->program->text_size > 0)
        make_printable(r->program->text, r->program->text_size - 1, false);
    r->info.path = r->path;
    r->info.program_name = vrrl_program_text(r->program, r->program->name);
    r->info.backend = vrrl_program_text(r->program, backend);
    r->info.tool_version = vrrl_program_text(r->program, version);
    r->info.workers = r->manifest.workers;
    r->info.claim = r->manifest.claim;
    r->info.seed = r->manifest.seed;
    r->info.schedule = r->manifest.schedule;
    r->info.finished = r->manifest.finished;
    r->info.verdict = r->manifest.verdict;
    return code;
}

static vrrl_code open_recording(vrrl_recording *r, const char *path, vrrl_error *err)
{
    struct builder builder = {.recording = r};
    vrrl_code code = set_path(r, path, err);
    if (code == VRRL_OK)
        code = vrrl_program_create(&r->program, err);
    if (code == VRRL_OK)
        code = load_manifest(r, err);
    if (code == VRRL_OK)
        code = load_snapshot(r, err);
    if (code == VRRL_OK)
        code = symbols_read(r->path, r->program, &builder.symbols, err);
    if (code == VRRL_OK)
        code = read_everything(&builder, err);
    if (code == VRRL_OK)
        code = fill_info(r, err);
    json_decref(builder.symbols);
    free(builder.position_of);
    free(builder.epoch_of);
    return code;
}

vrrl_code vrrl_recording_open(const char *path, vrrl_recording **out, vrrl_error *err)
{
    *out = NULL;
    vrrl_recording *r = calloc(1, sizeof *r);
    if (!r)
        return error_no_memory(err, sizeof *r);
    vrrl_code code = open_recording(r, path, err);
    if (code != VRRL_OK) {
        vrrl_recording_close(r);
        return code;
    }
    *out = r;
    return VRRL_OK;
}

void vrrl_recording_close(vrrl_recording *r)
{
    if (!r)
        return;
    vrrl_program_free(r->program);
    json_decref(r->manifest_json);
    free(r->outcomes);
    free(r->epochs);
    free(r);
}

const vrrl_recording_info *vrrl_recording_info_of(const vrrl_recording *r)
{
    return &r->info;
}

const vrrl_program *vrrl_recording_program(const vrrl_recording *r)
{
    return r->program;
}
