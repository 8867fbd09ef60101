/* Repairs of counters: words that prologues reset, waits that grow, slots in another order. */
#ifndef VRRL_EXPLAIN_EXPLAIN_COUNTERS_H
#define VRRL_EXPLAIN_EXPLAIN_COUNTERS_H

#include "explain/explain.h"

vrrl_code repair_counters(struct explainer *x, vrrl_error *err);

#endif
