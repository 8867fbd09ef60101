/* Little-endian integers in byte buffers. Compilers turn each into one move. */
#ifndef VRRL_BASE_BYTES_H
#define VRRL_BASE_BYTES_H

#include <stdint.h>
#include <string.h>

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
static inline uint32_t le32(uint32_t value)
{
    return value;
}
static inline uint64_t le64(uint64_t value)
{
    return value;
}
#else
static inline uint32_t le32(uint32_t value)
{
    return __builtin_bswap32(value);
}
static inline uint64_t le64(uint64_t value)
{
    return __builtin_bswap64(value);
}
#endif

static inline uint32_t load_le32(const void *at)
{
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return le32(value);
}

static inline uint64_t load_le64(const void *at)
{
    uint64_t value;
    memcpy(&value, at, sizeof value);
    return le64(value);
}

static inline void store_le32(void *at, uint32_t value)
{
    value = le32(value);
    memcpy(at, &value, sizeof value);
}

/* `count` words one after the other. */
static inline void store_le32s(void *at, const uint32_t *words, size_t count)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    memcpy(at, words, count * sizeof *words);
#else
    for (size_t i = 0; i < count; i++)
        store_le32((uint8_t *)at + 4 * i, words[i]);
#endif
}

static inline void store_le64(void *at, uint64_t value)
{
    value = le64(value);
    memcpy(at, &value, sizeof value);
}

#endif
