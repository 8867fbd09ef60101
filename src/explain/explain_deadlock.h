/* Repairs of a deadlock: thresholds, signals, the order of a queue, residents. */
#ifndef VRRL_EXPLAIN_EXPLAIN_DEADLOCK_H
#define VRRL_EXPLAIN_EXPLAIN_DEADLOCK_H

#include "explain/explain.h"

vrrl_code repair_deadlock(struct explainer *x, vrrl_error *err);

#endif
