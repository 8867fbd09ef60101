/* What was imported of an instruction tensor, and what its description takes for granted. */
#ifndef VRRL_REPORT_IMPORT_TEXT_H
#define VRRL_REPORT_IMPORT_TEXT_H

#include "vrrl/run/graph.h"

#include <stdio.h>

/* Nothing of a graph that is no such import. */
void import_write_text(FILE *out, const vrrl_graph *graph);
void import_write_assumptions(FILE *out, const vrrl_graph *graph);

#endif
