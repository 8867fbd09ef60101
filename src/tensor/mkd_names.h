/* The names of a description: what it has declared, and the locals of the opcode that is being read. */
#ifndef VRRL_TENSOR_MKD_NAMES_H
#define VRRL_TENSOR_MKD_NAMES_H

#include "tensor/mkd_parser.h"

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

#endif
