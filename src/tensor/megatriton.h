/* MegaTriton's work queues while they are imported: what an archive of its builder says, before it is a graph. */
#ifndef VRRL_TENSOR_MEGATRITON_H
#define VRRL_TENSOR_MEGATRITON_H

#include "base/hash_table.h"
#include "graph/rules.h"
#include "vrrl/run/graph.h"

enum {
    MEGATRITON_HEAD_WORDS = 6, /* type, layer, task, tile, and the range of its dependencies */
    MEGATRITON_DIMS_MAX = 8,
    MEGATRITON_QUEUES_MAX = 65536,
};

#define MEGATRITON_FLAGS_MAX  INT64_C(0x7fffffff)
#define MEGATRITON_PIECES_MAX (1u << 22) /* rectangles of all operands together */
#define MEGATRITON_EDGES_MAX  (1u << 24) /* waits, and signals, of all tasks together */

/* Names, each once. */
struct megatriton_names {
    vrrl_graph_text *texts;
    uint32_t count, room;
    struct hash_table by_hash;
};

struct megatriton_operand {
    uint32_t buffer;
    uint32_t first_box; /* of boxes[] */
    uint8_t rank;
    uint8_t kind;    /* vrrl_access_kind, by the rules */
    bool has_region; /* else all of the buffer, or nobody knows where */
    bool used;       /* false: by the rules it touches nothing */
};

/* One dimension of an operand: its length, and the part of it. */
struct megatriton_box {
    uint64_t length, first, end;
};

struct megatriton_task {
    uint32_t layer, node, tile;
    uint32_t queue, entry;
    uint32_t first_dep, dep_end; /* of deps[] */
    uint32_t operation;          /* of operations */
    uint32_t first_operand;      /* inputs, then outputs */
    uint8_t inputs, outputs;
    bool described; /* a footprint tells what it touches */
    bool unplaced;  /* it writes where the file does not tell */
};

/* Which task sets a flag; sorted by it. */
struct megatriton_flag {
    uint32_t flag, task;
};

/* Flags [first, end), which a task waits for, all of them. */
struct megatriton_dep {
    uint32_t first, end;
    uint32_t counter; /* of ranges[] */
};

/* One of the distinct ranges: the tasks that set a flag in it are flags[first_flag, flag_end). */
struct megatriton_range {
    uint32_t first, end;
    uint32_t first_flag, flag_end;
};

struct megatriton_buffer {
    uint64_t elements;
    uint64_t
        pitch;    /* elements of a row; 0: operands with a region differ in it, and it is one row */
    bool pitched; /* by some operand */
    bool written;
    bool scattered; /* somebody writes in it, and the file does not tell where */
};

struct megatriton {
    const char *file;
    struct rules *rules;
    const char *rules_file;
    vrrl_graph *graph;
    vrrl_error *err;

    uint32_t queues, entries; /* of the tensor: the most that a queue can hold */
    uint32_t *queue_sizes;
    uint64_t scoreboard[3]; /* layers, tasks, tiles */
    struct megatriton_task *tasks;
    struct megatriton_flag *flags;
    struct megatriton_dep *deps;
    struct megatriton_range *ranges;
    uint32_t *
        first_range; /* of each task, the ranges that its flag is in: ranges_of[]; one more at the end */
    uint32_t *ranges_of;
    struct megatriton_operand *operands;
    struct megatriton_box *boxes;
    struct megatriton_buffer *buffers;
    struct megatriton_names operations, buffer_names;
    struct type_rules *operation_rules;                               /* of each operation */
    uint32_t *operation_tasks, *operation_inputs, *operation_outputs; /* the least of the latter */
    uint32_t task_count, dep_count, range_count, operand_count, box_count, buffer_count;
    uint32_t operand_room, box_room, buffer_room;
    uint32_t *ranked; /* tasks in an order in which they can run, as far as they can */
};

#define MEGATRITON_TRY(call)                                                                       \
    do {                                                                                           \
        vrrl_code megatriton_code_ = (call);                                                       \
        if (megatriton_code_ != VRRL_OK)                                                           \
            return megatriton_code_;                                                               \
    } while (0)

#endif
