/* PTX: what all that lower instructions into the draft use. Each returns false or NULL once the error is set. */
#ifndef VRRL_PTX_LOWER_H
#define VRRL_PTX_LOWER_H

#include "ptx/parser.h"

/* How exactly a register has to be of the instruction's type. */
enum ptx_fit {
    PTX_FIT_EXACT, /* its width and its sort: an f32 is no integer */
    PTX_FIT_WIDTH, /* its width */
    PTX_FIT_WIDER, /* or more: of loads, stores and conversions */
};

struct draft_instruction *ptx_emit(struct ptx_parser *p, const struct ptx_instruction *form);
/* The same of an op that has nothing but operands. */
struct draft_instruction *ptx_emit_op(struct ptx_parser *p, enum ptx_op op);

/* The value of an operand, in a row of the width of `type`: what is narrower than its register is cut from it. */
bool ptx_source(struct ptx_parser *p, const struct ptx_operand *o, enum ptx_type type,
                enum ptx_fit fit, uint32_t *source);
/* The register that an operand names; PTX_NONE for `_`. */
bool ptx_target(struct ptx_parser *p, const struct ptx_operand *o, enum ptx_type type,
                enum ptx_fit fit, uint32_t *target);
/* A constant of so many bits. */
bool ptx_bits(struct ptx_parser *p, enum ptx_width width, uint64_t bits, uint32_t *source);

/* "found OPERAND, expected WHAT". */
bool ptx_bad_operand(struct ptx_parser *p, const struct ptx_operand *o, const char *what);
bool ptx_lower_unknown(struct ptx_parser *p, const struct ptx_token *token, const char *what);
/* The instruction at hand has from `least` to `most` operands. */
bool ptx_operands(struct ptx_parser *p, uint32_t least, uint32_t most);

/* The function at hand uses a function or a variable of the module. */
bool ptx_lower_use(struct ptx_parser *p, uint32_t index, bool is_variable);

#endif
