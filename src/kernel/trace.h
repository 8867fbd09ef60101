/* What a run did, as far as it orders anything or is of a word that is watched. */
#ifndef VRRL_KERNEL_TRACE_H
#define VRRL_KERNEL_TRACE_H

#include "kernel/state.h"

enum kernel_event_kind {
    KERNEL_EVENT_READ, /* a load, a `cas` that failed, a wait of the host */
    KERNEL_EVENT_WRITE,
    KERNEL_EVENT_UPDATE, /* a read-modify-write that wrote */
    KERNEL_EVENT_FENCE,
    KERNEL_EVENT_BARRIER, /* it arrives */
    KERNEL_EVENT_WARP,    /* bar.warp.sync: it arrives */
};

struct kernel_event {
    uint64_t step;
    struct kernel_side side; /* of FENCE: its order and scope */
    enum kernel_event_kind kind;
    uint32_t together;
    bool is_strong; /* of an access */
    uint64_t at;    /* of the machine's bytes; UINT64_MAX: of no word */
    struct kernel_where where;
    uint32_t size;
    uint64_t before, after; /* of those bytes */
};

struct kernel_trace {
    uint64_t word; /* what the finding is of; UINT64_MAX: none that others see */
    /* Weak accesses of these bytes are kept, too. */
    uint64_t watched, watched_end;
    struct kernel_event *list; /* the last ones, 65,536 at least */
    uint32_t count, room;
    uint32_t open;  /* from here on they have no `after` yet */
    bool exhausted; /* memory lacked: it is not all there */
};

void kernel_trace_free(struct kernel_trace *t);

/* Before and behind an instruction that is no arithmetic, of the lanes of `mask`. */
void trace_before(struct machine *m, uint32_t group, const struct alu_rows *rows,
                  const struct ptx_instruction *in, uint32_t mask);
void trace_behind(struct machine *m);
/* Before a step of the host; behind it, trace_behind. */
void trace_host(struct machine *m, const struct launch_step *step, uint64_t at);

/* Where the machine has what a finding names; UINT64_MAX: it is of no word that others see. */
uint64_t trace_address(const struct kernel *kernel, const struct kernel_where *where);

#endif
