/* Which failure a command works on: a schedule string, or how to look for one. */
#ifndef VRRL_CLI_FAILURE_OPTIONS_H
#define VRRL_CLI_FAILURE_OPTIONS_H

#include "program_input.h"
#include "vrrl/search.h"

struct failure_options {
    struct program_input input;
    const char *schedule;
    vrrl_grain grain;
    uint32_t models, workers_first, workers_last;
    uint32_t schedules, milliseconds;
    uint64_t seed;
    bool json;
};

/* --schedule, --schedules, --time, --workers, --model, --grain, --seed, --json and the program; argp's
 * input is a struct failure_options. */
extern const struct argp failure_argp;
/* A seed of 1. */
struct failure_options failure_options_default(void);

#endif
