/* The parts of the lint of a graph. Private to it and the check. */
#ifndef VRRL_GRAPH_GRAPH_LINT_H
#define VRRL_GRAPH_GRAPH_LINT_H

#include "vrrl/run/lint.h"

#endif
