/* Salvages what is valid of a log into a new one; a companion, where there is one, tells torn records
 * and the cursor. */
#include "vrrl/log/salvage.h"

#include "base/bytes.h"
#include "base/error.h"
#include "base/least.h"
#include "log/log_file.h"
#include "log/record_format.h"
#include "recording/recording.h"
#include "recording/torn_record.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BLOCK_RECORDS = 512 };

struct repair {
    const char *path, *companion_path;
    int fd;
    struct companion_reader companion;
    uint64_t last_sequence; /* the greatest that holds, and its place */
    uint64_t last_place;
    vrrl_log *out;
    vrrl_salvage_report *report;
};

/* ---- The header ------------------------------------------------------------------------------ */

/* How the first `records` begin, whatever the header says. */
static vrrl_code look_at_records(const struct repair *r, uint64_t records, bool *any_live,
                                 bool *any_damaged, vrrl_error *err)
{
    vrrl_raw_record block[BLOCK_RECORDS];
    *any_live = *any_damaged = false;
    for (uint64_t first = 0; first < records; first += BLOCK_RECORDS) {
        size_t whole = 0, wanted = (size_t)least(records - first, BLOCK_RECORDS);
        vrrl_code code = log_file_records(r->fd, r->path, first, wanted, block, &whole, err);
        if (code)
            return code;
        for (size_t i = 0; i < whole; i++) {
            uint32_t magic = vrrl_raw_magic(&block[i]);
            *any_live |= magic == VRRL_RECORD_MAGIC;
            *any_damaged |= magic != VRRL_RECORD_MAGIC && magic != 0;
        }
        *any_damaged |= whole < wanted;
    }
    return VRRL_OK;
}

/* The capacity that a broken header does not tell is what the file has room for. */
static vrrl_code rebuild_header(struct repair *r, uint64_t bytes, const struct log_header *header,
                                vrrl_error *err)
{
    uint64_t room = least((bytes - LOG_HEADER_BYTES) / VRRL_RECORD_BYTES, VRRL_LOG_CAPACITY_MAX);
    vrrl_error ignored;
    bool found, damaged;
    bool told = log_check_capacity(header->capacity, r->path, &ignored) == VRRL_OK &&
                header->capacity <= room;
    vrrl_code code = look_at_records(r, room, &found, &damaged, err);
    if (code)
        return code;
    /* A file is taken for a log only where a record begins as records do. */
    if (!found)
        return error_set(err, VRRL_HEADER_MISMATCH, "Fix: name a log; nothing here can be saved.",
                         "%s: a broken header, and nothing behind it looks like a record", r->path);
    r->report->header_rebuilt = true;
    r->report->capacity = told ? header->capacity : room;
    return VRRL_OK;
}

/* Whether a version that is not 1 is damage. The records of a version to come mean something else; but
 * none will be over 256, and in a file whose every other byte of structure is as in version 1 the
 * version alone is wrong. */
static vrrl_code is_damaged_version(const struct repair *r, uint32_t version, uint64_t bytes,
                                    const struct log_header *header, bool *damage, vrrl_error *err)
{
    vrrl_error ignored;
    bool any_live, any_damaged;
    *damage = version == 0 || version > 256;
    if (*damage || log_check_capacity(header->capacity, r->path, &ignored) != VRRL_OK ||
        bytes < log_file_bytes(header->capacity))
        return VRRL_OK;
    vrrl_code code = look_at_records(r, header->capacity, &any_live, &any_damaged, err);
    *damage = any_live && !any_damaged;
    return code;
}

