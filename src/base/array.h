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

#endif
