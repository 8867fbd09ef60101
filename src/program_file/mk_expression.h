/* Constant expressions: integers, addresses, f32 literals. */
#ifndef VRRL_PROGRAM_FILE_MK_EXPRESSION_H
#define VRRL_PROGRAM_FILE_MK_EXPRESSION_H

#include "program_file/mk_parser.h"

vrrl_code mk_expression(struct mk_parser *p, struct mk_value *value);

/* A number, a name, or an expression in parentheses. */
vrrl_code mk_primary(struct mk_parser *p, struct mk_value *value);

/* A number of things: an integer from `least` to `most`. */
vrrl_code mk_count(struct mk_parser *p, const char *what, uint32_t least, uint32_t most,
                   uint32_t *out);

/* What goes into a 32-bit word: integers of either sign, f32 bits, addresses. */
vrrl_code mk_word_value(struct mk_parser *p, uint32_t *out);
vrrl_code mk_value_to_word(struct mk_parser *p, const struct mk_token *at, struct mk_value value,
                           uint32_t *out);

#endif
