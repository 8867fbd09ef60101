/* One execution of a graph without races, gone through: what is in memory when a task reads it. As all that matters is
 * ordered, it is so in each. */
#ifndef VRRL_CHECK_FAULT_LIVES_H
#define VRRL_CHECK_FAULT_LIVES_H

#include "check/faults.h"

/* Reads of what only the step's tasks make, before any of them has written it: the first of each buffer. What no task
 * writes at all is a hole (graph_holes.h). */
vrrl_code fault_early_reads(const struct outcome *outcome, vrrl_check_faults *faults,
                            vrrl_error *err);
/* Pages on which several buffers lie. */
struct shared_pages {
    uint32_t *page_of; /* of each buffer; NONE: it lies alone, or on none */
    uint32_t *numbers; /* as the file has them */
    bool *told;        /* a fault of it is told */
    uint32_t count;
};

/* Reads of a buffer behind a write of another one on its page, which comes after what was written to it: the first of
 * each page of which no fault was told. All uses and writes of a page are ordered. */
vrrl_code fault_overwritten(const struct outcome *outcome, struct shared_pages *pages,
                            vrrl_check_faults *faults, vrrl_error *err);

#endif
