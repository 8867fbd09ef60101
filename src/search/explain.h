/* What the parts of an explanation share. */
#ifndef VRRL_SEARCH_EXPLAIN_H
#define VRRL_SEARCH_EXPLAIN_H

#include "search/failure.h"
#include "vrrl/explain.h"

struct explainer {
    const vrrl_explain_options *options;
    vrrl_explain_result *result;
    hunt hunt;
    struct edited whole;
    hunt_catch caught;  /* the failing run */
    bool *before;       /* by position: ended before `second` was claimed, where all went well */
    uint32_t schedules; /* tried for each repair */
    uint32_t tried;     /* repairs */
};

/* explain_repairs.c: tries each repair that makes sense for the pair, or for the deadlock. */
vrrl_code explain_repairs(struct explainer *x, vrrl_error *err);

/* timeline.c: the last run of a subject, without slots that have nothing to do with the pair where
 * there are many. */
vrrl_code timeline_of(const struct explainer *x, const subject *s, uint32_t epoch,
                      vrrl_timeline *out, vrrl_error *err);

#endif
