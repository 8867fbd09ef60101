/* Reading a log: block by block with pread, in publish order, trusting nothing but the checks. */
#include "log/reader_state.h"

#include "base/array.h"
#include "base/atomics.h"
#include "base/error.h"
#include "base/least.h"
#include "log/log_file.h"
#include "log/range.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Of a mapping so many at a time: the first look brings them from memory, the second finds them in
 * the first-level cache. */
#define MAPPED_RECORDS 256u
#define BLOCK_ALIGN    4096u
#define HUGE_BYTES     ((size_t)2 << 20)
#define HEAD_BYTES     16u

vrrl_code log_read_header(int fd, const char *path, struct log_header *header, vrrl_error *err)
{
    uint8_t bytes[LOG_HEADER_BYTES];
    size_t got;
    vrrl_code code = log_file_read(fd, path, bytes, sizeof bytes, 0, &got, err);
    if (code)
        return code;
    if (got < sizeof bytes) {
        log_file_short(path, "a log's header", got, sizeof bytes, err);
        return VRRL_IO;
    }
    return log_decode_header(bytes, path, header, NULL, err);
}

static void unmap(vrrl_reader *reader)
{
    if (reader->mapping)
        munmap((void *)(uintptr_t)reader->mapping, (size_t)log_file_bytes(reader->mapped_capacity));
    reader->mapping = NULL;
}

/* Once, but where the header says another capacity than it did. */
static vrrl_code map(vrrl_reader *reader, vrrl_error *err)
{
    if (reader->mapping && reader->mapped_capacity == reader->capacity)
        return VRRL_OK;
    unmap(reader);
    void *mapping = NULL;
    vrrl_code code =
        log_file_map(reader->fd, reader->path, reader->capacity, MAP_POPULATE, &mapping, err);
    reader->mapping = mapping;
    reader->mapped_capacity = reader->capacity;
    return code;
}

void reader_go(vrrl_reader *reader, uint64_t position, uint64_t to_visit, uint64_t block_most)
{
    reader->visited = position;
    reader->to_visit = to_visit;
    reader->block_most = block_most;
    reader->block_index = (reader->cursor + position) % reader->capacity;
    reader->next = reader->run_end = reader->end = reader->last = reader->block = reader->buffer;
}

vrrl_code vrrl_reader_rewind(vrrl_reader *reader, vrrl_error *err)
{
    struct log_header header;
    vrrl_code code = log_read_header(reader->fd, reader->path, &header, err);
    if (!code)
        code = log_file_size(reader->fd, reader->path, &reader->file_bytes, err);
    if (code)
        return code;
    /* Pairs with the cursor's release: who sees the cursor sees the records before it. */
    fence_acquire();
    reader->capacity = header.capacity;
    reader->cursor = header.next_slot % header.capacity;
    reader->replaced = 0;
    reader->in_range = false;
    code = reader->buffer ? VRRL_OK : map(reader, err);
    reader_go(reader, 0, code ? 0 : reader->capacity, BLOCK_RECORDS); /* no mapping: no records */
    return code;
}

/* Room for a block, and for two more looks at it where it is live. */
static bool allocate_blocks(vrrl_reader *reader, unsigned flags)
{
    size_t blocks = reader->live ? 3 : 1;
    if (flags & VRRL_READ_MAPPED)
        return true;
    reader->buffer = aligned_alloc(BLOCK_ALIGN, blocks * BLOCK_RECORDS * sizeof *reader->buffer);
    if (!reader->buffer)
        return false;
    reader->before = reader->buffer + BLOCK_RECORDS * (blocks > 1);
    reader->after = reader->before + BLOCK_RECORDS * (blocks > 1);
    return true;
}

static vrrl_reader *new_reader(const char *path, unsigned flags)
{
    vrrl_reader *reader = calloc(1, sizeof *reader);
    if (!reader)
        return NULL;
    reader->fd = -1;
    reader->live = flags & VRRL_READ_LIVE;
    reader->path = strdup(path);
    if (reader->path && allocate_blocks(reader, flags))
        return reader;
    vrrl_reader_close(reader);
    return NULL;
}

static vrrl_code check_flags(const char *path, unsigned flags, vrrl_error *err)
{
    if ((flags & VRRL_READ_LIVE) == 0 || (flags & VRRL_READ_MAPPED) == 0)
        return VRRL_OK;
    return error_set(err, VRRL_INVALID, "Fix: read a log that may be written without a mapping.",
                     "%s: VRRL_READ_LIVE and VRRL_READ_MAPPED do not go together", path);
}

vrrl_code log_reader_over(int fd, bool owns_fd, const char *path, unsigned flags, vrrl_reader **out,
                          vrrl_error *err)
{
    vrrl_code code = check_flags(path, flags, err);
    vrrl_reader *reader = code ? NULL : new_reader(path, flags);
    if (!reader) {
        if (owns_fd)
            close(fd);
        return code ? code : error_no_memory(err, BLOCK_RECORDS * sizeof(vrrl_raw_record));
    }
    reader->fd = fd;
    reader->owns_fd = owns_fd;
    code = vrrl_reader_rewind(reader, err);
    if (code)
        vrrl_reader_close(reader);
    else
        *out = reader;
    return code;
}

