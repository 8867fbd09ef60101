/* Growing arrays: a pointer, a count, a room, all kept by their owner. */
#ifndef VRRL_BASE_ARRAY_H
#define VRRL_BASE_ARRAY_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* Gives an array, whose pointer is at `array`, room for `room` elements of `size` bytes; false where memory
 * lacks, and it is as it was. For arrays that share a room, or have none: others grow by array_room. */
bool array_resize(void *array, size_t room, size_t size);

/* The same for more than it had: what is new is zeros. */
bool array_resize_zeroed(void *array, size_t old_room, size_t room, size_t size);

/* Doubles the room, or more. VRRL_TOO_LARGE past 2^32 - 1 elements. */
vrrl_code array_grow(void *array, uint64_t needed, uint32_t *room, size_t size, vrrl_error *err);

/* Makes room for `extra` more elements of `size` bytes in an array, whose pointer is at `array` and which
 * holds `count` of `*room`. `err` may be NULL. */
static inline vrrl_code array_reserve(void *array, uint32_t count, uint32_t *room, uint32_t extra,
                                      size_t size, vrrl_error *err)
{
    uint64_t needed = (uint64_t)count + extra;
    return needed <= *room ? VRRL_OK : array_grow(array, needed, room, size, err);
}

/* The same for a typed pointer: array_room(p->slots, p->slot_count, p->slot_room, 1, err). */
#define array_room(array, count, room, extra, err)                                                 \
    array_reserve(&(array), (count), &(room), (extra), sizeof *(array), (err))

/* Makes the array whose pointer is at `to`, with *to_room or NULL with 0, a copy of `from`, with room for at least one
 * element. On an error it is empty, and still its owner's to free. */
vrrl_code array_copy(void *to, uint32_t *to_count, uint32_t *to_room, const void *from,
                     uint32_t count, size_t size, vrrl_error *err);

/* The same for two structs with the same typed members:
 * array_duplicate(to, from, slots, slot_count, slot_room, err). */
#define array_duplicate(to, from, array, count, room, err)                                         \
    array_copy(&(to)->array, &(to)->count, &(to)->room, (from)->array, (from)->count,              \
               sizeof *(from)->array, (err))

#endif
