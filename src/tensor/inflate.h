/* Deflate (RFC 1951), decompressed: members of archives are compressed so. */
#ifndef VRRL_TENSOR_INFLATE_H
#define VRRL_TENSOR_INFLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* False where the bytes are no deflate stream, or do not make `out_size` bytes exactly. */
bool inflate_bytes(const uint8_t *bytes, size_t size, uint8_t *out, size_t out_size);

#endif
