/* The `tso` model: a FIFO store buffer for each thread. */
#ifndef VRRL_MEMORY_TSO_H
#define VRRL_MEMORY_TSO_H

#include "memory/memory.h"

void tso_reset(memory *m);
bool tso_widen(memory *m, uint32_t old, uint32_t room);
bool tso_fit(memory *to, const memory *from);
void tso_copy(memory *to, const memory *from);
size_t tso_bytes(const memory *m);
uint32_t tso_outcomes(const memory *m, uint32_t thread, const operation *op);
uint32_t tso_peek(const memory *m, uint32_t thread, const operation *op, uint32_t outcome);
uint32_t tso_step(memory *m, uint32_t thread, const operation *op, uint32_t outcome);
void tso_encode_thread(const memory *m, uint32_t thread, mem_bytes *bytes);

#endif
