/* SPDX-License-Identifier: MIT */
/*
 * The log: a circular file of fixed capacity with one 64-byte record for each published slot.
 *
 * Vocabulary
 *   record    what was published (timestamp, slot, tenant, opcode, four arguments, epoch) and the
 *             evidence of how it ended, where there is any.
 *   capacity  how many records the file has room for, 1 … VRRL_LOG_CAPACITY_MAX; fixed on creation.
 *   cursor    the index, 0 … capacity - 1, that the next append writes. It is kept in the file.
 *   index     a record's place in the file. Publish order is cursor, cursor + 1, … around the ring:
 *             oldest first.
 *   lap       one turn of the cursor around the ring. A new lap replaces the records of the last.
 *   live      a record whose magic is VRRL_RECORD_MAGIC. Magic 0 is "never written" and is skipped:
 *             a record also looks so while it is being replaced. Any other magic is damage.
 *   evidence  slot status, failure class, backend code, output digest; all zero: none.
 *   torn      bytes of two laps taken for one record. Readers of a log that is being written must
 *             ask for VRRL_READ_LIVE to be safe from that.
 *   staged    a new log that has no name yet; it appears, whole, when it is published.
 *
 * Files are never trusted: readers use pread, a mapping only where one is asked for, and allocate no more than the
 * smaller of what the header says and what the file holds. The bytes are described in
 * docs/format.md.
 *
 * Errors. Functions that can fail return a code and fill the caller's error (see error.h):
 *   VRRL_IO                 a system call failed (`sys_errno` says why), it is no regular file, or
 *                           the file is shorter than its header or its capacity says (the text
 *                           begins "read "; `found` and `expected` are sizes in bytes)
 *   VRRL_HEADER_MISMATCH    wrong magic or version, or a record whose magic is neither live nor 0
 *   VRRL_ZERO_CAPACITY      a capacity of 0
 *   VRRL_CAPACITY_OVERFLOW  `found` records, more than `expected`
 *   VRRL_BUSY               another writer has the file
 *   VRRL_EXISTS             a staged log's name is taken
 *   VRRL_NO_MEMORY          an allocation failed
 */
#ifndef VRRL_API_LOG_LOG_H
#define VRRL_API_LOG_LOG_H

#include "vrrl/log/error.h"
#include "vrrl/log/options.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define VRRL_LOG_CAPACITY_MAX 1048576u
#define VRRL_RECORD_MAGIC     0xDEADBEEFu
#define VRRL_RECORD_BYTES     64u
#define VRRL_RECORD_ARGS      4u

/* One row a failure class: code, number in the file, name. Any other number reads as 4. */
#define VRRL_FAILURE_TABLE(X)                                                                      \
    X(NONE, 0, "none")                                                                             \
    X(DEVICE_LOSS, 1, "device-loss")                                                               \
    X(TRANSIENT_QUEUE, 2, "transient-queue")                                                       \
    X(PROGRAM_BUG, 3, "program-bug")                                                               \
    X(UNCLASSIFIED, 4, "unclassified")

typedef enum vrrl_failure_class {
#define X(code, number, name) VRRL_FAILURE_##code = number,
    VRRL_FAILURE_TABLE(X)
#undef X
} vrrl_failure_class;

/* "device-loss" for VRRL_FAILURE_DEVICE_LOSS; "unclassified" for a number that is no class. */
VRRL_API const char *vrrl_failure_class_name(uint32_t failure_class);

/* A decoded record. */
typedef struct vrrl_record {
    uint64_t timestamp_ns; /* wall clock, since the Unix epoch */
    uint32_t slot_idx;     /* the ring slot published into */
    uint32_t tenant_id;
    uint32_t opcode;
    uint32_t args[VRRL_RECORD_ARGS]; /* the first 4 of the slot's argument words */
    uint32_t epoch;                  /* the EPOCH control word at publish time */
    uint32_t slot_status;            /* terminal ring status; 0: unknown */
    uint32_t failure_class;          /* a vrrl_failure_class */
    uint32_t backend_code;           /* a vrrl_backend_error_id; 0: none known */
    uint64_t output_digest;          /* vrrl_output_digest of what was seen; 0: none */
} vrrl_record;

