/* PTX: the blocks of a draft, and which come after which. */
#ifndef VRRL_PTX_FLOW_H
#define VRRL_PTX_FLOW_H

#include "ptx/draft.h"

struct ptx_flow {
    struct ptx_block *blocks;
    uint32_t block_count;
    uint32_t *block_of;      /* of each instruction */
    uint32_t *next, *before; /* blocks, one list after the other */
    uint32_t *next_at,
        *before_at; /* where the list of a block begins; one more than there are blocks */
};

/* What an instruction reads and writes: registers of the draft, and constants. */
enum { DRAFT_TOUCHES_MAX = 16 };
struct draft_touches {
    uint32_t uses[DRAFT_TOUCHES_MAX], sets[DRAFT_TOUCHES_MAX];
    uint32_t use_count, set_count;
};
void draft_touches_of(const struct draft *d, const struct draft_instruction *in,
                      struct draft_touches *to);

/* VRRL_NO_MEMORY where memory lacks. Free it whatever it returns. */
vrrl_code ptx_flow_make(struct ptx_flow *flow, const struct draft *d, vrrl_error *err);
void ptx_flow_free(struct ptx_flow *flow);

#endif
