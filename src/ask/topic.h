/* What is asked about. */
#ifndef VRRL_ASK_TOPIC_H
#define VRRL_ASK_TOPIC_H

#include "vrrl/analysis/ask.h"

struct vrrl_topic {
    vrrl_topic_options options; /* what it points to is borrowed */
    char *name, *command;
    vrrl_input *input;     /* by its path; else NULL */
    vrrl_graph *graph;     /* a task graph; else NULL */
    vrrl_program *program; /* of a graph, once it was asked for, or of a text; else NULL */
    vrrl_graph_lint *lint; /* of a graph, where the program was asked for */
    char *text;            /* of the program, where it was asked for */
};

/* NULL where it is none. */
const vrrl_recording *topic_recording(const vrrl_topic *topic);
const vrrl_bare_log *topic_bare_log(const vrrl_topic *topic);

#endif
