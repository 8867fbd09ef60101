/* XXH3 as the formats use it. */
#ifndef VRRL_BASE_CHECKSUM_H
#define VRRL_BASE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/* XXH3-64, seed 0: the companion's checksum. */
uint64_t checksum_xxh3(const void *bytes, size_t size);

#endif
