/* Tensors: files of NumPy's format (.npy, versions 1 to 3), alone or as members of an archive (.npz), each of
 * them plain or compressed by zstd. Of int32 or uint32, little-endian, in C order. */
#ifndef VRRL_TENSOR_TENSOR_H
#define VRRL_TENSOR_TENSOR_H

#include "base/bytes.h"
#include "vrrl/run/tensor.h"

#include <stdbool.h>
#include <stddef.h>

enum { TENSOR_DIMS_MAX = 8 };

struct tensor {
    uint64_t dims[TENSOR_DIMS_MAX];
    uint32_t rank;
    uint64_t count;
    bool is_signed;
    uint32_t item_bytes; /* of a number; 4 where nothing else was asked for */
    const char *words;   /* the numbers, one behind the other */
    char *owned;         /* to free; NULL: the words are another's */
};

static inline int64_t tensor_at(const struct tensor *tensor, uint64_t index)
{
    uint32_t word = load_le32(tensor->words + 4 * index);
    return tensor->is_signed ? (int64_t)(int32_t)word : (int64_t)word;
}

/* A whole file in memory; the tensor points into `bytes` unless it had to be decompressed. `member`: which of an
 * archive; "": it is none. */
vrrl_code tensor_parse(const char *name, const char *bytes, size_t size, const char *member,
                       struct tensor *tensor, vrrl_error *err);
/* By path; behind the path of an archive stands a colon and the member. */
vrrl_code tensor_load(const char *path, struct tensor *tensor, vrrl_error *err);
/* Of a tensor that its caller has in memory: the words stay the caller's. */
vrrl_code tensor_of_view(const vrrl_tensor_view *view, struct tensor *tensor, vrrl_error *err);
void tensor_free(struct tensor *tensor);

#endif
