/* Some epochs of a recording as a recording of its own: its records, snapshots and pages, as they are. */
#include "vrrl/run/recording_files.h"

#include "base/digest.h"
#include "base/hex.h"
#include "base/sync.h"
#include "log/record_format.h"
#include "recording/folder.h"
#include "recording/json_files.h"
#include "recording/pack_format.h"
#include "recording/page_reader.h"
#include "recording/payloads.h"
#include "recording/record_pair.h"
#include "recording/snapshots.h"
#include "run/observed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct trimmer {
    const vrrl_recording *from;
    struct recording_folder folder;
    uint32_t first, last; /* epochs; before the first one is a snapshot */
    uint64_t before,
        records; /* sequence number of the last record before them; how many they have */
    uint32_t *snapshots, snapshot_count; /* of the whole recording */
};

/* ---- Records --------------------------------------------------------------------------------- */

/* Up to the last one of the last epoch; the recording was opened, so they are whole. */
static vrrl_code count_records(struct trimmer *t, struct record_pairs *pairs, vrrl_error *err)
{
    vrrl_record record;
    struct companion_entry entry;
    vrrl_place place;
    vrrl_code code = VRRL_OK;
    for (uint64_t left = t->from->info.records - t->before; code == VRRL_OK && left > 0; left--) {
        code = record_pairs_find(pairs, t->before + t->records + 1, &record, &entry, &place, err);
        if (code != VRRL_OK || place != VRRL_PLACE_WHOLE || record.epoch > t->last)
            break;
        t->records++;
    }
    return code;
}

/* A record keeps its sequence number, which says its place in a log of any capacity. */
static vrrl_code copy_records(const struct trimmer *t, struct record_pairs *pairs,
                              vrrl_raw_record *records, struct companion_writer *companion,
                              vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    for (uint64_t i = 1; code == VRRL_OK && i <= t->records; i++) {
        vrrl_record record;
        struct companion_entry entry;
        vrrl_place place;
        uint64_t sequence = t->before + i, to = (sequence - 1) % t->records;
        code = record_pairs_find(pairs, sequence, &record, &entry, &place, err);
        if (code != VRRL_OK)
            break;
        records[to] = pairs->raw;
        companion_put(companion, to, &entry, &record);
    }
    return code;
}

static vrrl_code write_log(const struct trimmer *t, const vrrl_raw_record *records, vrrl_error *err)
{
    char path[PATH_MAX];
    uint8_t header[LOG_HEADER_BYTES];
    log_encode_header(&(struct log_header){.capacity = t->records,
                                           .next_slot = (t->before + t->records) % t->records},
                      header);
    vrrl_code code = recording_file(path, t->folder.directory, RECORDING_LOG, err);
    if (code != VRRL_OK)
        return code;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0)
        return error_errno(err, "open", path, NULL);
    if (pack_write(fd, header, sizeof header, 0) != 0 ||
        pack_write(fd, records, t->records * sizeof *records, sizeof header) != 0 ||
        sync_data(fd) != 0)
        code = error_errno(err, "write", path, NULL);
    close(fd);
    return code;
}

static vrrl_code write_records(const struct trimmer *t, struct record_pairs *pairs, vrrl_error *err)
{
    char path[PATH_MAX];
    struct companion_writer companion;
    vrrl_raw_record *records = malloc(t->records * sizeof *records);
    if (!records)
        return error_no_memory(err, t->records * sizeof *records);
    vrrl_code code = recording_file(path, t->folder.directory, RECORDING_COMPANION, err);
    if (code == VRRL_OK)
        code = companion_create(&companion, path, t->from->program->geometry.slot_words, t->records,
                                t->from->manifest.id, err);
    if (code == VRRL_OK) {
        code = copy_records(t, pairs, records, &companion, err);
        vrrl_code closed = companion_writer_close(&companion, path, code == VRRL_OK ? err : NULL);
        code = code == VRRL_OK ? closed : code;
    }
    if (code == VRRL_OK)
        code = write_log(t, records, err);
    free(records);
    return code;
}

static vrrl_code trim_records(struct trimmer *t, vrrl_error *err)
{
    struct record_pairs pairs;
    vrrl_code code = record_pairs_open(&pairs, t->from->path, err);
    if (code != VRRL_OK)
        return code;
    code = count_records(t, &pairs, err);
    if (code == VRRL_OK && t->records == 0)
        code = error_set(err, VRRL_CORRUPT, "Fix: the recording is damaged; record it again.",
                         "%s has no records of epoch %u", t->from->path, t->first);
    if (code == VRRL_OK)
        code = write_records(t, &pairs, err);
    record_pairs_close(&pairs);
    return code;
}

/* ---- Files that are copied ------------------------------------------------------------------- */

