/* Opens a recording: its files become a program and what came of it. */
#include "recording/open_unfinished.h"

#include "base/printable.h"
#include "recording/file_digests.h"
#include "recording/host_names.h"
#include "recording/json_files.h"
#include "recording/manifest.h"
#include "recording/page_reader.h"
#include "recording/read_log.h"
#include "recording/snapshots.h"
#include "recording/stream.h"
#include "recording/symbols.h"
#include "vrrl/run/opcode.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- Epochs ---------------------------------------------------------------------------------- */

/* The host's fence is an epoch's last slot: programs do not list it. */
static vrrl_code drop_fences(vrrl_recording *r, vrrl_error *err)
{
    for (uint32_t e = 0; e < r->kept_count; e++) {
        if (!recording_ends_with_fence(r, e))
            return error_set(err, VRRL_CORRUPT, "Fix: the recording is damaged; record it again.",
                             "%s/" RECORDING_LOG ": epoch %u does not end with its fence", r->path,
                             r->program->first_epoch + e);
        recording_batch(r, e)->count--;
    }
    return VRRL_OK;
}

/* ---- The snapshot ---------------------------------------------------------------------------- */

/* The program takes the memory over where it does not begin with the run. */
static void keep_memory(vrrl_recording *r, uint32_t epoch, uint32_t *arena)
{
    vrrl_program *program = r->program;
    const vrrl_geometry *g = &program->geometry;
    memcpy(program->initial, arena + program->layout.user_base, 4 * (size_t)g->user_words);
    memcpy(program->tenant_masks, arena + program->layout.tenant_base, 4 * (size_t)g->tenants);
    memcpy(program->quotas, arena + VRRL_WORD_QUOTA, sizeof program->quotas);
    program->first_epoch = epoch;
    if (epoch > 0)
        program->memory = arena;
    else
        free(arena);
}

static vrrl_code load_snapshot(vrrl_recording *r, uint32_t epoch, uint64_t *sequence,
                               vrrl_error *err)
{
    bool found;
    uint32_t words = r->program->layout.total_words;
    uint32_t *arena = malloc(4 * (size_t)words);
    if (!arena)
        return error_no_memory(err, 4 * (uint64_t)words);
    vrrl_error why = {.code = VRRL_OK};
    vrrl_code code =
        snapshot_read(r->path, epoch, r->manifest.id, arena, words, sequence, &found, &why);
    if (code == VRRL_OK && found) {
        keep_memory(r, epoch, arena);
        return VRRL_OK;
    }
    free(arena);
    bool missing = code == VRRL_OK || why.sys_errno == ENOENT;
    if (missing && !r->manifest.finished)
        return recording_not_begun(r->path, err);
    if (code == VRRL_OK)
        return error_set(err, VRRL_CORRUPT, "Fix: the recording is damaged; record it again.",
                         "%s has no whole snapshot of epoch %u", r->path, epoch);
    if (err)
        *err = why;
    return code;
}

/* Of a machine that went down an older snapshot can be back whose records have been replaced: the first counts
 * whose records follow it, or that has none yet. */
static vrrl_code has_records(struct record_pairs *pairs, uint64_t sequence, bool *has,
                             vrrl_error *err)
{
    vrrl_record record;
    struct companion_entry entry;
    vrrl_place place;
    vrrl_code code = record_pairs_find(pairs, sequence + 1, &record, &entry, &place, err);
    *has = code == VRRL_OK && place != VRRL_PLACE_LATER;
    return code;
}

/* `asked` NULL: the oldest. */
static vrrl_code find_snapshot(vrrl_recording *r, struct record_pairs *pairs, const uint32_t *asked,
                               const uint32_t *epochs, uint32_t count, uint64_t *sequence,
                               vrrl_error *err)
{
    uint32_t at = 0;
    bool has = false;
    while (asked && at + 1 < count && epochs[at + 1] <= *asked)
        at++;
    if (count == 0 && !r->manifest.finished)
        return recording_not_begun(r->path, err);
    if (count == 0)
        return error_set(err, VRRL_CORRUPT, "Fix: the recording is damaged; record it again.",
                         "%s has no snapshot", r->path);
    if (asked && epochs[at] > *asked) {
        error_set(err, VRRL_NOT_FOUND, "", "%s has no snapshot of epoch %u or before", r->path,
                  *asked);
        error_fix(err, "Fix: begin with epoch %u, its oldest, or a later one.", epochs[at]);
        return VRRL_NOT_FOUND;
    }
    for (; at < count; at++) {
        free(r->program->memory);
        r->program->memory = NULL;
        vrrl_code code = load_snapshot(r, epochs[at], sequence, err);
        if (code == VRRL_OK && pairs->log < 0) /* they are older than the first snapshot */
            code = record_pairs_open(pairs, r->path, err);
        if (code == VRRL_OK)
            kept_records_begin_at(&pairs->kept, epochs[at]);
        if (code == VRRL_OK)
            code = has_records(pairs, *sequence, &has, err);
        if (code != VRRL_OK || has)
            return code;
    }
    return error_set(err, VRRL_CORRUPT, "Fix: the recording is damaged; record it again.",
                     "%s: the records after each of its snapshots were replaced", r->path);
}

