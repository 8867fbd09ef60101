/*
 * A run target: a program made ready to be run under many schedules, and what a run of it must show.
 *
 * It runs the program's epochs one after the other, each on an engine: the scheduled backend (a
 * step is a memory operation) or the slot engine (a step is a slot, and a lane is one). A chooser decides; what the
 * run shows is compared, epoch by epoch, with what the reference backend's run of the same program
 * showed, under the compare rules of its regions. A run target belongs to one thread.
 */
#ifndef VRRL_SCHEDULE_RUN_TARGET_H
#define VRRL_SCHEDULE_RUN_TARGET_H

#include "engine/schedule.h"
#include "event/decision.h"
#include "ops/mutation.h"
#include "vrrl/analysis/explore.h"
#include "vrrl/run/diff.h"

struct run_target_options {
    vrrl_setup setup; /* its grain is not AUTO; its seed is the caller's */
    uint64_t
        until_ns; /* of the steady clock: a run that goes on past it is VRRL_TOO_LARGE; 0: none is */
    step_mutation mutation; /* of the machine, not of the reference; steps of operations only */
    bool
        all_results; /* slots are compared by all that they store, as recordings are; else by what they
                         store in words that are observed */
    bool no_pairs; /* which two slots changed places is not looked for where values differ */
    bool
        ask_always; /* a chooser is asked at each step of operations, also where there is but one way */
};

struct run_target;

/* Runs the reference once. `program` is borrowed. */
vrrl_code run_target_create(const vrrl_program *program, const struct run_target_options *options,
                            struct run_target **made, vrrl_error *err);
void run_target_destroy(struct run_target *s);

/* What the reference's own run showed: NONE where it ended, or shut down with work left, and every
 * `expect` holds. Where it got stuck, every schedule that comes so far fails as it did. Where it broke an `expect`, its values are
 * no measure from that epoch on: then only expectations are, and whether a run ends. */
const vrrl_run_outcome *run_target_reference(const struct run_target *s);

/* Another setup of the same grain, model and workers, from the next run on. */
void run_target_set_up(struct run_target *s, const vrrl_setup *setup);
/* Whether a run goes on behind an epoch that ended, but with other values than the reference's or a
 * broken expectation: then its outcome is the first such. It goes on behind an epoch in which the
 * reference got stuck, too, and what a shutdown left is compared. */
void run_target_go_on(struct run_target *s, bool goes_on);
/* Runs end with that epoch, unless they end before; VRRL_NO_INDEX, and at first: with the program's last. */
void run_target_end_with(struct run_target *s, uint32_t epoch);
/* Between two epochs, where memory is as the reference's run has it and nothing has failed. */
struct run_target_place {
    uint32_t epoch, first_index; /* the next one, and where it begins in the ring */
    uint64_t steps, schedule;    /* of the outcome up to there */
};
/* Where the last run ended; false: it is no such place. */
bool run_target_place(const struct run_target *s, struct run_target_place *place);
/* Runs begin there, and what comes before is taken to have gone as it did; NULL, and at first: with the program. */
void run_target_begin_at(struct run_target *s, const struct run_target_place *place);
/* Another until_ns. */
void run_target_until(struct run_target *s, uint64_t until_ns);
/* Whether it shut down with work left, and in which epoch: values of that one are not compared. */
bool run_target_reference_shuts_down(const struct run_target *s, uint32_t *epoch);

/* Epochs that the reference began; it may not have ended the last of them. */
uint32_t run_target_reference_epochs(const struct run_target *s);

/* One run, up to the end of the program or the first epoch that fails. VRRL_NO_MEMORY and the
 * engines' limits (VRRL_TOO_LARGE) are errors; whatever the program does is an outcome.
 * with NULL: the first lane and option, always. */
vrrl_code run_target_run(struct run_target *s, const struct chooser *with,
                         vrrl_run_outcome *outcome, vrrl_error *err);
/* As `list` of chooser_claims. */
uint32_t run_target_claims(const struct run_target *s, uint32_t lane, uint32_t *slots);
/* For strategies that go by slots; valid as long as the run target. */
struct chooser_claims run_target_claims_of(const struct run_target *s);
/* While a chooser is asked: what an option of a lane that it was shown would do. */
struct event run_target_event(const struct run_target *s, uint32_t lane, uint32_t option);
/* While a chooser is told that an epoch begins: what is about to run it, for a search of all its
 * runs. NULL with the slot engine. */
struct sched *run_target_schedule(const struct run_target *s);

/* ---- Of the last run ------------------------------------------------------------------------- */

/* The first expectation that it breaks, in epochs that it ended; NONE: it breaks none. Its outcome is another
 * one where a value or a status differs in that epoch, or before. */
const vrrl_run_outcome *run_target_broken(const struct run_target *s);
/* In its last epoch: the steps at which each slot's last claim and its end came, by position in the
 * batch; 0: never. For coverage and timelines. */
const uint64_t *run_target_claimed_at(const struct run_target *s);
const uint64_t *run_target_ended_at(const struct run_target *s);
/* The slots of that epoch, by position. */
const struct sched_slot *run_target_slots(const struct run_target *s, uint32_t *count);
/* How it differs from the reference (side A). Epochs that ended as one of an earlier run did, and well,
 * are not in it: all are in that of a run target's first run. Valid until the next run. */
const vrrl_diff_result *run_target_diff(const struct run_target *s);
/* The same, as the caller's own: to be freed with vrrl_diff_result_free. */
vrrl_code run_target_take_diff(struct run_target *s, vrrl_diff_result **diff, vrrl_error *err);
/* What words hold at its end; returns what ended it before the program's: NONE, nothing did. */
vrrl_defect_kind run_target_final(const struct run_target *s, const uint32_t *words, uint32_t count,
                                  uint32_t *values);
/* The arena at the end of a run that failed, total_words of it; NULL: it did not. */
const uint32_t *run_target_arena(const struct run_target *s);
/* Why the last epoch got stuck. The caller frees it with vrrl_stuck_free. */
vrrl_code run_target_stuck(struct run_target *s, vrrl_stuck **stuck, vrrl_error *err);

#endif
