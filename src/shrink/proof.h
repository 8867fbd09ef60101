/*
 * Proofs: does a program fail as the failure signature does in any of its schedules? All of them are searched, up
 * to so many states. What a failure oracle has not seen it has not seen; what this has searched through is known.
 */
#ifndef VRRL_SHRINK_PROOF_H
#define VRRL_SHRINK_PROOF_H

#include "failure/failure_oracle.h"

enum proof_answer {
    PROOF_NO,      /* in none of them, or all fail where not all may: searched to the end */
    PROOF_YES,     /* it is in *caught */
    PROOF_UNKNOWN, /* the search did not come to its end */
};

/* Searches `edited` under h->options, steps of operations, and takes its states from *states_left.
 * Where h->options are for steps of slots, their schedules are some of those that are searched: NO is
 * known, YES never is. *caught, to be freed by decisions_free, belongs to the caller. */
vrrl_code proof_fails(struct failure_oracle *h, const struct edited *edited, uint64_t *states_left,
                      enum proof_answer *answer, struct oracle_result *caught, vrrl_error *err);

#endif