static vrrl_code load_memory(vrrl_recording *r, struct record_pairs *pairs, const uint32_t *asked,
                             uint64_t *sequence, vrrl_error *err)
{
    static const uint32_t first = 0;
    uint32_t *epochs = NULL, count = 1;
    vrrl_code code = VRRL_OK;
    if (r->manifest.version == RECORDING_WHOLE_VERSION)
        return find_snapshot(r, pairs, asked, &first, count, sequence, err);
    code = snapshot_list(r->path, &epochs, &count, err);
    if (code == VRRL_OK)
        code = find_snapshot(r, pairs, asked, epochs, count, sequence, err);
    free(epochs);
    return code;
}

/* ---- The whole ------------------------------------------------------------------------------- */

/* What the log and the snapshot say to run must be what the recorder ran. */
static vrrl_code check_digest(const vrrl_recording *r, vrrl_error *err)
{
    uint8_t digest[DIGEST_BYTES];
    if (!r->manifest.finished || r->program->host_slots || r->program->first_epoch > 0)
        return VRRL_OK; /* a host's recorder keeps none of what it published */
    vrrl_program_digest(r->program, digest);
    if (memcmp(digest, r->manifest.recorded_digest, DIGEST_BYTES) != 0)
        return error_set(err, VRRL_CORRUPT, "Fix: the recording is damaged; record it again.",
                         "%s: what the log says to run is not what the manifest says was run",
                         r->path);
    return VRRL_OK;
}

static vrrl_code read_everything(vrrl_recording *r, struct record_pairs *pairs, uint64_t sequence,
                                 struct symbols *symbols, vrrl_error *err)
{
    uint32_t ended = 0;
    vrrl_code code = recording_read_log(r, pairs, sequence, symbols, err);
    if (code == VRRL_OK)
        code = page_reader_count(r->path, &r->manifest, r->program->first_epoch, &ended, err);
    if (code == VRRL_OK)
        code = recording_keep_ended_epochs(r, ended, err);
    if (code == VRRL_OK)
        code = drop_fences(r, err);
    if (code == VRRL_OK)
        code = host_names_read(r, err);
    return code == VRRL_OK ? check_digest(r, err) : code;
}

static bool is_partial(const char *path)
{
    struct stat status;
    size_t length = strlen(path), suffix = sizeof RECORDING_PARTIAL - 1;
    return length > suffix && strcmp(path + length - suffix, RECORDING_PARTIAL) == 0 &&
           stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static vrrl_code has_memory(const vrrl_recording *r, vrrl_error *err)
{
    const char *memory = json_string_value(json_object_get(r->manifest_json, RECORDING_MEMORY));
    if (!memory || strcmp(memory, RECORDING_MEMORY_LEFT_OUT) != 0)
        return VRRL_OK;
    return error_set(
        err, VRRL_UNSUPPORTED,
        "Fix: ask for a pack with memory; `vrrl dump` and `vrrl info` read the log of this "
        "one, `vrrl replay` of its slots.vrrl runs that from zeroed memory.",
        "%s was packed without memory: it cannot be replayed, compared or checked", r->path);
}

static vrrl_code load_manifest(vrrl_recording *r, vrrl_error *err)
{
    vrrl_error why = {0};
    vrrl_code code = manifest_read(r->path, &r->manifest, r->program, &r->manifest_json,
                                   &r->info.tool_version, &why);
    if (code == VRRL_OK)
        return has_memory(r, err);
    if (why.sys_errno == ENOENT && is_partial(r->path))
        return recording_not_begun(r->path, err);
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
    r->info.host_slots = r->program->host_slots;
    r->info.first_epoch = r->program->first_epoch;
    r->info.trimmed = json_is_true(json_object_get(r->manifest_json, RECORDING_TRIMMED));
    r->program->unfinished = !r->manifest.finished;
    return code;
}

static vrrl_code open_recording(vrrl_recording *r, const char *path, const uint32_t *from_epoch,
                                vrrl_error *err)
{
    struct symbols symbols = {0};
    struct record_pairs pairs = {.log = -1, .companion.fd = -1, .kept.reader.fd = -1};
    uint64_t sequence = 0;
    vrrl_code code = set_path(r, path, err);
    if (code == VRRL_OK)
        code = vrrl_program_create(&r->program, err);
    if (code == VRRL_OK)
        code = load_manifest(r, err);
    if (code == VRRL_OK)
        code = load_memory(r, &pairs, from_epoch, &sequence, err);
    if (code == VRRL_OK)
        code = file_digests_check(r->path, json_object_get(r->manifest_json, "files"), err);
    if (code == VRRL_OK)
        code = symbols_read(r->path, r->program, &symbols, err);
    if (code == VRRL_OK)
        code = read_everything(r, &pairs, sequence, &symbols, err);
    if (code == VRRL_OK)
        code = fill_info(r, err);
    symbols_free(&symbols);
    record_pairs_close(&pairs);
    return code;
}

static vrrl_code open_at(const char *path, const uint32_t *from_epoch, vrrl_recording **out,
                         vrrl_error *err)
{
    *out = NULL;
    vrrl_recording *r = calloc(1, sizeof *r);
    if (!r)
        return error_no_memory(err, sizeof *r);
    vrrl_code code = open_recording(r, path, from_epoch, err);
    if (code != VRRL_OK) {
        vrrl_recording_close(r);
        return code;
    }
    *out = r;
    return VRRL_OK;
}

vrrl_code vrrl_recording_open(const char *path, vrrl_recording **out, vrrl_error *err)
{
    return open_at(path, NULL, out, err);
}

vrrl_code vrrl_recording_open_from(const char *path, uint32_t epoch, vrrl_recording **out,
                                   vrrl_error *err)
{
    return open_at(path, &epoch, out, err);
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
