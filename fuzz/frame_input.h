/* What the targets that read frames share: an input as a file of them. */
#ifndef VRRL_FUZZ_FRAME_INPUT_H
#define VRRL_FUZZ_FRAME_INPUT_H

#include "input.h"

#include "recording/frames.h"

#include <fcntl.h>

/* The payloads stay within what a target reads in a moment. */
enum { PAYLOAD_BYTES_MOST = 1 << 20 };

/* Takes the next payload out of the input. It lies there in runs: two bytes say how many bytes
 * follow or, with the highest bit, how many zeros go in their place (pages are mostly zeros); 0
 * ends it. */
static inline struct byte_buffer next_payload(const uint8_t **data, size_t *size)
{
    struct byte_buffer payload = {0};
    while (*size >= 2) {
        static const uint8_t zeros[0x8000];
        uint32_t run = (uint32_t)(*data)[0] | (uint32_t)(*data)[1] << 8, count = run & 0x7FFF;
        *data += 2;
        *size -= 2;
        if (run == 0)
            break;
        if (payload.size + count > PAYLOAD_BYTES_MOST)
            continue;
        if (run & 0x8000) {
            buffer_put(&payload, zeros, count);
            continue;
        }
        if (count > *size)
            count = (uint32_t)*size;
        buffer_put(&payload, *data, count);
        *data += count;
        *size -= count;
    }
    return payload;
}

/* The payloads as a recorder writes them, so that what compression and checksum hide is reached. */
static inline struct input_file framed_file(const uint8_t *data, size_t size, enum frame_kind kind)
{
    char path[64];
    struct frame_writer writer;
    vrrl_error err = {.code = VRRL_OK};
    scratch_path(path, "frames");
    CHECK(frame_writer_create(&writer, path, &err) == VRRL_OK);
    for (uint32_t epoch = 0; size >= 2; epoch++) {
        struct byte_buffer payload = next_payload(&data, &size);
        CHECK(frame_put(&writer, path, kind, epoch, &payload, &err) == VRRL_OK);
        buffer_free(&payload);
    }
    CHECK(frame_writer_close(&writer, path, &err) == VRRL_OK);
    struct input_file file = {.fd = open(path, O_RDONLY | O_CLOEXEC)};
    CHECK(file.fd >= 0 && unlink(path) == 0);
    snprintf(file.path, sizeof file.path, "/proc/self/fd/%d", file.fd);
    return file;
}

#endif
