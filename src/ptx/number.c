#include "ptx/number.h"

#include "ptx/module.h"

#include <string.h>

/* Parentheses in parentheses. */
enum { DEPTH_MAX = 64 };

struct reader {
    struct ptx_lexer *lexer;
    unsigned depth;
};

static double real_of(const struct ptx_number *n)
{
    double value;
    if (!n->is_real)
        return n->is_unsigned ? (double)n->bits : (double)(int64_t)n->bits;
    memcpy(&value, &n->bits, sizeof value);
    return value;
}

static struct ptx_number of_real(double value)
{
    struct ptx_number n = {.is_real = true};
    memcpy(&n.bits, &value, sizeof value);
    return n;
}

static struct ptx_number of_truth(bool value)
{
    return (struct ptx_number){.bits = value};
}

bool ptx_number_begins(const struct ptx_lexer *lexer)
{
    switch (lexer->token.kind) {
    case PTX_TOKEN_INTEGER:
    case PTX_TOKEN_REAL:
    case '-':
    case '+':
    case '~':
    case '(':
        return true;
    case PTX_TOKEN_WORD:
        return ptx_is(lexer, "WARP_SZ");
    default:
        return false;
    }
}

/* ---- Operands -------------------------------------------------------------------------------- */

static bool ternary(struct reader *r, struct ptx_number *n);
static bool unary(struct reader *r, struct ptx_number *n);

static bool in_parentheses(struct reader *r, struct ptx_number *n)
{
    struct ptx_lexer *lexer = r->lexer;
    if (!ptx_next(lexer))
        return false;
    bool is_signed = ptx_is(lexer, ".s64");
    if (is_signed || ptx_is(lexer, ".u64")) {
        if (!ptx_next(lexer) || !ptx_need(lexer, ')') || !unary(r, n))
            return false;
        if (n->is_real)
            return ptx_expected(lexer, "an integer to cast", "Fix: cast integers alone.");
        n->is_unsigned = !is_signed;
        return true;
    }
    return ternary(r, n) && ptx_need(lexer, ')');
}

static bool literal(struct ptx_lexer *lexer, struct ptx_number *n)
{
    const struct ptx_token *token = &lexer->token;
    *n = (struct ptx_number){.is_unsigned = token->is_unsigned, .bits = token->number};
    if (token->kind == PTX_TOKEN_REAL) {
        n->is_real = true;
        if (token->is_single) {
            float value;
            uint32_t bits = (uint32_t)token->number;
            memcpy(&value, &bits, sizeof value);
            *n = of_real((double)value);
            n->is_single = true;
            n->single = bits;
        }
    } else if (token->kind == PTX_TOKEN_WORD && ptx_is(lexer, "WARP_SZ")) {
        n->bits = 32;
    } else if (token->kind != PTX_TOKEN_INTEGER) {
        return ptx_expected(lexer, "a number", "Fix: write a constant there.");
    }
    return ptx_next(lexer);
}

static bool sign(struct reader *r, int kind, struct ptx_number *n)
{
    if (!ptx_next(r->lexer) || !unary(r, n))
        return false;
    if (kind == '-' && n->is_real)
        *n = of_real(-real_of(n));
    else if (kind == '-')
        n->bits = 0 - n->bits;
    else if (kind == '!')
        *n = of_truth(n->is_real ? real_of(n) == 0 : n->bits == 0);
    else if (kind == '~' && n->is_real)
        return ptx_expected(r->lexer, "an integer behind ~", "Fix: write an integer.");
    else if (kind == '~')
        n->bits = ~n->bits;
    return true;
}

static bool unary(struct reader *r, struct ptx_number *n)
{
    int kind = r->lexer->token.kind;
    if (r->depth == DEPTH_MAX)
        return ptx_expected(r->lexer, "a constant of at most 64 levels", "Fix: write its value.");
    r->depth++;
    bool right = kind == '('                                                ? in_parentheses(r, n)
                 : kind == '-' || kind == '+' || kind == '!' || kind == '~' ? sign(r, kind, n)
                                                                            : literal(r->lexer, n);
    r->depth--;
    return right;
}

