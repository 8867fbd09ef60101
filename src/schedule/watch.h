/* The check of a run that somebody else chooses. */
#ifndef VRRL_SCHEDULE_WATCH_H
#define VRRL_SCHEDULE_WATCH_H

#include "race/meetings.h"
#include "schedule/schedule.h"
#include "vrrl/check.h"

/* How a program is run to be watched: on one worker of a pool; each operation is a step. */
subject_options watch_options(const vrrl_program *program, const vrrl_recording *recording);

/* As vrrl_check_watch, but for one run, by `order`. */
vrrl_code watch_by(const vrrl_program *program, const chooser *order,
                   const subject_options *options, vrrl_program_check *check, vrrl_error *err);

/* One run of which the pairs that race are wanted, and no verdict. */
typedef struct watch_request {
    subject *subject;  /* made with watch_options, of whatever workers */
    const chooser *by; /* asked where there is a choice */
    uint32_t epoch;    /* that is judged; VRRL_NO_INDEX: each */
    void *context;
    /* Before each step of an epoch that is judged; may be NULL. */
    void (*step)(void *context, const sched_next *next);
    /* At the end of the epoch, of each pair of slots that race in it. */
    void (*race)(void *context, uint32_t epoch, const meeting *met);
} watch_request;

/* `recorder` has the choices. VRRL_TOO_LARGE, too, where not all of it could be watched. */
vrrl_code watch_races(const vrrl_program *program, const watch_request *request,
                      schedule_recorder *recorder, vrrl_run_outcome *outcome, vrrl_error *err);

#endif
