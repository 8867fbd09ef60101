/* What a graph could do without, in words. */
#ifndef VRRL_REPORT_ADVICE_TEXT_H
#define VRRL_REPORT_ADVICE_TEXT_H

#include "vrrl/analysis/check.h"

#include <jansson.h>
#include <stdio.h>

void advice_write_text(FILE *out, const vrrl_graph *graph, const vrrl_check_advice *advice);
json_t *advice_json(const vrrl_graph *graph, const vrrl_check_advice *advice);

#endif
