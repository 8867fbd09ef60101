#include "ptx/lower_control.h"

#include "base/array.h"
#include "ptx/lower.h"
#include "ptx/lower_memory.h"
#include "ptx/place.h"

#include <stdlib.h>

/* ---- Branches ---------------------------------------------------------------------------------- */

bool ptx_lower_jump(struct ptx_parser *p, const struct ptx_token *label, uint32_t instruction,
                    uint32_t target)
{
    struct draft *d = &p->draft;
    vrrl_code code = array_room(d->jumps, d->jump_count, d->jump_room, 1, p->lex.err);
    if (code != VRRL_OK)
        return ptx_stop(p, code);
    d->jumps[d->jump_count++] = (struct draft_jump){*label, instruction, target};
    return true;
}

static bool lower_bra(struct ptx_parser *p, const struct ptx_opcode *opcode)
{
    if (!ptx_operands(p, 1, 1))
        return false;
    const struct ptx_operand *o = &p->operands[0];
    if (o->kind != PTX_OPERAND_WORD && o->kind != PTX_OPERAND_NAME)
        return ptx_bad_operand(p, o, "a label");
    return ptx_emit(p, &opcode->form) &&
           ptx_lower_jump(p, &o->token, p->draft.instruction_count - 1, PTX_NONE);
}

static bool lower_brx(struct ptx_parser *p, const struct ptx_opcode *opcode)
{
    struct ptx_instruction form = opcode->form;
    uint32_t source;
    if (!ptx_operands(p, 2, 2))
        return false;
    const struct ptx_operand *list = &p->operands[1];
    if (list->kind != PTX_OPERAND_NAME || list->name.meaning != PTX_MEANS_TARGETS)
        return ptx_bad_operand(p, list, "the label of a .branchtargets above");
    if (!ptx_source(p, &p->operands[0], PTX_U32, PTX_FIT_WIDTH, &source))
        return false;
    form.branch.targets = list->name.index;
    form.branch.count = list->name.count;
    struct draft_instruction *in = ptx_emit(p, &form);
    if (in)
        in->source[0] = source;
    return in != NULL;
}

static bool decode_bra(struct ptx_modifiers *m, struct ptx_opcode *opcode)
{
    opcode->lower = lower_bra;
    opcode->form.op = PTX_OP_BRA;
    opcode->form.branch.uniform = ptx_modifier(m, "uni");
    return true;
}

static bool decode_brx(struct ptx_modifiers *m, struct ptx_opcode *opcode)
{
    opcode->lower = lower_brx;
    opcode->form.op = PTX_OP_BRX;
    opcode->form.branch.uniform = ptx_modifier(m, "uni");
    return ptx_modifier(m, "idx");
}

/* ---- Ends -------------------------------------------------------------------------------------- */

static bool lower_plain(struct ptx_parser *p, const struct ptx_opcode *opcode)
{
    return ptx_operands(p, 0, 0) && ptx_emit(p, &opcode->form);
}

/* A return from an entry is the end of the thread. */
static bool lower_ret(struct ptx_parser *p, const struct ptx_opcode *opcode)
{
    struct ptx_instruction form = opcode->form;
    for (uint32_t i = 0; i < p->result_register_count; i++)
        if (!ptx_lower_param(p, p->result_registers[i].reg, p->result_registers[i].offset, true))
            return false;
    if (p->module->functions[p->function].is_entry)
        form.op = PTX_OP_EXIT;
    return ptx_operands(p, 0, 0) && ptx_emit(p, &form);
}

bool ptx_lower_end(struct ptx_parser *p)
{
    const struct ptx_opcode ret = {.form = {.op = PTX_OP_RET}};
    p->operand_count = 0;
    p->draft.place = ptx_place_here(p);
    return p->draft.place != PTX_NONE && lower_ret(p, &ret);
}

static bool plain(struct ptx_opcode *opcode, ptx_lower *lower, enum ptx_op op)
{
    opcode->lower = lower;
    opcode->form.op = (uint16_t)op;
    return true;
}

static bool decode_ret(struct ptx_modifiers *m, struct ptx_opcode *opcode)
{
    ptx_modifier(m, "uni");
    return plain(opcode, lower_ret, PTX_OP_RET);
}

static bool decode_exit(struct ptx_modifiers *m, struct ptx_opcode *opcode)
{
    (void)m;
    return plain(opcode, lower_plain, PTX_OP_EXIT);
}

static bool decode_trap(struct ptx_modifiers *m, struct ptx_opcode *opcode)
{
    (void)m;
    return plain(opcode, lower_plain, PTX_OP_TRAP);
}

static bool decode_brkpt(struct ptx_modifiers *m, struct ptx_opcode *opcode)
{
    (void)m;
    return plain(opcode, lower_plain, PTX_OP_BRKPT);
}

