/* A run that does not go on: who waits for what, the root first. */
#ifndef VRRL_KERNEL_STUCK_H
#define VRRL_KERNEL_STUCK_H

#include "kernel/state.h"

void stuck_find(struct machine *m);
/* The same of a run that may go on, for its finding: who reads which word again and again, and who waits. */
void stuck_tell(struct machine *m);

#endif
