/* The run that a schedule stands for. */
#ifndef VRRL_SCHEDULE_SCHEDULE_RUN_H
#define VRRL_SCHEDULE_SCHEDULE_RUN_H

#include "schedule/schedule.h"

/* What makes a schedule's choices again, for one run. Begins as zeros; must stay where it is. */
struct schedule_maker {
    struct decision_player player;
    struct strategy *drawn; /* NULL: by the player */
};

/* The chooser of a run of `s`; `claims` as in strategy_setup. */
vrrl_code schedule_make(struct schedule_maker *maker, const struct schedule *s,
                        struct chooser_claims claims, struct chooser *by, vrrl_error *err);
/* After the run: VRRL_NO_MEMORY where memory lacked, and the run was another. */
vrrl_code schedule_made(const struct schedule_maker *maker, vrrl_error *err);
/* Frees what a maker holds, whatever came of it. */
void schedule_maker_free(struct schedule_maker *maker);

/* As vrrl_schedule_replay, of a schedule that was read. */
vrrl_code schedule_replay(const vrrl_program *program, const struct schedule *s,
                          vrrl_schedule_result **result, vrrl_error *err);
/* Runs a schedule once, on a run target that was made with s->target. */
vrrl_code schedule_run(const struct schedule *s, struct run_target *on, vrrl_run_outcome *outcome,
                       vrrl_error *err);

#endif
