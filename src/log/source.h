/*
 * The accesses of those who read a log while it is written: a header's cursor, a record's head,
 * whole records, each by pread or from a mapping. Each is followed by an acquire fence, so that it
 * comes before whatever is read next.
 */
#ifndef VRRL_LOG_SOURCE_H
#define VRRL_LOG_SOURCE_H

#include "log/record_format.h"

#include <string.h>

/* Magic, timestamp and slot index: what an append publishes by one store. */
struct log_head {
    uint8_t bytes[16];
};

struct log_source {
    int fd;
    char *path;
    uint64_t capacity;
    const uint64_t *mapping; /* NULL: pread */
    /* Tests put a file of their own in place of both. */
    void (*read)(void *context, void *bytes, size_t size, uint64_t offset);
    void *context;
};

/* Opens a log and checks its header. `mapped`: it must be as long as its capacity says. */
vrrl_code log_source_open(struct log_source *source, const char *path, bool mapped,
                          vrrl_error *err);
void log_source_close(struct log_source *source);

vrrl_code log_source_head(const struct log_source *source, uint64_t index, struct log_head *head,
                          vrrl_error *err);
/* A head that was `was`, looked at again, as often as LOG_LOOKS says: *again is the first look that
 * differs, or the last one. */
vrrl_code log_source_head_again(const struct log_source *source, uint64_t index,
                                const struct log_head *was, struct log_head *again,
                                vrrl_error *err);
vrrl_code log_source_records(const struct log_source *source, uint64_t index, size_t count,
                             vrrl_raw_record *records, vrrl_error *err);

/*
 * The cursor, modulo the capacity, twice: nobody promises that pread copies its 8 bytes in one
 * access, so one of the two may be a mixture of the values before and after an append. That append
 * is then over when the second is read, so at most one of them is, or both of different appends.
 */
vrrl_code log_source_cursors(const struct log_source *source, uint64_t cursors[2], vrrl_error *err);

/* Both heads of one append. Equal ones of two laps are the limit that docs/format.md names. */
static inline bool log_head_same(const struct log_head *a, const struct log_head *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

/* From place `from` on around the ring to place `to`. */
static inline uint64_t log_distance(uint64_t from, uint64_t to, uint64_t capacity)
{
    return to >= from ? to - from : to + capacity - from;
}

#endif
