/* Mirage's task_graph.json while it is imported: what the file says, before it is a graph. */
#ifndef VRRL_GRAPH_MIRAGE_H
#define VRRL_GRAPH_MIRAGE_H

#include "base/hash_table.h"
#include "graph/rules.h"
#include "vrrl/run/graph.h"

#define MIRAGE_NO_EVENT     UINT64_C(0x7ffffffffffffffe)
#define MIRAGE_NVSHMEM_TAG  UINT64_C(0x1e00000000000000)
#define MIRAGE_NO_LAYER     UINT32_MAX
#define MIRAGE_OPERANDS_MAX (1u << 26)
/* Rectangles of all operands together; one whose elements lie apart has many. */
#define MIRAGE_PIECES_MAX (1u << 22)

enum {
    MIRAGE_FIRST_TASK = 2, /* 0 ends the run, 1 begins an iteration: the runtime's own */
    MIRAGE_DIMS_MAX = 8,
    MIRAGE_WORKERS = 128, /* of 132 multiprocessors */
    MIRAGE_SCHEDULERS = 16,
};

enum mirage_event_type {
    MIRAGE_EMPTY = 900,
    MIRAGE_LAUNCH_TASKS = 901,
    MIRAGE_LAUNCH_MASSIVE_TASKS = 902,
    MIRAGE_LAUNCH_DEPENDENT_TASKS = 903,
    MIRAGE_END_OF_TASK_GRAPH = 910,
    MIRAGE_TERMINATION = 911,
};

struct mirage_operand {
    uint32_t buffer;
    uint32_t element_bytes;
    uint64_t offset;          /* bytes */
    uint32_t first_dimension; /* of lengths[] and strides[] */
    uint8_t rank;
    uint8_t kind; /* vrrl_access_kind, by the rules */
    uint8_t by;   /* of enum rule_key */
    bool used;    /* false: by the rules it touches nothing */
};

struct mirage_task {
    uint32_t type; /* in types[] */
    uint32_t layer;
    uint64_t trigger, depends;
    uint32_t first_operand; /* inputs, then outputs */
    uint8_t inputs, outputs;
    int32_t request, kv, expert;
    uint32_t depth; /* MIRAGE_NEVER: it cannot start */
};

#define MIRAGE_NEVER UINT32_MAX

struct mirage_event {
    uint32_t type;
    uint32_t triggers; /* as the file has it */
    uint32_t first, end;
    uint32_t triggered, awaited; /* by how many tasks */
    bool begins;                 /* the one that starts an iteration's tasks */
};

struct mirage_type {
    char name[RULES_NAME_MAX];
    uint32_t number;
    uint32_t tasks;
    uint32_t place;           /* among all types, by name */
    uint32_t inputs, outputs; /* the least that a task of it has */
    bool described;
    struct type_rules rules;
};

struct mirage_buffer {
    vrrl_graph_text name;
    uint32_t place; /* among all buffers, by name */
    uint32_t unit;  /* bytes of a column: of an element where all operands have the same, else 1 */
    uint64_t pitch; /* units of a row; 0: it is one */
    uint64_t end;   /* units that some operand reaches */
    bool written;   /* by some task */
    uint8_t by;     /* of enum rule_key: what its parts differ by */
    uint32_t first_plane, planes; /* of planes[]; buffers of the graph, one a part */
};

/* One part of a buffer, of those that tasks of one type touch apart from each other. */
struct mirage_plane {
    int32_t request, kv, expert; /* where the buffer's parts differ by it */
};

struct mirage {
    const char *file;
    struct rules *rules;
    const char *rules_file; /* NULL: the built-in ones alone */
    vrrl_graph *graph;
    vrrl_error *err;
    uint64_t own_gpu;

    struct mirage_task *tasks;
    struct mirage_event *events;
    struct mirage_operand *operands;
    uint64_t *lengths, *strides; /* of all dimensions */
    struct mirage_type *types;
    struct mirage_buffer *buffers;
    struct mirage_plane *planes;
    uint32_t task_count, event_count, operand_count, dimension_count, type_count, buffer_count,
        plane_count;
    uint32_t task_room, event_room, operand_room, length_room, stride_room, type_room, buffer_room,
        plane_room;
    struct hash_table types_by_number, buffers_by_hash;

    uint32_t end_event; /* VRRL_GRAPH_NONE: there is none */
    uint32_t remote_waits, remote_triggers,
        remote_tasks; /* tasks that have to do with other GPUs */
    uint32_t first_remote;
    uint32_t odd_events; /* that something was remarked on */
};

#define MIRAGE_TRY(call)                                                                           \
    do {                                                                                           \
        vrrl_code mirage_code_ = (call);                                                           \
        if (mirage_code_ != VRRL_OK)                                                               \
            return mirage_code_;                                                                   \
    } while (0)

/* Whether an event is one of this GPU's counters, which only this GPU's tasks trigger. */
static inline bool mirage_is_local(const struct mirage *m, uint64_t event)
{
    return event != MIRAGE_NO_EVENT && (event & MIRAGE_NVSHMEM_TAG) == 0 &&
           (event >> 32 & 0xFFFF) == m->own_gpu;
}

static inline uint32_t mirage_index(uint64_t event)
{
    return (uint32_t)event;
}

#endif