/* `missing_is_fine`: where the recording has none there is none. */
static vrrl_code copy_file(const struct trimmer *t, const char *name, bool missing_is_fine,
                           vrrl_error *err)
{
    char from[PATH_MAX], to[PATH_MAX];
    struct stat status;
    uint8_t digest[DIGEST_BYTES];
    vrrl_code code = recording_file(from, t->from->path, name, err);
    if (code == VRRL_OK)
        code = recording_file(to, t->folder.directory, name, err);
    if (code != VRRL_OK)
        return code;
    struct pack_place in = {.path = from}, out = {.path = to};
    in.fd = open(from, O_RDONLY | O_CLOEXEC);
    if (in.fd < 0 && errno == ENOENT && missing_is_fine)
        return VRRL_OK;
    if (in.fd < 0 || fstat(in.fd, &status) != 0)
        code = error_errno(err, "open", from, NULL);
    out.fd = code == VRRL_OK ? open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666) : -1;
    if (code == VRRL_OK && out.fd < 0)
        code = error_errno(err, "open", to, NULL);
    if (code == VRRL_OK)
        code = pack_copy(&in, &out, (uint64_t)status.st_size, digest, err);
    if (code == VRRL_OK && sync_data(out.fd) != 0)
        code = error_errno(err, "fdatasync", to, NULL);
    if (in.fd >= 0)
        close(in.fd);
    if (out.fd >= 0)
        close(out.fd);
    return code;
}

static bool is_kept_snapshot(const struct trimmer *t, uint32_t i)
{
    return t->snapshots[i] >= t->first && t->snapshots[i] <= t->last;
}

static vrrl_code copy_files(const struct trimmer *t, vrrl_error *err)
{
    vrrl_code code = copy_file(t, RECORDING_SYMBOLS, false, err);
    if (code == VRRL_OK)
        code = copy_file(t, RECORDING_NAMES, true, err);
    for (uint32_t i = 0; code == VRRL_OK && i < t->snapshot_count; i++) {
        char name[SNAPSHOT_NAME_BYTES];
        snapshot_name(name, t->snapshots[i]);
        if (is_kept_snapshot(t, i))
            code = copy_file(t, name, false, err);
    }
    return code;
}

/* ---- Pages ----------------------------------------------------------------------------------- */

/* Each snapshot begins a file. */
static vrrl_code next_file(const struct trimmer *t, uint32_t epoch, struct frame_writer *writer,
                           char path[PATH_MAX], vrrl_error *err)
{
    char name[SNAPSHOT_NAME_BYTES];
    vrrl_code code = frame_writer_close(writer, path, err);
    snapshot_pages_name(name, epoch);
    if (code == VRRL_OK)
        code = recording_file(path, t->folder.directory, name, err);
    if (code == VRRL_OK)
        code = frame_writer_create(writer, path, err);
    writer->mark = frame_mark_of(t->from->manifest.id);
    return code;
}

static vrrl_code copy_ends(const struct trimmer *t, struct page_reader *pages, uint64_t limit,
                           struct frame_writer *writer, char path[PATH_MAX], vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    uint32_t next = 0;
    for (uint64_t e = t->first; code == VRRL_OK && e <= t->last; e++) {
        bool found;
        while (next < t->snapshot_count && t->snapshots[next] < e)
            next++;
        if (next < t->snapshot_count && t->snapshots[next] == e)
            code = next_file(t, (uint32_t)e, writer, path, err);
        if (code == VRRL_OK)
            code = page_reader_get(pages, (uint32_t)e, limit, &found, err);
        if (code == VRRL_OK && !found)
            code = error_set(err, VRRL_CORRUPT, "Fix: the recording is damaged; record it again.",
                             "%s: the end of epoch %u is missing", pages->path, (uint32_t)e);
        if (code == VRRL_OK)
            code = frame_put(writer, path, FRAME_EPOCH, (uint32_t)e, &pages->reader.raw, err);
    }
    return code;
}

static vrrl_code trim_pages(const struct trimmer *t, vrrl_error *err)
{
    const vrrl_program *program = t->from->program;
    struct observed_state state;
    struct page_reader pages;
    struct frame_writer writer = {.fd = -1};
    char path[PATH_MAX] = "";
    vrrl_code code = observed_state_of(program, &state, err);
    if (code != VRRL_OK)
        return code;
    uint64_t limit = epoch_payload_limit(&state, &program->geometry);
    state_free(&state);
    code = page_reader_open(&pages, t->from->path, &t->from->manifest, t->first, err);
    if (code == VRRL_OK)
        code = copy_ends(t, &pages, limit, &writer, path, err);
    page_reader_close(&pages);
    vrrl_code closed = frame_writer_close(&writer, path, code == VRRL_OK ? err : NULL);
    return code == VRRL_OK ? closed : code;
}

