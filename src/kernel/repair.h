/* Repairs: changes of a module, each tried by the schedule that failed and by a search. */
#ifndef VRRL_KERNEL_REPAIR_H
#define VRRL_KERNEL_REPAIR_H

#include "kernel/campaign.h"
#include "kernel/candidates.h"

enum {
    REPAIRS_MAX = 12,
    REPAIRS_OF_BARRIERS_MAX = 4,
    REPAIRS_THAT_HIDE_MAX = 2,
    REPAIRS_IN_PART_MAX = 2
};

struct kernel_repair {
    struct candidate what;
    struct kernel_side beside[PTX_EDITS_MAX]; /* of each edit: the instruction, as it is */
    uint32_t copies[PTX_EDITS_MAX];           /* of that instruction, from its source line */
    uint64_t schedules;                       /* none of which fails */
    bool in_part; /* the finding is gone, and there is another race: `next` */
    struct kernel_finding next;
};

struct kernel_repairs {
    struct kernel_repair list[REPAIRS_MAX + REPAIRS_THAT_HIDE_MAX + REPAIRS_IN_PART_MAX];
    uint32_t count;     /* the smallest first; what hides the finding last */
    uint32_t tried;     /* changes */
    uint64_t schedules; /* of each that stood the schedule that failed */
    bool stopped;       /* not all were tried: time was over, or it was told to stop */
};

/* Tries what candidates there are: by `schedule`, then by a search with these options, which ends at a first failure.
 * VRRL_NO_MEMORY. */
vrrl_code kernel_repairs_find(const struct failing_run *run, const struct kernel_schedule *schedule,
                              const struct campaign_options *options,
                              struct kernel_repairs *repairs, vrrl_error *err);

#endif
