/* How the expressions of a description are read. */
#ifndef VRRL_TENSOR_MKD_EXPRESSION_H
#define VRRL_TENSOR_MKD_EXPRESSION_H

#include "tensor/mkd_parser.h"

vrrl_code mkd_expression(struct mkd_parser *p, uint32_t *node);
/* One whose value is known now, within bounds. */
vrrl_code mkd_constant(struct mkd_parser *p, const char *what, int64_t least, int64_t most,
                       int64_t *value);

#endif
