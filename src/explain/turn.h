/*
 * The turn of a failing run: the last of its choices before which another end was still in reach, and
 * a run that parts from it there and does not fail; where there is one, a run with that one step moved.
 *
 * The turn is looked for by halves: from a point at which some run goes on well to one at which none
 * that was tried does. What was tried is so many runs and no more: a rare good end behind the turn is
 * missed. That both runs begin alike, that one fails and that the other does not, was seen.
 *
 * After the idea of J.-D. Choi and A. Zeller, "Isolating failure-inducing thread schedules", ISSTA 2002:
 * the smallest difference between a schedule that fails and one that does not.
 */
#ifndef VRRL_EXPLAIN_TURN_H
#define VRRL_EXPLAIN_TURN_H

#include "failure/hunt.h"
#include "schedule/trace.h"

typedef struct turn {
    bool known;
    uint32_t at; /* both traces are the same up to here; failing.list[at] is the turn */
    trace failing, passing;
    bool other_outcome; /* the same step with another outcome: it saw, or claimed, something else */
    bool moved;         /* passing is failing with that one step moved, and what follows from it */
    uint32_t met;       /* in passing.list: the step that it was moved behind, or that meets it */
    uint32_t again; /* in passing.list: the turn's step when it comes there; count: it never does */
    uint32_t tried; /* runs that went on from behind the turn: all of them fail */
} turn;

/* Looks for the turn of the run of `failing`, a failure of `program` under h->options. `runs` are tried
 * at each point. Not known: the program cannot be traced, or no run was seen that does not fail. */
vrrl_code turn_find(hunt *h, const vrrl_program *program, const picks *failing, uint32_t runs,
                    turn *found, vrrl_error *err);
void turn_free(turn *t);

#endif
