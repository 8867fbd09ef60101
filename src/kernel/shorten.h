/*
 * Shorter schedules of a kernel: of the choices by which a run deviates from the sequential one, those that its finding
 * needs.
 *
 * Choices are left out by delta debugging, as long as the same finding is shown: of the same kind, the same
 * instructions and, of a race, with the same lacks. Then each run that deviates by one choice alone is tried. What
 * comes out was run.
 */
#ifndef VRRL_KERNEL_SHORTEN_H
#define VRRL_KERNEL_SHORTEN_H

#include "kernel/trial.h"
#include "schedule/limit.h"

struct shorten_limit {
    struct search_limit of_time;
    uint64_t
        instructions; /* that all runs together may take: none is begun after them; 0: no limit */
    void (*progress)(void *context, uint32_t choices, uint64_t runs);
    void *progress_context;
};

struct shortened {
    struct kernel_schedule schedule; /* CHOICES, which show the finding */
    struct kernel_finding finding;   /* as its run shows it */
    uint32_t before;                 /* choices; `schedule` has those that are left */
    uint64_t runs;                   /* that were tried */
    bool minimal; /* each run without any one of them was tried, and does not show it */
    bool fewest;  /* no run with fewer shows it */
    bool out_of_work,
        interrupted; /* not minimal: the limit of instructions was over; it was stopped */
};

/* Of a schedule that shows a finding. *into is the caller's, for shortened_free whatever comes of it. VRRL_NOT_FOUND: it
 * shows none. */
vrrl_code kernel_shorten(struct kernel_trial *trial, const struct kernel_schedule *schedule,
                         const struct shorten_limit *limit, struct shortened *into,
                         vrrl_error *err);
void shortened_free(struct shortened *s);

#endif
