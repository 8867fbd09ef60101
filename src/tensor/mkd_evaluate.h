/* Expressions of a description, for one instruction. */
#ifndef VRRL_TENSOR_MKD_EVALUATE_H
#define VRRL_TENSOR_MKD_EVALUATE_H

#include "tensor/mkd.h"

/* Where an expression is looked at. */
struct mkd_frame {
    const struct mkd_machine *machine;
    const struct tensor *tensor;
    const char *tensor_name;
    const struct mkd_opcode *opcode;
    uint32_t worker, entry;
    uint64_t word; /* the first of the instruction */
    int64_t locals[MKD_LOCALS_MAX];
    vrrl_error *err;
};

/* An instruction: its operands become the first locals. */
void mkd_enter(struct mkd_frame *frame, const struct mkd_opcode *opcode, uint32_t worker,
               uint32_t entry, uint64_t word);
vrrl_code mkd_evaluate(const struct mkd_frame *frame, uint32_t node, int64_t *value);
/* An error at a token of the description, and where in the tensor it came up. */
__attribute__((format(printf, 5, 6))) vrrl_code mkd_fail_at(const struct mkd_frame *frame,
                                                            uint32_t token, vrrl_code code,
                                                            const char *fix, const char *format,
                                                            ...);

#endif
