/* Cycles among stuck nodes. Private to the check. */
#ifndef VRRL_CHECK_CYCLES_H
#define VRRL_CHECK_CYCLES_H

#include "check/closure.h"
#include "check/system.h"

/* One task of a cycle, and why it cannot go on before the next: a counter, or (NONE) queue order.
 */
struct link {
    uint32_t task;
    uint32_t counter;
    uint64_t threshold;
};

struct cycle {
    struct link *links;
    uint32_t count;
};

struct cycles {
    struct cycle *items;
    uint32_t count, room;
};

/* Runs the system under `rules` and follows each stuck node to one that holds it back: those walks
 * end in cycles, each found once. None where nothing is stuck. */
vrrl_code cycles_find(const struct system *system, const struct closure_rules *rules,
                      struct cycles *cycles, vrrl_error *err);
void cycles_free(struct cycles *cycles);

#endif
