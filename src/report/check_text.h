/* What a check says, as text. */
#ifndef VRRL_REPORT_CHECK_TEXT_H
#define VRRL_REPORT_CHECK_TEXT_H

#include "vrrl/analysis/check.h"

/* As vrrl_check_write_text; `as_run`: it is of one run, and claims nothing of others. */
void check_write_text(FILE *out, const vrrl_graph *graph, const vrrl_check_result *result,
                      bool as_run);

#endif
