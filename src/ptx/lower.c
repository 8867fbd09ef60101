#include "ptx/lower.h"

#include "base/array.h"

#include <stdio.h>

struct draft_instruction *ptx_emit(struct ptx_parser *p, const struct ptx_instruction *form)
{
    struct draft_instruction *in = draft_add(&p->draft, form);
    if (!in)
        ptx_stop(p, VRRL_NO_MEMORY);
    return in;
}

struct draft_instruction *ptx_emit_op(struct ptx_parser *p, enum ptx_op op)
{
    const struct ptx_instruction form = {.op = (uint16_t)op};
    return ptx_emit(p, &form);
}

/* ---- Errors ------------------------------------------------------------------------------------ */

static const char *operand_text(enum ptx_operand_kind kind)
{
    switch (kind) {
    case PTX_OPERAND_VECTOR:
        return "a vector, ";
    case PTX_OPERAND_ADDRESS:
        return "an address, ";
    default:
        return "";
    }
}

bool ptx_bad_operand(struct ptx_parser *p, const struct ptx_operand *o, const char *what)
{
    char text[PTX_TOKEN_TEXT_MAX], spelling[PTX_TOKEN_TEXT_MAX];
    bool is_register = o->kind == PTX_OPERAND_REGISTER;
    return ptx_fail_at(&p->lex, &o->token, "Fix: see the operands that the ISA lists for it.",
                       "found %s%s%s%s in %s, expected %s", operand_text(o->kind),
                       ptx_token_text(&p->lex, &o->token, text), is_register ? " of type ." : "",
                       is_register ? ptx_type_name((enum ptx_type)o->type) : "",
                       ptx_token_text(&p->lex, &p->spelling, spelling), what);
}

bool ptx_lower_unknown(struct ptx_parser *p, const struct ptx_token *token, const char *what)
{
    char text[PTX_TOKEN_TEXT_MAX];
    return ptx_fail_at(&p->lex, token, "Fix: declare it, or name one that is declared.",
                       "found %s, expected %s", ptx_token_text(&p->lex, token, text), what);
}

bool ptx_operands(struct ptx_parser *p, uint32_t least, uint32_t most)
{
    char text[PTX_TOKEN_TEXT_MAX];
    if (p->operand_count >= least && p->operand_count <= most)
        return true;
    return ptx_fail_at(&p->lex, &p->spelling, "Fix: see the operands that the ISA lists for it.",
                       "found %s with %u operand%s, expected %u%s",
                       ptx_token_text(&p->lex, &p->spelling, text), p->operand_count,
                       p->operand_count == 1 ? "" : "s", least, least < most ? " or more" : "");
}

static bool misfit(struct ptx_parser *p, const struct ptx_operand *o, enum ptx_type type)
{
    char what[64];
    snprintf(what, sizeof what, "a register for type .%s", ptx_type_name(type));
    return ptx_bad_operand(p, o, what);
}

/* ---- Operands ---------------------------------------------------------------------------------- */

static bool fits(enum ptx_type reg, enum ptx_type type, enum ptx_fit fit)
{
    uint32_t has = ptx_type_bytes(reg), wants = ptx_type_bytes(type);
    if (reg == PTX_PRED || type == PTX_PRED)
        return reg == type;
    if (has > 8 || wants > 8)
        return false;
    if (fit == PTX_FIT_WIDER ? has < wants : has != wants)
        return false;
    bool floating = ptx_type_sort(reg) == PTX_FLOATING;
    return fit != PTX_FIT_EXACT || ptx_type_sort(reg) == PTX_UNTYPED ||
           ptx_type_sort(type) == PTX_UNTYPED || floating == (ptx_type_sort(type) == PTX_FLOATING);
}

bool ptx_bits(struct ptx_parser *p, enum ptx_width width, uint64_t bits, uint32_t *source)
{
    *source = draft_constant(&p->draft, width, (struct ptx_constant){.value = bits});
    return *source != PTX_NONE || ptx_stop(p, VRRL_TOO_LARGE);
}

bool ptx_lower_use(struct ptx_parser *p, uint32_t index, bool is_variable)
{
    vrrl_code code = array_room(p->links, p->link_count, p->link_room, 1, p->lex.err);
    if (code != VRRL_OK)
        return ptx_stop(p, code);
    p->links[p->link_count++] = (struct ptx_link){p->function, index, is_variable};
    return true;
}

/* What an instruction of one source makes of it, in a register of its own. */
static bool computed(struct ptx_parser *p, enum ptx_op op, enum ptx_type type, uint32_t from,
                     uint32_t *source)
{
    struct draft_instruction *in = ptx_emit_op(p, op);
    uint32_t to = in ? draft_register(&p->draft, type) : PTX_NONE;
    if (to == PTX_NONE)
        return ptx_stop(p, VRRL_NO_MEMORY);
    in->source[0] = from;
    in->target[0] = *source = to;
    return true;
}

static bool register_source(struct ptx_parser *p, const struct ptx_operand *o, enum ptx_type type,
                            enum ptx_fit fit, uint32_t *source)
{
    if (!fits((enum ptx_type)o->type, type, fit))
        return misfit(p, o, type);
    *source = o->reg;
    if (o->negated && o->type == PTX_PRED)
        return computed(p, PTX_OP_NOT_PRED, PTX_PRED, o->reg, source);
    if (o->negated)
        return ptx_bad_operand(p, o, "no `!` but before a predicate");
    if (ptx_width_of((enum ptx_type)o->type) == PTX_64 && ptx_width_of(type) == PTX_32)
        return computed(p, PTX_OP_CVT_U32_U64, PTX_B32, o->reg, source);
    return true;
}

