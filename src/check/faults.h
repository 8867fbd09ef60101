/* What is wrong with a graph besides the order of its tasks: docs/task-graphs.md. */
#ifndef VRRL_CHECK_FAULTS_H
#define VRRL_CHECK_FAULTS_H

#include "check/check.h"

/* Exact, for what the graph tells of pages, spaces and its ABI. */
vrrl_code faults_find(const struct outcome *outcome, vrrl_check_faults *faults, vrrl_error *err);
/* Counts a fault, and keeps it while there is room. */
void faults_add(vrrl_check_faults *faults, const vrrl_check_fault *fault);

#endif
