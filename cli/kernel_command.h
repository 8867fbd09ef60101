/* Kernels: what `vrrl explore` and `vrrl replay` do where --launch is given. */
#ifndef VRRL_CLI_KERNEL_COMMAND_H
#define VRRL_CLI_KERNEL_COMMAND_H

#include "vrrl/analysis/kernel.h"

#include <argp.h>

/* --launch, --no-park, --visible, --stats. */
struct kernel_command {
    const char *launch; /* NULL: it is no kernel */
    bool no_park, all_visible, statistics;
};
/* argp's input is a struct kernel_command. */
extern const struct argp kernel_argp;

/* Whether a file holds PTX; false of one that cannot be read. */
bool kernel_is(const char *path);
/* An option that was given and says nothing of a kernel; `fix` says which do. Returns an exit code. */
int kernel_refuse_option(const char *command, const char *option, const char *fix);

/* Both return an exit code, and say what is wrong. */
int kernel_explore(const struct kernel_command *c, const char *path,
                   const vrrl_kernel_options *options);
/* A schedule string, - or @FILE: a file that holds one. */
int kernel_replay(const struct kernel_command *c, const char *path, const char *schedule);
/* `output`: a file for the string, which is not there yet; NULL. */
int kernel_shrink(const struct kernel_command *c, const char *path,
                  const vrrl_kernel_shrink_options *options, const char *output);
/* `schedule`: a string, - or @FILE; NULL: the first failure of a search. */
int kernel_explain(const struct kernel_command *c, const char *path,
                   const vrrl_kernel_options *options, const char *schedule);

#endif
