/* A run as a timeline. */
#ifndef VRRL_EXPLAIN_TIMELINE_H
#define VRRL_EXPLAIN_TIMELINE_H

#include "explain/explain.h"

/* Fills *out, without slots that have nothing to do with the pair where there are many. */
vrrl_code timeline_of(const struct explainer *x, const struct shown_run *run, vrrl_timeline *out,
                      vrrl_error *err);

#endif
