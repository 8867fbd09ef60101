/* SPDX-License-Identifier: MIT */
/*
 * Findings: what a result holds against its program, whichever command found it, one entry each.
 *
 * Vocabulary
 *   finding  a defect: its kind, one sentence, where it is.
 *   key      what a finding is about: its kind, the accesses or what differs, labels, the buffer or word.
 *            No slot numbers, lines or addresses: a program that is edited elsewhere has it again.
 *   id       "race-1f0c2a9b4d3e": the kind and a digest of the key. Of findings with one key in a result the
 *            second has ".2" behind it, the third ".3", in the order of the result.
 *   known    a finding that somebody has looked at, with a reason: the caller says so.
 *
 * Pure functions of results. A list belongs to its caller.
 */
#ifndef VRRL_API_ANALYSIS_FINDING_H
#define VRRL_API_ANALYSIS_FINDING_H

#include "vrrl/analysis/check.h"
#include "vrrl/analysis/explain.h"
#include "vrrl/analysis/explore.h"
#include "vrrl/analysis/kernel.h"
#include "vrrl/analysis/schedule.h"
#include "vrrl/run/bare_log.h"
#include "vrrl/run/diff.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One row a kind: its code, its name, what it is, the exit code of a command that finds it. */
#define VRRL_FINDING_KIND_TABLE(X)                                                                 \
    X(RACE, "race", "Two accesses of one word, one of them a store, that nothing orders", 1)       \
    X(MAY_RACE, "may-race", "Two accesses that may race; it is not known", 125)                    \
    X(UNWRITTEN, "unwritten", "A read of what nothing writes", 1)                                  \
    X(ORDER_DEPENDS, "order-depends", "What is observed depends on who comes first", 1)            \
    X(FAILS, "fails", "A value, a status, an access or an expectation is not what it should be",   \
      1)                                                                                           \
    X(DIVERGED, "diverged", "Two runs of one program part", 1)                                     \
    X(DEADLOCK, "deadlock", "Slots or lanes wait for what never comes", 3)                         \
    X(LIVELOCK, "livelock", "Slots or lanes go on, it seems for ever", 3)                          \
    X(HANG, "hang", "An epoch did not end in its time", 3)                                         \
    X(SHUTDOWN, "shutdown", "A SHUTDOWN left work undone", 3)                                      \
    X(OUTPUT, "output", "An output that nothing writes", 1)                                        \
    X(PAGE, "page", "Two buffers are on one page at a time", 1)                                    \
    X(PLACEMENT, "placement", "A worker's own memory is used by another worker", 1)                \
    X(LIMIT, "limit", "A task has more than its ABI holds", 1)                                     \
    X(ARITY, "arity", "An operation has other operands than it takes", 1)

typedef enum vrrl_finding_kind {
#define X(code, name, text, exit_code) VRRL_FINDING_##code,
    VRRL_FINDING_KIND_TABLE(X)
#undef X
        VRRL_FINDING_KINDS, /* how many there are */
} vrrl_finding_kind;

enum { VRRL_FINDING_ID_MAX = 48, VRRL_FINDING_TEXT_MAX = 800 };

typedef struct vrrl_finding {
    vrrl_finding_kind kind;
    char id[VRRL_FINDING_ID_MAX];
    char key[VRRL_FINDING_TEXT_MAX];
    char text[VRRL_FINDING_TEXT_MAX];
    char labels[2][VRRL_NAME_MAX]; /* of the slots or tasks that it is about; "" */
    uint32_t epoch;                /* VRRL_NO_INDEX: it is of no one epoch */
    /* In the file, of the first of them; 0: not known. Of a task graph the caller may set it, by
     * vrrl_input_task_lines. */
    uint32_t line;
    uint32_t task; /* of a task graph: the id of the first; VRRL_NO_INDEX */
    char *replay,
        *string;       /* the command, and the schedule string, that show it; NULL: none is known */
    bool ignored;      /* the caller's: it does not count there */
    const char *known; /* why it is known; NULL: it is not. The caller sets it, and owns it */
} vrrl_finding;

typedef struct vrrl_findings {
    size_t size; /* of this struct, in the library */
    vrrl_finding *list;
    uint32_t count;
    uint64_t more; /* others that the result counts, and does not hold */
} vrrl_findings;

/* An empty list. On success *list is the caller's. Error: VRRL_NO_MEMORY. */
VRRL_API vrrl_code vrrl_findings_create(vrrl_findings **list, vrrl_error *err);

/* Each adds what a result holds to a list; after an error some of it may be there. */
VRRL_API vrrl_code vrrl_findings_add_graph(vrrl_findings *list, const vrrl_graph *graph,
                                           const vrrl_check_result *result, vrrl_error *err);
VRRL_API vrrl_code vrrl_findings_add_check(vrrl_findings *list, const vrrl_program *program,
                                           const vrrl_program_check *check, vrrl_error *err);
VRRL_API vrrl_code vrrl_findings_add_explore(vrrl_findings *list, const vrrl_program *program,
                                             const vrrl_explore_result *result, vrrl_error *err);
VRRL_API vrrl_code vrrl_findings_add_explain(vrrl_findings *list, const vrrl_program *program,
                                             const vrrl_explain_result *result, vrrl_error *err);
VRRL_API vrrl_code vrrl_findings_add_schedule(vrrl_findings *list, const vrrl_program *program,
                                              const vrrl_schedule_result *result, vrrl_error *err);
VRRL_API vrrl_code vrrl_findings_add_diff(vrrl_findings *list, const vrrl_program *program,
                                          const vrrl_diff_result *result, vrrl_error *err);
VRRL_API vrrl_code vrrl_findings_add_bare(vrrl_findings *list, const vrrl_bare_log *log,
                                          const vrrl_bare_result *result, vrrl_error *err);
/* Of a kernel: `line` is of the PTX, keys have lines of the source where the PTX tells them. `target` is as for
 * vrrl_report_kernel. An instruction that is not supported is no finding. */
VRRL_API vrrl_code vrrl_findings_add_kernel(vrrl_findings *list, const vrrl_kernel_result *result,
                                            const char *target, vrrl_error *err);
/* NULL is fine. */
VRRL_API void vrrl_findings_free(vrrl_findings *list);

/* "race"; "?" for a number that is no kind. */
VRRL_API const char *vrrl_finding_kind_name(vrrl_finding_kind kind);
VRRL_API const char *vrrl_finding_kind_text(vrrl_finding_kind kind);
VRRL_API int vrrl_finding_kind_exit(vrrl_finding_kind kind);

#ifdef __cplusplus
}
#endif
#endif
