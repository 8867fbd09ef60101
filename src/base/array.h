/* Growing arrays: a pointer, a count, a room, all kept by their owner. */
#ifndef VRRL_BASE_ARRAY_H
#define VRRL_BASE_ARRAY_H

#include "base/error.h"

#include <stddef.h>

/* Makes room for `extra` more elements of `size` bytes in *array, which holds `count` of `*room`.
 * Grows by doubling. VRRL_TOO_LARGE past 2^32 - 1 elements. */
vrrl_code array_reserve(void **array, uint32_t count, uint32_t *room, uint32_t extra, size_t size,
                        vrrl_error *err);

/* The same for a typed pointer: array_room(p->slots, p->slot_count, p->slot_room, 1, err). */
#define array_room(array, count, room, extra, err)                                                 \
    array_reserve((void **)&(array), (count), &(room), (extra), sizeof *(array), (err))

/* Makes *to, an array with *to_room or NULL with 0, a copy of `from`, with room for at least one
 * element. On an error it is empty, and still its owner's to free. */
vrrl_code array_copy(void **to, uint32_t *to_count, uint32_t *to_room, const void *from,
                     uint32_t count, size_t size, vrrl_error *err);

/* The same for two structs with the same typed members:
 * array_duplicate(to, from, slots, slot_count, slot_room, err). */
#define array_duplicate(to, from, array, count, room, err)                                         \
    array_copy((void **)&(to)->array, &(to)->count, &(to)->room, (from)->array, (from)->count,     \
               sizeof *(from)->array, (err))

#endif
