/*
 * PTX: which registers are live where: what a later instruction may still read.
 *
 * Two answers. *Read*: some instruction may read the value. *Shown*: what comes of the value may show outside of the
 * registers: it goes into memory, an address, a branch, another lane. What feeds only `nanosleep`, or only itself, is
 * read, and not shown.
 */
#ifndef VRRL_PTX_LIVE_H
#define VRRL_PTX_LIVE_H

#include "ptx/flow.h"

struct ptx_live {
    uint32_t *
        global_of; /* of a register: its number among those that live over a block's end; PTX_NONE */
    uint32_t *register_of; /* of such a number */
    uint32_t global_count;
    uint32_t words;  /* of 32 bits a block */
    uint32_t *begin; /* live at the begin of a block: a bit a global */
};

enum ptx_live_kind { PTX_LIVE_READ, PTX_LIVE_SHOWN };

/* Free it whatever it returns. VRRL_TOO_LARGE where blocks and registers are too many together. */
vrrl_code ptx_live_make(struct ptx_live *live, const struct draft *d, const struct ptx_flow *flow,
                        vrrl_error *err);
/* Fills `begin` anew. */
vrrl_code ptx_live_find(struct ptx_live *live, const struct draft *d, const struct ptx_flow *flow,
                        enum ptx_live_kind kind, vrrl_error *err);
void ptx_live_free(struct ptx_live *live);

static inline bool ptx_live_at(const struct ptx_live *live, uint32_t block, uint32_t global)
{
    return live->begin[(size_t)block * live->words + global / 32] >> global % 32 & 1;
}

#endif