vrrl_code vrrl_reader_open(const char *path, unsigned flags, vrrl_reader **reader, vrrl_error *err)
{
    *reader = NULL;
    int fd;
    vrrl_code code = log_file_open(path, O_RDONLY, &fd, err);
    return code ? code : log_reader_over(fd, true, path, flags, reader, err);
}

void vrrl_reader_close(vrrl_reader *reader)
{
    if (!reader)
        return;
    if (reader->owns_fd)
        close(reader->fd);
    unmap(reader);
    free(reader->buffer);
    free(reader->path);
    free(reader);
}

/* Reads `wanted` records from `index` on; *whole is how many are there in full. */
static vrrl_code read_block(vrrl_reader *reader, vrrl_raw_record *block, uint64_t index,
                            size_t wanted, size_t *whole, vrrl_error *err)
{
    size_t records;
    vrrl_code code =
        log_file_records(reader->fd, reader->path, index, wanted, block, &records, err);
    *whole = records < *whole ? records : *whole;
    return code;
}

static void compare_heads(vrrl_reader *reader, size_t records)
{
    for (size_t i = 0; i < records; i++) {
        bool same = memcmp(&reader->before[i], &reader->after[i], HEAD_BYTES) == 0;
        reader->replaced += !same && !reader->changed[i];
        reader->changed[i] |= !same;
    }
}

/* The body of a record counts where its head was live and the same before and after. */
static void settle_records(vrrl_reader *reader, size_t records)
{
    static const uint8_t never_written[HEAD_BYTES];
    for (size_t i = 0; i < records; i++)
        memcpy(&reader->buffer[i], reader->changed[i] ? never_written : reader->before[i].bytes,
               HEAD_BYTES);
}

/* Reads heads, bodies, heads, in this order. The acquire fences pair with the release fences of
 * append: who sees a head sees the body that was stored before it, and who sees a body of the next
 * lap sees, afterwards, that the head is gone. */
static vrrl_code read_live_block(vrrl_reader *reader, uint64_t index, size_t *whole,
                                 vrrl_error *err)
{
    size_t wanted = *whole;
    vrrl_code code = read_block(reader, reader->before, index, wanted, whole, err);
    fence_acquire();
    if (!code)
        code = read_block(reader, reader->buffer, index, wanted, whole, err);
    memset(reader->changed, 0, wanted);
    for (int look = 1; look < LOG_LOOKS && !code; look++) {
        fence_acquire();
        code = read_block(reader, reader->after, index, wanted, whole, err);
        compare_heads(reader, code ? 0 : *whole);
    }
    if (!code)
        settle_records(reader, *whole);
    return code;
}

/* Records from `index` on, up to as many as *whole, which becomes how many are there in full. */
static vrrl_code next_block(vrrl_reader *reader, uint64_t index, size_t *whole, vrrl_error *err)
{
    if (reader->live)
        return read_live_block(reader, index, whole, err);
    if (reader->buffer)
        return read_block(reader, reader->buffer, index, *whole, whole, err);
    *whole = (size_t)least(*whole, MAPPED_RECORDS);
    reader->block = (const vrrl_raw_record *)(const void *)((const char *)reader->mapping +
                                                            log_record_offset(index));
    return VRRL_OK;
}

/* Takes the next block of the ring. Only called where there is one. */
static vrrl_code fill_block(vrrl_reader *reader, vrrl_error *err)
{
    uint64_t index = (reader->cursor + reader->visited) % reader->capacity;
    uint64_t to_end = reader->capacity - index;
    uint64_t left = reader->to_visit - reader->visited;
    size_t whole = (size_t)least(least(to_end, left), reader->block_most);
    reader->block_most = least(2 * reader->block_most, BLOCK_RECORDS);
    vrrl_code code = next_block(reader, index, &whole, err);
    reader->block_index = index;
    reader->next = reader->run_end = reader->end = reader->last = reader->block;
    if (code)
        return code;
    if (whole == 0) {
        char what[40];
        snprintf(what, sizeof what, "record %" PRIu64, index);
        uint64_t bytes = 0;
        code = log_file_size(reader->fd, reader->path, &bytes, err);
        return code ? code
                    : log_file_short(reader->path, what, bytes, log_record_offset(index + 1), err);
    }
    reader->end = reader->block + whole;
    reader->visited += whole;
    return VRRL_OK;
}

static const vrrl_raw_record *live_run(const vrrl_raw_record *first, const vrrl_raw_record *end)
{
    while (first < end && vrrl_raw_magic(first) == VRRL_RECORD_MAGIC)
        first++;
    return first;
}

static const vrrl_raw_record *ordered_run(vrrl_reader *reader, const vrrl_raw_record *end)
{
    const vrrl_raw_record *at = reader->next;
    for (; at < end; at++) {
        uint64_t value = log_order_value(at, reader->field);
        if (value < reader->least || value > reader->greatest)
            break;
        reader->least = value;
    }
    return at;
}

