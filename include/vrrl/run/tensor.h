/* SPDX-License-Identifier: MIT */
/*
 * Instruction tensors: what a megakernel that interprets instructions is given to run, as a task graph.
 *
 * Vocabulary
 *   instruction  some words of int32 or uint32; the first of them is its opcode.
 *   tensor       all instructions, by worker and entry: a .npy file, or a member of an .npz archive, which
 *                PATH:MEMBER names; either may be compressed by zstd.
 *   description  a text that tells which parts an instruction has, by opcode, and what each of them waits for,
 *                accesses and signals (.mkd): docs/instruction-tensors.md.
 *   part         a task of the graph: what one role of a worker does of an instruction.
 *
 * The graph's tasks are parts in the author's order of instructions; its queues, one a worker and role, are those of
 * vrrl_assignment_create without an assignment. Pure functions; inputs are untrusted.
 */
#ifndef VRRL_API_RUN_TENSOR_H
#define VRRL_API_RUN_TENSOR_H

#include "vrrl/log/options.h"
#include "vrrl/run/graph.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A constant of the description, set from outside. */
typedef struct vrrl_machine_const {
    const char *name;
    int64_t value;
} vrrl_machine_const;

/* A tensor in memory, borrowed for a call: the bytes of its numbers as a .npy file has them. */
typedef struct vrrl_tensor_view {
    const char *name;     /* for messages, and for reports the path */
    const void *words;    /* int32 or uint32, little-endian, in C order, of any alignment */
    const uint64_t *dims; /* as many as `rank` says */
    uint32_t rank;        /* at most 8 */
    bool is_signed;
} vrrl_tensor_view;

/* A tensor that the description looks things up in, by the name that it declares. */
typedef struct vrrl_machine_table {
    const char *name;
    const char *path;             /* PATH or PATH:MEMBER */
    const vrrl_tensor_view *view; /* in the place of a path; else NULL */
} vrrl_machine_table;

typedef struct vrrl_machine_options {
    size_t size;             /* of this struct */
    const char *description; /* its path */
    const vrrl_machine_const *consts;
    uint32_t const_count;
    const vrrl_machine_table *tables;
    uint32_t table_count;
} vrrl_machine_options;

/* Limits; over one of them is VRRL_TOO_LARGE. */
#define VRRL_MACHINE_STEPS_MAX (1u << 27) /* statements that all instructions together make */

/* The graph of the instructions in a tensor. `tensor`: PATH or PATH:MEMBER. On success *graph is the caller's.
 * Errors: VRRL_INVALID, VRRL_IO, VRRL_NO_MEMORY, VRRL_NOT_FOUND, VRRL_PARSE, VRRL_TOO_LARGE, VRRL_UNSUPPORTED. */
VRRL_API vrrl_code vrrl_graph_load_tensor(const char *tensor, const vrrl_machine_options *options,
                                          vrrl_graph **graph, vrrl_error *err);
/* The same of a tensor in memory; the description is still by its path. Errors: VRRL_INVALID, VRRL_IO,
 * VRRL_NO_MEMORY, VRRL_NOT_FOUND, VRRL_PARSE, VRRL_TOO_LARGE, VRRL_UNSUPPORTED. */
VRRL_API vrrl_code vrrl_graph_of_tensor(const vrrl_tensor_view *tensor,
                                        const vrrl_machine_options *options, vrrl_graph **graph,
                                        vrrl_error *err);
/* The same of a file's bytes in memory, and of a description's text instead of its path. The names are for
 * messages. Errors: VRRL_INVALID, VRRL_NO_MEMORY, VRRL_NOT_FOUND, VRRL_PARSE, VRRL_TOO_LARGE, VRRL_UNSUPPORTED. */
VRRL_API vrrl_code vrrl_graph_parse_tensor(const void *bytes, size_t size, const char *name,
                                           const char *description, size_t description_size,
                                           const char *description_name,
                                           const vrrl_machine_options *options, vrrl_graph **graph,
                                           vrrl_error *err);

/* ---- Archives that need no description ------------------------------------------------------- */

/* Whether it is an archive with the members of MegaTriton's work queues: docs/task-graphs.md. */
VRRL_API bool vrrl_graph_is_work_queues(const void *bytes, size_t size);
/* Their graph, plain or compressed by zstd. NULL: no options; of these `rules` alone says something. Errors:
 * VRRL_INVALID, VRRL_NO_MEMORY, VRRL_PARSE, VRRL_TOO_LARGE, VRRL_UNSUPPORTED. */
VRRL_API vrrl_code vrrl_graph_parse_work_queues(const void *bytes, size_t size, const char *name,
                                                const vrrl_import_options *options,
                                                vrrl_graph **graph, vrrl_error *err);

#ifdef __cplusplus
}
#endif
#endif
