/*
 * The companion, `slots.vrrx`: one entry a log record, same index. docs/format.md gives the bytes.
 */
#ifndef VRRL_RECORDING_COMPANION_H
#define VRRL_RECORDING_COMPANION_H

#include "vrrl/log/log.h"
#include "vrrl/run/ring.h"

#include <stddef.h>

#define COMPANION_MAGIC        "VRRX0001"
#define COMPANION_VERSION      1u
#define COMPANION_HEADER_BYTES 64u
#define COMPANION_FIXED_BYTES  64u /* of an entry, before the slot's words */
#define RECORDING_ID_BYTES     16u

/* Of records that are no slot's: no opcode of vrrl, so that a log is read as what it is. */
#define OPCODE_OF_NO_SLOT 0xFFFF0000u

/* Offsets in the header. */
enum {
    COMPANION_AT_MAGIC = 0,
    COMPANION_AT_VERSION = 8,
    COMPANION_AT_FLAGS = 12,
    COMPANION_AT_ID = 16,
    COMPANION_AT_SLOT_WORDS = 32,
    COMPANION_AT_ENTRY_BYTES = 36,
    COMPANION_AT_CAPACITY = 40,
    COMPANION_AT_RESERVED = 48,
    COMPANION_AT_CHECKSUM = 56, /* XXH3-64 of the 56 bytes before */
};
_Static_assert(COMPANION_AT_CHECKSUM + 8 == COMPANION_HEADER_BYTES, "companion header size");

/* Offsets in an entry. */
enum {
    ENTRY_AT_CHECKSUM = 0, /* XXH3-64 of the entry from byte 8 on, then of the record's 64 bytes */
    ENTRY_AT_SEQUENCE = 8,
    ENTRY_AT_KIND = 16,
    ENTRY_AT_WORKER = 20,
    ENTRY_AT_CLAIM_ORDER = 24,
    ENTRY_AT_COMPLETION_ORDER = 32,
    ENTRY_AT_RESULT_FOLD = 40,
    ENTRY_AT_ORDER_FOLD = 48,
    ENTRY_AT_CLAIMED_AFTER = 56,
    ENTRY_AT_WORDS = 64,
};
_Static_assert(ENTRY_AT_WORDS == COMPANION_FIXED_BYTES, "companion entry size");

enum entry_kind {
    ENTRY_PUBLISH = 1,
    ENTRY_COMPLETION = 2,
    ENTRY_HOST = 3, /* a slot of a prologue: the host ran it */
    ENTRY_END = 4,  /* of an epoch, of a host of its own */
    ENTRY_VOID = 5, /* what was recorded of its epoch by then is of an attempt that failed */
};

struct companion_entry {
    uint64_t sequence; /* from 1, never wraps; 0: never written */
    uint32_t kind;
    uint32_t worker; /* publish: the slot's queue or VRRL_NO_WORKER; host: VRRL_HOST_WORKER */
    uint64_t claim_order;
    uint64_t completion_order;
    uint64_t result_fold;
    uint64_t order_fold;
    uint64_t claimed_after;
    const uint32_t
        *words; /* the slot's; writing: in host order; reading: valid until the next read */
};

static inline size_t companion_entry_bytes(uint32_t slot_words)
{
    return COMPANION_FIXED_BYTES + 4 * (size_t)slot_words;
}

/* Writing: a mapping of a preallocated file, one thread. */
struct companion_writer {
    uint8_t *map;
    size_t map_bytes;
    size_t entry_bytes;
    uint32_t slot_words;
    uint64_t capacity;
};

/* Makes the file, which must not exist. */
vrrl_code companion_create(struct companion_writer *writer, const char *path, uint32_t slot_words,
                           uint64_t capacity, const uint8_t id[RECORDING_ID_BYTES],
                           vrrl_error *err);
/* Writes the entry of the log record at `index`. No system call, no allocation. Write it before the
 * record is appended: a record without a valid entry is where an interrupted recording ends. */
void companion_put(struct companion_writer *writer, uint64_t index,
                   const struct companion_entry *entry, const vrrl_record *record);

/* An entry as it is made, with room for the record behind it. Who writes the slot's words into it, in host order, spares
 * them a copy. */
struct companion_draft {
    _Alignas(
        64) uint32_t content[(COMPANION_FIXED_BYTES + VRRL_RECORD_BYTES) / 4 + VRRL_SLOT_WORDS_MAX];
};
static inline uint32_t *companion_draft_words(struct companion_draft *draft)
{
    return draft->content + ENTRY_AT_WORDS / 4;
}
/* As companion_put, of a draft that has the words; the entry's are not looked at. The draft is used up. */
void companion_put_draft(struct companion_writer *writer, uint64_t index,
                         struct companion_draft *draft, const struct companion_entry *entry,
                         const vrrl_record *record);
/* The slot's words of the entry at `index`, which was put. */
void companion_words(const struct companion_writer *writer, uint64_t index, uint32_t *words);
/* Which record was put at `index`, and as what: 0 where none was since the file was made. */
uint64_t companion_sequence(const struct companion_writer *writer, uint64_t index, uint32_t *kind);
/* The entry's bytes at `index`, in the file. */
const uint8_t *companion_bytes(const struct companion_writer *writer, uint64_t index);
/* Makes what was put durable. */
vrrl_code companion_writer_sync(struct companion_writer *writer, const char *path, vrrl_error *err);
/* The same, and ends it. */
vrrl_code companion_writer_close(struct companion_writer *writer, const char *path,
                                 vrrl_error *err);

/* Reading: by pread, in blocks; the file is never trusted. */
struct companion_reader {
    int fd;
    uint32_t slot_words;
    size_t entry_bytes;
    uint64_t capacity;
    uint8_t id[RECORDING_ID_BYTES];
    uint8_t *block;
    uint64_t block_first; /* index of the block's first entry */
    uint32_t block_count;
    uint32_t words[VRRL_SLOT_WORDS_MAX];
};

vrrl_code companion_open(struct companion_reader *reader, const char *path, vrrl_error *err);
void companion_reader_close(struct companion_reader *reader);
/* Reads entry `index` and checks it against its record. *valid is false where the entry was never
 * written or belongs to another record. Fails only where the file cannot be read. */
/* Decodes an entry's bytes and checks them against the record; the words are good until the next read. */
void companion_decode(struct companion_reader *reader, const uint8_t *entry_bytes,
                      const vrrl_record *record, struct companion_entry *entry, bool *valid);
vrrl_code companion_get(struct companion_reader *reader, const char *path, uint64_t index,
                        const vrrl_record *record, struct companion_entry *entry, bool *valid,
                        vrrl_error *err);

#endif
