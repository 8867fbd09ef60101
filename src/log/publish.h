/*
 * The stores that publish one record in a live mapping, in the order that docs/format.md gives.
 * The reader that they pair with is the live block of reader.c.
 */
#ifndef VRRL_LOG_PUBLISH_H
#define VRRL_LOG_PUBLISH_H

#include "base/atomics.h"
#include "base/bytes.h"
#include "format/log_format.h"

/* ThreadSanitizer would take the vector store for a plain one. */
#if defined(__x86_64__) && !defined(__SANITIZE_THREAD__)
#if defined(__has_feature)
#if !__has_feature(thread_sanitizer)
#define PUBLISH_WIDE 1
#endif
#else
#define PUBLISH_WIDE 1
#endif
#endif

#ifdef PUBLISH_WIDE
#include <emmintrin.h>
/* True where an aligned 16-byte store is one access: Intel and AMD promise that for every processor
 * with AVX, for the SSE stores too. */
static inline bool publish_has_wide(void)
{
    return __builtin_cpu_supports("avx");
}
#else
static inline bool publish_has_wide(void)
{
    return false;
}
#endif

/* Magic, timestamp and slot become visible together, or, without the wide store, the magic after
 * the others. */
static inline void publish_head(struct log_record_words *at, const vrrl_record *record, bool wide)
{
    uint32_t timestamp_low = (uint32_t)record->timestamp_ns;
    uint64_t high_slot = log_pair((uint32_t)(record->timestamp_ns >> 32), record->slot_idx);
#ifdef PUBLISH_WIDE
    if (wide) {
        uint64_t magic_low = log_pair(VRRL_RECORD_MAGIC, timestamp_low);
        _mm_store_si128((__m128i *)(void *)at,
                        _mm_set_epi64x((long long)high_slot, (long long)magic_low));
        return;
    }
#endif
    (void)wide;
    store_relaxed(&at->timestamp_low, le32(timestamp_low));
    store_relaxed(&at->timestamp_high_slot, le64(high_slot));
    store_release(&at->magic, le32(VRRL_RECORD_MAGIC));
}

static inline void publish_record(struct log_record_words *at, const vrrl_record *record, bool wide)
{
    store_relaxed(&at->magic, 0);
    /* No byte of the new body before the old head is gone. */
    fence_release();
    store_relaxed(&at->body[0], le64(log_pair(record->tenant_id, record->opcode)));
    store_relaxed(&at->body[1], le64(log_pair(record->args[0], record->args[1])));
    store_relaxed(&at->body[2], le64(log_pair(record->args[2], record->args[3])));
    store_relaxed(&at->body[3], le64(log_pair(record->epoch, record->slot_status)));
    store_relaxed(&at->body[4], le64(log_pair(record->failure_class, record->backend_code)));
    store_relaxed(&at->body[5], le64(record->output_digest));
    /* No byte of the new head before the whole body. */
    fence_release();
    publish_head(at, record, wide);
}

#endif
