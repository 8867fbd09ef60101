/* The exhaustive part of a campaign: cell by cell, each all of its schedules or as far as it gets. */
#ifndef VRRL_EXPLORE_EXHAUSTIVE_CELLS_H
#define VRRL_EXPLORE_EXHAUSTIVE_CELLS_H

#include "explore/aggregate.h"

/* Searches each cell, up to so many states, by the campaign's jobs, and takes those that it got through
 * out of `plan->active`. */
vrrl_code explore_exhaust(struct campaign *plan, struct aggregate *t, uint64_t state_limit,
                          vrrl_error *err);

/* The same of the cells for which that is cheap, in the caller's process: the strongest memory first, and
 * none to its end that has all schedules of another that was too large. `leader` runs them. Sets *goes_on
 * to false where the campaign is to stop. */
vrrl_code explore_cheap(struct campaign *plan, struct aggregate *t, struct runner *leader,
                        bool *goes_on, vrrl_error *err);

#endif
