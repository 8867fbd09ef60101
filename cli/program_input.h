/* Programs by path: program files and task graphs, with the options that task graphs take. */
#ifndef VRRL_CLI_PROGRAM_INPUT_H
#define VRRL_CLI_PROGRAM_INPUT_H

#include "vrrl/graph.h"
#include "vrrl/lint.h"
#include "vrrl/program.h"

#include <argp.h>

struct program_input {
    const char *path;
    vrrl_lower_options lower;
};

/* --steps, --assign, --resident, --pipelined; argp's input is a struct program_input. */
extern const struct argp program_input_argp;
/* The same without a header, for a help that has no line to spare. */
extern const struct argp program_input_bare_argp;
/* The same, without a line in the help. */
extern const struct argp program_input_hidden_argp;

/* Whether a file holds a task graph, by its first bytes. */
vrrl_code program_input_is_graph(const char *path, bool *graph, vrrl_error *err);
/* Loads a program, whatever it is in. Options of task graphs are an error for program files. *lint is of
 * a task graph, and the caller's to free; else NULL. */
vrrl_code program_input_load(const struct program_input *input, vrrl_program **program,
                             vrrl_graph_lint **lint, vrrl_error *err);
/* Tells stderr what is wrong or odd about a task graph; NULL is fine. */
void program_input_tell(const vrrl_graph_lint *lint);
/* Warnings alone. */
void program_input_warn(const vrrl_graph_lint *lint);

#endif