static inline bool vrrl_record_has_evidence(const vrrl_record *record)
{
    return (record->slot_status | record->failure_class | record->backend_code |
            record->output_digest) != 0;
}

/* ---- Evidence -------------------------------------------------------------------------------- */

/* One row a backend error: code, stable id, what it means. Append only. */
#define VRRL_BACKEND_ERROR_TABLE(X)                                                                \
    X(OUT_OF_MEMORY, 1001, "device out of memory")                                                 \
    X(UNSUPPORTED_FEATURE, 1002, "unsupported feature")                                            \
    X(POISONED_LOCK, 1003, "poisoned lock")                                                        \
    X(COMPILE_FAILED, 1004, "kernel compile failed")                                               \
    X(DISPATCH_FAILED, 1005, "dispatch failed")                                                    \
    X(INVALID_PROGRAM, 1006, "invalid program")                                                    \
    X(OTHER, 1999, "anything else")

typedef enum vrrl_backend_error_id {
#define X(code, id, text) VRRL_BACKEND_ERROR_##code = id,
    VRRL_BACKEND_ERROR_TABLE(X)
#undef X
} vrrl_backend_error_id;

/* The table's text for an id; "unknown backend error" for a number that is none. */
VRRL_API const char *vrrl_backend_error_text(uint32_t id);

/* What a backend reported. Strings are borrowed for the call and may be NULL; a field that the
 * error's row does not need is 0 or NULL. */
typedef struct vrrl_backend_error {
    uint32_t id;              /* a vrrl_backend_error_id; 0: none known */
    uint64_t requested_bytes; /* OUT_OF_MEMORY */
    uint64_t available_bytes; /* OUT_OF_MEMORY */
    const char *feature;      /* UNSUPPORTED_FEATURE */
    const char *backend;      /* UNSUPPORTED_FEATURE, COMPILE_FAILED */
    int64_t native_code;      /* DISPATCH_FAILED */
    const char *message;      /* COMPILE_FAILED, DISPATCH_FAILED, OTHER */
} vrrl_backend_error;

typedef struct vrrl_evidence {
    uint32_t slot_status;
    uint32_t failure_class;
    uint32_t backend_code;
    uint64_t output_digest;
} vrrl_evidence;

/* The class of an error: by its id where that decides, else (DISPATCH_FAILED, OTHER, and an id that
 * is not in the table) by its message. Never NONE. */
VRRL_API vrrl_failure_class vrrl_classify_error(const vrrl_backend_error *error);

/* The class of a message, ASCII case-insensitive: the first list that has a match decides, device
 * loss, then transient queue, then program bug; else (and for NULL) UNCLASSIFIED. */
VRRL_API vrrl_failure_class vrrl_classify_message(const char *message);

/* The first 8 bytes of the BLAKE3 of the output bytes that were seen, as a little-endian number.
 * NULL says that no output was seen and gives 0; an output that was seen and is empty (`bytes` not
 * NULL, `size` 0) has the digest of no bytes, which is not 0. */
VRRL_API uint64_t vrrl_output_digest(const void *bytes, size_t size);

/* Evidence of a slot that ended with `slot_status`. `error` NULL: nothing failed (class NONE, code
 * 0). `output` as vrrl_output_digest takes it. */
VRRL_API vrrl_evidence vrrl_evidence_of(uint32_t slot_status, const vrrl_backend_error *error,
                                        const void *output, size_t output_bytes);

static inline void vrrl_record_set_evidence(vrrl_record *record, const vrrl_evidence *evidence)
{
    record->slot_status = evidence->slot_status;
    record->failure_class = evidence->failure_class;
    record->backend_code = evidence->backend_code;
    record->output_digest = evidence->output_digest;
}

/* ---- Writing --------------------------------------------------------------------------------- */

