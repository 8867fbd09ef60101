#include "log/source.h"

#include "base/atomics.h"
#include "base/bytes.h"
#include "base/error.h"
#include "log/log_file.h"
#include "log/reader.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static vrrl_code map_source(struct log_source *source, vrrl_error *err)
{
    void *mapping = NULL;
    vrrl_code code = log_file_map(source->fd, source->path, source->capacity, 0, &mapping, err);
    source->mapping = mapping;
    return code;
}

vrrl_code log_source_open(struct log_source *source, const char *path, bool mapped, vrrl_error *err)
{
    struct log_header header = {0};
    *source = (struct log_source){.fd = -1, .path = strdup(path)};
    if (!source->path)
        return error_no_memory(err, strlen(path));
    vrrl_code code = log_file_open(path, O_RDONLY, &source->fd, err);
    if (!code)
        code = log_read_header(source->fd, path, &header, err);
    source->capacity = header.capacity;
    if (!code && mapped)
        code = map_source(source, err);
    if (code)
        log_source_close(source);
    return code;
}

void log_source_close(struct log_source *source)
{
    if (source->mapping)
        munmap((void *)(uintptr_t)source->mapping, (size_t)log_file_bytes(source->capacity));
    if (source->fd >= 0)
        close(source->fd);
    free(source->path);
    *source = (struct log_source){.fd = -1};
}

/* Word by word, each in one access: a writer may be at them. */
static void copy_words(void *to, const uint64_t *from, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t word = load_relaxed(&from[i]);
        memcpy((uint8_t *)to + 8 * i, &word, sizeof word);
    }
}

static vrrl_code read_file(const struct log_source *source, void *bytes, size_t size,
                           uint64_t offset, vrrl_error *err)
{
    size_t got;
    vrrl_code code = log_file_read(source->fd, source->path, bytes, size, offset, &got, err);
    if (code || got == size)
        return code;
    return log_file_short(source->path, "the place to read", offset + got, offset + size, err);
}

/* All of `size` bytes at `offset`, both multiples of 8; VRRL_IO where the file ends before. */
static vrrl_code log_source_read(const struct log_source *source, void *bytes, size_t size,
                                 uint64_t offset, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    if (source->read)
        source->read(source->context, bytes, size, offset);
    else if (source->mapping)
        copy_words(bytes, source->mapping + offset / 8, size / 8);
    else
        code = read_file(source, bytes, size, offset, err);
    fence_acquire();
    return code;
}

vrrl_code log_source_head(const struct log_source *source, uint64_t index, struct log_head *head,
                          vrrl_error *err)
{
    return log_source_read(source, head, sizeof *head, log_record_offset(index), err);
}

vrrl_code log_source_head_again(const struct log_source *source, uint64_t index,
                                const struct log_head *was, struct log_head *again, vrrl_error *err)
{
    vrrl_code code = log_source_head(source, index, again, err);
    for (int look = 2; look < LOG_LOOKS && !code && memcmp(was, again, sizeof *was) == 0; look++)
        code = log_source_head(source, index, again, err);
    return code;
}

vrrl_code log_source_records(const struct log_source *source, uint64_t index, size_t count,
                             vrrl_raw_record *records, vrrl_error *err)
{
    return log_source_read(source, records, count * sizeof *records, log_record_offset(index), err);
}

vrrl_code log_source_cursors(const struct log_source *source, uint64_t cursors[2], vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    for (int i = 0; i < 2 && !code; i++) {
        uint64_t stored = 0;
        code = log_source_read(source, &stored, sizeof stored,
                               offsetof(struct log_header_words, next_slot), err);
        cursors[i] = le64(stored) % source->capacity;
    }
    return code;
}
