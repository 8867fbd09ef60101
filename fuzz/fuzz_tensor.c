/* A file of tensors: NumPy's format, an archive of it, compressed or not. */
#include "input.h"

#include "tensor/tensor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tensor tensor;
    vrrl_error err = {.code = VRRL_OK};
    vrrl_code code =
        tensor_parse("fuzz.npz", (const char *)data, size, size % 2 ? "a" : "", &tensor, &err);
    check_error(&err, code);
    if (code != VRRL_OK)
        return 0;
    int64_t sum = 0;
    for (uint64_t i = 0; i < tensor.count; i++)
        sum += tensor_at(&tensor, i) & 1;
    tensor_free(&tensor);
    return sum < 0;
}
