#include "base/array.h"

#include <stdlib.h>
#include <string.h>

bool array_resize(void *array, size_t room, size_t size)
{
    void *now; /* a pointer of any type: it is read and written as bytes */
    memcpy(&now, array, sizeof now);
    bool fits = size == 0 || room <= SIZE_MAX / size, nothing = room == 0 || size == 0;
    void *moved = fits ? realloc(now, nothing ? 1 : room * size) : NULL;
    if (!moved)
        return false;
    memcpy(array, &moved, sizeof moved);
    return true;
}

bool array_resize_zeroed(void *array, size_t old_room, size_t room, size_t size)
{
    unsigned char *bytes;
    if (!array_resize(array, room, size))
        return false;
    memcpy(&bytes, array, sizeof bytes);
    memset(bytes + old_room * size, 0, (room - old_room) * size);
    return true;
}

vrrl_code array_grow(void *array, uint64_t needed, uint32_t *room, size_t size, vrrl_error *err)
{
    if (needed > UINT32_MAX)
        return error_set(err, VRRL_TOO_LARGE, "Fix: make the program smaller.",
                         "an array of %llu elements, the limit is 2^32 - 1",
                         (unsigned long long)needed);
    uint64_t larger = *room < 16 ? 16 : 2 * (uint64_t)*room;
    if (larger < needed)
        larger = needed;
    if (larger > UINT32_MAX)
        larger = UINT32_MAX;
    if (!array_resize(array, (size_t)larger, size))
        return error_no_memory(err, larger * size);
    *room = (uint32_t)larger;
    return VRRL_OK;
}

vrrl_code array_copy(void *to, uint32_t *to_count, uint32_t *to_room, const void *from,
                     uint32_t count, size_t size, vrrl_error *err)
{
    *to_count = 0;
    vrrl_code code = array_reserve(to, 0, to_room, count > 0 ? count : 1, size, err);
    if (code != VRRL_OK)
        return code;
    void *array;
    memcpy(&array, to, sizeof array);
    if (count > 0)
        memcpy(array, from, count * size);
    *to_count = count;
    return VRRL_OK;
}
