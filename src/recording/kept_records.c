#include "recording/kept_records.h"

#include "base/bytes.h"
#include "base/error.h"
#include "base/least.h"
#include "base/sync.h"
#include "recording/json_files.h"
#include "recording/snapshots.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* A frame's payload: the sequence number of its first record, then each record and its entry. */
enum { HEAD_BYTES = 8, FRAME_RECORDS = 4096 };

static const char prefix[] = "slots";

/* ---- Writing --------------------------------------------------------------------------------- */

vrrl_code kept_records_path(char out[PATH_MAX], const char *directory, uint32_t epoch,
                            vrrl_error *err)
{
    char name[SNAPSHOT_NAME_BYTES];
    interval_file_name(name, prefix, epoch);
    return recording_file(out, directory, name, err);
}

static void encode(struct byte_buffer *out, const struct vrrl_log *log,
                   const struct companion_writer *companion, uint64_t first, uint64_t count)
{
    out->size = 0;
    buffer_put_u64(out, first);
    for (uint64_t i = 0; i < count; i++) {
        uint64_t at = (first - 1 + i) % companion->capacity;
        buffer_put(out, log_place(log, at), VRRL_RECORD_BYTES);
        buffer_put(out, companion_bytes(companion, at), companion->entry_bytes);
    }
}

static vrrl_code write_frames(const char *path, uint32_t epoch, const struct vrrl_log *log,
                              const struct companion_writer *companion, uint64_t first,
                              uint64_t last, bool synced, vrrl_error *err)
{
    struct byte_buffer payload = {0};
    struct frame_writer writer;
    vrrl_code code = frame_writer_create(&writer, path, err);
    writer.mark = frame_mark_of(companion->map + COMPANION_AT_ID);
    for (uint64_t at = first; code == VRRL_OK && at <= last; at += FRAME_RECORDS) {
        encode(&payload, log, companion, at, least(last + 1 - at, FRAME_RECORDS));
        code = frame_put(&writer, path, FRAME_RECORDS_KEPT, epoch, &payload, err);
    }
    buffer_free(&payload);
    if (code == VRRL_OK && synced)
        code = frame_writer_sync(&writer, path, err);
    frame_writer_discard(&writer);
    return code;
}

vrrl_code kept_records_write(const char *directory, uint32_t epoch, const struct vrrl_log *log,
                             const struct companion_writer *companion, uint64_t first,
                             uint64_t last, bool synced, vrrl_error *err)
{
    char path[PATH_MAX], fresh[PATH_MAX], fresh_name[SNAPSHOT_NAME_BYTES + sizeof ".new"];
    snprintf(fresh_name, sizeof fresh_name, "%s-%u.zst.new", prefix, epoch);
    vrrl_code code = kept_records_path(path, directory, epoch, err);
    if (code == VRRL_OK)
        code = recording_file(fresh, directory, fresh_name, err);
    if (code != VRRL_OK)
        return code;
    code = write_frames(fresh, epoch, log, companion, first, last, synced, err);
    if (code == VRRL_OK && rename(fresh, path) != 0)
        code = error_errno(err, "rename", fresh, NULL);
    if (code == VRRL_OK)
        return synced ? sync_folder(directory, err) : VRRL_OK;
    unlink(fresh);
    return code;
}

/* ---- Reading --------------------------------------------------------------------------------- */

vrrl_code kept_records_open(struct kept_records *k, const char *directory,
                            const struct companion_reader *companion, vrrl_error *err)
{
    *k = (struct kept_records){.directory = directory,
                               .pair_bytes = VRRL_RECORD_BYTES + companion->entry_bytes,
                               .mark = frame_mark_of(companion->id),
                               .reader.fd = -1,
                               .none_from = UINT64_MAX};
    return interval_files_list(directory, prefix, &k->epochs, &k->count, err);
}

void kept_records_close(struct kept_records *k)
{
    frame_reader_close(&k->reader);
    free(k->epochs);
    *k = (struct kept_records){.reader.fd = -1};
}

/* The next frame of the file that is open. */
static vrrl_code next_frame(struct kept_records *k, bool *found, vrrl_error *err)
{
    uint32_t epoch = k->epochs[k->next - 1], of = epoch;
    uint64_t after = k->first + k->records;
    vrrl_code code = frame_get(&k->reader, k->path, FRAME_RECORDS_KEPT,
                               HEAD_BYTES + FRAME_RECORDS * k->pair_bytes, &of, found, err);
    if (code != VRRL_OK || !*found)
        return code;
    size_t bytes = k->reader.raw.size;
    if (of != epoch || bytes <= HEAD_BYTES || (bytes - HEAD_BYTES) % k->pair_bytes != 0)
        return frame_corrupt(k->path, "a frame is not of records of this interval", err);
    k->first = load_le64(k->reader.raw.bytes);
    k->records = (bytes - HEAD_BYTES) / k->pair_bytes;
    if (k->first < after || k->first > UINT64_MAX - k->records)
        return frame_corrupt(k->path, "its records do not follow those before", err);
    return VRRL_OK;
}

static vrrl_code next_file(struct kept_records *k, vrrl_error *err)
{
    frame_reader_close(&k->reader);
    vrrl_code code = kept_records_path(k->path, k->directory, k->epochs[k->next++], err);
    if (code == VRRL_OK)
        code = frame_reader_open(&k->reader, k->path, err);
    k->reader.mark = k->mark;
    return code;
}

static void begin_again(struct kept_records *k)
{
    frame_reader_close(&k->reader);
    k->next = k->from;
    k->first = k->records = 0;
    k->none_from = UINT64_MAX;
}

void kept_records_begin_at(struct kept_records *k, uint32_t epoch)
{
    k->from = 0;
    while (k->from < k->count && k->epochs[k->from] < epoch)
        k->from++;
    begin_again(k);
}

/* Goes on to the frame that has the record, or to the end of the last file. */
static vrrl_code go_to(struct kept_records *k, uint64_t sequence, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    while (code == VRRL_OK && sequence >= k->first + k->records) {
        bool found = false;
        if (k->reader.fd >= 0)
            code = next_frame(k, &found, err);
        if (code != VRRL_OK || found)
            continue;
        if (k->next == k->count) {
            k->none_from = k->first + k->records;
            return VRRL_OK;
        }
        code = next_file(k, err);
    }
    return code;
}

vrrl_code kept_records_get(struct kept_records *k, uint64_t sequence, const uint8_t **pair,
                           vrrl_error *err)
{
    *pair = NULL;
    if (k->count == 0 || sequence >= k->none_from)
        return VRRL_OK;
    if (sequence < k->first)
        begin_again(k);
    vrrl_code code = go_to(k, sequence, err);
    if (code == VRRL_OK && sequence >= k->first && sequence - k->first < k->records)
        *pair = k->reader.raw.bytes + HEAD_BYTES + (sequence - k->first) * k->pair_bytes;
    return code;
}
