/* How the statements of an opcode are read. */
#ifndef VRRL_TENSOR_MKD_STATEMENT_H
#define VRRL_TENSOR_MKD_STATEMENT_H

#include "tensor/mkd_parser.h"

/* The statements of an opcode up to its `end`. */
vrrl_code mkd_body(struct mkd_parser *p, uint32_t depth);

#endif
