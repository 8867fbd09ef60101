#include "backends/reference/ready.h"

#include <stdlib.h>
#include <string.h>

int ready_init(struct ready *r, uint32_t slots)
{
    size_t room = slots + (size_t)1;
    uint32_t hashes = 2;
    while (hashes < slots)
        hashes *= 2;
    *r = (struct ready){.hashes = hashes,
                        .parked = calloc(room, sizeof *r->parked),
                        .first = calloc(hashes, sizeof *r->first),
                        .heap = calloc(room, sizeof *r->heap),
                        .inside = calloc(room, sizeof *r->inside),
                        .waits = calloc(room, sizeof *r->waits),
                        .others = calloc(room, sizeof *r->others)};
    return r->parked && r->first && r->heap && r->inside && r->waits && r->others;
}

void ready_free(struct ready *r)
{
    free(r->heap);
    free(r->inside);
    free(r->waits);
    free(r->others);
    free(r->parked);
    free(r->first);
}

static uint32_t *first_of(struct ready *r, uint32_t word)
{
    return &r->first[word * 2654435769u >> 7 & (r->hashes - 1)];
}

/* What is before `used` alone: an epoch may be small where another fills the ring. */
void ready_clear(struct ready *r)
{
    while (r->count > 0)
        r->inside[r->heap[--r->count]] = false;
    r->other_count = 0;
    for (uint32_t i = 0; i < r->used; i++) {
        if (r->waits[i])
            *first_of(r, r->parked[i].word) = 0;
        r->waits[i] = false;
    }
    r->used = 0;
}

static void swap(struct ready *r, uint32_t a, uint32_t b)
{
    uint32_t position = r->heap[a];
    r->heap[a] = r->heap[b];
    r->heap[b] = position;
}

static void use(struct ready *r, uint32_t position)
{
    if (r->used <= position)
        r->used = position + 1;
}

void ready_push(struct ready *r, uint32_t position)
{
    uint32_t at = r->count;
    if (r->inside[position])
        return;
    r->inside[position] = true;
    use(r, position);
    r->heap[r->count++] = position;
    for (; at > 0 && r->heap[(at - 1) / 2] > r->heap[at]; at = (at - 1) / 2)
        swap(r, at, (at - 1) / 2);
}

uint32_t ready_pop(struct ready *r)
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

/* ---- Who waits for a word ---------------------------------------------------------------------- */

/* Of two heaps one: of the two uppermost one goes below the other. Positions + 1, as all links here. */
static uint32_t join(struct ready *r, uint32_t a, uint32_t b)
{
    struct ready_parked *p = r->parked;
    if (!a || !b)
        return a ? a : b;
    if (p[b - 1].value < p[a - 1].value)
        return join(r, b, a);
    p[b - 1].beside = p[a - 1].below;
    p[a - 1].below = b;
    return a;
}

/* Of all that stand beside each other one heap: two and two, and then one after the other. */
static uint32_t join_all(struct ready *r, uint32_t first)
{
    struct ready_parked *p = r->parked;
    uint32_t pairs = 0, joined = 0;
    while (first) {
        uint32_t a = first, b = p[a - 1].beside;
        first = b ? p[b - 1].beside : 0;
        a = join(r, a, b);
        p[a - 1].beside = pairs;
        pairs = a;
    }
    while (pairs) {
        uint32_t a = pairs;
        pairs = p[a - 1].beside;
        joined = join(r, joined, a);
    }
    return joined;
}

/* The link to the uppermost that waits for the word, or, where none does, that of the last word of the hash. */
static uint32_t *link_of(struct ready *r, uint32_t word)
{
    uint32_t *link = first_of(r, word);
    while (*link && r->parked[*link - 1].word != word)
        link = &r->parked[*link - 1].next_word;
    return link;
}

void ready_park(struct ready *r, uint32_t position, uint32_t word, uint32_t value)
{
    if (r->waits[position])
        return;
    r->waits[position] = true;
    use(r, position);
    uint32_t *link = link_of(r, word), next = *link ? r->parked[*link - 1].next_word : 0;
    r->parked[position] = (struct ready_parked){.word = word, .value = value};
    *link = join(r, *link, position + 1);
    r->parked[*link - 1].next_word = next;
}

void ready_park_for_any(struct ready *r, uint32_t position)
{
    if (r->waits[position])
        return;
    r->waits[position] = true;
    use(r, position);
    r->others[r->other_count++] = position;
}

void ready_wake(struct ready *r, uint32_t word, uint32_t value)
{
    uint32_t *link = link_of(r, word);
    while (*link && r->parked[*link - 1].word == word && r->parked[*link - 1].value <= value) {
        const uint32_t position = *link - 1, next = r->parked[position].next_word;
        *link = join_all(r, r->parked[position].below);
        if (*link)
            r->parked[*link - 1].next_word = next;
        else
            *link = next;
        r->waits[position] = false;
        ready_push(r, position);
    }
}

void ready_wake_others(struct ready *r)
{
    while (r->other_count > 0) {
        uint32_t position = r->others[--r->other_count];
        r->waits[position] = false;
        ready_push(r, position);
    }
}
