/*
 * Where it shows that additions of floats round, and so do not commute: in words that are compared exactly,
 * in those that slots go by, and in whatever one of the two is computed from.
 */
#ifndef VRRL_PROGRAM_ROUNDING_H
#define VRRL_PROGRAM_ROUNDING_H

#include "program/epoch_touches.h"

/* Of the touches of an epoch that round, those whose rounding shows nowhere, in that epoch or a later one,
 * lose the mark. `arena` is memory when the epoch's slots were published. */
vrrl_code rounding_settle(const vrrl_program *program, uint32_t epoch, const uint32_t *arena,
                          struct epoch_touches *touches, vrrl_error *err);

#endif
