/* How to run a program: options shared by `record` and `replay`. */
#ifndef VRRL_CLI_RUN_OPTIONS_H
#define VRRL_CLI_RUN_OPTIONS_H

#include "vrrl/run/recording.h"

#include <argp.h>

struct run_options {
    const char *backend;
    uint32_t workers;
    vrrl_claim_order claim;
    uint64_t seed;
    uint32_t timeout_ms;
    const char *given; /* one of these options that was given; NULL: none */
};

/* --backend, --workers, --claim, --seed, --timeout; argp's input is a struct run_options. */
extern const struct argp run_options_argp;

/* The names of backends by their index, and NULL. */
const char *backend_at(uint32_t index);

/* Two workers, in order, 60 s an epoch. */
struct run_options run_options_default(const char *backend);

/* Finds the backend and fills *run, with progress on a terminal. VRRL_NOT_FOUND: there is none. */
vrrl_code run_options_resolve(const struct run_options *options, vrrl_run_options *run,
                              vrrl_error *err);

/* Prints why a run failed; returns the exit code: CLI_CANNOT where the backend is not of this build or
 * cannot run here, else CLI_USAGE. */
int run_options_fail(const char *command, const vrrl_error *error);

/* "epoch 3 of 10" on stderr, where that is a terminal; at most ten times a second. */
void run_progress(const char *what, uint32_t done, uint32_t total);

#endif
