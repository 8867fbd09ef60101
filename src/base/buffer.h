/* A growing byte buffer to encode into, and a bounds-checked cursor to decode from. */
#ifndef VRRL_BASE_BUFFER_H
#define VRRL_BASE_BUFFER_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct byte_buffer {
    uint8_t *bytes;
    size_t size;
    size_t room;
    bool failed; /* out of memory: what was put since is lost */
};

void buffer_free(struct byte_buffer *buffer);
void buffer_put(struct byte_buffer *buffer, const void *bytes, size_t size);
void buffer_put_u32(struct byte_buffer *buffer, uint32_t value);
void buffer_put_u64(struct byte_buffer *buffer, uint64_t value);
void buffer_put_words(struct byte_buffer *buffer, const uint32_t *words, size_t count);

struct byte_cursor {
    const uint8_t *at;
    size_t left;
    bool failed; /* read past the end: what was got since is 0 */
};

void cursor_get(struct byte_cursor *cursor, void *out, size_t size);
uint32_t cursor_get_u32(struct byte_cursor *cursor);
uint64_t cursor_get_u64(struct byte_cursor *cursor);
void cursor_get_words(struct byte_cursor *cursor, uint32_t *words, size_t count);

#endif
