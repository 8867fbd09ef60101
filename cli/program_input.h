/* Programs by path, with the options that task graphs and bare logs take. */
#ifndef VRRL_CLI_PROGRAM_INPUT_H
#define VRRL_CLI_PROGRAM_INPUT_H

#include "vrrl/run/input.h"

#include <argp.h>

/* Of one option so many may be given. */
enum { MACHINE_OPTIONS_MAX = 64 };

struct machine_input {
    vrrl_machine_options options; /* its lists are those below */
    vrrl_import_options import;   /* of a graph of another tool */
    vrrl_machine_const consts[MACHINE_OPTIONS_MAX];
    vrrl_machine_table tables[MACHINE_OPTIONS_MAX];
};

struct program_input {
    const char *path;
    struct machine_input machine; /* of a tensor: with a description */
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

/* --machine, --set, --table, --rules, --from-step; argp's input is a struct machine_input. Shown, or without a line in the help. */
extern const struct argp machine_argp;
extern const struct argp machine_hidden_argp;

/* The name of an option of those above that was given; NULL: none was. */
const char *program_input_given(const struct program_input *input);

/* What a command takes by its path: tensors alone where there is a description, else `takes`. */
uint32_t program_input_takes(const struct machine_input *machine, uint32_t takes);

/* Tells stderr what is wrong or odd about a task graph; NULL is fine. */
void program_input_tell(const vrrl_graph_lint *lint);
/* Warnings alone. */
void program_input_warn(const vrrl_graph_lint *lint);

#endif
