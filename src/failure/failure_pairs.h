/* A failure of a program with many slots, by the pairs that a check of it tells of. */
#ifndef VRRL_FAILURE_FAILURE_PAIRS_H
#define VRRL_FAILURE_FAILURE_PAIRS_H

#include "explore/campaign.h"
#include "failure/failure_oracle.h"

struct failure_by_pairs {
    bool found; /* a run that fails: as h->signature says, or, where h->any, in any way */
    bool named; /* some pair was tried */
    uint64_t runs;
};

/* Looks for a run that fails in which one slot of such a pair is held back as long as another can go: in the cells of
 * the plan with few workers, of the models before `end`, the strongest first. Where there is one it is *caught,
 * and h->options its setup. */
vrrl_code failure_by_pairs(struct failure_oracle *h, const struct edited *whole,
                           const struct campaign *plan, vrrl_memory_model end,
                           struct oracle_result *caught, struct failure_by_pairs *result,
                           vrrl_error *err);

#endif
