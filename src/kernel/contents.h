/* What global memory has in it before a run. */
#ifndef VRRL_KERNEL_CONTENTS_H
#define VRRL_KERNEL_CONTENTS_H

#include "kernel/layout.h"

vrrl_code contents_make(struct kernel *k, vrrl_error *err);
/* The generic address of a byte of a region. */
uint64_t region_address(uint32_t region);
/* The value of a constant or of a relocation, in a grid; NULL: outside all grids. */
uint64_t symbol_value(const struct kernel *k, const struct grid *g, uint8_t symbol, uint32_t index);

#endif
