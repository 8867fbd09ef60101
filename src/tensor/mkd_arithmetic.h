/* One operation of a description's expression, on values. */
#ifndef VRRL_TENSOR_MKD_ARITHMETIC_H
#define VRRL_TENSOR_MKD_ARITHMETIC_H

#include "program_file/mk_arithmetic.h"
#include "tensor/mkd.h"

/* `op` is one from MKD_BYTE on, but for MKD_TABLE; MKD_NEGATE looks at `a` alone. */
struct mk_wrong mkd_arithmetic(enum mkd_op op, int64_t a, int64_t b, int64_t *out);

#endif
