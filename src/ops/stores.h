/* The stores of an attempt that its result is folded from. */
#ifndef VRRL_OPS_STORES_H
#define VRRL_OPS_STORES_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

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
    if (stores->count == stores->room) {
        uint32_t room = stores->room ? 2 * stores->room : 64;
        op_stored *list = realloc(stores->list, room * sizeof *list);
        stores->failed |= !list;
        if (!list)
            return;
        stores->list = list;
        stores->room = room;
    }
    stores->list[stores->count++] = (op_stored){word, value};
}

#endif
