/*
 * Schedules as data: what a schedule string stands for, and its run.
 *
 * A schedule is what a run target is made with, and its decisions (event/decision.h), of which those that
 * deviate are kept; or it is drawn: kept not by its decisions, but by the strategy that makes them.
 */
#ifndef VRRL_SCHEDULE_SCHEDULE_H
#define VRRL_SCHEDULE_SCHEDULE_H

#include "vrrl/analysis/schedule.h"

#include "schedule/strategy.h"

/* Rises whenever the same string would stand for another run: with the steps of an engine, the order
 * of lanes or options, the rule above, or what a strategy does with a seed. What changes for programs of
 * one kind alone raises their version alone. */
enum { SCHEDULE_VERSION_MAX = 2, SCHEDULE_DIGEST_BYTES = 6 };
/* Of a program's runs. Version 2: queues of several places look at what a slot waits for, and it looks
 * again when it runs. */
uint32_t schedule_version(const vrrl_program *program);

typedef struct schedule {
    run_target_options target;
    uint32_t version;                       /* of the program's runs */
    uint8_t program[SCHEDULE_DIGEST_BYTES]; /* how the program's digest begins */
    decisions deviations;
    bool drawn;
    strategy_setup strategy; /* drawn: kind, seed, depth, bound, choices */
} schedule;

void schedule_free(schedule *s);

/* ---- Strings --------------------------------------------------------------------------------- */

/* The string of a schedule of a program, which the caller frees. VRRL_TOO_LARGE where it would be
 * longer than VRRL_SCHEDULE_TEXT_MAX. */
vrrl_code schedule_write(const schedule *s, char **text, vrrl_error *err);

/* The string of a run, by its deviations; of the strategy that drew it, where that is not NULL and the
 * choices would be too long to paste. */
vrrl_code schedule_of_run(const vrrl_program *program, const run_target_options *options,
                          const decisions *deviations, const strategy_setup *drawn_by, char **text,
                          vrrl_error *err);

/* Reads a string; `s` is the caller's then. VRRL_PARSE: it is none, or damaged; VRRL_REFUSED: of
 * another program or version. */
vrrl_code schedule_read(const vrrl_program *program, const char *text, schedule *s,
                        vrrl_error *err);
/* The same, but also of a machine in which a bug is planted, which is s->target.mutation.
 * program NULL: of whatever program, which s->program tells. */
vrrl_code schedule_read_planted(const vrrl_program *program, const char *text, schedule *s,
                                vrrl_error *err);

/* What makes a schedule's choices again, for one run. Begins as zeros; must stay where it is. */
typedef struct schedule_maker {
    decision_player player;
    strategy *drawn; /* NULL: by the player */
} schedule_maker;

/* The chooser of a run of `s`; `claims` as in strategy_setup. */
vrrl_code schedule_make(schedule_maker *maker, const schedule *s, chooser_claims claims,
                        chooser *by, vrrl_error *err);
/* After the run: VRRL_NO_MEMORY where memory lacked, and the run was another. */
vrrl_code schedule_made(const schedule_maker *maker, vrrl_error *err);
void schedule_maker_free(schedule_maker *maker);

/* As vrrl_schedule_replay, of a schedule that was read. */
vrrl_code schedule_replay(const vrrl_program *program, const schedule *s,
                          vrrl_schedule_result *result, vrrl_error *err);
/* One run of it on a run target that was made with s->target. */
vrrl_code schedule_run(const schedule *s, run_target *on, vrrl_run_outcome *outcome,
                       vrrl_error *err);

#endif
