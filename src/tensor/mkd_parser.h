/* How a description is read: the cursor and the errors of program files, and names of its own. */
#ifndef VRRL_TENSOR_MKD_PARSER_H
#define VRRL_TENSOR_MKD_PARSER_H

#include "program_file/mk_tokens.h"
#include "tensor/mkd.h"

struct mkd_parser {
    struct mk_parser mk;
    struct mkd_machine *machine;
    const vrrl_machine_options *options;
    /* What the opcode that is being read has named so far; a local's number is its place here. */
    struct mk_token locals[MKD_LOCALS_MAX];
    uint32_t local_count, most_locals;
    bool in_opcode;    /* words and locals can be used */
    bool in_order;     /* an operand that only other opcodes have is 0 */
    uint32_t part;     /* the MKD_PART that is open, or MKD_NONE */
    uint32_t opcode;   /* being read */
    uint32_t order_at; /* the token behind `order`; 0: there is none */
};

/* ---- Names ----------------------------------------------------------------------------------- */

/* NULL: nothing is called so. */
const struct mkd_name *mkd_find_name(const struct mkd_parser *p, const struct mk_token *token);
bool mkd_find_local(const struct mkd_parser *p, const struct mk_token *token, uint32_t *local);
/* The name at the cursor, which `text` (of VRRL_FILE_NAME_BYTES_MAX + 1) becomes, too; NULL: it need not. */
vrrl_code mkd_new_name(struct mkd_parser *p, const char *what, struct mk_token *token, char *text);
vrrl_code mkd_declare(struct mkd_parser *p, const struct mk_token *token, enum mkd_name_kind kind,
                      uint32_t index, int64_t value);
vrrl_code mkd_new_local(struct mkd_parser *p, uint32_t *local);
/* "expected WHAT, and there is no name `x`; did you mean `y`?" */
vrrl_code mkd_unknown(struct mkd_parser *p, const struct mk_token *token, const char *what);

/* ---- Expressions ----------------------------------------------------------------------------- */

vrrl_code mkd_expression(struct mkd_parser *p, uint32_t *node);
/* One whose value is known now, within bounds. */
vrrl_code mkd_constant(struct mkd_parser *p, const char *what, int64_t least, int64_t most,
                       int64_t *value);

/* ---- Statements ------------------------------------------------------------------------------ */

/* The statements of an opcode up to its `end`. */
vrrl_code mkd_body(struct mkd_parser *p, uint32_t depth);

#endif
