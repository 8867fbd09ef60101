/* A run that does not fail, but by luck. */
#ifndef VRRL_EXPLAIN_EXPLAIN_LUCK_H
#define VRRL_EXPLAIN_EXPLAIN_LUCK_H

#include "explain/explain.h"

/* Fills result->lucky, of a run that does not fail. It runs `s` again. */
vrrl_code explain_luck(struct explainer *x, struct run_target *s, const struct decisions *run,
                       vrrl_error *err);

#endif
