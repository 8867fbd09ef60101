/* SPDX-License-Identifier: MIT */
/*
 * Task graphs: what a megakernel is compiled to, before it becomes slots in a ring.
 *
 * Vocabulary
 *   task        one operation on tiles of buffers. It passes its waits, accesses, then signals.
 *   access      a read, write, accumulation or read-write of a range of one buffer.
 *   range       a rectangle of a buffer, rows by columns; columns are the last dimension, rows the
 *               product of the others. A strided run of memory is such a rectangle.
 *   counter     what tasks wait for and signal.
 *   segment     a piece of a buffer that no range cuts: ranges are unions of segments.
 *   assignment  which worker runs which task, and in what order.
 *
 * A graph is built with ids (any distinct numbers) and then finished: from there on tasks, buffers
 * and counters are dense indices in ascending order of id, and it is plain data that does not
 * change: any number of threads may read it. Text is kept in one pool, by offset; 0 is "".
 */
#ifndef VRRL_API_RUN_GRAPH_H
#define VRRL_API_RUN_GRAPH_H

#include "vrrl/log/error.h"
#include "vrrl/log/options.h"
#include "vrrl/run/program.h"
#include "vrrl/run/ring.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Limits; over one of them is VRRL_TOO_LARGE. */
#define VRRL_GRAPH_TASKS_MAX      2097151u     /* a batch and its fence must fit a ring */
#define VRRL_GRAPH_BUFFERS_MAX    (1u << 21)   /* counters too */
#define VRRL_GRAPH_SEGMENTS_MAX   (1u << 22)   /* of all buffers together */
#define VRRL_GRAPH_SPAN_MAX       (1u << 24)   /* segments of all distinct ranges together */
#define VRRL_GRAPH_ELEMENTS_MAX   (1ull << 48) /* of one buffer */
#define VRRL_GRAPH_FILE_BYTES_MAX (1ull << 30) /* of a file, decompressed */

#define VRRL_GRAPH_ROLES_MAX 64u
/* No such task, buffer, counter, worker. */
#define VRRL_GRAPH_NONE       0xFFFFFFFFu
#define VRRL_GRAPH_NOT_LISTED 0xFFFFu

typedef uint32_t vrrl_graph_text;

#define VRRL_BUFFER_KIND_TABLE(X)                                                                  \
    X(WEIGHT, "read-only")                                                                         \
    X(CONST, "read-only")                                                                          \
    X(IO_INPUT, "read-only; a new value each step")                                                \
    X(ACTIVATION, "written in the step")                                                           \
    X(IO_OUTPUT, "written in the step")                                                            \
    X(KV_CACHE, "written in the step; persists across steps")

typedef enum vrrl_buffer_kind {
#define X(name, text) VRRL_BUFFER_##name,
    VRRL_BUFFER_KIND_TABLE(X)
#undef X
} vrrl_buffer_kind;

typedef enum vrrl_access_kind {
    VRRL_ACCESS_READ,
    VRRL_ACCESS_WRITE,
    VRRL_ACCESS_ACCUMULATE, /* commutes with other accumulations, with nothing else */
    VRRL_ACCESS_READ_WRITE,
    /* Of the slots of programs only: docs/checking.md. */
    VRRL_ACCESS_ATOMIC,  /* a read-modify-write that keeps nothing of what it finds */
    VRRL_ACCESS_SWAP,    /* one that does, or that goes by it, or that rounds */
    VRRL_ACCESS_LOOK,    /* a load by which a slot waits or decides, or that acquires */
    VRRL_ACCESS_RELEASE, /* a store that releases */
} vrrl_access_kind;

typedef enum vrrl_sync_order {
    VRRL_SYNC_ORDER_RELAXED,
    VRRL_SYNC_ORDER_SYNC, /* a wait acquires, a signal releases */
} vrrl_sync_order;

typedef enum vrrl_sync_scope {
    VRRL_SYNC_SCOPE_GROUP,
    VRRL_SYNC_SCOPE_DEVICE,
    VRRL_SYNC_SCOPE_SYSTEM,
} vrrl_sync_scope;

/* Where a buffer lies. What is on chip is a worker's own: no other worker sees it. */
#define VRRL_MEMORY_SPACE_TABLE(X)                                                                 \
    X(NOT_TOLD, "")                                                                                \
    X(HBM, "HBM")                                                                                  \
    X(GLOBAL_SCRATCH, "GLOBAL_SCRATCH")                                                            \
    X(SMEM, "SMEM")                                                                                \
    X(REGISTER, "REGISTER")

