#include "ptx/operand.h"

#include "ptx/lower.h"

#include <string.h>

/* ---- Words ------------------------------------------------------------------------------------- */

/* `%r12` of `%r<24>`. */
static uint32_t numbered(struct ptx_parser *p, const char *text, size_t length, enum ptx_type *type)
{
    size_t base = length;
    uint64_t number = 0, unit = 1;
    while (base > 0 && length - base < 10 && text[base - 1] >= '0' && text[base - 1] <= '9') {
        number += (uint64_t)(text[--base] - '0') * unit;
        unit *= 10;
    }
    bool zero_first = length - base > 1 && text[base] == '0';
    const struct ptx_name *name =
        base == length || zero_first ? NULL : ptx_names_find(&p->names, text, base);
    if (!name || name->meaning != PTX_MEANS_REGISTERS || number >= name->count)
        return PTX_NONE;
    *type = (enum ptx_type)name->type;
    uint32_t reg = draft_numbered(&p->draft, name->index, (uint32_t)number, *type);
    if (reg == PTX_NONE)
        ptx_stop(p, VRRL_NO_MEMORY);
    return reg;
}

/* `%v.x` */
static uint32_t component(struct ptx_parser *p, const char *text, size_t length,
                          enum ptx_type *type)
{
    static const char letters[] = "xyzwrgba";
    const char *letter =
        length > 2 && text[length - 2] == '.' ? strchr(letters, text[length - 1]) : NULL;
    const struct ptx_name *name = letter ? ptx_names_find(&p->names, text, length - 2) : NULL;
    uint32_t at = letter ? (uint32_t)(letter - letters) % 4 : 0;
    if (!name || name->meaning != PTX_MEANS_VECTOR || at >= name->count)
        return PTX_NONE;
    *type = (enum ptx_type)name->type;
    return name->index + at;
}

uint32_t ptx_register_of(struct ptx_parser *p, const struct ptx_token *token, enum ptx_type *type)
{
    const char *text = p->lex.text + token->at;
    const struct ptx_name *name = ptx_names_find(&p->names, text, token->length);
    if (name && name->meaning == PTX_MEANS_REGISTER) {
        *type = (enum ptx_type)name->type;
        return name->index;
    }
    if (name)
        return PTX_NONE;
    uint32_t reg = numbered(p, text, token->length, type);
    return reg != PTX_NONE ? reg : component(p, text, token->length, type);
}

static bool special(struct ptx_operand *o, const char *text, size_t length)
{
    static const char *const names[] = {
#define X(name, text, bytes, of) text,
        PTX_SPECIAL_TABLE(X)
#undef X
    };
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strlen(names[i]) == length && memcmp(names[i], text, length) == 0) {
            o->special = (uint8_t)i;
            return true;
        }
    }
    static const char envreg[] = "%envreg";
    size_t prefix = sizeof envreg - 1;
    if (length <= prefix || length > prefix + 2 || memcmp(text, envreg, prefix) != 0)
        return false;
    unsigned number = 0;
    for (size_t i = prefix; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        number = number * 10 + (unsigned)(text[i] - '0');
    }
    o->special = (uint8_t)(PTX_SPECIAL_ENVREG0 + number);
    return number < 32;
}

static struct ptx_operand *element(struct ptx_parser *p)
{
    if (p->element_count == PTX_ELEMENTS_MAX) {
        ptx_expected(&p->lex, "at most 64 elements in an instruction", "Fix: see the ISA.");
        return NULL;
    }
    return &p->elements[p->element_count++];
}

/* A whole vector of registers. */
static bool vector_name(struct ptx_parser *p, struct ptx_operand *o)
{
    o->kind = PTX_OPERAND_VECTOR;
    o->first = p->element_count;
    o->count = o->name.count;
    for (uint32_t i = 0; i < o->count; i++) {
        struct ptx_operand *e = element(p);
        if (!e)
            return false;
        *e = (struct ptx_operand){.kind = PTX_OPERAND_REGISTER,
                                  .type = o->name.type,
                                  .reg = o->name.index + i,
                                  .second = PTX_NONE,
                                  .token = o->token};
    }
    return true;
}

/* + and - behind a name or a register. */
static bool offset(struct ptx_parser *p, int64_t *to)
{
    struct ptx_number number;
    if (p->lex.token.kind != '+' && p->lex.token.kind != '-')
        return true;
    if (!ptx_number_read(&p->lex, &number))
        return false;
    if (number.is_real)
        return ptx_expected(&p->lex, "an integer as the offset", "Fix: add an integer.");
    *to = (int64_t)((uint64_t)*to + number.bits);
    return true;
}

