/*
 * Frames: how snapshots and changed pages lie in their .zst files.
 *
 * A frame is a zstd skippable frame that says what follows, then one zstd frame with the payload:
 * any zstd tool decompresses the file to its payloads. docs/format.md gives the bytes.
 */
#ifndef VRRL_RECORDING_FRAMES_H
#define VRRL_RECORDING_FRAMES_H

#include "base/buffer.h"
#include "base/bytes.h"

enum frame_kind {
    FRAME_SNAPSHOT = 1,
    FRAME_EPOCH = 2,
    FRAME_RECORDS_KEPT = 3,
};

/* Of a recording's id, for the heads of its frames: what keeps the files of two recordings apart. */
static inline uint32_t frame_mark_of(const uint8_t *id)
{
    return load_le32(id);
}

struct frame_writer {
    int fd;
    uint32_t mark;  /* of the recording; 0: none is said */
    uint64_t bytes; /* of the file */
    uint64_t limit; /* of its bytes; 0: none */
    void *compressor;
    struct byte_buffer compressed; /* reused from frame to frame */
};

/* Makes the file, which must not exist. */
vrrl_code frame_writer_create(struct frame_writer *writer, const char *path, vrrl_error *err);
/* Appends one frame with a single write; the file is left as it was where that fails. VRRL_TOO_LARGE: the limit. */
vrrl_code frame_put(struct frame_writer *writer, const char *path, enum frame_kind kind,
                    uint32_t epoch, const struct byte_buffer *payload, vrrl_error *err);
/* Makes what was put durable. */
vrrl_code frame_writer_sync(struct frame_writer *writer, const char *path, vrrl_error *err);
/* Ends it as it is; one that was never made is fine. */
void frame_writer_discard(struct frame_writer *writer);
/* Makes what was put durable, and ends it. */
vrrl_code frame_writer_close(struct frame_writer *writer, const char *path, vrrl_error *err);

/* The most that a frame has in the file, with a payload of so many bytes at most. */
uint64_t frame_bytes_most(uint64_t payload_bytes);

struct frame_reader {
    int fd;
    uint32_t mark; /* a frame that says another one is refused; 0: none is */
    void *decompressor;
    uint64_t offset;
    struct byte_buffer raw; /* the last frame's payload */
    struct byte_buffer compressed;
};

vrrl_code frame_reader_open(struct frame_reader *reader, const char *path, vrrl_error *err);
void frame_reader_close(struct frame_reader *reader);
/* Reads the next frame into reader->raw. `payload_limit` is the most that is allocated for it.
 * *found is false at the end of the file, and where the last frame was cut off. */
vrrl_code frame_get(struct frame_reader *reader, const char *path, enum frame_kind kind,
                    uint64_t payload_limit, uint32_t *epoch, bool *found, vrrl_error *err);
/* How many whole frames the file has, from the first one on. Reads their heads only. */
vrrl_code frame_count(struct frame_reader *reader, const char *path, uint32_t *count,
                      vrrl_error *err);
/* The error of a file whose frames or payloads are not what they should be. */
vrrl_code frame_corrupt(const char *path, const char *what, vrrl_error *err);

#endif
