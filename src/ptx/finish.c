#include "ptx/finish.h"

#include "ptx/live.h"
#include "ptx/rows.h"

#include <stdlib.h>
#include <string.h>

struct finish {
    struct ptx_function *f;
    struct draft *d;
    struct ptx_flow flow;
    struct ptx_live live;
    struct ptx_rows rows;
    vrrl_error *err;
};

static uint16_t compact(const struct ptx_rows *rows, uint32_t operand)
{
    if (operand == PTX_NONE)
        return PTX_NO_OPERAND;
    return operand & DRAFT_CONSTANT ? (uint16_t)(PTX_CONSTANT | (operand & 0x7FFF))
                                    : rows->of[operand];
}

/* A copy of `count` items that a function owns; at least one, so that NULL says that memory lacks. */
static void *copied(const void *from, uint32_t count, size_t size)
{
    void *to = calloc((size_t)count + 1, size);
    if (to && count)
        memcpy(to, from, count * size);
    return to;
}

static vrrl_code instructions(struct finish *s)
{
    struct ptx_function *f = s->f;
    const struct draft *d = s->d;
    size_t count = (size_t)d->instruction_count + 1;
    f->instructions = calloc(count, sizeof *f->instructions);
    f->places = calloc(count, sizeof *f->places);
    f->operands = calloc((size_t)d->operand_count + 1, sizeof *f->operands);
    if (!f->instructions || !f->places || !f->operands)
        return error_no_memory(s->err, count * sizeof *f->instructions);
    for (uint32_t i = 0; i < d->instruction_count; i++) {
        const struct draft_instruction *from = &d->instructions[i];
        struct ptx_instruction *to = &f->instructions[i];
        *to = from->form;
        to->guard = compact(&s->rows, from->guard);
        for (unsigned k = 0; k < 2; k++)
            to->target[k] = compact(&s->rows, from->target[k]);
        for (unsigned k = 0; k < PTX_SOURCES; k++)
            to->source[k] = compact(&s->rows, from->source[k]);
        f->places[i] = from->place;
    }
    for (uint32_t i = 0; i < d->operand_count; i++)
        f->operands[i] = compact(&s->rows, d->operands[i]);
    f->instruction_count = d->instruction_count;
    f->operand_count = d->operand_count;
    return VRRL_OK;
}

/* The numbers of rows in one sequence: 32 bits, 64 bits, predicates. */
static vrrl_code live_rows(struct finish *s)
{
    struct ptx_function *f = s->f;
    const uint32_t first[PTX_WIDTHS] = {0, f->rows[PTX_32], f->rows[PTX_32] + f->rows[PTX_64]};
    f->live_words = (first[PTX_LANES] + f->rows[PTX_LANES] + 31) / 32;
    size_t size = (size_t)f->live_words * s->flow.block_count + 1;
    f->live_bits = calloc(size, sizeof *f->live_bits);
    if (!f->live_bits)
        return error_no_memory(s->err, size * sizeof *f->live_bits);
    for (uint32_t b = 0; b < s->flow.block_count; b++) {
        struct ptx_block *block = &s->flow.blocks[b];
        const uint32_t *bits = s->live.begin + (size_t)b * s->live.words;
        block->live = b * f->live_words;
        for (uint32_t w = 0; w < s->live.words; w++) {
            for (uint32_t left = bits[w]; left; left &= left - 1) {
                uint32_t reg = s->live.register_of[w * 32 + (uint32_t)__builtin_ctz(left)];
                uint32_t row = first[s->d->registers[reg].width] + s->rows.of[reg];
                f->live_bits[block->live + row / 32] |= 1u << row % 32;
            }
        }
    }
    return VRRL_OK;
}

static vrrl_code rest(struct finish *s)
{
    struct ptx_function *f = s->f;
    struct draft *d = s->d;
    f->frame_bytes = d->frame_bytes;
    f->local_bytes = (uint32_t)d->local_bytes;
    f->local_align = d->local_align;
    f->register_bytes = s->rows.bytes;
    f->targets = copied(d->targets, d->target_count, sizeof *f->targets);
    f->target_count = d->target_count;
    bool room = f->targets != NULL;
    for (unsigned w = 0; w < PTX_WIDTHS; w++) {
        f->constants[w] = copied(d->constants[w], d->constant_count[w], sizeof *f->constants[w]);
        f->constant_count[w] = d->constant_count[w];
        room = room && f->constants[w];
    }
    f->blocks = s->flow.blocks;
    f->block_count = s->flow.block_count;
    f->block_of = s->flow.block_of;
    s->flow.blocks = NULL;
    s->flow.block_of = NULL;
    return room ? VRRL_OK : error_no_memory(s->err, d->target_count);
}

static vrrl_code finish(struct finish *s)
{
    vrrl_code code = ptx_flow_make(&s->flow, s->d, s->err);
    if (!code)
        code = ptx_live_make(&s->live, s->d, &s->flow, s->err);
    if (!code)
        code = ptx_live_find(&s->live, s->d, &s->flow, PTX_LIVE_READ, s->err);
    if (!code)
        code = ptx_rows_give(&s->rows, s->d, &s->flow, &s->live, s->err);
    if (code)
        return code;
    memcpy(s->f->rows, s->rows.count, sizeof s->f->rows);
    code = ptx_live_find(&s->live, s->d, &s->flow, PTX_LIVE_SHOWN, s->err);
    if (!code)
        code = instructions(s);
    if (!code)
        code = live_rows(s);
    return code ? code : rest(s);
}

bool ptx_finish(struct ptx_parser *p)
{
    struct finish s = {.f = &p->module->functions[p->function], .d = &p->draft, .err = p->lex.err};
    vrrl_code code = finish(&s);
    ptx_flow_free(&s.flow);
    ptx_live_free(&s.live);
    ptx_rows_free(&s.rows);
    return code ? ptx_stop(p, code) : true;
}
