/* PTX: read, held against what the kernel machine relies on, and reported. */
#include "input.h"

#include "ptx/ptx.h"

#include <stdlib.h>

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* A row of the function, or a constant of it, or none. */
static void check_operand(const struct ptx_function *f, uint16_t operand)
{
    uint32_t most = 0, constants = 0;
    for (unsigned w = 0; w < PTX_WIDTHS; w++) {
        most = f->rows[w] > most ? f->rows[w] : most;
        constants = f->constant_count[w] > constants ? f->constant_count[w] : constants;
    }
    if (operand != PTX_NO_OPERAND)
        require(operand & PTX_CONSTANT ? (operand & 0x7FFFu) < constants : operand < most);
}

static void check_instruction(const struct ptx_module *m, const struct ptx_function *f, uint32_t at)
{
    const struct ptx_instruction *in = &f->instructions[at];
    require(in->op < PTX_OPS && f->places[at] < m->place_count && f->block_of[at] < f->block_count);
    require(in->guard == PTX_NO_OPERAND || in->guard < f->rows[PTX_LANES]);
    for (unsigned i = 0; i < 2; i++)
        check_operand(f, in->target[i]);
    for (unsigned i = 0; i < PTX_SOURCES; i++)
        check_operand(f, in->source[i]);
    if (in->op == PTX_OP_BRA)
        require(in->branch.target < f->instruction_count);
    if (in->op == PTX_OP_BRX)
        require(in->branch.targets + in->branch.count <= f->target_count);
    if (in->op == PTX_OP_CALL || in->op == PTX_OP_CALL_INDIRECT)
        require(in->call.call < m->call_count);
    if (in->op == PTX_OP_UNSUPPORTED)
        require(in->unsupported < m->unsupported_count);
    if (in->op == PTX_OP_LD || in->op == PTX_OP_ST)
        require(in->memory.values + in->memory.count <= f->operand_count);
}

static void check_function(const struct ptx_module *m, const struct ptx_function *f)
{
    for (uint32_t i = 0; i < f->instruction_count; i++)
        check_instruction(m, f, i);
    for (uint32_t i = 0; i < f->operand_count; i++)
        check_operand(f, f->operands[i]);
    for (uint32_t i = 0; i < f->target_count; i++)
        require(f->targets[i] < f->instruction_count);
    for (uint32_t i = 0; i < f->shared_count; i++)
        require(f->shared[i] < m->variable_count);
    for (unsigned w = 0; w < PTX_WIDTHS; w++)
        for (uint32_t i = 0; i < f->constant_count[w]; i++) {
            const struct ptx_constant *c = &f->constants[w][i];
            require(c->symbol == PTX_SYMBOL_NONE ||
                    c->index <
                        (c->symbol == PTX_SYMBOL_FUNCTION ? m->function_count : m->variable_count));
        }
    require(f->parameter_bytes <= f->frame_bytes || !f->has_body);
}

static void check_variable(const struct ptx_module *m, const struct ptx_variable *v)
{
    require(v->initial_bytes <= v->bytes && v->align && !(v->align & (v->align - 1)));
    for (uint32_t i = 0; i < v->relocation_count; i++) {
        const struct ptx_relocation *r = &v->relocations[i];
        require((uint64_t)r->at + r->bytes <= v->bytes);
        require(r->index <
                (r->symbol == PTX_SYMBOL_FUNCTION ? m->function_count : m->variable_count));
    }
}

/* What a call hands over lies in the frames of both. Who calls is not known here: its frame is looked at by its
 * instructions. */
static void check_calls(const struct ptx_module *m, const struct ptx_function *f)
{
    for (uint32_t i = 0; i < f->instruction_count; i++) {
        if (f->instructions[i].op != PTX_OP_CALL)
            continue;
        const struct ptx_call *call = &m->calls[f->instructions[i].call.call];
        const struct ptx_function *callee = &m->functions[call->function];
        for (uint32_t k = 0; k < call->argument_count; k++) {
            require(call->arguments[k].from + call->arguments[k].bytes <= f->frame_bytes);
            require(call->arguments[k].to + call->arguments[k].bytes <= callee->parameter_bytes);
        }
        for (uint32_t k = 0; k < call->result_count; k++) {
            require(call->results[k].from + call->results[k].bytes <= callee->parameter_bytes);
            require(call->results[k].to + call->results[k].bytes <= f->frame_bytes);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static FILE *nowhere;
    vrrl_ptx *ptx;
    vrrl_error err = {.code = VRRL_OK};
    vrrl_code code = vrrl_ptx_parse((const char *)data, size, "fuzz.ptx", &ptx, &err);
    check_error(&err, code);
    if (code != VRRL_OK)
        return 0;
    const struct ptx_module *m = ptx->module;
    for (uint32_t i = 0; i < m->function_count; i++) {
        check_function(m, &m->functions[i]);
        check_calls(m, &m->functions[i]);
    }
    for (uint32_t i = 0; i < m->variable_count; i++)
        check_variable(m, &m->variables[i]);
    for (uint32_t i = 0; i < m->place_count; i++)
        require(m->places[i].inlined_at == PTX_NONE || m->places[i].inlined_at < i);
    if (!nowhere)
        nowhere = fopen("/dev/null", "w");
    if (nowhere) {
        vrrl_report_ptx(ptx, nowhere);
        vrrl_report_ptx_json(ptx, nowhere);
    }
    vrrl_ptx_free(ptx);
    return 0;
}
