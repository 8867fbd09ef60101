#include "ptx/live.h"

#include <stdlib.h>
#include <string.h>

/* Bits of all blocks together. */
#define LIVE_BITS_MAX (UINT64_C(1) << 31)

/* ---- Registers that live over the end of a block ------------------------------------------------ */

/* A register is one where a block reads it before it sets it in all lanes. */
static bool find_globals(struct ptx_live *live, const struct draft *d, const struct ptx_flow *flow)
{
    uint32_t *set_in = calloc((size_t)d->register_count + 1, sizeof *set_in); /* block + 1 */
    if (!set_in)
        return false;
    struct draft_touches touches;
    for (uint32_t i = 0; i < d->instruction_count; i++) {
        const struct draft_instruction *in = &d->instructions[i];
        uint32_t block = flow->block_of[i] + 1;
        draft_touches_of(d, in, &touches);
        for (uint32_t k = 0; k < touches.use_count; k++) {
            uint32_t reg = touches.uses[k];
            if (set_in[reg] != block && live->global_of[reg] == PTX_NONE) {
                live->register_of[live->global_count] = reg;
                live->global_of[reg] = live->global_count++;
            }
        }
        for (uint32_t k = 0; k < touches.set_count && in->guard == PTX_NONE; k++)
            set_in[touches.sets[k]] = block;
    }
    free(set_in);
    return true;
}

vrrl_code ptx_live_make(struct ptx_live *live, const struct draft *d, const struct ptx_flow *flow,
                        vrrl_error *err)
{
    size_t registers = (size_t)d->register_count + 1;
    *live = (struct ptx_live){.global_of = malloc(registers * sizeof *live->global_of),
                              .register_of = malloc(registers * sizeof *live->register_of)};
    if (!live->global_of || !live->register_of)
        return error_no_memory(err, registers * sizeof *live->global_of);
    memset(live->global_of, 0xFF, registers * sizeof *live->global_of);
    if (!find_globals(live, d, flow))
        return error_no_memory(err, registers * sizeof *live->global_of);
    live->words = (live->global_count + 31) / 32;
    if ((uint64_t)live->words * 32 * flow->block_count > LIVE_BITS_MAX)
        return error_set(err, VRRL_TOO_LARGE, "Fix: divide the function.",
                         "a function of %u blocks, over which %u registers live, is too large",
                         flow->block_count, live->global_count);
    size_t size = (size_t)live->words * flow->block_count + 1;
    live->begin = malloc(size * sizeof *live->begin);
    return live->begin ? VRRL_OK : error_no_memory(err, size * sizeof *live->begin);
}

void ptx_live_free(struct ptx_live *live)
{
    free(live->global_of);
    free(live->register_of);
    free(live->begin);
}

/* ---- Backwards through a block ------------------------------------------------------------------ */

struct search {
    struct ptx_live *live;
    const struct draft *d;
    const struct ptx_flow *flow;
    enum ptx_live_kind kind;
    bool *now;      /* of each register that is no global */
    uint32_t *bits; /* of globals */
    uint32_t *list; /* blocks to look at */
    bool *listed;
    uint32_t count;
};

/* All that it does is to set its targets. */
static bool only_sets(const struct draft_instruction *in)
{
    switch (in->form.op) {
    case PTX_OP_SPECIAL:
    case PTX_OP_LOCAL_ADDRESS:
    case PTX_OP_CVTA:
    case PTX_OP_ISSPACEP:
    case PTX_OP_MAPA:
    case PTX_OP_GETCTARANK:
    case PTX_OP_NANOSLEEP:
    case PTX_OP_NOP:
        return true;
    default:
        return ptx_op_is_alu(in->form.op);
    }
}

/* Globals are live by their bit, others by their own mark. */
static bool is_live(const struct search *s, uint32_t reg)
{
    uint32_t global = s->live->global_of[reg];
    return global == PTX_NONE ? s->now[reg] : s->bits[global / 32] >> global % 32 & 1;
}

