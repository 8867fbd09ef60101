#include "ptx/edit.h"

#include <stdlib.h>

/* ---- Which instructions ------------------------------------------------------------------------ */

static bool is_same_line(const struct ptx_module *m, uint32_t a, uint32_t b)
{
    if (a == b)
        return true;
    if (a >= m->place_count || b >= m->place_count)
        return false;
    const struct ptx_place *p = &m->places[a], *q = &m->places[b];
    return p->file != PTX_NONE && p->line && p->file == q->file && p->line == q->line &&
           p->column == q->column;
}

/* Copies of one instruction of the source, as a loop that is unrolled and a function that is inlined have them. */
static bool is_alike(const struct ptx_module *m, const struct ptx_function *f, uint32_t a,
                     uint32_t b)
{
    const struct ptx_instruction *x = &f->instructions[a], *y = &f->instructions[b];
    if (a == b)
        return true;
    if (x->op != y->op || !is_same_line(m, f->places[a], f->places[b]))
        return false;
    if (x->op == PTX_OP_LD || x->op == PTX_OP_ST || x->op == PTX_OP_ATOM || x->op == PTX_OP_RED)
        return x->memory.order == y->memory.order && x->memory.scope == y->memory.scope &&
               x->memory.atom == y->memory.atom && x->memory.type == y->memory.type &&
               x->memory.space == y->memory.space;
    return x->op != PTX_OP_FENCE ||
           (x->fence.order == y->fence.order && x->fence.scope == y->fence.scope);
}

static bool is_of(const struct ptx_module *m, const struct ptx_edit *e, uint32_t instruction)
{
    const struct ptx_function *f = &m->functions[e->function];
    return e->alike ? is_alike(m, f, e->instruction, instruction) : e->instruction == instruction;
}

uint32_t ptx_edit_instructions(const struct ptx_module *module, const struct ptx_edit *edit)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < module->functions[edit->function].instruction_count; i++)
        count += is_of(module, edit, i);
    return count;
}

/* ---- A function of its own ---------------------------------------------------------------------- */

static void *copied(const void *from, size_t count, size_t more, size_t size)
{
    void *made = calloc(count + more + 1, size);
    if (made && count)
        memcpy(made, from, count * size);
    return made;
}

/* With room for `more` instructions. All is copied, so that all can be freed where memory lacks. */
static bool copy_function(struct ptx_function *f, uint32_t more)
{
    uint32_t count = f->instruction_count, constants = f->constant_count[PTX_32];
    f->instructions = copied(f->instructions, count, more, sizeof *f->instructions);
    f->places = copied(f->places, count, more, sizeof *f->places);
    f->block_of = copied(f->block_of, count, more, sizeof *f->block_of);
    f->blocks = copied(f->blocks, f->block_count, 0, sizeof *f->blocks);
    f->targets = copied(f->targets, f->target_count, 0, sizeof *f->targets);
    f->constants[PTX_32] =
        copied(f->constants[PTX_32], constants, PTX_EDITS_MAX, sizeof *f->constants[PTX_32]);
    return f->instructions && f->places && f->block_of && f->blocks && f->targets &&
           f->constants[PTX_32];
}

static void free_function(struct ptx_function *f)
{
    free(f->instructions);
    free(f->places);
    free(f->block_of);
    free(f->blocks);
    free(f->targets);
    free(f->constants[PTX_32]);
}

/* ---- What is changed ---------------------------------------------------------------------------- */

static uint16_t constant_of(struct ptx_function *f, uint32_t value)
{
    uint32_t i = 0;
    while (i < f->constant_count[PTX_32] && (f->constants[PTX_32][i].symbol != PTX_SYMBOL_NONE ||
                                             f->constants[PTX_32][i].value != value))
        i++;
    if (i == f->constant_count[PTX_32])
        f->constants[PTX_32][f->constant_count[PTX_32]++] = (struct ptx_constant){.value = value};
    return (uint16_t)(PTX_CONSTANT | i);
}

static struct ptx_instruction added_of(struct ptx_function *f, const struct ptx_edit *e)
{
    struct ptx_instruction in = {.op = PTX_OP_FENCE, .guard = PTX_NO_OPERAND};
    in.target[0] = in.target[1] = PTX_NO_OPERAND;
    for (uint32_t i = 0; i < PTX_SOURCES; i++)
        in.source[i] = PTX_NO_OPERAND;
    if (e->kind == PTX_EDIT_FENCE) {
        in.fence = (struct ptx_fence){.order = e->order, .scope = e->scope};
    } else if (e->kind == PTX_EDIT_BARRIER) {
        in.op = PTX_OP_BAR;
        in.source[0] = constant_of(f, 0);
        in.barrier = (struct ptx_barrier){.kind = PTX_BARRIER_SYNC, .aligned = true};
    } else {
        in.op = PTX_OP_BAR_WARP;
        in.source[0] = constant_of(f, UINT32_MAX);
    }
    return in;
}

