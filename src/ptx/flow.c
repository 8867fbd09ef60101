#include "ptx/flow.h"

#include <stdlib.h>
#include <string.h>

/* ---- Instructions ------------------------------------------------------------------------------ */

static void use(struct draft_touches *to, uint32_t operand)
{
    if (operand != PTX_NONE && !(operand & DRAFT_CONSTANT))
        to->uses[to->use_count++] = operand;
}

static void set(struct draft_touches *to, uint32_t operand)
{
    if (operand != PTX_NONE)
        to->sets[to->set_count++] = operand;
}

void draft_touches_of(const struct draft *d, const struct draft_instruction *in,
                      struct draft_touches *to)
{
    to->use_count = to->set_count = 0;
    use(to, in->guard);
    for (unsigned i = 0; i < PTX_SOURCES; i++)
        use(to, in->source[i]);
    for (unsigned i = 0; i < 2; i++)
        set(to, in->target[i]);
    bool load = in->form.op == PTX_OP_LD;
    if (!load && in->form.op != PTX_OP_ST)
        return;
    for (unsigned i = 0; i < in->form.memory.count; i++) {
        uint32_t operand = d->operands[in->form.memory.values + i];
        if (load)
            set(to, operand);
        else
            use(to, operand);
    }
}

/* Whether the instruction never goes on to the next. */
static bool ends(const struct draft_instruction *in)
{
    switch (in->form.op) {
    case PTX_OP_BRA:
    case PTX_OP_BRX:
    case PTX_OP_RET:
    case PTX_OP_EXIT:
    case PTX_OP_TRAP:
        return in->guard == PTX_NONE;
    default:
        return false;
    }
}

static bool branches(const struct draft_instruction *in)
{
    return in->form.op == PTX_OP_BRA || in->form.op == PTX_OP_BRX;
}

/* The instructions that a branch may lead to. */
static const uint32_t *targets_of(const struct draft *d, const struct draft_instruction *in,
                                  uint32_t *count)
{
    bool listed = in->form.op == PTX_OP_BRX;
    *count = listed ? in->form.branch.count : branches(in);
    return listed ? d->targets + in->form.branch.targets : &in->form.branch.target;
}

/* ---- Blocks ------------------------------------------------------------------------------------ */

static void mark_heads(const struct draft *d, uint32_t *heads)
{
    heads[0] = 1;
    for (uint32_t i = 0; i < d->instruction_count; i++) {
        const struct draft_instruction *in = &d->instructions[i];
        uint32_t count;
        const uint32_t *targets = targets_of(d, in, &count);
        for (uint32_t k = 0; k < count; k++)
            heads[targets[k]] = 1;
        /* Behind a barrier, too: what is live there says whether a block spins. */
        bool last = branches(in) || ends(in) || in->form.op == PTX_OP_BAR;
        if (last && i + 1 < d->instruction_count)
            heads[i + 1] = 1;
    }
}

/* Numbers the blocks where heads are marked. */
static void number_blocks(struct ptx_flow *flow, uint32_t instructions)
{
    uint32_t block = 0;
    for (uint32_t i = 0; i < instructions; i++) {
        if (flow->block_of[i])
            flow->blocks[block++].first = i;
        flow->block_of[i] = block - 1;
        flow->blocks[block - 1].count++;
    }
}

/* ---- Edges ------------------------------------------------------------------------------------- */

/* Calls `add` with each pair of a block and one behind it. */
static void edges(struct ptx_flow *flow, const struct draft *d,
                  void (*add)(struct ptx_flow *flow, uint32_t from, uint32_t to))
{
    for (uint32_t b = 0; b < flow->block_count; b++) {
        const struct ptx_block *block = &flow->blocks[b];
        const struct draft_instruction *last = &d->instructions[block->first + block->count - 1];
        uint32_t count;
        const uint32_t *targets = targets_of(d, last, &count);
        for (uint32_t k = 0; k < count; k++)
            add(flow, b, flow->block_of[targets[k]]);
        if (!ends(last) && b + 1 < flow->block_count)
            add(flow, b, b + 1);
    }
}

static void count_edge(struct ptx_flow *flow, uint32_t from, uint32_t to)
{
    flow->next_at[from + 1]++;
    flow->before_at[to + 1]++;
    if (to <= from)
        flow->blocks[to].is_loop_head = true;
}

/* The begins of lists move to their ends, and back in the end. */
static void put_edge(struct ptx_flow *flow, uint32_t from, uint32_t to)
{
    flow->next[flow->next_at[from]++] = to;
    flow->before[flow->before_at[to]++] = from;
}

static void sum(uint32_t *at, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        at[i + 1] += at[i];
}

static void move_back(uint32_t *at, uint32_t count)
{
    memmove(at + 1, at, count * sizeof *at);
    at[0] = 0;
}

static bool make_edges(struct ptx_flow *flow, const struct draft *d)
{
    uint32_t count = flow->block_count;
    flow->next_at = calloc((size_t)count + 1, sizeof *flow->next_at);
    flow->before_at = calloc((size_t)count + 1, sizeof *flow->before_at);
    if (!flow->next_at || !flow->before_at)
        return false;
    edges(flow, d, count_edge);
    sum(flow->next_at, count);
    sum(flow->before_at, count);
    size_t total = flow->next_at[count];
    flow->next = calloc(total + 1, sizeof *flow->next);
    flow->before = calloc(total + 1, sizeof *flow->before);
    if (!flow->next || !flow->before)
        return false;
    edges(flow, d, put_edge);
    move_back(flow->next_at, count);
    move_back(flow->before_at, count);
    return true;
}

vrrl_code ptx_flow_make(struct ptx_flow *flow, const struct draft *d, vrrl_error *err)
{
    uint32_t instructions = d->instruction_count;
    size_t bytes = ((size_t)instructions + 1) * sizeof *flow->block_of;
    *flow = (struct ptx_flow){.block_of = calloc((size_t)instructions + 1, sizeof *flow->block_of)};
    if (!flow->block_of)
        return error_no_memory(err, bytes);
    mark_heads(d, flow->block_of);
    for (uint32_t i = 0; i < instructions; i++)
        flow->block_count += flow->block_of[i];
    flow->blocks = calloc((size_t)flow->block_count + 1, sizeof *flow->blocks);
    if (!flow->blocks)
        return error_no_memory(err, bytes);
    number_blocks(flow, instructions);
    return make_edges(flow, d) ? VRRL_OK : error_no_memory(err, bytes);
}

void ptx_flow_free(struct ptx_flow *flow)
{
    free(flow->blocks);
    free(flow->block_of);
    free(flow->next);
    free(flow->before);
    free(flow->next_at);
    free(flow->before_at);
}
