/* The queues, the dependencies and the scoreboard of MegaTriton's archive. */
#ifndef VRRL_TENSOR_MEGATRITON_READ_H
#define VRRL_TENSOR_MEGATRITON_READ_H

#include "tensor/megatriton.h"

/* Fills tasks, flags, deps and ranges. What refers to something that is not there is an error. */
vrrl_code megatriton_read(struct megatriton *m, const char *bytes, size_t size);
/* "rms_norm(layer 0, task 3, tile 5)"; before its footprint was read "task(layer 0, ...". */
void megatriton_task_name(const struct megatriton *m, uint32_t task, char *out, size_t size);

#endif
