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

/* ---- Inside an instruction (mkd_inside.c) ---------------------------------------------------- */

/* Counters of roles that others of the instruction wait for, and of entries that end. */
vrrl_code mkd_add_internal_counters(struct mkd_builder *b);
vrrl_code mkd_add_private_buffers(struct mkd_builder *b);
/* Of a task that has been added: what holds it back inside its worker, before its own waits; *count: how many. */
vrrl_code mkd_add_internal_waits(const struct mkd_builder *b, uint32_t part, uint32_t *count);
vrrl_code mkd_add_internal_signals(const struct mkd_builder *b, uint32_t part);
/* What it takes from parts that read, and gives to those that write. */
vrrl_code mkd_add_private_accesses(const struct mkd_builder *b, uint32_t part, uint32_t waits);

/* What was imported (mkd_summary.c). */
vrrl_code mkd_summarize(const struct mkd_builder *b);

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
