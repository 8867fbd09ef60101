/* Repairs of all slots that are one line of the file with the second of the pair. */
#ifndef VRRL_EXPLAIN_EXPLAIN_SIBLINGS_H
#define VRRL_EXPLAIN_EXPLAIN_SIBLINGS_H

#include "explain/explain.h"

/* Tries that each of them waits for what it conflicts with. */
vrrl_code repair_by_sibling_waits(struct explainer *x, vrrl_error *err);
/* Tries that they wait for a new counter, which all of the first's line that they conflict with signal. */
vrrl_code repair_by_line_counter(struct explainer *x, vrrl_error *err);
/* Tries higher thresholds of those that wait for less than the signals of a counter make. */
vrrl_code repair_low_waits(struct explainer *x, vrrl_error *err);

#endif