/* `q` of `p|q`. */
static bool second(struct ptx_parser *p, struct ptx_operand *o)
{
    struct ptx_token token = p->lex.token;
    enum ptx_type type = PTX_NO_TYPE;
    if (!ptx_take(&p->lex, PTX_TOKEN_WORD))
        return ptx_expected(&p->lex, "a predicate behind `|`", "Fix: write `p|q`.");
    if (token.length == 1 && p->lex.text[token.at] == '_')
        return true;
    o->second = ptx_register_of(p, &token, &type);
    return type == PTX_PRED ? true : ptx_lower_unknown(p, &token, "a predicate behind `|`");
}

static bool word(struct ptx_parser *p, struct ptx_operand *o)
{
    const char *text = ptx_token_start(&p->lex);
    size_t length = p->lex.token.length;
    enum ptx_type type = PTX_NO_TYPE;
    if (length == 1 && text[0] == '_') {
        o->kind = PTX_OPERAND_SINK;
        return ptx_next(&p->lex) && (!ptx_take(&p->lex, '|') || second(p, o));
    }
    o->reg = ptx_register_of(p, &o->token, &type);
    if (p->lex.failed != VRRL_OK || !ptx_next(&p->lex))
        return false;
    if (o->reg != PTX_NONE) {
        o->kind = PTX_OPERAND_REGISTER;
        o->type = (uint8_t)type;
        return !ptx_take(&p->lex, '|') || second(p, o);
    }
    const struct ptx_name *name = ptx_names_find(&p->names, text, length);
    if (name) {
        o->name = *name;
        o->kind = PTX_OPERAND_NAME;
        return name->meaning == PTX_MEANS_VECTOR ? vector_name(p, o) : offset(p, &o->offset);
    }
    o->kind = text[0] == '%' && special(o, text, length) ? PTX_OPERAND_SPECIAL : PTX_OPERAND_WORD;
    return true;
}

/* ---- Operands ---------------------------------------------------------------------------------- */

static bool simple(struct ptx_parser *p, struct ptx_operand *o)
{
    *o = (struct ptx_operand){.second = PTX_NONE, .token = p->lex.token};
    if (ptx_take(&p->lex, '!')) {
        o->negated = true;
        o->token = p->lex.token;
    }
    if (ptx_number_begins(&p->lex)) {
        o->kind = PTX_OPERAND_NUMBER;
        return ptx_number_read(&p->lex, &o->number);
    }
    if (p->lex.token.kind == PTX_TOKEN_WORD)
        return word(p, o);
    return ptx_expected(&p->lex, "an operand", "Fix: see what the ISA lists for this instruction.");
}

/* `{…}` and `(…)`, of simple operands. */
static bool list(struct ptx_parser *p, struct ptx_operand *o, char closing)
{
    *o = (struct ptx_operand){.kind = PTX_OPERAND_VECTOR,
                              .second = PTX_NONE,
                              .is_list = closing == ')',
                              .first = p->element_count,
                              .token = p->lex.token};
    if (!ptx_next(&p->lex))
        return false;
    while (p->lex.token.kind != closing) {
        struct ptx_operand *e = element(p);
        if (!e || !simple(p, e))
            return false;
        if (e->kind == PTX_OPERAND_VECTOR)
            return ptx_bad_operand(p, e, "an element that is no vector itself");
        o->count++;
        if (!ptx_take(&p->lex, ','))
            break;
    }
    return ptx_need(&p->lex, closing);
}

static bool address(struct ptx_parser *p, struct ptx_operand *o)
{
    *o = (struct ptx_operand){.kind = PTX_OPERAND_ADDRESS,
                              .second = PTX_NONE,
                              .first = p->element_count,
                              .count = 1,
                              .token = p->lex.token};
    struct ptx_operand *e = element(p);
    return e && ptx_next(&p->lex) && simple(p, e) && offset(p, &o->offset) &&
           ptx_need(&p->lex, ']');
}

bool ptx_operands_read(struct ptx_parser *p, bool calls)
{
    p->operand_count = p->element_count = 0;
    if (ptx_take(&p->lex, ';'))
        return true;
    do {
        if (p->operand_count == PTX_OPERANDS_MAX)
            return ptx_expected(&p->lex, "at most 16 operands", "Fix: see the ISA.");
        struct ptx_operand *o = &p->operands[p->operand_count++];
        int kind = p->lex.token.kind;
        bool right = kind == '{'            ? list(p, o, '}')
                     : kind == '['          ? address(p, o)
                     : kind == '(' && calls ? list(p, o, ')')
                                            : simple(p, o);
        if (!right)
            return false;
    } while (ptx_take(&p->lex, ','));
    return ptx_need(&p->lex, ';');
}