/*
 * A log opened for appending. One handle has one appending thread; only vrrl_log_sync,
 * vrrl_log_cursor, vrrl_log_appended, vrrl_log_durable, vrrl_log_capacity and vrrl_log_path may be
 * called from others meanwhile.
 *
 * One writer a file: the handle holds an flock on its open file, so another vrrl_log_open of the
 * file, in this process or another, gives VRRL_BUSY. The lock is advisory: a program that does not
 * ask is not stopped. The descriptor is close-on-exec. A child made by fork shares lock and
 * mapping: it must not use the handle, and the file stays locked until the child has ended or
 * called exec, too.
 */
typedef struct vrrl_log vrrl_log;

/* Opens the log at `path` for appending; makes it where there is none.
 *
 * `capacity` (records) is checked first and counts only for a new file: an existing one keeps its
 * own. A new file has all its space allocated and its bytes zeroed and is durable before it gets
 * its name, so that nobody ever sees half a log; of two that create at once one gets VRRL_BUSY. An
 * existing file that is shorter than its capacity says is extended with zeros once its header is
 * found good. Flags and bytes after the last record are left as they are.
 *
 * Every page is made present and writable now, so that appends do not fault. On success *log is
 * the caller's, to be closed; on failure it is NULL. */
VRRL_API vrrl_code vrrl_log_open(const char *path, uint64_t capacity, vrrl_log **log,
                                 vrrl_error *err);

/* One row a level of durability: code, name. docs/durability.md says what each survives. */
#define VRRL_DURABILITY_TABLE(X)                                                                   \
    X(PROCESS, "process")                                                                          \
    X(GROUP, "group")                                                                              \
    X(ORDERED, "ordered")

/*
 * What an append survives, from the weakest:
 *   PROCESS  the end of the process, from the moment when append returns. Not the end of the
 *            machine, unless vrrl_log_sync follows.
 *   GROUP    that, and the end of the machine up to a watermark, vrrl_log_durable, which each sync
 *            moves: those of the caller, and those of a thread of the handle.
 *   ORDERED  the end of process and machine up to the watermark, and the cursor in the file never
 *            says more: it is moved by a sync alone, after the records and before a second
 *            write-back. What was appended since is not there for a reader, and is replaced by the
 *            next writer.
 */
typedef enum vrrl_durability {
#define X(code, name) VRRL_DURABILITY_##code,
    VRRL_DURABILITY_TABLE(X)
#undef X
} vrrl_durability;

/* "group" for VRRL_DURABILITY_GROUP; "unknown" for a number that is none. */
VRRL_API const char *vrrl_durability_name(vrrl_durability level);

typedef struct vrrl_log_options {
    size_t size; /* of this struct */
    vrrl_durability durability;
    /* GROUP: a thread of the handle, which takes no signals, syncs this often, where there is
     * something to sync. 0: no thread. */
    uint32_t sync_interval_ms;
    /* ORDERED: the append that makes so many records undurable syncs before it returns. 0: an
     * eighth of the capacity; over the capacity: the capacity. */
    uint64_t batch_records;
    /* A thread of the handle, which takes no signals, keeps so many pages from the cursor on writable:
     * after a write-back each page's next store faults, and then it is mostly the thread's. Worth it
     * where the tail of an append counts and a processor is free; 64 are enough for an append every
     * microsecond. Changes no byte of the file. 0: no thread. */
    uint32_t touch_ahead_pages;
} vrrl_log_options;

/* As vrrl_log_open, at a level of durability; NULL options are PROCESS. VRRL_INVALID for options
 * that do not go together. At GROUP and ORDERED what the file holds is made durable first, and
 * vrrl_log_close syncs. */
VRRL_API vrrl_code vrrl_log_open_with(const char *path, uint64_t capacity,
                                      const vrrl_log_options *options, vrrl_log **log,
                                      vrrl_error *err);

/* How many records have been appended since open. */
VRRL_API uint64_t vrrl_log_appended(const vrrl_log *log);
/* The watermark: the first so many of them survive the end of the machine, as far as no later
 * append has gone to their places. Any thread may ask. */
VRRL_API uint64_t vrrl_log_durable(const vrrl_log *log);

/* Makes a staged log: like vrrl_log_open of a file that is not there, but it gets its name with
 * vrrl_log_publish. Closing it before leaves nothing. VRRL_EXISTS where `path` is taken. Its pages
 * are not made present up front: its first lap faults. */
