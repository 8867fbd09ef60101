/* What one thread wrote and another one read, on the way from one event of a trace to a later one. */
#ifndef VRRL_KERNEL_HANDOVER_H
#define VRRL_KERNEL_HANDOVER_H

#include "kernel/trace.h"

/* The event `to` reads what the event `from` wrote; both are strong accesses. */
struct handover {
    uint32_t from, to;
};

struct handovers {
    struct handover *list; /* by `to` */
    uint32_t count, room;
};

/* All of a trace. */
vrrl_code handovers_find_all(const struct kernel_trace *trace, struct handovers *found,
                             vrrl_error *err);
/* Those by which something could come from the thread of event `first` to that of event `last`: from block to block,
 * in the order of the run. Free it by handovers_free whatever it returns. VRRL_NO_MEMORY. */
vrrl_code handovers_find(const struct kernel_trace *trace, uint32_t first, uint32_t last,
                         struct handovers *found, vrrl_error *err);
void handovers_free(struct handovers *h);

/* Whether two sides are of one block, or both the host's; of one warp. */
bool side_is_of_block(const struct kernel_side *a, const struct kernel_side *b);
bool side_is_of_warp(const struct kernel_side *a, const struct kernel_side *b);

#endif
