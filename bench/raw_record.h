/* What the benchmarks of appending compare with, and what they append. */
#ifndef VRRL_BENCH_RAW_RECORD_H
#define VRRL_BENCH_RAW_RECORD_H

#include "log/record_format.h"

#include <string.h>

static inline vrrl_record record_of(uint64_t n)
{
    uint32_t k = (uint32_t)n;
    return (vrrl_record){.timestamp_ns = n,
                         .slot_idx = k & 63,
                         .tenant_id = k,
                         .opcode = k & 7,
                         .args = {k, k, k, k},
                         .epoch = k >> 6};
}

/* The record's 64 bytes, as a program that writes them itself would make them. */
static inline void encode_record(const vrrl_record *record, void *bytes)
{
    const uint32_t words[16] = {VRRL_RECORD_MAGIC,
                                (uint32_t)record->timestamp_ns,
                                (uint32_t)(record->timestamp_ns >> 32),
                                record->slot_idx,
                                record->tenant_id,
                                record->opcode,
                                record->args[0],
                                record->args[1],
                                record->args[2],
                                record->args[3],
                                record->epoch};
    memcpy(bytes, words, sizeof words);
}

/* Eight stores, in no order that anybody could rely on; the compiler may merge them. */
static inline void store_record(uint64_t *at, const vrrl_record *r)
{
    at[0] = log_pair(VRRL_RECORD_MAGIC, (uint32_t)r->timestamp_ns);
    at[1] = log_pair((uint32_t)(r->timestamp_ns >> 32), r->slot_idx);
    at[2] = log_pair(r->tenant_id, r->opcode);
    at[3] = log_pair(r->args[0], r->args[1]);
    at[4] = log_pair(r->args[2], r->args[3]);
    at[5] = log_pair(r->epoch, r->slot_status);
    at[6] = log_pair(r->failure_class, r->backend_code);
    at[7] = r->output_digest;
    __asm__ volatile("" ::: "memory");
}

#endif
