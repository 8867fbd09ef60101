/* Expressions of a description, read: what is known now becomes a constant. */
#include "tensor/mkd_expression.h"

#include "base/array.h"
#include "program_file/mk_error.h"
#include "tensor/mkd_arithmetic.h"
#include "tensor/mkd_names.h"

#include <string.h>

static vrrl_code mkd_add_node(struct mkd_parser *p, const struct mkd_node *node, uint32_t *index)
{
    struct mkd_machine *m = p->machine;
    MK_TRY(array_room(m->nodes, m->node_count, m->node_room, 1, p->mk.err));
    *index = m->node_count;
    m->nodes[m->node_count++] = *node;
    return VRRL_OK;
}

static uint32_t token_index(const struct mkd_parser *p)
{
    return p->mk.at;
}

static vrrl_code enter(struct mkd_parser *p)
{
    if (p->mk.expression_depth >= VRRL_FILE_DEPTH_MAX)
        return mk_limit(&p->mk, mk_peek(&p->mk), "Fix: compute a part of it in a `let`.",
                        "an expression nested more than %d deep", VRRL_FILE_DEPTH_MAX);
    p->mk.expression_depth++;
    return VRRL_OK;
}

static bool is_constant(const struct mkd_parser *p, uint32_t node)
{
    return p->machine->nodes[node].op == MKD_CONSTANT;
}

/* An operation on what was read last; done at once where both are known and nothing is wrong with it. */
static vrrl_code add_operation(struct mkd_parser *p, enum mkd_op op, uint32_t token, uint32_t a,
                               uint32_t b, uint32_t *node)
{
    struct mkd_node row = {.op = op, .token = token, .a = a, .b = b};
    if (is_constant(p, a) && is_constant(p, b)) {
        const struct mkd_node *nodes = p->machine->nodes;
        struct mk_wrong wrong = mkd_arithmetic(op, nodes[a].value, nodes[b].value, &row.value);
        if (!wrong.text)
            row.op = MKD_CONSTANT;
    }
    return mkd_add_node(p, &row, node);
}

/* ---- Primaries ------------------------------------------------------------------------------- */

/* [i][j]…, as many as the table has dimensions. */
static vrrl_code table(struct mkd_parser *p, uint32_t index, struct mkd_node *row)
{
    struct mkd_machine *m = p->machine;
    uint32_t nodes[TENSOR_DIMS_MAX];
    const struct mk_token at = *mk_peek(&p->mk);
    row->op = MKD_TABLE;
    row->value = index;
    while (mk_accept(&p->mk, MK_OPEN_INDEX)) {
        if (row->b == m->tables[index].rank)
            return mk_fail(&p->mk, &at, "Fix: leave the last one out.",
                           "more indices than the table has dimensions (%u)", row->b);
        MK_TRY(mkd_expression(p, &nodes[row->b++]));
        MK_TRY(mk_expect_kind(&p->mk, MK_CLOSE_INDEX, "Fix: close the bracket.", NULL));
    }
    if (row->b != m->tables[index].rank)
        return mk_fail(&p->mk, &at, "Fix: write one index a dimension.",
                       "%u indices, and the table has %u dimensions", row->b,
                       m->tables[index].rank);
    row->a = m->list_count;
    MK_TRY(array_room(m->lists, m->list_count, m->list_room, TENSOR_DIMS_MAX, p->mk.err));
    memcpy(m->lists + m->list_count, nodes, row->b * sizeof *nodes);
    m->list_count += row->b;
    return VRRL_OK;
}

static vrrl_code word(struct mkd_parser *p, struct mkd_node *row)
{
    row->op = MKD_WORD;
    mk_next(&p->mk);
    MK_TRY(mkd_expression(p, &row->a));
    return mk_expect_kind(&p->mk, MK_CLOSE_INDEX, "Fix: close the bracket.", NULL);
}

