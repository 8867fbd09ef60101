#include "ptx/op.h"

#include <stddef.h>

const char *ptx_op_name(unsigned op)
{
    static const char *const names[PTX_OPS] = {
#define X(name, ...) [PTX_OP_##name] = #name,
        PTX_MACHINE_TABLE(X) PTX_ALU_TABLE(X)
#undef X
    };
    return op < PTX_OPS ? names[op] : NULL;
}
