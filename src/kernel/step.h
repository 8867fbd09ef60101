/* Steps: a group does the operation at which it is, and what follows up to the next that synchronises; groups of its
 * warp that come of it, too. */
#ifndef VRRL_KERNEL_STEP_H
#define VRRL_KERNEL_STEP_H

#include "kernel/state.h"

void step_group(struct machine *m, uint32_t group);

#endif
