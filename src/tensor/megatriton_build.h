/* From MegaTriton's queues to a task graph: a task a task, a counter a range of flags that is waited for. */
#ifndef VRRL_TENSOR_MEGATRITON_BUILD_H
#define VRRL_TENSOR_MEGATRITON_BUILD_H

#include "tensor/megatriton.h"

/* Fills m->graph, and finishes it. */
vrrl_code megatriton_build(struct megatriton *m);

#endif
