/* A graph's lint in the JSON of those who report it. */
#ifndef VRRL_GRAPH_GRAPH_LINT_JSON_H
#define VRRL_GRAPH_GRAPH_LINT_JSON_H

#include "vrrl/run/lint.h"

#include <jansson.h>

/* Adds "unwritten" (the holes), "unwritten_count" and "warnings". */
void graph_lint_add_json(json_t *object, const vrrl_graph_lint *lint);

#endif
