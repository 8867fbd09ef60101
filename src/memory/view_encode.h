/* A memory of the `view` model as bytes. */
#ifndef VRRL_MEMORY_VIEW_ENCODE_H
#define VRRL_MEMORY_VIEW_ENCODE_H

#include "memory/memory.h"

/* Appends what decides all that may still happen: the encode_shared of memory_models.h. */
void view_encode(const struct memory *m, struct mem_bytes *bytes);

#endif
