#include "ptx/instruction.h"

#include "base/array.h"
#include "ptx/lower.h"
#include "ptx/opcode.h"
#include "ptx/operand.h"
#include "ptx/place.h"

#include <ctype.h>
#include <string.h>

/* How much of the text of an instruction is kept where it is not supported. */
enum { SHOWN_MAX = 160 };

/* Copies a text with one blank for each white space. */
static size_t plain_text(char *to, const char *from, const char *end)
{
    size_t length = 0;
    for (; from < end && length < SHOWN_MAX; from++) {
        bool space = isspace((unsigned char)*from);
        if (space && (length == 0 || to[length - 1] == ' '))
            continue;
        bool odd = (unsigned char)*from < 0x20 || (unsigned char)*from > 0x7E;
        to[length++] = space ? ' ' : odd ? '?' : *from;
    }
    while (length && to[length - 1] == ' ')
        length--;
    return length;
}

/* Skips to behind the `;`, and keeps the instruction's text. */
static bool unsupported(struct ptx_parser *p, const struct ptx_token *spelling, const char *why)
{
    struct ptx_module *m = p->module;
    while (p->lex.token.kind != ';') {
        if (p->lex.token.kind == PTX_TOKEN_END)
            return ptx_expected(&p->lex, "`;`", "Fix: end the instruction by `;`.");
        if (!ptx_next(&p->lex))
            return false;
    }
    char text[SHOWN_MAX];
    size_t length = plain_text(text, p->lex.text + spelling->at, ptx_token_start(&p->lex));
    const char *kept = ptx_keep(p, text, length);
    vrrl_code code =
        array_room(m->unsupported, m->unsupported_count, m->unsupported_room, 1, p->lex.err);
    if (!kept || code != VRRL_OK)
        return ptx_stop(p, code);
    struct ptx_instruction form = {.op = PTX_OP_UNSUPPORTED, .unsupported = m->unsupported_count};
    m->unsupported[m->unsupported_count++] =
        (struct ptx_unsupported){.text = kept, .why = why, .place = p->draft.place};
    return ptx_emit(p, &form) && ptx_next(&p->lex);
}

/* A name that can be none of a register: those end in a number. */
static bool is_unknown_special(const struct ptx_parser *p, const struct ptx_operand *o)
{
    const char *text = p->lex.text + o->token.at;
    size_t length = o->token.length;
    return o->kind == PTX_OPERAND_WORD && length > 1 && text[0] == '%' &&
           (!isdigit((unsigned char)text[length - 1]) ||
            (length > 3 && memcmp(text, "%pm", 3) == 0));
}

static bool reads_unknown_special(const struct ptx_parser *p)
{
    for (uint32_t i = 0; i < p->operand_count; i++)
        if (is_unknown_special(p, &p->operands[i]))
            return true;
    for (uint32_t i = 0; i < p->element_count; i++)
        if (is_unknown_special(p, &p->elements[i]))
            return true;
    return false;
}

static bool operands(struct ptx_parser *p, const struct ptx_token *spelling,
                     const struct ptx_opcode *opcode)
{
    struct ptx_lexer before = p->lex;
    if (!ptx_operands_read(p, opcode->is_call))
        return false;
    if (!reads_unknown_special(p))
        return opcode->lower(p, opcode);
    p->lex = before;
    return unsupported(p, spelling, "a special register that vrrl does not know");
}

static bool instruction(struct ptx_parser *p, const struct ptx_token *spelling, uint32_t guard,
                        bool unless)
{
    uint32_t first = p->draft.instruction_count;
    struct ptx_token here = p->lex.token;
    p->lex.token = *spelling; /* the place is that of the spelling */
    p->draft.place = ptx_place_here(p);
    struct ptx_opcode *opcode = p->draft.place == PTX_NONE ? NULL : ptx_opcode_of(p, spelling);
    p->lex.token = here;
    if (!opcode)
        return false;
    p->module->spelled[opcode->spelled].count++;
    p->spelling = *spelling;
    struct ptx_opcode copy = *opcode; /* lowering may meet others */
    if (!copy.lower) {
        if (!unsupported(p, spelling, copy.why))
            return false;
    } else if (!operands(p, spelling, &copy)) {
        return false;
    }
    for (uint32_t i = first; guard != PTX_NONE && i < p->draft.instruction_count; i++) {
        p->draft.instructions[i].guard = guard;
        p->draft.instructions[i].form.unless = unless;
    }
    return true;
}

bool ptx_instruction_read(struct ptx_parser *p, const struct ptx_token *spelling)
{
    return instruction(p, spelling, PTX_NONE, false);
}

bool ptx_guarded_read(struct ptx_parser *p)
{
    enum ptx_type type = PTX_NO_TYPE;
    if (!ptx_next(&p->lex))
        return false;
    bool unless = ptx_take(&p->lex, '!');
    struct ptx_token token = p->lex.token;
    if (!ptx_take(&p->lex, PTX_TOKEN_WORD))
        return ptx_expected(&p->lex, "a predicate", "Fix: write `@%p1` or `@!%p1`.");
    uint32_t guard = ptx_register_of(p, &token, &type);
    if (guard == PTX_NONE || type != PTX_PRED)
        return ptx_lower_unknown(p, &token, "a register of type .pred");
    struct ptx_token spelling = p->lex.token;
    if (!ptx_take(&p->lex, PTX_TOKEN_WORD))
        return ptx_expected(&p->lex, "an instruction", "Fix: write one behind its guard.");
    return instruction(p, &spelling, guard, unless);
}
