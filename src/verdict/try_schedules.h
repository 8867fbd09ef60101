/* The schedules of a program that was repaired: all of the cells where they are few, some of the others. */
#ifndef VRRL_VERDICT_TRY_SCHEDULES_H
#define VRRL_VERDICT_TRY_SCHEDULES_H

#include "vrrl/analysis/explore.h"

/* What was run. */
struct tried_schedules {
    uint32_t cells;       /* of workers and models */
    uint32_t models;      /* a bit for each */
    uint32_t models_open; /* those of which not all schedules were run, up to equivalent ones; */
    uint64_t schedules;   /* so many, then */
    bool complete;        /* all were, of all cells */
    bool each_last;       /* a slot a step: each slot went last in a run of its own */
    double miss_bound; /* a bug of depth 2 is missed with this probability at most; 1: not known */
    void (*fails)(void *context, const vrrl_defect *defect); /* called for each */
    void *context;
};

/* Sets all but the callback. With options->stop_first it ends at the first failure. */
vrrl_code try_schedules(const vrrl_program *program, const vrrl_explore_options *options,
                        struct tried_schedules *tried, vrrl_error *err);

#endif
