/* Clocks: arrays of one number for each strand that was used, in one pool, counted by reference. */
#ifndef VRRL_KERNEL_CLOCK_POOL_H
#define VRRL_KERNEL_CLOCK_POOL_H

#include "kernel/state.h"

/* Where memory lacks, the machine stops, and clock 0 is what is returned. */
uint32_t clock_create(struct machine *m);
uint32_t clock_copy(struct machine *m, uint32_t from);
/* A new number of all clocks. */
uint32_t clock_number(struct machine *m);
static inline uint32_t *clock_words(const struct clocks *c, uint32_t clock)
{
    return c->words + (size_t)clock * c->stride;
}
static inline void clock_keep(struct clocks *c, uint32_t clock)
{
    c->uses[clock]++;
}
void clock_release(struct clocks *c, uint32_t clock);
void clock_join(struct clocks *c, uint32_t to, uint32_t from);
/* Whether `late` has all that `early` has. */
bool clock_covers(const struct clocks *c, uint32_t late, uint32_t early);
void clock_pool_clear(struct clocks *c);
void clock_pool_free(struct clocks *c);

#endif
