#include "ptx/initial.h"

#include "base/array.h"

#include <string.h>

#define INITIAL_BYTES_MAX (UINT64_C(64) << 20)

struct initial {
    struct ptx_parser *p;
    const struct ptx_declared *d;
    struct ptx_variable *v;
    uint64_t element; /* the next */
    uint64_t room;    /* of v->initial */
};

static bool too_many(struct initial *in)
{
    return ptx_expected(&in->p->lex, "no more initial values than elements",
                        "Fix: declare a larger array.");
}

/* Room for one element more; what was skipped is 0. */
static uint8_t *element(struct initial *in)
{
    uint32_t bytes = ptx_type_bytes(in->d->type);
    uint64_t at = in->element * bytes;
    if (!in->d->is_open && at + bytes > in->v->bytes) {
        too_many(in);
        return NULL;
    }
    if (at + bytes > INITIAL_BYTES_MAX) {
        ptx_expected(&in->p->lex, "initial values within the first 64 MiB of a variable",
                     "Fix: let a launch file give them.");
        return NULL;
    }
    if (at + bytes > in->room) {
        uint64_t room = 2 * (at + bytes);
        if (!in->d->is_open && room > in->v->bytes)
            room = in->v->bytes;
        if (!array_resize_zeroed(&in->v->initial, (size_t)in->room, (size_t)room, 1)) {
            ptx_stop(in->p, error_no_memory(in->p->lex.err, room));
            return NULL;
        }
        in->room = room;
    }
    in->v->initial_bytes = at + bytes;
    in->element++;
    return in->v->initial + at;
}

static bool put_number(struct initial *in, const struct ptx_token *token,
                       const struct ptx_number *number)
{
    uint64_t bits;
    enum ptx_type type = in->d->type;
    if (type == PTX_F16 && !number->is_real) /* the bits of one, as of .b16 */
        type = PTX_B16;
    if (!ptx_number_bits(number, type, &bits)) {
        char text[PTX_TOKEN_TEXT_MAX];
        return ptx_fail_at(&in->p->lex, token, "Fix: write a value of the variable's type.",
                           "found %s, expected a value of type .%s",
                           ptx_token_text(&in->p->lex, token, text), ptx_type_name(type));
    }
    uint8_t *to = element(in);
    for (uint32_t i = 0; to && i < ptx_type_bytes(type); i++)
        to[i] = i < 8 ? (uint8_t)(bits >> 8 * i) : 0;
    return to != NULL;
}

/* `name`, `name + 4`, `generic(name) + 4`, and behind a mask one byte of that. */
static bool put_address(struct initial *in, uint8_t shift, bool masked)
{
    struct ptx_lexer *lexer = &in->p->lex;
    bool generic = ptx_take_text(lexer, "generic");
    if (generic && !ptx_need(lexer, '('))
        return false;
    struct ptx_name *name =
        lexer->token.kind == PTX_TOKEN_WORD
            ? ptx_names_find(&in->p->names, ptx_token_start(lexer), lexer->token.length)
            : NULL;
    bool is_function = name && name->meaning == PTX_MEANS_FUNCTION;
    if (!is_function && !(name && name->meaning == PTX_MEANS_VARIABLE))
        return ptx_expected(lexer, "a number, a variable or a function that is declared above",
                            "Fix: declare it before this line.");
    uint32_t index = name->index;
    if (!ptx_next(lexer) || (generic && !ptx_need(lexer, ')')))
        return false;
    struct ptx_number offset = {.bits = 0};
    if ((lexer->token.kind == '+' || lexer->token.kind == '-') && !ptx_number_read(lexer, &offset))
        return false;
    if (offset.is_real)
        return ptx_expected(lexer, "an integer as the offset", "Fix: add an integer.");
    uint64_t at = in->element * ptx_type_bytes(in->d->type);
    if (!element(in))
        return false;
    struct ptx_variable *v = in->v;
    vrrl_code code =
        array_room(v->relocations, v->relocation_count, v->relocation_room, 1, lexer->err);
    if (code != VRRL_OK)
        return ptx_stop(in->p, code);
    v->relocations[v->relocation_count++] = (struct ptx_relocation){
        .value = offset.bits,
        .at = (uint32_t)at,
        .index = index,
        .symbol = (uint8_t)(is_function ? PTX_SYMBOL_FUNCTION
                            : generic   ? PTX_SYMBOL_GENERIC
                                        : PTX_SYMBOL_VARIABLE),
        .bytes = (uint8_t)(masked ? 1 : ptx_type_bytes(in->d->type)),
        .shift = shift,
    };
    return true;
}

/* `0xFF00(generic(name))`: the bits of the mask are one byte of the address. */
static bool put_masked(struct initial *in, const struct ptx_token *token, uint64_t mask)
{
    uint8_t shift = 0;
    while (shift < 56 && mask >> shift != 0xFF)
        shift = (uint8_t)(shift + 8);
    if (mask >> shift != 0xFF || (shift && mask << (64 - shift)))
        return ptx_fail_at(&in->p->lex, token, "Fix: mask one byte: 0xFF, 0xFF00, ….",
                           "found a mask that is not one byte of an address");
    return ptx_need(&in->p->lex, '(') && put_address(in, shift, true) && ptx_need(&in->p->lex, ')');
}

static bool value(struct initial *in)
{
    struct ptx_lexer *lexer = &in->p->lex;
    struct ptx_token token = lexer->token;
    if (!ptx_number_begins(lexer))
        return put_address(in, 0, false);
    struct ptx_number number;
    if (!ptx_number_read(lexer, &number))
        return false;
    if (lexer->token.kind == '(' && !number.is_real)
        return put_masked(in, &token, number.bits);
    return put_number(in, &token, &number);
}

/* Braces of dimension `level`: what is not told of an element of it is 0. */
static bool braces(struct initial *in, unsigned level)
{
    struct ptx_lexer *lexer = &in->p->lex;
    if (level > in->d->dimensions)
        return ptx_expected(lexer, "a value", "Fix: write no more braces than dimensions.");
    if (!ptx_need(lexer, '{'))
        return false;
    uint64_t begin = in->element, row = level < in->d->dimensions ? in->d->rows[level] : 1;
    uint64_t items = 0;
    while (lexer->token.kind != '}') {
        bool nested = lexer->token.kind == '{';
        if (nested && (in->element = begin + items * row) > in->v->bytes && !in->d->is_open)
            return too_many(in);
        if (nested ? !braces(in, level + 1) : !value(in))
            return false;
        items++;
        if (nested)
            in->element = begin + items * row;
        if (!ptx_take(lexer, ','))
            break;
    }
    return ptx_need(lexer, '}');
}

bool ptx_initial_read(struct ptx_parser *p, const struct ptx_declared *d, uint32_t index)
{
    struct initial in = {.p = p, .d = d, .v = &p->module->variables[index]};
    if (!(p->lex.token.kind == '{' ? braces(&in, 0) : value(&in)))
        return false;
    if (d->is_open) {
        uint64_t row = d->dimensions > 1 ? d->rows[0] * d->row_bytes : d->row_bytes;
        uint64_t rows = (in.v->initial_bytes + row - 1) / (row ? row : 1);
        in.v->bytes = rows * row;
    }
    return true;
}
