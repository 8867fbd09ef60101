/*
 * Which slot the reference takes next: the first in the author's order, as the batch has it, that may
 * get anywhere. A slot that was put back is parked by the word that it waits for, and comes again when a
 * slot that ends may have changed that word; one that waits for something else comes again after each
 * that ends. What comes too often costs a look; what is missed is found by the sweep that follows.
 */
#ifndef VRRL_BACKENDS_REFERENCE_READY_H
#define VRRL_BACKENDS_REFERENCE_READY_H

#include "backends/parking.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct ready {
    uint32_t slots;
    uint32_t *heap; /* positions in the batch, the lowest on top */
    uint32_t count;
    bool *inside;     /* by position: it is in the heap */
    bool *waits;      /* by position: it is parked, or among the others */
    parking parked;   /* by position */
    uint32_t *others; /* positions that come again after each that ends */
    uint32_t other_count;
} ready;

/* For batches of up to `slots`. 0 where memory lacks; ready_free takes what there is. */
int ready_init(ready *r, uint32_t slots);
void ready_free(ready *r);
void ready_clear(ready *r);

void ready_push(ready *r, uint32_t position);
/* The lowest; only where count > 0. */
uint32_t ready_pop(ready *r);
/* Until a word of its is changed; with `any`, until some slot ends. */
void ready_park(ready *r, uint32_t position, uint32_t word, bool any);
/* Of all that wait for a word with this hash, those that are worth a look; the others stay parked. */
void ready_wake(ready *r, uint32_t word, bool (*worth)(const void *context, uint32_t position),
                const void *context);
void ready_wake_others(ready *r);

#endif
