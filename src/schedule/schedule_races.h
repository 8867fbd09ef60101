/* Which slots race in the run that a schedule string stands for, by the monitor of races. */
#ifndef VRRL_SCHEDULE_SCHEDULE_RACES_H
#define VRRL_SCHEDULE_SCHEDULE_RACES_H

#include "vrrl/analysis/schedule.h"

#include "schedule/schedule.h"

/* Makes the run once more and fills result->races. Runs under tso, of whole slots, of a pool under `view`
 * whose workers run more than one slot each, and those that are too large are not watched. */
vrrl_code schedule_races(const vrrl_program *program, const struct schedule *s,
                         vrrl_schedule_result *result, vrrl_error *err);

#endif
