#include "log/record_format.h"

#include "base/bytes.h"
#include "base/error.h"

#include <inttypes.h>
#include <string.h>

/* The numbers of docs/format.md, "A log is valid if and only if". */
enum { CONDITION_MAGIC = 2, CONDITION_VERSION = 3, CONDITION_CAPACITY = 4 };

vrrl_code log_check_capacity(uint64_t capacity, const char *path, vrrl_error *err)
{
    if (capacity > 0 && capacity <= VRRL_LOG_CAPACITY_MAX)
        return VRRL_OK;
    vrrl_code code = capacity ? VRRL_CAPACITY_OVERFLOW : VRRL_ZERO_CAPACITY;
    if (capacity)
        error_set(err, code, "", "%s: a capacity of %" PRIu64 " records; the maximum is %u", path,
                  capacity, VRRL_LOG_CAPACITY_MAX);
    else
        error_set(err, code, "", "%s: a capacity of 0 records; a log needs at least 1", path);
    error_fix(err,
              "Fix: use a capacity of 1 to %u records; if an existing log says so, it is damaged: "
              "`vrrl repair` saves its records.",
              VRRL_LOG_CAPACITY_MAX);
    if (err) {
        err->found = capacity;
        err->expected = VRRL_LOG_CAPACITY_MAX;
    }
    return code;
}

void log_encode_header(const struct log_header *header, uint8_t bytes[LOG_HEADER_BYTES])
{
    memcpy(bytes, LOG_MAGIC, 8);
    store_le32(bytes + 8, LOG_VERSION);
    store_le32(bytes + 12, header->flags);
    store_le64(bytes + 16, header->capacity);
    store_le64(bytes + 24, header->next_slot);
}

static vrrl_code bad_magic(const uint8_t *bytes, const char *path, vrrl_error *err)
{
    error_set(err, VRRL_HEADER_MISMATCH,
              "Fix: name a VRRL log; if it was one, `vrrl repair` saves its records.",
              "%s: begins with bytes %02x %02x %02x %02x %02x %02x %02x %02x, not with \"%s\"",
              path, bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7],
              LOG_MAGIC);
    if (err) {
        err->found = load_le64(bytes);
        err->expected = load_le64(LOG_MAGIC);
    }
    return VRRL_HEADER_MISMATCH;
}

static vrrl_code bad_version(uint32_t version, const char *path, vrrl_error *err)
{
    error_set(err, VRRL_HEADER_MISMATCH,
              "Fix: read it with the tool that wrote it, or a newer vrrl.",
              "%s: format version %u; this library reads version %u", path, version, LOG_VERSION);
    if (err) {
        err->found = version;
        err->expected = LOG_VERSION;
    }
    return VRRL_HEADER_MISMATCH;
}

vrrl_code log_decode_header(const uint8_t bytes[LOG_HEADER_BYTES], const char *path,
                            struct log_header *header, uint32_t *condition, vrrl_error *err)
{
    *header = (struct log_header){
        .flags = load_le32(bytes + 12),
        .capacity = load_le64(bytes + 16),
        .next_slot = load_le64(bytes + 24),
    };
    uint32_t failed = 0;
    vrrl_code code = VRRL_OK;
    uint32_t version = load_le32(bytes + 8);
    if (memcmp(bytes, LOG_MAGIC, 8) != 0) {
        failed = CONDITION_MAGIC;
        code = bad_magic(bytes, path, err);
    } else if (version != LOG_VERSION) {
        failed = CONDITION_VERSION;
        code = bad_version(version, path, err);
    } else {
        code = log_check_capacity(header->capacity, path, err);
        failed = code ? CONDITION_CAPACITY : 0;
    }
    if (condition)
        *condition = failed;
    return code;
}

vrrl_code log_bad_record(uint64_t index, uint32_t magic, const char *path, vrrl_error *err)
{
    error_set(
        err, VRRL_HEADER_MISMATCH,
        "Fix: save the valid records with `vrrl repair`; `vrrl verify` counts the damaged ones.",
        "%s: record %" PRIu64 " has magic 0x%08X, neither 0x%08X nor 0", path, index, magic,
        VRRL_RECORD_MAGIC);
    if (err) {
        err->found = magic;
        err->expected = VRRL_RECORD_MAGIC;
    }
    return VRRL_HEADER_MISMATCH;
}

void vrrl_raw_decode(const vrrl_raw_record *raw, vrrl_record *record)
{
    *record = (vrrl_record){
        .timestamp_ns = vrrl_raw_timestamp_ns(raw),
        .slot_idx = vrrl_raw_slot_idx(raw),
        .tenant_id = vrrl_raw_tenant_id(raw),
        .opcode = vrrl_raw_opcode(raw),
        .args = {vrrl_raw_arg(raw, 0), vrrl_raw_arg(raw, 1), vrrl_raw_arg(raw, 2),
                 vrrl_raw_arg(raw, 3)},
        .epoch = vrrl_raw_epoch(raw),
        .slot_status = vrrl_raw_slot_status(raw),
        .failure_class = vrrl_raw_failure_class(raw),
        .backend_code = vrrl_raw_backend_code(raw),
        .output_digest = vrrl_raw_output_digest(raw),
    };
}