static vrrl_code byte(struct mkd_parser *p, struct mkd_node *row)
{
    row->op = MKD_BYTE;
    mk_next(&p->mk);
    MK_TRY(mkd_expression(p, &row->a));
    MK_TRY(mk_expect_kind(&p->mk, MK_COMMA, "Fix: write byte(VALUE, WHICH).", NULL));
    MK_TRY(mkd_expression(p, &row->b));
    return mk_expect_kind(&p->mk, MK_CLOSE, "Fix: close the parenthesis.", NULL);
}

/* Whether some opcode has an operand of this name. */
static bool is_operand(const struct mkd_parser *p, const struct mk_token *token)
{
    const struct mkd_machine *m = p->machine;
    for (uint32_t i = 0; i < m->operand_count; i++)
        if (m->operand_tokens[i].length == token->length &&
            memcmp(m->source.text + m->operand_tokens[i].at, m->source.text + token->at,
                   token->length) == 0)
            return true;
    return false;
}

/* What only the language names, and only inside an opcode; false: it is none of these. */
static bool builtin(const struct mkd_parser *p, const struct mk_token *token, struct mkd_node *row)
{
    static const struct {
        const char *name;
        enum mkd_op op;
    } builtins[] = {{"worker", MKD_WORKER}, {"entry", MKD_ENTRY}};
    for (size_t i = 0; p->in_opcode && i < sizeof builtins / sizeof *builtins; i++) {
        row->op = builtins[i].op;
        if (mk_token_is(&p->mk.source, token, builtins[i].name))
            return true;
    }
    row->op = MKD_CONSTANT; /* which opcode it is, whatever its number */
    row->value = p->opcode;
    return p->in_opcode && mk_token_is(&p->mk.source, token, "opcode");
}

static vrrl_code name_value(struct mkd_parser *p, struct mkd_node *row)
{
    const struct mk_token token = mk_next(&p->mk);
    const struct mkd_name *name = mkd_find_name(p, &token);
    uint32_t local;
    if (p->in_opcode && mkd_find_local(p, &token, &local)) {
        row->op = MKD_LOCAL;
        row->value = local;
        return VRRL_OK;
    }
    if (p->in_opcode && mk_peek(&p->mk)->kind == MK_OPEN_INDEX &&
        mk_token_is(&p->mk.source, &token, "w"))
        return word(p, row);
    if (mk_peek(&p->mk)->kind == MK_OPEN && mk_token_is(&p->mk.source, &token, "byte"))
        return byte(p, row);
    if (name && name->kind == MKD_NAME_CONST) {
        row->value = name->value;
        return VRRL_OK;
    }
    if (name && name->kind == MKD_NAME_TABLE)
        return table(p, name->index, row);
    if (name && name->kind == MKD_NAME_OPCODE && p->in_order) {
        row->value = name->index;
        return VRRL_OK;
    }
    if (builtin(p, &token, row))
        return VRRL_OK;
    *row = (struct mkd_node){.op = MKD_CONSTANT, .token = row->token};
    if (p->in_order && is_operand(p, &token))
        return VRRL_OK;
    return name ? mk_fail(&p->mk, &token, "Fix: write a constant, an operand or a table.",
                          "expected a value, and `%.*s` is none", (int)token.length,
                          p->mk.source.text + token.at)
                : mkd_unknown(p, &token, "a value");
}

static vrrl_code primary(struct mkd_parser *p, uint32_t *node)
{
    const struct mk_token *token = mk_peek(&p->mk);
    struct mkd_node row = {.op = MKD_CONSTANT, .token = token_index(p)};
    if (token->kind == MK_OPEN) {
        mk_next(&p->mk);
        MK_TRY(mkd_expression(p, node));
        return mk_expect_kind(&p->mk, MK_CLOSE, "Fix: close the parenthesis.", NULL);
    }
    if (token->kind == MK_NUMBER)
        row.value = mk_next(&p->mk).number;
    else if (token->kind == MK_NAME)
        MK_TRY(name_value(p, &row));
    else
        return mk_unexpected(&p->mk, "a value", "Fix: write a number, a name, or `(`.");
    return mkd_add_node(p, &row, node);
}

