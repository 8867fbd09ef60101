/* The parts of the lint of a graph. Private to it and the check. */
#ifndef VRRL_GRAPH_GRAPH_LINT_H
#define VRRL_GRAPH_GRAPH_LINT_H

#include "vrrl/run/lint.h"

/* Adds a warning, whose text is the format's. */
__attribute__((format(printf, 4, 5))) vrrl_code
graph_warn(vrrl_graph_lint *lint, vrrl_lint_kind kind, vrrl_error *err, const char *format, ...);

#endif
