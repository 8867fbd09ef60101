/* The failing run and one that does not fail, with their timelines. */
#ifndef VRRL_EXPLAIN_EXPLAIN_RUNS_H
#define VRRL_EXPLAIN_EXPLAIN_RUNS_H

#include "explain/explain.h"

/* Makes and describes both runs. */
vrrl_code explain_runs(struct explainer *x, vrrl_error *err);
void shown_run_free(struct shown_run *run);
/* Finds the two slots of a failure, as positions of caught->outcome.epoch: `second` should come after `first`;
 * VRRL_NO_INDEX: not known. `by_critical_step`: they are looked for by its critical step, too, which takes some
 * hundred runs. */
vrrl_code explain_pair_of(struct failure_oracle *h, const struct edited *whole,
                          const struct oracle_result *caught, bool by_critical_step,
                          uint32_t *first, uint32_t *second, vrrl_error *err);

#endif
