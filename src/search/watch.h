/* The check of a run that somebody else chooses: for tests of what is watched. */
#ifndef VRRL_SEARCH_WATCH_H
#define VRRL_SEARCH_WATCH_H

#include "search/subject.h"
#include "vrrl/check.h"

/* How a program is run to be watched: on one worker of a pool; each operation is a step. */
subject_options watch_options(const vrrl_program *program, const vrrl_recording *recording);

/* As vrrl_check_watch, but for one run, by `order`. */
vrrl_code watch_by(const vrrl_program *program, const chooser *order,
                   const subject_options *options, vrrl_program_check *check, vrrl_error *err);

#endif
