#include "recording/record_pair.h"

#include "base/error.h"
#include "base/least.h"
#include "log/log_file.h"
#include "log/reader.h"
#include "recording/json_files.h"
#include "recording/recording.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BLOCK_RECORDS = 512 };

static vrrl_code open_log(struct record_pairs *p, vrrl_error *err)
{
    struct log_header header;
    uint64_t bytes = 0;
    vrrl_code code = log_file_open(p->log_path, O_RDONLY, &p->log, err);
    if (code == VRRL_OK)
        code = log_read_header(p->log, p->log_path, &header, err);
    if (code == VRRL_OK)
        code = log_file_size(p->log, p->log_path, &bytes, err);
    if (code != VRRL_OK)
        return code;
    p->capacity = header.capacity;
    if (bytes < log_file_bytes(p->capacity))
        return log_file_short(p->log_path, "a log of its capacity", bytes,
                              log_file_bytes(p->capacity), err);
    p->block = malloc(BLOCK_RECORDS * sizeof *p->block);
    return p->block ? VRRL_OK : error_no_memory(err, BLOCK_RECORDS * sizeof *p->block);
}

vrrl_code record_pairs_open(struct record_pairs *p, const char *directory, vrrl_error *err)
{
    *p = (struct record_pairs){.log = -1, .companion.fd = -1, .kept.reader.fd = -1};
    vrrl_code code = recording_file(p->log_path, directory, RECORDING_LOG, err);
    if (code == VRRL_OK)
        code = recording_file(p->companion_path, directory, RECORDING_COMPANION, err);
    if (code == VRRL_OK)
        code = open_log(p, err);
    if (code == VRRL_OK)
        code = companion_open(&p->companion, p->companion_path, err);
    if (code == VRRL_OK && p->companion.capacity != p->capacity)
        code = error_set(err, VRRL_CORRUPT, "Fix: the files are of different recordings.",
                         "%s does not belong to the log beside it", p->companion_path);
    if (code == VRRL_OK)
        code = kept_records_open(&p->kept, directory, &p->companion, err);
    if (code != VRRL_OK)
        record_pairs_close(p);
    return code;
}

void record_pairs_close(struct record_pairs *p)
{
    companion_reader_close(&p->companion);
    kept_records_close(&p->kept);
    if (p->log >= 0)
        close(p->log);
    free(p->block);
    *p = (struct record_pairs){.log = -1, .companion.fd = -1, .kept.reader.fd = -1};
}

static vrrl_code raw_at(struct record_pairs *p, uint64_t at, const vrrl_raw_record **raw,
                        vrrl_error *err)
{
    if (at < p->block_first || at - p->block_first >= p->block_count) {
        size_t wanted = (size_t)least(p->capacity - at, BLOCK_RECORDS);
        p->block_first = at;
        vrrl_code code =
            log_file_records(p->log, p->log_path, at, wanted, p->block, &p->block_count, err);
        if (code != VRRL_OK)
            return code;
        if (p->block_count < wanted)
            return log_file_short(p->log_path, "a log of its capacity", at + p->block_count,
                                  p->capacity, err);
    }
    *raw = &p->block[at - p->block_first];
    return VRRL_OK;
}

vrrl_code record_pairs_get(struct record_pairs *p, uint64_t sequence, vrrl_record *record,
                           struct companion_entry *entry, vrrl_place *place, vrrl_error *err)
{
    const vrrl_raw_record *raw = NULL;
    bool valid;
    uint64_t at = (sequence - 1) % p->capacity;
    vrrl_code code = raw_at(p, at, &raw, err);
    if (code != VRRL_OK)
        return code;
    p->raw = *raw;
    vrrl_raw_decode(raw, record);
    code = companion_get(&p->companion, p->companion_path, at, record, entry, &valid, err);
    if (code != VRRL_OK)
        return code;
    uint32_t magic = vrrl_raw_magic(raw);
    if (magic != VRRL_RECORD_MAGIC && magic != 0)
        return error_set(err, VRRL_HEADER_MISMATCH,
                         "Fix: the recording is damaged; record it again.",
                         "%s: record %llu begins with 0x%08X, neither live nor empty", p->log_path,
                         (unsigned long long)at, magic);
    if (magic == 0)
        *place = entry->sequence == 0 ? VRRL_PLACE_EMPTY : VRRL_PLACE_BEGUN;
    else if (!valid)
        *place = VRRL_PLACE_TORN;
    else
        *place = entry->sequence == sequence  ? VRRL_PLACE_WHOLE
                 : entry->sequence < sequence ? VRRL_PLACE_EARLIER
                                              : VRRL_PLACE_LATER;
    return VRRL_OK;
}

vrrl_code record_pairs_find(struct record_pairs *p, uint64_t sequence, vrrl_record *record,
                            struct companion_entry *entry, vrrl_place *place, vrrl_error *err)
{
    const uint8_t *pair = NULL;
    bool valid;
    vrrl_code code = record_pairs_get(p, sequence, record, entry, place, err);
    bool was_made = *place != VRRL_PLACE_EMPTY && *place != VRRL_PLACE_EARLIER;
    if (code == VRRL_OK && was_made && *place != VRRL_PLACE_WHOLE)
        code = kept_records_get(&p->kept, sequence, &pair, err);
    if (code != VRRL_OK || !pair)
        return code;
    memcpy(&p->raw, pair, sizeof p->raw);
    vrrl_raw_decode(&p->raw, record);
    companion_decode(&p->companion, pair + VRRL_RECORD_BYTES, record, entry, &valid);
    *place = valid && vrrl_raw_magic(&p->raw) == VRRL_RECORD_MAGIC && entry->sequence == sequence
                 ? VRRL_PLACE_WHOLE
                 : VRRL_PLACE_TORN;
    return VRRL_OK;
}
