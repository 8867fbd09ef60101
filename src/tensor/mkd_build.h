/* From expanded instructions to a task graph: a task a part, a queue a worker and role. */
#ifndef VRRL_TENSOR_MKD_BUILD_H
#define VRRL_TENSOR_MKD_BUILD_H

#include "tensor/mkd_expand.h"

struct mkd_builder {
    const struct mkd_expansion *e;
    vrrl_graph *graph;
    uint32_t *ranked;      /* instructions, in the author's order */
    uint32_t *first_task;  /* of each instruction */
    uint32_t *counter_ids; /* of each counter */
    uint32_t *done_ids;    /* of each instruction: of the counters of its awaited roles, by role */
    uint32_t *ended_ids;   /* of each instruction, where entries in flight are limited */
    uint32_t *private_ids; /* of each instruction: of the buffers of its roles that read, by role */
    vrrl_graph_text *opcode_names;
    vrrl_error *err;
};

/* On success *graph is the caller's. `path` names the graph. */
vrrl_code mkd_build(struct mkd_expansion *e, const char *path, vrrl_graph **graph, vrrl_error *err);

static inline uint32_t mkd_count_bits(uint64_t set)
{
    return (uint32_t)__builtin_popcountll(set);
}

/* Where `role` is among those of a set. */
static inline uint32_t mkd_place_in(uint64_t set, uint32_t role)
{
    return mkd_count_bits(set & ((UINT64_C(1) << role) - 1));
}

#endif
