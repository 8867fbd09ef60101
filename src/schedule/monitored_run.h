/* The check of a run that somebody else chooses. */
#ifndef VRRL_SCHEDULE_MONITORED_RUN_H
#define VRRL_SCHEDULE_MONITORED_RUN_H

#include "race/access_history.h"
#include "schedule/schedule.h"
#include "vrrl/analysis/check.h"

/* How a program is run to be watched: on one worker of a pool; each operation is a step. */
struct run_target_options monitored_run_options(const vrrl_program *program,
                                                const vrrl_recording *recording);

/* As vrrl_program_check_watch, but for one run, by `order`. */
vrrl_code monitored_run_by(const vrrl_program *program, const struct chooser *order,
                           const struct run_target_options *options, vrrl_program_check *check,
                           vrrl_error *err);

/* One run of which the pairs that race are wanted, and no verdict. */
struct monitored_run_request {
    struct run_target *target; /* made with watch_options, of whatever workers */
    const struct chooser *by;  /* asked where there is a choice */
    uint32_t epoch;            /* that is judged; VRRL_NO_INDEX: each */
    void *context;
    /* Before each step of an epoch that is judged; may be NULL. */
    void (*step)(void *context, const struct event *next);
    /* At the end of the epoch, of each pair of slots that race in it. */
    void (*race)(void *context, uint32_t epoch, const struct unordered_pair *met);
};

/* `deviations` are the run's, and the caller's to free. VRRL_TOO_LARGE, too, where not all of it could be watched. */
vrrl_code monitored_run_races(const vrrl_program *program,
                              const struct monitored_run_request *request,
                              struct decisions *deviations, vrrl_run_outcome *outcome,
                              vrrl_error *err);

#endif