static bool lower_nanosleep(struct ptx_parser *p, const struct ptx_opcode *opcode)
{
    uint32_t source;
    if (!ptx_operands(p, 1, 1) || !ptx_source(p, &p->operands[0], PTX_U32, PTX_FIT_WIDTH, &source))
        return false;
    struct draft_instruction *in = ptx_emit(p, &opcode->form);
    if (in)
        in->source[0] = source;
    return in != NULL;
}

static bool decode_nanosleep(struct ptx_modifiers *m, struct ptx_opcode *opcode)
{
    return plain(opcode, lower_nanosleep, PTX_OP_NANOSLEEP) && ptx_modifier(m, "u32");
}

/* setmaxnreg, griddepcontrol, pmevent: nothing that a run sees. */
static bool lower_nop(struct ptx_parser *p, const struct ptx_opcode *opcode)
{
    return ptx_emit(p, &opcode->form) != NULL;
}

static bool decode_nop(struct ptx_modifiers *m, struct ptx_opcode *opcode)
{
    for (unsigned i = 0; i < m->count; i++)
        m->taken[i] = true;
    return plain(opcode, lower_nop, PTX_OP_NOP);
}

/* ---- Calls ------------------------------------------------------------------------------------- */

/* What is called, and what it takes and gives. */
struct callee {
    const struct ptx_parameter *parameters, *results;
    uint32_t parameter_count, result_count, bytes;
    uint32_t function, address; /* one of the two */
};

/* `(results), callee, (arguments), prototype`: which operand is which; PTX_NONE: it is not there. */
struct call_operands {
    uint32_t results, callee, arguments, prototype;
};

static bool is_list(const struct ptx_operand *o)
{
    return o->kind == PTX_OPERAND_VECTOR && o->is_list;
}

static bool call_operands(struct ptx_parser *p, struct call_operands *c)
{
    uint32_t at = 0;
    c->results = at < p->operand_count && is_list(&p->operands[at]) ? at++ : PTX_NONE;
    c->callee = at++;
    c->arguments = at < p->operand_count && is_list(&p->operands[at]) ? at++ : PTX_NONE;
    c->prototype = at < p->operand_count ? at++ : PTX_NONE;
    return ptx_operands(p, c->callee + 1, at);
}

static bool find_callee(struct ptx_parser *p, const struct call_operands *c, struct callee *to)
{
    const struct ptx_operand *o = &p->operands[c->callee];
    if (o->kind == PTX_OPERAND_NAME && o->name.meaning == PTX_MEANS_FUNCTION) {
        const struct ptx_function *f = &p->module->functions[o->name.index];
        if (f->is_entry)
            return ptx_bad_operand(p, o, "a .func");
        *to = (struct callee){f->parameters,   f->results,         f->parameter_count,
                              f->result_count, f->parameter_bytes, o->name.index,
                              PTX_NONE};
        return ptx_lower_use(p, o->name.index, false);
    }
    if (o->kind != PTX_OPERAND_REGISTER)
        return ptx_lower_unknown(p, &o->token, "a function that is declared above");
    const struct ptx_operand *prototype =
        c->prototype == PTX_NONE ? NULL : &p->operands[c->prototype];
    if (!prototype || prototype->kind != PTX_OPERAND_NAME ||
        prototype->name.meaning != PTX_MEANS_PROTOTYPE)
        return ptx_bad_operand(p, o, "the label of a .callprototype behind the arguments");
    const struct ptx_signature *s = &p->prototypes[prototype->name.index];
    *to = (struct callee){s->parameters, s->results, s->parameter_count, s->result_count, s->bytes,
                          PTX_NONE,      PTX_NONE};
    return ptx_source(p, o, PTX_B64, PTX_FIT_WIDTH, &to->address);
}

/* Bytes of the frame for a value that is handed over in a register. */
static uint32_t frame_bytes(struct ptx_parser *p, uint32_t bytes)
{
    uint32_t at = (p->draft.frame_bytes + 7) & ~7u;
    p->draft.frame_bytes = at + bytes;
    return at;
}

/* Where an argument or a result is in the frame of who calls. */
static bool own_place(struct ptx_parser *p, const struct ptx_operand *o,
                      const struct ptx_parameter *parameter, bool store, uint32_t *at)
{
    enum ptx_type type = (enum ptx_type)parameter->type;
    if (o->kind == PTX_OPERAND_NAME && o->name.meaning == PTX_MEANS_PARAM) {
        if (o->name.bytes < parameter->bytes)
            return ptx_bad_operand(p, o, "as many bytes as the parameter has");
        *at = o->name.offset;
        return true;
    }
    if (parameter->is_array)
        return ptx_bad_operand(p, o, "a variable of the space .param");
    uint32_t value = PTX_NONE;
    if (store && !ptx_source(p, o, type, PTX_FIT_WIDTH, &value))
        return false;
    *at = frame_bytes(p, parameter->bytes);
    if (!store)
        return true;
    uint32_t reg = draft_register(&p->draft, type);
    struct draft_instruction *in =
        reg == PTX_NONE
            ? NULL
            : ptx_emit_op(p, ptx_width_of(type) == PTX_64 ? PTX_OP_MOV_64 : PTX_OP_MOV_32);
    if (!in)
        return ptx_stop(p, VRRL_NO_MEMORY);
    in->source[0] = value;
    in->target[0] = reg;
    return ptx_lower_param(p, reg, *at, true);
}

