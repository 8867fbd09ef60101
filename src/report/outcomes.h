/* What words end up as, in the reports of a campaign. */
#ifndef VRRL_REPORT_OUTCOMES_H
#define VRRL_REPORT_OUTCOMES_H

#include "base/json_text.h"
#include "vrrl/analysis/report.h"

/* Nothing where none were asked for. */
void outcomes_text(FILE *out, const vrrl_program *program, const vrrl_explore_result *r,
                   const char *target);
/* null where none were asked for. The caller's reference. */
json_t *outcomes_json(const vrrl_program *program, const vrrl_explore_result *r);

#endif
