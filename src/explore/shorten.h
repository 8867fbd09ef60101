/*
 * Shorter schedules: of the choices of a run, those that what it shows needs.
 *
 * Deviations from the default (schedule.h) are left out by delta debugging, as long as the run shows the
 * same; then, where that is cheap, each run with a single one is tried. What comes out was run.
 */
#ifndef VRRL_EXPLORE_SHORTEN_H
#define VRRL_EXPLORE_SHORTEN_H

#include "schedule/limit.h"
#include "schedule/schedule.h"

struct shorten_request {
    struct run_target *target;
    uint64_t steps; /* that all runs together may take: no run is begun after them */
    struct search_limit limit;
    void *context;
    /* Whether the run target's last run shows what it should. */
    bool (*shows)(void *context, const vrrl_run_outcome *outcome);
};

/* Into list[0 … *count - 1], which shows it. *spent: steps. The list is the caller's, and as it was where
 * nothing shorter was found. */
vrrl_code schedule_shorten(const struct shorten_request *request, struct decision *list,
                           uint32_t *count, uint64_t *spent, vrrl_error *err);

#endif
