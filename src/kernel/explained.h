/* Why a kernel fails. */
#ifndef VRRL_KERNEL_EXPLAINED_H
#define VRRL_KERNEL_EXPLAINED_H

#include "kernel/explored.h"
#include "kernel/repair.h"
#include "kernel/timeline_events.h"

enum { WRITERS_MAX = 12 };

/* An instruction of a warp, or a step of the host, that writes what somebody waits for. */
struct word_writer {
    struct kernel_side side;
    bool is_of_word; /* that word; else another one of its buffer */
    bool in_failing; /* it wrote in the run that fails; else in the sequential one alone */
    bool waits;      /* at the end of the run that fails its warp waits itself; else it has ended */
};

struct vrrl_kernel_explanation {
    size_t size;
    struct vrrl_kernel_result
        *shown;        /* the finding, of the reduced schedule; NO_FAILURE where there is none */
    bool is_given;     /* its schedule was */
    uint64_t searched; /* schedules, up to the first that fails */
    uint32_t choices, choices_before; /* of the schedule that is shown; before it was reduced */
    bool is_minimal;
    struct timeline_events timeline;
    struct word_writer writers[WRITERS_MAX];
    uint32_t writer_count;
    bool has_repairs; /* they were looked for */
    struct kernel_repairs repairs;
};

#endif
