/* Calls: of functions of the module, of those that a launch file replaces, and of what CUDA's runtime has. */
#ifndef VRRL_KERNEL_CALLS_H
#define VRRL_KERNEL_CALLS_H

#include "kernel/state.h"

/* CALL, CALL_INDIRECT, by all lanes of the group, which goes on in the function, or behind the call. */
void call_do(struct machine *m, uint32_t group, const struct alu_rows *rows,
             const struct ptx_instruction *in);
/* RET, by all lanes. */
void call_return(struct machine *m, uint32_t group);

#endif