typedef enum vrrl_memory_space {
#define X(code, name) VRRL_MEMORY_SPACE_##code,
    VRRL_MEMORY_SPACE_TABLE(X)
#undef X
} vrrl_memory_space;

typedef struct vrrl_graph_buffer {
    uint32_t id;
    vrrl_graph_text name;
    vrrl_buffer_kind kind;
    uint64_t rows, columns;
    bool internal;       /* its importer's own: no report tells of it, and no pair is one of it */
    bool scattered;      /* who accumulates to it writes somewhere in it, apart from others */
    uint8_t space;       /* vrrl_memory_space */
    uint8_t rank;        /* dimensions that the file gives it, at most 255 */
    uint32_t page_after; /* 1 + the page that it lies on; 0: none is told */
    /* Set by finish. The segments are a grid: row_cuts x column_cuts pieces, row by row. Cuts are
     * offsets in graph->cuts, one more than pieces, from 0 to rows or columns. */
    uint32_t first_segment;
    uint32_t row_pieces, column_pieces;
    uint32_t row_cuts, column_cuts;
    /* Of a program's epoch: 1 + the word of the arena with which it begins, and the words of a column.
     * 0: its words do not lie one behind the other. */
    uint32_t word_after, column_words;
} vrrl_graph_buffer;

typedef struct vrrl_graph_counter {
    uint32_t id;
    uint32_t init;
    bool grows;    /* false: back to `init` at each step; true: only before the first */
    bool named;    /* `note` is what it is called; else its number is, and the note says more */
    bool internal; /* its importer's own: no report tells of it, and no repair touches it */
    bool never;    /* of a program's epoch: a goal that no word can hold, which the note tells of */
    bool by_host;  /* of ends of slots: one is the host's own fence, which waits for all */
    vrrl_graph_text note;
    /* Of a program's epoch: 1 + the word of the arena that it stands for, and the value that it counts
     * as up from, where it is a flag. 0: it stands for none. */
    uint32_t word_after, up_from;
    /* Of one whose word slots of an earlier epoch have changed, and nothing has set back: 1 + that epoch (0: none),
     * which epoch begins so, and what the word holds then. */
    uint32_t left_by, left_to, left_value;
} vrrl_graph_counter;

typedef struct vrrl_graph_range {
    uint32_t buffer;
    uint64_t row_first, row_end, column_first, column_end;
    /* Set by finish: the same in pieces of the buffer's grid. */
    uint32_t piece_row_first, piece_row_end, piece_column_first, piece_column_end;
} vrrl_graph_range;

typedef struct vrrl_graph_access {
    uint32_t range;       /* in ranges[]; equal rectangles share one */
    uint32_t after_waits; /* how many of the task's waits, in order, come before it */
    vrrl_access_kind kind;
} vrrl_graph_access;

typedef struct vrrl_graph_wait {
    uint32_t counter;
    uint32_t threshold; /* in step s: threshold + s * growth */
    uint32_t growth;
    uint8_t order; /* vrrl_sync_order */
    uint8_t scope; /* vrrl_sync_scope */
    bool equal;    /* it goes on at the threshold alone, and not past it */
} vrrl_graph_wait;

typedef struct vrrl_graph_signal {
    uint32_t counter;
    uint32_t amount;
    uint8_t order;
    uint8_t scope;
} vrrl_graph_signal;

typedef struct vrrl_graph_task {
    uint32_t id;
    vrrl_graph_text op;
    vrrl_graph_text label;
    uint32_t worker;   /* VRRL_GRAPH_NONE: any */
    uint32_t place;    /* in the file, or as they were added, from 0: set by vrrl_graph_add_task */
    uint64_t identity; /* hash of the operation and its parameters */
    uint16_t inputs, outputs; /* that the file lists, at most 65534; VRRL_GRAPH_NOT_LISTED */
    uint32_t instruction;     /* 1 + the instruction that it is a part of; 0: it is none */
    uint32_t first_access, access_count;
    uint32_t first_wait, wait_count;
    uint32_t first_signal, signal_count;
} vrrl_graph_task;

/* How an author's order of tasks is known: by it a report says which of two was meant to come first. */
typedef enum vrrl_graph_order {
    VRRL_GRAPH_ORDER_OF_FILE,  /* as they stand in the file, where they can run so */
    VRRL_GRAPH_ORDER_DECLARED, /* by their ids */
    VRRL_GRAPH_ORDER_UNKNOWN,
} vrrl_graph_order;

/* What an importer of instructions has seen: docs/instruction-tensors.md. */
typedef struct vrrl_graph_opcode {
    vrrl_graph_text name;
    uint32_t instructions, tasks;
} vrrl_graph_opcode;

