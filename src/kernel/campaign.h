/* Many schedules of a kernel, and the defects that they show. */
#ifndef VRRL_KERNEL_CAMPAIGN_H
#define VRRL_KERNEL_CAMPAIGN_H

#include "kernel/kernel.h"
#include "kernel/schedule_text.h"
#include "schedule/limit.h"

/* A run that has no end takes long, and few of them are enough. */
enum { CAMPAIGN_DEFECTS_MAX = 64, CAMPAIGN_ENDLESS_MAX = 2 };

struct campaign_defect {
    struct kernel_finding finding; /* of the first run that showed it */
    char *schedule;                /* of that run */
    uint64_t runs;                 /* that showed it */
};

struct campaign_options {
    vrrl_strategy strategy; /* MIX: the sequential run, round robin, then all that draw in turn */
    uint64_t schedules;
    uint64_t seed;
    uint32_t depth, bound;
    uint32_t
        jobs; /* processes; 0: 1. What comes out does not depend on it, but for a limit of time */
    bool stop_first;
    struct kernel_options run;
    struct search_limit limit;
    void (*progress)(void *context, uint64_t schedules, uint64_t failures);
    void *progress_context;
};

struct campaign_result {
    struct campaign_defect defects[CAMPAIGN_DEFECTS_MAX];
    uint32_t defect_count, more_defects; /* more: 1 where another one was found, which ends it */
    uint64_t schedules, distinct, failures;
    uint32_t endless; /* runs: livelock suspected */
    uint64_t instructions, steps, nanoseconds;
    uint64_t states; /* of one schedule: a hash of the states behind its steps */
    bool stopped;    /* before all schedules were run */
};

/* The caller frees what it gives by campaign_result_free. */
vrrl_code kernel_campaign(const struct kernel *kernel, const struct campaign_options *options,
                          struct campaign_result *result, vrrl_error *err);
/* One schedule, held against the sequential run. */
vrrl_code kernel_campaign_of_one(const struct kernel *kernel,
                                 const struct kernel_schedule *schedule,
                                 struct campaign_result *result, vrrl_error *err);
void campaign_result_free(struct campaign_result *result);

#endif
