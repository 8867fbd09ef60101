/* What was imported of an instruction tensor, or of another tool's graph, and what is taken for granted of it. */
#ifndef VRRL_REPORT_IMPORT_TEXT_H
#define VRRL_REPORT_IMPORT_TEXT_H

#include "vrrl/analysis/check.h"

#include <stdio.h>

/* Nothing of a graph that is no such import. */
void import_write_text(FILE *out, const vrrl_graph *graph);
void import_write_assumptions(FILE *out, const vrrl_graph *graph);
/* Whether the workers of another tool can hang by who gets which task; nothing where that was not looked at. */
void import_write_dispatch(FILE *out, const vrrl_graph *graph, const vrrl_check_result *result);
/* Which step it is, and how many were looked at; nothing where the caller of vrrl_check did not say. */
void import_write_steps(FILE *out, const vrrl_check_result *result);

#endif
