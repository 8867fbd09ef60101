/* Programs by path, with the options that task graphs and bare logs take. */
#ifndef VRRL_CLI_PROGRAM_INPUT_H
#define VRRL_CLI_PROGRAM_INPUT_H

#include "vrrl/run/input.h"

#include <argp.h>

struct program_input {
    const char *path;
    vrrl_assign_options assign; /* without its size, as `bare` is: program_source_load sets them */
    uint32_t steps;
    vrrl_bare_options bare;
};

/* --steps, --assign, --resident, --pipelined; argp's input is a struct program_input. */
extern const struct argp program_input_argp;
/* The same without a header, for a help that has no line to spare. */
extern const struct argp program_input_bare_argp;
/* The same, without a line in the help. */
extern const struct argp program_input_hidden_argp;

/* Tells stderr what is wrong or odd about a task graph; NULL is fine. */
void program_input_tell(const vrrl_graph_lint *lint);
/* Warnings alone. */
void program_input_warn(const vrrl_graph_lint *lint);

#endif
