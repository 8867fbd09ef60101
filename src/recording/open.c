/* Opens a recording: its files become a program and what came of it. */
#include "recording/frames.h"
#include "recording/open_unfinished.h"

#include "base/printable.h"
#include "recording/host_names.h"
#include "recording/json_files.h"
#include "recording/manifest.h"
#include "recording/payloads.h"
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
    for (uint32_t e = 0; e < r->epoch_count; e++) {
        if (!recording_ends_with_fence(r, e))
            return error_set(err, VRRL_CORRUPT, "Fix: the recording is damaged; record it again.",
                             "%s/" RECORDING_LOG ": epoch %u does not end with its fence", r->path,
                             e);
        r->program->batches[e].count--;
    }
    return VRRL_OK;
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

/* ---- The snapshot ---------------------------------------------------------------------------- */

static vrrl_code read_memory(vrrl_recording *r, uint32_t *arena, vrrl_error *err)
{
    vrrl_program *program = r->program;
    const vrrl_geometry *g = &program->geometry;
    uint64_t sequence;
    bool found;
    vrrl_error why = {0};
    vrrl_code code = snapshot_read(r->path, 0, r->manifest.id, arena, program->layout.total_words,
                                   &sequence, &found, &why);
    bool missing = code == VRRL_OK ? !found : why.sys_errno == ENOENT;
    if (missing && !r->manifest.finished)
        return recording_not_begun(r->path, err);
    if (code == VRRL_OK && !found)
        return error_set(err, VRRL_CORRUPT, "Fix: the recording is damaged; record it again.",
                         "%s/" RECORDING_SNAPSHOT " has no whole snapshot", r->path);
    if (code != VRRL_OK) {
        if (err)
            *err = why;
        return code;
    }
    memcpy(program->initial, arena + program->layout.user_base, 4 * (size_t)g->user_words);
    memcpy(program->tenant_masks, arena + program->layout.tenant_base, 4 * (size_t)g->tenants);
    memcpy(program->quotas, arena + VRRL_WORD_QUOTA, sizeof program->quotas);
    return VRRL_OK;
}

static vrrl_code load_snapshot(vrrl_recording *r, vrrl_error *err)
{
    uint64_t bytes = 4 * (uint64_t)r->program->layout.total_words;
    uint32_t *arena = malloc((size_t)bytes);
    vrrl_code code = arena ? read_memory(r, arena, err) : error_no_memory(err, bytes);
    free(arena);
    return code;
}

/* ---- The whole ------------------------------------------------------------------------------- */

/* What the log and the snapshot say to run must be what the recorder ran. */
static vrrl_code check_digest(const vrrl_recording *r, vrrl_error *err)
{
    uint8_t digest[DIGEST_BYTES];
    if (!r->manifest.finished || r->program->host_slots)
        return VRRL_OK; /* a host's recorder keeps none of what it published */
    vrrl_program_digest(r->program, digest);
    if (memcmp(digest, r->manifest.recorded_digest, DIGEST_BYTES) != 0)
        return error_set(err, VRRL_CORRUPT, "Fix: the recording is damaged; record it again.",
                         "%s: what the log says to run is not what the manifest says was run",
                         r->path);
    return VRRL_OK;
}

static vrrl_code read_everything(vrrl_recording *r, json_t *symbols, vrrl_error *err)
{
    uint32_t ended = 0;
    vrrl_code code = recording_read_log(r, symbols, err);
    if (code == VRRL_OK)
        code = count_ended_epochs(r, &ended, err);
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

static vrrl_code load_manifest(vrrl_recording *r, vrrl_error *err)
{
    vrrl_error why = {0};
    vrrl_code code = manifest_read(r->path, &r->manifest, r->program, &r->manifest_json,
                                   &r->info.tool_version, &why);
    if (code == VRRL_OK)
        return code;
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
    r->program->unfinished = !r->manifest.finished;
    return code;
}

static vrrl_code open_recording(vrrl_recording *r, const char *path, vrrl_error *err)
{
    json_t *symbols = NULL;
    vrrl_code code = set_path(r, path, err);
    if (code == VRRL_OK)
        code = vrrl_program_create(&r->program, err);
    if (code == VRRL_OK)
        code = load_manifest(r, err);
    if (code == VRRL_OK)
        code = load_snapshot(r, err);
    if (code == VRRL_OK)
        code = symbols_read(r->path, r->program, &symbols, err);
    if (code == VRRL_OK)
        code = read_everything(r, symbols, err);
    if (code == VRRL_OK)
        code = fill_info(r, err);
    json_decref(symbols);
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