/* ---- The manifest ---------------------------------------------------------------------------- */

/* That of the recording, but for what is said of a log and of an end. */
static vrrl_code trim_manifest(const struct trimmer *t, vrrl_error *err)
{
    const vrrl_recording *r = t->from;
    uint8_t digest[DIGEST_BYTES];
    char hex[2 * DIGEST_BYTES + 1];
    vrrl_program kept = *r->program;
    kept.epoch_count = t->last + 1;
    vrrl_program_digest(&kept, digest);
    hex_text(hex, digest, DIGEST_BYTES);
    vrrl_verdict verdict =
        kept.epoch_count == r->info.epochs ? r->info.verdict : VRRL_VERDICT_COMPLETE;
    json_t *json = json_deep_copy(r->manifest_json);
    if (json) {
        json_object_set_new(json, "version", json_integer(RECORDING_WRAPS_VERSION));
        json_object_set_new(json, "state", json_string("finished"));
        json_object_set_new(json, RECORDING_TRIMMED, json_true());
        json_object_set_new(json_object_get(json, "log"), "capacity",
                            json_integer((json_int_t)t->records));
        json_object_set_new(json, "result",
                            json_pack("{s:s, s:I, s:I, s:s}", "verdict", vrrl_verdict_name(verdict),
                                      "epochs", (json_int_t)kept.epoch_count, "records",
                                      (json_int_t)(t->before + t->records), "digest", hex));
    }
    return recording_write_json(t->folder.directory, RECORDING_MANIFEST, json, err);
}

/* ---- The whole ------------------------------------------------------------------------------- */

static vrrl_code find_beginning(struct trimmer *t, vrrl_error *err)
{
    const vrrl_program *program = t->from->program;
    size_t bytes = 4 * (size_t)program->layout.total_words;
    bool found;
    uint32_t *memory = malloc(bytes);
    if (!memory)
        return error_no_memory(err, bytes);
    vrrl_code code = snapshot_read(t->from->path, t->first, t->from->manifest.id, memory,
                                   program->layout.total_words, &t->before, &found, err);
    free(memory);
    return code == VRRL_OK ? snapshot_list(t->from->path, &t->snapshots, &t->snapshot_count, err)
                           : code;
}

/* What was made is looked through, as by anybody who gets it, before it has its name. */
static vrrl_code make_folder(struct trimmer *t, vrrl_error *err)
{
    vrrl_recording_report report;
    vrrl_code code = recording_folder_make(&t->folder, err);
    if (code != VRRL_OK)
        return code;
    code = trim_records(t, err);
    if (code == VRRL_OK)
        code = copy_files(t, err);
    if (code == VRRL_OK)
        code = trim_pages(t, err);
    if (code == VRRL_OK)
        code = trim_manifest(t, err);
    if (code == VRRL_OK)
        code = vrrl_recording_verify(t->folder.directory, &report, err);
    if (code == VRRL_OK)
        return recording_folder_publish(&t->folder, err);
    recording_folder_clear(t->folder.directory);
    return code;
}

static vrrl_code trim(struct trimmer *t, uint32_t asked, const char *out, vrrl_error *err)
{
    const vrrl_recording_info *info = &t->from->info;
    vrrl_code code = vrrl_recording_has_epochs(t->from, err);
    if (code != VRRL_OK)
        return code;
    if (asked > t->last || t->last >= info->epochs) {
        error_set(err, VRRL_NOT_FOUND, "", "%s has no epochs %u to %u", info->path, asked, t->last);
        error_fix(err, "Fix: name some of its epochs, in order; the last one is %u.",
                  info->epochs - 1);
        return VRRL_NOT_FOUND;
    }
    code = recording_folder_name(&t->folder, out, err);
    if (code == VRRL_OK)
        code = find_beginning(t, err);
    if (code == VRRL_OK)
        code = make_folder(t, err);
    free(t->snapshots);
    return code;
}

vrrl_code vrrl_trim_recording(const char *path, uint32_t first, uint32_t last, const char *out,
                              vrrl_trim_summary *summary, vrrl_error *err)
{
    vrrl_recording *recording;
    vrrl_code code = vrrl_recording_open_from(path, first, &recording, err);
    if (code != VRRL_OK)
        return code;
    struct trimmer t = {.from = recording, .first = recording->program->first_epoch, .last = last};
    code = trim(&t, first, out, err);
    if (code == VRRL_OK && summary)
        *summary =
            (vrrl_trim_summary){.first_epoch = t.first, .last_epoch = t.last, .records = t.records};
    vrrl_recording_close(recording);
    return code;
}
