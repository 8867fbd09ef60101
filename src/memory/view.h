/* The `view` model. The argument for it: docs/memory-models.md. */
#ifndef VRRL_MEMORY_VIEW_H
#define VRRL_MEMORY_VIEW_H

#include "memory/memory.h"

/* Rows that every thread has; row 0 is empty. */
enum {
    VIEW_CURRENT, /* what happens before its next step */
    VIEW_READ,    /* what its relaxed loads have read, for the next acquire fence */
    VIEW_ORDERED, /* what happens before a fence that precedes one of those it has seen */
    VIEW_THREAD_ROWS,
};

static inline uint32_t view_row(uint32_t thread, uint32_t which)
{
    return 1 + thread * VIEW_THREAD_ROWS + which;
}

bool view_locations(struct memory *m, uint32_t count, const uint32_t *initial);
uint32_t view_outcomes(const struct memory *m, uint32_t thread, const struct operation *op);
uint32_t view_peek(const struct memory *m, uint32_t thread, const struct operation *op,
                   uint32_t outcome);
uint32_t view_step(struct memory *m, uint32_t thread, const struct operation *op, uint32_t outcome);
void view_forget(struct memory *m, uint32_t thread);

#endif