static vrrl_code take_header(struct repair *r, vrrl_error *err)
{
    enum { CONDITION_VERSION = 3 };
    uint8_t bytes[LOG_HEADER_BYTES];
    size_t got = 0;
    uint64_t file_bytes = 0;
    uint32_t condition = 0;
    struct log_header header;
    vrrl_code code = log_file_size(r->fd, r->path, &file_bytes, err);
    if (!code)
        code = log_file_read(r->fd, r->path, bytes, sizeof bytes, 0, &got, err);
    if (code)
        return code;
    if (got < sizeof bytes)
        return log_file_short(r->path, "a log's header", got, sizeof bytes, err);
    vrrl_error why = {.code = VRRL_OK};
    code = log_decode_header(bytes, r->path, &header, &condition, &why);
    if (condition == CONDITION_VERSION) {
        bool damage;
        vrrl_code looked =
            is_damaged_version(r, load_le32(bytes + 8), file_bytes, &header, &damage, err);
        if (!looked && !damage && err)
            *err = why;
        if (looked || !damage)
            return looked ? looked : code;
    }
    r->report->capacity = header.capacity;
    if (code && (code = rebuild_header(r, file_bytes, &header, err)))
        return code;
    r->report->stored_cursor = header.next_slot % r->report->capacity;
    r->report->cursor = r->report->stored_cursor;
    return VRRL_OK;
}

/* ---- The companion --------------------------------------------------------------------------- */

/* "FOLDER/slots.vrrx" where the log is "FOLDER/slots.vrrl". */
static bool name_beside(const char *path, char out[PATH_MAX])
{
    size_t length = strlen(path), name = strlen(RECORDING_LOG);
    if (length < name || length >= PATH_MAX || strcmp(path + length - name, RECORDING_LOG) != 0 ||
        (length > name && path[length - name - 1] != '/'))
        return false;
    memcpy(out, path, length + 1);
    memcpy(out + length - name, RECORDING_COMPANION, name);
    return access(out, F_OK) == 0;
}

/* One that was not named is left alone where it does not belong to the log. */
static vrrl_code open_companion(struct repair *r, const char *named, char beside[PATH_MAX],
                                vrrl_error *err)
{
    vrrl_error why = {.code = VRRL_OK};
    if (!named && !name_beside(r->path, beside))
        return VRRL_OK;
    r->companion_path = named ? named : beside;
    vrrl_code code = companion_open(&r->companion, r->companion_path, &why);
    if (!code && r->companion.capacity == r->report->capacity) {
        r->report->has_companion = true;
        return VRRL_OK;
    }
    if (!code) {
        error_set(&why, VRRL_CORRUPT, "Fix: name the companion of this log.",
                  "%s has %" PRIu64 " entries, the log has %" PRIu64 " records", r->companion_path,
                  r->companion.capacity, r->report->capacity);
        companion_reader_close(&r->companion);
    }
    if (!named)
        return VRRL_OK;
    if (err)
        *err = why;
    return why.code;
}

static void count(uint64_t *counter, uint64_t *first, uint64_t place)
{
    if ((*counter)++ == 0)
        *first = place;
}

/* A record that nothing confirms is counted, and kept. */
static bool is_torn(struct repair *r, uint64_t place, const vrrl_record *record)
{
    uint64_t sequence = 0;
    if (!r->report->has_companion)
        return false;
    enum record_state state =
        torn_record_check(&r->companion, r->companion_path, place, record, &sequence);
    if (state == RECORD_UNCONFIRMED)
        count(&r->report->unconfirmed, &r->report->first_unconfirmed, place);
    if (state == RECORD_WHOLE && sequence > r->last_sequence) {
        r->last_sequence = sequence;
        r->last_place = place;
    }
    return state == RECORD_TORN;
}

/* ---- Records --------------------------------------------------------------------------------- */

/* Everything as it is, an unknown failure class, too. */
static vrrl_record as_stored(const vrrl_raw_record *raw)
{
    vrrl_record record;
    vrrl_raw_decode(raw, &record);
    record.failure_class = vrrl_raw_u32(raw, 48);
    return record;
}