/* What a rule has changed of what the file declares. */
typedef struct vrrl_graph_correction {
    vrrl_graph_text type, what, reason; /* "inputs 1, 2 read-write"; why */
    uint32_t tasks;                     /* of the type */
    bool built_in;                      /* else of the rules that were given */
} vrrl_graph_correction;

typedef struct vrrl_graph_import {
    bool
        of_tasks; /* a graph of another tool: no tensor of instructions, and nothing up to `opcodes` but `machine`,
                     unless it is said */
    vrrl_graph_text machine, description;
    uint32_t workers, entries; /* of each worker, empty ones counted */
    uint32_t instructions, empty, in_flight;
    uint32_t roles; /* 0: a worker is one queue; else queue = worker * roles + role */
    vrrl_graph_text role_names[VRRL_GRAPH_ROLES_MAX];
    vrrl_graph_opcode *opcodes;
    uint32_t opcode_count;
    uint32_t counters, never_awaited, never_signalled;   /* that some task uses */
    uint32_t first_never_awaited, first_never_signalled; /* indices */
    uint32_t
        edge_kinds; /* opcode that signals, opcode and role that wait: so many pairs there are */
    bool assumes_release, assumes_acquire;
    /* Of MegaTriton's queues, whose workers and entries are those above, 1 where tasks are claimed from one queue. */
    bool of_queues;
    uint32_t
        unplaced; /* tasks that write somewhere in a buffer: taken apart from what others write so */
    /* Of Mirage's graphs. */
    uint32_t odd_events;  /* events of which tasks say something else; lint tells which */
    uint32_t undescribed; /* tasks whose type no rule knows: they read inputs and write outputs */
    uint32_t
        remote_tasks; /* that wait for other GPUs or trigger them: what comes of it is not known; */
    uint32_t first_remote; /* the first of them, by index */
    uint32_t
        first_dispatch; /* the position of the first task that is dispatched; the tasks' own: place */
    uint32_t workers_owned, schedulers; /* by which tasks are dispatched; 0: they are not */
    bool thresholds_fixed;              /* by a rule, waits do not grow from step to step */
    vrrl_graph_correction *corrections;
    uint32_t correction_count;
} vrrl_graph_import;

typedef struct vrrl_graph {
    size_t size;          /* of this struct, in the library */
    vrrl_graph_text name; /* the file it came from */
    char *text;
    vrrl_graph_buffer *buffers;
    vrrl_graph_counter *counters;
    vrrl_graph_task *tasks;
    vrrl_graph_access *accesses;
    vrrl_graph_wait *waits;
    vrrl_graph_signal *signals;
    vrrl_graph_range *ranges;
    uint64_t *cuts;
    vrrl_graph_text *remarks; /* what its importer noticed, and refused not: see vrrl/run/lint.h */
    uint32_t text_size, buffer_count, counter_count, task_count, access_count, wait_count,
        signal_count, range_count, cut_count, segment_count, remark_count;
    vrrl_graph_order order;
    uint32_t instruction_count;
    uint32_t *queue_order; /* tasks as their queues have them, one behind the other; NULL: by id */
    vrrl_graph_import *import; /* NULL: it is no import of instructions */
    bool for_abi;          /* it is for AutoMegaKernel's ABI 0.2: its limits and operands count */
    bool kinds_told;       /* by its author: what is made in the step, only tasks make */
    uint32_t shared_pages; /* pages of the file that several buffers lie on; for reports alone */
    /* The library's own. */
    struct vrrl_graph_rooms *rooms;
    struct vrrl_range_index *range_index; /* finds equal ranges */
} vrrl_graph;

/* ---- Building ------------------------------------------------------------------------------- */
/* Errors of each that adds: VRRL_NO_MEMORY; VRRL_TOO_LARGE past 2^32 - 1 of a kind; VRRL_INVALID where a
 * counter or a buffer that it names is not there, a range is not inside of its buffer, or there is no task yet. */

/* An empty graph; free it with vrrl_graph_free. Errors: VRRL_NO_MEMORY, VRRL_TOO_LARGE. */
VRRL_API vrrl_code vrrl_graph_create(const char *name, vrrl_graph **graph, vrrl_error *err);
/* NULL is fine. */
VRRL_API void vrrl_graph_free(vrrl_graph *graph);
VRRL_API vrrl_code vrrl_graph_add_text(vrrl_graph *graph, const char *text, vrrl_graph_text *at,
                                       vrrl_error *err);