static bool number_source(struct ptx_parser *p, const struct ptx_operand *o, enum ptx_type type,
                          uint32_t *source)
{
    uint64_t bits;
    if (type == PTX_PRED)
        return ptx_bits(p, PTX_LANES, (o->number.bits != 0) != o->negated, source);
    if (!ptx_number_bits(&o->number, type, &bits)) {
        char what[64];
        snprintf(what, sizeof what, "a value of type .%s", ptx_type_name(type));
        return ptx_bad_operand(p, o, what);
    }
    return ptx_bits(p, ptx_width_of(type), bits, source);
}

static bool special_source(struct ptx_parser *p, const struct ptx_operand *o, enum ptx_type type,
                           uint32_t *source)
{
    static const uint8_t sizes[] = {
#define X(name, text, bytes, of) bytes,
        PTX_SPECIAL_TABLE(X)
#undef X
    };
    uint32_t bytes = o->special < sizeof sizes ? sizes[o->special] : 4;
    enum ptx_type has = bytes == 8 ? PTX_B64 : bytes == 0 ? PTX_PRED : PTX_B32;
    if (ptx_width_of(has) == PTX_LANES ? type != PTX_PRED : type == PTX_PRED)
        return ptx_bad_operand(p, o, "a special register of the instruction's type");
    struct ptx_instruction form = {.op = PTX_OP_SPECIAL};
    form.special.special = o->special;
    form.special.wide = bytes == 8;
    struct draft_instruction *in = ptx_emit(p, &form);
    uint32_t to = in ? draft_register(&p->draft, has) : PTX_NONE;
    if (to == PTX_NONE)
        return ptx_stop(p, VRRL_NO_MEMORY);
    in->target[0] = *source = to;
    enum ptx_width wanted = ptx_width_of(type);
    if (wanted == PTX_64 && bytes == 4)
        return computed(p, PTX_OP_CVT_U64_U32, PTX_B64, to, source);
    if (wanted == PTX_32 && bytes == 8)
        return computed(p, PTX_OP_CVT_U32_U64, PTX_B32, to, source);
    if (ptx_type_bytes(type) < 4 && type != PTX_PRED)
        return computed(p, PTX_OP_CVT_U16_U32, PTX_B16, to, source);
    return true;
}

/* The address of a variable, a parameter or a function. */
static bool name_source(struct ptx_parser *p, const struct ptx_operand *o, enum ptx_type type,
                        uint32_t *source)
{
    enum ptx_width width = ptx_width_of(type);
    struct ptx_constant constant = {.value = (uint64_t)o->offset, .index = o->name.index};
    if (ptx_type_bytes(type) < 4)
        return ptx_bad_operand(p, o, "a register or a constant");
    switch (o->name.meaning) {
    case PTX_MEANS_FUNCTION:
    case PTX_MEANS_VARIABLE:
        constant.symbol =
            o->name.meaning == PTX_MEANS_FUNCTION ? PTX_SYMBOL_FUNCTION : PTX_SYMBOL_VARIABLE;
        if (!ptx_lower_use(p, constant.index, o->name.meaning == PTX_MEANS_VARIABLE))
            return false;
        break;
    case PTX_MEANS_PARAM:
    case PTX_MEANS_LOCAL:
        constant.value += o->name.offset;
        constant.index = 0;
        break;
    default:
        return ptx_bad_operand(p, o, "a variable, a parameter or a function");
    }
    if (width == PTX_32 && constant.symbol == PTX_SYMBOL_NONE)
        constant.value &= UINT32_MAX;
    *source = draft_constant(&p->draft, width, constant);
    if (*source == PTX_NONE)
        return ptx_stop(p, VRRL_TOO_LARGE);
    if (o->name.meaning != PTX_MEANS_LOCAL)
        return true;
    struct ptx_instruction form = {.op = PTX_OP_LOCAL_ADDRESS};
    form.special.wide = width == PTX_64;
    struct draft_instruction *in = ptx_emit(p, &form);
    uint32_t to = in ? draft_register(&p->draft, type) : PTX_NONE;
    if (to == PTX_NONE)
        return ptx_stop(p, VRRL_NO_MEMORY);
    in->source[0] = *source;
    in->target[0] = *source = to;
    return true;
}

bool ptx_source(struct ptx_parser *p, const struct ptx_operand *o, enum ptx_type type,
                enum ptx_fit fit, uint32_t *source)
{
    switch (o->kind) {
    case PTX_OPERAND_REGISTER:
        return register_source(p, o, type, fit, source);
    case PTX_OPERAND_NUMBER:
        return number_source(p, o, type, source);
    case PTX_OPERAND_SPECIAL:
        return special_source(p, o, type, source);
    case PTX_OPERAND_NAME:
        return name_source(p, o, type, source);
    case PTX_OPERAND_WORD:
        return ptx_lower_unknown(p, &o->token, "a declared register or variable");
    default:
        return misfit(p, o, type);
    }
}

bool ptx_target(struct ptx_parser *p, const struct ptx_operand *o, enum ptx_type type,
                enum ptx_fit fit, uint32_t *target)
{
    *target = PTX_NONE;
    if (o->kind == PTX_OPERAND_SINK)
        return true;
    if (o->kind == PTX_OPERAND_WORD)
        return ptx_lower_unknown(p, &o->token, "a declared register");
    if (o->kind != PTX_OPERAND_REGISTER || o->negated || !fits((enum ptx_type)o->type, type, fit))
        return misfit(p, o, type);
    *target = o->reg;
    return true;
}
