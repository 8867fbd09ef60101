#include "program_file/mk_expression.h"

#include "program_file/mk_arithmetic.h"
#include "program_file/mk_error.h"
#include "program_file/mk_names.h"
#include "program_file/mk_range.h"
#include "program_file/mk_tokens.h"

#include <string.h>

static const char *const kind_texts[] = {
    [MK_INTEGER] = "an integer", [MK_ADDRESS] = "an address", [MK_F32] = "an f32"};

static vrrl_code enter(struct mk_parser *p)
{
    if (p->expression_depth >= VRRL_FILE_DEPTH_MAX)
        return mk_limit(p, mk_peek(p), "Fix: compute a part of it in a `const`.",
                        "an expression nested more than %d deep", VRRL_FILE_DEPTH_MAX);
    p->expression_depth++;
    return VRRL_OK;
}

static vrrl_code name_value(struct mk_parser *p, struct mk_value *value)
{
    const struct mk_token *token = mk_peek(p);
    const struct mk_loop_variable *loop = mk_find_loop(p, token);
    if (loop) {
        *value = (struct mk_value){.kind = MK_INTEGER, .number = loop->value};
        mk_next(p);
        return VRRL_OK;
    }
    const struct mk_name *name = mk_find_name(p, token);
    MK_TRY(mk_work(p, 0, token));
    if (!name)
        return mk_unknown_name(p, token, "a value");
    if (name->kind != MK_NAME_WORDS) {
        *value = name->value;
        mk_next(p);
        return VRRL_OK;
    }
    struct mk_range range;
    MK_TRY(mk_range(p, &range));
    *value = (struct mk_value){.kind = MK_ADDRESS,
                               .space = range.space,
                               .number = (int64_t)p->base[range.space] + range.first};
    return VRRL_OK;
}

vrrl_code mk_primary(struct mk_parser *p, struct mk_value *value)
{
    const struct mk_token *token = mk_peek(p);
    switch (token->kind) {
    case MK_NUMBER:
    case MK_FLOAT:
        *value = (struct mk_value){.kind = token->kind == MK_FLOAT ? MK_F32 : MK_INTEGER,
                                   .number = token->number};
        mk_next(p);
        return VRRL_OK;
    case MK_NAME:
        return name_value(p, value);
    case MK_OPEN:
        mk_next(p);
        MK_TRY(mk_expression(p, value));
        return mk_expect_kind(p, MK_CLOSE, "Fix: close the parenthesis.", NULL);
    default:
        return mk_unexpected(p, "a value", "Fix: write a number, a name, or `(`.");
    }
}

static vrrl_code unary(struct mk_parser *p, struct mk_value *value)
{
    struct mk_token sign = *mk_peek(p);
    if (!mk_accept(p, MK_MINUS))
        return mk_primary(p, value);
    MK_TRY(enter(p));
    MK_TRY(unary(p, value));
    p->expression_depth--;
    if (value->kind == MK_ADDRESS)
        return mk_fail(p, &sign, "Fix: remove the minus.", "an address has no negative");
    value->number = value->kind == MK_F32 ? value->number ^ 0x80000000 : -value->number;
    return VRRL_OK;
}

static vrrl_code combine_integers(struct mk_parser *p, const struct mk_token *op, int64_t a,
                                  int64_t b, int64_t *out)
{
    struct mk_wrong wrong = mk_arithmetic(op->kind, a, b, out);
    return wrong.text ? mk_fail(p, op, wrong.fix, "%s", wrong.text) : VRRL_OK;
}

static vrrl_code combine(struct mk_parser *p, const struct mk_token *op, struct mk_value *left,
                         struct mk_value right)
{
    bool sum = op->kind == MK_PLUS, difference = op->kind == MK_MINUS;
    bool offset = left->kind == MK_ADDRESS && right.kind == MK_INTEGER && (sum || difference);
    bool offset_first = left->kind == MK_INTEGER && right.kind == MK_ADDRESS && sum;
    bool distance = left->kind == MK_ADDRESS && right.kind == MK_ADDRESS && difference &&
                    left->space == right.space;
    bool integers = left->kind == MK_INTEGER && right.kind == MK_INTEGER;
    if (!offset && !offset_first && !distance && !integers) {
        char found[64];
        mk_token_text(&p->source, op, found, sizeof found);
        return mk_fail(p, op,
                       "Fix: integers combine freely; to an address an integer can be added, and "
                       "two addresses of one memory have a difference.",
                       "%s cannot combine %s and %s", found, kind_texts[left->kind],
                       kind_texts[right.kind]);
    }
    MK_TRY(combine_integers(p, op, left->number, right.number, &left->number));
    if (offset_first)
        left->space = right.space;
    left->kind = integers || distance ? MK_INTEGER : MK_ADDRESS;
    return VRRL_OK;
}

static vrrl_code product(struct mk_parser *p, struct mk_value *value)
{
    MK_TRY(unary(p, value));
    for (;;) {
        struct mk_token op = *mk_peek(p);
        if (op.kind != MK_TIMES && op.kind != MK_DIVIDE && op.kind != MK_REMAINDER)
            return VRRL_OK;
        mk_next(p);
        struct mk_value right;
        MK_TRY(unary(p, &right));
        MK_TRY(combine(p, &op, value, right));
    }
}

vrrl_code mk_expression(struct mk_parser *p, struct mk_value *value)
{
    MK_TRY(enter(p));
    MK_TRY(product(p, value));
    for (;;) {
        struct mk_token op = *mk_peek(p);
        if (op.kind != MK_PLUS && op.kind != MK_MINUS)
            break;
        mk_next(p);
        struct mk_value right;
        MK_TRY(product(p, &right));
        MK_TRY(combine(p, &op, value, right));
    }
    p->expression_depth--;
    return VRRL_OK;
}

vrrl_code mk_count(struct mk_parser *p, const char *what, uint32_t least, uint32_t most,
                   uint32_t *out)
{
    struct mk_token at = *mk_peek(p);
    struct mk_value value;
    MK_TRY(mk_expression(p, &value));
    if (value.kind != MK_INTEGER)
        return mk_fail(p, &at, "Fix: write an integer.", "%s is %s, expected an integer", what,
                       kind_texts[value.kind]);
    if (value.number < least || value.number > most)
        return mk_fail(p, &at, "Fix: choose a number in that range.",
                       "%s is %lld, expected %u to %u", what, (long long)value.number, least, most);
    *out = (uint32_t)value.number;
    return VRRL_OK;
}

vrrl_code mk_value_to_word(struct mk_parser *p, const struct mk_token *at, struct mk_value value,
                           uint32_t *out)
{
    if (value.number > UINT32_MAX || value.number < INT32_MIN)
        return mk_fail(p, at, "Fix: words have 32 bits: -2147483648 to 4294967295.",
                       "%lld does not fit in a word", (long long)value.number);
    *out = (uint32_t)value.number;
    return VRRL_OK;
}

vrrl_code mk_word_value(struct mk_parser *p, uint32_t *out)
{
    struct mk_token at = *mk_peek(p);
    struct mk_value value;
    MK_TRY(mk_expression(p, &value));
    return mk_value_to_word(p, &at, value, out);
}