/* Buffers and counters first, then vrrl_graph_index, then tasks. */
VRRL_API vrrl_code vrrl_graph_add_buffer(vrrl_graph *graph, const vrrl_graph_buffer *buffer,
                                         vrrl_error *err);
VRRL_API vrrl_code vrrl_graph_add_counter(vrrl_graph *graph, const vrrl_graph_counter *counter,
                                          vrrl_error *err);
/* Sorts buffers and counters by id; refuses an id that is there twice. Error: VRRL_PARSE. */
VRRL_API vrrl_code vrrl_graph_index(vrrl_graph *graph, vrrl_error *err);
/* Index of an id, or VRRL_GRAPH_NONE. Buffers and counters after `index`, tasks after `finish`. */
VRRL_API uint32_t vrrl_graph_find_buffer(const vrrl_graph *graph, uint32_t id);
VRRL_API uint32_t vrrl_graph_find_counter(const vrrl_graph *graph, uint32_t id);
VRRL_API uint32_t vrrl_graph_find_task(const vrrl_graph *graph, uint32_t id);
/* A task; accesses, waits and signals that follow are its own. The offsets in *task are ignored. */
VRRL_API vrrl_code vrrl_graph_add_task(vrrl_graph *graph, const vrrl_graph_task *task,
                                       vrrl_error *err);
VRRL_API vrrl_code vrrl_graph_add_wait(vrrl_graph *graph, const vrrl_graph_wait *wait,
                                       vrrl_error *err);
/* After the waits that come before it, unless `after_waits` says otherwise. The range's piece_
 * fields are ignored. */
VRRL_API vrrl_code vrrl_graph_add_access(vrrl_graph *graph, const vrrl_graph_range *range,
                                         vrrl_access_kind kind, uint32_t after_waits,
                                         vrrl_error *err);
VRRL_API vrrl_code vrrl_graph_add_signal(vrrl_graph *graph, const vrrl_graph_signal *signal,
                                         vrrl_error *err);
VRRL_API vrrl_code vrrl_graph_add_remark(vrrl_graph *graph, const char *text, vrrl_error *err);
/* Sorts the tasks by id (VRRL_PARSE: one is there twice) and cuts the buffers into segments.
 * VRRL_TOO_LARGE: the signals of a counter take it past 2^32 - 1. */
VRRL_API vrrl_code vrrl_graph_finish(vrrl_graph *graph, vrrl_error *err);

/* ---- Reading -------------------------------------------------------------------------------- */

/* "SMEM"; "" where none is told. */
VRRL_API const char *vrrl_memory_space_name(vrrl_memory_space space);

/* How a graph of another tool is read. */
typedef struct vrrl_import_options {
    size_t size;                  /* of this struct */
    const char *rules;            /* the path of a file of rules, docs/task-graphs.md; NULL: none */
    uint32_t workers, schedulers; /* of Mirage's dispatch; 0: 128 and 16 */
    bool pool;                    /* its dispatch is not looked at */
    uint32_t first_step; /* of vrrl_input_graph: the graph as it is in this step; 0: the first */
} vrrl_import_options;

/* AutoMegaKernel's IR 0.2, or Mirage's task_graph.json, plain or zstd-compressed (told by content). Errors:
 * VRRL_INVALID, VRRL_IO, VRRL_NO_MEMORY, VRRL_PARSE, VRRL_TOO_LARGE, VRRL_UNSUPPORTED. */
VRRL_API vrrl_code vrrl_graph_load(const char *path, vrrl_graph **graph, vrrl_error *err);
/* The same from memory; `name` is for messages. Errors: VRRL_INVALID, VRRL_NO_MEMORY, VRRL_PARSE, VRRL_TOO_LARGE,
 * VRRL_UNSUPPORTED. */
VRRL_API vrrl_code vrrl_graph_parse(const char *bytes, size_t size, const char *name,
                                    vrrl_graph **graph, vrrl_error *err);
/* The same two with options; NULL: the defaults. VRRL_INVALID: rules for a graph whose format takes none. */
VRRL_API vrrl_code vrrl_graph_load_with(const char *path, const vrrl_import_options *options,
                                        vrrl_graph **graph, vrrl_error *err);
VRRL_API vrrl_code vrrl_graph_parse_with(const char *bytes, size_t size, const char *name,
                                         const vrrl_import_options *options, vrrl_graph **graph,
                                         vrrl_error *err);
/* Makes a graph what it is a step later: counters that grow hold all that a step adds, and waits for them are raised.
 * VRRL_TOO_LARGE: one would wrap. */
