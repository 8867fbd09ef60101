#include "recording/frames.h"

#include "base/bytes.h"
#include "base/checksum.h"
#include "base/sync.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

/* The skippable frame: zstd's own 8 bytes (magic, size of what follows), then ours. */
#define SKIPPABLE_MAGIC 0x184D2A56u
#define FRAME_MAGIC     0x46525256u /* "VRRF" */
enum {
    AT_SKIPPABLE_MAGIC = 0,
    AT_SKIPPABLE_SIZE = 4,
    AT_MAGIC = 8,
    AT_KIND = 12,
    AT_EPOCH = 16,
    AT_MARK =
        20, /* the first four bytes of the recording id; 0 in frames from before it was written */
    AT_PAYLOAD_BYTES = 24,
    AT_COMPRESSED_BYTES = 32,
    AT_CHECKSUM = 40, /* XXH3-64 of the payload */
    HEAD_BYTES = 48,
};

/* Snapshots and pages are mostly zeros and counters: the fastest level does nearly all there is. */
enum { COMPRESSION_LEVEL = 1 };

/* Sets a buffer's size, its bytes undefined. */
static vrrl_code resize(struct byte_buffer *buffer, uint64_t size, vrrl_error *err)
{
    if (buffer->room < size) {
        buffer_free(buffer);
        buffer->bytes = malloc((size_t)size);
        if (!buffer->bytes)
            return error_no_memory(err, size);
        buffer->room = (size_t)size;
    }
    buffer->size = (size_t)size;
    return VRRL_OK;
}

/* ---- Writing --------------------------------------------------------------------------------- */

vrrl_code frame_writer_create(struct frame_writer *writer, const char *path, vrrl_error *err)
{
    *writer = (struct frame_writer){.fd = -1, .compressor = ZSTD_createCCtx()};
    if (!writer->compressor)
        return error_no_memory(err, 0);
    writer->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (writer->fd < 0) {
        vrrl_code code = error_errno(err, "open", path, NULL);
        ZSTD_freeCCtx(writer->compressor);
        writer->compressor = NULL;
        return code;
    }
    return VRRL_OK;
}

static vrrl_code write_all(int fd, const uint8_t *bytes, size_t size, const char *path,
                           vrrl_error *err)
{
    while (size > 0) {
        ssize_t now = write(fd, bytes, size);
        if (now < 0 && errno == EINTR)
            continue;
        if (now < 0)
            return error_errno(err, "write", path, NULL);
        bytes += now;
        size -= (size_t)now;
    }
    return VRRL_OK;
}

/* Nothing, or all of it: who comes after a frame that was cut off would not be found. */
static vrrl_code append(struct frame_writer *writer, const uint8_t *bytes, size_t size,
                        const char *path, vrrl_error *err)
{
    if (writer->limit && size > writer->limit - writer->bytes)
        return error_set(err, VRRL_TOO_LARGE, "Fix: allow it more bytes.",
                         "%s: a frame of %zu bytes after %llu, at most %llu are allowed", path,
                         size, (unsigned long long)writer->bytes,
                         (unsigned long long)writer->limit);
    vrrl_code code = write_all(writer->fd, bytes, size, path, err);
    if (code == VRRL_OK)
        writer->bytes += size;
    else if (ftruncate(writer->fd, (off_t)writer->bytes) == 0)
        lseek(writer->fd, (off_t)writer->bytes, SEEK_SET);
    return code;
}

static void put_head(uint8_t *at, enum frame_kind kind, uint32_t epoch, uint32_t mark,
                     const struct byte_buffer *payload, size_t compressed)
{
    memset(at, 0, HEAD_BYTES);
    store_le32(at + AT_SKIPPABLE_MAGIC, SKIPPABLE_MAGIC);
    store_le32(at + AT_SKIPPABLE_SIZE, HEAD_BYTES - AT_MAGIC);
    store_le32(at + AT_MAGIC, FRAME_MAGIC);
    store_le32(at + AT_KIND, kind);
    store_le32(at + AT_EPOCH, epoch);
    store_le32(at + AT_MARK, mark);
    store_le64(at + AT_PAYLOAD_BYTES, payload->size);
    store_le64(at + AT_COMPRESSED_BYTES, compressed);
    store_le64(at + AT_CHECKSUM, checksum_xxh3(payload->bytes, payload->size));
}

