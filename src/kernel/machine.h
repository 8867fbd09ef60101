/* A machine: made, set back, asked, freed. */
#ifndef VRRL_KERNEL_MACHINE_H
#define VRRL_KERNEL_MACHINE_H

#include "kernel/state.h"

vrrl_code machine_create(const struct kernel *kernel, struct machine **machine, vrrl_error *err);
void machine_destroy(struct machine *machine);
/* For a run, and for launches that run together. */
void machine_begin_run(struct machine *m);
void machine_begin_together(struct machine *m, uint32_t together);
/* After a run: the bytes of a buffer. */
const uint8_t *machine_buffer(const struct machine *machine, uint32_t buffer);
/* A hash of the whole state, equal on all machines. */
uint64_t machine_hash(const struct machine *machine);
/* A hash of all that a run depends on, but the chooser. */
uint64_t kernel_digest(const struct kernel *kernel);

#endif
