/* NumPy's format of one array. */
#ifndef VRRL_TENSOR_NPY_H
#define VRRL_TENSOR_NPY_H

#include "tensor/tensor.h"

/* Types of numbers that a reader takes. */
struct npy_types {
    const char *names[3]; /* "<i4"; the first is what others are told to be converted to */
    const char *text;     /* for messages */
};

/* The tensor's words lie in `bytes`, and it owns nothing. */
vrrl_code npy_parse(const char *name, const char *bytes, size_t size, struct tensor *tensor,
                    vrrl_error *err);
/* The same of other types. */
vrrl_code npy_parse_as(const char *name, const char *bytes, size_t size,
                       const struct npy_types *types, struct tensor *tensor, vrrl_error *err);

#endif