/* Kept out of line: the common path of those who call it then needs no stack frame, which would cost
 * more than its work. */
__attribute__((noinline)) vrrl_code reader_find_run(vrrl_reader *reader, vrrl_error *err)
{
    for (;;) {
        for (; reader->next < reader->end; reader->next++) {
            uint32_t magic = vrrl_raw_magic(reader->next);
            if (magic == 0)
                continue;
            reader->last = reader->next;
            reader->run_end = live_run(reader->next, reader->end);
            if (reader->in_range)
                reader->run_end = ordered_run(reader, reader->run_end);
            if (reader->next < reader->run_end)
                return VRRL_OK;
            return magic == VRRL_RECORD_MAGIC
                       ? reader_out_of_order(reader, err)
                       : log_bad_record(vrrl_reader_index(reader), magic, reader->path, err);
        }
        reader->run_end = reader->next;
        if (reader->visited == reader->to_visit)
            return VRRL_OK;
        vrrl_code code = fill_block(reader, err);
        if (code)
            return code;
    }
}

vrrl_code vrrl_reader_next_batch(vrrl_reader *reader, const vrrl_raw_record **records,
                                 size_t *count, vrrl_error *err)
{
    *records = NULL;
    *count = 0;
    vrrl_code code = reader->next < reader->run_end ? VRRL_OK : reader_find_run(reader, err);
    if (code || reader->next == reader->run_end)
        return code;
    *records = reader->last = reader->next;
    *count = (size_t)(reader->run_end - reader->next);
    reader->next = reader->run_end;
    return VRRL_OK;
}

vrrl_code vrrl_reader_next(vrrl_reader *reader, const vrrl_raw_record **record, vrrl_error *err)
{
    if (__builtin_expect(reader->next == reader->run_end, 0)) {
        *record = NULL;
        vrrl_code code = reader_find_run(reader, err);
        if (code || reader->next == reader->run_end)
            return code;
    }
    *record = reader->last = reader->next++;
    return VRRL_OK;
}

/* How many records the file can hold at most: what a header says is not to be trusted alone. */
static size_t records_held(const vrrl_reader *reader)
{
    if (reader->file_bytes < LOG_HEADER_BYTES)
        return 0;
    return (size_t)least((reader->file_bytes - LOG_HEADER_BYTES) / VRRL_RECORD_BYTES,
                         reader->capacity);
}

/* Room for `count` records, at least one. Fresh pages cost more than the reading: a big array asks
 * for huge ones. */
static vrrl_record *allocate_records(size_t count)
{
    size_t bytes = (count ? count : 1) * sizeof(vrrl_record);
    if (bytes < HUGE_BYTES)
        return malloc(bytes);
    bytes = (bytes + HUGE_BYTES - 1) / HUGE_BYTES * HUGE_BYTES;
    void *records = aligned_alloc(HUGE_BYTES, bytes);
    if (records)
        madvise(records, bytes, MADV_HUGEPAGE); /* a hint: failing does no harm */
    return records;
}

/* Reads on to the end into *all, which has room for `room` records and grows where the file has
 * grown since it was measured. */
static vrrl_code read_rest(vrrl_reader *reader, vrrl_record **all, size_t room, size_t *count,
                           vrrl_error *err)
{
    const vrrl_raw_record *raw;
    size_t more;
    vrrl_code code;
    while (!(code = vrrl_reader_next_batch(reader, &raw, &more, err)) && more > 0) {
        if (more > room - *count) {
            room = (size_t)reader->capacity;
            if (!array_resize(all, room, sizeof **all))
                return error_no_memory(err, room * sizeof **all);
        }
        for (size_t i = 0; i < more; i++)
            vrrl_raw_decode(&raw[i], &(*all)[(*count)++]);
    }
    return code;
}

vrrl_code vrrl_reader_read_all(vrrl_reader *reader, vrrl_record **records, size_t *count,
                               vrrl_error *err)
{
    *records = NULL;
    *count = 0;
    vrrl_code code = vrrl_reader_rewind(reader, err);
    if (code)
        return code;
    size_t room = records_held(reader), n = 0;
    vrrl_record *all = allocate_records(room);
    if (!all)
        return error_no_memory(err, room * sizeof *all);
    code = read_rest(reader, &all, room, &n, err);
    if (code || n == 0) {
        free(all);
        return code;
    }
    *records = all;
    *count = n;
    return VRRL_OK;
}

uint64_t vrrl_reader_index(const vrrl_reader *reader)
{
    return reader->block_index + (uint64_t)(reader->last - reader->block);
}

uint64_t vrrl_reader_capacity(const vrrl_reader *reader)
{
    return reader->capacity;
}
uint64_t vrrl_reader_cursor(const vrrl_reader *reader)
{
    return reader->cursor;
}
uint64_t vrrl_reader_replaced(const vrrl_reader *reader)
{
    return reader->replaced;
}
const char *vrrl_reader_path(const vrrl_reader *reader)
{
    return reader->path;
}
