/*
 * The cause of a failure, as far as it can be told from a program: the two slots, what they have to do
 * with each other, and whether the second waits for what the first brings about. A wait that does not
 * suffice is another cause than a wait that is not there; what loses the one for the other fails alike,
 * and is another bug.
 */
#ifndef VRRL_SHRINK_CAUSE_H
#define VRRL_SHRINK_CAUSE_H

#include "failure/failure_oracle.h"

struct cause {
    uint32_t first,
        second;     /* origins of slots, in the order of the reference; VRRL_NO_INDEX: not known */
    bool awaits;    /* `second` waits for `first`, by itself or over others */
    bool conflicts; /* they touch the same data, and one of them writes it */
};

/* Of what was caught in a program that has no edits yet. */
vrrl_code cause_find(struct failure_oracle *h, const struct edited *whole,
                     const struct oracle_result *caught, struct cause *cause, vrrl_error *err);
/* Whether a failure that was caught in an edited program is about the same two slots, as far as a run of
 * it tells. */
vrrl_code cause_shows(struct failure_oracle *h, const struct cause *cause,
                      const struct edited *edited, const struct oracle_result *caught, bool *same,
                      vrrl_error *err);
/* Whether an edited program still has it: both slots, in one epoch, their conflict and the wait. */
vrrl_code cause_is_kept(const struct cause *cause, const struct edited *edited, bool *kept,
                        vrrl_error *err);

#endif
