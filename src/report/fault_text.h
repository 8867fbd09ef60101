/* What is wrong with a graph besides the order of its tasks. */
#ifndef VRRL_REPORT_FAULT_TEXT_H
#define VRRL_REPORT_FAULT_TEXT_H

#include "vrrl/analysis/check.h"

#include <jansson.h>
#include <stdio.h>

/* A line a fault. */
void faults_write_text(FILE *out, const vrrl_graph *graph, const vrrl_check_faults *faults);
/* Members `faults` and `fault_count`. */
void faults_add_json(json_t *object, const vrrl_graph *graph, const vrrl_check_faults *faults);

#endif
