/* What an epoch of a run target's run is, beside the reference's. */
#ifndef VRRL_SCHEDULE_RUN_TARGET_JUDGE_H
#define VRRL_SCHEDULE_RUN_TARGET_JUDGE_H

#include "schedule/run_target_state.h"

/* Judges what the host observed of the epoch. */
vrrl_code run_target_judge(void *context, vrrl_host *host, const struct observation *seen,
                           vrrl_error *err);
/* The outcome of the reference's own run. */
vrrl_code run_target_judge_reference(struct run_target *s, vrrl_error *err);

#endif
