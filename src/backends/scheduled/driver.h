/*
 * The scheduled backend as a machine that a host drives.
 *
 * All slots of a batch run when the host first has nothing to do, from the first step to the last;
 * then tickets and arena show what workers would have left. The host's fence is no part of the
 * schedule: it ends after all the others, on the arena. A run that hangs (over the step limit, or a
 * slot waits for the host) is known to, and is not waited for.
 */
#ifndef VRRL_BACKENDS_SCHEDULED_DRIVER_H
#define VRRL_BACKENDS_SCHEDULED_DRIVER_H

#include "backends/core.h"
#include "engine/grain.h"

/* What ran a batch, and how that ended. */
struct scheduled_run {
    const struct sched_grain *grain;
    void *engine; /* NULL: nothing has run; the epoch counts as stuck */
    vrrl_verdict verdict;
};

/* Runs the batch that was published, without its fence, from machine->arena as it is. */
typedef vrrl_code (*scheduled_steering)(void *context, const struct core *machine,
                                        struct scheduled_run *run, vrrl_error *err);

struct scheduled_event {
    uint32_t step, slot;
};

struct scheduled {
    struct core core;
    /* NULL: random choices, by the machine's seed. May be set before a batch. */
    scheduled_steering steering;
    void *context;

    bool begun; /* the batch has not been run yet */
    struct scheduled_run run;
    vrrl_code failed; /* to run it: the verdict means nothing */
    vrrl_error error;
    struct scheduled_event *events; /* room to sort a batch's claims and ends, two for each slot */
    void *engine;                   /* its own, where nobody steers */
    uint64_t until_ns;              /* of this epoch, for that */
    uint64_t random;
};

#endif
