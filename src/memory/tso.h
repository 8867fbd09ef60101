/* The `tso` model: a FIFO store buffer for each thread. */
#ifndef VRRL_MEMORY_TSO_H
#define VRRL_MEMORY_TSO_H

#include "memory/memory.h"

void tso_reset(struct memory *m);
bool tso_widen(struct memory *m, uint32_t old, uint32_t room);
bool tso_fit(struct memory *to, const struct memory *from);
void tso_copy(struct memory *to, const struct memory *from);
size_t tso_bytes(const struct memory *m);
uint32_t tso_outcomes(const struct memory *m, uint32_t thread, const struct operation *op);
uint32_t tso_peek(const struct memory *m, uint32_t thread, const struct operation *op,
                  uint32_t outcome);
uint32_t tso_step(struct memory *m, uint32_t thread, const struct operation *op, uint32_t outcome);
void tso_encode_thread(const struct memory *m, uint32_t thread, struct mem_bytes *bytes);

#endif
