#include "base/digest.h"

#include "base/bytes.h"

#include <blake3.h>

_Static_assert(sizeof(blake3_hasher) <= DIGEST_STREAM_BYTES, "a hasher fits a stream");
_Static_assert(_Alignof(blake3_hasher) <= 16, "and is aligned in it");

void digest_blake3(const void *bytes, size_t size, uint8_t out[DIGEST_BYTES])
{
    blake3_hasher hasher;
    blake3_hasher_init(&hasher);
    blake3_hasher_update(&hasher, bytes ? bytes : "", size);
    blake3_hasher_finalize(&hasher, out, DIGEST_BYTES);
}

static blake3_hasher *hasher_of(struct digest_stream *stream)
{
    return (blake3_hasher *)stream->hasher;
}

void digest_stream_begin(struct digest_stream *stream)
{
    blake3_hasher_init(hasher_of(stream));
}

void digest_stream_add(struct digest_stream *stream, const void *bytes, size_t size)
{
    blake3_hasher_update(hasher_of(stream), bytes, size);
}

void digest_stream_end(struct digest_stream *stream, uint8_t out[DIGEST_BYTES])
{
    blake3_hasher_finalize(hasher_of(stream), out, DIGEST_BYTES);
}

uint64_t digest_head(const uint8_t digest[DIGEST_BYTES])
{
    return load_le64(digest);
}
