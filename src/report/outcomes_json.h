/* The values that words end up with, as JSON. */
#ifndef VRRL_REPORT_OUTCOMES_JSON_H
#define VRRL_REPORT_OUTCOMES_JSON_H

#include "base/json_text.h"
#include "vrrl/analysis/report.h"

/* null where none were asked for. The caller's reference. */
json_t *outcomes_json(const vrrl_program *program, const vrrl_explore_result *r);

#endif
