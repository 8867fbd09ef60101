/*
 * The critical step of a failing run: the last of its choices before which another end was still in reach, and
 * a run that parts from it there and does not fail; where there is one, a run with that one step moved.
 *
 * The critical step is looked for by halves: from a point at which some run goes on well to one at which none
 * that was tried does. What was tried is so many runs and no more: a rare good end behind the critical step is
 * missed. That both runs begin alike, that one fails and that the other does not, was seen.
 *
 * After the idea of J.-D. Choi and A. Zeller, "Isolating failure-inducing thread schedules", ISSTA 2002:
 * the smallest difference between a schedule that fails and one that does not.
 */
#ifndef VRRL_EXPLAIN_CRITICAL_STEP_H
#define VRRL_EXPLAIN_CRITICAL_STEP_H

#include "failure/failure_oracle.h"
#include "schedule/trace.h"

struct critical_step {
    bool known;
    uint32_t at; /* both traces are the same up to here; failing.list[at] is the critical step */
    struct trace failing, passing;
    bool other_outcome; /* the same step with another outcome: it saw, or claimed, something else */
    bool moved;         /* passing is failing with that one step moved, and what follows from it */
    uint32_t met;       /* in passing.list: the step that it was moved behind, or that meets it */
    uint32_t
        again; /* in passing.list: the critical step's step when it comes there; count: it never does */
    uint32_t tried; /* runs that went on from behind the critical step: all of them fail */
};

/* Looks for the critical step of the run of `failing`, a failure of `program` under h->options. `runs` are tried
 * at each point. Not known: the program cannot be traced, or no run was seen that does not fail. */
vrrl_code critical_step_find(struct failure_oracle *h, const vrrl_program *program,
                             const struct decisions *failing, uint32_t runs,
                             struct critical_step *found, vrrl_error *err);
void critical_step_free(struct critical_step *t);

#endif
