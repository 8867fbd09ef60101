/* The stores of an attempt that its result is folded from. */
#ifndef VRRL_OPS_STORES_H
#define VRRL_OPS_STORES_H

#include "base/array.h"

#include <stdbool.h>
#include <stdint.h>

/* Words of the arena that are marked together as changed. */
enum { OP_LINE_WORDS = 64 };

typedef struct op_stored {
    uint32_t word, value;
} op_stored;

typedef struct op_stores {
    op_stored *list;
    uint32_t count, room;
    bool failed; /* memory lacked: it is not all there */
} op_stores;

static inline void op_stores_add(op_stores *stores, uint32_t word, uint32_t value)
{
    stores->failed |= array_room(stores->list, stores->count, stores->room, 1, NULL) != VRRL_OK;
    if (!stores->failed)
        stores->list[stores->count++] = (op_stored){word, value};
}

#endif
