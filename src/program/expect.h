/* A program's assertions on the state after an epoch. */
#ifndef VRRL_PROGRAM_EXPECT_H
#define VRRL_PROGRAM_EXPECT_H

#include "vrrl/run/program.h"

/* Whether it is looked at after that epoch. */
bool expectation_is_of(const vrrl_expectation *expectation, uint32_t epoch);

/* How many expectations of `epoch` do not hold in `arena`; the first of them in *first. */
uint64_t expectations_check(const vrrl_program *program, uint32_t epoch, const uint32_t *arena,
                            vrrl_expectation_failure *first);

/* How often a whole run looks at one; UINT32_MAX: that often, or more. */
uint32_t expectations_in_all(const vrrl_program *program);

#endif
