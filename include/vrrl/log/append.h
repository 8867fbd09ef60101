/* SPDX-License-Identifier: MIT */
/*
 * An append compiled into its caller: the same stores as vrrl_log_append, in the same order, without
 * the call and without the record's way through memory. The whole of an append is here; the library's
 * own function is this one, compiled once.
 *
 * Vocabulary
 *   appender  the part of a log's handle that each append touches: where the next record goes.
 *
 * Take it where a record is built right before it is appended and ten nanoseconds count: as long as
 * its address is not taken elsewhere, it is never a struct in memory. Everything that log.h says of
 * vrrl_log_append holds.
 *
 * What is not a function is part of the ABI: the layout of vrrl_appender and of vrrl_record changes
 * with the library's SOVERSION alone, and a program compiled for one does not load with another.
 */
#ifndef VRRL_API_LOG_APPEND_H
#define VRRL_API_LOG_APPEND_H

#include "vrrl/log/log.h"

/* ThreadSanitizer would take the vector store for a plain one. */
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define VRRL_APPEND_NARROW 1
#endif
#endif
#if defined(__x86_64__) && !defined(__SANITIZE_THREAD__) && !defined(VRRL_APPEND_NARROW)
#define VRRL_APPEND_WIDE 1
#include <emmintrin.h>
#else
#define VRRL_APPEND_WIDE 0
#endif

#ifdef __cplusplus
extern "C" {
#endif

enum {
    VRRL_APPENDER_FAILED = 1,  /* takes no more records */
    VRRL_APPENDER_ORDERED = 2, /* may have to sync after a record */
    VRRL_APPENDER_NARROW = 4,  /* the processor has no single store of 16 bytes */
};

/* Of one log; for vrrl_append alone to look at. */
typedef struct vrrl_appender {
    uint8_t *records;  /* record 0, in the mapping */
    uint64_t *cursor;  /* where the cursor is told: in the file, or where no reader looks */
    uint64_t capacity; /* of the log, in records */
    uint64_t appended; /* records since open */
    uint64_t lap;      /* `appended` when the cursor was 0 last, modulo 2^64 */
    uint32_t state;    /* of the following; 0: nothing out of the ordinary */
} vrrl_appender;

/* The log's, until it is closed. For the thread that appends. */
VRRL_API vrrl_appender *vrrl_log_appender(vrrl_log *log);

/* Compilers weigh size, and a call here would send the record through memory. */
#define VRRL_APPEND_INLINE static inline __attribute__((always_inline))

/* The cold parts, for vrrl_append alone: what follows the stores of the last record before the cursor
 * wraps … */
VRRL_API vrrl_code vrrl_append_wrapped(vrrl_appender *to);
/* … and the end of an append where the state is not 0. */
VRRL_API vrrl_code vrrl_append_ended(vrrl_appender *to);

/* ---- The stores ------------------------------------------------------------------------------ */

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define VRRL_LE32(value) (value)
#define VRRL_LE64(value) (value)
#else
#define VRRL_LE32(value) __builtin_bswap32(value)
#define VRRL_LE64(value) __builtin_bswap64(value)
#endif

/* Two words of 4 bytes as one of 8, in the machine's own byte order. Compilers would take both by one
 * load where they lie side by side; it waits until both stores of a caller who has just made them are
 * in the cache, for 4 ns. So they may not know where the one comes from. */
static inline uint64_t vrrl_append_pair(uint32_t low, uint32_t high)
{
    uint64_t word = low;
    if (!__builtin_constant_p(low))
        __asm__("" : "+r"(word));
    return word | (uint64_t)high << 32;
}

VRRL_APPEND_INLINE void vrrl_append_word(uint8_t *at, uint64_t word)
{
    __atomic_store_n((uint64_t *)(void *)at, VRRL_LE64(word), __ATOMIC_RELAXED);
}

/* Magic, timestamp and slot become visible together; or, where not `wide`, the magic after the
 * others. */
VRRL_APPEND_INLINE void vrrl_append_head(uint8_t *at, const vrrl_record *record, bool wide)
{
    uint32_t timestamp_low = (uint32_t)record->timestamp_ns;
    uint64_t high_slot = vrrl_append_pair((uint32_t)(record->timestamp_ns >> 32), record->slot_idx);
#if VRRL_APPEND_WIDE
    if (__builtin_expect(wide, 1)) {
        uint64_t magic_low = vrrl_append_pair(VRRL_RECORD_MAGIC, timestamp_low);
        _mm_store_si128((__m128i *)(void *)at,
                        _mm_set_epi64x((long long)high_slot, (long long)magic_low));
        return;
    }
#endif
    (void)wide;
    uint32_t *magic = (uint32_t *)(void *)at;
    __atomic_store_n(magic + 1, VRRL_LE32(timestamp_low), __ATOMIC_RELAXED);
    vrrl_append_word(at + 8, high_slot);
    __atomic_store_n(magic, VRRL_LE32(VRRL_RECORD_MAGIC), __ATOMIC_RELEASE);
}

/* One record to its place in a live mapping, in the order that docs/format.md gives. The readers that
 * it pairs with are in src/log/. */
VRRL_APPEND_INLINE void vrrl_append_record(uint8_t *at, const vrrl_record *record, bool wide)
{
    __atomic_store_n((uint32_t *)(void *)at, 0u, __ATOMIC_RELAXED);
    /* No byte of the new body before the old head is gone. */
    __atomic_thread_fence(__ATOMIC_RELEASE);
    vrrl_append_word(at + 16, vrrl_append_pair(record->tenant_id, record->opcode));
    vrrl_append_word(at + 24, vrrl_append_pair(record->args[0], record->args[1]));
    vrrl_append_word(at + 32, vrrl_append_pair(record->args[2], record->args[3]));
    vrrl_append_word(at + 40, vrrl_append_pair(record->epoch, record->slot_status));
    vrrl_append_word(at + 48, vrrl_append_pair(record->failure_class, record->backend_code));
    vrrl_append_word(at + 56, record->output_digest);
    /* No byte of the new head before the whole body. */
    __atomic_thread_fence(__ATOMIC_RELEASE);
    vrrl_append_head(at, record, wide);
}

/* As vrrl_log_append, to the log of this appender. What changes with each record, beside the log, is one
 * number: a second would be one store more of ten. */
VRRL_APPEND_INLINE vrrl_code vrrl_append(vrrl_appender *to, const vrrl_record *record)
{
    uint32_t state = __atomic_load_n(&to->state, __ATOMIC_RELAXED);
    if (__builtin_expect(state & VRRL_APPENDER_FAILED, 0))
        return VRRL_IO;
    uint64_t appended = to->appended, index = appended - to->lap;
    vrrl_append_record(to->records + VRRL_RECORD_BYTES * index, record,
                       (state & VRRL_APPENDER_NARROW) == 0);
    if (__builtin_expect(index + 1 == to->capacity, 0))
        return vrrl_append_wrapped(to);
    /* Release: who reads the cursor from the file sees the records before it. */
    __atomic_store_n(to->cursor, VRRL_LE64(index + 1), __ATOMIC_RELEASE);
    /* Release: who syncs on account of this number syncs the record, and the cursor, too. */
    __atomic_store_n(&to->appended, appended + 1, __ATOMIC_RELEASE);
    /* Again: a guard may have taken the mapping away meanwhile. */
    return __builtin_expect(__atomic_load_n(&to->state, __ATOMIC_RELAXED) != 0, 0)
               ? vrrl_append_ended(to)
               : VRRL_OK;
}

#ifdef __cplusplus
}
#endif
#endif
