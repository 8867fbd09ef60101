/* What the writer, the verifier and the search for a range share with the reader. */
#ifndef VRRL_LOG_READER_H
#define VRRL_LOG_READER_H

#include "log/record_format.h"
#include "vrrl/log/log.h"

/* How often a reader of a live log looks at a head, the first time included. Its words are loaded one
 * by one: where the processor may load them out of order, a live magic of the next lap beside a
 * timestamp of this one would pass for no change. One more look, after an acquire fence, sees the
 * timestamp that came with that magic. tests/unit/log/test_log_protocol.c shows who needs it. */
#if defined(__x86_64__) || defined(__i386__)
enum { LOG_LOOKS = 2 };
#else
enum { LOG_LOOKS = 3 };
#endif

/* What a log may be in order of. */
static inline uint64_t log_order_value(const vrrl_raw_record *record, vrrl_order_field field)
{
    return field == VRRL_ORDER_EPOCH ? vrrl_raw_epoch(record) : vrrl_raw_timestamp_ns(record);
}

/* Reads and checks the header of an open file. */
vrrl_code log_read_header(int fd, const char *path, struct log_header *header, vrrl_error *err);

/* A reader over an open file, which it closes in the end (and on failure) where it owns it. */
vrrl_code log_reader_over(int fd, bool owns_fd, const char *path, unsigned flags,
                          vrrl_reader **reader, vrrl_error *err);

/* Goes to a position, 0 … capacity in publish order; reads up to `to_visit`, at first by blocks of
 * `block_most` records, then by twice as many. */
void reader_go(vrrl_reader *reader, uint64_t position, uint64_t to_visit, uint64_t block_most);

/* The next run of live records, from `next` to `run_end`: none after the last one. */
vrrl_code reader_find_run(vrrl_reader *reader, vrrl_error *err);

#endif
