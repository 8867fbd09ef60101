#include "run/stuck_host.h"

#include "base/error.h"
#include "base/result.h"

#include <stdlib.h>

static vrrl_root root_of(const vrrl_waiter *waiter, uint32_t slot)
{
    vrrl_root root = {.slot = slot,
                      .worker = waiter->worker,
                      .wait_word = waiter->wait_word,
                      .wait_value = waiter->wait_value,
                      .seen_value = waiter->seen_value,
                      .attainable = UINT64_MAX};
    root.kind = waiter->status == VRRL_STATUS_WAIT_IO   ? VRRL_ROOT_WAIT_IO
                : waiter->status == VRRL_STATUS_CLAIMED ? VRRL_ROOT_IN_BODY
                : waiter->wait_word != VRRL_NO_INDEX    ? VRRL_ROOT_TOLD
                                                        : VRRL_ROOT_NOT_TAKEN;
    return root;
}

/* Waiters stand in the order of their slots; a place of the ring may have had more than one slot. */
static void list_roots(const struct observation *o, vrrl_stuck *stuck)
{
    for (uint32_t i = 0; i < o->slot_count && stuck->root_count < o->waiter_count; i++) {
        const vrrl_waiter *next = &o->waiters[stuck->root_count];
        if (o->slots[i].index == next->index && o->slots[i].completion_order == 0)
            stuck->roots[stuck->root_count++] = root_of(next, i);
    }
}

vrrl_code stuck_of_host(const struct observation *o, vrrl_stuck **out, vrrl_error *err)
{
    *out = NULL;
    vrrl_stuck *stuck = result_create(sizeof *stuck, err);
    if (!stuck)
        return VRRL_NO_MEMORY;
    stuck->waiter_count = o->waiter_count;
    stuck->roots = calloc(o->waiter_count + (size_t)1, sizeof *stuck->roots);
    if (!stuck->roots) {
        vrrl_stuck_free(stuck);
        return error_no_memory(err, o->waiter_count * sizeof *stuck->roots);
    }
    list_roots(o, stuck);
    *out = stuck;
    return VRRL_OK;
}
