/* Asynchronous copies into shared memory: done where they are issued, or where the thread waits for them. */
#ifndef VRRL_KERNEL_COPIES_H
#define VRRL_KERNEL_COPIES_H

#include "kernel/state.h"

void copies_issue(struct machine *m, uint32_t group, const struct alu_rows *rows,
                  const struct ptx_instruction *in, uint32_t mask);
void copies_commit(struct machine *m, uint32_t group, uint32_t mask);
/* Until only `left` batches of each lane are not done. */
void copies_wait(struct machine *m, uint32_t group, uint32_t mask, uint32_t left);

#endif
