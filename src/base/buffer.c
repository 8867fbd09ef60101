#include "base/buffer.h"

#include "base/array.h"
#include "base/bytes.h"

#include <stdlib.h>
#include <string.h>

void buffer_free(struct byte_buffer *buffer)
{
    free(buffer->bytes);
    *buffer = (struct byte_buffer){0};
}

/* Room for `size` more bytes; NULL where it is for none, and, with `failed`, where there is none. */
static uint8_t *extend(struct byte_buffer *buffer, size_t size)
{
    if (buffer->failed || size == 0)
        return NULL;
    if (size > buffer->room - buffer->size) {
        size_t room = buffer->room < 4096 ? 4096 : 2 * buffer->room;
        if (room < buffer->size + size)
            room = buffer->size + size;
        if (!array_resize(&buffer->bytes, room, 1)) {
            buffer->failed = true;
            return NULL;
        }
        buffer->room = room;
    }
    uint8_t *at = buffer->bytes + buffer->size;
    buffer->size += size;
    return at;
}

void buffer_put(struct byte_buffer *buffer, const void *bytes, size_t size)
{
    uint8_t *at = extend(buffer, size);
    if (at)
        memcpy(at, bytes, size);
}

void buffer_put_u32(struct byte_buffer *buffer, uint32_t value)
{
    uint8_t *at = extend(buffer, 4);
    if (at)
        store_le32(at, value);
}

void buffer_put_u64(struct byte_buffer *buffer, uint64_t value)
{
    uint8_t *at = extend(buffer, 8);
    if (at)
        store_le64(at, value);
}

void buffer_put_words(struct byte_buffer *buffer, const uint32_t *words, size_t count)
{
    uint8_t *at = extend(buffer, 4 * count);
    for (size_t i = 0; at && i < count; i++)
        store_le32(at + 4 * i, words[i]);
}

static const uint8_t *take_bytes(struct byte_cursor *cursor, size_t size)
{
    if (cursor->failed || size > cursor->left) {
        cursor->failed = true;
        return NULL;
    }
    const uint8_t *at = cursor->at;
    cursor->at += size;
    cursor->left -= size;
    return at;
}

void cursor_get(struct byte_cursor *cursor, void *out, size_t size)
{
    const uint8_t *at = take_bytes(cursor, size);
    if (at && size > 0)
        memcpy(out, at, size);
    else
        memset(out, 0, size);
}

uint32_t cursor_get_u32(struct byte_cursor *cursor)
{
    const uint8_t *at = take_bytes(cursor, 4);
    return at ? load_le32(at) : 0;
}

uint64_t cursor_get_u64(struct byte_cursor *cursor)
{
    const uint8_t *at = take_bytes(cursor, 8);
    return at ? load_le64(at) : 0;
}

void cursor_get_words(struct byte_cursor *cursor, uint32_t *words, size_t count)
{
    const uint8_t *at = count <= SIZE_MAX / 4 ? take_bytes(cursor, 4 * count) : NULL;
    for (size_t i = 0; i < count; i++)
        words[i] = at ? load_le32(at + 4 * i) : 0;
}
