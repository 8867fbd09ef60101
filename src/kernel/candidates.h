/* What could be changed in a module so that two accesses are ordered. */
#ifndef VRRL_KERNEL_CANDIDATES_H
#define VRRL_KERNEL_CANDIDATES_H

#include "kernel/handover.h"
#include "ptx/edit.h"

/* One change, or two that belong together. */
struct candidate {
    struct ptx_edit edits[PTX_EDITS_MAX];
    uint32_t count;
    uint32_t cost; /* the smaller, the less is changed */
    bool hides;    /* both accesses become strong, and nothing orders them */
};

struct candidates {
    struct candidate *list; /* by cost, then as they come in the run */
    uint32_t count, room;
};

/* What a failing run did: of a race, `first` and `last` are the events of its accesses; of another finding the whole
 * of the trace, and only barriers are candidates. */
struct failing_run {
    const struct kernel *kernel;
    const struct kernel_finding *finding;
    const struct kernel_trace *trace;
    const struct handovers *handovers;
    uint32_t first, last;
    uint64_t instructions; /* of the sequential run: far more of them are a run without end */
};

/* Free it by candidates_free whatever it returns. VRRL_NO_MEMORY. */
vrrl_code candidates_find(const struct failing_run *run, struct candidates *found, vrrl_error *err);
void candidates_free(struct candidates *c);

#endif
