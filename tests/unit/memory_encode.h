/* The encoding of a whole memory, of its parts, for tests. */
#ifndef VRRL_TEST_MEMORY_ENCODE_H
#define VRRL_TEST_MEMORY_ENCODE_H

#include "memory/memory.h"

static inline void memory_encode(const struct memory *m, struct mem_bytes *bytes)
{
    memory_encode_shared(m, bytes);
    for (uint32_t t = 0; t < m->thread_count; t++)
        memory_encode_thread(m, t, bytes);
}

#endif