VRRL_API vrrl_code vrrl_graph_next_step(vrrl_graph *graph, vrrl_error *err);
/* Whether that changes nothing for any wait, now and in every later step. Error: VRRL_NO_MEMORY. */
VRRL_API vrrl_code vrrl_graph_steps_alike(const vrrl_graph *graph, bool *alike, vrrl_error *err);
/* True where the bytes begin a task graph's file: zstd's magic, or what one of the formats begins with, `{`,
 * after white space. */
VRRL_API bool vrrl_graph_looks_like(const void *bytes, size_t size);

/* Never NULL. */
VRRL_API const char *vrrl_graph_text_at(const vrrl_graph *graph, vrrl_graph_text at);
VRRL_API const char *vrrl_graph_label(const vrrl_graph *graph, uint32_t task);
/* What a sentence calls a task: its id; or, of a part of an instruction, "down(layer 3, first 0)". */
VRRL_API void vrrl_graph_task_name(const vrrl_graph *graph, uint32_t task, char *out, size_t size);
/* "worker 5"; of imported instructions with roles, "worker 5, storer". */
VRRL_API void vrrl_graph_queue_name(const vrrl_graph *graph, uint32_t queue, char *out,
                                    size_t size);
VRRL_API const char *vrrl_buffer_kind_name(vrrl_buffer_kind kind);
VRRL_API bool vrrl_buffer_is_read_only(vrrl_buffer_kind kind);
/* "L14.an[0:2048]", "S[0:64,128:256]": rows are left out where they are all the buffer's. */
VRRL_API void vrrl_graph_range_name(const vrrl_graph *graph, const vrrl_graph_range *range,
                                    char *out, size_t size);
/* The same for one segment of a buffer. */
VRRL_API void vrrl_graph_segment_name(const vrrl_graph *graph, uint32_t buffer, uint32_t segment,
                                      char *out, size_t size);
/* "counter 267"; or the note of one that is named. */
VRRL_API void vrrl_graph_counter_name(const vrrl_graph *graph, uint32_t counter, char *out,
                                      size_t size);

/* ---- Assignments ---------------------------------------------------------------------------- */

typedef struct vrrl_assign_options {
    size_t size; /* of this struct */
    /* NULL: as the graph says (no worker set: a pool). "pool": any worker, whatever it says. "rr:N": task i to worker i mod N. Else a
     * file of lines `WORKER TASK`, TASK an id or a label, in queue order; `#` begins a comment. */
    const char *assign;
    uint32_t pipelined; /* 0: serial; else slots in flight, 1 … 64 */
    uint32_t resident;  /* queues that run at a time; 0: all */
} vrrl_assign_options;

typedef struct vrrl_assignment {
    size_t size; /* of this struct, in the library */
    vrrl_worker_model model;
    uint32_t *queue_of; /* worker of each task, VRRL_GRAPH_NONE in a pool; by task index */
    uint32_t *order;    /* tasks in publish order, in each queue its order */
} vrrl_assignment;

/* On success *assignment is the caller's. Errors: VRRL_INVALID, VRRL_IO, VRRL_NO_MEMORY, VRRL_PARSE,
 * VRRL_TOO_LARGE, VRRL_UNSUPPORTED. */
VRRL_API vrrl_code vrrl_assignment_create(const vrrl_graph *graph,
                                          const vrrl_assign_options *options,
                                          vrrl_assignment **assignment, vrrl_error *err);
/* NULL is fine. */
VRRL_API void vrrl_assignment_free(vrrl_assignment *assignment);

/* ---- Lowering ------------------------------------------------------------------------------- */

typedef struct vrrl_lower_options {
    size_t size;                       /* of this struct */
    const vrrl_assign_options *assign; /* NULL: the default */
    uint32_t steps;                    /* epochs, ≥ 1; 0 is 1 */
} vrrl_lower_options;

/* A program of one MIX slot a task, for symbolic execution: each segment is a 64-bit value. User memory holds the
 * counters, their initial values, the observed segments, the others, and the descriptors. Every epoch shares one
 * batch and has a prologue that resets the counters, sets the IO_INPUT segments and raises thresholds that grow.
 * Regions: "counters" and "buffers", exact. Errors: VRRL_INVALID, VRRL_IO, VRRL_NO_MEMORY, VRRL_PARSE,
 * VRRL_TOO_LARGE, VRRL_UNSUPPORTED. */
VRRL_API vrrl_code vrrl_graph_lower(const vrrl_graph *graph, const vrrl_lower_options *options,
                                    vrrl_program **program, vrrl_error *err);

#ifdef __cplusplus
}
#endif
#endif
