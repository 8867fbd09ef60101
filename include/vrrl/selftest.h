/* SPDX-License-Identifier: MIT */
/*
 * Selftest: bugs that are planted on purpose, which a search must find, and correct programs, which
 * it must not blame.
 *
 * Vocabulary
 *   suite    the programs that come with this build, and their variants.
 *   case     one program of it: correct, or with one bug planted.
 *   planted  a line of a correct program is another, or left out; or the machine that runs it has a
 *            mutation.
 *   weakest  the strongest memory model under which the bug can show. A search that finds it under a
 *            stronger one, or only under a weaker one, has failed as well.
 *
 * A suite is plain data, used by one thread at a time.
 */
#ifndef VRRL_SELFTEST_H
#define VRRL_SELFTEST_H

#include "vrrl/search.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct vrrl_selftest vrrl_selftest;

typedef struct vrrl_selftest_case {
    const char *name;
    const char *program;       /* whose variant it is; its own name: the program as it stands */
    const char *summary;       /* what is planted, or what the program does */
    const char *mutation;      /* of the machine; NULL: none */
    bool planted;              /* else correct */
    vrrl_memory_model weakest; /* planted: under which it shows first, */
    vrrl_defect_kind kind;     /* and as what: VALUE stands for EXPECT, too */
} vrrl_selftest_case;

VRRL_API vrrl_code vrrl_selftest_create(vrrl_selftest **suite, vrrl_error *err);
VRRL_API void vrrl_selftest_free(vrrl_selftest *suite);
VRRL_API uint32_t vrrl_selftest_count(const vrrl_selftest *suite);
/* Valid as long as the suite. */
VRRL_API const vrrl_selftest_case *vrrl_selftest_at(const vrrl_selftest *suite, uint32_t index);
/* The case of this name, or VRRL_NO_INDEX. */
VRRL_API uint32_t vrrl_selftest_find(const vrrl_selftest *suite, const char *name);
/* The program file of a case; the caller frees it. NULL: memory lacks. */
VRRL_API char *vrrl_selftest_text(const vrrl_selftest *suite, uint32_t index);
/* The program itself; the caller frees it with vrrl_program_free. */
VRRL_API vrrl_code vrrl_selftest_program(const vrrl_selftest *suite, uint32_t index,
                                         vrrl_program **program, vrrl_error *err);

#ifdef __cplusplus
}
#endif
#endif