vrrl_code frame_put(struct frame_writer *writer, const char *path, enum frame_kind kind,
                    uint32_t epoch, const struct byte_buffer *payload, vrrl_error *err)
{
    if (payload->failed)
        return error_no_memory(err, payload->size);
    struct byte_buffer *out = &writer->compressed;
    size_t bound = ZSTD_compressBound(payload->size);
    vrrl_code code = resize(out, HEAD_BYTES + bound, err);
    if (code != VRRL_OK)
        return code;
    size_t compressed = ZSTD_compressCCtx(writer->compressor, out->bytes + HEAD_BYTES, bound,
                                          payload->bytes, payload->size, COMPRESSION_LEVEL);
    if (ZSTD_isError(compressed))
        return error_set(err, VRRL_NO_MEMORY, "Fix: free some memory.", "compressing for %s: %s",
                         path, ZSTD_getErrorName(compressed));
    put_head(out->bytes, kind, epoch, writer->mark, payload, compressed);
    return append(writer, out->bytes, HEAD_BYTES + compressed, path, err);
}

uint64_t frame_bytes_most(uint64_t payload_bytes)
{
    return HEAD_BYTES + ZSTD_compressBound((size_t)payload_bytes);
}

vrrl_code frame_writer_sync(struct frame_writer *writer, const char *path, vrrl_error *err)
{
    return sync_data(writer->fd) == 0 ? VRRL_OK : error_errno(err, "fdatasync", path, NULL);
}

void frame_writer_discard(struct frame_writer *writer)
{
    if (writer->fd >= 0)
        close(writer->fd);
    ZSTD_freeCCtx(writer->compressor);
    buffer_free(&writer->compressed);
    *writer = (struct frame_writer){.fd = -1};
}

vrrl_code frame_writer_close(struct frame_writer *writer, const char *path, vrrl_error *err)
{
    vrrl_code code = writer->fd >= 0 ? frame_writer_sync(writer, path, err) : VRRL_OK;
    frame_writer_discard(writer);
    return code;
}

/* ---- Reading --------------------------------------------------------------------------------- */

