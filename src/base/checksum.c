#include "base/checksum.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t checksum_xxh3(const void *bytes, size_t size)
{
    return XXH3_64bits(bytes, size);
}
