/* Which failure a command works on: a schedule string, or how to look for one. */
#ifndef VRRL_CLI_FAILURE_OPTIONS_H
#define VRRL_CLI_FAILURE_OPTIONS_H

#include "kernel_command.h"
#include "program_input.h"
#include "search_options.h"
#include "vrrl/analysis/explore.h"

#include <stdio.h>

struct failure_options {
    struct program_input input;
    const char *schedule;
    struct setup_options explored; /* without a schedule */
    uint32_t schedules, milliseconds;
    struct kernel_command kernel;
};

/* --schedule, --schedules, --time, those of a setup, --json and the program; argp's input is a struct
 * failure_options, as failure_options_begin made it. */
extern const struct argp failure_argp;
struct failure_options failure_options_begin(void);
/* An option that was given and is for programs alone; NULL: there is none. */
const char *failure_option_of_programs(const struct failure_options *options);

/* Opens the program of `options`, lets `work` have it and closes it again. Returns the exit code of
 * `command`: what `work` sets; CLI_OK, with a line on stdout, where it finds no failure to work on
 * (VRRL_NOT_FOUND); CLI_CANNOT, with the reason on stderr, where nothing could be run
 * (VRRL_UNSUPPORTED, VRRL_TOO_LARGE); CLI_USAGE where anything else fails. */
int failure_run(const char *command, const struct failure_options *options,
                vrrl_code (*work)(const void *context, const vrrl_program *program, int *exit_code,
                                  vrrl_error *err),
                const void *context);
/* The exit code of a failure that was worked on: CLI_DIFFERENT or CLI_STUCK. */
int failure_exit(vrrl_defect_kind kind);
/* VRRL_OK where a file or folder of that name can be made: nothing is there yet, not even a link to
 * nothing, and its folder is there. Asked before minutes of work, not after them. */
vrrl_code failure_output_free(const char *path, vrrl_error *err);
/* Makes the file: one that is there already is not replaced, nor is a link followed. */
vrrl_code failure_output_open(const char *path, FILE **out, vrrl_error *err);

#endif
