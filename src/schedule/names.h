/* What runs and their outcomes are called. */
#ifndef VRRL_SCHEDULE_NAMES_H
#define VRRL_SCHEDULE_NAMES_H

#include "vrrl/analysis/explore.h"

/* Writes what fails first in a run: "reader[2]", "seen[1]", "epoch 3". */
void outcome_name(const vrrl_program *program, const vrrl_run_outcome *outcome, char *out,
                  size_t size);

#endif
