/* A program to search in: a program file, a task graph, or what a recording was a run of. */
#ifndef VRRL_CLI_PROGRAM_SOURCE_H
#define VRRL_CLI_PROGRAM_SOURCE_H

#include "program_input.h"
#include "vrrl/recording.h"

struct program_source {
    const vrrl_program *program;
    /* What holds it. */
    vrrl_program *loaded;
    vrrl_recording *recording;
    vrrl_graph_lint *lint; /* of a task graph; else NULL */
};

/* A directory is a recording, anything else is loaded as program_input_load does. */
vrrl_code program_source_open(const struct program_input *input, struct program_source *source,
                              vrrl_error *err);
/* What could not be opened, or run: prints it, in JSON too, and returns the exit code: 125 where nothing can
 * be said, as of an unfinished recording without an epoch. */
int program_source_fail(const char *command, bool json, const vrrl_error *err);
void program_source_close(struct program_source *source);

/* How a command line names it again: the path and its options, quoted for a shell where need be. The
 * caller frees it; NULL: memory lacks. */
char *program_source_words(const struct program_input *input);

#endif
