/* PTX: what the public handle of a module is. */
#ifndef VRRL_PTX_PTX_H
#define VRRL_PTX_PTX_H

#include "ptx/module.h"
#include "vrrl/analysis/ptx.h"

struct vrrl_ptx {
    struct ptx_module *module;
};

/* The bytes of shared memory that an entry needs, but for what a launch gives; *dynamic says whether it has a
 * variable for that. */
uint64_t ptx_shared_bytes(const struct ptx_module *module, const struct ptx_function *entry,
                          bool *dynamic);

#endif
