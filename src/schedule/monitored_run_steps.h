/* What the monitored run makes of each step. */
#ifndef VRRL_SCHEDULE_MONITORED_RUN_STEPS_H
#define VRRL_SCHEDULE_MONITORED_RUN_STEPS_H

#include "schedule/monitored_run_state.h"

/* Before the first step of an epoch that is judged: makes what its steps are held against. */
vrrl_code watch_prepare(struct watch *w);
/* After an epoch, or where watch_prepare failed: frees that. */
void monitored_run_free_epoch(struct watch *w);
/* A step that is about to be taken. */
void monitored_run_step(struct watch *w, const struct event *next);

#endif
