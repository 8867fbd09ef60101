/* What the public handles are. */
#ifndef VRRL_KERNEL_EXPLORED_H
#define VRRL_KERNEL_EXPLORED_H

#include "kernel/campaign.h"
#include "kernel/kernel_file.h"
#include "kernel/shorten.h"
#include "vrrl/analysis/kernel.h"

struct vrrl_kernel {
    struct kernel_input input;
};

struct vrrl_kernel_result {
    size_t size;
    const struct vrrl_kernel *kernel;
    struct campaign_result found;
    bool is_replay;  /* one schedule, that was given */
    uint64_t wanted; /* schedules */
};

struct vrrl_kernel_shrunk {
    size_t size;
    const struct vrrl_kernel *kernel;
    struct shortened found;
    char *schedule;
    double seconds;
};

/* VRRL_INVALID: a strategy that draws no schedules, or too many jobs. */
vrrl_code kernel_campaign_options(const vrrl_kernel_options *o, struct campaign_options *options,
                                  vrrl_error *err);

#endif
