/* What the parts of an explanation share. */
#ifndef VRRL_EXPLAIN_EXPLAIN_H
#define VRRL_EXPLAIN_EXPLAIN_H

#include "explain/critical_step.h"
#include "failure/failure.h"
#include "vrrl/analysis/explain.h"

/* A run that is shown: its steps, and the slots of the epoch that fails, as they ended there. */
struct shown_run {
    struct trace trace;
    struct sched_slot *slots;
    uint32_t slot_count; /* 0: it did not come so far */
};

struct explainer {
    const vrrl_explain_options *options;
    vrrl_explain_result *result;
    struct failure_oracle oracle;
    struct edited whole;
    struct oracle_result caught; /* the failing run */
    struct shown_run failing, passing;
    struct critical_step critical_step;
    bool *before;         /* by position: comes before the boundary that sets `second` apart */
    uint32_t schedules;   /* tried for each repair */
    uint64_t found_after; /* schedules of its cell: then it failed */
    bool quiet;           /* repairs that do not help are only counted */
    bool helped;          /* the last one that was judged removes the failure, and its cause */
    uint32_t tries;       /* repairs tried, */
    uint64_t work;        /* in so many runs of slots */
    struct tried_program *tried; /* that were */
    uint32_t tried_count, tried_room;
};

#endif