VRRL_API vrrl_code vrrl_log_create(const char *path, uint64_t capacity, vrrl_log **log,
                                   vrrl_error *err);

/* Makes a staged log durable and gives it its name, which must still be free (else VRRL_EXISTS).
 * A log that has its name already is left alone. */
VRRL_API vrrl_code vrrl_log_publish(vrrl_log *log, vrrl_error *err);

/* Writes one record at the cursor and moves the cursor on. `record` is the caller's and is written
 * as it is, evidence included. No system call, lock or allocation, but for one fstat each time the
 * cursor wraps, and at ORDERED the sync of a full batch. vrrl/log/append.h has it compiled into its caller.
 *
 * Fails, with VRRL_IO, only once the file was found truncated (looked for at each wrap, sync and
 * close) or a sync failed; then for good, and vrrl_log_sync and vrrl_log_close tell the reason. A
 * truncation that nobody has found yet can make the store raise SIGBUS: see vrrl_log_guard.
 *
 * A reader of the live file can tell two laps of one index apart only by timestamp and slot: who
 * wants live readers must not repeat a timestamp in the same slot one lap later; strictly
 * increasing timestamps do, as vrrl/log/clock.h gives them. */
VRRL_API vrrl_code vrrl_log_append(vrrl_log *log, const vrrl_record *record);

/* As vrrl_log_append, and where the record's failure class is not NONE to `failures`, too: a second,
 * small log, so that a flood of healthy records does not replace the evidence. NULL: there is none.
 * Its indexes are its own; the record is the same. Appends to both, and then tells which failed. */
VRRL_API vrrl_code vrrl_log_append_kept(vrrl_log *log, vrrl_log *failures,
                                        const vrrl_record *record);

/* Moves the cursor, here and in the file: the next append writes `index`, 0 … capacity - 1 (else
 * VRRL_INVALID). For those who restore a log; what is skipped stays as it was. */
VRRL_API vrrl_code vrrl_log_seek(vrrl_log *log, uint64_t index, vrrl_error *err);

/* How many records it holds, ≥ 1. */
VRRL_API uint64_t vrrl_log_capacity(const vrrl_log *log);
/* The index that the next append writes, 0 … capacity - 1. */
VRRL_API uint64_t vrrl_log_cursor(const vrrl_log *log);
/* As given to open; valid until close. */
VRRL_API const char *vrrl_log_path(const vrrl_log *log);

/* For a handler of SIGBUS, which the library never installs: where `address` (the signal's si_addr)
 * is in the log's mapping, takes the file away from under it and returns true. The store that
 * faulted then goes on and reaches nobody; its append and all that follow fail with VRRL_IO, and
 * vrrl_log_sync and vrrl_log_close say why. False: not this log's. Async-signal-safe. */
VRRL_API bool vrrl_log_guard(vrrl_log *log, const void *address);

/* Makes everything appended before the call durable, and moves the watermark. A failure is final: after a failed
 * write-back nobody knows what reached the disk. Takes milliseconds, and appends meanwhile may fault. Error:
 * VRRL_IO. */
VRRL_API vrrl_code vrrl_log_sync(vrrl_log *log, vrrl_error *err);

/* Ends the handle, in any case; NULL is allowed. At PROCESS it does not sync: the records are in the page cache,
 * safe from the end of the process, not of the machine. Reports a truncated file or a sync that failed. Error:
 * VRRL_IO. */
VRRL_API vrrl_code vrrl_log_close(vrrl_log *log, vrrl_error *err);

/* ---- Reading --------------------------------------------------------------------------------- */

/* A record as it lies in the file. Read it with the functions below. */
typedef struct vrrl_raw_record {
    uint8_t bytes[VRRL_RECORD_BYTES];
} vrrl_raw_record;

