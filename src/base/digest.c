#include "base/digest.h"

#include "base/bytes.h"

#include <blake3.h>
#define XXH_INLINE_ALL
#include <stdlib.h>
#include <xxhash.h>

struct digest_stream {
    blake3_hasher hasher;
};

void digest_blake3(const void *bytes, size_t size, uint8_t out[DIGEST_BYTES])
{
    blake3_hasher hasher;
    blake3_hasher_init(&hasher);
    blake3_hasher_update(&hasher, bytes ? bytes : "", size);
    blake3_hasher_finalize(&hasher, out, DIGEST_BYTES);
}

digest_stream *digest_stream_begin(void)
{
    digest_stream *stream = malloc(sizeof *stream);
    if (stream)
        blake3_hasher_init(&stream->hasher);
    return stream;
}

void digest_stream_add(digest_stream *stream, const void *bytes, size_t size)
{
    blake3_hasher_update(&stream->hasher, bytes, size);
}

void digest_stream_end(digest_stream *stream, uint8_t out[DIGEST_BYTES])
{
    blake3_hasher_finalize(&stream->hasher, out, DIGEST_BYTES);
    free(stream);
}

uint64_t digest_head(const uint8_t digest[DIGEST_BYTES])
{
    return load_le64(digest);
}

uint64_t checksum_xxh3(const void *bytes, size_t size)
{
    return XXH3_64bits(bytes, size);
}
