/* SPDX-License-Identifier: MIT */
/*
 * Selftest: bugs that are planted on purpose, which a search must find, and correct programs, which
 * it must not blame.
 *
 * Vocabulary
 *   suite    the programs that come with this build, and their variants.
 *   case     one program of it: correct, or with one bug planted.
 *   planted  a line of a correct program is another, or left out; or the machine that runs it has a
 *            mutation. docs/selftest.md lists them.
 *   weakest  the strongest memory model under which the bug can show. A search that finds it under a
 *            stronger one, or only under a weaker one, has failed as well.
 *
 * A suite is plain data, used by one thread at a time.
 */
#ifndef VRRL_API_ANALYSIS_SELFTEST_H
#define VRRL_API_ANALYSIS_SELFTEST_H

#include "vrrl/analysis/schedule.h"
#include "vrrl/log/options.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct vrrl_selftest vrrl_selftest;

typedef struct vrrl_selftest_case {
    const char *name;
    const char *program;       /* whose variant it is; its own name: the program as it stands */
    const char *summary;       /* what is planted, or what the program does */
    const char *mutation;      /* of the machine, as vrrl_explore_options takes it; NULL: none */
    bool planted;              /* else correct */
    vrrl_memory_model weakest; /* planted: under which it shows first, */
    vrrl_defect_kind kind;     /* and as what: VALUE stands for EXPECT, too, NONE for any */
} vrrl_selftest_case;

/* Error: VRRL_NO_MEMORY. */
VRRL_API vrrl_code vrrl_selftest_create(vrrl_selftest **suite, vrrl_error *err);
/* NULL is fine. */
VRRL_API void vrrl_selftest_free(vrrl_selftest *suite);
VRRL_API uint32_t vrrl_selftest_count(const vrrl_selftest *suite);
/* Valid as long as the suite. */
VRRL_API const vrrl_selftest_case *vrrl_selftest_at(const vrrl_selftest *suite, uint32_t index);
/* The case of this name, or VRRL_NO_INDEX. */
VRRL_API uint32_t vrrl_selftest_find(const vrrl_selftest *suite, const char *name);
/* The program file of a case, to be given to free(). Error: VRRL_NO_MEMORY. */
VRRL_API vrrl_code vrrl_selftest_text(const vrrl_selftest *suite, uint32_t index, char **text,
                                      vrrl_error *err);
/* The program itself; the caller frees it with vrrl_program_free. Errors: VRRL_NO_MEMORY, VRRL_TOO_LARGE. */
VRRL_API vrrl_code vrrl_selftest_program(const vrrl_selftest *suite, uint32_t index,
                                         vrrl_program **program, vrrl_error *err);

typedef struct vrrl_selftest_options {
    size_t size; /* of this struct */
    vrrl_strategy strategy;
    uint64_t schedules; /* of a case under one model, at most; 0: 2,000 */
    uint64_t seed;
    uint32_t jobs;      /* processes; 0: 1. The result does not depend on it */
    const char *filter; /* cases whose name or program has this in it; NULL: all */
    const bool *stop;   /* true ends the suite soon, without the case under way: a signal handler or
                           another thread may set it; may be NULL */
} vrrl_selftest_options;

typedef struct vrrl_selftest_result {
    bool passed; /* found where and as it should be; or, of a correct program, nothing found */
    bool found;
    vrrl_setup setup;     /* if found: under the first of sc, tso, view under which it was, */
    uint64_t found_after; /* after so many schedules under it, */
    vrrl_strategy strategy;
    vrrl_defect_kind kind;
    const char *schedule; /* its string, for vrrl_selftest_replay; borrowed until the callback has
                             returned. NULL: not found, or too long */
    uint64_t schedules;   /* that were run, all models together */
} vrrl_selftest_result;

/* Runs the cases that the filter names, and calls `done` for each, in order. VRRL_OK whatever was
 * found; VRRL_NOT_FOUND where the filter names none. */
VRRL_API vrrl_code vrrl_selftest_run(const vrrl_selftest *suite,
                                     const vrrl_selftest_options *options,
                                     void (*done)(void *context, uint32_t index,
                                                  const vrrl_selftest_result *result),
                                     void *context, vrrl_error *err);

/* Runs the one schedule that a string of a case's failure stands for, with the bug that is planted in
 * its machine. *index is that case, or one of the same program and machine; *program, to be freed with
 * vrrl_program_free, and *result, with vrrl_schedule_result_free, are the caller's. VRRL_NOT_FOUND: it
 * is of no case; VRRL_PARSE: it is none. */
VRRL_API vrrl_code vrrl_selftest_replay(const vrrl_selftest *suite, const char *schedule,
                                        uint32_t *index, vrrl_program **program,
                                        vrrl_schedule_result **result, vrrl_error *err);

#ifdef __cplusplus
}
#endif
#endif
