/* One epoch of a run target's run. */
#ifndef VRRL_SCHEDULE_RUN_TARGET_EPOCH_H
#define VRRL_SCHEDULE_RUN_TARGET_EPOCH_H

#include "schedule/run_target_state.h"

/* Runs epoch s->epoch, whose first slot is there in the ring: sets s->outcome, s->over, s->exact. */
vrrl_code run_target_run_epoch(struct run_target *s, uint32_t first_index, vrrl_error *err);
/* Frees the engines of all epochs: they are made anew when they are needed. */
void run_target_drop_engines(struct run_target *s);
/* Steers the scheduled backend of the run target's host. */
vrrl_code run_target_steer(void *context, const struct core *machine, struct scheduled_run *run,
                           vrrl_error *err);

#endif
