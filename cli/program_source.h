/* A program to search in: a program file, a task graph, what a recording was a run of, what a bare log tells. */
#ifndef VRRL_CLI_PROGRAM_SOURCE_H
#define VRRL_CLI_PROGRAM_SOURCE_H

#include "program_input.h"

struct program_source {
    const vrrl_program *program;
    const vrrl_graph_lint *lint; /* of a task graph; else NULL */
    vrrl_input *input;           /* that holds both */
};

/* Opens what `from` names, of the kinds `takes`, and loads its program. VRRL_UNSUPPORTED for what nothing may
 * be said of: a recording without an epoch that had ended, a bare log that does not tell all that ran. */
vrrl_code program_source_open(const struct program_input *from, uint32_t takes,
                              struct program_source *source, vrrl_error *err);
/* The same of an input that is open, which the source takes over whatever comes of it. */
vrrl_code program_source_load(const struct program_input *from, vrrl_input *input,
                              struct program_source *source, vrrl_error *err);
/* What could not be opened, or run: cli_fail_as, with 125 where nothing can be said, as of an unfinished
 * recording without an epoch. */
int program_source_fail(const char *command, const vrrl_error *err);
/* The same of one input of several: it has a line on stdout, too. */
int program_source_fail_briefly(const char *command, const char *path, const vrrl_error *err);
void program_source_close(struct program_source *source);

/* How a command line names it again: the path and its options, quoted for a shell where need be. The
 * caller frees it; NULL: memory lacks. */
char *program_source_words(const struct program_input *input);
/* The same of a path that is named alone: a program that was written here. */
char *program_source_path(const char *path);

#endif
