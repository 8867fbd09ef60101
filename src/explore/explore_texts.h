/* What a campaign shows of each defect and outcome: a name, and the schedule that shows it again. */
#ifndef VRRL_EXPLORE_EXPLORE_TEXTS_H
#define VRRL_EXPLORE_EXPLORE_TEXTS_H

#include "explore/aggregate.h"

/* Fills in names, strings and what is stuck, and sorts the outcomes. Strings are as short as some runs more
 * can make them. */
vrrl_code explore_texts(const struct campaign *plan, struct aggregate *t, struct runner *r,
                        vrrl_error *err);

#endif
