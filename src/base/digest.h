/* BLAKE3 as the formats use it. */
#ifndef VRRL_BASE_DIGEST_H
#define VRRL_BASE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#define DIGEST_BYTES        32
#define DIGEST_STREAM_BYTES 2048 /* room for BLAKE3's hasher */

/* BLAKE3 of `size` bytes, 32-byte hash mode. `bytes` may be NULL where size is 0. */
void digest_blake3(const void *bytes, size_t size, uint8_t out[DIGEST_BYTES]);

/* The same over several pieces. Holds no resources: a stream that is never ended is dropped. */
struct digest_stream {
    _Alignas(16) unsigned char hasher[DIGEST_STREAM_BYTES];
};
void digest_stream_begin(struct digest_stream *stream);
void digest_stream_add(struct digest_stream *stream, const void *bytes, size_t size);
void digest_stream_end(struct digest_stream *stream, uint8_t out[DIGEST_BYTES]);

/* The first 8 bytes of a digest as a little-endian number: what a log record keeps. */
uint64_t digest_head(const uint8_t digest[DIGEST_BYTES]);

#endif
