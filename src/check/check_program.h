/* The check of a program's epochs, and of one run of them. */
#ifndef VRRL_CHECK_CHECK_PROGRAM_H
#define VRRL_CHECK_CHECK_PROGRAM_H

#include "host/observation.h"
#include "vrrl/analysis/check.h"

/* As vrrl_check_program. `ran`, where not NULL, tells what a run showed of an epoch's slots, by
 * position, and what its workers and signals ordered counts too; NULL: the run has no such epoch. */
vrrl_code check_program(const vrrl_program *program,
                        const struct slot_outcome *(*ran)(const void *context, uint32_t epoch),
                        const void *context, uint32_t milliseconds, vrrl_program_check **check,
                        vrrl_error *err);

struct pair_values;
/* The check of an epoch again, once executions have shown more; where `all` are known its pairs are those that
 * `values` names. It stays as it is where the check's time is over before that is done. */
vrrl_code check_epoch_again(const vrrl_program *program, const vrrl_program_check *check,
                            const struct pair_values *values, bool all, vrrl_epoch_check *item,
                            vrrl_error *err);

/* Of a check that stands for several epochs: the first `epochs` of them keep it, and the others get one of
 * their own, behind it, which has the same graph, and is to be made again. */
vrrl_code check_cut(vrrl_program_check *check, uint32_t number, uint32_t epochs, vrrl_error *err);

enum { CHECK_REPLAY_MAX = 1000 }; /* bytes of a command that one would still paste */

/* The check of an epoch, which may stand for several; NULL: it was not looked at. */
vrrl_epoch_check *check_item(const vrrl_program_check *check, uint32_t epoch);
/* What is to be said of both: DEADLOCK before RACY, ORDER_DEPENDS, FAILS, NOT_KNOWN, SAFE. */
vrrl_check_verdict check_worse(vrrl_check_verdict a, vrrl_check_verdict b);

#endif
