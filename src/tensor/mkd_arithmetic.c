#include "tensor/mkd_arithmetic.h"

static struct mk_wrong byte_of(int64_t a, int64_t b, int64_t *out)
{
    if (b < 0 || b > 3)
        return (struct mk_wrong){"a word has the bytes 0 to 3, the lowest first",
                                 "Fix: take the next word where one is over."};
    *out = (int64_t)((uint32_t)a >> (8 * b) & 0xFF);
    return (struct mk_wrong){NULL, NULL};
}

struct mk_wrong mkd_arithmetic(enum mkd_op op, int64_t a, int64_t b, int64_t *out)
{
    static const enum mk_kind kinds[] = {[MKD_ADD] = MK_PLUS,
                                         [MKD_SUBTRACT] = MK_MINUS,
                                         [MKD_MULTIPLY] = MK_TIMES,
                                         [MKD_DIVIDE] = MK_DIVIDE,
                                         [MKD_REMAINDER] = MK_REMAINDER};
    struct mk_wrong fine = {NULL, NULL};
    switch (op) {
    case MKD_BYTE:
        return byte_of(a, b, out);
    case MKD_NEGATE:
        return mk_arithmetic(MK_MINUS, 0, a, out);
    case MKD_ADD:
    case MKD_SUBTRACT:
    case MKD_MULTIPLY:
    case MKD_DIVIDE:
    case MKD_REMAINDER:
        return mk_arithmetic(kinds[op], a, b, out);
    case MKD_EQUAL:
        *out = a == b;
        return fine;
    case MKD_NOT_EQUAL:
        *out = a != b;
        return fine;
    case MKD_LESS:
        *out = a < b;
        return fine;
    case MKD_AT_MOST:
        *out = a <= b;
        return fine;
    case MKD_MORE:
        *out = a > b;
        return fine;
    case MKD_AT_LEAST:
        *out = a >= b;
        return fine;
    case MKD_AND:
        *out = a != 0 && b != 0;
        return fine;
    default: /* MKD_OR */
        *out = a != 0 || b != 0;
        return fine;
    }
}
