/* Which failure a command works on: a schedule string, or how to look for one. */
#ifndef VRRL_CLI_FAILURE_OPTIONS_H
#define VRRL_CLI_FAILURE_OPTIONS_H

#include "program_input.h"
#include "vrrl/search.h"

struct failure_options {
    struct program_input input;
    const char *schedule;
    vrrl_grain grain;
    uint32_t models, workers_first, workers_last, unfinished;
    uint32_t schedules, milliseconds;
    uint64_t seed;
    bool json;
};

/* --schedule, --schedules, --time, --workers, --unfinished, --model, --grain, --seed, --json and the program; argp's
 * input is a struct failure_options. */
extern const struct argp failure_argp;
/* A seed of 1. */
struct failure_options failure_options_default(void);

/* Opens the program of `options`, lets `work` have it and closes it again. Returns the exit code of
 * `command`: CLI_USAGE, with the reason on stderr, where either fails. */
int failure_run(const char *command, const struct failure_options *options,
                vrrl_code (*work)(const void *context, const vrrl_program *program,
                                  vrrl_error *err),
                const void *context);
/* VRRL_OK where a file or folder of that name can be made: nothing is there yet but, with `replaces`,
 * a file, and its folder is there. Asked before minutes of work, not after them. */
vrrl_code failure_output_free(const char *path, bool replaces, vrrl_error *err);

#endif
