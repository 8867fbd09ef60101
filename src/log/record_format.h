/* The bytes of a log, version 1: header and record. docs/format.md describes them. */
#ifndef VRRL_LOG_RECORD_FORMAT_H
#define VRRL_LOG_RECORD_FORMAT_H

#include "vrrl/log/log.h"

#include <stddef.h>
#include <stdint.h>

#define LOG_MAGIC        "VRRL0001"
#define LOG_VERSION      1u
#define LOG_HEADER_BYTES 32u

/* The header and a record as a live mapping has them: little-endian, every word at its natural
 * alignment. The timestamp is not (it is at byte 4), so its halves lie in two words. */
struct log_header_words {
    uint64_t magic;
    uint32_t version;
    uint32_t flags;
    uint64_t capacity;
    uint64_t next_slot;
};
_Static_assert(offsetof(struct log_header_words, magic) == 0, "header: magic");
_Static_assert(offsetof(struct log_header_words, version) == 8, "header: version");
_Static_assert(offsetof(struct log_header_words, flags) == 12, "header: flags");
_Static_assert(offsetof(struct log_header_words, capacity) == 16, "header: capacity");
_Static_assert(offsetof(struct log_header_words, next_slot) == 24, "header: next_slot");
_Static_assert(sizeof(struct log_header_words) == LOG_HEADER_BYTES, "header: size");

struct log_record_words {
    uint32_t magic;
    uint32_t timestamp_low;
    uint64_t timestamp_high_slot; /* slot index in the upper half */
    uint64_t body[6];
};
_Static_assert(offsetof(struct log_record_words, magic) == 0, "record: magic");
_Static_assert(offsetof(struct log_record_words, timestamp_low) == 4, "record: timestamp");
_Static_assert(offsetof(struct log_record_words, timestamp_high_slot) == 8, "record: slot");
_Static_assert(offsetof(struct log_record_words, body) == 16, "record: body");
_Static_assert(sizeof(struct log_record_words) == VRRL_RECORD_BYTES, "record: size");
_Static_assert(sizeof(vrrl_raw_record) == VRRL_RECORD_BYTES, "record: size");
/* One 16-byte store publishes a record's head, so heads must be aligned to that. */
_Static_assert(LOG_HEADER_BYTES % 16 == 0 && VRRL_RECORD_BYTES % 16 == 0, "record: alignment");

struct log_header {
    uint32_t flags;
    uint64_t capacity;
    uint64_t next_slot; /* as stored: take it modulo the capacity */
};

static inline uint64_t log_record_offset(uint64_t index)
{
    return LOG_HEADER_BYTES + VRRL_RECORD_BYTES * index;
}

static inline uint64_t log_file_bytes(uint64_t capacity)
{
    return log_record_offset(capacity);
}

/* The parts of a record that a 16-byte head and the six words of the body carry, in the machine's
 * own byte order. */
static inline uint64_t log_pair(uint32_t low, uint32_t high)
{
    return low | (uint64_t)high << 32;
}

/* VRRL_ZERO_CAPACITY, VRRL_CAPACITY_OVERFLOW, or VRRL_OK. `path` is for the message. */
vrrl_code log_check_capacity(uint64_t capacity, const char *path, vrrl_error *err);

void log_encode_header(const struct log_header *header, uint8_t bytes[LOG_HEADER_BYTES]);

/* Decodes a header into *header (always), and checks it: magic, version, capacity, in this order.
 * The condition of docs/format.md that fails goes to *condition, which may be NULL. */
vrrl_code log_decode_header(const uint8_t bytes[LOG_HEADER_BYTES], const char *path,
                            struct log_header *header, uint32_t *condition, vrrl_error *err);

/* The error of a record whose magic is neither live nor 0. */
vrrl_code log_bad_record(uint64_t index, uint32_t magic, const char *path, vrrl_error *err);

#endif