vrrl_code frame_reader_open(struct frame_reader *reader, const char *path, vrrl_error *err)
{
    struct stat status;
    *reader = (struct frame_reader){.fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (reader->fd < 0)
        return error_errno(err, "open", path, NULL);
    vrrl_code code = VRRL_OK;
    reader->decompressor = ZSTD_createDCtx();
    if (!reader->decompressor)
        code = error_no_memory(err, 0);
    else if (fstat(reader->fd, &status) != 0)
        code = error_errno(err, "fstat", path, NULL);
    else if (!S_ISREG(status.st_mode))
        code = error_set(err, VRRL_IO, "Fix: name a recording.", "%s is no regular file", path);
    if (code != VRRL_OK)
        frame_reader_close(reader);
    return code;
}

void frame_reader_close(struct frame_reader *reader)
{
    if (reader->fd >= 0)
        close(reader->fd);
    ZSTD_freeDCtx(reader->decompressor);
    buffer_free(&reader->raw);
    buffer_free(&reader->compressed);
    *reader = (struct frame_reader){.fd = -1};
}

/* Back to the first frame. */
static void frame_reader_rewind(struct frame_reader *reader)
{
    reader->offset = 0;
}

/* Reads up to `size` bytes at the reader's offset and moves on; fewer only at the file's end. */
static vrrl_code read_some(struct frame_reader *reader, uint8_t *out, size_t size, size_t *got,
                           const char *path, vrrl_error *err)
{
    for (*got = 0; *got < size;) {
        ssize_t now = pread(reader->fd, out + *got, size - *got, (off_t)(reader->offset + *got));
        if (now < 0 && errno == EINTR)
            continue;
        if (now < 0)
            return error_errno(err, "pread", path, NULL);
        if (now == 0)
            break;
        *got += (size_t)now;
    }
    reader->offset += *got;
    return VRRL_OK;
}

vrrl_code frame_corrupt(const char *path, const char *what, vrrl_error *err)
{
    return error_set(err, VRRL_CORRUPT, "Fix: the recording is damaged; record it again.", "%s: %s",
                     path, what);
}

static vrrl_code bytes_left(const struct frame_reader *reader, const char *path, uint64_t *left,
                            vrrl_error *err)
{
    off_t size = lseek(reader->fd, 0, SEEK_END);
    if (size < 0)
        return error_errno(err, "lseek", path, NULL);
    *left = (uint64_t)size > reader->offset ? (uint64_t)size - reader->offset : 0;
    return VRRL_OK;
}

static vrrl_code get_payload(struct frame_reader *reader, const uint8_t *head, const char *path,
                             bool *found, vrrl_error *err)
{
    uint64_t raw = load_le64(head + AT_PAYLOAD_BYTES);
    uint64_t compressed = load_le64(head + AT_COMPRESSED_BYTES);
    uint64_t left = 0;
    vrrl_code code = bytes_left(reader, path, &left, err);
    if (code != VRRL_OK || left < compressed)
        return code; /* cut off: nothing is allocated for it */
    code = resize(&reader->raw, raw, err);
    if (code == VRRL_OK)
        code = resize(&reader->compressed, compressed, err);
    size_t got = 0;
    if (code == VRRL_OK)
        code = read_some(reader, reader->compressed.bytes, (size_t)compressed, &got, path, err);
    if (code != VRRL_OK || got < compressed)
        return code;
    size_t size = ZSTD_decompressDCtx(reader->decompressor, reader->raw.bytes, (size_t)raw,
                                      reader->compressed.bytes, (size_t)compressed);
    if (ZSTD_isError(size) || size != raw)
        return frame_corrupt(path, "a frame does not decompress to the size that it says", err);
    if (checksum_xxh3(reader->raw.bytes, size) != load_le64(head + AT_CHECKSUM))
        return frame_corrupt(path, "a frame's checksum does not hold", err);
    *found = true;
    return VRRL_OK;
}

static bool is_head(const uint8_t *head)
{
    return load_le32(head + AT_SKIPPABLE_MAGIC) == SKIPPABLE_MAGIC &&
           load_le32(head + AT_SKIPPABLE_SIZE) == HEAD_BYTES - AT_MAGIC &&
           load_le32(head + AT_MAGIC) == FRAME_MAGIC;
}

vrrl_code frame_get(struct frame_reader *reader, const char *path, enum frame_kind kind,
                    uint64_t payload_limit, uint32_t *epoch, bool *found, vrrl_error *err)
{
    uint8_t head[HEAD_BYTES];
    size_t got;
    *found = false;
    vrrl_code code = read_some(reader, head, HEAD_BYTES, &got, path, err);
    if (code != VRRL_OK || got < HEAD_BYTES)
        return code;
    if (!is_head(head) || load_le32(head + AT_KIND) != (uint32_t)kind)
        return frame_corrupt(path, "a frame does not begin as it should", err);
    uint32_t mark = load_le32(head + AT_MARK);
    if (mark != 0 && reader->mark != 0 && mark != reader->mark)
        return frame_corrupt(path, "a frame belongs to another recording", err);
    *epoch = load_le32(head + AT_EPOCH);
    uint64_t raw = load_le64(head + AT_PAYLOAD_BYTES);
    if (raw > payload_limit ||
        load_le64(head + AT_COMPRESSED_BYTES) > ZSTD_compressBound((size_t)raw))
        return frame_corrupt(path, "a frame is larger than this recording's can be", err);
    return get_payload(reader, head, path, found, err);
}

vrrl_code frame_count(struct frame_reader *reader, const char *path, uint32_t *count,
                      vrrl_error *err)
{
    frame_reader_rewind(reader);
    for (*count = 0;; ++*count) {
        uint8_t head[HEAD_BYTES];
        size_t got;
        uint64_t left = 0;
        vrrl_code code = read_some(reader, head, HEAD_BYTES, &got, path, err);
        if (code == VRRL_OK)
            code = bytes_left(reader, path, &left, err);
        if (code != VRRL_OK)
            return code;
        /* Zeros, say, a whole sparse file of them, are not gone through 48 bytes at a time. */
        if (got < HEAD_BYTES || !is_head(head) || load_le64(head + AT_COMPRESSED_BYTES) > left)
            break;
        reader->offset += load_le64(head + AT_COMPRESSED_BYTES);
    }
    frame_reader_rewind(reader);
    return VRRL_OK;
}
