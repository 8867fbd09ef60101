/* The values that words end up with, as lines of a campaign's report. */
#ifndef VRRL_REPORT_OUTCOMES_TEXT_H
#define VRRL_REPORT_OUTCOMES_TEXT_H

#include "vrrl/analysis/report.h"

/* Nothing where none were asked for. */
void outcomes_text(FILE *out, const vrrl_program *program, const vrrl_explore_result *r,
                   const char *target);

#endif
