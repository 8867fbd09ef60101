/* Integers of both languages, programs and machine descriptions: exact within 2^40, or refused. */
#ifndef VRRL_PROGRAM_FILE_MK_ARITHMETIC_H
#define VRRL_PROGRAM_FILE_MK_ARITHMETIC_H

#include "program_file/mk_lex.h"

/* What is wrong with a result, and what to do about it; `text` NULL: nothing is. */
struct mk_wrong {
    const char *text, *fix;
};

/* `op` is MK_PLUS, MK_MINUS, MK_TIMES, MK_DIVIDE or MK_REMAINDER. A quotient is rounded down, so that a remainder has
 * the sign of what it was divided by. Both operands are results, or words. */
struct mk_wrong mk_arithmetic(enum mk_kind op, int64_t a, int64_t b, int64_t *out);

#endif
