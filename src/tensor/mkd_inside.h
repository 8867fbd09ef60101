/* What orders the parts of an instruction, and the entries of a worker: counters and buffers of the importer. */
#ifndef VRRL_TENSOR_MKD_INSIDE_H
#define VRRL_TENSOR_MKD_INSIDE_H

#include "tensor/mkd_build.h"

/* Counters of roles that others of the instruction wait for, and of entries that end. */
vrrl_code mkd_add_internal_counters(struct mkd_builder *b);
vrrl_code mkd_add_private_buffers(struct mkd_builder *b);
/* Of a task that has been added: what holds it back inside its worker, before its own waits; *count: how many. */
vrrl_code mkd_add_internal_waits(const struct mkd_builder *b, uint32_t part, uint32_t *count);
vrrl_code mkd_add_internal_signals(const struct mkd_builder *b, uint32_t part);
/* What it takes from parts that read, and gives to those that write. */
vrrl_code mkd_add_private_accesses(const struct mkd_builder *b, uint32_t part, uint32_t waits);

#endif
