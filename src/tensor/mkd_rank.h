/* In which order the author thinks of the instructions: as `order` says; else how many instructions have to come
 * before, one behind the other, and then the order of the opcodes in the description and the operands. */
#ifndef VRRL_TENSOR_MKD_RANK_H
#define VRRL_TENSOR_MKD_RANK_H

#include "tensor/mkd_expand.h"

/* Instructions, by rank; the caller frees it. */
vrrl_code mkd_rank(const struct mkd_expansion *e, uint32_t **ranked, vrrl_error *err);

#endif
