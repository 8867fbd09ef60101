/* Arrays whose elements begin with a uint32_t, and are sorted by it. */
#ifndef VRRL_BASE_SORTED_H
#define VRRL_BASE_SORTED_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint32_t sorted_key(const void *item)
{
    uint32_t key;
    memcpy(&key, item, sizeof key);
    return key;
}

/* For qsort. */
static inline int sorted_order(const void *left, const void *right)
{
    uint32_t a = sorted_key(left), b = sorted_key(right);
    return (a > b) - (a < b);
}

/* The first of `count` elements of `size` bytes whose key is at least `least`; count: there is none. */
static inline uint32_t sorted_from(const void *items, uint32_t count, size_t size, uint64_t least)
{
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (sorted_key((const char *)items + middle * size) < least)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

#endif
