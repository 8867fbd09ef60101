/* The host's steps beside the launches that run together. */
#ifndef VRRL_KERNEL_HOST_H
#define VRRL_KERNEL_HOST_H

#include "kernel/state.h"

/* Its next step; NULL: it is done. */
const struct launch_step *host_next(const struct machine *m);
/* Whether it can take it: what it waits for holds. */
bool host_can_go(const struct machine *m);
void host_go(struct machine *m);
/* The byte of memory that a step is about. */
uint64_t host_word(const struct machine *m, const struct launch_step *step);

#endif
