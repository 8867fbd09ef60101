/* What the steps of a run tell: the critical one, and who wrote what differs. */
#ifndef VRRL_EXPLAIN_EXPLAIN_STEPS_H
#define VRRL_EXPLAIN_EXPLAIN_STEPS_H

#include "explain/explain.h"

/* Fills in the critical step, and its pair where there is no other. */
void explain_critical_step(struct explainer *x);
/* Tells who wrote the word that differs, and what they had read. */
void explain_writes(const struct explainer *x, const struct shown_run *run, vrrl_timeline *out);
/* Tells, back from the last who wrote it, which value came from which. */
void explain_causes(const struct explainer *x, const struct shown_run *run, vrrl_timeline *out);

#endif
