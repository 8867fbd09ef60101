/* Output of many small pieces: a big buffer and integers without printf, for a million lines. */
#ifndef VRRL_CLI_TEXT_OUT_H
#define VRRL_CLI_TEXT_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define TEXT_OUT_BYTES 65536u
/* No single piece is longer. */
#define TEXT_PIECE_MAX 1024u

struct text_out {
    int fd;
    int error; /* errno of the write that failed; nothing is written after it */
    size_t used;
    char bytes[TEXT_OUT_BYTES];
};

void text_open(struct text_out *out, int fd);
/* Writes what is buffered; false where any write so far has failed. */
bool text_flush(struct text_out *out);

/* Where the next `size` bytes, at most TEXT_PIECE_MAX, go. */
static inline char *text_room(struct text_out *out, size_t size)
{
    if (out->used + size > sizeof out->bytes)
        text_flush(out);
    return out->bytes + out->used;
}

static inline void text_char(struct text_out *out, char c)
{
    *text_room(out, 1) = c;
    out->used++;
}

static inline void text_bytes(struct text_out *out, const char *bytes, size_t size)
{
    memcpy(text_room(out, size), bytes, size);
    out->used += size;
}

static inline void text_string(struct text_out *out, const char *string)
{
    text_bytes(out, string, strlen(string));
}

/* Decimal. */
void text_u64(struct text_out *out, uint64_t value);
/* Decimal, at least `width` wide, spaces before. */
void text_u64_right(struct text_out *out, uint64_t value, size_t width);
/* At least `width` wide, spaces after. */
void text_string_left(struct text_out *out, const char *string, size_t width);
/* The same, spaces before. */
void text_string_right(struct text_out *out, const char *string, size_t width);
/* As a JSON string of ASCII, quotes included. */
void text_json(struct text_out *out, const char *string);
/* "0x" and 16 digits. */
void text_hex64(struct text_out *out, uint64_t value);
/* "2023-11-14 22:13:20.000000000": nanoseconds since the Unix epoch, in UTC. */
void text_time(struct text_out *out, uint64_t timestamp_ns);

#endif
