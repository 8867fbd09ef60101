/* What an input is made of: where its bytes are, and what was loaded from them. */
#ifndef VRRL_INPUT_INPUT_H
#define VRRL_INPUT_INPUT_H

#include "vrrl/run/input.h"

#include <limits.h>

struct vrrl_input {
    vrrl_input_kind kind;
    char name[PATH_MAX];                 /* for people */
    char path[PATH_MAX];                 /* to open */
    char log_path[PATH_MAX];             /* of its log */
    const vrrl_machine_options *machine; /* of a tensor; NULL */
    const vrrl_import_options *import;   /* of a graph; NULL */
    int spool; /* what a descriptor gave, in memory; -1: the path was a file's */

    vrrl_program *loaded; /* of a program file or a task graph */
    vrrl_graph_lint *lint;
    vrrl_recording *recording;
    vrrl_bare_log *bare;
};

#endif
