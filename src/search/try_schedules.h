/* The schedules of a program that was repaired: all, where they are few. */
#ifndef VRRL_SEARCH_TRY_SCHEDULES_H
#define VRRL_SEARCH_TRY_SCHEDULES_H

#include "vrrl/search.h"

/* As vrrl_explore, with strategy MIX: cells that are searched to the end in a few thousand states are
 * searched so, at whatever grain, and the others get `options->schedules`. */
vrrl_code try_schedules(const vrrl_program *program, const vrrl_explore_options *options,
                        vrrl_explore_result *result, vrrl_error *err);

#endif