/* One list of a call: as many transfers as parameters, and the other way for results. */
static bool transfers(struct ptx_parser *p, uint32_t operand,
                      const struct ptx_parameter *parameters, uint32_t count, bool is_result,
                      struct ptx_transfer **to)
{
    uint32_t given = operand == PTX_NONE ? 0 : p->operands[operand].count;
    if (given != count) {
        char text[PTX_TOKEN_TEXT_MAX];
        return ptx_fail_at(&p->lex, &p->spelling, "Fix: call it as it is declared.",
                           "found %s with %u %s, expected %u",
                           ptx_token_text(&p->lex, &p->spelling, text), given,
                           is_result ? "results" : "arguments", count);
    }
    *to = count ? calloc(count, sizeof **to) : NULL;
    if (count && !*to)
        return ptx_stop(p, error_no_memory(p->lex.err, count * sizeof **to));
    for (uint32_t i = 0; i < count; i++) {
        const struct ptx_operand *o = &p->elements[p->operands[operand].first + i];
        uint32_t at = 0;
        if (!own_place(p, o, &parameters[i], !is_result, &at))
            return false;
        (*to)[i] = is_result ? (struct ptx_transfer){parameters[i].offset, at, parameters[i].bytes}
                             : (struct ptx_transfer){at, parameters[i].offset, parameters[i].bytes};
    }
    return true;
}

/* Results that are registers are loaded behind the call. */
static bool load_results(struct ptx_parser *p, uint32_t operand, const struct ptx_call *call)
{
    for (uint32_t i = 0; i < call->result_count; i++) {
        const struct ptx_operand *o = &p->elements[p->operands[operand].first + i];
        if (o->kind == PTX_OPERAND_NAME || o->kind == PTX_OPERAND_SINK)
            continue;
        if (o->kind != PTX_OPERAND_REGISTER || o->type == PTX_PRED ||
            ptx_type_bytes((enum ptx_type)o->type) != call->results[i].bytes)
            return ptx_bad_operand(p, o, "a register of the result's size");
        if (!ptx_lower_param(p, o->reg, call->results[i].to, false))
            return false;
    }
    return true;
}

static bool lower_call(struct ptx_parser *p, const struct ptx_opcode *opcode)
{
    struct ptx_module *m = p->module;
    struct call_operands c;
    struct callee callee;
    if (!call_operands(p, &c) || !find_callee(p, &c, &callee))
        return false;
    vrrl_code code = array_room(m->calls, m->call_count, m->call_room, 1, p->lex.err);
    if (code != VRRL_OK)
        return ptx_stop(p, code);
    struct ptx_call *call = &m->calls[m->call_count++];
    *call = (struct ptx_call){.function = callee.function,
                              .parameter_bytes = callee.bytes,
                              .argument_count = callee.parameter_count,
                              .result_count = callee.result_count};
    if (!transfers(p, c.arguments, callee.parameters, callee.parameter_count, false,
                   &call->arguments) ||
        !transfers(p, c.results, callee.results, callee.result_count, true, &call->results))
        return false;
    struct ptx_instruction form = opcode->form;
    form.op = callee.function == PTX_NONE ? PTX_OP_CALL_INDIRECT : PTX_OP_CALL;
    form.call.call = m->call_count - 1;
    struct draft_instruction *in = ptx_emit(p, &form);
    if (!in)
        return false;
    in->source[0] = callee.address;
    return load_results(p, c.results, call);
}

static bool decode_call(struct ptx_modifiers *m, struct ptx_opcode *opcode)
{
    ptx_modifier(m, "uni");
    opcode->is_call = true;
    return plain(opcode, lower_call, PTX_OP_CALL);
}

const struct ptx_family ptx_control_families[] = {
    {"bra", "bra[.uni]", decode_bra},
    {"brx", "brx.idx[.uni]", decode_brx},
    {"call", "call[.uni]", decode_call},
    {"ret", "ret[.uni]", decode_ret},
    {"exit", "exit", decode_exit},
    {"trap", "trap", decode_trap},
    {"brkpt", "brkpt", decode_brkpt},
    {"nanosleep", "nanosleep.u32", decode_nanosleep},
    {"setmaxnreg", "setmaxnreg.{inc|dec}.sync.aligned.u32", decode_nop},
    {"griddepcontrol", "griddepcontrol.{launch_dependents|wait}", decode_nop},
    {"pmevent", "pmevent[.mask]", decode_nop},
    {NULL, NULL, NULL},
};
