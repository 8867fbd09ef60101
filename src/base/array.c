#include "base/array.h"

#include <stdlib.h>
#include <string.h>

vrrl_code array_reserve(void **array, uint32_t count, uint32_t *room, uint32_t extra, size_t size,
                        vrrl_error *err)
{
    uint64_t needed = (uint64_t)count + extra;
    if (needed <= *room)
        return VRRL_OK;
    if (needed > UINT32_MAX)
        return error_set(err, VRRL_TOO_LARGE, "Fix: make the program smaller.",
                         "an array of %llu elements, the limit is 2^32 - 1",
                         (unsigned long long)needed);
    uint64_t larger = *room < 16 ? 16 : 2 * (uint64_t)*room;
    if (larger < needed)
        larger = needed;
    if (larger > UINT32_MAX)
        larger = UINT32_MAX;
    void *moved = realloc(*array, (size_t)larger * size);
    if (!moved)
        return error_no_memory(err, larger * size);
    *array = moved;
    *room = (uint32_t)larger;
    return VRRL_OK;
}

vrrl_code array_copy(void **to, uint32_t *to_count, uint32_t *to_room, const void *from,
                     uint32_t count, size_t size, vrrl_error *err)
{
    *to_count = 0;
    vrrl_code code = array_reserve(to, 0, to_room, count > 0 ? count : 1, size, err);
    if (code != VRRL_OK)
        return code;
    if (count > 0)
        memcpy(*to, from, count * size);
    *to_count = count;
    return VRRL_OK;
}