static vrrl_code unary(struct mkd_parser *p, uint32_t *node)
{
    uint32_t token = token_index(p);
    if (!mk_accept(&p->mk, MK_MINUS))
        return primary(p, node);
    MK_TRY(enter(p));
    MK_TRY(unary(p, node));
    p->mk.expression_depth--;
    return add_operation(p, MKD_NEGATE, token, *node, *node, node);
}

/* ---- Operators, by how close they bind ------------------------------------------------------- */

enum { LEVEL_OR, LEVEL_AND, LEVEL_COMPARE, LEVEL_SUM, LEVEL_PRODUCT, LEVELS };

static const struct {
    int level;
    enum mk_kind kind;
    const char *word; /* of a NAME */
    enum mkd_op op;
} operators[] = {
    {LEVEL_OR, MK_NAME, "or", MKD_OR},
    {LEVEL_AND, MK_NAME, "and", MKD_AND},
    {LEVEL_COMPARE, MK_EQUAL, NULL, MKD_EQUAL},
    {LEVEL_COMPARE, MK_NOT_EQUAL, NULL, MKD_NOT_EQUAL},
    {LEVEL_COMPARE, MK_LESS, NULL, MKD_LESS},
    {LEVEL_COMPARE, MK_AT_MOST, NULL, MKD_AT_MOST},
    {LEVEL_COMPARE, MK_MORE, NULL, MKD_MORE},
    {LEVEL_COMPARE, MK_AT_LEAST, NULL, MKD_AT_LEAST},
    {LEVEL_SUM, MK_PLUS, NULL, MKD_ADD},
    {LEVEL_SUM, MK_MINUS, NULL, MKD_SUBTRACT},
    {LEVEL_PRODUCT, MK_TIMES, NULL, MKD_MULTIPLY},
    {LEVEL_PRODUCT, MK_DIVIDE, NULL, MKD_DIVIDE},
    {LEVEL_PRODUCT, MK_REMAINDER, NULL, MKD_REMAINDER},
};

/* Whether an operator of this level stands at the cursor. */
static bool at_operator(const struct mkd_parser *p, int level, enum mkd_op *op)
{
    const struct mk_token *token = mk_peek(&p->mk);
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        *op = operators[i].op;
        if (operators[i].level == level && operators[i].kind == token->kind &&
            (!operators[i].word || mk_token_is(&p->mk.source, token, operators[i].word)))
            return true;
    }
    return false;
}

static vrrl_code level_of(struct mkd_parser *p, int level, uint32_t *node)
{
    enum mkd_op op;
    uint32_t right;
    if (level == LEVELS)
        return unary(p, node);
    MK_TRY(level_of(p, level + 1, node));
    while (at_operator(p, level, &op)) {
        uint32_t token = token_index(p);
        mk_next(&p->mk);
        MK_TRY(level_of(p, level + 1, &right));
        MK_TRY(add_operation(p, op, token, *node, right, node));
        if (level == LEVEL_COMPARE)
            break; /* a < b < c reads two ways */
    }
    return VRRL_OK;
}

vrrl_code mkd_expression(struct mkd_parser *p, uint32_t *node)
{
    MK_TRY(enter(p));
    MK_TRY(level_of(p, LEVEL_OR, node));
    p->mk.expression_depth--;
    return VRRL_OK;
}

vrrl_code mkd_constant(struct mkd_parser *p, const char *what, int64_t least, int64_t most,
                       int64_t *value)
{
    const struct mk_token at = *mk_peek(&p->mk);
    uint32_t node;
    MK_TRY(mkd_expression(p, &node));
    if (!is_constant(p, node))
        return mk_fail(&p->mk, &at, "Fix: use constants alone.",
                       "the value of %s is not known here", what);
    *value = p->machine->nodes[node].value;
    if (*value < least || *value > most)
        return mk_fail(&p->mk, &at, "Fix: choose a number in that range.",
                       "%s is %lld, expected %lld to %lld", what, (long long)*value,
                       (long long)least, (long long)most);
    return VRRL_OK;
}
