/*
 * The suite's texts. A program of it is a program file that is correct as it stands, with lines in
 * comments that say what its variants are:
 *
 *   #: planted NAME MODEL KIND [MUTATION]: what is planted
 *   #: correct NAME: what differs
 *
 * declare a variant (KIND is that of a defect, or "any" where it depends on the schedule; MUTATION is
 * one of the machine: ops/mutation.h), and below any line
 *
 *   #! NAME: LINE
 *
 * puts LINE in its place in that variant (several: all of them; an empty one: the line is left out).
 * A file of examples/ whose head says that its expectations hold is correct, too; any other is left
 * out.
 */
#ifndef VRRL_EXPLORE_SELFTEST_CASES_H
#define VRRL_EXPLORE_SELFTEST_CASES_H

#include "vrrl/analysis/selftest.h"

struct embedded_program {
    const char *name;
    const unsigned char *text; /* no NUL at its end */
    size_t size;
};

extern const struct embedded_program embedded_programs[];
extern const uint32_t embedded_program_count;

/* A suite of these texts, which are borrowed. VRRL_PARSE names the line that is wrong. */
vrrl_code selftest_of(const struct embedded_program *programs, uint32_t count,
                      vrrl_selftest **suite, vrrl_error *err);

#endif
