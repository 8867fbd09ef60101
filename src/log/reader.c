/* Reading a log: block by block with pread, in publish order, trusting nothing but the checks. */
#include "log/reader.h"

#include "base/atomics.h"
#include "base/error.h"
#include "format/log_format.h"
#include "log/log_file.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* 32 KiB a read: enough to make the system call's cost vanish, little enough for a first-level
 * cache to still hold the records when they are looked at. Measured: bench/bench_log.c. */
#define BLOCK_RECORDS 512u
#define BLOCK_ALIGN   4096u
#define HUGE_BYTES    ((size_t)2 << 20)
#define HEAD_BYTES    16u

struct vrrl_reader {
    int fd;
    bool owns_fd;
    bool live;
    char *path;
    uint64_t capacity;
    uint64_t cursor;   /* modulo the capacity: where publish order starts */
    uint64_t visited;  /* records of the ring that the blocks so far have covered */
    uint64_t replaced; /* records left out because a writer was at them */
    uint64_t file_bytes;
    uint64_t block_index;        /* index in the file of block[0] */
    const vrrl_raw_record *next; /* the next record to hand out */
    const vrrl_raw_record *end;  /* after the last one that is in the block */
    const vrrl_raw_record *last; /* the one handed out last, or that an error is about */
    vrrl_raw_record *block;      /* what is handed out */
    vrrl_raw_record *before;     /* the same records, read before; live only */
    vrrl_raw_record *after;      /* and after; live only */
    bool changed[BLOCK_RECORDS]; /* between one look at the head and another; live only */
};

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
    reader->visited = 0;
    reader->replaced = 0;
    reader->block_index = reader->cursor;
    reader->next = reader->end = reader->last = reader->block;
    return VRRL_OK;
}

vrrl_code log_reader_over(int fd, bool owns_fd, const char *path, unsigned flags, vrrl_reader **out,
                          vrrl_error *err)
{
    bool live = flags & VRRL_READ_LIVE;
    size_t blocks = live ? 3 : 1;
    size_t block_bytes = BLOCK_RECORDS * sizeof(vrrl_raw_record);
    vrrl_reader *reader = calloc(1, sizeof *reader);
    char *copy = strdup(path);
    vrrl_raw_record *block = aligned_alloc(BLOCK_ALIGN, blocks * block_bytes);
    if (!reader || !copy || !block) {
        free(reader);
        free(copy);
        free(block);
        if (owns_fd)
            close(fd);
        return error_no_memory(err, blocks * block_bytes);
    }
    *reader = (vrrl_reader){.fd = fd, .owns_fd = owns_fd, .live = live, .path = copy};
    reader->block = block;
    if (live) {
        reader->before = block + BLOCK_RECORDS;
        reader->after = block + 2 * BLOCK_RECORDS;
    }
    vrrl_code code = vrrl_reader_rewind(reader, err);
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
    free(reader->block);
    free(reader->path);
    free(reader);
}

/* Reads `wanted` records from `index` on; *whole is how many are there in full. */
static vrrl_code read_block(vrrl_reader *reader, vrrl_raw_record *block, uint64_t index,
                            size_t wanted, size_t *whole, vrrl_error *err)
{
    size_t got;
    vrrl_code code = log_file_read(reader->fd, reader->path, block, wanted * sizeof *block,
                                   log_record_offset(index), &got, err);
    size_t records = got / sizeof *block;
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
static void settle(vrrl_reader *reader, size_t records)
{
    static const uint8_t never_written[HEAD_BYTES];
    for (size_t i = 0; i < records; i++)
        memcpy(&reader->block[i], reader->changed[i] ? never_written : reader->before[i].bytes,
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
        code = read_block(reader, reader->block, index, wanted, whole, err);
    memset(reader->changed, 0, sizeof reader->changed);
    for (int look = 1; look < LOG_LOOKS && !code; look++) {
        fence_acquire();
        code = read_block(reader, reader->after, index, wanted, whole, err);
        compare_heads(reader, code ? 0 : *whole);
    }
    if (!code)
        settle(reader, *whole);
    return code;
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Reads the next block of the ring. Only called where there is one. */
static vrrl_code fill(vrrl_reader *reader, vrrl_error *err)
{
    uint64_t index = (reader->cursor + reader->visited) % reader->capacity;
    uint64_t to_end = reader->capacity - index;
    size_t wanted = (size_t)least(least(to_end, reader->capacity - reader->visited), BLOCK_RECORDS);
    size_t whole = wanted;
    reader->block_index = index;
    reader->next = reader->end = reader->last = reader->block;
    vrrl_code code = reader->live ? read_live_block(reader, index, &whole, err)
                                  : read_block(reader, reader->block, index, wanted, &whole, err);
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

/* Everything but a live record next in the block. Kept out of line: the common path then needs no
 * stack frame, which would cost more than its work. */
__attribute__((noinline)) static vrrl_code
next_slow(vrrl_reader *reader, const vrrl_raw_record **record, vrrl_error *err)
{
    for (;;) {
        for (; reader->next < reader->end; reader->next++) {
            uint32_t magic = vrrl_raw_magic(reader->next);
            if (magic == 0)
                continue;
            reader->last = reader->next;
            if (magic != VRRL_RECORD_MAGIC)
                return log_bad_record(vrrl_reader_index(reader), magic, reader->path, err);
            *record = reader->next++;
            return VRRL_OK;
        }
        if (reader->visited == reader->capacity)
            return VRRL_OK;
        vrrl_code code = fill(reader, err);
        if (code)
            return code;
    }
}

vrrl_code vrrl_reader_next(vrrl_reader *reader, const vrrl_raw_record **record, vrrl_error *err)
{
    const vrrl_raw_record *next = reader->next;
    if (next < reader->end && vrrl_raw_magic(next) == VRRL_RECORD_MAGIC) {
        *record = reader->last = next;
        reader->next = next + 1;
        return VRRL_OK;
    }
    *record = NULL;
    return next_slow(reader, record, err);
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
    vrrl_code code;
    while (!(code = vrrl_reader_next(reader, &raw, err)) && raw) {
        if (*count == room) {
            room = (size_t)reader->capacity;
            vrrl_record *grown = realloc(*all, room * sizeof *grown);
            if (!grown)
                return error_no_memory(err, room * sizeof *grown);
            *all = grown;
        }
        vrrl_raw_decode(raw, &(*all)[(*count)++]);
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
