/*
 * Delta debugging: which elements a failure needs.
 *
 * ddmin of A. Zeller, R. Hildebrandt, "Simplifying and isolating failure-inducing input", IEEE
 * Transactions on Software Engineering 28 (2002), in its form that reduces to complements: chunks of
 * halving size are left out, one after the other, and stay out where the failure stays. The last
 * rounds leave out single elements until a whole round finds none to leave out: the result is
 * 1-minimal as far as the test can tell. At most n^2 + n tests for n elements that are all needed in
 * turn; near n log n where few are.
 */
#ifndef VRRL_BASE_DDMIN_H
#define VRRL_BASE_DDMIN_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

struct ddmin_problem {
    void *context;
    /* Does the failure stay with only these elements? `keep` has one flag an element. */
    vrrl_code (*fails)(void *context, const bool *keep, bool *fails, vrrl_error *err);
    /* Looked at before each test; true ends the reduction where it stands. May be NULL. */
    bool (*stop)(void *context);
};

struct ddmin_result {
    uint64_t tests;
    uint32_t kept;
    bool minimal; /* no single element can be left out; false: stopped before that was known */
};

/* Reduces keep[], which holds one flag for each of `count` elements, all that are set failing
 * together, and leaves the smaller set in it. */
vrrl_code ddmin(const struct ddmin_problem *problem, bool *keep, uint32_t count,
                struct ddmin_result *result, vrrl_error *err);

#endif
