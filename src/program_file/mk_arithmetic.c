#include "program_file/mk_arithmetic.h"

/* No step on results within these bounds overflows an int64_t, but for a product, which is checked. */
static const int64_t integer_max = INT64_C(1) << 40;

static int64_t divide(int64_t a, int64_t b)
{
    int64_t quotient = a / b;
    return a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient;
}

struct mk_wrong mk_arithmetic(enum mk_kind op, int64_t a, int64_t b, int64_t *out)
{
    int64_t result = 0;
    bool overflow = false;
    if ((op == MK_DIVIDE || op == MK_REMAINDER) && b == 0)
        return (struct mk_wrong){"a division by 0", "Fix: divide by something else."};
    switch (op) {
    case MK_PLUS:
        result = a + b;
        break;
    case MK_MINUS:
        result = a - b;
        break;
    case MK_TIMES:
        overflow = __builtin_mul_overflow(a, b, &result);
        break;
    case MK_DIVIDE:
        result = divide(a, b);
        break;
    default:
        result = a - b * divide(a, b);
    }
    if (overflow || result > integer_max || result < -integer_max)
        return (struct mk_wrong){"the result is beyond 2^40",
                                 "Fix: words have 32 bits; keep what leads to them near that."};
    *out = result;
    return (struct mk_wrong){NULL, NULL};
}
