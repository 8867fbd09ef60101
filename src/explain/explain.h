/* What the parts of an explanation share. */
#ifndef VRRL_EXPLAIN_EXPLAIN_H
#define VRRL_EXPLAIN_EXPLAIN_H

#include "explain/critical_step.h"
#include "failure/failure.h"
#include "vrrl/analysis/explain.h"

/* A run that is shown: its steps, and the slots of the epoch that fails, as they ended there. */
struct shown_run {
    trace trace;
    sched_slot *slots;
    uint32_t slot_count; /* 0: it did not come so far */
};

struct explainer {
    const vrrl_explain_options *options;
    vrrl_explain_result *result;
    failure_oracle oracle;
    struct edited whole;
    oracle_result caught; /* the failing run */
    struct shown_run failing, passing;
    critical_step critical_step;
    bool *before;         /* by position: comes before the boundary that sets `second` apart */
    uint32_t schedules;   /* tried for each repair */
    uint64_t found_after; /* schedules: then it failed */
    bool quiet;           /* repairs that do not help are only counted */
    bool helped;          /* the last one that was judged removes the failure, and its cause */
    uint32_t tries;       /* repairs tried, */
    uint64_t work;        /* in so many runs of slots */
    struct tried_program *tried; /* that were */
    uint32_t tried_count, tried_room;
};

/* explain_pair.c: the two slots, from how the failing run differs from the reference. */
void explain_pair(struct explainer *x, const vrrl_diff_result *diff);
/* A position of a slot in the epoch that fails. */
bool explain_is_slot(const struct explainer *x, uint32_t position);
/* Names, verbs and what both touch, of result->first and second. */
void explain_name_pair(const struct explainer *x);
/* Whether two slots of a program touch the same data, and one of them writes it. */
bool explain_conflict(const vrrl_program *program, const vrrl_slot *a, const vrrl_slot *b);
/* Whether nothing tells which of the pair should come first: they are alike but for their index, the
 * second does not wait for the first, and the failing run breaks no expectation. `arena`: at its end. */
vrrl_code explain_direction(struct explainer *x, const uint32_t *arena, vrrl_error *err);
/* Whether `first` ended before `second` was claimed. */
bool explain_good_order(const struct explainer *x, const struct shown_run *run);

/* explain_runs.c: the failing run and one that does not fail, with their timelines. */
vrrl_code explain_runs(struct explainer *x, vrrl_error *err);
void shown_run_free(struct shown_run *run);
/* The two slots of a failure, as positions of caught->outcome.epoch: `second` should come after `first`.
 * VRRL_NO_INDEX: not known. `by_critical_step`: by its critical step, too, which takes some hundred runs. */
vrrl_code explain_pair_of(failure_oracle *h, const struct edited *whole,
                          const oracle_result *caught, bool by_critical_step, uint32_t *first,
                          uint32_t *second, vrrl_error *err);

/* explain_luck.c: result->lucky, of a run that does not fail. It runs `s` again. */
vrrl_code explain_luck(struct explainer *x, run_target *s, const decisions *run, vrrl_error *err);

/* explain_steps.c: the critical step in words, and its pair where there is no other. */
void explain_critical_step(struct explainer *x);
/* Who wrote the word that differs, and what they had read. */
void explain_writes(const struct explainer *x, const struct shown_run *run, vrrl_timeline *out);
/* Back from the last who wrote it, from value to value. */
void explain_causes(const struct explainer *x, const struct shown_run *run, vrrl_timeline *out);

/* try_repairs.c: tries each repair that makes sense for the pair, or for the deadlock. */
vrrl_code explain_repairs(struct explainer *x, vrrl_error *err);

/* timeline.c: a run, without slots that have nothing to do with the pair where there are many. */
vrrl_code timeline_of(const struct explainer *x, const struct shown_run *run, vrrl_timeline *out,
                      vrrl_error *err);

#endif