/* Whatever led above the new one stays there; what led behind the instruction `beside` leads behind it now. */
static void insert(struct ptx_function *f, const struct ptx_edit *e, uint32_t beside)
{
    uint32_t at = beside + e->behind, moved = f->instruction_count - at;
    for (uint32_t i = 0; i < f->instruction_count; i++)
        if (f->instructions[i].op == PTX_OP_BRA && f->instructions[i].branch.target > beside)
            f->instructions[i].branch.target++;
    for (uint32_t i = 0; i < f->target_count; i++)
        f->targets[i] += f->targets[i] > beside;
    for (uint32_t i = 0; i < f->block_count; i++)
        f->blocks[i].first += f->blocks[i].first > beside;
    f->blocks[f->block_of[beside]].count++;
    uint32_t place = f->places[beside], block = f->block_of[beside];
    memmove(f->instructions + at + 1, f->instructions + at, moved * sizeof *f->instructions);
    memmove(f->places + at + 1, f->places + at, moved * sizeof *f->places);
    memmove(f->block_of + at + 1, f->block_of + at, moved * sizeof *f->block_of);
    f->instructions[at] = added_of(f, e);
    f->places[at] = place;
    f->block_of[at] = block;
    f->instruction_count++;
}

static void reorder(struct ptx_instruction *in, const struct ptx_edit *e)
{
    if (in->op == PTX_OP_FENCE) {
        in->fence.order = e->order;
        in->fence.scope = e->scope;
    } else {
        in->memory.order = e->order;
        in->memory.scope = e->scope;
    }
}

/* From the last instruction to the first, so that those that are still to come are where they were. */
static void edit_function(const struct ptx_module *old, struct ptx_function *f, uint32_t function,
                          const struct ptx_edit *edits, uint32_t count)
{
    for (uint32_t i = old->functions[function].instruction_count; i-- > 0;) {
        for (uint32_t j = 0; j < count; j++)
            if (edits[j].function == function && edits[j].kind == PTX_EDIT_ORDER &&
                is_of(old, &edits[j], i))
                reorder(&f->instructions[i], &edits[j]);
        for (uint32_t behind = 2; behind-- > 0;)
            for (uint32_t j = 0; j < count; j++)
                if (edits[j].function == function && edits[j].kind != PTX_EDIT_ORDER &&
                    edits[j].behind == (bool)behind && is_of(old, &edits[j], i))
                    insert(f, &edits[j], i);
    }
}

/* ---- All of it ---------------------------------------------------------------------------------- */

static bool is_changed(const struct ptx_edited *e, uint32_t function)
{
    for (uint32_t i = 0; i < e->changed_count; i++)
        if (e->changed[i] == function)
            return true;
    return false;
}

vrrl_code ptx_edited_make(const struct ptx_module *module, const struct ptx_edit *edits,
                          uint32_t count, struct ptx_edited *edited, vrrl_error *err)
{
    uint32_t more = 0;
    *edited = (struct ptx_edited){.module = *module};
    for (uint32_t i = 0; i < count; i++)
        more += ptx_edit_instructions(module, &edits[i]);
    edited->module.functions =
        copied(module->functions, module->function_count, 0, sizeof *module->functions);
    if (!edited->module.functions)
        return error_no_memory(err, module->function_count * sizeof *module->functions);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t function = edits[i].function;
        struct ptx_function *f = &edited->module.functions[function];
        if (is_changed(edited, function))
            continue;
        edited->changed[edited->changed_count++] = function;
        if (!copy_function(f, more))
            return error_no_memory(err, f->instruction_count * sizeof *f->instructions);
        edit_function(module, f, function, edits, count);
    }
    return VRRL_OK;
}

void ptx_edited_free(struct ptx_edited *edited)
{
    for (uint32_t i = 0; edited->module.functions && i < edited->changed_count; i++)
        free_function(&edited->module.functions[edited->changed[i]]);
    free(edited->module.functions);
    *edited = (struct ptx_edited){.changed_count = 0};
}
