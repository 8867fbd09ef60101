/* SPDX-License-Identifier: MIT */
/*
 * What is wrong or odd about a task graph besides the order of its tasks.
 *
 * Vocabulary
 *   hole      a rectangle of a buffer that some task reads and no task writes, though only tasks could
 *             have: the buffer is no weight, constant, input or cache. It is a mistake for certain.
 *   warning   what looks like a slip: a misspelt opcode or key, two tasks of one label, a tile that
 *             nobody reads, a part of an output that nobody writes.
 *
 * Pure functions of a finished graph; a result belongs to the caller.
 */
#ifndef VRRL_API_RUN_LINT_H
#define VRRL_API_RUN_LINT_H

#include "vrrl/run/graph.h"

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* So many holes, and warnings of a kind, are kept; the others are counted. */
enum { VRRL_LINT_KEPT = 16, VRRL_LINT_TEXT_MAX = 400, VRRL_LINT_NAME_MAX = 240 };

typedef struct vrrl_lint_hole {
    vrrl_graph_range range;
    uint32_t reader;  /* the first task that reads some of it, by index */
    uint32_t readers; /* tasks that do */
    uint32_t writers; /* tasks that write other parts of the buffer */
    bool is_part;     /* the reader is a part of an instruction: its label says where it is */
    uint32_t id;      /* the reader's id and label, and the range's name */
    char label[VRRL_LINT_NAME_MAX], name[VRRL_LINT_NAME_MAX];
} vrrl_lint_hole;

typedef enum vrrl_lint_kind {
    VRRL_LINT_OPCODE,
    VRRL_LINT_KEY,
    VRRL_LINT_LABEL,
    VRRL_LINT_UNREAD,
    VRRL_LINT_OUTPUT,
    VRRL_LINT_EVENT,
} vrrl_lint_kind;

typedef struct vrrl_lint_warning {
    vrrl_lint_kind kind;
    char text[VRRL_LINT_TEXT_MAX];
} vrrl_lint_warning;

typedef struct vrrl_graph_lint {
    size_t size;                          /* of this struct, in the library */
    vrrl_lint_hole holes[VRRL_LINT_KEPT]; /* by buffer, and in it by row and column */
    uint32_t hole_count;                  /* at most VRRL_LINT_KEPT */
    uint32_t hole_total;
    vrrl_lint_warning *warnings; /* by kind */
    uint32_t warning_count;
} vrrl_graph_lint;

/* Holes and warnings. On success *lint is the caller's. Linear in accesses and in the segments of the graph's
 * distinct ranges, but for the sorting of labels and opcodes. Error: VRRL_NO_MEMORY. */
VRRL_API vrrl_code vrrl_graph_lint_create(const vrrl_graph *graph, vrrl_graph_lint **lint,
                                          vrrl_error *err);
/* NULL is fine. */
VRRL_API void vrrl_graph_lint_free(vrrl_graph_lint *lint);

/* "opcode", "key", "label", "unread", "output", "event". */
VRRL_API const char *vrrl_lint_kind_name(vrrl_lint_kind kind);
/* A line a warning, each behind `prefix`. */
VRRL_API void vrrl_graph_lint_write_warnings(const vrrl_graph_lint *lint, const char *prefix,
                                             FILE *out);
/* "UNWRITTEN …" and a line a hole; nothing where there is none. */
VRRL_API void vrrl_graph_lint_write_holes(const vrrl_graph_lint *lint, FILE *out);

#ifdef __cplusplus
}
#endif
#endif