/* ---- Operators ------------------------------------------------------------------------------- */

/* 0: it is none. */
static unsigned strength(int kind)
{
    switch (kind) {
    case '*':
    case '/':
    case '%':
        return 10;
    case '+':
    case '-':
        return 9;
    case PTX_TOKEN_SHIFT_LEFT:
    case PTX_TOKEN_SHIFT_RIGHT:
        return 8;
    case '<':
    case '>':
    case PTX_TOKEN_AT_MOST:
    case PTX_TOKEN_AT_LEAST:
        return 7;
    case PTX_TOKEN_EQUAL:
    case PTX_TOKEN_NOT_EQUAL:
        return 6;
    case '&':
        return 5;
    case '^':
        return 4;
    case '|':
        return 3;
    case PTX_TOKEN_BOTH:
        return 2;
    case PTX_TOKEN_EITHER:
        return 1;
    default:
        return 0;
    }
}

static bool reals(struct ptx_lexer *lexer, int kind, double a, double b, struct ptx_number *out)
{
    switch (kind) {
    case '*':
        *out = of_real(a * b);
        return true;
    case '/':
        *out = of_real(a / b);
        return true;
    case '+':
        *out = of_real(a + b);
        return true;
    case '-':
        *out = of_real(a - b);
        return true;
    case '<':
        *out = of_truth(a < b);
        return true;
    case '>':
        *out = of_truth(a > b);
        return true;
    case PTX_TOKEN_AT_MOST:
        *out = of_truth(a <= b);
        return true;
    case PTX_TOKEN_AT_LEAST:
        *out = of_truth(a >= b);
        return true;
    case PTX_TOKEN_EQUAL:
        *out = of_truth(a == b);
        return true;
    case PTX_TOKEN_NOT_EQUAL:
        *out = of_truth(a != b);
        return true;
    case PTX_TOKEN_BOTH:
        *out = of_truth(a != 0 && b != 0);
        return true;
    case PTX_TOKEN_EITHER:
        *out = of_truth(a != 0 || b != 0);
        return true;
    default:
        return ptx_expected(lexer, "integers for that operator", "Fix: write its value.");
    }
}

static uint64_t divided(int kind, uint64_t a, uint64_t b, bool is_unsigned)
{
    if (is_unsigned)
        return kind == '/' ? a / b : a % b;
    if (b == UINT64_MAX) /* the least integer by -1 has no quotient */
        return kind == '/' ? 0 - a : 0;
    return kind == '/' ? (uint64_t)((int64_t)a / (int64_t)b) : (uint64_t)((int64_t)a % (int64_t)b);
}

static bool less(uint64_t a, uint64_t b, bool is_unsigned)
{
    return is_unsigned ? a < b : (int64_t)a < (int64_t)b;
}

static uint64_t shifted(int kind, uint64_t a, uint64_t by, bool is_unsigned)
{
    uint64_t filled = !is_unsigned && (int64_t)a < 0 ? UINT64_MAX : 0;
    if (kind == PTX_TOKEN_SHIFT_LEFT)
        return by > 63 ? 0 : a << by;
    if (by > 63)
        return filled;
    return by == 0 ? a : a >> by | filled << (64 - by);
}

static uint64_t integers(int kind, uint64_t a, uint64_t b, bool is_unsigned)
{
    switch (kind) {
    case '*':
        return a * b;
    case '/':
    case '%':
        return divided(kind, a, b, is_unsigned);
    case '+':
        return a + b;
    case '-':
        return a - b;
    case '&':
        return a & b;
    case '^':
        return a ^ b;
    case '|':
        return a | b;
    case '<':
        return less(a, b, is_unsigned);
    case '>':
        return less(b, a, is_unsigned);
    case PTX_TOKEN_AT_MOST:
        return !less(b, a, is_unsigned);
    case PTX_TOKEN_AT_LEAST:
        return !less(a, b, is_unsigned);
    case PTX_TOKEN_EQUAL:
        return a == b;
    case PTX_TOKEN_NOT_EQUAL:
        return a != b;
    case PTX_TOKEN_BOTH:
        return a && b;
    default:
        return a || b;
    }
}

