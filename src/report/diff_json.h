/* A diff as a JSON object, for reports that say more. */
#ifndef VRRL_REPORT_DIFF_JSON_H
#define VRRL_REPORT_DIFF_JSON_H

#include "vrrl/analysis/report.h"

#include <jansson.h>

json_t *diff_json(const vrrl_program *program, const vrrl_diff_result *result,
                  const vrrl_report_side *a, const vrrl_report_side *b);

#endif
