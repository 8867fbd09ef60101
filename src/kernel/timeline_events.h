/* Of what a failing run did, the steps that matter to its finding. */
#ifndef VRRL_KERNEL_TIMELINE_EVENTS_H
#define VRRL_KERNEL_TIMELINE_EVENTS_H

#include "kernel/handover.h"

enum { TIMELINE_EVENTS_MAX = 24 };

struct timeline_events {
    struct kernel_event list[TIMELINE_EVENTS_MAX];
    uint32_t count;
    uint32_t left_out;     /* behind the first half of them */
    int32_t first, second; /* of a race: its accesses in the list; -1 */
};

/* Of a RACE: its accesses, the handovers between them, and the fences and barriers of whoever takes part. Of another
 * finding of a word: who wrote it, and who reads it. Else the last that the warp did. */
void timeline_events_of(const struct kernel_trace *trace, const struct kernel_finding *finding,
                        const struct handovers *handovers, uint32_t first, uint32_t last,
                        struct timeline_events *out);

/* The events of a race's accesses; the last event where the trace has not the second one, as of a copy. False: it has
 * not the first one. */
bool timeline_ends(const struct kernel_trace *trace, const struct kernel_finding *finding,
                   uint32_t *first, uint32_t *last);

#endif