static vrrl_code keep_record(struct repair *r, uint64_t place, const vrrl_record *record,
                             vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    if (vrrl_log_cursor(r->out) != place)
        code = vrrl_log_seek(r->out, place, err);
    if (!code && vrrl_log_append(r->out, record))
        code = vrrl_log_sync(r->out, err); /* it tells the reason */
    r->report->kept += !code;
    return code;
}

/* A record that changes under the reader is being replaced: read again, it is old, new or empty. */
static vrrl_code settle_record(const struct repair *r, uint64_t place, vrrl_raw_record *raw,
                               vrrl_error *err)
{
    vrrl_raw_record again;
    vrrl_code code = VRRL_OK;
    for (int look = 0; look < 8 && !code; look++) {
        size_t whole = 0;
        code = log_file_records(r->fd, r->path, place, 1, &again, &whole, err);
        if (whole < 1 || memcmp(raw, &again, sizeof again) == 0)
            return code;
        *raw = again;
    }
    memset(raw, 0, sizeof *raw); /* somebody writes it all the time */
    return code;
}

static vrrl_code take_record(struct repair *r, uint64_t place, vrrl_raw_record *raw,
                             vrrl_error *err)
{
    vrrl_salvage_report *report = r->report;
    vrrl_code code = settle_record(r, place, raw, err);
    uint32_t magic = vrrl_raw_magic(raw);
    if (code || magic == 0) {
        report->empty += !code;
        return code;
    }
    if (magic != VRRL_RECORD_MAGIC) {
        count(&report->damaged, &report->first_damaged, place);
        return VRRL_OK;
    }
    vrrl_record record = as_stored(raw);
    if (!is_torn(r, place, &record))
        return keep_record(r, place, &record, err);
    count(&report->torn, &report->first_torn, place);
    return VRRL_OK;
}

static vrrl_code take_records(struct repair *r, vrrl_error *err)
{
    vrrl_raw_record block[BLOCK_RECORDS];
    uint64_t capacity = r->report->capacity, place = 0;
    while (place < capacity) {
        size_t wanted = (size_t)least(capacity - place, BLOCK_RECORDS), whole = 0;
        vrrl_code code = log_file_records(r->fd, r->path, place, wanted, block, &whole, err);
        for (size_t i = 0; i < whole && !code; i++)
            code = take_record(r, place + i, &block[i], err);
        if (code)
            return code;
        place += whole;
        if (whole < wanted)
            break;
    }
    r->report->missing = capacity - place;
    r->report->first_missing = place;
    return VRRL_OK;
}

static vrrl_code fill_log(struct repair *r, vrrl_error *err)
{
    vrrl_code code = take_records(r, err);
    /* One that does not know every record does not know which is the last. */
    if (!code && r->last_sequence > 0 && r->report->unconfirmed == 0)
        r->report->cursor = (r->last_place + 1) % r->report->capacity;
    if (!code)
        code = vrrl_log_seek(r->out, r->report->cursor, err);
    return code ? code : vrrl_log_publish(r->out, err);
}

static vrrl_code repair_open_file(struct repair *r, const char *companion, const char *out,
                                  vrrl_error *err)
{
    char beside[PATH_MAX];
    vrrl_code code = take_header(r, err);
    if (!code)
        code = open_companion(r, companion, beside, err);
    if (!code)
        code = vrrl_log_create(out, r->report->capacity, &r->out, err);
    if (!code) {
        code = fill_log(r, err);
        vrrl_log_close(r->out, NULL); /* of a log without a name this leaves nothing */
    }
    if (r->report->has_companion)
        companion_reader_close(&r->companion);
    return code;
}

vrrl_code vrrl_log_salvage(const char *path, const char *companion, const char *out,
                           vrrl_salvage_report *report, vrrl_error *err)
{
    struct repair repair = {.path = path, .report = report};
    *report = (vrrl_salvage_report){.capacity = 0};
    vrrl_code code = log_file_open(path, O_RDONLY, &repair.fd, err);
    if (code)
        return code;
    code = repair_open_file(&repair, companion, out, err);
    close(repair.fd);
    return code;
}
