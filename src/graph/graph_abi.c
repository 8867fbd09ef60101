#include "graph/graph_abi.h"

#include <stddef.h>
#include <string.h>

const struct abi_operation *abi_operation_of(const char *name)
{
    static const struct abi_operation operations[] = {
        {"NOP", 0, 0, 0},
        {"COPY", 1, 1, 1},
        {"EMBED", 2, 2, 1},
        {"RMSNORM", 2, 2, 1},
        {"LAYERNORM", 2, 3, 1},
        {"GEMV_TILE", 2, 3, 1},
        {"GEMM_TILE", 2, 3, 1},
        {"ATTENTION_TILE", 3, 4, 1},
        {"ROPE", 2, 2, 1},
        {"SILU_MUL", 2, 2, 1},
        {"GELU", 1, 1, 1},
        {"ADD", 2, 2, 1},
        {"MUL", 1, 2, 1},
        {"DEQUANT", 2, 3, 1},
        {"SOFTMAX", 1, 1, 1},
        {"ALLREDUCE_SHARD", 1, 8, 1},
        {"KV_APPEND", 2, 2, 1},
        {"SAMPLE_ARGMAX", 1, 1, 1},
        {"ATTENTION_COMBINE", 2, 8, 1},
        {"FUSED", 1, ABI_INPUTS_MAX, 1}, /* what its recipe reads from outside */
    };
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++)
        if (strcmp(operations[i].name, name) == 0)
            return &operations[i];
    return NULL;
}
