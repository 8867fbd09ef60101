/* What AutoMegaKernel's ABI 0.2 holds of a task, and how many operands its operations have. */
#ifndef VRRL_GRAPH_GRAPH_ABI_H
#define VRRL_GRAPH_GRAPH_ABI_H

#include <stdint.h>

enum { ABI_INPUTS_MAX = 8, ABI_OUTPUTS_MAX = 4, ABI_WAITS_MAX = 8, ABI_RANK_MAX = 4 };

struct abi_operation {
    const char *name;
    uint8_t least_inputs, most_inputs, outputs;
};

/* NULL: there is none of this name. */
const struct abi_operation *abi_operation_of(const char *name);

#endif
