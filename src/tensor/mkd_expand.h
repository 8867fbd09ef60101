/* Instructions, expanded: parts, and what each of them waits for, accesses and signals. */
#ifndef VRRL_TENSOR_MKD_EXPAND_H
#define VRRL_TENSOR_MKD_EXPAND_H

#include "base/hash_table.h"
#include "tensor/mkd.h"

struct mkd_wait {
    uint32_t counter, threshold, growth;
    bool equal, relaxed;
};

struct mkd_signal {
    uint32_t counter, amount;
    bool relaxed;
};

struct mkd_access {
    vrrl_graph_range range;
    vrrl_access_kind kind;
};

/* A task. A `part` that signals before it waits or accesses, or accesses before it waits, is several of them. */
struct mkd_part {
    uint32_t instruction, role;
    uint32_t first_wait, wait_count, first_access, access_count, first_signal, signal_count;
    uint64_t
        after; /* roles whose parts of this instruction come first, and no earlier part has waited for */
    bool first, last; /* of its role in the instruction */
};

struct mkd_instruction {
    uint32_t opcode, worker, entry;
    uint32_t first_part, part_count;
    uint64_t word;    /* its first, in the tensor */
    uint64_t roles;   /* that have parts */
    uint64_t awaited; /* of which some part of another role waits for */
    uint32_t depth;   /* see mkd_depth.h */
};

/* A counter that some part waits for or signals. */
struct mkd_counter {
    uint32_t array;
    uint64_t element;
    uint64_t signalled; /* all of it together */
    uint32_t waits, signals;
};

struct mkd_expansion {
    const struct mkd_machine *machine;
    const struct tensor *tensor;
    const char *tensor_name;
    uint32_t workers, entries, queues, empty; /* workers with an instruction; entries without one */
    uint32_t *opcode_counts;                  /* instructions, by opcode */
    struct mkd_instruction *instructions;     /* with parts; by worker, and by entry */
    struct mkd_part *parts;
    struct mkd_wait *waits;
    struct mkd_signal *signals;
    struct mkd_access *accesses;
    struct mkd_counter *counters;
    uint32_t instruction_count, instruction_room, part_count, part_room, wait_count, wait_room,
        signal_count, signal_room, access_count, access_room, counter_count, counter_room;
    struct hash_table counter_table;
};

/* Whatever it returns, free it by mkd_expansion_free. */
vrrl_code mkd_expand(const struct mkd_machine *machine, const struct tensor *tensor,
                     const char *tensor_name, struct mkd_expansion *expansion, vrrl_error *err);
void mkd_expansion_free(struct mkd_expansion *expansion);

static inline uint32_t mkd_word(const struct mkd_expansion *e, uint64_t index)
{
    return (uint32_t)tensor_at(e->tensor, index);
}

#endif
