/* The check of a program's epochs, and of one run of them. */
#ifndef VRRL_PROGRAMS_CHECK_CHECK_PROGRAM_H
#define VRRL_PROGRAMS_CHECK_CHECK_PROGRAM_H

#include "host/observation.h"
#include "vrrl/check.h"

/* As vrrl_check_program. `ran`, where not NULL, tells what a run showed of an epoch's slots, by
 * position, and what its workers and signals ordered counts too; NULL: the run has no such epoch. */
vrrl_code check_program(const vrrl_program *program,
                        const struct slot_outcome *(*ran)(const void *context, uint32_t epoch),
                        const void *context, vrrl_program_check **check, vrrl_error *err);

/* What is to be said of both: DEADLOCK before RACY before NOT_KNOWN before SAFE. */
vrrl_check_verdict check_worse(vrrl_check_verdict a, vrrl_check_verdict b);

#endif
