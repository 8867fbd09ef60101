/*
 * Which slot the reference takes next: the first in the author's order, as the batch has it, that may
 * get anywhere. A slot that was put back is parked by the word and the value that it waits for, and comes again
 * when a slot that ends may have brought the word there; one that waits for something else comes again after
 * each that ends. What comes too often costs a look; what is missed is found by the sweep that follows.
 */
#ifndef VRRL_BACKENDS_REFERENCE_READY_H
#define VRRL_BACKENDS_REFERENCE_READY_H

#include <stdbool.h>
#include <stdint.h>

/* A slot that is parked. Those of a word are a pairing heap: what stands below a slot waits for no less. */
struct ready_parked {
    uint32_t word, value;
    uint32_t below,
        beside;         /* position + 1: the first of those below it, the next beside it; 0: none */
    uint32_t next_word; /* of the uppermost of a word: that of the next one of the same hash */
};

struct ready {
    uint32_t *heap; /* positions in the batch, the lowest on top */
    uint32_t count;
    uint32_t used; /* positions before it are all that was marked since the last clear */
    bool *inside;  /* by position: it is in the heap */
    bool *waits;   /* by position: it is parked, or among the others */
    struct ready_parked *parked; /* by position */
    uint32_t *first;  /* by hash of a word: position + 1 of the uppermost of one; 0: none */
    uint32_t hashes;  /* a power of two */
    uint32_t *others; /* positions that come again after each that ends */
    uint32_t other_count;
};

/* For batches of up to `slots`. 0 where memory lacks; ready_free takes what there is. */
int ready_init(struct ready *r, uint32_t slots);
void ready_free(struct ready *r);
void ready_clear(struct ready *r);

void ready_push(struct ready *r, uint32_t position);
/* The lowest; only where count > 0. */
uint32_t ready_pop(struct ready *r);
/* Until the word is at least `value`; */
void ready_park(struct ready *r, uint32_t position, uint32_t word, uint32_t value);
/* until some slot ends. */
void ready_park_for_any(struct ready *r, uint32_t position);
/* The word is `value` now. */
void ready_wake(struct ready *r, uint32_t word, uint32_t value);
void ready_wake_others(struct ready *r);

#endif
