/* Launches held to the module: sizes, shared memory, parameters, constants, room. */
#ifndef VRRL_KERNEL_GRID_H
#define VRRL_KERNEL_GRID_H

#include "kernel/layout.h"

vrrl_code grids_make(struct kernel *k, vrrl_error *err);
void grids_free(struct kernel *k);
/* Where a variable of shared memory lies in a block of the grid. */
uint32_t grid_shared_at(const struct kernel *k, const struct grid *g, uint32_t variable);

/* The function of a name; KERNEL_NONE. */
uint32_t grid_function(const struct kernel *k, const char *name);

#endif
