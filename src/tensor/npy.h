/* NumPy's format of one array. */
#ifndef VRRL_TENSOR_NPY_H
#define VRRL_TENSOR_NPY_H

#include "tensor/tensor.h"

/* The tensor's words lie in `bytes`, and it owns nothing. */
vrrl_code npy_parse(const char *name, const char *bytes, size_t size, struct tensor *tensor,
                    vrrl_error *err);

#endif