static bool apply(struct ptx_lexer *lexer, int kind, struct ptx_number *a,
                  const struct ptx_number *b)
{
    if (a->is_real || b->is_real)
        return reals(lexer, kind, real_of(a), real_of(b), a);
    if ((kind == '/' || kind == '%') && b->bits == 0)
        return ptx_expected(lexer, "a divisor that is not 0",
                            "Fix: write the value that is meant.");
    bool is_shift = kind == PTX_TOKEN_SHIFT_LEFT || kind == PTX_TOKEN_SHIFT_RIGHT;
    bool is_unsigned = a->is_unsigned || (b->is_unsigned && !is_shift);
    a->bits = is_shift ? shifted(kind, a->bits, b->bits, is_unsigned)
                       : integers(kind, a->bits, b->bits, is_unsigned);
    unsigned level = strength(kind);
    a->is_unsigned = is_unsigned && !(level <= 2 || level == 6 || level == 7);
    return true;
}

static bool binary(struct reader *r, unsigned least, struct ptx_number *n)
{
    if (!unary(r, n))
        return false;
    for (;;) {
        int kind = r->lexer->token.kind;
        unsigned level = strength(kind);
        if (level == 0 || level < least)
            return true;
        struct ptx_number right;
        if (!ptx_next(r->lexer) || !binary(r, level + 1, &right) ||
            !apply(r->lexer, kind, n, &right))
            return false;
    }
}

static bool ternary(struct reader *r, struct ptx_number *n)
{
    if (!binary(r, 1, n))
        return false;
    if (r->lexer->token.kind != '?')
        return true;
    struct ptx_number yes, no;
    if (r->depth == DEPTH_MAX)
        return ptx_expected(r->lexer, "a constant of at most 64 levels", "Fix: write its value.");
    r->depth++;
    if (!ptx_next(r->lexer) || !ternary(r, &yes) || !ptx_need(r->lexer, ':') || !ternary(r, &no))
        return false;
    r->depth--;
    bool truth = n->is_real ? real_of(n) != 0 : n->bits != 0;
    *n = truth ? yes : no;
    return true;
}

bool ptx_number_read(struct ptx_lexer *lexer, struct ptx_number *number)
{
    struct reader r = {lexer, 0};
    return ternary(&r, number);
}

bool ptx_integer_read(struct ptx_lexer *lexer, const char *what, uint64_t least, uint64_t most,
                      uint64_t *value)
{
    struct ptx_token token = lexer->token;
    struct ptx_number n;
    if (!ptx_number_begins(lexer))
        return ptx_expected(lexer, what, "Fix: write an integer there.");
    if (!ptx_number_read(lexer, &n))
        return false;
    if (n.is_real || (!n.is_unsigned && (int64_t)n.bits < 0) || n.bits < least || n.bits > most) {
        char text[PTX_TOKEN_TEXT_MAX];
        return ptx_fail_at(lexer, &token, "Fix: write an integer of that range.",
                           "found %s, expected %s from %llu to %llu",
                           ptx_token_text(lexer, &token, text), what, (unsigned long long)least,
                           (unsigned long long)most);
    }
    *value = n.bits;
    return true;
}

/* ---- Values ---------------------------------------------------------------------------------- */

bool ptx_number_bits(const struct ptx_number *number, enum ptx_type type, uint64_t *bits)
{
    uint32_t bytes = ptx_type_bytes(type);
    if (!number->is_real && ptx_type_sort(type) == PTX_FLOATING)
        return false;
    if (!number->is_real) {
        *bits = bytes >= 8 ? number->bits : number->bits & ((UINT64_C(1) << 8 * bytes) - 1);
        return true;
    }
    float single = (float)real_of(number);
    uint32_t single_bits;
    memcpy(&single_bits, &single, sizeof single_bits);
    if (number->is_single) /* as it was given, which of a NaN says more than its value */
        single_bits = number->single;
    switch (type) {
    case PTX_F64:
    case PTX_B64:
        *bits = number->bits;
        return true;
    case PTX_F32:
    case PTX_B32:
        *bits = single_bits;
        return true;
    default:
        return false;
    }
}