static void set_live(struct search *s, uint32_t reg, bool value)
{
    uint32_t global = s->live->global_of[reg];
    if (global == PTX_NONE)
        s->now[reg] = value;
    else if (value)
        s->bits[global / 32] |= 1u << global % 32;
    else
        s->bits[global / 32] &= ~(1u << global % 32);
}

static void step(struct search *s, const struct draft_instruction *in)
{
    struct draft_touches touches;
    draft_touches_of(s->d, in, &touches);
    bool wanted = s->kind == PTX_LIVE_READ || !only_sets(in);
    for (uint32_t k = 0; k < touches.set_count && !wanted; k++)
        wanted = is_live(s, touches.sets[k]);
    for (uint32_t k = 0; k < touches.set_count && in->guard == PTX_NONE; k++)
        set_live(s, touches.sets[k], false);
    for (uint32_t k = 0; k < touches.use_count && wanted; k++)
        set_live(s, touches.uses[k], true);
}

/* s->bits becomes what is live at the end of a block. */
static void join_next(struct search *s, uint32_t b)
{
    const struct ptx_flow *flow = s->flow;
    memset(s->bits, 0, s->live->words * sizeof *s->bits);
    for (uint32_t k = flow->next_at[b]; k < flow->next_at[b + 1]; k++) {
        const uint32_t *begin = s->live->begin + (size_t)flow->next[k] * s->live->words;
        for (uint32_t w = 0; w < s->live->words; w++)
            s->bits[w] |= begin[w];
    }
}

/* Returns whether more is live at its begin than was known. Others than globals are dead there. */
static bool walk(struct search *s, uint32_t b)
{
    const struct ptx_block *block = &s->flow->blocks[b];
    uint32_t *begin = s->live->begin + (size_t)b * s->live->words;
    uint32_t grown = 0;
    join_next(s, b);
    for (uint32_t i = block->count; i-- > 0;)
        step(s, &s->d->instructions[block->first + i]);
    for (uint32_t w = 0; w < s->live->words; w++) {
        grown |= s->bits[w] & ~begin[w];
        begin[w] |= s->bits[w];
    }
    return grown != 0;
}

static void search_all(struct search *s)
{
    const struct ptx_flow *flow = s->flow;
    for (uint32_t b = 0; b < flow->block_count; b++) {
        s->list[s->count++] = b; /* the last is looked at first */
        s->listed[b] = true;
    }
    while (s->count) {
        uint32_t b = s->list[--s->count];
        s->listed[b] = false;
        if (!walk(s, b))
            continue;
        for (uint32_t k = flow->before_at[b]; k < flow->before_at[b + 1]; k++) {
            uint32_t before = flow->before[k];
            if (!s->listed[before])
                s->list[s->count++] = before;
            s->listed[before] = true;
        }
    }
}

vrrl_code ptx_live_find(struct ptx_live *live, const struct draft *d, const struct ptx_flow *flow,
                        enum ptx_live_kind kind, vrrl_error *err)
{
    struct search s = {.live = live, .d = d, .flow = flow, .kind = kind};
    size_t blocks = (size_t)flow->block_count + 1;
    s.now = calloc((size_t)d->register_count + 1, sizeof *s.now);
    s.bits = calloc((size_t)live->words + 1, sizeof *s.bits);
    s.list = malloc(blocks * sizeof *s.list);
    s.listed = calloc(blocks, sizeof *s.listed);
    memset(live->begin, 0, (size_t)live->words * flow->block_count * sizeof *live->begin);
    bool room = s.now && s.bits && s.list && s.listed;
    if (room)
        search_all(&s);
    free(s.now);
    free(s.bits);
    free(s.list);
    free(s.listed);
    return room ? VRRL_OK : error_no_memory(err, blocks * sizeof *s.list);
}