static inline uint32_t vrrl_raw_u32(const vrrl_raw_record *raw, size_t offset)
{
    const uint8_t *at = raw->bytes + offset;
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static inline uint64_t vrrl_raw_u64(const vrrl_raw_record *raw, size_t offset)
{
    return vrrl_raw_u32(raw, offset) | (uint64_t)vrrl_raw_u32(raw, offset + 4) << 32;
}

static inline uint32_t vrrl_raw_magic(const vrrl_raw_record *raw)
{
    return vrrl_raw_u32(raw, 0);
}
static inline uint64_t vrrl_raw_timestamp_ns(const vrrl_raw_record *raw)
{
    return vrrl_raw_u64(raw, 4);
}
static inline uint32_t vrrl_raw_slot_idx(const vrrl_raw_record *raw)
{
    return vrrl_raw_u32(raw, 12);
}
static inline uint32_t vrrl_raw_tenant_id(const vrrl_raw_record *raw)
{
    return vrrl_raw_u32(raw, 16);
}
static inline uint32_t vrrl_raw_opcode(const vrrl_raw_record *raw)
{
    return vrrl_raw_u32(raw, 20);
}
/* `i` in 0 … 3. */
static inline uint32_t vrrl_raw_arg(const vrrl_raw_record *raw, unsigned i)
{
    return vrrl_raw_u32(raw, 24 + 4 * (size_t)i);
}
static inline uint32_t vrrl_raw_epoch(const vrrl_raw_record *raw)
{
    return vrrl_raw_u32(raw, 40);
}
static inline uint32_t vrrl_raw_slot_status(const vrrl_raw_record *raw)
{
    return vrrl_raw_u32(raw, 44);
}
/* A vrrl_failure_class: what no version has defined reads as UNCLASSIFIED. */
static inline uint32_t vrrl_raw_failure_class(const vrrl_raw_record *raw)
{
    uint32_t found = vrrl_raw_u32(raw, 48);
    return found <= VRRL_FAILURE_UNCLASSIFIED ? found : (uint32_t)VRRL_FAILURE_UNCLASSIFIED;
}
static inline uint32_t vrrl_raw_backend_code(const vrrl_raw_record *raw)
{
    return vrrl_raw_u32(raw, 52);
}
static inline uint64_t vrrl_raw_output_digest(const vrrl_raw_record *raw)
{
    return vrrl_raw_u64(raw, 56);
}

/* All fields at once. */
VRRL_API void vrrl_raw_decode(const vrrl_raw_record *raw, vrrl_record *record);

/* A log opened for reading. One thread at a time may use a reader; any number of readers may read
 * one file. */
typedef struct vrrl_reader vrrl_reader;

enum vrrl_read_flags {
    /* The file may be written meanwhile: accept a record only where its first 16 bytes were the
     * same before and after its body was read. Costs about three times the reading. A record that
     * was being replaced is left out; the writer that laps the reader makes newer records appear
     * where older ones stood. */
    VRRL_READ_LIVE = 1,
    /* Batches lie in a mapping of the file, and from the second time on are read at the speed of
     * memory. Only for a file that nobody writes or cuts meanwhile: records could change after they
     * were checked, and a cut one raises SIGBUS. It must be as long as its capacity says. Not with
     * VRRL_READ_LIVE: VRRL_INVALID. */
    VRRL_READ_MAPPED = 2,
};

/* Opens a log and checks its header: magic, version, capacity. `flags`: 0 or one of the above. Never blocks, a
 * FIFO or a device is refused. On success *reader is the caller's, to be closed; on failure it is NULL. Errors:
 * VRRL_HEADER_MISMATCH, VRRL_INVALID, VRRL_IO, VRRL_NO_MEMORY. */
VRRL_API vrrl_code vrrl_reader_open(const char *path, unsigned flags, vrrl_reader **reader,
                                    vrrl_error *err);

/* A reader of a writer's own file; the writer must outlive it. In the appending thread it sees every record
 * appended before the call of vrrl_reader_rewind or of this function. Errors: VRRL_HEADER_MISMATCH, VRRL_INVALID,
 * VRRL_IO, VRRL_NO_MEMORY. */
VRRL_API vrrl_code vrrl_log_reader(const vrrl_log *log, unsigned flags, vrrl_reader **reader,
                                   vrrl_error *err);

/* The next live records in publish order, as many as lie side by side: *count of them from *records
 * on, at consecutive indexes of the file; 0 after the last one. They lie in the reader's own buffer,
 * were checked, and are valid until the next call on the reader. An error is met where its record's
 * turn comes, and again on each further call. How many come at a time is not told: one or a thousand. */
VRRL_API vrrl_code vrrl_reader_next_batch(vrrl_reader *reader, const vrrl_raw_record **records,
                                          size_t *count, vrrl_error *err);

/* The next one alone, or NULL in *record after the last one; the rest of the same, and of the same batch. Both
 * calls may be mixed. Errors: VRRL_HEADER_MISMATCH, VRRL_IO. */
VRRL_API vrrl_code vrrl_reader_next(vrrl_reader *reader, const vrrl_raw_record **record,
                                    vrrl_error *err);

/* The index in the file of the record that was given last, the first of a batch, or failed on. */
VRRL_API uint64_t vrrl_reader_index(const vrrl_reader *reader);

/* Starts again at the oldest record, by the cursor that the file has now. Errors: VRRL_HEADER_MISMATCH, VRRL_IO. */
VRRL_API vrrl_code vrrl_reader_rewind(vrrl_reader *reader, vrrl_error *err);

/* What a log may be in order of: a field that never goes back in publish order. */
typedef enum vrrl_order_field { VRRL_ORDER_EPOCH, VRRL_ORDER_TIMESTAMP } vrrl_order_field;

/* Rewinds and leaves the records whose field is `least` to `greatest`, which the next calls then give:
 * found by binary search, in some forty looks instead of one at every record. The caller says that the
 * log is in order of the field: no log promises that by itself, and to know it takes reading all of
 * it. Checked is what is looked at: every record that the search meets and every one that is given. One
 * that is out of order is VRRL_INVALID, here or at its turn. The next rewind leaves all records again.
 * With VRRL_READ_LIVE a writer may replace the oldest records meanwhile, as ever. */
VRRL_API vrrl_code vrrl_reader_range(vrrl_reader *reader, vrrl_order_field field, uint64_t least,
                                     uint64_t greatest, vrrl_error *err);

/* Rewinds and reads all records in publish order. On success *records is the caller's, to be given
 * to free(); NULL where there are none. On failure nothing is handed out. */
VRRL_API vrrl_code vrrl_reader_read_all(vrrl_reader *reader, vrrl_record **records, size_t *count,
                                        vrrl_error *err);

VRRL_API uint64_t vrrl_reader_capacity(const vrrl_reader *reader);
/* As it was on open or the last rewind, modulo the capacity. */
VRRL_API uint64_t vrrl_reader_cursor(const vrrl_reader *reader);
/* How many records VRRL_READ_LIVE has left out since the last rewind because they were being
 * replaced. */
VRRL_API uint64_t vrrl_reader_replaced(const vrrl_reader *reader);
/* As given to open; valid until close. */
VRRL_API const char *vrrl_reader_path(const vrrl_reader *reader);

/* NULL is allowed. */
VRRL_API void vrrl_reader_close(vrrl_reader *reader);

/* ---- Verifying ------------------------------------------------------------------------------- */

/* What vrrl_log_verify found. Conditions are numbered as in docs/format.md. */
typedef struct vrrl_log_verdict {
    uint32_t condition;   /* the lowest that fails; 0: none does */
    uint64_t record;      /* the first record that breaks it: conditions 5 and 6 */
    uint64_t damaged;     /* records that break condition 6 */
    uint64_t live;        /* records that are there and live */
    uint64_t empty;       /* records that are there and never written */
    uint64_t file_bytes;  /* size of the file */
    uint64_t capacity;    /* as the header has it, where there is one */
    uint64_t stored_next; /* next_slot as the header has it, not taken modulo */
    uint32_t flags;       /* as the header has them; ignored */
} vrrl_log_verdict;

/* Checks a log against the conditions of docs/format.md. VRRL_OK: valid. Another code with a
 * `condition`: damaged, and the error says how; with condition 0: could not be read. The
 * file may be written meanwhile: a record that is being replaced counts as it was, as it will be, or
 * as empty. */
VRRL_API vrrl_code vrrl_log_verify(const char *path, vrrl_log_verdict *verdict, vrrl_error *err);

#ifdef __cplusplus
}
#endif
#endif
