#include "backends/reference/ready.h"

#include <string.h>

int ready_init(ready *r, uint32_t slots)
{
    size_t room = slots + (size_t)1;
    *r = (ready){.slots = slots,
                 .heap = calloc(room, sizeof *r->heap),
                 .inside = calloc(room, sizeof *r->inside),
                 .waits = calloc(room, sizeof *r->waits),
                 .others = calloc(room, sizeof *r->others)};
    int parked = parking_init(&r->parked, slots ? slots : 1);
    return parked && r->heap && r->inside && r->waits && r->others;
}

void ready_free(ready *r)
{
    free(r->heap);
    free(r->inside);
    free(r->waits);
    free(r->others);
    parking_free(&r->parked);
}

void ready_clear(ready *r)
{
    while (r->count > 0)
        r->inside[r->heap[--r->count]] = false;
    r->other_count = 0;
    memset(r->waits, 0, r->slots * sizeof *r->waits);
    parking_clear(&r->parked);
}

static void swap(ready *r, uint32_t a, uint32_t b)
{
    uint32_t position = r->heap[a];
    r->heap[a] = r->heap[b];
    r->heap[b] = position;
}

void ready_push(ready *r, uint32_t position)
{
    uint32_t at = r->count;
    if (r->inside[position])
        return;
    r->inside[position] = true;
    r->heap[r->count++] = position;
    for (; at > 0 && r->heap[(at - 1) / 2] > r->heap[at]; at = (at - 1) / 2)
        swap(r, at, (at - 1) / 2);
}

uint32_t ready_pop(ready *r)
{
    uint32_t position = r->heap[0], at = 0;
    r->inside[position] = false;
    r->heap[0] = r->heap[--r->count];
    for (;;) {
        uint32_t least = at, left = 2 * at + 1, right = left + 1;
        if (left < r->count && r->heap[left] < r->heap[least])
            least = left;
        if (right < r->count && r->heap[right] < r->heap[least])
            least = right;
        if (least == at)
            return position;
        swap(r, at, least);
        at = least;
    }
}

void ready_park(ready *r, uint32_t position, uint32_t word, bool any)
{
    if (r->waits[position])
        return;
    r->waits[position] = true;
    if (any)
        r->others[r->other_count++] = position;
    else
        parking_add(&r->parked, word, position);
}

void ready_wake(ready *r, uint32_t word, bool (*worth)(const void *context, uint32_t position),
                const void *context)
{
    uint32_t *link = parking_bucket(&r->parked, word);
    while (*link) {
        uint32_t position = *link - 1;
        if (!worth(context, position)) {
            link = &r->parked.next[position];
            continue;
        }
        *link = r->parked.next[position];
        r->waits[position] = false;
        ready_push(r, position);
    }
}

void ready_wake_others(ready *r)
{
    while (r->other_count > 0) {
        uint32_t position = r->others[--r->other_count];
        r->waits[position] = false;
        ready_push(r, position);
    }
}
