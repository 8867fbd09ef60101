/* The sentence "odd one out", and its data: what tasks do that are like one that is reported. */
#ifndef VRRL_REPORT_ODD_ONE_OUT_H
#define VRRL_REPORT_ODD_ONE_OUT_H

#include "vrrl/analysis/check.h"

#include <jansson.h>

/* Returns `out`: "" where there is nothing to say. `task`: the one that is odd. */
const char *odd_one_out_text(const vrrl_graph *graph, const vrrl_odd_one_out *odd, uint32_t task,
                             char out[VRRL_CHECK_TEXT_MAX]);
/* Null where there is nothing to say. */
json_t *odd_one_out_json(const vrrl_graph *graph, const vrrl_odd_one_out *odd, uint32_t task);

#endif
