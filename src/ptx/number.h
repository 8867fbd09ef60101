/* PTX: constant expressions, as integers of 64 bits or f64: what initialisers, immediates and sizes may be. */
#ifndef VRRL_PTX_NUMBER_H
#define VRRL_PTX_NUMBER_H

#include "ptx/lex.h"
#include "ptx/types.h"

struct ptx_number {
    bool is_real;
    bool is_unsigned; /* an integer of u64, else of s64 */
    bool is_single;   /* it was given as `single`, the bits of an f32 */
    uint32_t single;
    uint64_t bits; /* of the integer, or of the f64 */
};

/* Whether the token at hand may begin a constant expression. */
bool ptx_number_begins(const struct ptx_lexer *lexer);
/* Reads a constant expression, up to what is none. */
bool ptx_number_read(struct ptx_lexer *lexer, struct ptx_number *number);
/* Reads an integer from `least` to `most`. */
bool ptx_integer_read(struct ptx_lexer *lexer, const char *what, uint64_t least, uint64_t most,
                      uint64_t *value);

/* The bits of a number as a value of a type; false where it can be none: a real number for an integer. */
bool ptx_number_bits(const struct ptx_number *number, enum ptx_type type, uint64_t *bits);

#endif
