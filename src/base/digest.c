#include "base/digest.h"

#include "base/bytes.h"

#include <blake3.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

void digest_blake3(const void *bytes, size_t size, uint8_t out[DIGEST_BYTES])
{
    blake3_hasher hasher;
    blake3_hasher_init(&hasher);
    blake3_hasher_update(&hasher, bytes ? bytes : "", size);
    blake3_hasher_finalize(&hasher, out, DIGEST_BYTES);
}

uint64_t digest_head(const uint8_t digest[DIGEST_BYTES])
{
    return load_le64(digest);
}

uint64_t checksum_xxh3(const void *bytes, size_t size)
{
    return XXH3_64bits(bytes, size);
}
